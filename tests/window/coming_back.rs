//! The window is closed in the middle of something, and opened again.

use crate::{
    app::{App, named},
    friend::{Friend, Gate, offer},
    main_job::{PASSWORD, agrees, settled},
};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_and_a_purchase_outlive_the_window() {
    let app = settled().await;
    let home = app.home();
    let file = home.path().join("levels.csv");
    fs::write(&file, "time,level\n2026-01-01T00:00:00Z,3.1\n").unwrap();
    app.click(&named("go-publish")).await;
    app.type_into(&named("publish-path"), file.to_str().unwrap()).await;
    app.click(&named("publish-add")).await;
    app.read(&named("publish-file"), "CSV").await;
    app.click(&named("publish-next")).await;
    app.type_into(&named("publish-name"), "Levels of the Spree").await;
    app.type_into(&named("publish-author"), "City of Berlin").await;
    app.until("the draft to be kept", async || {
        let drafts = app.ask(json!({ "call": "list_drafts", "with": {} })).await.ok()?;
        (drafts["with"].as_array()?.len() == 1 && drafts["with"][0]["author"] == "City of Berlin").then_some(())
    })
    .await;

    app.click(&named("go-discover")).await;
    app.type_into(&named("search-input"), "gaps primes").await;
    let row = app.read(&named("listing-row"), "Gaps between").await;
    assert!(row.contains("1.00"), "{row}");
    app.click(&named("listing-row")).await;
    app.click(&named("buy-open")).await;
    app.click(&named("get-test-tokens")).await;
    app.click(&named("buy-confirm")).await;
    app.see(&named("purchase")).await;
    app.close().await;

    let app = App::start_on(home, &[]).await;
    app.see(&named("search-input")).await;
    app.read(&named("lock-toggle"), "Locked").await;
    app.click(&named("lock-toggle")).await;
    app.type_into(&named("unlock-password"), PASSWORD).await;
    app.click(&named("unlock-confirm")).await;
    app.click(&named("go-library")).await;
    app.see(&named("download")).await;
    app.read("#page", "Gaps between the first 6,000 primes").await;
    app.read(&named("balance"), "99.00").await;

    app.click(&named("go-publish")).await;
    app.click(&named("draft")).await;
    app.read(&named("publish-file"), "levels.csv").await;
    app.click(&named("publish-next")).await;
    let name = app.see(&named("publish-name")).await.prop("value").await.unwrap();
    assert_eq!(name.as_deref(), Some("Levels of the Spree"));
    app.close().await;
}

/// Buys four megabytes of a friend's, on a way that can be held up.
async fn four_megabytes(app: &App) -> (Friend, Gate, Vec<u8>) {
    let friend = Friend::beside(app).await;
    let bytes: Vec<u8> = (0..4_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let did = friend.lists(friend.file("levels.bin", &bytes), offer("Four megabytes", "1")).await;
    let gate = friend.behind_a_gate().await;
    app.until("the way through the gate", async || {
        app.ask(json!({ "call": "get_listing", "with": { "did": format!("did:op:{did}") } })).await.ok()?;
        (gate.passed() > 0).then_some(())
    })
    .await;
    agrees(app, &did).await;
    app.see(&named("purchase-yours")).await;
    (friend, gate, bytes)
}

/// Saves what was bought into this folder.
async fn saves(app: &App, button: &str, folder: &Path) {
    app.click(button).await;
    app.type_into(&named("download-folder"), folder.to_str().unwrap()).await;
    app.click(&named("download-start")).await;
}

/// Begins to save it; the way is held up after a quarter.
async fn stuck(app: &App, gate: &Gate) -> PathBuf {
    let folder = app.home().path().join("saved");
    gate.hold_after(1_000_000);
    saves(app, &format!("{} {}", named("purchase-yours"), named("download")), &folder).await;
    app.read(&named("download-progress"), "of 4 MB").await;
    folder
}

/// Where the newest download stands.
async fn state(app: &App) -> String {
    let all = app.ask(json!({ "call": "list_downloads", "with": {} })).await.expect("the downloads");
    all["with"][0]["state"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_waits_and_goes_on() {
    let app = settled().await;
    let (friend, gate, bytes) = four_megabytes(&app).await;
    stuck(&app, &gate).await;
    app.click(&named("download-pause")).await;
    app.read(&named("download-progress"), "Paused at").await;
    gate.open();
    app.click(&named("download-resume")).await;
    app.until("the end of the download", async || {
        let state = state(&app).await;
        assert_ne!(state, "cancelled");
        (state == "done").then_some(())
    })
    .await;
    app.see(&named("open-folder")).await;
    // Who listens instead of looking hears it as well.
    app.read(&named("news"), "levels.bin: Verified, on this computer").await;
    let library = app.ask(json!({ "call": "list_library", "with": {} })).await.expect("the library")["with"].clone();
    let file = &library[0]["files"][0];
    assert_eq!(file["verdict"], "verified", "{library}");
    let path = file["path"].as_str().unwrap();
    assert_eq!(fs::read(path).unwrap(), bytes, "byte for byte what was sold");

    // What somebody did to it since is seen when it is checked, and said.
    fs::write(path, "something else").unwrap();
    app.click(&named("verify")).await;
    app.read("#page", "Not the bytes that were sold").await;
    app.read(&named("news"), "levels.bin: Not the bytes that were sold").await;
    friend.leaves().await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_cancelled_and_begun_anew() {
    let app = settled().await;
    let (friend, gate, bytes) = four_megabytes(&app).await;
    let folder = stuck(&app, &gate).await;
    app.click(&named("download-cancel")).await;
    app.read("#page", "Not on this computer").await;
    assert_eq!(state(&app).await, "cancelled");
    assert!(folder.read_dir().unwrap().next().is_none(), "nothing of it stays");

    gate.open();
    saves(&app, &named("download"), &folder).await;
    app.see(&named("open-folder")).await;
    assert_eq!(fs::read(folder.join("levels.bin")).unwrap(), bytes, "byte for byte what was sold");
    friend.leaves().await;
    app.close().await;
}
