//! Texts of buying: the sheet, the way of a purchase, the library, the activity.

use super::texts;

texts! {
    /// The purchase sheet and page.
    Buying {
        title: "Buy “{name}”", "„{name}“ kaufen";
        title_free: "Get “{name}”", "„{name}“ holen";
        from: "From {publisher}", "Von {publisher}";
        which: "What do you want to buy?", "Was möchtest du kaufen?";
        price: "Price", "Preis";
        fee: "Network fee", "Netzgebühr";
        no_fee: "none here", "hier keine";
        fee_at_most: "at most {fee}", "höchstens {fee}";
        at_most: "You pay at most", "Du zahlst höchstens";
        left: "Left afterwards", "Danach übrig";
        missing: "Missing", "Es fehlen";
        promise: "Data or money back.", "Daten oder Geld zurück.";
        promise_more: "Your {amount} is set aside, not paid, until the publisher opens the data. If that has not happened by about {time}, it comes back to you by itself.", "Deine {amount} werden zurückgelegt, nicht bezahlt, bis der Anbieter die Daten öffnet. Ist das bis etwa {time} nicht geschehen, kommen sie von selbst zurück.";
        no_promise: "Money back is not possible here.", "Geld zurück ist hier nicht möglich.";
        unsure: "Money back cannot be promised here.", "Geld zurück lässt sich hier nicht versprechen.";
        promise_foreign: "The contracts of this network are not Neuston's. They have holes through which a stranger can take your {amount} while it is set aside. Then it does not come back.", "Die Verträge dieses Netzwerks sind nicht die von Neuston. Sie haben Lücken, durch die Fremde deine {amount} nehmen können, solange sie zurückgelegt sind. Dann kommen sie nicht zurück.";
        accept_foreign: "I have read this and buy on this network all the same", "Das habe ich gelesen und kaufe in diesem Netzwerk trotzdem";
        accept_no_limit: "I have read this and buy it all the same", "Das habe ich gelesen und kaufe trotzdem";
        promise_no_limit: "Your {amount} is set aside until the publisher opens the data. The publisher set no time for that: if the data is never opened, your {amount} stays set aside.", "Deine {amount} werden zurückgelegt, bis der Anbieter die Daten öffnet. Eine Frist hat er nicht gesetzt: Öffnet er sie nie, bleiben deine {amount} zurückgelegt.";
        promise_free: "It costs nothing.", "Es kostet nichts.";
        promise_free_more: "The publisher opens the data for you, usually in a few seconds.", "Der Anbieter öffnet dir die Daten, meist in wenigen Sekunden.";
        confirm: "Buy for {amount}", "Für {amount} kaufen";
        confirm_free: "Get it for free", "Kostenlos holen";
        get_tokens: "Get test tokens", "Test-Guthaben holen";
        crumb: "Purchase", "Kauf";
        may_close: "You can close this window. It goes on, and finishes when you come back.", "Du kannst dieses Fenster schließen. Es geht weiter und wird fertig, wenn du zurückkommst.";
        keep_open: "Keep Neuston open for a moment; the next step is ours.", "Lass Neuston einen Moment offen; der nächste Schritt ist unserer.";
        opens_by: "Opened for you by", "Für dich geöffnet bis";
        time_left: "about {time} left, usually seconds", "in etwa {time}, meist in Sekunden";
        time_over: "the time is over", "die Zeit ist um";
        back_by: "If not, your {amount} is back by", "Sonst sind deine {amount} zurück bis";
        back_free: "If not, it ends by", "Sonst endet es bis";
        nothing_to_do: "nothing for you to do", "du musst nichts tun";
        name_opens: "The publisher has to open it by {time}, about {left} from now.", "Der Anbieter muss es bis {time} öffnen, in etwa {left}.";
        name_back: "If not, your {amount} is back by {time} by itself.", "Sonst sind deine {amount} bis {time} von selbst zurück.";
        done_title: "It is yours.", "Es gehört dir.";
        done: "{publisher} was paid {amount}. Save the files where you like.", "{publisher} wurde mit {amount} bezahlt. Speichere die Dateien, wo du willst.";
        done_free: "{publisher} opened it for you. Save the files where you like.", "{publisher} hat es dir geöffnet. Speichere die Dateien, wo du willst.";
        done_unpaid: "{publisher} opened it for you. Save the files where you like; the {amount} goes to the publisher by itself.", "{publisher} hat es dir geöffnet. Speichere die Dateien, wo du willst; die {amount} gehen von selbst an den Anbieter.";
        download: "Download", "Herunterladen";
        to_library: "Go to your library", "Zur Bibliothek";
        refunded_title: "Your {amount} is back in your account.", "Deine {amount} sind wieder auf deinem Konto.";
        refunded: "{publisher} did not open the data in time. Nothing was paid.", "{publisher} hat die Daten nicht rechtzeitig geöffnet. Es wurde nichts bezahlt.";
        ended_free: "{publisher} did not open the data in time. It cost nothing.", "{publisher} hat die Daten nicht rechtzeitig geöffnet. Es hat nichts gekostet.";
        abandoned_title: "Your money never left your account.", "Dein Geld hat dein Konto nie verlassen.";
        abandoned_free: "The purchase has ended.", "Der Kauf ist beendet.";
        abandoned: "The purchase ended before anything was set aside.", "Der Kauf endete, bevor etwas zurückgelegt wurde.";
        refunding: "Your {amount} is on its way back to you.", "Deine {amount} sind auf dem Weg zurück zu dir.";
        safe: "Your {amount} is set aside. Nobody has it.", "Deine {amount} sind zurückgelegt. Niemand hat sie.";
        with_you: "Your money is still in your account.", "Dein Geld ist noch auf deinem Konto.";
        with_publisher: "The publisher was paid {amount}.", "Der Anbieter wurde mit {amount} bezahlt.";
        take_back: "Take my money back now", "Mein Geld jetzt zurückholen";
        again: "Try again", "Noch einmal kaufen";
        similar: "Find similar data", "Ähnliche Daten suchen";
        receipt: "Save a receipt", "Beleg speichern";
        receipt_saved: "The receipt is in {path}.", "Der Beleg liegt in {path}.";
        unlock_to_go_on: "It waits for you to unlock your account.", "Es wartet darauf, dass du dein Konto entsperrst.";
        below: "Below the surface: agreement, blocks and events", "Unter der Oberfläche: Vereinbarung, Blöcke und Ereignisse";
        agreement: "Agreement", "Vereinbarung";
        state: "State", "Zustand";
        last_block: "Opened by block", "Geöffnet bis Block";
        newest_block: "Newest block", "Neuester Block";
        step: "Step", "Schritt";
        block: "Block", "Block";
        event: "Event", "Ereignis";
        after: "After", "Nach";
    }
}

