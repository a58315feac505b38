//! A publisher who does not open what was bought.

use crate::{
    app::{App, named, pictures},
    friend::{Friend, offer},
    main_job::{agrees, has_account},
};
use api::Draft;
use std::sync::Arc;

/// Blocks that the friend promises to open within; they come once a second.
const PROMISE: u64 = 40;

#[tokio::test(flavor = "multi_thread")]
async fn money_comes_back_when_nobody_opens_it() {
    let home = Arc::new(tempfile::tempdir().unwrap());
    let receipt = home.path().join("receipt.pdf");
    let app = has_account(App::start_on(home, std::slice::from_ref(&receipt)).await).await;
    let friend = Friend::beside(&app).await;
    let file = friend.file("levels.csv", b"time,level\n1,2\n");
    let draft = Draft { deliver_within_seconds: PROMISE, ..offer("Levels nobody opens", "3") };
    let did = friend.lists(file.clone(), draft).await;
    // The file is not the one that was listed any more: the friend's computer opens it for nobody.
    std::fs::write(file, "time,level\n1,3\n").unwrap();

    agrees(&app, &did).await;
    let clocks = app.read(&named("clocks"), "If not, your 3.00 is back by").await;
    assert!(clocks.contains("Opened for you by"), "{clocks}");
    app.read("#page", "Waiting for River Watch to open it").await;
    app.read(&named("status-line"), "waiting for its publisher").await;
    app.hear("Your 3.00 is set aside.").await;
    app.read(&named("balance"), "97.00").await;
    app.picture(&pictures().join("story-waiting.png")).await;

    let told = app.read(&named("purchase-returned"), "Your 3.00 is back in your account.").await;
    assert!(told.contains("Nothing was paid"), "{told}");
    app.hear("Your 3.00 is back in your account.").await;
    app.read(&named("balance"), "100.00").await;
    app.picture(&pictures().join("story-returned.png")).await;
    // A page for whoever keeps the books.
    app.click(&named("receipt")).await;
    app.read("#page", "The receipt is in ").await;
    assert!(std::fs::read(receipt).unwrap().starts_with(b"%PDF-"));
    app.click(&named("go-library")).await;
    app.read(&named("purchase-row"), "Money returned: 3.00").await;
    friend.leaves().await;
    app.close().await;
}
