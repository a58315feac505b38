//! Pictures of every screen, light and dark, small and wide: `cargo xtask shots`. Each must keep the content policy.

use crate::{
    app::{App, named, pictures},
    main_job::{buys, publishes, settled},
};
use serde_json::json;
use std::fs;

const THEMES: [&str; 3] = ["light", "dark", "contrast"];
/// The smallest window, and a wide one.
const SIZES: [(u32, u32); 2] = [(900, 600), (1440, 900)];

/// Photographs pages in every dress: name of the picture, address of the page.
async fn photograph(app: &App, pages: &[(&str, String)]) {
    for theme in THEMES {
        let reply = app.ask(json!({ "call": "get_settings", "with": {} })).await.expect("settings");
        let mut settings = reply["with"].clone();
        settings["theme"] = json!(theme);
        app.ask(json!({ "call": "set_settings", "with": { "settings": settings } })).await.expect("kept");
        for (width, height) in SIZES {
            app.resize(width, height).await;
            for (name, path) in pages {
                app.go(path).await;
                app.settle().await;
                let wide = app.script("return document.documentElement.scrollWidth - innerWidth").await;
                assert!(wide.as_i64().is_some_and(|beyond| beyond <= 0), "{name} is {wide} px too wide at {width}");
                app.picture(&pictures().join(format!("{name}-{theme}-{width}x{height}.png"))).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_in_every_dress() {
    let app = App::start().await;
    app.see(&named("first-password")).await;
    photograph(&app, &[("first", "/".into())]).await;
    app.close().await;

    let app = settled().await;
    let file = app.home().path().join("levels.csv");
    fs::write(&file, "time,level\n2026-01-01T00:00:00Z,3.1\n2026-01-02T00:00:00Z,4.2\n").unwrap();
    let empty = [("library-empty", "/library".into()), ("listings-empty", "/listings".into())];
    photograph(&app, &empty).await;
    publishes(&app, &file, "Levels of the Spree", "Levels of a river, by the day.").await;
    buys(&app, "moon phases", "Moon phases").await;
    let purchase = app.script("return location.pathname").await.as_str().unwrap().to_owned();
    let found = app.ask(json!({ "call": "search", "with": { "query": { "text": "river" } } })).await.expect("search");
    let did = found["with"]["results"][0]["did"].as_str().unwrap().trim_start_matches("did:op:").to_owned();
    let pages = [
        ("discover", "/".to_owned()),
        ("listing", format!("/listing/{did}")),
        ("purchase", purchase),
        ("library", "/library".to_owned()),
        ("publish", "/publish".to_owned()),
        ("listings", "/listings".to_owned()),
        ("activity", "/activity".to_owned()),
        ("account", "/account".to_owned()),
        ("settings", "/settings".to_owned()),
        ("lost", "/nowhere".to_owned()),
    ];
    photograph(&app, &pages).await;
    app.close().await;
}
