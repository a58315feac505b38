//! Agreements of other shapes in the window: they are read there, step by step.

use crate::{
    app::{App, named, pictures},
    main_job::settled,
};
use serde_json::{Value, json};

/// What scripts would ask; the window has no way to change such an agreement.
async fn asks(app: &App, call: &str, with: Value) -> Value {
    app.ask(json!({ "call": call, "with": with })).await.unwrap_or_else(|error| panic!("{call}: {error}"))["with"]
        .clone()
}

/// Two agreements with the demo's publisher, under way: a computation that is paid, and two of three who are to say yes.
pub(crate) async fn under_way(app: &App) -> [String; 2] {
    asks(app, "get_test_tokens", json!({ "amount": 100 })).await;
    let did = app
        .until("the demo's listing", async || {
            let found = asks(app, "search", json!({ "query": { "text": "river" } })).await;
            found["results"][0].get("did").cloned()
        })
        .await;
    let provider = asks(app, "get_listing", json!({ "did": did })).await["depth"]["owner"].clone();
    let consumer = asks(app, "get_account", json!({})).await["address"].clone();
    let begins = async |name: &str, template: &str, conditions: Value| {
        let actors = json!({ "provider": provider, "consumer": consumer });
        let document =
            json!({ "name": name, "template": template, "did": did, "actors": actors, "conditions": conditions });
        let made = asks(app, "create_agreement", json!({ "document": document.to_string() })).await;
        made["agreement"].as_str().unwrap().to_owned()
    };
    let does = async |agreement: &str, condition: &str, shown: Value| {
        let with = json!({ "agreement": agreement, "condition": condition, "shown": shown, "without_refund": false });
        asks(app, "fulfil_condition", with).await
    };
    let nothing = || json!({ "given": "nothing" });
    let step = |name: &str, kind: &str, terms: Value, time_out: u32| json!({ "name": name, "kind": kind, "terms": terms, "timeOut": time_out });
    let payment = step("payment", "lockReward", json!({ "amount": "12.5" }), 0);
    let payout = |release: &str| {
        let terms = json!({ "amount": "12.5", "receiver": "provider", "sender": "consumer", "lock": "payment", "release": release });
        step("payout", "escrowReward", terms, 0)
    };
    let compute = step("training", "computeExecution", json!({ "consumer": "consumer" }), 1800);
    let conditions = json!([payment, compute, payout("training")]);
    let training = begins("Training on the river levels", "EscrowComputeExecutionTemplate", conditions).await;
    does(&training, "payment", nothing()).await;

    let kinds = ["lock_reward", "sign", "hash_lock", "whitelisting", "threshold", "escrow_reward"];
    let roles = ["provider", "consumer"];
    let name = "two of three";
    asks(app, "propose_template", json!({ "name": name, "conditions": kinds, "actors": roles })).await;
    asks(app, "approve_template", json!({ "template": name })).await;
    let hash = "0xa7c596a75a0d4bd7ebd4f6d46e2bdfe7e3fa2ea5bd6e9e7b2bf3d41f6d2d5b0e";
    let inputs = json!({ "inputs": ["quality", "secret", "member"], "threshold": 2 });
    let conditions = json!([
        payment,
        step("quality", "sign", json!({ "text": "Nine of ten are right", "signer": "consumer" }), 1800),
        step("secret", "hashLock", json!({ "hash": hash }), 0),
        step("member", "whitelisting", json!({ "text": "a member of the university" }), 0),
        step("enough", "threshold", inputs, 1800),
        payout("enough"),
    ]);
    let two_of_three = begins("River levels, if two of three say yes", name, conditions).await;
    does(&two_of_three, "quality", nothing()).await;
    [training, two_of_three]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_of_another_shape_is_read_step_by_step() {
    let app = settled().await;
    let [training, two_of_three] = under_way(&app).await;
    app.click(&named("go-activity")).await;
    app.read("#page", "River levels, if two of three say yes").await;
    app.read("#page", "The agreement “Training on the river levels” is on record").await;
    app.click(&format!("a[href=\"/agreement/{}\"]", training.trim_start_matches("0x"))).await;
    let told = app.read(&named("agreement"), "The publisher acts next.").await;
    let back = ["12.50 of yours is set aside", "it comes back to you by itself"];
    assert!(back.iter().all(|part| told.contains(part)), "{told}");
    for part in ["12.50 is set aside", "payment", "after that it can be given up", "Comes after “training”."] {
        assert!(told.contains(part), "{part}: {told}");
    }
    app.click(&format!("{} summary", named("below"))).await;
    app.read(&named("below"), &training).await;
    app.picture(&pictures().join("story-agreement.png")).await;

    app.go(&format!("/agreement/{}", two_of_three.trim_start_matches("0x"))).await;
    let told = app.read(&named("agreement"), "1 of the 2 needed are done.").await;
    for part in ["It was signed", "Signed: “Nine of ten are right”.", "2 of 3 steps are enough", "You act next."] {
        assert!(told.contains(part), "{part}: {told}");
    }
    app.close().await;
}
