//! Two deaths of somebody who does something alone, publishing or downloading: the second while the first is recovered from.
//! All pairs where `NEUSTON_LONG` is set, else every so manyth.

use super::{
    Kill,
    downloading::Bench,
    pairs::{Tally, chosen},
};
use crate::{
    network::Network,
    person::{Person, form},
};
use runner::Point;
use std::time::Instant;

/// The nth commit of a kind, and on which side of it the process dies.
type Nth = (Kill, u32);

/// Every pair of these.
fn pairs<T: Copy>(of: &[T]) -> Vec<[T; 2]> {
    of.iter().flat_map(|first| of.iter().map(|second| [*first, *second])).collect()
}

/// What these two deaths are called.
fn word(deaths: [Nth; 2]) -> String {
    deaths.map(|(kill, nth)| format!("{}{nth}", kill.word())).join("then")
}

/// Types, and dies twice: `again` is typed once something is begun, which is so unless the death was right before the
/// commit of `first`.
fn dies_twice(person: &Person, deaths: [Nth; 2], first: Point, begin: &[&str], tally: &mut Tally) {
    let (mut begun, mut died) = (false, 0);
    let mut began = Instant::now();
    for (kill, nth) in deaths {
        let told = person.types_until(&kill.nth(nth), if begun { &["resume"] } else { begin });
        begun |= !(told.aborted && nth == 1 && kill.is_before(first));
        died += usize::from(told.aborted);
        began = Instant::now();
    }
    person.types(if begun { &["resume"] } else { begin }).ok();
    tally.recovered(died, began);
}

/// Publications: each is listed once, and what it sells can be bought and read.
pub(crate) fn publications(kills: &[Kill], every: usize) {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let (mut tally, mut listed) = (Tally::default(), Vec::new());
    let first: Vec<Nth> = kills.iter().map(|kill| (*kill, 1)).collect();
    let all = chosen(pairs(&first), every);
    for deaths in &all {
        let word = word(*deaths);
        let content = format!("died,{word}\n");
        let file = publisher.file(&format!("{word}.csv"), &content);
        let form = form(file.to_str().unwrap(), &word, "0");
        dies_twice(&publisher, *deaths, Point::PublishDrafted, &form, &mut tally);
        let found = publisher.types(&["search", &word]).ok();
        assert_eq!(found["total"], 1, "{word}: it is listed exactly once: {found}");
        listed.push((found["results"][0]["did"].as_str().unwrap().to_owned(), content));
    }
    let buyer = Person::on(&network.file()).with_account(0);
    let (serving, buying) = (publisher.serves_locked(), buyer.serves());
    for (did, content) in listed {
        buyer.types(&["buy", &did]).ok();
        assert_eq!(buyer.reads(&did), content, "what was listed after two deaths can be bought and read");
    }
    drop((serving, buying));
    tally.says(all.len());
}

/// How a download stands is noted so often at least.
const NOTES: u32 = 3;

/// Downloads: in the end there is one file, and it is what was sold.
pub(crate) fn downloads(kills: &[Kill], every: usize) {
    let bench = Bench::new();
    let (buyer, did) = (&bench.buyer, &bench.did);
    let mut tally = Tally::default();
    let each: Vec<Nth> = kills.iter().flat_map(|kill| (1..=NOTES).map(|nth| (*kill, nth))).collect();
    let all = chosen(pairs(&each), every);
    for deaths in &all {
        let word = word(*deaths);
        let folder = buyer.path(&word);
        let load = ["download", did, "--to", folder.to_str().unwrap()];
        dies_twice(buyer, *deaths, Point::DownloadKept, &load, &mut tally);
        bench.is_loaded(&folder, &word);
    }
    bench.ends();
    tally.says(all.len());
}
