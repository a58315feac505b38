//! What somebody at a terminal relies on: the demo works, a path means the same to every process, and what was paid for is
//! never lost for want of a file.

use crate::{
    network::{Network, command},
    person::{Person, told},
};
use serde_json::json;
use std::{path::Path, process::Command};

#[test]
fn the_demo_does_the_whole_job_and_leaves_only_what_it_is_told_to_keep() {
    let person = Person::alone();
    let place = person.path("tmp");
    std::fs::create_dir(&place).unwrap();
    let demo = |more: &[&str]| {
        let mut command = command(&person.path(""));
        command.env("TMPDIR", &place).args(["--json", "demo"]).args(more);
        told(&command.output().unwrap()).ok()
    };
    let left = || std::fs::read_dir(&place).unwrap().count();

    let done = demo(&[]);
    assert_eq!((&done["identical"], &done["kept"]), (&true.into(), &json!(null)), "{done}");
    let steps = done["steps"].as_array().unwrap();
    assert!(steps.len() >= 8, "{done}");
    for step in steps {
        assert!(step["ms"].is_u64() && step["step"].as_str().is_some_and(|what| !what.is_empty()), "{step}");
    }
    assert_eq!(left(), 0, "nothing is left");

    let done = demo(&["--keep"]);
    assert_eq!((&done["identical"], left()), (&true.into(), 1), "{done}");
    let kept = Path::new(done["kept"].as_str().unwrap());
    let published = std::fs::read(kept.join("river-levels.csv")).unwrap();
    assert_eq!(std::fs::read(kept.join("bought").join("river-levels.csv")).unwrap(), published);
}

#[test]
fn a_path_means_the_same_to_the_process_that_holds_the_home() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Seen by a guest", "4");
    // A home that another process holds, which works in another folder and on another network.
    let guest = Person::alone();
    let holding = guest.serves();
    std::fs::copy(network.file(), guest.path("team.toml")).unwrap();
    for named in ["./team.toml", "team.toml"] {
        let mut command = guest.command();
        command.current_dir(guest.path("")).args(["--network", named, "search", "guest"]);
        let found = told(&command.output().unwrap()).ok();
        assert_eq!(found["results"][0]["did"], did.as_str(), "{named}: {found}");
        // A file that is not added would not be found again.
        let told = guest.types(&["network", "use", named]);
        assert_eq!((told.error(), told.code), ("invalid", 2), "{told:?}");
    }
    assert_eq!(guest.types(&["network", "list"]).ok()["results"][0]["active"], true);
    drop((holding, serving));
}

#[test]
fn a_document_of_oep_8_is_published_and_every_fault_of_it_is_told() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let file = publisher.file("rain.csv", "day,rain\n1,2\n");
    let mut document = json!({
        "main": {
            "type": "dataset", "name": "Rain in a document", "author": "A lab", "license": "CC0-1.0",
            "price": "4500000000000000000", "dateCreated": "2019-02-08T08:13:49Z",
            "files": [{ "index": 0, "contentType": "text/csv", "url": "https://example.com/elsewhere.csv" }],
        },
        "curation": { "rating": 0, "numVotes": 0 },
        "additionalInformation": { "description": "How much it rained.", "tags": ["rain"], "categories": ["Weather"] },
    });
    let path = publisher.file("oep8.json", &document.to_string());
    // The file that is typed stands in for the document's.
    let words = ["publish", path.to_str().unwrap(), "--file", file.to_str().unwrap()];
    let did = publisher.types(&words).ok()["did"].as_str().unwrap().to_owned();
    let shown = publisher.types(&["show", &did]).ok();
    for (key, value) in [
        ("name", json!("Rain in a document")),
        ("author", json!("A lab")),
        ("price", json!("4.5")),
        ("tags", json!(["rain"])),
        ("categories", json!(["Weather"])),
    ] {
        assert_eq!(shown[key], value, "{key}: {shown}");
    }
    assert_eq!(shown["files"][0]["name"], "rain.csv");

    document["main"]["name"] = json!("");
    document["main"]["price"] = json!(4.5);
    let path = publisher.file("broken.json", &document.to_string());
    let told = publisher.types(&["publish", path.to_str().unwrap(), "--file", file.to_str().unwrap()]);
    assert_eq!(told.error(), "invalid", "{told:?}");
    let message = told.json["error"]["message"].as_str().unwrap();
    assert!(message.contains("main/name: ") && message.contains("main/price: "), "both are told: {message}");
}

#[test]
fn a_deployment_overwrites_nothing_and_its_addresses_are_never_lost() {
    let network = Network::starts(0);
    let (key, out) = (network.path("deployer.key"), network.path("mine.toml"));
    std::fs::write(&key, format!("0x{}\n", "1".repeat(64))).unwrap();
    let chain = network.running.ready["rpc"].as_str().unwrap();
    let deploy = |rpc: &str, key: &Path| {
        let mut command = command(&network.path("nobody"));
        command.args(["contracts", "deploy", "--json", "--rpc", rpc, "--key-file"]).arg(key).arg("--out").arg(&out);
        command
    };
    let refused = |rpc: &str, key: &Path| {
        let told = told(&deploy(rpc, key).output().unwrap());
        (told.error().to_owned(), told.code)
    };
    assert_eq!(refused("http://127.0.0.1:9", &key), ("unreachable".to_owned(), 5), "nobody is there");
    let bad = network.path("bad.key");
    std::fs::write(&bad, "no key\n").unwrap();
    assert_eq!(refused(chain, &bad), ("invalid".to_owned(), 2), "the chain would answer");
    assert_eq!(refused("nowhere", &key), ("invalid".to_owned(), 2));
    assert!(!out.exists(), "where nothing was deployed there is no file");
    std::fs::write(&out, "somebody's").unwrap();
    assert_eq!(refused(chain, &key), ("invalid".to_owned(), 2), "a file that is there stays");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "somebody's");
    std::fs::remove_file(&out).unwrap();

    // The disk takes the file's name and not a byte of it.
    let whole = deploy(chain, &key);
    let mut limited = Command::new("bash");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "limited"]).arg(whole.get_program());
    limited.args(whole.get_args()).env_clear();
    limited.envs(whole.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let said = told(&limited.output().unwrap());
    assert_eq!((said.error(), said.code), ("disk", 1), "{said:?}");
    let escrow = said.json["contracts"]["EscrowReward"].as_str().unwrap();
    assert!(escrow.starts_with("0x") && said.stderr.contains(escrow), "{said:?}");
    assert!(!out.exists(), "half a file is nobody's network");

    let done = told(&deploy(chain, &key).output().unwrap()).ok();
    assert!(done["contracts"]["EscrowReward"].is_string() && out.exists(), "{done}");
}
