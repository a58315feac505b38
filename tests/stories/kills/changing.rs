//! The publisher's process dies while a listing is changed: chain and catalogue say the same afterwards, and buyers buy at it.

use super::Kill;
use crate::{network::Network, person::Person};
use runner::Point;
use serde_json::json;

pub(crate) fn run(kills: &[Kill]) {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let buyer = Person::on(&network.file()).with_account(100);
    let mut changed = Vec::new();
    for kill in kills {
        let content = format!("died,{kill}\n6,7\n");
        let file = publisher.file(&kill.word(), &content);
        let did = publisher.publishes(&file, &format!("Changed at {kill}"), "2");
        let edit = ["edit", &did, "--price", "3", "--tag", "dearer"];
        publisher.types_until(&kill.order(), &edit).died(kill);
        publisher.types(&["resume"]).ok();
        if kill.is_before(Point::ChangeKept) {
            assert_eq!(buyer.types(&["show", &did]).ok()["price"], "2", "{kill}: nothing was begun");
            publisher.types(&edit).ok();
        }
        is_changed(&buyer, &did, kill);
        // There is nothing left to do, and nothing is undone.
        publisher.types(&["resume"]).ok();
        is_changed(&buyer, &did, kill);
        changed.push((did, content));
    }

    let (serving, buying) = (publisher.serves_locked(), buyer.serves());
    for (did, content) in &changed {
        buyer.types(&["buy", did, "--max-price", "3"]).ok();
        assert_eq!(&buyer.reads(did), content, "the data are those that were listed");
    }
    let earned = 3 * changed.len();
    assert_eq!(buyer.balance(), (100 - earned).to_string(), "each was bought at the new price");
    publisher.waits_for_balance(&earned.to_string());
    drop((serving, buying));
}

/// What the catalogue says of a listing is what its owner put on record.
#[track_caller]
fn is_changed(buyer: &Person, did: &str, kill: &Kill) {
    let shown = buyer.types(&["show", did]).ok();
    assert_eq!((&shown["price"], &shown["tags"]), (&"3".into(), &json!(["dearer"])), "{kill}: {shown}");
    assert_eq!(shown["integrity"]["integrity"], "verified", "{kill}: {shown}");
    let found = buyer.types(&["search", "--tag", "dearer"]).ok();
    let rows: Vec<_> = found["results"].as_array().unwrap().iter().filter(|row| row["did"] == did).collect();
    assert_eq!((rows.len(), &rows[0]["price"]), (1, &"3".into()), "{kill}: {found}");
}
