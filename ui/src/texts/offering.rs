//! Texts of publishing and of one's own listings.

use super::texts;

texts! {
    /// Publishing.
    Publishing {
        title: "Publish data", "Daten veröffentlichen";
        steps: "Steps", "Schritte";
        files: "Files", "Dateien";
        describe: "Describe", "Beschreiben";
        price_terms: "Price and terms", "Preis und Bedingungen";
        review: "Review", "Durchsehen";
        drop: "Drop files here, or choose them", "Dateien hierher ziehen oder auswählen";
        drop_more: "They stay on this computer. Buyers receive them when they have paid.", "Sie bleiben auf diesem Computer. Käufer bekommen sie, wenn sie bezahlt haben.";
        held_one: "Let go to offer this file", "Loslassen, um diese Datei anzubieten";
        held_many: "Let go to offer {n} files", "Loslassen, um {n} Dateien anzubieten";
        add_more: "Add another file", "Noch eine Datei";
        path: "Or type a path or a link", "Oder Pfad oder Link eingeben";
        path_hint: "/home/me/data.csv, or https://… Buyers never see the link.", "/home/ich/daten.csv oder https://… Käufer sehen den Link nie.";
        add: "Add", "Hinzufügen";
        reading: "Looking into it", "Wird angesehen";
        row: "one row", "eine Zeile";
        rows: "{n} rows", "{n} Zeilen";
        one_column: "one column", "eine Spalte";
        columns: "{n} columns", "{n} Spalten";
        stays: "stays on this computer", "bleibt auf diesem Computer";
        is_link: "fetched from its link", "wird vom Link geholt";
        remove: "Remove", "Entfernen";
        need_readable: "A file could not be read. Try it again, or remove it.", "Eine Datei ließ sich nicht lesen. Versuch es noch einmal, oder entferne sie.";
        draft_gone: "This draft is not here any more. What you listed is under My listings.", "Diesen Entwurf gibt es nicht mehr. Was du anbietest, steht unter Meine Angebote.";
        drafts: "Go on with a draft", "Einen Entwurf fortsetzen";
        draft_unnamed: "Without a name", "Ohne Namen";
        draft_kept: "Draft kept {when}", "Entwurf gesichert {when}";
        draft_drop: "Throw away", "Wegwerfen";
        go_on: "Continue", "Weiter";
        save_close: "Save and close", "Sichern und schließen";
        name: "Name", "Name";
        name_hint: "What it is, where, and when: “Groundwater temperature, 412 wells in Saxony”.", "Was, wo und wann: „Grundwassertemperatur, 412 Brunnen in Sachsen“.";
        author: "Made by", "Erstellt von";
        author_hint: "A person or an organisation. Buyers see it.", "Eine Person oder Organisation. Käufer sehen es.";
        description: "Description", "Beschreibung";
        description_hint: "What is in it, how it was made, what is missing. Markdown works.", "Was drin ist, wie es entstand, was fehlt. Markdown geht.";
        category: "Category", "Thema";
        category_hint: "One word, like Water or Climate.", "Ein Wort, etwa Wasser oder Klima.";
        tags: "Tags", "Stichwörter";
        tags_hint: "Words people search for, with commas between them.", "Wörter, nach denen man sucht, durch Kommas getrennt.";
        meanings: "What the columns mean", "Was die Spalten bedeuten";
        unit: "Unit", "Einheit";
        price: "Price", "Preis";
        price_hint: "A buyer pays {amount}, and {amount} arrives in your account.", "Ein Käufer zahlt {amount}, und {amount} kommen auf deinem Konto an.";
        price_free: "Everybody may have it for free. Write a number to be paid.", "Alle bekommen es kostenlos. Schreib eine Zahl, um bezahlt zu werden.";
        amount_negative: "An amount is not less than nothing. Leave the minus out.", "Ein Betrag ist nicht kleiner als nichts. Lass das Minus weg.";
        amount_places: "At most 18 digits stand after the point.", "Nach dem Komma stehen höchstens 18 Ziffern.";
        amount_large: "This is more than any network can hold.", "Das ist mehr, als ein Netz fassen kann.";
        amount_unsure: "Is this {whole} or {parted}? Write it one of these ways.", "Ist das {whole} oder {parted}? Schreib es so.";
        price_wrong: "A price is written with digits, like 12.50.", "Ein Preis besteht aus Ziffern, wie 12,50.";
        licence: "What buyers may do with it", "Was Käufer damit dürfen";
        licence_by: "Use, share and change it, if they name me (CC BY 4.0)", "Nutzen, teilen und ändern, wenn sie mich nennen (CC BY 4.0)";
        licence_zero: "Anything, without naming me (CC0 1.0)", "Alles, auch ohne mich zu nennen (CC0 1.0)";
        licence_sa: "As above, and pass it on under the same licence (CC BY-SA 4.0)", "Nutzen, teilen und ändern, unter gleicher Lizenz weitergeben (CC BY-SA 4.0)";
        licence_nc: "Use, share and change it, but not for business (CC BY-NC 4.0)", "Nutzen, teilen und ändern, aber nicht gewerblich (CC BY-NC 4.0)";
        licence_odbl: "Use the database, and keep what they publish of it open (ODbL 1.0)", "Die Datenbank nutzen und Veröffentlichtes offen halten (ODbL 1.0)";
        licence_use: "Use it for their own work, not pass it on", "Für eigene Arbeit nutzen, nicht weitergeben";
        licence_internal: "Use it within one organisation, not pass it on outside", "Innerhalb einer Organisation nutzen, nicht nach außen geben";
        licence_other: "Something else", "Etwas anderes";
        licence_name: "Name of the licence", "Name der Lizenz";
        promise: "Your promise", "Dein Versprechen";
        promise_default: "I open it within the usual time of this network", "Ich öffne in der üblichen Zeit dieses Netzes";
        promise_30: "I open it within 30 minutes of a purchase", "Ich öffne binnen 30 Minuten nach einem Kauf";
        promise_4h: "I open it within 4 hours of a purchase", "Ich öffne binnen 4 Stunden nach einem Kauf";
        promise_day: "I open it within a day of a purchase", "Ich öffne binnen eines Tages nach einem Kauf";
        promise_hint: "This computer does that while Neuston runs. If it is off, buyers get their money back.", "Das tut dieser Computer, solange Neuston läuft. Ist er aus, bekommen Käufer ihr Geld zurück.";
        access: "How long buyers may download it", "Wie lange Käufer laden dürfen";
        access_forever: "As often as they like", "So oft sie wollen";
        access_month: "For 30 days", "30 Tage lang";
        access_week: "For 7 days", "7 Tage lang";
        to_review: "Review", "Durchsehen";
        review_lead: "This is what people will see. The name, the files and the terms go on record.", "Das werden andere sehen. Name, Dateien und Bedingungen werden eingetragen.";
        change: "Change", "Ändern";
        submit: "Publish", "Veröffentlichen";
        need_files: "Add at least one file or link.", "Füge mindestens eine Datei oder einen Link hinzu.";
        need_name: "Give it a name.", "Gib ihm einen Namen.";
        need_author: "Say who made it.", "Sag, wer es erstellt hat.";
        need_licence: "Name the licence.", "Nenne die Lizenz.";
        progress_crumb: "Publishing", "Veröffentlichung";
        progress_lead: "You can close this window; it goes on, and finishes when you come back.", "Du kannst dieses Fenster schließen; es geht weiter und wird fertig, wenn du zurückkommst.";
        wait_reading: "This computer reads them, and goes on by itself when it is through: seconds for most files, minutes for many gigabytes.", "Dieser Computer liest sie und macht danach von selbst weiter: Sekunden bei den meisten Dateien, Minuten bei vielen Gigabyte.";
        wait_encrypting: "The key servers act next, usually within seconds. Without an answer this computer asks again every few seconds.", "Als Nächstes handeln die Schlüsselserver, meist binnen Sekunden. Ohne Antwort fragt dieser Computer alle paar Sekunden wieder.";
        wait_registering: "The network acts next, usually within a minute. Without an answer this computer asks again every few seconds; nothing goes on record twice.", "Als Nächstes handelt das Netz, meist binnen einer Minute. Ohne Antwort fragt dieser Computer alle paar Sekunden wieder; nichts wird doppelt eingetragen.";
        wait_listing: "The catalogue acts next, usually within seconds. Without an answer this computer asks again every few seconds.", "Als Nächstes handelt der Katalog, meist binnen Sekunden. Ohne Antwort fragt dieser Computer alle paar Sekunden wieder.";
        wait_unlock: "It waits for you until you unlock your account, and then goes on by itself.", "Es wartet, bis du dein Konto entsperrst, und geht dann von selbst weiter.";
        wait_again: "This computer tries again every few seconds until it works. There is nothing for you to do.", "Dieser Computer versucht es alle paar Sekunden wieder, bis es klappt. Du musst nichts tun.";
        step_reading: "Reading the files", "Dateien lesen";
        step_read: "The files were read", "Die Dateien wurden gelesen";
        step_encrypting: "Locking the list of files", "Dateiliste verschließen";
        step_encrypted: "The list of files was locked", "Die Dateiliste wurde verschlossen";
        step_registering: "Registering it under your name", "Unter deinem Namen eintragen";
        step_registered: "It is registered under your name", "Es ist unter deinem Namen eingetragen";
        step_listing: "Putting it into the catalogue", "In den Katalog stellen";
        step_in_catalogue: "It is in the catalogue", "Es steht im Katalog";
        step_listed: "People can find it", "Andere können es finden";
        done_title: "It is listed.", "Es ist im Katalog.";
        done_more: "Neuston opens it for buyers while it runs on this computer.", "Neuston öffnet es für Käufer, solange es auf diesem Computer läuft.";
        see_listing: "See the listing", "Angebot ansehen";
        failed_title: "It is not listed yet. Nothing is lost.", "Es ist noch nicht im Katalog. Nichts ist verloren.";
        back_to_draft: "Back to the draft", "Zurück zum Entwurf";
    }
}

