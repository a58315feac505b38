//! The buyer's process dies at each commit of a download: in the end there is one file, and it is what was sold.

use super::Kill;
use crate::{network::Network, person::Person};
use runner::Point;

pub(crate) fn run(kills: &[Kill]) {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let content = "a,b\n".repeat(100_000);
    let did = publisher.publishes(&publisher.file("much.csv", &content), "Much to load", "0");
    let buyer = Person::on(&network.file()).with_account(0);
    buyer.types(&["buy", &did]).ok();
    for kill in kills {
        for nth in 1.. {
            let folder = buyer.path(&format!("{}{nth}", kill.word()));
            let load = ["download", &did, "--to", folder.to_str().unwrap()];
            let told = buyer.types_until(&kill.nth(nth), &load);
            if nth > 1 && told.code == 0 {
                break;
            }
            told.died(kill.nth(nth));
            buyer.types(&["resume"]).ok();
            if nth == 1 && kill.is_before(Point::DownloadKept) {
                assert_eq!(files(&folder), 0, "{kill}: nothing was begun");
                buyer.types(&load).ok();
            }
            assert_eq!(files(&folder), 1, "{kill} ({nth}): one file and no part of one");
            let owned = buyer.owned_of(&did);
            let file = &owned[0]["files"][0];
            let path = folder.join("much.csv");
            assert_eq!((file["path"].as_str(), &file["verdict"]), (path.to_str(), &"verified".into()), "{owned:?}");
            assert_eq!(std::fs::read_to_string(path).unwrap(), content, "{kill} ({nth})");
        }
    }
    serving.ends();
}

fn files(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}