texts! {
    /// The steps of a purchase: done, under way, to come, what is said below.
    Steps {
        agreed: "You agreed to the terms", "Du hast den Bedingungen zugestimmt";
        agreed_now: "You agree to the terms", "Du stimmst den Bedingungen zu";
        on_record: "The agreement is on record", "Die Vereinbarung ist eingetragen";
        on_record_now: "Putting the agreement on record", "Die Vereinbarung wird eingetragen";
        on_record_later: "The agreement goes on record", "Die Vereinbarung wird eingetragen";
        on_record_missed: "The agreement did not go on record", "Die Vereinbarung wurde nicht eingetragen";
        set_aside: "Your {amount} is set aside", "Deine {amount} sind zurückgelegt";
        set_aside_past: "Your {amount} was set aside", "Deine {amount} wurden zurückgelegt";
        set_aside_now: "Setting your {amount} aside", "Deine {amount} werden zurückgelegt";
        set_aside_later: "Your {amount} is set aside", "Deine {amount} werden zurückgelegt";
        set_aside_missed: "Nothing was set aside", "Es wurde nichts zurückgelegt";
        set_aside_note: "Nobody has it yet: neither you nor the publisher.", "Noch hat sie niemand: weder du noch der Anbieter.";
        confirmed_free: "The agreement is confirmed", "Die Vereinbarung ist bestätigt";
        confirmed_free_now: "Confirming the agreement", "Die Vereinbarung wird bestätigt";
        opened: "{publisher} opened it for you", "{publisher} hat es dir geöffnet";
        opened_now: "Waiting for {publisher} to open it", "Warten darauf, dass {publisher} es öffnet";
        opened_later: "{publisher} opens it for you", "{publisher} öffnet es dir";
        opened_missed: "The publisher did not open it", "Der Anbieter hat es nicht geöffnet";
        keys: "The keys to the files are here", "Die Schlüssel zu den Dateien sind da";
        keys_now: "Fetching the keys to the files", "Die Schlüssel zu den Dateien werden geholt";
        keys_missed: "The keys were not needed", "Die Schlüssel wurden nicht gebraucht";
        keys_later: "The keys to the files arrive", "Die Schlüssel zu den Dateien kommen an";
        paid: "The publisher was paid", "Der Anbieter wurde bezahlt";
        paid_now: "The publisher is being paid", "Der Anbieter wird bezahlt";
        paid_later: "The publisher is paid", "Der Anbieter wird bezahlt";
        paid_missed: "The publisher was not paid", "Der Anbieter wurde nicht bezahlt";
        time_over: "{publisher} did not open it in time", "{publisher} hat es nicht rechtzeitig geöffnet";
        time_over_later: "The time to open it ends", "Die Zeit zum Öffnen endet";
        money_back: "Your {amount} came back", "Deine {amount} kamen zurück";
        money_back_now: "Your {amount} is on its way back", "Deine {amount} sind auf dem Weg zurück";
        money_back_later: "Your {amount} comes back", "Deine {amount} kommen zurück";
        ended_free: "It ended by itself", "Es endete von selbst";
        wait_us: "This computer does the next step.", "Den nächsten Schritt tut dieser Computer.";
        wait_unlock: "Unlock your account, and it goes on.", "Entsperre dein Konto, dann geht es weiter.";
        wait_publisher: "The publisher's computer acts next.", "Als Nächstes handelt der Computer des Anbieters.";
        wait_keys: "The keys to the files are on their way.", "Die Schlüssel zu den Dateien sind unterwegs.";
        wait_network: "The network acts next.", "Als Nächstes handelt das Netz.";
        wait_time: "Nothing for anybody to do until the time is over.", "Bis die Zeit um ist, muss niemand etwas tun.";
    }
}

