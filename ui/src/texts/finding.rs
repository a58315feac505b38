//! Texts of Discover and of a listing.

use super::texts;

texts! {
    /// Discover.
    Discover {
        search: "Search for data", "Nach Daten suchen";
        placeholder: "What data are you looking for?", "Welche Daten suchst du?";
        clear: "Clear the search", "Suche leeren";
        narrow: "Narrow down", "Eingrenzen";
        price: "Price", "Preis";
        up_to_ten: "Up to 10", "Bis 10";
        to_hundred: "10 to 100", "10 bis 100";
        more: "More than 100", "Mehr als 100";
        category: "Category", "Thema";
        licence: "Licence", "Lizenz";
        tag: "Tags", "Stichwörter";
        all_of: "All {n}", "Alle {n}";
        fewer: "Fewer", "Weniger";
        use_only: "Use only", "Nur nutzen";
        use_inside: "Use within one organisation", "Nutzen innerhalb einer Organisation";
        found_one: "One listing", "Ein Angebot";
        found_many: "{n} listings", "{n} Angebote";
        took: "{ms} ms", "{ms} ms";
        order: "Order", "Reihenfolge";
        best: "Best match", "Passt am besten";
        newest: "Newest", "Neueste";
        cheapest: "Cheapest first", "Günstigste zuerst";
        dearest: "Most expensive first", "Teuerste zuerst";
        by_name: "By name", "Nach Name";
        one_time: "one-time", "einmalig";
        no_payment: "no payment", "ohne Zahlung";
        yours: "Yours", "Deins";
        owned: "In your library", "In deiner Bibliothek";
        nothing: "Nothing matches", "Nichts passt";
        nothing_more: "Try fewer words, or others.", "Versuch es mit weniger oder anderen Wörtern.";
        nothing_narrowed: "Try fewer words, or take back what narrows it down.", "Versuch es mit weniger Wörtern oder nimm zurück, was eingrenzt.";
        take_back: "Take back all choices", "Alle Auswahlen zurücknehmen";
        empty: "No data here yet", "Hier gibt es noch keine Daten";
        empty_more: "Listings of everybody on this network appear here. You can be the first.", "Hier erscheinen die Angebote aller in diesem Netz. Du kannst den Anfang machen.";
        publish: "Publish data", "Daten veröffentlichen";
        page_of: "Page {page} of {pages}", "Seite {page} von {pages}";
        previous: "Previous", "Vorige";
        next: "Next", "Nächste";
    }
}

texts! {
    /// A listing.
    ListingTexts {
        verified: "Contents verified", "Inhalt geprüft";
        listing_only: "Files cannot be verified", "Dateien nicht prüfbar";
        unproven: "Cannot be verified", "Nicht prüfbar";
        broken: "Not the registered listing", "Nicht das eingetragene Angebot";
        broken_more: "What the catalogue shows is not what the publisher registered. It cannot be bought.", "Was der Katalog zeigt, ist nicht, was der Anbieter eingetragen hat. Es lässt sich nicht kaufen.";
        unlisted: "Out of search", "Nicht mehr in der Suche";
        whats_in: "What is in it", "Was drin ist";
        column: "Column", "Spalte";
        meaning: "Meaning", "Bedeutung";
        values: "Values", "Werte";
        filled: "Filled", "Gefüllt";
        no_meaning: "not described", "nicht beschrieben";
        profile_name: "How the values of {column} spread, low to high: {bars}", "Wie sich die Werte von {column} verteilen, von klein nach groß: {bars}";
        no_spread: "no spread to show", "keine Verteilung zu zeigen";
        files: "Files", "Dateien";
        file: "File", "Datei";
        kind: "Kind", "Art";
        size: "Size", "Größe";
        unknown_size: "unknown", "unbekannt";
        licence: "Licence", "Lizenz";
        full_text: "Full text, {name}", "Volltext, {name}";
        links: "More about it", "Mehr dazu";
        one_time: "one-time, yours to keep", "einmalig, gehört dann dir";
        free_note: "no payment, yours to keep", "ohne Zahlung, gehört dann dir";
        buy: "Buy", "Kaufen";
        get_free: "Get it for free", "Kostenlos holen";
        open_library: "Open in your library", "In der Bibliothek öffnen";
        own_note: "This listing is yours.", "Dieses Angebot ist deins.";
        see_mine: "See my listings", "Meine Angebote ansehen";
        opens: "Opens", "Öffnet sich";
        opens_fast: "usually in a few seconds", "meist in wenigen Sekunden";
        otherwise: "Otherwise", "Sonst";
        money_back: "your money is back after {time}", "ist dein Geld nach {time} zurück";
        free_back: "it ends by itself after {time}", "endet es von selbst nach {time}";
        no_limit: "there is no time limit", "es gibt keine Frist";
        publisher: "Publisher", "Anbieter";
        online: "online now", "gerade online";
        not_online: "not online now", "gerade nicht online";
        asking: "asking", "wird gefragt";
        access: "Download", "Herunterladen";
        access_forever: "as often as you like", "so oft du willst";
        access_for: "within {time} of buying", "binnen {time} nach dem Kauf";
        depends: "depends on what you choose", "hängt von deiner Wahl ab";
        version: "Version", "Fassung";
        version_of: "of {date}", "vom {date}";
        below: "Below the surface: listing number, proofs and document", "Unter der Oberfläche: Angebotsnummer, Nachweise und Dokument";
        number: "Listing number", "Angebotsnummer";
        owner: "Owner", "Eigentümer";
        providers: "Opened by", "Geöffnet durch";
        registered: "Registered proof", "Eingetragener Nachweis";
        rule: "Rule that matched", "Passende Regel";
        block: "Registered in block", "Eingetragen in Block";
        template: "Agreement form", "Vereinbarungsform";
        gateway: "Publisher's computer", "Computer des Anbieters";
        file_hash: "SHA-256 of {name}", "SHA-256 von {name}";
        document: "Whole document", "Ganzes Dokument";
        none: "none", "keine";
    }
}
