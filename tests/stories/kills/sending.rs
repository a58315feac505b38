//! A process dies while it sends tokens: they go once, or not at all where nothing was on disk.

use super::Kill;
use crate::{network::Network, person::Person};
use runner::Point;

pub(crate) fn run(kills: &[Kill]) {
    let network = Network::starts(0);
    let sender = Person::on(&network.file()).with_account(100);
    let receiver = Person::on(&network.file()).with_account(0);
    let to = receiver.address();
    let mut sent = 0;
    for kill in kills {
        sender.types_until(&kill.order(), &["wallet", "send", &to, "1"]).died(kill);
        sender.types(&["resume"]).ok();
        sent += u32::from(!kill.is_before(Point::OtherSigned));
        assert_eq!(receiver.balance(), sent.to_string(), "{kill}: it arrived as often as it was sent");
        assert_eq!(sender.balance(), (100 - sent).to_string(), "{kill}");
    }
}
