//! The window is closed in the middle of something, and opened again.

use crate::{
    app::{App, named},
    friend::{Friend, offer},
    main_job::{PASSWORD, agrees, settled},
};
use serde_json::json;
use std::fs;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_download_waits_and_goes_on() {
    let app = settled().await;
    let friend = Friend::beside(&app).await;
    let bytes: Vec<u8> = (0..4_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let did = friend.lists(friend.file("levels.bin", &bytes), offer("Four megabytes", "1")).await;
    let gate = friend.behind_a_gate().await;
    app.until("the way through the gate", async || {
        app.ask(json!({ "call": "get_listing", "with": { "did": format!("did:op:{did}") } })).await.ok()?;
        (gate.passed() > 0).then_some(())
    })
    .await;
    agrees(&app, &did).await;
    app.see(&named("purchase-yours")).await;

    let folder = app.home().path().join("saved");
    gate.hold_after(1_000_000);
    app.click(&format!("{} {}", named("purchase-yours"), named("download"))).await;
    app.type_into(&named("download-folder"), folder.to_str().unwrap()).await;
    app.click(&named("download-start")).await;
    app.read(&named("download-progress"), "of 4 MB").await;
    app.click(&named("download-pause")).await;
    app.read(&named("download-progress"), "Paused at").await;
    gate.open();
    app.click(&named("download-resume")).await;
    app.until("the end of the download", async || {
        let all = app.ask(json!({ "call": "list_downloads", "with": {} })).await.ok()?;
        let state = all["with"][0]["state"].as_str()?.to_owned();
        assert_ne!(state, "cancelled", "{all}");
        (state == "done").then_some(())
    })
    .await;
    app.see(&named("open-folder")).await;
    let library = app.ask(json!({ "call": "list_library", "with": {} })).await.expect("the library")["with"].clone();
    let file = &library[0]["files"][0];
    assert_eq!(file["verdict"], "verified", "{library}");
    assert_eq!(fs::read(file["path"].as_str().unwrap()).unwrap(), bytes, "byte for byte what was sold");
    friend.leaves().await;
    app.close().await;
}
