//! What one does with an account: another password, a payment that is refused.

use crate::{
    app::named,
    friend::{Friend, offer},
    main_job::{PASSWORD, settled},
};
use serde_json::json;

const NEW: &str = "another password for stories";

#[tokio::test(flavor = "multi_thread")]
async fn another_password_opens_the_account_and_the_old_one_does_not() {
    let app = settled().await;
    app.click(&named("go-account")).await;
    app.click(&format!("{} summary", named("change-password"))).await;
    app.type_into(&named("old-password"), "not the password").await;
    app.type_into(&named("new-password"), NEW).await;
    app.click(&named("change-password-confirm")).await;
    app.read(&format!("{} {}", named("change-password"), named("trouble")), "not the password").await;
    app.type_into(&named("old-password"), PASSWORD).await;
    app.click(&named("change-password-confirm")).await;
    app.read(&named("change-password"), "The password was changed.").await;

    app.click(&named("lock-toggle")).await;
    app.read(&named("lock-toggle"), "Locked").await;
    app.click(&named("lock-toggle")).await;
    app.type_into(&named("unlock-password"), PASSWORD).await;
    app.click(&named("unlock-confirm")).await;
    app.read(&format!("{} [role=alert]", named("unlock-sheet")), "Try again").await;
    app.type_into(&named("unlock-password"), NEW).await;
    app.click(&named("unlock-confirm")).await;
    app.read(&named("lock-toggle"), "Unlocked").await;

    // Where the recovery words are to be had; the window itself never sees one.
    app.click(&format!("{} summary", named("words"))).await;
    let command = app.see(&named("words-command")).await.prop("value").await.unwrap();
    assert_eq!(command.as_deref(), Some("neuston wallet backup --passphrase-file FILE"));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_password_outlives_the_blocks_that_come_meanwhile() {
    let app = settled().await;
    let friend = Friend::beside(&app).await;
    app.click(&named("lock-toggle")).await;
    app.read(&named("lock-toggle"), "Locked").await;
    app.click(&named("go-library")).await;
    app.click(&named("rebuild")).await;
    app.see(&named("trouble-unlock")).await;
    app.script("document.querySelector('[data-testid=trouble-unlock]').first = true").await;
    app.click(&named("trouble-unlock")).await;
    app.see(&named("unlock-password")).await;
    friend.lists(friend.file("levels.csv", b"time,level\n1,2\n"), offer("Levels of the Oder", "1")).await;
    let first = app.script("return document.querySelector('[data-testid=trouble-unlock]').first").await;
    assert_eq!(first, true, "the button is the same one: whoever is on it stays on it");
    app.type_into(&named("unlock-password"), PASSWORD).await;
    app.click(&named("unlock-confirm")).await;
    app.read(&named("lock-toggle"), "Unlocked").await;
    app.click(&named("go-discover")).await;
    app.see(&named("search-input")).await;
    friend.leaves().await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_money_that_cannot_be_sent_it_is_said_where_it_is() {
    let app = settled().await;
    app.ask(json!({ "call": "get_test_tokens", "with": { "amount": 10 } })).await.expect("test tokens");
    app.click(&named("go-account")).await;
    app.click(&format!("{} summary", named("send"))).await;
    app.type_into(&named("send-to"), "0x0000000000000000000000000000000000000001").await;
    app.type_into(&named("send-amount"), "11").await;
    app.click(&named("send-confirm")).await;
    let trouble = app.read(&format!("{} {}", named("send"), named("trouble")), "You want to send").await;
    assert!(trouble.starts_with("Your money is still in your account."), "{trouble}");
    app.read(&named("account-balance"), "10.00").await;

    // What was written stays where the password is asked for in between.
    app.type_into(&named("send-amount"), "4").await;
    app.click(&named("lock-toggle")).await;
    app.read(&named("lock-toggle"), "Locked").await;
    app.click(&named("send-confirm")).await;
    app.type_into(&named("unlock-password"), PASSWORD).await;
    app.click(&named("unlock-confirm")).await;
    app.read(&named("send"), "Sent 4.00.").await;
    app.read(&named("account-balance"), "6.00").await;
    app.close().await;
}
