//! Somebody who uses no mouse.

use crate::{
    app::named,
    main_job::{row, settled},
};
use thirtyfour::Key;

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_finds_buys_and_keeps() {
    let app = settled().await;
    app.script("document.querySelector('#page').focus()").await;
    app.press("gs").await;
    app.see(&named("data-folder")).await;
    // `/` leads to the search from everywhere, the arrows through what it found.
    app.press("/").await;
    app.until("the cursor in the search box", async || {
        app.script("return document.activeElement.id === 'search' || null").await.as_bool()
    })
    .await;
    app.press("gaps primes").await;
    row(&app, "gaps primes", "Gaps between the first 6,000 primes").await;
    app.press(Key::Down + "").await;
    app.press(Key::Enter + "").await;
    app.read(&named("listing-title"), "Gaps between").await;

    app.tab_to(&named("buy-open")).await;
    app.press(Key::Enter + "").await;
    app.see(&named("at-most")).await;
    app.press(Key::Escape + "").await;
    app.until("the focus back on the button", async || {
        let at = "return document.activeElement.dataset.testid === 'buy-open' || null";
        app.script(at).await.as_bool()
    })
    .await;
    app.press(Key::Enter + "").await;
    app.tab_to(&named("get-test-tokens")).await;
    app.press(Key::Enter + "").await;
    app.see(&named("buy-confirm")).await;
    app.tab_to(&named("buy-confirm")).await;
    app.press(Key::Enter + "").await;
    app.see(&named("purchase-yours")).await;

    app.tab_to(&named("download")).await;
    app.press(Key::Enter + "").await;
    let folder = app.home().path().join("saved");
    app.tab_to(&named("download-folder")).await;
    app.press(Key::Control + "a").await;
    app.press(folder.to_str().unwrap()).await;
    app.press(Key::Enter + "").await;
    app.see(&named("open-folder")).await;
    assert!(folder.read_dir().unwrap().next().is_some(), "something was saved");
    app.close().await;
}
