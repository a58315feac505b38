//! Accounts, passwords, money.

pub(super) const SAID: &[(&str, &str)] = &[
    ("There is no account yet.", "Es gibt noch kein Konto."),
    (
        "Choose a password to make one; it takes a second.",
        "Wähle ein Passwort, um eines anzulegen; das dauert eine Sekunde.",
    ),
    ("Your account is locked.", "Dein Konto ist gesperrt."),
    (
        "Unlock it with your password; what you began is kept.",
        "Entsperre es mit deinem Passwort; was du begonnen hast, bleibt.",
    ),
    ("This is not the password of this account.", "Das ist nicht das Passwort dieses Kontos."),
    (
        "Try again, or bring the account back with its recovery words.",
        "Versuch es noch einmal, oder hol das Konto mit seinen Merkwörtern zurück.",
    ),
    ("A password is needed.", "Es braucht ein Passwort."),
    ("Choose one you will remember.", "Wähle eines, das du dir merkst."),
    ("There is no account “{name}” here.", "Ein Konto „{name}“ gibt es hier nicht."),
    ("There is no account {account} here.", "Ein Konto {account} gibt es hier nicht."),
    ("See the accounts with: neuston wallet list", "Die Konten zeigt: neuston wallet list"),
    ("The account {account} is here already.", "Das Konto {account} ist schon hier."),
    ("An account is already called {name}.", "Ein Konto heißt schon {name}."),
    ("A name has 1 to 64 visible characters.", "Ein Name hat 1 bis 64 sichtbare Zeichen."),
    ("This home already has an account with recovery words.", "Hier gibt es schon ein Konto mit Merkwörtern."),
    ("Choose another.", "Wähle ein anderes."),
    (
        "This account was made from a key file; it has no recovery words.",
        "Dieses Konto stammt aus einer Schlüsseldatei; es hat keine Merkwörter.",
    ),
    ("Save an encrypted copy instead.", "Speichere stattdessen eine verschlüsselte Kopie."),
    (
        "Keep an encrypted copy with: neuston wallet export FILE",
        "Eine verschlüsselte Kopie macht: neuston wallet export DATEI",
    ),
    ("The file holds no private key.", "In der Datei ist kein Schlüssel."),
    ("A key file has one line of 64 hex digits.", "Eine Schlüsseldatei hat eine Zeile mit 64 Hexziffern."),
    ("Recovery words are 12 or 24.", "Es sind 12 oder 24 Merkwörter."),
    ("Choose 12.", "Wähle 12."),
    (
        "Recovery words are 12, 15, 18, 21 or 24 words; these are {count}.",
        "Es sind 12, 15, 18, 21 oder 24 Merkwörter; das sind {count}.",
    ),
    (
        "The word at place {place} is not on the list of recovery words.",
        "Das Wort an Stelle {place} steht nicht in der Liste der Merkwörter.",
    ),
    (
        "These words do not belong together: one is wrong, or two are swapped.",
        "Diese Wörter gehören nicht zusammen: Eines ist falsch, oder zwei sind vertauscht.",
    ),
    ("Account {number} cannot be made of these words.", "Konto {number} lässt sich aus diesen Wörtern nicht machen."),
    ("Check the words and their order.", "Prüfe die Wörter und ihre Reihenfolge."),
    ("This is not the password of the file.", "Das ist nicht das Passwort der Datei."),
    ("This is no backup file of an account ({why}).", "Das ist keine Sicherungsdatei eines Kontos ({why})."),
    (
        "Backup files of this kind cannot be read ({what}).",
        "Sicherungsdateien dieser Art lassen sich nicht lesen ({what}).",
    ),
    (
        "This backup file asks for too much memory or time.",
        "Diese Sicherungsdatei verlangt zu viel Speicher oder Zeit.",
    ),
    (
        "This backup file does not hold the key that it claims to hold.",
        "In dieser Sicherungsdatei ist nicht der Schlüssel, den sie angibt.",
    ),
    (
        "The key of this backup file cannot be computed.",
        "Der Schlüssel dieser Sicherungsdatei lässt sich nicht berechnen.",
    ),
    ("Choose a Web3 keystore file of version 3.", "Wähle eine Web3-Keystore-Datei der Version 3."),
    ("This file is too large for a key.", "Diese Datei ist zu groß für einen Schlüssel."),
    ("Choose the key's file.", "Wähle die Datei des Schlüssels."),
    (
        "The keychain does not know the password of this account.",
        "Der Schlüsselbund kennt das Passwort dieses Kontos nicht.",
    ),
    ("This computer offers no keychain.", "Dieser Computer hat keinen Schlüsselbund."),
    ("The keychain did not answer.", "Der Schlüsselbund hat nicht geantwortet."),
    ("The keychain failed ({why}).", "Der Schlüsselbund hat versagt ({why})."),
    (
        "Unlock with your password; everything else works without the keychain.",
        "Entsperre mit deinem Passwort; alles andere geht ohne Schlüsselbund.",
    ),
    ("{path} is damaged ({reason}).", "{path} ist beschädigt ({reason})."),
    (
        "Bring the account back with its recovery words or a backup file, in another data folder.",
        "Hol das Konto mit seinen Merkwörtern oder einer Sicherungsdatei zurück, in einem anderen Datenordner.",
    ),
    (
        "The list of accounts {list} is gone. The keys are in {keys}, and stay there.",
        "Die Liste der Konten {list} fehlt. Die Schlüssel liegen in {keys} und bleiben dort.",
    ),
    (
        "Put the list back from a copy, or go on in another data folder with your recovery words.",
        "Leg die Liste aus einer Kopie zurück, oder mach in einem anderen Datenordner mit deinen Merkwörtern weiter.",
    ),
    ("Test tokens come in 1 to 1000 at once.", "Test-Guthaben gibt es in Mengen von 1 bis 1000."),
    ("Ask for up to 1000.", "Verlange höchstens 1000."),
    ("This network hands out no test tokens.", "Dieses Netz verteilt kein Test-Guthaben."),
    ("Receive tokens from somebody.", "Lass dir von jemandem Guthaben senden."),
    ("The network hands out no more tokens to this account now.", "Das Netz gibt diesem Konto gerade nichts mehr."),
    ("Try again later, or ask for fewer.", "Versuch es später noch einmal, oder verlange weniger."),
    ("An address and an amount are needed.", "Es braucht eine Adresse und einen Betrag."),
    ("Fill in both.", "Gib beides an."),
    (
        "It costs {needed} and your account holds {balance}: {missing} are missing.",
        "Es kostet {needed}, und auf deinem Konto sind {balance}: Es fehlen {missing}.",
    ),
    (
        "You want to send {amount} and your account holds {balance}.",
        "Du willst {amount} senden, und auf deinem Konto sind {balance}.",
    ),
    ("Send at most what it holds. Nothing was sent.", "Sende höchstens, was darauf ist. Es wurde nichts gesendet."),
    (
        "Get tokens under Account, then buy it. Nothing was paid.",
        "Hol dir unter Konto Guthaben und kaufe es dann. Es wurde nichts bezahlt.",
    ),
    ("This account cannot pay the network fee.", "Dieses Konto kann die Netzgebühr nicht zahlen."),
    ("Ask whoever runs the network for a little ether.", "Lass dir vom Betreiber des Netzes ein wenig Ether geben."),
];
