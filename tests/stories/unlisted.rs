//! A listing that its owner takes out of search.

use crate::{network::Network, person::Person};

#[test]
fn unlisted_is_not_found_but_stays_in_the_library() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let content = "a\n1\n";
    let did = publisher.publishes(&publisher.file("a.csv", content), "Soon withdrawn", "4");
    let buyer = Person::on(&network.file()).with_account(10);
    let found = |words: &str| buyer.types(&["search", words]).ok()["total"].clone();
    assert_eq!(found("withdrawn"), 1);
    buyer.types(&["buy", &did]).ok();

    let told = buyer.types(&["unlist", &did]);
    assert_eq!(told.error(), "not_found", "only the owner takes it out: {told:?}");
    assert_eq!(found("withdrawn"), 1);

    publisher.types(&["unlist", &did]).ok();
    assert_eq!(found("withdrawn"), 0, "search does not find it");
    assert_eq!(found(""), 0, "nor does a search for everything");
    let shown = buyer.types(&["show", &did]).ok();
    assert_eq!((&shown["name"], &shown["listed"]), (&"Soon withdrawn".into(), &false.into()), "{shown}");

    assert_eq!(buyer.owned_of(&did).len(), 1, "whoever bought it keeps it");
    assert_eq!(buyer.owned_of(&did)[0]["listed"], false, "and sees that it is not offered any more");
    assert_eq!(buyer.reads(&did), content);
    serving.ends();
}