texts! {
    /// My listings.
    Mine {
        publish: "Publish data", "Daten veröffentlichen";
        earned: "Earned so far", "Bisher verdient";
        sales_none: "No sales yet", "Noch keine Verkäufe";
        sales_none_more: "Each sale appears here in its month.", "Jeder Verkauf erscheint hier in seinem Monat.";
        sales_one: "One sale, {month} this month", "Ein Verkauf, {month} diesen Monat";
        sales_many: "{n} sales, {month} this month", "{n} Verkäufe, {month} diesen Monat";
        twelve: "Sales in the last twelve months", "Verkäufe der letzten zwölf Monate";
        twelve_name: "Sales a month, the oldest first: {bars}", "Verkäufe je Monat, der älteste zuerst: {bars}";
        listing: "Listing", "Angebot";
        price: "Price", "Preis";
        sales: "Sales", "Verkäufe";
        earned_head: "Earned", "Verdient";
        state: "State", "Zustand";
        actions: "What to do", "Was zu tun ist";
        since: "since {date}", "seit {date}";
        open_one: "one purchase under way", "ein Kauf unterwegs";
        open_many: "{n} purchases under way", "{n} Käufe unterwegs";
        on_sale: "On sale", "Im Verkauf";
        for_free: "For free", "Kostenlos";
        publishing: "Being published", "Wird veröffentlicht";
        failed: "Not listed", "Nicht im Katalog";
        unlisted: "Out of search", "Nicht mehr in der Suche";
        paused: "Paused: a file is gone or has changed", "Pausiert: eine Datei fehlt oder hat sich geändert";
        edit: "Change", "Ändern";
        unlist: "Take out of search", "Aus der Suche nehmen";
        unlist_title: "Take “{name}” out of search?", "„{name}“ aus der Suche nehmen?";
        unlist_more: "Nobody new finds or buys it. Buyers keep what they bought, and can still download it while Neuston runs here.", "Niemand findet oder kauft es mehr neu. Käufer behalten, was sie gekauft haben, und können es weiter laden, solange Neuston hier läuft.";
        edit_title: "Change the listing", "Angebot ändern";
        edit_more: "Buyers see the change at once. Purchases under way keep their terms.", "Käufer sehen die Änderung sofort. Laufende Käufe behalten ihre Bedingungen.";
        apply: "Save the change", "Änderung sichern";
        empty: "Nothing listed yet", "Noch nichts im Angebot";
        empty_more: "What you publish lives here, with its sales and what you earned.", "Was du veröffentlichst, lebt hier, mit Verkäufen und Verdienst.";
        progress: "See how it goes", "Stand ansehen";
        what_happened: "See what happened", "Ansehen, was war";
    }
}
