//! The window speaks German, and so does what the backend says.

use crate::app::{App, named};
use serde_json::json;

const WORDS: &str = "test test test test test test test test test test test junk";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_backend_says_is_said_in_german_too() {
    let app = App::start().await;
    app.see("h1").await;
    speaks(&app, "german").await;
    app.read("h1", "Willkommen").await;

    // An error of the wallet, three rooms below the window.
    app.click(&named("first-import")).await;
    app.type_into(&named("import-password"), "a password for stories").await;
    app.type_into(&named("import-words"), &WORDS.replace("junk", "test")).await;
    app.click(&named("import-confirm")).await;
    app.read(&named("trouble"), "Diese Wörter gehören nicht zusammen: Eines ist falsch, oder zwei sind vertauscht.")
        .await;
    app.read(&named("trouble"), "Prüfe die Wörter und ihre Reihenfolge.").await;
    app.type_into(&named("import-words"), WORDS).await;
    app.click(&named("import-confirm")).await;
    app.see(&named("search-input")).await;
    app.read(&named("status-line"), "Lokales Netz auf diesem Computer").await;

    // A licence with the name of its publisher, amounts as Germans write them.
    app.type_into(&named("search-input"), "moist air").await;
    app.click(&named("listing-row")).await;
    app.read("#page", "Du darfst es nutzen, teilen und ändern").await;
    app.click(&named("buy-open")).await;
    app.read(&named("buy-sheet"), "Es fehlen").await;
    app.read(&named("at-most"), "6,00").await;

    // Nothing of the network's check is left in English.
    app.go("/settings").await;
    app.click(&named("network-below-open")).await;
    app.click(&named("check-network")).await;
    let checked = app.see(&named("network-checked")).await.text().await.unwrap();
    for (german, english) in [
        ("Einigkeit zweier Knoten", "Agreement of"),
        ("Vertrag OceanToken", "Contract Ocean"),
        ("antworten", "answer, "),
    ] {
        assert!(checked.contains(german) && !checked.contains(english), "{checked}");
    }
    app.close().await;
}

/// Chooses a language, as the next start would find it.
pub(crate) async fn speaks(app: &App, language: &str) {
    let reply = app.ask(json!({ "call": "get_settings", "with": {} })).await.expect("settings");
    let mut settings = reply["with"].clone();
    settings["language"] = json!(language);
    app.ask(json!({ "call": "set_settings", "with": { "settings": settings } })).await.expect("kept");
    app.reload().await;
    app.see("main").await;
}
