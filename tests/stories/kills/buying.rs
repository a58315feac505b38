//! The buyer's process dies at each of its commits on the way to the keys.

use super::Kill;
use crate::{
    network::Network,
    person::{PATIENCE, Person},
};
use runner::Point;
use std::time::Instant;

pub(crate) fn run(kills: &[Kill]) {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let buyer = Person::on(&network.file()).with_account(100);
    let mut left = 100;
    for kill in kills {
        let content = format!("died,{kill}\n1,2\n");
        let did = publisher.publishes(&publisher.file(&kill.word(), &content), &format!("Bought at {kill}"), "1");
        buyer.types_until(&kill.order(), &["buy", &did]).died(kill);
        buyer.types(&["resume"]).ok();
        if kill.is_before(Point::BuyerConfirmed) {
            assert!(
                buyer.purchases_of(&did).is_empty() && buyer.owned_of(&did).is_empty(),
                "{kill}: nothing was begun"
            );
            assert_eq!(buyer.balance(), left.to_string(), "{kill}: nothing was paid");
            buyer.types(&["buy", &did]).ok();
        }
        left -= 1;
        let purchases = buyer.purchases_of(&did);
        assert_eq!(purchases.len(), 1, "{kill}: one purchase: {purchases:?}");
        assert_eq!(purchases[0]["state"], "completed", "{kill}: {purchases:?}");
        assert_eq!(buyer.balance(), left.to_string(), "{kill}: paid exactly once");
        assert_eq!(buyer.owned_of(&did).len(), 1, "{kill}: it is in the library once");
        assert_eq!(buyer.reads(&did), content, "{kill}: byte for byte what was published");
    }
    publisher.waits_for_balance(&(100 - left).to_string());
    serving.ends();
}

/// The publisher takes the payment while the buyer is away; the buyer dies when that is noted, and learns it again.
pub(crate) fn paid(kills: &[Kill]) {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let buyer = Person::on(&network.file()).with_account(10);
    for (sold, kill) in (1..).zip(kills) {
        let serving = publisher.serves();
        let file = publisher.file(&kill.word(), "a\n1\n");
        let did = publisher.publishes(&file, &format!("Paid at {kill}"), "1");
        serving.ends();
        let dying = publisher.serves_until("before:release_signed");
        buyer.types(&["buy", &did]).ok();
        buyer.reads(&did);
        dying.aborts("before:release_signed");
        assert_eq!(buyer.purchases_of(&did)[0]["money"], "set_aside", "{kill}: it is not taken yet");
        let serving = publisher.serves_locked();
        publisher.waits_for_balance(&sold.to_string());

        buyer.serves_until(&kill.order()).aborts(&kill.to_string());
        let until = Instant::now() + PATIENCE;
        let back = buyer.serves_locked();
        while buyer.purchases_of(&did)[0]["money"] != "with_publisher" {
            assert!(Instant::now() < until, "{kill}: the buyer learns that the publisher was paid");
        }
        assert_eq!(buyer.purchases_of(&did)[0]["state"], "completed", "{kill}");
        back.ends();
        serving.ends();
    }
}
