//! The buyer's process dies at each commit of a download: in the end there is one file, and it is what was sold.

use super::Kill;
use crate::{
    network::Network,
    person::{Person, Running},
};
use runner::Point;
use std::path::Path;

/// Somebody who has bought what takes a while to load; its publisher serves it.
pub(super) struct Bench {
    pub(super) buyer: Person,
    pub(super) did: String,
    content: String,
    serving: Running,
    _publisher: Person,
    _network: Network,
}

impl Bench {
    pub(super) fn new() -> Self {
        let network = Network::starts(0);
        let publisher = Person::on(&network.file()).with_account(0);
        let serving = publisher.serves();
        let content = "a,b\n".repeat(100_000);
        let did = publisher.publishes(&publisher.file("much.csv", &content), "Much to load", "0");
        let buyer = Person::on(&network.file()).with_account(0);
        buyer.types(&["buy", &did]).ok();
        Self { buyer, did, content, serving, _publisher: publisher, _network: network }
    }

    /// In the folder there is one file, and it is what was sold.
    pub(super) fn is_loaded(&self, folder: &Path, word: &str) {
        let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(files, ["much.csv"], "{word}: one file and no part of one");
        let owned = self.buyer.owned_of(&self.did);
        let file = &owned[0]["files"][0];
        let path = folder.join("much.csv");
        assert_eq!((file["path"].as_str(), &file["verdict"]), (path.to_str(), &"verified".into()), "{word}: {owned:?}");
        assert_eq!(std::fs::read_to_string(path).unwrap(), self.content, "{word}");
    }

    pub(super) fn ends(self) {
        self.serving.ends();
    }
}

pub(crate) fn run(kills: &[Kill]) {
    let bench = Bench::new();
    let (buyer, did) = (&bench.buyer, &bench.did);
    for kill in kills {
        for nth in 1.. {
            let folder = buyer.path(&format!("{}{nth}", kill.word()));
            let load = ["download", did, "--to", folder.to_str().unwrap()];
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
            bench.is_loaded(&folder, &format!("{kill} ({nth})"));
        }
    }
    bench.ends();
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}
