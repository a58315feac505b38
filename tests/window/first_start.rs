//! Somebody opens Neuston for the first time.

use crate::app::App;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_window_opens_and_greets_a_newcomer() {
    let app = App::start().await;
    let heading = app.see("h1").await.text().await.unwrap();
    assert!(!heading.is_empty());
    let reply = app.ask(json!({ "call": "get_status", "with": {} })).await.expect("the backend answers");
    assert_eq!(reply["reply"], "get_status");
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
    app.script("location.assign('https://example.org/')").await;
    app.see("h1").await;
    let address = app.script("return location.href").await;
    assert!(address.as_str().unwrap().starts_with("tauri://localhost"), "{address}");
    app.close().await;
}
