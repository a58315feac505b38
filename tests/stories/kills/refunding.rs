//! Sales that end with the money back, and a process that dies at each commit on the way there.

use super::Kill;
use crate::{network::Network, person::Person, stranger::Stranger};

/// Blocks come by the clock here, so that the time to deliver passes: 20 of them.
const BLOCK_MS: u64 = 200;
const SHORT: [&str; 2] = ["--deliver-within", "4s"];

struct World {
    publisher: Person,
    buyer: Person,
    network: Network,
}

impl World {
    fn new() -> Self {
        let network = Network::starts(BLOCK_MS);
        let publisher = Person::on(&network.file()).with_account(0);
        // Without a watch-tower, which would take the money back as well.
        let buyer = Person::on(&network.file_without_a_tower()).with_account(10);
        Self { publisher, buyer, network }
    }

    /// A listing for each death, whose file is another one by the time it is bought.
    fn lists_and_changes(&self, kills: &[Kill]) -> Vec<String> {
        let list = |kill: &Kill| {
            let file = self.publisher.file(&format!("{}.csv", kill.word()), "a\n1\n");
            let did = self.publisher.publishes_with(&file, &format!("Refunded at {kill}"), "4", &SHORT);
            std::fs::write(file, "a\n2\n").unwrap();
            did
        };
        kills.iter().map(list).collect()
    }

    #[track_caller]
    fn is_refunded(&self, did: &str, kill: &Kill) {
        let purchases = self.buyer.purchases_of(did);
        assert_eq!(purchases.len(), 1, "{kill}: one purchase: {purchases:?}");
        assert_eq!(purchases[0]["state"], "refunded", "{kill}: {purchases:?}");
        assert!(self.buyer.owned_of(did).is_empty(), "{kill}: what was not opened is not owned");
        assert_eq!(self.buyer.balance(), "10", "{kill}: the money is back, once");
        assert_eq!(self.publisher.balance(), "0", "{kill}: nobody was paid");
    }
}

/// The buyer dies on the way to the refund. The publisher is there and refuses: the file is not what was sold.
pub(crate) fn run(kills: &[Kill]) {
    let world = World::new();
    let serving = world.publisher.serves();
    for (did, kill) in world.lists_and_changes(kills).iter().zip(kills) {
        world.buyer.types_until(&kill.order(), &["buy", did]).died(kill);
        world.buyer.types(&["resume"]).ok();
        world.is_refunded(did, kill);
    }
    serving.ends();
}

/// The buyer dies with the money set aside, and somebody else aborts when the time is over; the buyer dies again on the way
/// to the refund, which is all that is left to do.
pub(crate) fn alone(kills: &[Kill]) {
    let world = World::new();
    let serving = world.publisher.serves();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stranger = runtime.block_on(Stranger::on(&world.network.file()));
    let consumer = world.buyer.address().parse().unwrap();
    for (did, kill) in world.lists_and_changes(kills).iter().zip(kills) {
        world.buyer.types_until("after:buyer_locked", &["buy", did]).died("after:buyer_locked");
        let purchase = &world.buyer.purchases_of(did)[0];
        let agreement = purchase["agreementId"].as_str().unwrap().parse().unwrap();
        runtime.block_on(stranger.aborts(agreement, did.parse().unwrap(), consumer));
        world.buyer.types_until(&kill.order(), &["resume"]).died(kill);
        world.buyer.types(&["resume"]).ok();
        world.is_refunded(did, kill);
    }
    serving.ends();
}

/// The publisher dies while it refuses, and refuses again when it is back.
pub(crate) fn refused(kills: &[Kill]) {
    let world = World::new();
    let listed = {
        let _serving = world.publisher.serves();
        world.lists_and_changes(kills)
    };
    let buying = world.buyer.serves();
    for (did, kill) in listed.iter().zip(kills) {
        let dying = world.publisher.serves_until(&kill.order());
        std::thread::scope(|scope| {
            let purchase = scope.spawn(|| world.buyer.types(&["buy", did]));
            dying.aborts(&kill.to_string());
            let serving = world.publisher.serves_locked();
            assert_eq!(purchase.join().unwrap().error(), "not_opened", "{kill}: a purchase without data has failed");
            serving.ends();
        });
        world.is_refunded(did, kill);
    }
    buying.ends();
}

/// The publisher dies with the agreement just created, misses its time, and dies again when it sees that.
pub(crate) fn expired(kills: &[Kill]) {
    let world = World::new();
    let listed = {
        let _serving = world.publisher.serves();
        world.lists_and_changes(kills)
    };
    let buying = world.buyer.serves();
    for (did, kill) in listed.iter().zip(kills) {
        let dying = world.publisher.serves_until("after:publisher_created");
        std::thread::scope(|scope| {
            let purchase = scope.spawn(|| world.buyer.types(&["buy", did]));
            dying.aborts("after:publisher_created");
            assert_eq!(purchase.join().unwrap().error(), "not_opened", "{kill}: a purchase without data has failed");
        });
        world.publisher.serves_until(&kill.order()).aborts(&kill.to_string());
        world.publisher.serves_locked().ends();
        world.is_refunded(did, kill);
    }
    buying.ends();
}
