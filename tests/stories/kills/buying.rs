//! The buyer's process dies at each of its commits on the way to the keys.

use super::Kill;
use crate::{network::Network, person::Person};
use runner::Point;

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
