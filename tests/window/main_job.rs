//! The main job through the window: find, buy, open; and the other side, offer a file.

use crate::app::{App, named, pictures};
use serde_json::json;
use std::{fs, path::Path, sync::Arc};

/// What whoever tells these stories types as password.
pub(crate) const PASSWORD: &str = "a password for stories";

/// The demo publisher's file that the buyer is after.
const WANTED: &str = "prime-gaps.csv";
/// Its listing.
const NAME: &str = "Gaps between the first 6,000 primes";

/// A window whose person has an account.
pub(crate) async fn settled() -> App {
    has_account(App::start().await).await
}

/// Makes the account of a new window.
pub(crate) async fn has_account(app: App) -> App {
    app.type_into(&named("first-password"), PASSWORD).await;
    app.click(&named("first-create")).await;
    app.see(&named("search-input")).await;
    app
}

/// Waits until the first row of what was found has this name.
pub(crate) async fn row(app: &App, words: &str, name: &str) {
    app.until(&format!("{name} found by \"{words}\""), async || {
        app.script(&format!(
            "return [...document.querySelectorAll('[data-testid=listing-row]')].some(row => row.innerText.includes({})) || null",
            json!(name)
        ))
        .await
        .as_bool()
    })
    .await;
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
    confirms(app).await;
    app.see(&named("purchase-yours")).await;
}

/// Agrees to buy the listing with this number, and waits until the purchase is on its way.
pub(crate) async fn agrees(app: &App, did: &str) {
    app.go(&format!("/listing/{did}")).await;
    confirms(app).await;
    app.see(&named("purchase")).await;
}

/// Opens the sheet of a listing and says yes, with test tokens where the balance does not cover it.
async fn confirms(app: &App) {
    app.click(&named("buy-open")).await;
    app.see(&named("at-most")).await;
    // A sheet that still rises is missed by a click.
    app.settle().await;
    if app.is_there(&named("get-test-tokens")).await {
        app.click(&named("get-test-tokens")).await;
    }
    app.click(&named("buy-confirm")).await;
}

