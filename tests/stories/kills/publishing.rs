//! The publisher's process dies at each commit of publishing; the listing is there once, and what it sells can be read.

use super::Kill;
use crate::{
    network::Network,
    person::{Person, form},
};
use runner::Point;

pub(crate) fn run(kills: &[Kill]) {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let mut listed = Vec::new();
    for kill in kills {
        // A step that is kept more than once is died at each time.
        for nth in 1.. {
            let word = format!("{}{nth}", kill.word());
            let content = format!("died,{kill}\n5,{nth}\n");
            let file = publisher.file(&format!("{word}.csv"), &content);
            let form = form(file.to_str().unwrap(), &word, "0");
            let told = publisher.types_until(&kill.nth(nth), &form);
            if nth > 1 && told.code == 0 {
                break;
            }
            told.died(kill.nth(nth));
            publisher.types(&["resume"]).ok();
            if nth == 1 && kill.is_before(Point::PublishDrafted) {
                assert_eq!(publisher.types(&["search", &word]).ok()["total"], 0, "{kill}: nothing was begun");
                publisher.types(&form).ok();
            }
            let found = publisher.types(&["search", &word]).ok();
            assert_eq!(found["total"], 1, "{kill} ({nth}): it is listed exactly once: {found}");
            listed.push((found["results"][0]["did"].as_str().unwrap().to_owned(), content));
        }
    }
    let buyer = Person::on(&network.file()).with_account(0);
    let (serving, buying) = (publisher.serves_locked(), buyer.serves());
    for (did, content) in listed {
        buyer.types(&["buy", &did]).ok();
        assert_eq!(buyer.reads(&did), content, "what was listed after a death can be bought and read");
    }
    drop((serving, buying));
}
