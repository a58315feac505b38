//! Bad input and bad luck at a terminal: each time a clear sentence, a next step, and nothing lost.

use crate::{
    network::Network,
    person::{PATIENCE, Person},
};
use api::{Event, GetAccount};
use home::{Door, HomeOptions};
use protocol::Vodka;
use std::time::Instant;

#[test]
fn wrong_passphrase_is_refused() {
    let person = Person::alone().with_account(10);
    std::fs::write(person.path("password"), "another one").unwrap();
    let told = person.types(&["wallet", "faucet", "5"]);
    assert_eq!((told.error(), told.code), ("wrong_password", 3), "{told:?}");
    std::fs::write(person.path("password"), crate::person::PASSWORD).unwrap();
    assert_eq!(person.balance(), "10", "nothing moved");
}

#[test]
fn insufficient_balance_explains() {
    let person = Person::alone().with_account(0);
    let serving = person.serves();
    let (did, price) = something_with_a_price(&person);
    let told = person.types(&["buy", &did]);
    assert_eq!(told.error(), "insufficient_balance", "{told:?}");
    let message = told.json["error"]["message"].as_str().unwrap();
    let cost = Vodka::parse_ocean(&price).unwrap().to_people();
    for part in [format!("costs {cost} "), "holds 0:".to_owned(), format!(" {cost} are missing")] {
        assert!(message.contains(&part), "{part}: {message}");
    }
    let next = told.json["error"]["next"].as_str().unwrap();
    assert!(next.contains("neuston wallet faucet"), "the window's Account is a command here: {next}");
    assert!(person.types(&["agreements"]).ok()["results"].as_array().unwrap().is_empty(), "no agreement was begun");
    serving.ends();
}

/// The number and the price of something that the demo publisher sells; it comes while the home runs.
fn something_with_a_price(person: &Person) -> (String, String) {
    let until = Instant::now() + PATIENCE;
    loop {
        let found = person.types(&["search", "--price-min", "1"]).ok();
        if let (Some(did), Some(price)) = (found["results"][0]["did"].as_str(), found["results"][0]["price"].as_str()) {
            return (did.to_owned(), price.to_owned());
        }
        assert!(Instant::now() < until, "something with a price is listed");
    }
}

#[test]
fn nothing_is_bought_without_consent() {
    let person = Person::alone().with_account(500);
    let serving = person.serves();
    let (did, price) = something_with_a_price(&person);
    // Nobody sits at the terminal, and nobody has said yes: a script that forgot to pays nothing.
    let told = person.types_without_yes(&["buy", &did]);
    assert_eq!((told.error(), told.code), ("refused", 3), "{told:?}");
    let message = told.json["error"]["message"].as_str().unwrap();
    assert!(message.contains(&format!("costs {} OCEAN", Vodka::parse_ocean(&price).unwrap().to_people())), "{message}");
    let next = told.json["error"]["next"].as_str().unwrap();
    assert!(next.contains("--yes") && next.contains(&format!("--max-price {price}")), "{next}");
    assert_eq!(person.balance(), "500");
    assert!(person.types(&["agreements"]).ok()["results"].as_array().unwrap().is_empty(), "no agreement was begun");
    // A limit is consent up to it.
    let told = person.types_without_yes(&["buy", &did, "--max-price", "0.5"]);
    assert_eq!(told.error(), "changed", "{told:?}");
    let bought = person.types_without_yes(&["buy", &did, "--max-price", &price]).ok();
    assert_eq!(bought["state"], "completed", "{bought}");
    serving.ends();
}

#[test]
fn what_cannot_be_understood_is_one_document_too() {
    let person = Person::alone();
    let unknown = format!("did:op:{}", "ab".repeat(32));
    for words in [
        &["dance"][..],
        &["buy"],
        &["buy", &unknown, "--until", "soon"],
        &["search", "--page", "x"],
        &["events", "--all", "--address", "0x00000000000000000000000000000000000000aa"],
    ] {
        let told = person.types(words);
        assert_eq!((told.error(), told.code), ("invalid", 2), "{words:?}: {told:?}");
    }
    for words in [["--help"], ["--version"]] {
        let output = person.command().args(words).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && said.contains("neuston") && !said.contains("\"error\""), "{said}");
    }
}

#[test]
fn nonsense_is_answered_with_a_sentence() {
    let person = Person::alone().with_account(0);
    let file = person.file("a.csv", "a\n1\n");
    let publish = |price: &str, file: &str| {
        person.types(&[
            "publish",
            "--file",
            file,
            "--name",
            "x",
            "--author",
            "a",
            "--license",
            "CC0-1.0",
            "--price",
            price,
        ])
    };
    let path = file.to_str().unwrap();
    for price in ["-1", "-0.5"] {
        let told = publish(price, path);
        assert_eq!((told.error(), told.code), ("invalid", 2), "a negative price is no price: {told:?}");
        assert_eq!(told.json["error"]["field"], "price", "{told:?}");
        assert!(told.stderr.contains("price: The price"), "{told:?}");
    }
    assert_eq!(publish(&"9".repeat(78), path).error(), "invalid", "a price of 78 digits");
    assert_eq!(publish("1410000001", path).error(), "invalid", "a price above all the tokens there can be");
    assert_eq!(publish("1", "/nowhere/at/all.csv").error(), "not_found", "a file that is not there");
    let none = person.types(&["publish", "--name", "x", "--author", "a", "--license", "CC0-1.0", "--price", "1"]);
    assert_eq!(none.error(), "invalid", "no files");
    let big = person.file("big.json", &format!("{{\"description\":\"{}\"}}", "x".repeat(10 << 20)));
    let told = person.types(&[
        "publish",
        big.to_str().unwrap(),
        "--file",
        path,
        "--name",
        "x",
        "--author",
        "a",
        "--license",
        "CC0-1.0",
        "--price",
        "1",
    ]);
    assert_eq!(told.error(), "invalid", "a description of ten megabytes");
    let broken = person.file("broken.json", "{ not json");
    assert_eq!(person.types(&["publish", broken.to_str().unwrap(), "--file", path]).error(), "invalid");
    let unknown = format!("did:op:{}", "ab".repeat(32));
    assert_eq!(person.types(&["show", &unknown]).error(), "not_found");
    assert_eq!(person.types(&["buy", &unknown]).error(), "not_found");
    let told = person.types(&["show", "did:op:12"]);
    assert_eq!((told.error(), told.code), ("invalid", 2), "a number that is none");
    let address = format!("0x{}", "ab".repeat(20));
    for words in [
        &["buy", &unknown, "--max-price", "-1"][..],
        &["search", "--price-min", "-1"],
        &["search", "--price-max", "-1"],
        &["wallet", "send", &address, "-1"],
        &["wallet", "faucet", "-5"],
        &["wallet", "faucet", "2.5"],
        &["publish", "--file", path, "--access-for", "0"],
        &["publish", "--file", path, "--deliver-within", "31d"],
    ] {
        let told = person.types(words);
        assert_eq!((told.error(), told.code), ("invalid", 2), "{words:?}: {told:?}");
    }
}

