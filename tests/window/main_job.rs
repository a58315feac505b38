//! The main job through the window: find, buy, open; and the other side, offer a file.

use crate::app::{App, named, pictures};
use serde_json::json;
use std::{fs, path::Path};

/// What whoever tells these stories types as password.
const PASSWORD: &str = "a password for stories";

/// The demo publisher's file that the buyer is after.
const WANTED: &str = "prime-gaps.csv";

/// A window whose person has an account.
pub(crate) async fn settled() -> App {
    let app = App::start().await;
    app.type_into(&named("first-password"), PASSWORD).await;
    app.click(&named("first-create")).await;
    app.see(&named("search-input")).await;
    app
}

/// Finds a listing by its words, buys it, and waits until it is open.
pub(crate) async fn buys(app: &App, words: &str, name: &str) {
    app.click(&named("go-discover")).await;
    app.type_into(&named("search-input"), words).await;
    app.until(&format!("a row with {name}"), async || {
        app.script(&format!(
            "const row = [...document.querySelectorAll('[data-testid=listing-row]')].find(row => row.innerText.includes({})); \
             if (!row) return null; row.click(); return true",
            json!(name)
        ))
        .await
        .as_bool()
    })
    .await;
    app.read(&named("listing-title"), name).await;
    app.click(&named("buy-open")).await;
    app.see(&named("at-most")).await;
    if app.is_there(&named("get-test-tokens")).await {
        app.click(&named("get-test-tokens")).await;
    }
    app.click(&named("buy-confirm")).await;
    app.see(&named("purchase-yours")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_finds_buys_and_opens_it() {
    let app = settled().await;
    app.picture(&pictures().join("story-discover.png")).await;
    buys(&app, "gaps primes", "Gaps between the first 6,000 primes").await;
    app.picture(&pictures().join("story-yours.png")).await;

    let folder = app.home().path().join("saved");
    fs::create_dir_all(&folder).unwrap();
    app.click(&format!("{} {}", named("purchase-yours"), named("download"))).await;
    app.type_into(&named("download-folder"), folder.to_str().unwrap()).await;
    app.click(&named("download-start")).await;
    app.see(&named("open-folder")).await;
    app.picture(&pictures().join("story-library.png")).await;

    let sold = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo").join(WANTED)).unwrap();
    let saved: Vec<_> = files_below(&folder);
    assert!(saved.iter().any(|file| fs::read(file).unwrap() == sold), "byte for byte what was sold: {saved:?}");
    let library = app.ask(json!({ "call": "list_library", "with": {} })).await.expect("the library")["with"].clone();
    assert_eq!(library[0]["files"][0]["verdict"], "verified", "{library}");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_lists_a_local_file() {
    let app = settled().await;
    let file = app.home().path().join("levels.csv");
    fs::write(&file, "time,level\n2026-01-01T00:00:00Z,3.1\n2026-01-02T00:00:00Z,4.2\n").unwrap();
    let hostile = "Levels of a river. <script>window.ran = 1</script> <img src=x onerror=\"window.ran = 2\"> \
        [a link](javascript:window.ran=3)";
    publishes(&app, &file, "Levels of the Spree", hostile).await;
    app.picture(&pictures().join("story-published.png")).await;

    app.click(&named("go-discover")).await;
    app.type_into(&named("search-input"), "levels spree").await;
    app.click(&named("listing-row")).await;
    app.read(&named("listing-title"), "Levels of the Spree").await;
    assert!(!app.is_there(&named("buy-open")).await, "nobody buys from themselves");

    // What a stranger wrote is data: it shows as words and never runs.
    let shown = app.script("return document.querySelector('main').innerText").await;
    assert!(shown.as_str().unwrap().contains("Levels of a river."), "{shown}");
    let ran = app
        .script(
            "return [window.ran ?? null, document.querySelectorAll('main script, main img, main [onerror]').length, \
             document.querySelectorAll('main a[href^=\"javascript:\"]').length]",
        )
        .await;
    assert_eq!(ran, json!([null, 0, 0]));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_account_signs_only_with_its_password() {
    let app = settled().await;
    app.ask(json!({ "call": "get_test_tokens", "with": { "amount": 10 } })).await.expect("test tokens");
    app.click(&named("lock-toggle")).await;
    app.until("a locked account", async || {
        let status = app.ask(json!({ "call": "get_status", "with": {} })).await.ok()?;
        (status["with"]["account"]["lock"] == "locked").then_some(())
    })
    .await;
    let refused = app
        .ask(json!({ "call": "send_tokens", "with": { "to": "0x0000000000000000000000000000000000000001", "amount": "1" } }))
        .await
        .expect_err("locked means locked");
    assert_eq!(refused["code"], "locked");
    let wrong = app.ask(json!({ "call": "unlock", "with": { "password": "not the password" } })).await;
    assert_eq!(wrong.expect_err("the wrong password")["code"], "wrong_password");
    let right = app.ask(json!({ "call": "unlock", "with": { "password": PASSWORD } })).await.expect("the right one");
    assert_eq!(right["with"]["lock"], "unlocked");
    app.close().await;
}

/// Fills the publishing form and waits until the listing can be found.
pub(crate) async fn publishes(app: &App, file: &Path, name: &str, description: &str) {
    app.click(&named("go-publish")).await;
    app.type_into(&named("publish-path"), file.to_str().unwrap()).await;
    app.click(&named("publish-add")).await;
    app.read(&named("publish-file"), "CSV").await;
    app.click(&named("publish-next")).await;
    app.type_into(&named("publish-name"), name).await;
    app.type_into(&named("publish-author"), "City of Berlin").await;
    app.type_into(&named("publish-description"), description).await;
    app.click(&named("publish-next")).await;
    app.type_into(&named("publish-price"), "12.5").await;
    app.click(&named("publish-next")).await;
    app.click(&named("publish-submit")).await;
    app.until("the publication to be listed", async || {
        let reply = app.ask(json!({ "call": "list_my_listings", "with": {} })).await.ok()?;
        reply["with"]
            .as_array()?
            .iter()
            .any(|listing| listing["state"] == "listed" && listing["name"] == name)
            .then_some(())
    })
    .await;
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { files.extend(files_below(&entry)) } else { files.push(entry) }
    }
    files
}
