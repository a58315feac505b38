//! Texts of the frame: rail, horizon, times, trouble, first start.

use super::texts;

texts! {
    /// Rail, horizon, words used everywhere.
    Shell {
        pages: "Pages", "Seiten";
        skip: "Skip to the page", "Zum Inhalt";
        discover: "Discover", "Entdecken";
        library: "Library", "Bibliothek";
        publish: "Publish", "Veröffentlichen";
        my_listings: "My listings", "Meine Angebote";
        activity: "Activity", "Verlauf";
        account: "Account", "Konto";
        settings: "Settings", "Einstellungen";
        all_fine: "Everything is up to date.", "Alles ist auf dem neuesten Stand.";
        starting: "Starting.", "Neuston startet.";
        cannot_start: "Neuston cannot start", "Neuston kann nicht starten";
        offline: "The network does not answer.", "Das Netz antwortet nicht.";
        offline_more: "What you own stays usable; buying goes on when it is back.", "Was dir gehört, bleibt nutzbar; gekauft wird weiter, sobald es wieder da ist.";
        degraded: "Part of the network does not answer.", "Ein Teil des Netzes antwortet nicht.";
        rebuilding: "Looking for what you bought and published.", "Gesucht wird, was du gekauft und veröffentlicht hast.";
        demo: "The demo data are being listed.", "Die Beispieldaten werden gerade angeboten.";
        demo_more: "{n} of {m}", "{n} von {m}";
        rebuilding_finds: "{n} of {m} found things brought back", "{n} von {m} gefundenen Dingen zurückgeholt";
        unlock_waits_one: "One thing waits for you to unlock.", "Eine Sache wartet darauf, dass du entsperrst.";
        unlock_waits_many: "{n} things wait for you to unlock.", "{n} Dinge warten darauf, dass du entsperrst.";
        purchase_waits: "One purchase is waiting for its publisher.", "Ein Kauf wartet auf seinen Anbieter.";
        purchase_safe: "Your money is safe until {time}", "Dein Geld ist bis {time} sicher";
        pending_one: "One thing is under way.", "Eine Sache ist unterwegs.";
        pending_many: "{n} things are under way.", "{n} Dinge sind unterwegs.";
        may_close: "You can close the window; it goes on when you come back.", "Du kannst das Fenster schließen; es geht weiter, wenn du zurückkommst.";
        locked: "Locked", "Gesperrt";
        unlocked: "Unlocked", "Entsperrt";
        lock_now: "Lock now", "Jetzt sperren";
        unlock: "Unlock", "Entsperren";
        no_account: "No account yet", "Noch kein Konto";
        free: "Free", "Kostenlos";
        unlock_title: "Unlock your account", "Konto entsperren";
        unlock_why: "Your password opens the account on this computer. It goes nowhere else.", "Dein Passwort öffnet das Konto auf diesem Computer. Es geht nirgendwo anders hin.";
        password: "Password", "Passwort";
        show_password: "Show the password", "Passwort zeigen";
        hide_password: "Hide the password", "Passwort verbergen";
        not_now: "Not now", "Jetzt nicht";
        back: "Back", "Zurück";
        try_again: "Try again", "Noch einmal";
        close: "Close", "Schließen";
        copy: "Copy", "Kopieren";
        copied: "Copied", "Kopiert";
        optional: "optional", "freiwillig";
        loading: "One moment", "Einen Moment";
        leaves: "This link leaves Neuston", "Dieser Link führt aus Neuston hinaus";
        leaves_why: "It opens in your browser. The publisher chose it; nobody here has checked it.", "Er öffnet sich im Browser. Der Anbieter hat ihn gewählt; hier hat ihn niemand geprüft.";
        open_browser: "Open in the browser", "Im Browser öffnen";
        lost: "There is no such page", "Diese Seite gibt es nicht";
        lost_more: "The address leads nowhere. Everything else is where it was.", "Die Adresse führt nirgendwohin. Alles andere ist, wo es war.";
        outside: "This page belongs in the window of Neuston.", "Diese Seite gehört in das Fenster von Neuston.";
    }
}

texts! {
    /// Times.
    Time {
        months: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.";
        date: "{day} {month} {year}", "{day}. {month} {year}";
        today: "today", "heute";
        yesterday: "yesterday", "gestern";
        tomorrow: "tomorrow", "morgen";
        now: "now", "jetzt";
        second: "{n} s", "{n} s";
        seconds: "{n} s", "{n} s";
        minute: "{n} min", "{n} Min.";
        minutes: "{n} min", "{n} Min.";
        hour: "{n} h", "{n} Std.";
        hours: "{n} h", "{n} Std.";
        day: "{n} day", "{n} Tag";
        days: "{n} days", "{n} Tagen";
    }
}

