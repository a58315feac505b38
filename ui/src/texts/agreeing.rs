//! Agreements of other shapes than a purchase's.

use super::texts;

texts! {
    /// The page of an agreement, and its row.
    Agreeing {
        agreements: "Agreements", "Vereinbarungen";
        untitled: "Agreement {number}", "Vereinbarung {number}";
        steps_done: "{n} of {m} steps done", "{n} von {m} Schritten getan";
        creating: "It is on its way to be on record.", "Sie wird gerade eingetragen.";
        not_on_record: "It is not on record yet.", "Sie ist noch nicht eingetragen.";
        open: "It is on record. You see here how it stands; its steps are done with the command line.", "Sie ist eingetragen. Hier siehst du, wie sie steht; ihre Schritte tut man mit der Befehlszeile.";
        ended: "Every step is decided.", "Jeder Schritt ist entschieden.";
        ended_row: "ended", "beendet";
        creating_row: "going on record", "wird eingetragen";
        different_row: "not what you wrote", "nicht, was du schriebst";
        different: "What is on record is not what your document says", "Eingetragen ist nicht, was in deinem Dokument steht";
        different_more: "Do nothing in it, and pay nothing: {flaw}.", "Tu nichts darin und zahle nichts: {flaw}.";
        undocumented: "Its document is not on this computer", "Ihr Dokument ist nicht auf diesem Computer";
        undocumented_more: "Only numbers are on record, so nobody can tell what its steps ask for. Take the document from whoever wrote it.", "Eingetragen sind nur Nummern, daher kann niemand sagen, was ihre Schritte verlangen. Hol dir das Dokument von dem, der es schrieb.";
        mind: "Money back is not certain here", "Geld zurück ist hier nicht sicher";
        back: "{amount} of yours is set aside", "{amount} von dir sind zurückgelegt";
        back_more: "If nobody earns it in time, it comes back to you by itself. You need not do anything.", "Verdient es niemand rechtzeitig, kommt es von selbst zu dir zurück. Du musst nichts tun.";
        who: "Who takes part", "Wer dabei ist";
        you: "you", "du";
        takes_part: "takes part", "dabei";
        provider: "publisher", "Anbieter";
        consumer: "buyer", "Käufer";
        below: "Below the surface: numbers, contracts and blocks", "Unter der Oberfläche: Nummern, Verträge und Blöcke";
        template: "Template", "Vorlage";
        since_block: "On record since block", "Eingetragen seit Block";
        kind: "Kind", "Art";
        until_block: "Until block", "Bis Block";
        number: "Number", "Nummer";
    }
}

texts! {
    /// The steps of an agreement: done, to be done, given up.
    AgreedSteps {
        lock: "{amount} is set aside", "{amount} sind zurückgelegt";
        lock_later: "{amount} is to be set aside", "{amount} werden zurückgelegt";
        money_lock: "The money is set aside", "Das Geld ist zurückgelegt";
        money_lock_later: "The money is to be set aside", "Das Geld wird zurückgelegt";
        lock_missed: "Nothing was set aside", "Es wurde nichts zurückgelegt";
        access: "The publisher opened the data", "Der Anbieter hat die Daten geöffnet";
        access_later: "The publisher opens the data", "Der Anbieter öffnet die Daten";
        access_missed: "The publisher did not open the data in time", "Der Anbieter hat die Daten nicht rechtzeitig geöffnet";
        compute: "The computation was started", "Die Berechnung wurde begonnen";
        compute_later: "The publisher starts the computation", "Der Anbieter beginnt die Berechnung";
        compute_missed: "The computation was not started in time", "Die Berechnung wurde nicht rechtzeitig begonnen";
        payout: "{amount} was paid out", "{amount} wurden ausgezahlt";
        payout_later: "{amount} is paid out", "{amount} werden ausgezahlt";
        payout_back: "{amount} went back", "{amount} gingen zurück";
        payout_back_later: "{amount} goes back", "{amount} gehen zurück";
        money_payout: "The money was paid out", "Das Geld wurde ausgezahlt";
        money_payout_later: "The money is paid out", "Das Geld wird ausgezahlt";
        payout_missed: "Nothing was paid out", "Es wurde nichts ausgezahlt";
        sign: "It was signed", "Es wurde unterschrieben";
        sign_later: "Somebody signs", "Jemand unterschreibt";
        quoted: "“{name}”", "„{name}“";
        text: "To be signed: “{text}”.", "Zu unterschreiben: „{text}“.";
        text_done: "Signed: “{text}”.", "Unterschrieben: „{text}“.";
        sign_missed: "It was not signed in time", "Es wurde nicht rechtzeitig unterschrieben";
        secret: "The secret was shown", "Das Geheimnis wurde gezeigt";
        secret_later: "Somebody shows a secret", "Jemand zeigt ein Geheimnis";
        secret_missed: "The secret was not shown in time", "Das Geheimnis wurde nicht rechtzeitig gezeigt";
        enough: "Enough steps were done", "Genug Schritte wurden getan";
        enough_later: "{n} of {m} steps are enough", "{n} von {m} Schritten genügen";
        enough_unknown: "Some of several steps are enough", "Einige von mehreren Schritten genügen";
        enough_missed: "Not enough steps were done in time", "Nicht genug Schritte wurden rechtzeitig getan";
        listed: "It was found on a list", "Es wurde in einer Liste gefunden";
        listed_later: "It has to be on a list", "Es muss in einer Liste stehen";
        listed_missed: "It was not found on a list in time", "Es wurde nicht rechtzeitig in einer Liste gefunden";
        other: "A step of another kind was done", "Ein Schritt anderer Art wurde getan";
        other_later: "A step of another kind", "Ein Schritt anderer Art";
        other_missed: "A step of another kind was given up", "Ein Schritt anderer Art wurde aufgegeben";
        you_act: "You act next.", "Als Nächstes bist du dran.";
        anyone_acts: "Anybody can do this now.", "Das kann jetzt jeder tun.";
        payer_acts: "Whoever pays acts next.", "Als Nächstes handelt, wer zahlt.";
        publisher_acts: "The publisher acts next.", "Als Nächstes handelt der Anbieter.";
        signer_acts: "Whoever is to sign acts next.", "Als Nächstes handelt, wer unterschreiben soll.";
        knower_acts: "Whoever knows the secret acts next.", "Als Nächstes handelt, wer das Geheimnis kennt.";
        lister_acts: "Whoever keeps the list acts next.", "Als Nächstes handelt, wer die Liste führt.";
        after: "Comes after {steps}.", "Kommt nach {steps}.";
        not_before: "Not before block {block}.", "Nicht vor Block {block}.";
        too_few: "{n} of the {m} needed are done.", "{n} der {m} nötigen sind getan.";
        never: "It can no longer be done: {steps} was given up.", "Es geht nicht mehr: {steps} wurde aufgegeben.";
        time_over: "Its time is over; anybody can give it up now.", "Seine Zeit ist um; jeder kann ihn jetzt aufgeben.";
        until: "Until {time}; after that it can be given up.", "Bis {time}; danach kann der Schritt aufgegeben werden.";
    }
}
