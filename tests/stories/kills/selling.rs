//! The publisher's process dies at each commit of a sale; the buyer waits, and everybody gets what is theirs, once.

use super::Kill;
use crate::{
    network::Network,
    person::{Person, Running},
};

/// The purse of whoever buys here.
const PURSE: usize = 100;

/// One sale for each death, on a network where blocks come with transactions.
pub(crate) fn run(kills: &[Kill]) {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let buyer = Person::on(&network.file()).with_account(PURSE as u64);
    sell(&publisher, &buyer, kills);
}

pub(super) fn sell(publisher: &Person, buyer: &Person, kills: &[Kill]) {
    let listed: Vec<(String, String)> = {
        let _serving = publisher.serves();
        let list = |kill: &Kill| {
            let content = format!("died,{kill}\n3,4\n");
            let did = publisher.publishes(&publisher.file(&kill.word(), &content), &format!("Sold at {kill}"), "1");
            (did, content)
        };
        kills.iter().map(list).collect()
    };
    let buying = buyer.serves();
    for (sold, (kill, (did, content))) in (1..).zip(kills.iter().zip(&listed)) {
        let dying = publisher.serves_until(&kill.order());
        let serving = std::thread::scope(|scope| {
            let purchase = scope.spawn(|| {
                let bought = buyer.types(&["buy", did]).ok();
                assert_eq!(bought["state"], "completed", "{kill}: {bought}");
                assert_eq!(&buyer.reads(did), content, "{kill}: byte for byte what was published");
            });
            dying.aborts(&kill.to_string());
            let serving = publisher.serves_locked();
            purchase.join().unwrap();
            serving
        });
        assert_eq!(buyer.balance(), (PURSE - sold).to_string(), "{kill}: paid exactly once");
        assert_eq!(buyer.purchases_of(did).len(), 1, "{kill}: one purchase");
        publisher.waits_for_balance(&sold.to_string());
        Running::ends(serving);
    }
    buying.ends();
    assert_eq!(buyer.balance(), (PURSE - kills.len()).to_string());
    assert_eq!(publisher.balance(), kills.len().to_string(), "each sale was paid exactly once");
}
