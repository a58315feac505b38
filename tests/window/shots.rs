//! Pictures of every screen and of what can happen on it, light and dark, small and wide, and in German: `cargo xtask shots`. A page
//! that is wider than its window fails, and so does one with which axe finds something wrong.

use crate::{
    agreements,
    app::{App, named, pictures},
    friend::{Friend, offer},
    languages::speaks,
    main_job::{agrees, buys, publishes, settled},
};
use api::Draft;
use serde_json::json;
use std::{collections::BTreeSet, fs, sync::Arc};

/// Themes and languages; German has the longest words. What follows a picture is told in English.
const DRESSES: [(&str, &str); 4] =
    [("light", "german"), ("light", "english"), ("dark", "english"), ("contrast", "english")];
/// The smallest window, and a wide one.
const SIZES: [(u32, u32); 2] = [(900, 600), (1440, 900)];

/// What is done on a page before its picture is taken.
enum Pose {
    Still,
    /// These are clicked one after the other, then this is seen.
    Clicked(&'static [&'static str], &'static str),
    /// This is searched for, then this is seen.
    Searched(&'static str, &'static str),
}

/// A picture: its name, the address of its page, and what is done there.
type Shot<'a> = (&'a str, String, Pose);

fn still<'a>(name: &'a str, path: &str) -> Shot<'a> {
    (name, path.to_owned(), Pose::Still)
}

