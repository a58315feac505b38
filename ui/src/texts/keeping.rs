//! Texts of account and settings.

use super::texts;

texts! {
    /// The account.
    AccountTexts {
        balance: "Balance", "Guthaben";
        unknown: "not known while the network does not answer", "unbekannt, solange das Netz nicht antwortet";
        set_aside: "{amount} more is set aside in purchases under way.", "{amount} weitere sind in laufenden Käufen zurückgelegt.";
        test_tokens: "Get test tokens", "Test-Guthaben holen";
        test_more: "This network gives test tokens away to try things out. They have no value elsewhere.", "Dieses Netz verschenkt Test-Guthaben zum Ausprobieren. Anderswo hat es keinen Wert.";
        test_amount: "Get 100", "100 holen";
        fees: "Network fees", "Netzgebühren";
        fees_more: "This network charges for each step that is put on record. Your account pays for what you buy. This computer's own key pays when it opens your data for buyers, and when it takes your money back while your account is locked.", "Dieses Netz nimmt Geld für jeden Schritt, der festgehalten wird. Dein Konto zahlt, wenn du kaufst. Der eigene Schlüssel dieses Computers zahlt, wenn er deine Daten für Käufer öffnet, und wenn er dein Geld zurückholt, während dein Konto gesperrt ist.";
        fees_account: "Your account", "Dein Konto";
        fees_computer: "This computer", "Dieser Computer";
        fees_short: "This computer cannot pay for the next sale.", "Dieser Computer kann den nächsten Verkauf nicht bezahlen.";
        fees_short_more: "One sale or refund may cost {amount}. Until it has that, nobody can buy from you, and money back takes your unlocked account.", "Ein Verkauf oder eine Rückzahlung kann {amount} kosten. Bis er so viel hat, kann niemand bei dir kaufen, und für Geld zurück muss dein Konto entsperrt sein.";
        fees_move: "Move {amount} to this computer", "{amount} auf diesen Computer verschieben";
        fees_none: "Your account has too little of the network's own coin. Send some to its address above.", "Dein Konto hat zu wenig von der eigenen Münze des Netzes. Schicke welche an seine Adresse oben.";
        receive: "Receive", "Empfangen";
        receive_more: "Give this address to whoever wants to send you tokens on this network.", "Gib diese Adresse weiter, wenn dir jemand in diesem Netz Guthaben senden will.";
        address: "Your address", "Deine Adresse";
        send: "Send", "Senden";
        send_more: "What is sent cannot be called back.", "Gesendetes lässt sich nicht zurückrufen.";
        to: "To which address", "An welche Adresse";
        to_wrong: "An address begins with 0x and has 40 characters after it.", "Eine Adresse beginnt mit 0x und hat danach 40 Zeichen.";
        amount: "Amount", "Betrag";
        amount_wrong: "An amount is written with digits, like 12.50.", "Ein Betrag besteht aus Ziffern, wie 12,50.";
        send_now: "Send {amount}", "{amount} senden";
        send_unsure: "Your money is still in your account, or on its way: look at the balance before you send it again.", "Dein Geld ist noch auf deinem Konto oder schon unterwegs: Sieh auf das Guthaben, bevor du es noch einmal sendest.";
        sent: "Sent {amount}.", "{amount} gesendet.";
        lock: "Lock", "Sperre";
        is_locked: "Locked: nothing can be bought, published or sent.", "Gesperrt: nichts kann gekauft, veröffentlicht oder gesendet werden.";
        is_unlocked: "Unlocked: you can buy and publish.", "Entsperrt: du kannst kaufen und veröffentlichen.";
        lock_now: "Lock now", "Jetzt sperren";
        unlock: "Unlock", "Entsperren";
        backup: "Backup", "Sicherung";
        backup_missing: "There is no backup yet. If this computer breaks, your account goes with it.", "Es gibt noch keine Sicherung. Geht dieser Computer kaputt, ist auch dein Konto weg.";
        backup_there: "You have saved a backup. It opens with your password.", "Du hast eine Sicherung. Sie öffnet sich mit deinem Passwort.";
        backup_save: "Save a backup file", "Sicherungsdatei speichern";
        backup_more: "An encrypted copy of the account. Keep it somewhere other than on this computer.", "Eine verschlüsselte Kopie des Kontos. Bewahre sie anderswo auf als auf diesem Computer.";
        backup_saved: "Saved to {path}.", "Gespeichert in {path}.";
        words: "Recovery words", "Merkwörter";
        words_more: "They bring back your accounts, also without the password. This window never sees them; this command prints them. Write them on paper.", "Sie holen deine Konten zurück, auch ohne das Passwort. Dieses Fenster sieht sie nie; dieser Befehl gibt sie aus. Schreib sie auf Papier.";
        words_command: "Command that prints the recovery words", "Befehl, der die Merkwörter ausgibt";
        change_password: "Change the password", "Passwort ändern";
        old_password: "Password now", "Bisheriges Passwort";
        new_password: "New password", "Neues Passwort";
        changed: "The password was changed.", "Das Passwort wurde geändert.";
        more: "More", "Mehr";
        accounts: "More accounts", "Weitere Konten";
        accounts_more: "Each has its own address and balance; one password opens all of them.", "Jedes hat eigene Adresse und eigenes Guthaben; ein Passwort öffnet alle.";
        in_use: "In use", "In Gebrauch";
        use_it: "Use it", "Verwenden";
        add: "Add an account", "Konto hinzufügen";
        account_name: "Name", "Name";
        none: "There is no account yet", "Es gibt noch kein Konto";
        none_more: "It takes one password, and is made on this computer.", "Es braucht ein Passwort und entsteht auf diesem Computer.";
        make: "Create an account", "Konto anlegen";
    }
}

