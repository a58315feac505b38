//! No text with which the contracts refuse is without a test. Those that no call of honest contracts brings about want a token
//! that does nothing of what it is asked.

use crate::support::{World, addr, amount, function, uint, word};
use protocol::{Address, Vodka};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A token that answers every question with zero: it has nothing, pays nothing, makes nothing, and says so. Its code is
/// `PUSH1 32 PUSH1 0 RETURN`, behind what puts that on the chain.
const NEVER_PAYS: &str = r#"{"bytecode": "0x6460206000f36000526005601bf3"}"#;

const CONTRACTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../contracts");

macro_rules! artifact {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../contracts/artifacts/", $name, ".json"))
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn a_minter_is_made_once() {
    let world = World::new().await;
    let c = &world.contracts;
    let make = |who: Address| function(c.ocean_token, "addMinter(address)", &[addr(who)]);
    assert_eq!(world.send(&world.owner, &make(c.dispenser.unwrap())).unwrap_err(), "Already a minter");
    world.send(&world.owner, &make(world.other.address)).unwrap();
    assert_eq!(world.send(&world.owner, &make(world.other.address)).unwrap_err(), "Already a minter");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispenser_wants_a_token_that_mints_and_an_owner() {
    let world = World::new().await;
    let at = world.create(artifact!("Dispenser"));
    let initialize =
        |token: Address, owner: Address| function(at, "initialize(address,address)", &[addr(token), addr(owner)]);
    let (token, owner) = (world.create(NEVER_PAYS), world.owner.address);
    for nobody in [initialize(Address::ZERO, owner), initialize(token, Address::ZERO)] {
        assert_eq!(world.send(&world.owner, &nobody).unwrap_err(), "isValidAddress failed, Address is 0x0.");
    }
    world.send(&world.owner, &initialize(token, owner)).unwrap();
    let ask = function(at, "requestTokens(uint256)", &[uint(1)]);
    assert_eq!(world.send(&world.other, &ask).unwrap_err(), "Token minting failed.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_does_not_pay_neither_locks_nor_leaves_the_escrow() {
    let world = World::new().await;
    let c = world.contracts;
    let token = world.create(NEVER_PAYS);
    let of_that_token = |artifact: &str| {
        let at = world.create(artifact);
        let parts = [world.owner.address, c.condition_store, token].map(addr);
        world.send(&world.owner, &function(at, "initialize(address,address,address)", &parts)).unwrap();
        at
    };
    let (lock, escrow) = (of_that_token(artifact!("LockRewardCondition")), of_that_token(artifact!("EscrowReward")));
    let template = world.approve_template("never pays", &[c.lock_reward, c.access_secret_store, escrow]);
    // The balance that the escrow asks for is zero as well.
    let mut terms = world.terms([1; 32], world.list(1), [0; 3]);
    (terms.price, terms.escrow_contract, terms.template) = (Vodka::ZERO, escrow, template.into());
    world.create_agreement(&terms);

    let pay = [word(terms.agreement.0), addr(escrow), amount(terms.price)];
    let pay = function(lock, "fulfill(bytes32,address,uint256)", &pay);
    assert_eq!(world.send(&world.consumer, &pay).unwrap_err(), "Could not transfer token");
    assert_eq!(world.states(&terms), [1, 1, 1]);

    world.pay(&terms);
    world.send(&world.provider, &c.grant_access(&terms)).unwrap();
    assert_eq!(world.send(&world.other, &c.release_reward(&terms)).unwrap_err(), "Could not transfer token");
    assert_eq!(world.states(&terms), [2, 2, 1], "the payment that did not arrive is still owed");
}

/// Whether a character can be part of a name.
fn is_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// What a contract says when it refuses: the texts of `require` and `revert`, and the names of the errors it throws.
fn refusals(source: &str) -> BTreeSet<String> {
    let lines: Vec<&str> = source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = lines.join("\n");
    let mut found = BTreeSet::new();
    for word in ["require", "revert"] {
        for (at, _) in code.match_indices(word) {
            let after = &code[at + word.len()..];
            if code[..at].ends_with(is_part) || after.starts_with(is_part) {
                continue;
            }
            let rest = after.trim_start();
            let said = match rest.strip_prefix('(') {
                Some(arguments) => text_of(arguments),
                // `revert NameOfAnError(...)`
                None => Some(rest.chars().take_while(|character| is_part(*character)).collect()),
            };
            // What another contract said is said on as it is.
            assert!(said.is_some() || rest.starts_with("(add(answer, 32)"), "{word} without a text: {rest:.60}");
            found.extend(said);
        }
    }
    found
}

/// The last text among a call's arguments.
fn text_of(arguments: &str) -> Option<String> {
    let (mut depth, mut inside, mut text, mut last) = (1, false, String::new(), None);
    for character in arguments.chars() {
        match character {
            '"' if inside => (inside, last) = (false, Some(std::mem::take(&mut text))),
            other if inside => text.push(other),
            '"' => inside = true,
            '(' => depth += 1,
            ')' if depth == 1 => break,
            ')' => depth -= 1,
            _ => {}
        }
    }
    last
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}

#[test]
fn every_text_with_which_a_contract_refuses_is_expected_by_a_test() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keeper");
    let tests: String = files(&here, "rs").iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let mut all = BTreeSet::new();
    for contract in files(Path::new(CONTRACTS), "sol") {
        let said = refusals(&fs::read_to_string(&contract).unwrap());
        for text in &said {
            // An error's name stands before its parameters.
            let expected = tests.contains(&format!("\"{text}\"")) || tests.contains(&format!("\"{text}("));
            assert!(expected, "{}: no test expects {text:?}", contract.display());
        }
        all.extend(said);
    }
    assert!(all.len() > 60, "they are found: {all:?}");
}

#[test]
fn a_contract_s_texts_are_found_however_they_are_written() {
    let source = "require(a(b) && c, \"One (1)\"); // require(x, \"not this\")\n\
                  require(\n  d,\n  \"Two\"\n);\n_require(e);\nrevert(\"Three\");\nrevert Four(1, 2);\n\
                  function required(uint f) {}\nif (g) { revert(add(answer, 32), mload(answer)) }";
    let found: Vec<String> = refusals(source).into_iter().collect();
    assert_eq!(found, ["Four", "One (1)", "Three", "Two"]);
}