texts! {
    /// The library.
    LibraryTexts {
        data: "Data", "Daten";
        size: "Size", "Größe";
        state: "On this computer", "Auf diesem Computer";
        actions: "What to do", "Was zu tun ist";
        bought: "bought {when}", "gekauft {when}";
        got: "got {when}", "geholt {when}";
        check_all: "Check all files", "Alle Dateien prüfen";
        checking: "Checking", "Wird geprüft";
        checked: "All files are checked.", "Alle Dateien sind geprüft.";
        checked_not_all: "Not all files could be checked.", "Nicht alle Dateien ließen sich prüfen.";
        download: "Download", "Herunterladen";
        download_again: "Download again", "Noch einmal laden";
        open_folder: "Open folder", "Ordner öffnen";
        pause: "Pause", "Pause";
        resume: "Go on", "Weiter";
        stop: "Cancel", "Abbrechen";
        check: "Check", "Prüfen";
        absent: "Not on this computer", "Nicht auf diesem Computer";
        verified: "Verified, on this computer", "Geprüft, auf diesem Computer";
        unverifiable: "On this computer, cannot be verified", "Auf diesem Computer, nicht prüfbar";
        different: "Not the bytes that were sold", "Nicht die verkauften Bytes";
        gone: "No longer where it was saved", "Nicht mehr, wo es gespeichert war";
        queued: "Waiting its turn", "Wartet";
        running: "{done} of {total}", "{done} von {total}";
        running_unknown: "{done} so far", "bisher {done}";
        speed: "{speed}/s", "{speed}/s";
        left: "{time} left", "fertig in {time}";
        paused: "Paused at {done}", "Angehalten bei {done}";
        failed: "Stopped at {done}", "Stehen geblieben bei {done}";
        still_yours: "It is yours; nothing is paid again.", "Es gehört dir; es wird nichts noch einmal bezahlt.";
        bar: "Download of {name}", "Herunterladen von {name}";
        waiting: "Waiting for its publisher", "Wartet auf den Anbieter";
        under_way: "Under way", "Unterwegs";
        see: "See how it goes", "Stand ansehen";
        returned: "Money returned: {amount}", "Geld zurück: {amount}";
        ended: "Ended, nothing paid", "Beendet, nichts bezahlt";
        what_happened: "What happened", "Was geschehen ist";
        fetch_until: "can be downloaded until {when}", "ladbar bis {when}";
        unlisted: "no longer offered", "nicht mehr angeboten";
        empty: "Nothing here yet", "Noch nichts hier";
        empty_more: "What you buy or take for free lives here, also offline.", "Was du kaufst oder kostenlos holst, lebt hier, auch ohne Netz.";
        find: "Find data", "Daten finden";
        rebuild: "Look for earlier purchases", "Nach früheren Käufen suchen";
        where_to: "Where to save it", "Wohin speichern";
        where_more: "Nothing that is there already is overwritten.", "Was dort schon liegt, wird nicht überschrieben.";
        folder: "Folder", "Ordner";
        choose: "Choose", "Wählen";
    }
}

