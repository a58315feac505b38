//! Finding, buying, downloading, receipts, licences.

pub(super) const SAID: &[(&str, &str)] = &[
    // What has to be accepted, what may not be signed, what cannot be paid for
    (
        "Money back is not possible here: the publisher set no time to open it.",
        "Geld zurück ist hier nicht möglich: Der Anbieter hat keine Frist zum Öffnen gesetzt.",
    ),
    (
        "To buy it all the same, add --without-refund. If it is never opened, your money stays set aside.",
        "Um es trotzdem zu kaufen, füge --without-refund hinzu. Wird es nie geöffnet, bleibt dein Geld zurückgelegt.",
    ),
    (
        "The contracts of this network are not ours. They have holes through which a stranger can take a payment that is set aside, so that money back cannot be promised.",
        "Die Verträge dieses Netzes sind nicht unsere. In ihnen sind Lücken, durch die Fremde eine zurückgelegte Zahlung nehmen können; Geld zurück lässt sich hier nicht versprechen.",
    ),
    (
        "To buy on this network all the same, consent once with: neuston network consent. Nothing was paid.",
        "Um in diesem Netz trotzdem zu kaufen, stimme einmal zu mit: neuston network consent. Es wurde nichts gezahlt.",
    ),
    (
        "The rules of this data folder do not allow it: {rule}.",
        "Die Regeln dieses Datenordners erlauben es nicht: {rule}.",
    ),
    (
        "Ask whoever keeps the rules; they are in {path}. Nothing was signed.",
        "Frag, wer die Regeln pflegt; sie stehen in {path}. Es wurde nichts unterschrieben.",
    ),
    (
        "The rules of this data folder cannot be read, so nothing is signed: {why}.",
        "Die Regeln dieses Datenordners lassen sich nicht lesen, darum wird nichts unterschrieben: {why}.",
    ),
    (
        "Set {path} right, or take it away if there are to be no rules.",
        "Bring {path} in Ordnung, oder nimm die Datei weg, wenn es keine Regeln geben soll.",
    ),
    (
        "This network takes a fee for transactions. It may come to {needed} ether, and your account has {has}.",
        "Dieses Netz nimmt für Transaktionen eine Gebühr. Es können {needed} Ether werden, und dein Konto hat {has}.",
    ),
    (
        "Send some of the network's own coin to your account's address; it is under Account. Nothing was paid.",
        "Schicke etwas von der eigenen Münze des Netzes an die Adresse deines Kontos; sie steht unter Konto. Es wurde nichts gezahlt.",
    ),
    (
        "Send some of the network's own coin to your account's address, or move less.",
        "Schicke etwas von der eigenen Münze des Netzes an die Adresse deines Kontos, oder verschiebe weniger.",
    ),
    (
        "Your account has {has} ether; that is not enough, or nothing was to be moved.",
        "Dein Konto hat {has} Ether; das reicht nicht, oder es sollte nichts verschoben werden.",
    ),
    (
        "This computer cannot pay the network's fees: move some to it under Account.",
        "Dieser Computer kann die Gebühren des Netzes nicht zahlen: Verschiebe unter Konto etwas auf ihn.",
    ),
    ("This agreement is not here.", "Diese Vereinbarung gibt es hier nicht."),
    ("See your agreements under Activity.", "Deine Vereinbarungen stehen unter Verlauf."),
    // Listings
    ("This listing is not here.", "Dieses Angebot gibt es hier nicht."),
    ("Check its number, or search for its name.", "Prüfe die Nummer, oder suche nach dem Namen."),
    ("The catalogue does not answer.", "Der Katalog antwortet nicht."),
    ("The catalogue does not answer: {why}.", "Der Katalog antwortet nicht: {why}."),
    (
        "Check the connection and try again. Your library works without it.",
        "Prüfe die Verbindung und versuch es noch einmal. Deine Bibliothek geht auch ohne.",
    ),
    ("This network names no catalogue.", "Dieses Netz nennt keinen Katalog."),
    (
        "Ask whoever runs the network for its file, or use another network.",
        "Lass dir vom Betreiber des Netzes dessen Datei geben, oder nimm ein anderes Netz.",
    ),
    (
        "The catalogue's copy of this listing cannot be read: {why}.",
        "Was der Katalog von diesem Angebot hat, lässt sich nicht lesen: {why}.",
    ),
    ("Tell whoever runs the catalogue.", "Sag es dem Betreiber des Katalogs."),
    ("The catalogue answered with another listing.", "Der Katalog hat mit einem anderen Angebot geantwortet."),
    (
        "Tell whoever runs the catalogue. Nothing was paid.",
        "Sag es dem Betreiber des Katalogs. Es wurde nichts bezahlt.",
    ),
    // What stands in the way of a purchase
    ("This is your own listing.", "Dieses Angebot ist deins."),
    ("Your own computer delivers this.", "Das liefert dein eigener Computer."),
    ("You have the data already.", "Die Daten hast du schon."),
    ("“{name}” is in your library already.", "„{name}“ ist schon in deiner Bibliothek."),
    ("Download it from there; it costs nothing again.", "Lade es von dort; es kostet nicht noch einmal."),
    ("A service that can be bought is not here.", "Hier gibt es nichts, was man kaufen kann."),
    ("Look at the listing again.", "Sieh dir das Angebot noch einmal an."),
    (
        "The record of this listing is another one than a moment ago.",
        "Eingetragen ist zu diesem Angebot etwas anderes als eben noch.",
    ),
    ("This listing is not on record on this network.", "Dieses Angebot ist in diesem Netz nicht eingetragen."),
    (
        "The catalogue's copy of this listing is not the one its owner put on record.",
        "Was der Katalog von diesem Angebot hat, ist nicht, was der Eigentümer eingetragen hat.",
    ),
    ("It is not clear what would be agreed: {why}.", "Es ist nicht klar, was vereinbart würde: {why}."),
    ("This listing names no form of agreement.", "Dieses Angebot nennt keine Vereinbarungsform."),
    (
        "This listing uses a form of agreement that this network has not approved.",
        "Dieses Angebot nutzt eine Vereinbarungsform, die dieses Netz nicht zugelassen hat.",
    ),
    (
        "Do not buy it; tell the publisher. Nothing was paid.",
        "Kaufe es nicht; sag es dem Anbieter. Es wurde nichts bezahlt.",
    ),
    ("The listing has changed since you looked at it.", "Das Angebot hat sich geändert, seit du es angesehen hast."),
    ("It costs {price} now.", "Es kostet jetzt {price}."),
    (
        "Look at it again and confirm the new terms. Nothing was paid.",
        "Sieh es dir noch einmal an und bestätige die neuen Bedingungen. Es wurde nichts bezahlt.",
    ),
    // Purchases
    ("This purchase is not here.", "Diesen Kauf gibt es hier nicht."),
    ("See your purchases under Activity.", "Deine Käufe stehen im Verlauf."),
    ("See what you own in your library.", "Was dir gehört, steht in deiner Bibliothek."),
    (
        "It was not begun: {reason}. No money was taken.",
        "Es wurde nicht begonnen: {reason}. Es wurde kein Geld genommen.",
    ),
    (
        "The publisher's computer refused: {reason}. No money was taken.",
        "Der Computer des Anbieters hat abgelehnt: {reason}. Es wurde kein Geld genommen.",
    ),
    (
        "The publisher's computer did not put the agreement on record in time. No money was taken.",
        "Der Computer des Anbieters hat die Vereinbarung nicht rechtzeitig eingetragen. Es wurde kein Geld genommen.",
    ),
    (
        "The agreement could not be put on record: {reason}. No money was taken.",
        "Die Vereinbarung ließ sich nicht eintragen: {reason}. Es wurde kein Geld genommen.",
    ),
    (
        "The agreement on record is not what you confirmed: {flaw}. No money was taken.",
        "Die eingetragene Vereinbarung ist nicht, was du bestätigt hast: {flaw}. Es wurde kein Geld genommen.",
    ),
    (
        "Too little of the agreed time was left. No money was taken.",
        "Von der vereinbarten Zeit war zu wenig übrig. Es wurde kein Geld genommen.",
    ),
    (
        "Your money could not be set aside: {reason}. No money was taken.",
        "Dein Geld ließ sich nicht zurücklegen: {reason}. Es wurde kein Geld genommen.",
    ),
    ("You took it back. No money was taken.", "Du hast es zurückgenommen. Es wurde kein Geld genommen."),
    ("Try again later, or tell the publisher.", "Versuch es später noch einmal, oder sag es dem Anbieter."),
    ("It does not go on just now: {why}.", "Gerade geht es nicht weiter: {why}."),
    (
        "It is tried again by itself. You may close the window.",
        "Es wird von selbst wieder versucht. Du kannst das Fenster schließen.",
    ),
    ("Your account is locked, and this needs it.", "Dein Konto ist gesperrt, und hierfür wird es gebraucht."),
    ("Unlock it; the purchase goes on at once.", "Entsperre es; der Kauf geht dann gleich weiter."),
    (
        "The publisher opened this for you, so the agreement is fulfilled.",
        "Der Anbieter hat dir das geöffnet; die Vereinbarung ist erfüllt.",
    ),
    ("Talk to the publisher if something is wrong with it.", "Sprich mit dem Anbieter, wenn etwas damit nicht stimmt."),
    ("A payment is in a block that is too new to build on.", "Eine Zahlung steht in einem Block, der noch zu neu ist."),
    ("Try again in a few minutes.", "Versuch es in ein paar Minuten noch einmal."),
    ("the publisher's computer does not answer ({why})", "der Computer des Anbieters antwortet nicht ({why})"),
    ("too few key servers answer ({why})", "zu wenige Schlüsselserver antworten ({why})"),
    ("the listing names no gateway", "das Angebot nennt keinen Computer des Anbieters"),
    ("the listing as it was confirmed is missing", "das Angebot, wie es bestätigt wurde, fehlt"),
    ("the data file cannot be used ({why})", "die Datendatei lässt sich nicht benutzen ({why})"),
    // Keys and downloads
    ("This network names no key servers.", "Dieses Netz nennt keine Schlüsselserver."),
    ("The key servers do not give the keys: {why}.", "Die Schlüsselserver geben die Schlüssel nicht heraus: {why}."),
    ("It is tried again by itself; the purchase is safe.", "Es wird von selbst wieder versucht; der Kauf ist sicher."),
    ("The listing's files cannot be found: {why}.", "Die Dateien des Angebots lassen sich nicht finden: {why}."),
    ("it holds no list of files", "es enthält keine Dateiliste"),
    ("Tell the publisher; the purchase and its receipt stay.", "Sag es dem Anbieter; der Kauf und sein Beleg bleiben."),
    ("This file is not here.", "Diese Datei gibt es hier nicht."),
    ("See the files of the purchase in your library.", "Die Dateien des Kaufs stehen in deiner Bibliothek."),
    ("This download is not here.", "Diesen Download gibt es hier nicht."),
    ("See your downloads in the library.", "Was geladen wird, steht in der Bibliothek."),
    (
        "What arrived is not what was sold. It is kept apart as {path}, and not used.",
        "Was ankam, ist nicht, was verkauft wurde. Es liegt beiseite in {path} und wird nicht benutzt.",
    ),
    (
        "Download it again. If it stays different, show the receipt to the publisher.",
        "Lade es noch einmal. Bleibt es anders, zeige dem Anbieter den Beleg.",
    ),
    ("The publisher's computer does not answer: {why}.", "Der Computer des Anbieters antwortet nicht: {why}."),
    (
        "The publisher's computer stopped in the middle of the file.",
        "Der Computer des Anbieters hat mitten in der Datei aufgehört.",
    ),
    (
        "The publisher's computer answers with error {status}.",
        "Der Computer des Anbieters antwortet mit Fehler {status}.",
    ),
    (
        "Try again later; what was loaded so far is kept.",
        "Versuch es später noch einmal; was schon geladen ist, bleibt.",
    ),
    ("Try again; what was loaded so far is kept.", "Versuch es noch einmal; was schon geladen ist, bleibt."),
    (
        "The publisher's computer does not give this file out any more: the time to fetch it may be over.",
        "Der Computer des Anbieters gibt diese Datei nicht mehr heraus: Vielleicht ist die Zeit zum Laden um.",
    ),
    ("See until when it can be fetched in your library.", "Bis wann man sie laden kann, steht in deiner Bibliothek."),
    ("The publisher does not have this file any more.", "Der Anbieter hat diese Datei nicht mehr."),
    ("Ask the publisher; your purchase and its receipt stay.", "Frag den Anbieter; dein Kauf und sein Beleg bleiben."),
    // Receipts and rebuilding
    ("Nothing of this agreement is on record.", "Von dieser Vereinbarung ist nichts eingetragen."),
    (
        "A purchase that ended before it was put on record has no receipt: nothing was paid.",
        "Ein Kauf, der endete, bevor er eingetragen war, hat keinen Beleg: Es wurde nichts bezahlt.",
    ),
    ("The chain has just changed its newest blocks.", "Die Kette hat gerade ihre neuesten Blöcke geändert."),
    ("Make the receipt again in a minute.", "Speichere den Beleg in einer Minute noch einmal."),
    ("Try again in a minute.", "Versuch es in einer Minute noch einmal."),
    (
        "{count} could not be brought back now: {why} Everything else is here.",
        "{count} ließen sich gerade nicht zurückholen: {why} Alles andere ist da.",
    ),
    (
        "Try again when the catalogue and the key servers answer: neuston library --rebuild",
        "Versuch es noch einmal, wenn Katalog und Schlüsselserver antworten: neuston library --rebuild",
    ),
    ("There is no event “{name}”.", "Ein Ereignis „{name}“ gibt es nicht."),
    ("There are: {names}.", "Es gibt: {names}."),
    // Licences
    ("Use only", "Nur nutzen"),
    ("Use within one organisation", "Nutzen innerhalb einer Organisation"),
    (
        "You may use, share and change it, also commercially, as long as you name {author}.",
        "Du darfst es nutzen, teilen und ändern, auch gewerblich, solange du {author} nennst.",
    ),
    (
        "You may do anything with it; no rights are reserved.",
        "Du darfst damit alles tun; es sind keine Rechte vorbehalten.",
    ),
    (
        "You may use, share and change it, also commercially, as long as you name {author} and pass it on under the same licence.",
        "Du darfst es nutzen, teilen und ändern, auch gewerblich, solange du {author} nennst und es unter derselben Lizenz weitergibst.",
    ),
    (
        "You may use, share and change it, but not commercially, as long as you name {author}.",
        "Du darfst es nutzen, teilen und ändern, aber nicht gewerblich, solange du {author} nennst.",
    ),
    (
        "You may use, share and change the database, also commercially, as long as you name {author}.",
        "Du darfst die Datenbank nutzen, teilen und ändern, auch gewerblich, solange du {author} nennst.",
    ),
    (
        "You may use, share and change the database, as long as you name {author} and keep what you publish of it open.",
        "Du darfst die Datenbank nutzen, teilen und ändern, solange du {author} nennst und offen hältst, was du davon veröffentlichst.",
    ),
    (
        "You may do anything with the database; no rights are reserved.",
        "Du darfst mit der Datenbank alles tun; es sind keine Rechte vorbehalten.",
    ),
    (
        "You may use it for your own work. You may not pass it on.",
        "Du darfst es für deine eigene Arbeit nutzen. Weitergeben darfst du es nicht.",
    ),
    (
        "Everybody in your organisation may use it. You may not pass it on outside.",
        "Alle in deiner Organisation dürfen es nutzen. Nach außen weitergeben darfst du es nicht.",
    ),
    ("The publisher's own terms apply: {license}.", "Es gelten die eigenen Bedingungen des Anbieters: {license}."),
];
