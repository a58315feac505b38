//! A computer is lost. What is left is a sheet of paper with the recovery words, and the network.

use crate::{network::Network, person::Person};

/// Blocks come by the clock, so that the time to deliver passes: 20 of them.
const BLOCK_MS: u64 = 200;

#[test]
fn a_new_computer_with_only_the_words_has_everything_again() {
    let network = Network::starts(BLOCK_MS);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let content = "a,b\n1,2\n";
    let bought = publisher.publishes(&publisher.file("bought.csv", content), "Bought before", "4");
    let file = publisher.file("open.csv", "a\n1\n");
    let open = publisher.publishes_with(&file, "Paid and not opened", "5", &["--deliver-within", "4s"]);

    let old = Person::on(&network.file()).with_account(20);
    let address = old.address();
    let agreement = old.types(&["buy", &bought]).ok()["agreementId"].as_str().unwrap().to_owned();
    // A second account of the same words buys, and a fourth only gets money; the third is never used.
    let file = publisher.file("second.csv", "d\n4\n");
    let seconds = publisher.publishes(&file, "Bought by the second account", "3");
    old.types(&["wallet", "new", "--name", "Second"]).ok();
    let second = old.types(&["--account", "Second", "wallet", "faucet", "6"]).ok()["address"].clone();
    old.types(&["--account", "Second", "buy", &seconds]).ok();
    old.types(&["wallet", "new", "--name", "Third"]).ok();
    old.types(&["wallet", "new", "--name", "Fourth"]).ok();
    let fourth = old.types(&["--account", "Fourth", "wallet", "faucet", "1"]).ok()["address"].clone();
    let own = old.publishes(&old.file("own.csv", "c\n3\n"), "Listed before", "1");
    // The publisher is paid for both before anything breaks.
    publisher.waits_for_balance("7");
    // Money is set aside when the publisher's machine breaks down, and then the buyer's is lost as well.
    serving.ends();
    let dying = publisher.serves_until("after:publisher_created");
    old.types(&["buy", &open, "--until", "locked"]).ok();
    dying.aborts("after:publisher_created");
    let words = old.types(&["wallet", "backup"]).ok()["words"].as_str().unwrap().to_owned();
    drop(old);

    let new = Person::on(&network.file());
    // Copied as they stand on paper, each on its own line.
    let sheet = new.file("words", &words.replace(' ', "\n"));
    let imported = new.types(&["wallet", "import", "--words-file", sheet.to_str().unwrap()]);
    let (told, stderr) = (imported.json.clone(), imported.stderr.clone());
    imported.ok();
    assert_eq!(told["address"], address.as_str(), "{stderr}");
    assert!(stderr.is_empty(), "whoever asked for JSON and no progress is told of nothing but trouble: {stderr}");

    // Both purchases: one opened, and of the other the money is back.
    let purchase = &new.purchases_of(&bought)[0];
    assert_eq!((&purchase["state"], &purchase["agreementId"]), (&"completed".into(), &agreement.as_str().into()));
    let progress = purchase["steps"].as_array().unwrap().iter().map(|s| &s["progress"]).collect::<Vec<_>>();
    assert!(progress.iter().all(|p| *p == "done"), "what is behind is told as done: {purchase}");
    let refunded = &new.purchases_of(&open)[0];
    assert_eq!((&refunded["state"], &refunded["money"]), (&"refunded".into(), &"back".into()), "{refunded}");
    assert_eq!(new.balance(), "16");
    assert_eq!(new.owned_of(&bought).len(), 1);
    assert!(new.owned_of(&open).is_empty());

    // The other accounts came along, and what the second one bought.
    let accounts = new.types(&["wallet", "list"]).ok();
    let known: Vec<_> =
        accounts["results"].as_array().unwrap().iter().map(|a| (&a["address"], &a["balance"])).collect();
    let expected = [(address.as_str().into(), "16".into()), (second, "3".into()), (fourth, "1".into())];
    assert_eq!(known, expected.iter().map(|(address, balance)| (address, balance)).collect::<Vec<_>>(), "{accounts}");
    assert_eq!(new.purchases_of(&seconds)[0]["state"], "completed");

    // The receipt is made of what the chain shows.
    let receipt = new.path("receipt.json");
    new.types(&["agreements", &agreement, "--receipt", receipt.to_str().unwrap()]).ok();
    new.types(&["verify-receipt", receipt.to_str().unwrap()]).ok();
    // The listing is one's own again.
    new.types(&["unlist", &own]).ok();
    // Once more finds nothing new.
    assert_eq!(new.types(&["library", "--rebuild"]).ok()["results"].as_array().unwrap().len(), 2);
    assert_eq!(new.types(&["agreements"]).ok()["results"].as_array().unwrap().len(), 3);
    assert_eq!(new.types(&["wallet", "list"]).ok()["results"].as_array().unwrap().len(), 3);

    let serving = publisher.serves();
    assert_eq!(new.reads(&bought), content, "the file is fetched again");
    assert_eq!(new.reads(&seconds), "d\n4\n", "with the key of the account that bought it");
    serving.ends();

    // What the contracts logged of this account.
    let granted = new.types(&["events", "--address", &address, "--as", "to", "--topic", "access-granted"]).ok();
    assert_eq!((&granted["total"], &granted["page"]), (&1.into(), &1.into()), "{granted}");
    assert_eq!(granted["results"][0]["about"], agreement.as_str());
    // Without an address they are those of the account in use; everybody's are asked for.
    let own = new.types(&["events", "--topic", "access-granted"]).ok();
    assert_eq!(own["results"], granted["results"]);
    let all = new.types(&["events", "--all", "--topic", "access-granted"]).ok();
    assert!(all["total"].as_u64().unwrap() > 1, "somebody else bought something, too: {all}");
    let about = new.types(&["events", "--about", &agreement]).ok();
    let topics: Vec<&str> = about["results"].as_array().unwrap().iter().filter_map(|e| e["topic"].as_str()).collect();
    assert!(topics.contains(&"agreement-created") && topics.contains(&"payment-locked"), "{topics:?}");
    assert_eq!(new.types(&["events", "--topic", "no-such"]).error(), "invalid");
}
