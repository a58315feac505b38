//! Somebody opens Neuston for the first time.

use crate::app::{App, named};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_window_opens_and_greets_a_newcomer() {
    let app = App::start().await;
    let heading = app.see("h1").await.text().await.unwrap();
    assert!(!heading.is_empty());
    let reply = app.ask(json!({ "call": "get_status", "with": {} })).await.expect("the backend answers");
    assert_eq!(reply["reply"], "get_status");
    for (typed, said) in [("123456", "2 more characters"), ("1234567", "One more character,")] {
        app.type_into(&named("first-password"), typed).await;
        app.read(".first .hint", said).await;
    }
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_cannot_leave_its_cage() {
    let app = App::start().await;
    app.see("h1").await;
    let evaluated = app.script("try { return String(new Function('return 1')()) } catch (e) { return e.name }").await;
    assert_eq!(evaluated, "EvalError");
    let asked = "const done = arguments[arguments.length - 1]; \
        Promise.allSettled([fetch('https://example.org/'), window.__TAURI__.core.invoke('plugin:opener|open_url', { url: 'https://example.org/' }), \
        window.__TAURI__.core.invoke('open_link', { url: 'file:///etc/passwd' }), \
        window.__TAURI__.core.invoke('open_path', { path: '/etc/passwd', reveal: false })]).then(all => done(all.map(one => one.status)));";
    let outcomes = app.script_until_done(asked).await;
    assert_eq!(outcomes, json!(["rejected", "rejected", "rejected", "rejected"]));
    // No picture of ours stands in its address, so no other one does either.
    let picture = "const done = arguments[arguments.length - 1], picture = new Image(); \
        picture.onload = () => done('shown'); picture.onerror = () => done('refused'); \
        picture.src = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'";
    assert_eq!(app.script_until_done(picture).await, "refused");
    app.script("location.assign('https://example.org/')").await;
    app.see("h1").await;
    let address = app.script("return location.href").await;
    assert!(address.as_str().unwrap().starts_with("tauri://localhost"), "{address}");
    app.close().await;
}

/// Words that every tool knows, and the address of their first account (`tests/vectors/bip39-bip44.json`).
const WORDS: &str = "test test test test test test test test test test test junk";
const ADDRESS: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

#[tokio::test(flavor = "multi_thread")]
async fn recovery_words_bring_an_account() {
    let app = App::start().await;
    app.click(&named("first-import")).await;
    app.type_into(&named("import-password"), "a password for stories").await;
    app.type_into(&named("import-words"), &format!("{WORDS} test")).await;
    app.read(".first .hint.wrong", "13").await;
    assert!(!app.see(&named("import-confirm")).await.is_enabled().await.unwrap(), "13 words are no account");

    app.type_into(&named("import-words"), &WORDS.replace("junk", "test")).await;
    app.click(&named("import-confirm")).await;
    let trouble = app.see(&named("trouble")).await.text().await.unwrap();
    assert!(trouble.contains("Check the words"), "the next step is said: {trouble}");

    app.type_into(&named("import-words"), &WORDS.to_uppercase().replace(' ', "\n ")).await;
    app.click(&named("import-confirm")).await;
    app.see(&named("search-input")).await;
    app.click(&named("go-account")).await;
    let address = app.see(&named("address")).await.prop("value").await.unwrap();
    assert_eq!(address.as_deref(), Some(ADDRESS));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_window_on_one_home_shows_the_first() {
    let app = App::start().await;
    app.see("h1").await;
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_neuston-desktop"))
        .arg("--home")
        .arg(app.home().path())
        .status()
        .unwrap();
    assert!(second.success(), "it ends at once, and in order");
    app.see("h1").await;
    app.close().await;
}