#[test]
fn a_wrong_network_file_is_named() {
    let person = Person::alone();
    let file = person.file("network.toml", "this is no network");
    let told = person.types(&["--network", file.to_str().unwrap(), "search"]);
    assert_eq!(told.error(), "invalid", "{told:?}");
    let contracts = std::fs::read_to_string(Person::alone().with_account(0).own_network()).unwrap();
    let contracts = contracts.split("[contracts]").nth(1).unwrap().split('[').next().unwrap();
    let dead = format!("name = \"dead\"\nchain_id = 5\nrpc = [\"http://127.0.0.1:9\"]\n[contracts]{contracts}");
    let dead = person.file("dead.toml", &dead);
    let told = person.types(&["--network", dead.to_str().unwrap(), "search"]);
    assert_eq!((told.error(), told.code), ("unreachable", 5), "{told:?}");
}

#[test]
fn a_network_is_never_written_over_something() {
    let person = Person::alone().with_account(0);
    let (file, beside) = (person.file("out.toml", "mine"), person.file("out.new", "mine as well"));
    let words = ["network", "export", "local", "--to", file.to_str().unwrap()];
    let told = person.types(&words);
    assert_eq!(told.error(), "invalid", "{told:?}");
    assert!(told.json["error"]["message"].as_str().unwrap().contains("exists already"), "{told:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    std::fs::remove_file(&file).unwrap();
    person.types(&words).ok();
    assert!(std::fs::read_to_string(&file).unwrap().contains("[contracts]"));
    assert_eq!(std::fs::read_to_string(&beside).unwrap(), "mine as well");
}

#[test]
fn a_second_process_on_one_home_is_a_guest() {
    let person = Person::alone().with_account(10);
    let running = person.serves();
    assert_eq!(person.balance(), "10", "the second process asks the first");
    running.ends();
    assert_eq!(person.balance(), "10", "and takes over when it has ended");
}

#[test]
fn a_guest_goes_on_when_the_holder_has_ended() {
    let person = Person::alone().with_account(10);
    let running = person.serves_locked();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = HomeOptions { dir: Some(person.home()), ..HomeOptions::default() };
    let door = runtime.block_on(Door::open(options)).unwrap();
    let mut events = runtime.block_on(door.events()).unwrap();
    let hears = runtime.spawn(async move {
        while let Some(event) = events.next().await {
            let account = match event {
                Event::Account(account) => account,
                Event::Status(status) => status.account,
                _ => continue,
            };
            if account.balance == Some(Vodka::from_ocean(15)) {
                return true;
            }
        }
        false
    });
    let account = runtime.block_on(door.ask(GetAccount {})).unwrap();
    assert!(!door.is_holder());
    // Killed, it leaves nothing but its socket.
    running.dies();
    assert_eq!(runtime.block_on(door.ask(GetAccount {})).unwrap(), account);
    assert!(door.is_holder());
    // The next command is a guest of whoever took over, and who listened all the time hears of it.
    person.types(&["wallet", "faucet", "5"]).ok();
    assert!(runtime.block_on(async { tokio::time::timeout(PATIENCE, hears).await }).unwrap().unwrap());
    runtime.block_on(door.close());
    runtime.shutdown_timeout(PATIENCE);
    assert_eq!(person.balance(), "15", "when that one has ended as well, the next takes over");
}

#[test]
fn whoever_keeps_a_home_running_goes_on_when_another_one_ends() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let (first, second) = (publisher.serves(), publisher.serves());
    let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Sold by the second", "4");
    first.dies();
    // Nobody asks anything of the publisher's home.
    let buyer = Person::on(&network.file()).with_account(10);
    buyer.types(&["buy", &did]).ok();
    assert_eq!(buyer.balance(), "6");
    second.ends();
}

#[test]
fn what_a_password_was_given_for_goes_on_when_the_holder_ends() {
    // Blocks take their time, so that the order is answered before the payment is signed.
    let network = Network::starts(200);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Bought by a guest", "4");
    let buyer = Person::on(&network.file()).with_account(10);
    let dying = buyer.serves_until("before:payment_signed");
    let bought = buyer.types(&["buy", &did]).ok();
    dying.aborts("before:payment_signed");
    assert_eq!(bought["state"], "completed", "the home that the guest took over was locked: {bought}");
    assert_eq!(buyer.balance(), "6", "paid once");
    serving.ends();
}