texts! {
    /// What went wrong, by kind. The backend's own sentence follows.
    Troubles {
        nothing_moved: "Nothing was paid.", "Es wurde nichts bezahlt.";
        invalid: "This cannot be used as it is.", "So lässt es sich nicht verwenden.";
        not_found: "This is not here.", "Das gibt es hier nicht.";
        no_account: "There is no account yet.", "Es gibt noch kein Konto.";
        locked: "Your account is locked.", "Dein Konto ist gesperrt.";
        wrong_password: "This is not the password of this account.", "Das ist nicht das Passwort dieses Kontos.";
        insufficient: "Your balance does not cover it.", "Dein Guthaben reicht nicht.";
        own: "This is your own listing.", "Dieses Angebot ist deins.";
        owned: "You have this already.", "Das hast du schon.";
        changed: "The listing has changed since you saw it.", "Das Angebot hat sich geändert, seit du es gesehen hast.";
        refused: "The rules here do not allow it.", "Die Regeln hier erlauben es nicht.";
        unreachable: "There is no answer.", "Es kommt keine Antwort.";
        timed_out: "It took longer than we wait.", "Es hat länger gedauert, als wir warten.";
        not_opened: "It was not opened in time.", "Es wurde nicht rechtzeitig geöffnet.";
        disk: "This place cannot be used.", "Dieser Ort lässt sich nicht benutzen.";
        corrupt: "What arrived is not what was sold.", "Was ankam, ist nicht das, was verkauft wurde.";
        busy: "Another Neuston has this data folder open.", "Ein anderes Neuston hat diesen Datenordner offen.";
        internal: "Something in Neuston went wrong.", "In Neuston ist etwas schiefgegangen.";
    }
}

texts! {
    /// First start.
    First {
        promise: "Data changes hands. Nobody stands in between.", "Daten wechseln den Besitzer. Niemand steht dazwischen.";
        promise_more: "You get what you paid for, or your money comes back by itself.", "Du bekommst, wofür du bezahlt hast, oder dein Geld kommt von selbst zurück.";
        title: "Welcome to Neuston", "Willkommen bei Neuston";
        lead: "Choose a password. It protects your account on this computer and opens it when you buy or publish.", "Wähle ein Passwort. Es schützt dein Konto auf diesem Computer und öffnet es, wenn du kaufst oder veröffentlichst.";
        password_hint: "At least 8 characters. Nobody can send you a new one.", "Mindestens 8 Zeichen. Niemand kann dir ein neues schicken.";
        too_short_one: "One more character, then it is long enough.", "Noch ein Zeichen, dann ist es lang genug.";
        too_short_many: "{n} more characters, then it is long enough.", "Noch {n} Zeichen, dann ist es lang genug.";
        create: "Create my account", "Konto anlegen";
        creating: "Creating your account", "Dein Konto wird angelegt";
        have_one: "I have an account already", "Ich habe schon ein Konto";
        look_first: "Look around first", "Erst umsehen";
        import_title: "Bring your account", "Konto mitbringen";
        import_lead: "Everything you bought comes with it.", "Alles, was du gekauft hast, kommt mit.";
        from: "Where it comes from", "Woher es kommt";
        from_words: "Recovery words", "Merkwörter";
        from_file: "A backup file", "Eine Sicherungsdatei";
        words: "Recovery words", "Merkwörter";
        words_hint: "12 or 24 words, in order, with spaces between them.", "12 oder 24 Wörter, in der richtigen Reihenfolge, mit Leerzeichen dazwischen.";
        words_wrong: "These are {n} words; it takes 12 or 24.", "Das sind {n} Wörter; es müssen 12 oder 24 sein.";
        file: "Backup file", "Sicherungsdatei";
        file_hint: "The file you once saved. Type where it is, or choose it.", "Die Datei, die du einmal gesichert hast. Gib an, wo sie liegt, oder wähle sie aus.";
        file_password: "Password of the file", "Passwort der Datei";
        new_password: "Password on this computer", "Passwort auf diesem Computer";
        import: "Bring it here", "Hierher holen";
        start_new: "Start with a new account", "Mit neuem Konto beginnen";
    }
}
