//! The main job, at a terminal: somebody publishes a file, somebody else finds it, buys it, and opens the same bytes.

use crate::{network::Network, person::Person};

#[test]
fn a_buyer_finds_buys_and_opens_it() {
    let publisher = Person::alone().with_account(0);
    let running = publisher.serves();
    let content = "time,level\n2020-01-01T00:00:00Z,3\n2020-01-02T00:00:00Z,4\n";
    let file = publisher.file("elbe.csv", content);
    let did = publisher.publishes(&file, "Levels of the Elbe", "12.5");

    let buyer = Person::on(&publisher.own_network()).with_account(100);
    let found = buyer.types(&["search", "elbe"]).ok();
    assert_eq!(found["results"][0]["did"], did.as_str(), "search finds it: {found}");
    assert_eq!(found["results"][0]["price"], "12.5");

    let bought = buyer.types(&["buy", &did, "--max-price", "12.5"]).ok();
    assert_eq!(bought["state"], "completed", "{bought}");
    assert_eq!(buyer.balance(), "87.5");

    let folder = buyer.path("data");
    let saved = buyer.types(&["download", &did, "--to", folder.to_str().unwrap()]).ok();
    let file = &saved["files"][0];
    assert_eq!(file["verified"], true, "{saved}");
    let path = file["path"].as_str().unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), content, "byte for byte what was published");

    let library = buyer.types(&["library"]).ok();
    assert_eq!(library["results"][0]["did"], did.as_str());
    assert_eq!(library["results"][0]["listed"], true);

    // The buyer sees the publisher being paid, although the purchase had ended before.
    let agreement = bought["agreementId"].as_str().unwrap();
    let paid = (0..50).map(|_| buyer.types(&["agreements", agreement]).ok()).find(|p| p["money"] == "with_publisher");
    let paid = paid.expect("the publisher was paid");
    let steps = paid["steps"].as_array().unwrap();
    assert_eq!((&steps.last().unwrap()["kind"], &steps.last().unwrap()["progress"]), (&"paid".into(), &"done".into()));
    running.ends();
}

#[test]
fn two_confirmations_at_once_are_one_purchase() {
    let publisher = Person::alone().with_account(0);
    let running = publisher.serves();
    let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Bought twice at once", "4");
    let buyer = Person::on(&publisher.own_network()).with_account(100);
    // The window and some terminals are guests of one home.
    let buying = buyer.serves();
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|_| scope.spawn(|| buyer.types(&["buy", &did]))).collect();
        for one in all {
            let told = one.join().unwrap();
            // Whoever comes when it is bought already is told so.
            assert!(told.code == 0 || told.error() == "already_owned", "{told:?}");
        }
    });
    assert_eq!(buyer.purchases_of(&did).len(), 1, "one purchase");
    assert_eq!(buyer.balance(), "96", "paid once");
    drop((buying, running));
}

#[test]
fn two_people_on_one_machine() {
    // Both publish, both buy from each other: each home has a gateway of its own.
    let ada = Person::alone().with_account(50);
    let ada_runs = ada.serves();
    let bert = Person::on(&ada.own_network()).with_account(50);
    let bert_runs = bert.serves();
    let from_ada = ada.publishes(&ada.file("ada.csv", "a,b\n1,2\n"), "Ada's numbers", "10");
    let from_bert = bert.publishes(&bert.file("bert.csv", "c,d\n3,4\n"), "Bert's numbers", "20");
    bert.types(&["buy", &from_ada]).ok();
    ada.types(&["buy", &from_bert]).ok();
    for (person, did, content) in [(&bert, &from_ada, "a,b\n1,2\n"), (&ada, &from_bert, "c,d\n3,4\n")] {
        let folder = person.path("data");
        let saved = person.types(&["download", did, "--to", folder.to_str().unwrap()]).ok();
        let path = saved["files"][0]["path"].as_str().unwrap().to_owned();
        assert_eq!(std::fs::read_to_string(path).unwrap(), content);
    }
    drop((ada_runs, bert_runs));
}

#[test]
fn an_account_without_ether_can_buy() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let content = "a,b\n1,2\n";
    let did = publisher.publishes(&publisher.file("a.csv", content), "Bought without ether", "4");
    let buyer = Person::on(&network.file()).with_account(10);
    let (buyers, publishers) = (buyer.address(), publisher.address());
    let ether = || [&buyers, &publishers].map(|address| network.ether_of(address));
    assert_eq!(ether(), [0, 0], "neither ever got any");

    let sent = network.sent_by(&buyers);
    let bought = buyer.types(&["buy", &did]).ok();
    assert_eq!(bought["state"], "completed", "{bought}");
    assert_eq!(buyer.reads(&did), content, "access was granted, and the file is the one that was sold");
    assert!(network.sent_by(&buyers) > sent, "the account itself approved and paid");
    assert_eq!(buyer.balance(), "6");
    publisher.waits_for_balance("4");
    assert_eq!(ether(), [0, 0], "and neither needed any");
    serving.ends();
}

#[test]
fn something_free_of_the_demo_catalogue_can_be_had_at_once() {
    // The demo catalogue's publisher runs with the embedded network.
    let buyer = Person::alone().with_account(0);
    let found = buyer.types(&["search", "--free"]).ok();
    let did = found["results"][0]["did"].as_str().expect("the demo catalogue has something free").to_owned();
    let bought = buyer.types(&["buy", &did]).ok();
    assert_eq!(bought["state"], "completed", "{bought}");
}

#[test]
fn the_first_command_on_a_new_computer_finds_all_demo_data() {
    let found = Person::alone().types(&["search"]).ok();
    assert_eq!(found["total"], 12, "{found}");
}
