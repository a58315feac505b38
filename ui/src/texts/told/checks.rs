//! The network: what keeps it from working, and what a check of it finds.

pub(super) const SAID: &[(&str, &str)] = &[
    ("The network does not answer.", "Das Netz antwortet nicht."),
    (
        "Check the connection; what is under way goes on by itself when it is back.",
        "Prüfe die Verbindung; was unterwegs ist, geht von selbst weiter, wenn es wieder da ist.",
    ),
    (
        "It is sent again by itself when the network is back. Nothing is sent twice.",
        "Es wird von selbst noch einmal gesendet, wenn das Netz wieder da ist. Nichts wird doppelt gesendet.",
    ),
    ("Nothing can be decided now: {why}.", "Gerade lässt sich nichts entscheiden: {why}."),
    (
        "The network's node gives no answer that can be used: {why}.",
        "Der Knoten des Netzes gibt keine brauchbare Antwort: {why}.",
    ),
    (
        "Try it again. If it stays so, name another node in the network file.",
        "Noch einmal versuchen. Bleibt es so, einen anderen Knoten in der Netzwerkdatei nennen.",
    ),
    (
        "Nothing is paid or granted until two nodes say the same; it goes on by itself then.",
        "Bis zwei Knoten dasselbe sagen, wird nichts bezahlt und nichts geöffnet; dann geht es von selbst weiter.",
    ),
    ("Nothing was signed: {why}.", "Es wurde nichts unterschrieben: {why}."),
    (
        "Wait until the network asks for less, or change [fees] in the network file.",
        "Warte, bis das Netz weniger verlangt, oder ändere [fees] in der Netzdatei.",
    ),
    (
        "It goes on by itself when this has passed. Nothing is sent twice.",
        "Es geht von selbst weiter, wenn das vorbei ist. Nichts wird doppelt gesendet.",
    ),
    ("The contract refuses: {reason}.", "Der Vertrag im Netz lehnt ab: {reason}."),
    ("Nothing was changed.", "Es wurde nichts geändert."),
    ("It did not take effect: {why}.", "Es ist nicht wirksam geworden: {why}."),
    ("Try it again.", "Versuch es noch einmal."),
    ("Not every node can be relied on: {nodes}.", "Nicht auf jeden Knoten ist Verlass: {nodes}."),
    // The check
    ("Chain", "Kette"),
    ("number {chain}, block {block}", "Nummer {chain}, Block {block}"),
    ("Node {name}", "Knoten {name}"),
    ("chain {chain}, block {block}", "Kette {chain}, Block {block}"),
    ("chain {chain}, block {block}, answers in {ms} ms", "Kette {chain}, Block {block}, antwortet in {ms} ms"),
    ("Agreement of two nodes", "Einigkeit zweier Knoten"),
    ("one node only: what it says is believed", "nur ein Knoten: Was er sagt, wird geglaubt"),
    ("at block {block}", "bei Block {block}"),
    ("Confirmations", "Bestätigungen"),
    ("a transaction counts as soon as it is in a block", "eine Eintragung zählt, sobald sie in einem Block steht"),
    ("a transaction counts after {blocks} blocks", "eine Eintragung zählt nach {blocks} Blöcken"),
    ("Fee", "Gebühr"),
    ("free: gas costs nothing here", "frei: Gas kostet hier nichts"),
    ("{price} wei per gas, without a base fee", "{price} Wei je Gas, ohne Grundgebühr"),
    (
        "up to {fee} wei per gas, {priority} of it for the producer (EIP-1559)",
        "bis {fee} Wei je Gas, davon {priority} für den Erzeuger (EIP-1559)",
    ),
    ("at most {gwei} gwei per gas and {gas} gas", "höchstens {gwei} Gwei je Gas und {gas} Gas"),
    ("{parts}", "{parts}"),
    ("Contract {name}", "Vertrag {name}"),
    ("our code at {address}", "unser Code unter {address}"),
    ("code of somebody else at {address}", "fremder Code unter {address}"),
    ("Roles", "Rollen"),
    ("could not be asked: a contract is missing", "ließen sich nicht erfragen: Ein Vertrag fehlt"),
    (
        "conditions, template and actor types are as they should be",
        "Bedingungen, Vorlage und Rollen sind, wie sie sein sollen",
    ),
    ("Upgrades", "Änderungen"),
    ("the code can be changed by {owner}", "den Code kann {owner} ändern"),
    ("Priced purchases", "Bezahlte Käufe"),
    (
        "safe: the contracts that hold and move money are ours, byte for byte",
        "sicher: Die Verträge, die Geld halten und bewegen, sind Byte für Byte unsere",
    ),
    (
        "NOT SAFE: the contracts that hold and move money are not ours; a payment that is set aside can be taken by a stranger",
        "NICHT SICHER: Die Verträge, die Geld halten und bewegen, sind nicht unsere; ein Fremder kann zurückgelegtes Geld nehmen",
    ),
    ("Catalogue", "Katalog"),
    ("answers", "antwortet"),
    ("Key servers", "Schlüsselserver"),
    ("{some} answer, {others} do not", "{some} antworten, {others} nicht"),
    // Contracts and roles
    ("there is no contract at the address of {name}", "unter der Adresse von {name} ist kein Vertrag"),
    (
        "the contract at the address of {name} does not have its functions",
        "der Vertrag unter der Adresse von {name} hat nicht dessen Funktionen",
    ),
    ("AgreementStoreManager may not create conditions", "AgreementStoreManager darf keine Bedingungen anlegen"),
    ("the template {id} is not approved", "die Vorlage {id} ist nicht zugelassen"),
    (
        "the template {id} has other conditions than the network file names",
        "die Vorlage {id} hat andere Bedingungen, als die Netzdatei nennt",
    ),
    (
        "{name} can be changed by {owner}, who is not the network's Governance",
        "{name} kann von {owner} geändert werden, und das ist nicht die Verwaltung des Netzes",
    ),
    ("the actor type {id} is not registered", "die Rolle {id} ist nicht eingetragen"),
    // Nodes
    ("is of chain {found}, not {expected}", "gehört zu Kette {found}, nicht {expected}"),
    (
        "{node} is of chain {found}, the network is chain {expected}",
        "{node} gehört zu Kette {found}, das Netz ist Kette {expected}",
    ),
    ("does not answer ({why})", "antwortet nicht ({why})"),
    ("wants fewer requests", "will weniger Anfragen"),
    ("answers what cannot be: {what}", "antwortet, was nicht sein kann: {what}"),
    ("is {blocks} blocks behind", "ist {blocks} Blöcke zurück"),
    ("says otherwise than the others about {what}", "sagt etwas anderes als die anderen über {what}"),
    ("{node} {trouble}", "{node} {trouble}"),
    ("{node} says {answer}", "{node} sagt {answer}"),
    (
        "the network's nodes do not agree about {what}: {said}",
        "die Knoten des Netzes sind sich nicht einig über {what}: {said}",
    ),
    (
        "decisions about money need two nodes of the network that say the same",
        "für Geld müssen zwei Knoten des Netzes dasselbe sagen",
    ),
    (
        "money is moved or taken back only on what two nodes of the network say alike, and there are not two now: {nodes}; it goes on by itself when there are, and with a third node in the network file one may be away",
        "Geld wird nur bewegt oder zurückgeholt, wenn zwei Knoten des Netzes dasselbe sagen, und gerade sind es nicht zwei: {nodes}; es geht von selbst weiter, sobald es zwei sind, und mit einem dritten Knoten in der Netzdatei darf einer fehlen",
    ),
];
