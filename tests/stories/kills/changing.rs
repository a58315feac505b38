//! The publisher's process dies while a listing is changed: afterwards chain and catalogue say the same, and who buys it pays
//! what it says. The listing is another account's than the one in use, which the change goes on without being told again.

use super::Kill;
use crate::{network::Network, person::Person};
use runner::Point;

pub(crate) fn run(kills: &[Kill]) {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    publisher.types(&["wallet", "new", "--name", "Second"]).ok();
    let file = publisher.file("levels.csv", "day,level\n1,2\n");
    let did = publisher.publishes_with(&file, "Levels", "0", &["--account", "Second"]);
    for (price, kill) in (1..).zip(kills) {
        let price: u32 = price;
        let change = ["edit", &did, "--price", &price.to_string()];
        publisher.types_until(&kill.order(), &change).died(kill);
        publisher.types(&["resume"]).ok();
        let told = || publisher.types(&["show", &did]).ok()["price"].clone();
        if kill.is_before(Point::ChangeKept) {
            assert_eq!(told(), (price - 1).to_string(), "{kill}: nothing was begun");
            publisher.types(&change).ok();
        }
        assert_eq!(told(), price.to_string(), "{kill}: the change is in the catalogue");
        let buyer = Person::on(&network.file()).with_account(100);
        let serving = publisher.serves_locked();
        buyer.types(&["buy", &did]).ok();
        drop(serving);
        let paid = 100 - buyer.balance().parse::<u32>().unwrap();
        assert_eq!(paid, price, "{kill}: the chain says the same, so it can be bought");
    }
}
