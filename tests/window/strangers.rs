//! What a stranger wrote is data: it shows as words, and never runs, loads or leads anywhere by itself.

use crate::{
    app::{App, named},
    friend::{Friend, offer},
    main_job::settled,
};
use api::{ColumnView, Draft};
use serde_json::json;

/// In each place where a publisher writes, something that would leave a trace if it ran.
fn hostile() -> Draft {
    Draft {
        name: "Tides <script>window.ran='name'</script><img src=x onerror=\"window.ran='name'\">".into(),
        author: "<svg onload=\"window.ran='author'\"> & Sons".into(),
        license: "\"><script>window.ran='licence'</script>".into(),
        description: "Tides of a harbour.\n\n<script>window.ran = 'description'</script>\n\n\
            <img src=x onerror=\"window.ran='description'\"> ![x](https://tracker.test/pixel.png) \
            [a](javascript:window.ran='link') [b](data:text/html,<script>window.ran='data'</script>) \
            [c](https://bank.example@evil.test/x) `<b onclick=window.ran=1>` \n\n\
            | a | <i onmouseover=window.ran=1> |\n|---|---|\n| {{7*7}} | ${window.ran=1} |\n\n\
            \u{202e}backwards"
            .into(),
        categories: vec!["<script>window.ran='category'</script>".into()],
        tags: vec!["<iframe src=javascript:window.ran='tag'>".into()],
        columns: vec![ColumnView {
            name: "<style>*{display:none}</style>".into(),
            meaning: "<base href=https://evil.test/>".into(),
            unit: "<meta http-equiv=refresh content=0>".into(),
            profile: vec![1, 2, 3],
            filled_permille: Some(1000),
        }],
        ..offer("", "1")
    }
}

/// Nothing ran, nothing was loaded from elsewhere, nothing broke the content policy, and no markup came of the words.
async fn unharmed(app: &App, where_: &str) {
    app.settle().await;
    let seen = app
        .script(
            "return [window.ran ?? null, window.broken ?? [], \
             [...document.querySelectorAll('#page script, #page img, #page iframe, #page style, #page base, #page meta')].length, \
             [...document.querySelectorAll('#page *')].flatMap(e => e.getAttributeNames()).filter(a => a.startsWith('on')).length, \
             [...document.querySelectorAll('#page a')].filter(a => !a.getAttribute('href').startsWith('/')).length, \
             performance.getEntriesByType('resource').map(e => e.name).filter(n => !/^(tauri|ipc):\\/\\/localhost\\//.test(n))]",
        )
        .await;
    assert_eq!(seen, json!([null, [], 0, 0, 0, []]), "{where_}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_cannot_run_script() {
    let app = settled().await;
    let friend = Friend::beside(&app).await;
    let file = friend.file("<img src=x onerror=window.ran='file'>.csv", b"a,b\n1,2\n");
    let did = friend.lists(file, hostile()).await;
    app.script(
        "window.broken = []; addEventListener('securitypolicyviolation', e => window.broken.push(e.violatedDirective))",
    )
    .await;

    app.click(&named("go-discover")).await;
    app.type_into(&named("search-input"), "tides harbour").await;
    app.read("#page", "Tides <script>window.ran='name'").await;
    unharmed(&app, "discover").await;

    app.go(&format!("/listing/{did}")).await;
    app.read(&named("listing-title"), "<script>window.ran='name'</script>").await;
    app.click(&format!("{} summary", named("below"))).await;
    unharmed(&app, "the listing").await;
    let text = app.script("return document.querySelector('#page').innerText").await;
    let text = text.as_str().unwrap();
    for shown in ["<svg onload", "onerror=window.ran='file'", "<style>*{display:none}", "<base href"] {
        assert!(text.contains(shown), "it shows as words: {shown} in {text}");
    }

    // The one link that is one says where it really goes, and asks first.
    app.click(".prose .outward").await;
    let asked = app.read("dialog[open]", "leaves Neuston").await;
    assert!(asked.contains("Open in the browser"), "{asked}");
    assert!(app.read(".prose .outward", "evil.test").await.contains("(evil.test)"));
    app.press(thirtyfour::Key::Escape + "").await;

    app.click(&named("buy-open")).await;
    app.click(&named("get-test-tokens")).await;
    app.see(&named("buy-confirm")).await;
    unharmed(&app, "the sheet").await;
    app.click(&named("buy-confirm")).await;
    app.see(&named("purchase-yours")).await;
    unharmed(&app, "the purchase").await;
    for page in ["library", "activity"] {
        app.click(&named(&format!("go-{page}"))).await;
        app.read("#page", "<script>").await;
        unharmed(&app, page).await;
    }
    let title = app.script("return [document.title, location.href]").await;
    assert!(title[1].as_str().unwrap().starts_with("tauri://localhost/"), "{title}");
    friend.leaves().await;
    app.close().await;
}