texts! {
    /// The settings.
    SettingsTexts {
        looks: "Looks", "Aussehen";
        theme: "Colours", "Farben";
        theme_more: "High contrast shows black on white, with every border drawn.", "Hoher Kontrast zeigt Schwarz auf Weiß, mit allen Rändern.";
        system: "As the system", "Wie das System";
        light: "Light", "Hell";
        dark: "Dark", "Dunkel";
        contrast: "High contrast", "Hoher Kontrast";
        language: "Language", "Sprache";
        language_more: "Listings keep the language of their publisher.", "Angebote behalten die Sprache ihres Anbieters.";
        safety: "Safety", "Sicherheit";
        auto_lock: "Lock by itself", "Von selbst sperren";
        auto_lock_more: "After this time without use, the account needs its password again.", "Nach dieser Zeit ohne Nutzung braucht das Konto wieder sein Passwort.";
        after: "After {time}", "Nach {time}";
        never: "Never", "Nie";
        remember: "Remember the password", "Passwort merken";
        remember_more: "The keychain of this computer's system keeps it.", "Der Schlüsselbund des Systems bewahrt es auf.";
        remember_on: "Remember it", "Merken";
        network: "Network", "Netz";
        network_more: "Where listings, agreements and payments live.", "Wo Angebote, Vereinbarungen und Zahlungen leben.";
        in_use: "In use", "In Gebrauch";
        use_it: "Use it", "Verwenden";
        check: "Check the network", "Netz prüfen";
        fine: "fine", "in Ordnung";
        not_fine: "does not work", "geht nicht";
        add: "Add a network", "Netz hinzufügen";
        add_hint: "The network file somebody gave you.", "Die Netzdatei, die dir jemand gegeben hat.";
        add_now: "Add", "Hinzufügen";
        share: "Share this network", "Dieses Netz teilen";
        share_more: "Save its file and give it to the people who should join.", "Speichere seine Datei und gib sie denen, die dazukommen sollen.";
        save_file: "Save its file", "Datei speichern";
        saved: "Saved to {path}.", "Gespeichert in {path}.";
        storage: "Storage", "Ablage";
        data_folder: "Data folder", "Datenordner";
        download_folder: "Downloads go to", "Geladenes kommt nach";
        not_chosen: "chosen at the first download", "wird beim ersten Laden gewählt";
        choose: "Choose", "Wählen";
        open: "Open", "Öffnen";
        keys: "Keyboard", "Tastatur";
        keys_search: "Search", "Suchen";
        keys_lists: "Move in a list; Enter opens", "In Listen bewegen; Enter öffnet";
        keys_close: "Close what is open", "Schließen, was offen ist";
        below: "Below the surface: key servers, catalogues and a check", "Unter der Oberfläche: Schlüsselserver, Kataloge und eine Prüfung";
        key_servers: "Key servers", "Schlüsselserver";
        catalogues: "Catalogues", "Kataloge";
        chain: "Chain number", "Kettennummer";
        none: "none", "keine";
    }
}
