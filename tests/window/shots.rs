//! Pictures of every screen, light and dark, small and wide: `cargo xtask shots`.

use crate::app::{App, pictures};
use serde_json::json;

/// Name of the picture, and the address of the page.
const SCREENS: [(&str, &str); 8] = [
    ("discover", "/"),
    ("library", "/library"),
    ("publish", "/publish"),
    ("my-listings", "/my-listings"),
    ("activity", "/activity"),
    ("account", "/account"),
    ("settings", "/settings"),
    ("not-found", "/nowhere"),
];
const THEMES: [&str; 2] = ["light", "dark"];
/// The smallest window, and a wide one.
const SIZES: [(u32, u32); 2] = [(900, 600), (1440, 900)];

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_in_every_dress() {
    let app = App::start().await;
    app.see("h1").await;
    for theme in THEMES {
        let reply = app.ask(json!({ "call": "get_settings", "with": {} })).await.expect("settings");
        let mut settings = reply["with"].clone();
        settings["theme"] = json!(theme);
        app.ask(json!({ "call": "set_settings", "with": { "settings": settings } })).await.expect("kept");
        for (width, height) in SIZES {
            app.resize(width, height).await;
            for (name, path) in SCREENS {
                app.go(path).await;
                app.see("h1").await;
                app.picture(&pictures().join(format!("{name}-{theme}-{width}x{height}.png"))).await;
            }
        }
    }
    app.close().await;
}
