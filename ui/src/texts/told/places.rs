//! Disks, data folders, network files, the window's own dialogs.

pub(super) const SAID: &[(&str, &str)] = &[
    ("The network file cannot be used: {why}.", "Die Netzdatei lässt sich nicht verwenden: {why}."),
    // Faults of ours
    ("Something went wrong inside: {what}.", "Im Innern ist etwas schiefgegangen: {what}."),
    (
        "Restart Neuston and try again. Purchases and drafts are kept.",
        "Starte Neuston neu und versuch es noch einmal. Käufe und Entwürfe bleiben.",
    ),
    ("Restart Neuston and try again.", "Starte Neuston neu und versuch es noch einmal."),
    ("Restart Neuston. Nothing is lost.", "Starte Neuston neu. Nichts ist verloren."),
    ("The answer belongs to another question.", "Die Antwort gehört zu einer anderen Frage."),
    (
        "The window and its backend do not understand each other: {what}.",
        "Fenster und Programm verstehen einander nicht: {what}.",
    ),
    ("Start Neuston again.", "Starte Neuston noch einmal."),
    // Disks
    ("The disk is full.", "Die Festplatte ist voll."),
    (
        "Make room, then go on. Nothing is lost and nothing is paid twice.",
        "Schaffe Platz, dann geht es weiter. Nichts ist verloren, und nichts wird doppelt bezahlt.",
    ),
    (
        "The disk below the data folder does not work as it should.",
        "Die Festplatte unter dem Datenordner arbeitet nicht, wie sie soll.",
    ),
    (
        "Check that it is there, has room and may be written, then go on. Nothing is paid twice.",
        "Prüfe, ob sie da ist, Platz hat und beschrieben werden darf; dann geht es weiter. Nichts wird doppelt bezahlt.",
    ),
    ("A data file is damaged.", "Eine Datendatei ist beschädigt."),
    (
        "Put the data folder back from a copy, or bring your recovery words or a backup file to a new one.",
        "Hol den Datenordner aus einer Kopie zurück, oder bring deine Merkwörter oder eine Sicherungsdatei in einen neuen.",
    ),
    ("The data file {path} was written by a newer version.", "Die Datendatei {path} stammt von einer neueren Version."),
    ("Start the newer version of Neuston.", "Starte die neuere Version von Neuston."),
    ("The disk is full; {path} could not be written.", "Die Festplatte ist voll; {path} ließ sich nicht schreiben."),
    (
        "Make room or choose another folder, then go on. What was loaded so far is kept.",
        "Schaffe Platz oder wähle einen anderen Ordner, dann geht es weiter. Was schon geladen ist, bleibt.",
    ),
    ("The disk does not take a file as large as {path}.", "Die Festplatte nimmt keine so große Datei wie {path}."),
    (
        "Choose a folder on another disk, then go on. What was loaded so far is kept.",
        "Wähle einen Ordner auf einer anderen Festplatte, dann geht es weiter. Was schon geladen ist, bleibt.",
    ),
    ("{path} is not there any more.", "{path} ist nicht mehr da."),
    (
        "Put it back or choose another file. Nothing else is lost.",
        "Leg es zurück oder wähle eine andere Datei. Sonst ist nichts verloren.",
    ),
    (
        "{path} cannot be used: this computer does not allow it.",
        "{path} lässt sich nicht benutzen: Dieser Computer erlaubt es nicht.",
    ),
    ("Choose a folder of your own.", "Wähle einen eigenen Ordner."),
    ("{path} cannot be used: {why}.", "{path} lässt sich nicht benutzen: {why}."),
    ("{path} cannot be used ({why})", "{path} lässt sich nicht benutzen ({why})"),
    ("Choose another place.", "Wähle einen anderen Ort."),
    ("{path} exists already.", "{path} gibt es schon."),
    ("Choose another name; nothing is overwritten.", "Wähle einen anderen Namen; nichts wird überschrieben."),
    (
        "Free this place, make room or allow writing, then try again.",
        "Mach diesen Ort frei, schaffe Platz oder erlaube das Schreiben, und versuch es noch einmal.",
    ),
    // The data folder
    ("This system names no folder for data.", "Dieses System nennt keinen Ordner für Daten."),
    ("The data folder {path} cannot be used: {why}.", "Der Datenordner {path} lässt sich nicht benutzen: {why}."),
    (
        "Choose another folder with --home, or make room and allow writing.",
        "Wähle mit --home einen anderen Ordner, oder schaffe Platz und erlaube das Schreiben.",
    ),
    ("The data folder cannot be written: {why}.", "Der Datenordner lässt sich nicht beschreiben: {why}."),
    (
        "Make room on the disk or allow writing, then try again. Nothing is lost.",
        "Schaffe Platz auf der Festplatte oder erlaube das Schreiben, und versuch es noch einmal. Nichts ist verloren.",
    ),
    (
        "Another process holds the data folder {path} and does not answer.",
        "Ein anderes Programm hält den Datenordner {path} und antwortet nicht.",
    ),
    (
        "Close Neuston everywhere and try again, or choose another folder with --home.",
        "Schließe Neuston überall und versuch es noch einmal, oder wähle mit --home einen anderen Ordner.",
    ),
    (
        "The programs of this data folder do not reach each other: {why}.",
        "Die Programme dieses Datenordners erreichen einander nicht: {why}.",
    ),
    (
        "Check that the other side is running, then try again.",
        "Prüfe, ob die andere Seite läuft, und versuch es noch einmal.",
    ),
    (
        "Neuston was closed elsewhere before it answered. What you asked for may have been begun.",
        "Neuston wurde anderswo geschlossen, bevor es geantwortet hat. Was du verlangt hast, kann schon begonnen haben.",
    ),
    (
        "Look among your purchases, listings and activity; ask again only if it is not there.",
        "Sieh bei deinen Käufen, deinen Angeboten und im Verlauf nach; verlange es nur dann noch einmal, wenn es dort fehlt.",
    ),
    ("The network on this computer does not start: {why}.", "Das Netz auf diesem Computer startet nicht: {why}."),
    (
        "Close other programs that use this data folder and start again. Nothing is lost.",
        "Schließe andere Programme, die diesen Datenordner nutzen, und starte noch einmal. Nichts ist verloren.",
    ),
    ("The gateway of this home does not start: {why}.", "Was von hier an Käufer liefert, startet nicht: {why}."),
    // Network files
    ("Local network on this computer", "Lokales Netz auf diesem Computer"),
    ("There is no network “{name}” here.", "Ein Netz „{name}“ gibt es hier nicht."),
    (
        "See the known ones with: neuston network list. Add one with: neuston network add FILE",
        "Die bekannten zeigt: neuston network list. Eines dazu nimmt: neuston network add DATEI",
    ),
    ("The network file {path} cannot be read: {why}.", "Die Netzdatei {path} lässt sich nicht lesen: {why}."),
    ("{path} is no network file: {why}.", "{path} ist keine Netzdatei: {why}."),
    ("Ask whoever runs the network for its file.", "Lass dir vom Betreiber des Netzes dessen Datei geben."),
    ("A network from a file cannot be called “{name}”.", "Ein Netz aus einer Datei kann nicht „{name}“ heißen."),
    ("Change the name in the file.", "Ändere den Namen in der Datei."),
    ("Another network is called “{name}” here.", "Hier heißt schon ein anderes Netz „{name}“."),
    ("Change the name in the file, then add it.", "Ändere den Namen in der Datei, und füge sie dann hinzu."),
    (
        "The network “{name}” is in use, and this file says something else of it.",
        "Das Netz „{name}“ ist in Gebrauch, und diese Datei sagt etwas anderes darüber.",
    ),
    (
        "Use another network, close Neuston and open it again; then add the file.",
        "Verwende ein anderes Netz, schließe Neuston und öffne es wieder; füge dann die Datei hinzu.",
    ),
    (
        "What is kept in {folder} belongs to another network than the one of {file}.",
        "Was in {folder} liegt, gehört zu einem anderen Netz als dem von {file}.",
    ),
    (
        "Change the name in that file, or move the folder away.",
        "Ändere den Namen in dieser Datei, oder verschiebe den Ordner.",
    ),
    (
        "Move the folder {folder} away or remove it. Nothing on another network is touched.",
        "Verschiebe oder lösche den Ordner {folder}. Was auf einem anderen Netz liegt, bleibt unberührt.",
    ),
    ("The network's file cannot be written: {why}.", "Die Netzdatei lässt sich nicht schreiben: {why}."),
    (
        "The network file names an address that is none: {why}.",
        "Die Netzdatei nennt eine Adresse, die keine ist: {why}.",
    ),
    ("The network file does not fit the network: {why}.", "Die Netzdatei passt nicht zum Netz: {why}."),
    // The window's own
    ("This is no file that Neuston saved.", "Diese Datei hat Neuston nicht gespeichert."),
    ("Open it with your file manager, if you trust it.", "Öffne sie mit deiner Dateiverwaltung, wenn du ihr traust."),
    ("Download it again from your library.", "Lade es aus deiner Bibliothek noch einmal."),
    ("This is no web address.", "Das ist keine Webadresse."),
    ("Only http and https addresses are opened.", "Geöffnet werden nur Adressen mit http und https."),
    ("What was chosen is no file of this computer.", "Was gewählt wurde, ist keine Datei dieses Computers."),
    ("Copy it to this computer first.", "Kopiere es zuerst auf diesen Computer."),
    ("The name of what was chosen cannot be read as text.", "Der Name des Gewählten lässt sich nicht als Text lesen."),
    ("Rename it, then choose it again.", "Benenne es um, und wähle es noch einmal."),
    (
        "The system closed its file dialog without an answer.",
        "Das System hat seinen Dateidialog ohne Antwort geschlossen.",
    ),
    (
        "Close the window and open it again; nothing that was paid is lost.",
        "Schließe das Fenster und öffne es wieder; nichts Bezahltes ist verloren.",
    ),
    ("The system found no program for it ({why}).", "Das System hat kein Programm dafür gefunden ({why})."),
    ("Open it from your file manager.", "Öffne es aus deiner Dateiverwaltung."),
];
