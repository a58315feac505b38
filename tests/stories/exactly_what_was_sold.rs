//! "Verified" means exactly the bytes that were sold, whoever changed them and wherever.

use crate::{
    network::Network,
    person::Person,
    proxy::{Deed, Proxy},
};
use std::path::Path;

/// Tries to download and gives the message; nothing may lie there under the file's own name.
fn refused(buyer: &Person, did: &str, folder: &Path) -> String {
    let told = buyer.types(&["download", did, "--to", folder.to_str().unwrap()]);
    assert_eq!(told.error(), "corrupt", "{told:?}");
    assert!(!folder.join("data.csv").exists(), "what is not what was sold does not get its name");
    let kept = std::fs::read_to_string(folder.join("data.csv.different")).unwrap();
    assert_ne!(kept, CONTENT, "it is kept apart, to be shown");
    let owned = buyer.owned_of(did);
    assert_eq!(owned[0]["files"][0]["verdict"], "absent", "the library does not call it verified: {owned:?}");
    told.json["error"]["message"].as_str().unwrap().to_owned()
}

const CONTENT: &str = "day,level\n1,3\n2,4\n";

#[test]
fn a_tampered_download_is_reported() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let file = publisher.file("data.csv", CONTENT);
    let did = publisher.publishes(&file, "Levels", "4");
    let buyer = Person::on(&network.file()).with_account(10);
    buyer.types(&["buy", &did]).ok();

    // The publisher's own file changes after it was opened for the buyer.
    std::fs::write(&file, CONTENT.replace('4', "5")).unwrap();
    let folder = buyer.path("first");
    let message = refused(&buyer, &did, &folder);
    assert!(message.contains("not what was sold") && message.contains("data.csv.different"), "{message}");

    // With the right file back, the same purchase gives it.
    std::fs::write(&file, CONTENT).unwrap();
    assert_eq!(buyer.reads(&did), CONTENT);
    assert_eq!(buyer.balance(), "6", "paid once");
    serving.ends();
}

#[test]
fn a_server_in_between_that_changes_a_byte_is_found_out() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let did = publisher.publishes(&publisher.file("data.csv", CONTENT), "Levels", "0");
    let file = network.path("buyers.toml");
    let _liar = Proxy::before_gateways(&network.file(), &file, |asked| match asked.path.ends_with("/consume") {
        true => Deed::Spoil,
        false => Deed::Pass,
    });
    let buyer = Person::on(&file).with_account(0);
    buyer.types(&["buy", &did]).ok();
    let message = refused(&buyer, &did, &buyer.path("first"));
    assert!(message.contains("not what was sold"), "{message}");
    serving.ends();
}
