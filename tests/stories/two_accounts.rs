//! One wallet with two accounts: what one of them begins stays its own, whichever is in use when it goes on.

use crate::{
    kills::Kill,
    network::Network,
    person::{PATIENCE, Person, form},
    servers_of_their_own::asks,
    stranger::Stranger,
};
use protocol::{Address, Did};
use runner::Point;
use std::time::Instant;
use tokio::runtime::Runtime;

const SECOND: &[&str] = &["--account", "Second"];

/// Somebody with two accounts, the first of which is in use.
struct World {
    network: Network,
    person: Person,
    /// Who looks at the chain.
    stranger: Stranger,
    runtime: Runtime,
    first: String,
    second: String,
}

impl World {
    fn new() -> Self {
        let network = Network::starts(0);
        let runtime = Runtime::new().unwrap();
        let stranger = runtime.block_on(Stranger::on(&network.file()));
        let person = Person::on(&network.file()).with_account(0);
        person.types(&["wallet", "new", "--name", "Second"]).ok();
        let (first, second) = (account(&person, &[]), account(&person, SECOND));
        assert_ne!(first, second);
        Self { network, person, stranger, runtime, first, second }
    }

    /// The catalogue and the chain say that a listing is this account's.
    #[track_caller]
    fn is_owned(&self, did: &str, owner: &str, what: &str) {
        let catalogue = self.network.running.ready["aquarius"].as_str().unwrap();
        let (status, document) = asks("GET", &format!("{catalogue}/assets/ddo/{did}"), None);
        assert_eq!(status, 200, "{what}: {document}");
        for name in [&document["proof"]["creator"], &document["publicKey"][0]["owner"]] {
            assert_eq!(name.as_str(), Some(owner), "{what}: {document}");
        }
        let number: Did = did.parse().unwrap();
        let register = self.runtime.block_on(self.stranger.keeper.did_register(number)).unwrap().unwrap();
        assert_eq!(register.owner, owner.parse::<Address>().unwrap(), "{what}: on the chain");
    }
}

/// The address of the account that a command with these options is about.
fn account(person: &Person, options: &[&str]) -> String {
    let shown = person.types(&[options, &["wallet", "show"]].concat()).ok();
    shown["address"].as_str().unwrap().to_owned()
}

/// Its balance.
fn balance(person: &Person, options: &[&str]) -> String {
    let shown = person.types(&[options, &["wallet", "balance"]].concat()).ok();
    shown["balance"].as_str().unwrap().to_owned()
}

#[test]
fn a_publication_stays_with_the_account_that_began_it() {
    let world = World::new();
    let publisher = &world.person;
    let points = [
        Point::PublishDrafted,
        Point::PublishEncrypted,
        Point::RegisterSigned,
        Point::PublishRegistered,
        Point::PublishListed,
    ];
    let mut listed = Vec::new();
    // Before the first there is nothing to go on with.
    for kill in Kill::at(&points).into_iter().filter(|kill| !kill.is_before(Point::PublishDrafted)) {
        let (word, content) = (kill.word(), format!("begun,{kill}\n8,9\n"));
        let file = publisher.file(&format!("{word}.csv"), &content);
        let words = [SECOND, form(file.to_str().unwrap(), &word, "1").as_slice()].concat();
        publisher.types_until(&kill.order(), &words).died(kill);
        assert_eq!(account(publisher, &[]), world.first, "{kill}: the first account is in use");
        publisher.types(&["resume"]).ok();
        let found = publisher.types(&["search", &word]).ok();
        assert_eq!(found["total"], 1, "{kill}: it is listed exactly once: {found}");
        let did = found["results"][0]["did"].as_str().unwrap().to_owned();
        world.is_owned(&did, &world.second, &kill.to_string());
        listed.push((did, content));
    }

    // It can be bought, and the account that sells it is the one that is paid.
    let buyer = Person::on(&world.network.file()).with_account(100);
    let (serving, buying) = (publisher.serves(), buyer.serves());
    for (did, content) in &listed {
        buyer.types(&["buy", did]).ok();
        assert_eq!(&buyer.reads(did), content);
    }
    let (earned, until) = (listed.len().to_string(), Instant::now() + PATIENCE);
    while balance(publisher, SECOND) != earned {
        assert!(Instant::now() < until, "the second account has {earned} in the end");
    }
    assert_eq!(publisher.balance(), "0", "and the first one nothing");
    drop((serving, buying));
}

#[test]
fn an_account_that_one_command_names_is_no_other_s() {
    let world = World::new();
    let person = &world.person;
    let (first, second) = (world.first.as_str(), world.second.as_str());
    let serving = person.serves();

    assert_eq!(account(person, SECOND), second);
    assert_eq!(account(person, &[]), first, "what a guest named is forgotten when it was answered");
    let publishes = |options: &[&str], name: &str| {
        let file = person.file(name, "a\n1\n");
        let words = [options, form(file.to_str().unwrap(), name, "1").as_slice()].concat();
        person.types(&words).ok()["did"].as_str().unwrap().to_owned()
    };
    let (seconds, firsts) = (publishes(SECOND, "second.csv"), publishes(&[], "first.csv"));
    world.is_owned(&seconds, second, "listed by the second account");
    world.is_owned(&firsts, first, "listed by the one in use");

    // Money is sent by whom it is asked of.
    person.types(&["wallet", "faucet", "7"]).ok();
    person.types(&[SECOND, &["wallet", "faucet", "5"]].concat()).ok();
    person.types(&["wallet", "send", second, "3"]).ok();
    person.types(&[SECOND, &["wallet", "send", first, "1"]].concat()).ok();
    assert_eq!((balance(person, &[]).as_str(), balance(person, SECOND).as_str()), ("5", "7"));

    // Both at the same time, again and again: nobody is told of the other's account.
    std::thread::scope(|scope| {
        for (options, expected) in [(SECOND, second), (&SECOND[..0], first)] {
            scope.spawn(move || {
                for time in 0..10 {
                    assert_eq!(account(person, options), expected, "{options:?}, {time}");
                }
            });
        }
    });
    serving.ends();
}