/// Everything that can be pressed is large enough for whoever does not aim well; links within a sentence may be smaller.
async fn can_be_hit(app: &App) {
    let script = "return [...document.querySelectorAll('#page a, #page button, #page summary, .horizon a, .horizon button')] \
        .filter(at => at.getClientRects().length && !at.closest('p') && at.getBoundingClientRect().height < 23.5) \
        .map(at => at.outerHTML.slice(0, 120))";
    assert_eq!(app.script(script).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_finds_buys_and_opens_it() {
    let app = settled().await;
    app.picture(&pictures().join("story-discover.png")).await;
    buys(&app, "gaps primes", NAME).await;
    app.picture(&pictures().join("story-yours.png")).await;
    can_be_hit(&app).await;
    // Who listens instead of looking hears the end of it, not a stage on the way.
    app.hear("It is yours.").await;

    let folder = app.home().path().join("saved");
    fs::create_dir_all(&folder).unwrap();
    app.click(&format!("{} {}", named("purchase-yours"), named("download"))).await;
    app.type_into(&named("download-folder"), folder.to_str().unwrap()).await;
    app.click(&named("download-start")).await;
    app.see(&named("open-folder")).await;
    app.read("#page", "Verified, on this computer").await;
    app.picture(&pictures().join("story-library.png")).await;
    can_be_hit(&app).await;

    let sold = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo").join(WANTED)).unwrap();
    let saved: Vec<_> = files_below(&folder);
    assert!(saved.iter().any(|file| fs::read(file).unwrap() == sold), "byte for byte what was sold: {saved:?}");
    let library = app.ask(json!({ "call": "list_library", "with": {} })).await.expect("the library")["with"].clone();
    assert_eq!(library[0]["files"][0]["verdict"], "verified", "{library}");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_lists_a_local_file() {
    let home = Arc::new(tempfile::tempdir().unwrap());
    let file = home.path().join("levels.csv");
    fs::write(&file, "time,level\n2026-01-01T00:00:00Z,3.1\n2026-01-02T00:00:00Z,4.2\n").unwrap();
    let app = has_account(App::start_on(home, &[file]).await).await;
    app.click(&named("go-publish")).await;
    app.click(&named("publish-next")).await;
    app.read(".hint.wrong", "Add at least one file").await;
    app.click(&named("publish-drop")).await;
    app.read(&named("publish-file"), "2 rows").await;
    describes(&app, "Levels of the Spree", "Levels of a river.").await;
    app.see(&named("publish-done")).await;
    // The last step comes without a block; the horizon says it all the same.
    app.read(&named("status-line"), "Everything is up to date").await;
    app.picture(&pictures().join("story-published.png")).await;

    app.click(&named("go-discover")).await;
    app.type_into(&named("search-input"), "levels spree").await;
    row(&app, "levels spree", "Levels of the Spree").await;
    app.click(&named("listing-row")).await;
    app.read(&named("listing-title"), "Levels of the Spree").await;
    assert!(!app.is_there(&named("buy-open")).await, "nobody buys from themselves");

    app.click(&named("go-listings")).await;
    app.click(&named("unlist")).await;
    app.read(&named("unlist-sheet"), "Buyers keep what they bought").await;
    app.click(&named("unlist-confirm")).await;
    app.read("#page", "Out of search").await;
    app.click(&named("go-discover")).await;
    app.read(&named("empty"), "Nothing matches").await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_account_signs_only_with_its_password() {
    let app = settled().await;
    app.ask(json!({ "call": "get_test_tokens", "with": { "amount": 10 } })).await.expect("test tokens");
    app.click(&named("lock-toggle")).await;
    app.read(&named("lock-toggle"), "Locked").await;
    let send =
        json!({ "call": "send_tokens", "with": { "to": "0x0000000000000000000000000000000000000001", "amount": "1" } });
    assert_eq!(app.ask(send).await.expect_err("locked means locked")["code"], "locked");

    app.type_into(&named("search-input"), "gaps primes").await;
    row(&app, "gaps primes", NAME).await;
    app.click(&named("listing-row")).await;
    app.click(&named("buy-open")).await;
    app.click(&named("buy-confirm")).await;
    // Two sheets lie above each other: each is announced by its own title.
    for (sheet, title) in [("buy-sheet", "Buy “Gaps between"), ("unlock-sheet", "Unlock your account")] {
        app.see(&named(sheet)).await;
        let called = "const sheet = document.querySelector(`[data-testid=SHEET]`); \
            return document.getElementById(sheet.getAttribute('aria-labelledby')).textContent";
        let called = app.script(&called.replace("SHEET", sheet)).await;
        assert!(called.as_str().unwrap().starts_with(title), "{sheet} is called {called}");
    }
    app.type_into(&named("unlock-password"), "not the password").await;
    app.click(&named("unlock-confirm")).await;
    let said = app.read(&format!("{} [role=alert]", named("unlock-sheet")), "not the password").await;
    assert!(said.ends_with('.'), "a sentence: {said}");
    assert!(app.is_there("#unlock-password[aria-invalid=true]").await);
    app.read(&named("lock-toggle"), "Locked").await;
    // The right one opens it, and what it was asked for goes on by itself.
    app.type_into(&named("unlock-password"), PASSWORD).await;
    app.click(&named("unlock-confirm")).await;
    app.see(&named("purchase-yours")).await;
    app.read(&named("lock-toggle"), "Unlocked").await;
    app.close().await;
}

/// Fills the publishing form and waits until the listing can be found.
pub(crate) async fn publishes(app: &App, file: &Path, name: &str, description: &str) {
    app.click(&named("go-publish")).await;
    app.type_into(&named("publish-path"), file.to_str().unwrap()).await;
    app.click(&named("publish-add")).await;
    app.read(&named("publish-file"), "CSV").await;
    describes(app, name, description).await;
    app.see(&named("publish-done")).await;
}

/// Goes from the files to the end of the form.
pub(crate) async fn describes(app: &App, name: &str, description: &str) {
    app.click(&named("publish-next")).await;
    app.type_into(&named("publish-name"), name).await;
    app.type_into(&named("publish-author"), "City of Berlin").await;
    app.type_into(&named("publish-description"), description).await;
    app.click(&named("publish-next")).await;
    app.type_into(&named("publish-price"), "12.5").await;
    app.click(&named("publish-next")).await;
    app.click(&named("publish-submit")).await;
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { files.extend(files_below(&entry)) } else { files.push(entry) }
    }
    files
}
