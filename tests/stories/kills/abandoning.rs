//! Purchases that end before any money moves, and a process that dies while they do.

use super::Kill;
use crate::{network::Network, person::Person};

struct World {
    publisher: Person,
    buyer: Person,
    _network: Network,
}

impl World {
    fn new() -> Self {
        let network = Network::starts(0);
        let publisher = Person::on(&network.file()).with_account(0);
        let buyer = Person::on(&network.file()).with_account(10);
        Self { publisher, buyer, _network: network }
    }

    fn lists(&self, kills: &[Kill]) -> Vec<String> {
        let list = |kill: &Kill| {
            let file = self.publisher.file(&kill.word(), "a\n1\n");
            self.publisher.publishes(&file, &format!("Left at {kill}"), "4")
        };
        kills.iter().map(list).collect()
    }

    #[track_caller]
    fn is_abandoned(&self, did: &str, kill: &Kill) {
        let purchases = self.buyer.purchases_of(did);
        assert_eq!(purchases.len(), 1, "{kill}: one purchase: {purchases:?}");
        assert_eq!(purchases[0]["state"], "abandoned", "{kill}: {purchases:?}");
        assert_eq!(self.buyer.balance(), "10", "{kill}: nothing was paid");
    }
}

/// Nobody serves: the purchase ends at once, and ends again after a death.
pub(crate) fn run(kills: &[Kill]) {
    let world = World::new();
    for (did, kill) in world.lists(kills).iter().zip(kills) {
        world.buyer.types_until(&kill.order(), &["buy", did]).died(kill);
        world.buyer.types(&["resume"]).ok();
        world.is_abandoned(did, kill);
    }
}

/// A buyer who died before signing the payment takes the purchase back, and dies while that is noted.
pub(crate) fn taken_back(kills: &[Kill]) {
    let world = World::new();
    let serving = world.publisher.serves();
    for (did, kill) in world.lists(kills).iter().zip(kills) {
        world.buyer.types_until("after:buyer_locking", &["buy", did]).died("after:buyer_locking");
        let agreement = world.buyer.purchases_of(did)[0]["agreementId"].as_str().unwrap().to_owned();
        world.buyer.types_until(&kill.order(), &["refund", &agreement]).died(kill);
        world.buyer.types(&["refund", &agreement]).ok();
        world.is_abandoned(did, kill);
    }
    // With the account open, nothing of it comes back to life.
    world.buyer.types(&["resume"]).ok();
    world.buyer.serves().ends();
    assert_eq!(world.buyer.balance(), "10");
    serving.ends();
}
