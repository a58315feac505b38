//! A gateway that creates no agreements, as released ones did not: the buyer does, and either side dies meanwhile.

use super::{Kill, selling};
use crate::{
    network::Network,
    person::Person,
    proxy::{Deed, Proxy},
};

struct World {
    publisher: Person,
    buyer: Person,
    _proxy: Proxy,
    _network: Network,
}

impl World {
    /// The buyer knows the publisher's gateway by an address at which `initialize` is not there.
    fn new() -> Self {
        let network = Network::starts(0);
        let publisher = Person::on(&network.file()).with_account(0);
        let file = network.path("buyers.toml");
        let proxy =
            Proxy::before_gateways(&network.file(), &file, |asked| match asked.path.ends_with("/access/initialize") {
                true => Deed::Answer(404),
                false => Deed::Pass,
            });
        let buyer = Person::on(&file).with_account(100);
        Self { publisher, buyer, _proxy: proxy, _network: network }
    }
}

/// The buyer dies.
pub(crate) fn run(kills: &[Kill]) {
    let world = World::new();
    let serving = world.publisher.serves();
    let mut left = 100;
    for kill in kills {
        let content = format!("died,{kill}\n7,8\n");
        let file = world.publisher.file(&kill.word(), &content);
        let did = world.publisher.publishes(&file, &format!("Made by the buyer at {kill}"), "1");
        world.buyer.types_until(&kill.order(), &["buy", &did]).died(kill);
        world.buyer.types(&["resume"]).ok();
        left -= 1;
        let purchases = world.buyer.purchases_of(&did);
        assert_eq!(purchases.len(), 1, "{kill}: {purchases:?}");
        assert_eq!(purchases[0]["state"], "completed", "{kill}: {purchases:?}");
        assert_eq!(world.buyer.balance(), left.to_string(), "{kill}: paid exactly once");
        assert_eq!(world.buyer.reads(&did), content, "{kill}");
    }
    world.publisher.waits_for_balance(&(100 - left).to_string());
    serving.ends();
}

/// The publisher dies.
pub(crate) fn seen(kills: &[Kill]) {
    let world = World::new();
    selling::sell(&world.publisher, &world.buyer, kills);
}