/// Takes pictures in every dress.
async fn photograph(app: &App, shots: &[Shot<'_>]) {
    let mut faults = BTreeSet::new();
    for (theme, language) in DRESSES {
        dress(app, theme).await;
        speaks(app, language).await;
        let dress = if language == "german" { format!("{theme}-german") } else { theme.to_owned() };
        for (width, height) in SIZES {
            app.resize(width, height).await;
            for (name, path, pose) in shots {
                app.go(path).await;
                pose.take(app).await;
                app.settle().await;
                let wide = app.script("return document.documentElement.scrollWidth - innerWidth").await;
                assert!(wide.as_i64().is_some_and(|beyond| beyond <= 0), "{name} is {wide} px too wide at {width}");
                // Words and sizes change no rule that the other languages and sizes would not break as well.
                if language == "english" && width == SIZES[1].0 {
                    faults
                        .extend(app.faults_by_axe().await.into_iter().map(|fault| format!("{name}, {theme}: {fault}")));
                }
                app.picture(&pictures().join(format!("{name}-{dress}-{width}x{height}.png"))).await;
                pose.leave(app).await;
            }
        }
    }
    assert!(faults.is_empty(), "{}", Vec::from_iter(faults).join("\n"));
}

/// Puts on a theme, as the next start would find it.
async fn dress(app: &App, theme: &str) {
    let reply = app.ask(json!({ "call": "get_settings", "with": {} })).await.expect("settings");
    let mut settings = reply["with"].clone();
    settings["theme"] = json!(theme);
    app.ask(json!({ "call": "set_settings", "with": { "settings": settings } })).await.expect("kept");
    app.reload().await;
    app.see("main").await;
}

impl Pose {
    async fn take(&self, app: &App) {
        match self {
            Self::Still => {}
            Self::Clicked(clicks, seen) => {
                for click in *clicks {
                    app.click(&named(click)).await;
                }
                app.see(&named(seen)).await;
                app.script("document.activeElement?.scrollIntoView({ block: 'center' })").await;
            }
            Self::Searched(words, seen) => {
                app.type_into(&named("search-input"), words).await;
                app.see(&named(seen)).await;
            }
        }
    }

    async fn leave(&self, app: &App) {
        match self {
            Self::Still => {}
            Self::Clicked(..) => {
                if app.is_there("dialog[open]").await {
                    app.press(thirtyfour::Key::Escape + "").await;
                }
            }
            Self::Searched(..) => app.press(thirtyfour::Key::Escape + "").await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_in_every_dress() {
    let app = App::start().await;
    app.see(&named("first-password")).await;
    photograph(&app, &[still("first", "/")]).await;
    app.click(&named("first-import")).await;
    app.settle().await;
    app.picture(&pictures().join("import.png")).await;
    app.close().await;

    let app = settled().await;
    let file = app.home().path().join("levels.csv");
    fs::write(&file, "time,level\n2026-01-01T00:00:00Z,3.1\n2026-01-02T00:00:00Z,4.2\n").unwrap();
    let empty = [
        still("library-empty", "/library"),
        still("listings-empty", "/listings"),
        still("activity-empty", "/activity"),
    ];
    photograph(&app, &empty).await;
    publishes(&app, &file, "Levels of the Spree", "Levels of a river, by the day.").await;
    let publication = here(&app).await;
    buys(&app, "moon phases", "Moon phases").await;
    let purchase = here(&app).await;
    let found = app.ask(json!({ "call": "search", "with": { "query": { "text": "river" } } })).await.expect("search");
    let did = found["with"]["results"][0]["did"].as_str().unwrap().trim_start_matches("did:op:").to_owned();
    let listing = format!("/listing/{did}");
    let shots = [
        still("discover", "/"),
        ("search", "/".to_owned(), Pose::Searched("moon tides", "listing-row")),
        ("search-nothing", "/".to_owned(), Pose::Searched("zeppelin", "empty")),
        still("listing", &listing),
        ("buy", listing, Pose::Clicked(&["buy-open"], "buy-confirm")),
        still("purchase", &purchase),
        ("save", purchase, Pose::Clicked(&["download"], "download-folder")),
        still("publish", "/publish"),
        still("publication", &publication),
        still("listings", "/listings"),
        ("unlist", "/listings".to_owned(), Pose::Clicked(&["unlist"], "unlist-confirm")),
        still("activity", "/activity"),
        still("account", "/account"),
        still("settings", "/settings"),
        (
            "settings-network",
            "/settings".to_owned(),
            Pose::Clicked(&["network-below-open", "check-network"], "network-checked"),
        ),
        still("lost", "/nowhere"),
    ];
    photograph(&app, &shots).await;
    app.click(&named("lock-toggle")).await;
    app.read(&named("lock-toggle"), "Locked").await;
    let locked = ("locked", "/account".to_owned(), Pose::Clicked(&["lock-toggle"], "unlock-password"));
    photograph(&app, &[locked]).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agreements_of_other_shapes() {
    let app = settled().await;
    let [computation, two_of_three] = agreements::under_way(&app).await.map(|id| format!("/agreement/{}", &id[2..]));
    let shots = [
        still("agreement", &computation),
        still("agreement-threshold", &two_of_three),
        still("activity-agreements", "/activity"),
    ];
    photograph(&app, &shots).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_happen_on_the_way() {
    let app = settled().await;
    app.ask(json!({ "call": "get_test_tokens", "with": { "amount": 100 } })).await.expect("test tokens");
    let friend = Friend::beside(&app).await;
    let changes = friend.file("changes.csv", b"time,level\n1,2\n");
    let soon = Draft { deliver_within_seconds: 8, ..offer("Night lights of Dresden, 2023", "30") };
    let (returned, waits) = (
        friend.lists(changes.clone(), soon).await,
        friend.lists(changes.clone(), offer("Hourly river levels", "12.5")).await,
    );
    let large: Vec<u8> = (0..4_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut numbers = Vec::new();
    for name in ["Tram delays, Leipzig", "Daily rain gauges of the Ore Mountains"] {
        let file = friend.file(&format!("{}.bin", &name[..4]), &large);
        numbers.push(friend.lists(file, offer(name, "2")).await);
    }
    // The listing's file is another one now: the friend's computer opens it for nobody.
    fs::write(changes, "time,level\n1,3\n").unwrap();
    let gate = friend.behind_a_gate().await;
    agrees(&app, &returned).await;
    app.see(&named("purchase-returned")).await;
    let returned = here(&app).await;
    let folder = app.home().path().join("saved");
    app.until("the way through the gate", async || {
        app.ask(json!({ "call": "get_listing", "with": { "did": format!("did:op:{}", numbers[0]) } })).await.ok()?;
        (gate.passed() > 0).then_some(())
    })
    .await;
    for did in &numbers {
        agrees(&app, did).await;
        app.see(&named("purchase-yours")).await;
    }
    agrees(&app, &waits).await;
    app.see(&named("clocks")).await;
    let waits = here(&app).await;
    gate.hold_after(1_010_000);
    let library = app.ask(json!({ "call": "list_library", "with": {} })).await.expect("the library")["with"].clone();
    for (at, asset) in library.as_array().unwrap().iter().enumerate() {
        let with = json!({ "agreement": asset["agreement"], "index": 0, "folder": folder });
        let started = app.ask(json!({ "call": "start_download", "with": with })).await.expect("it starts");
        if at == 1 {
            let pause = json!({ "id": started["with"][0]["id"], "order": "pause" });
            app.ask(json!({ "call": "steer_download", "with": pause })).await.expect("it pauses");
        }
    }
    let shots = [still("under-way", &waits), still("returned", &returned), still("library", "/library")];
    photograph(&app, &shots).await;
    drop(gate);
    app.go("/library").await;
    app.read("#page", "Stopped at").await;
    photograph(&app, &[still("library-failed", "/library")]).await;
    friend.leaves().await;
    app.close().await;

    // A data folder that cannot be one.
    let home = Arc::new(tempfile::tempdir().unwrap());
    fs::write(home.path().join("wallet"), "no folder").unwrap();
    let app = App::start_on(home, &[]).await;
    app.see(&named("trouble")).await;
    app.picture(&pictures().join("cannot-start.png")).await;
    app.close().await;
}

/// The address of the page.
async fn here(app: &App) -> String {
    app.script("return location.pathname").await.as_str().unwrap().to_owned()
}