texts! {
    /// The activity.
    Activity {
        agreed: "You agreed to the terms of “{name}”", "Du hast den Bedingungen von „{name}“ zugestimmt";
        set_aside: "Money for “{name}” was set aside", "Geld für „{name}“ wurde zurückgelegt";
        opened: "“{name}” was opened for you", "„{name}“ wurde dir geöffnet";
        bought: "“{name}” is yours", "„{name}“ gehört dir";
        downloaded: "A file of “{name}” was saved", "Eine Datei von „{name}“ wurde gespeichert";
        money_back: "Your money for “{name}” came back", "Dein Geld für „{name}“ kam zurück";
        abandoned: "The purchase of “{name}” ended, nothing was paid", "Der Kauf von „{name}“ endete, es wurde nichts bezahlt";
        published: "You published “{name}”", "Du hast „{name}“ veröffentlicht";
        unlisted: "You took “{name}” out of search", "Du hast „{name}“ aus der Suche genommen";
        sold: "Somebody bought “{name}”", "Jemand hat „{name}“ gekauft";
        paid: "You were paid for “{name}”", "Du wurdest für „{name}“ bezahlt";
        test_tokens: "Test tokens arrived", "Test-Guthaben kam an";
        sent: "You sent tokens", "Du hast Guthaben gesendet";
        recorded: "The agreement “{name}” is on record", "Die Vereinbarung „{name}“ ist eingetragen";
        step_done: "Step done: {name}", "Schritt getan: {name}";
        step_aborted: "Step given up: {name}", "Schritt aufgegeben: {name}";
        empty: "Nothing has happened yet", "Noch ist nichts geschehen";
        empty_more: "Agreements, payments, refunds and sales appear here, each in one sentence.", "Vereinbarungen, Zahlungen, Erstattungen und Verkäufe erscheinen hier, je in einem Satz.";
    }
}
