//! Files and links that are not what they should be, and disks that are full: a clear sentence, a next step, nothing
//! lost.

use crate::{
    network::Network,
    person::{Person, form},
};
use std::{
    io::{Read, Write},
    net::TcpListener,
    process::Command,
};

#[test]
fn a_publisher_lists_a_local_file() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let file = publisher.file("Pegel Elbe 2020.csv", "time,level\n2020-01-01,3\n2020-01-02,4\n");
    let did = publisher.publishes(&file, "Levels of the Elbe", "12.50");
    let shown = publisher.types(&["show", &did]).ok();
    assert_eq!(
        (&shown["name"], &shown["price"], &shown["own"]),
        (&"Levels of the Elbe".into(), &"12.5".into(), &true.into())
    );
    let listed = &shown["files"][0];
    assert_eq!((&listed["name"], &listed["bytes"]), (&"Pegel Elbe 2020.csv".into(), &37.into()), "{shown}");
    let columns: Vec<&str> = shown["columns"].as_array().unwrap().iter().filter_map(|c| c["name"].as_str()).collect();
    assert_eq!(columns, ["time", "level"], "what a table holds is read from it");
    let folder = publisher.path("").display().to_string();
    assert!(!shown.to_string().contains(&folder), "nobody learns where the file lies");
}

/// A web server of one page; counts nothing, keeps nothing.
fn web_server(status: &'static str, page: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut asked = [0; 4096];
            // Whoever goes away before the answer wants none.
            let _ = stream.read(&mut asked);
            let length = page.len();
            let head = format!("HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {length}\r\n");
            let _ = stream.write_all(format!("{head}connection: close\r\n\r\n{page}").as_bytes());
        }
    });
    format!("http://{at}")
}

#[test]
fn a_link_that_answers_with_a_page_is_not_listed() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let link = web_server("200 OK", "<!doctype html><html><body>Please log in</body></html>") + "/levels.csv";
    let told = publisher.types(&form(&link, "Levels behind a login", "1"));
    assert_eq!((told.error(), told.code), ("invalid", 1), "{told:?}");
    let message = told.json["error"]["message"].as_str().unwrap();
    assert!(message.contains(&link) && message.contains("web page"), "{message}");
    assert_eq!(publisher.types(&["search", "login"]).ok()["total"], 0, "nothing is listed");

    // A link that leads nowhere ends it at once, and is not taken for the network.
    let gone = web_server("404 Not Found", "There is nothing here.") + "/levels.csv";
    for link in ["http://127.0.0.1:9/a.csv", &gone] {
        let told = publisher.types(&form(link, "Levels nowhere", "1"));
        assert_eq!(told.code, 1, "{told:?}");
        let message = told.json["error"]["message"].as_str().unwrap();
        assert!(!told.error().is_empty() && message.contains("does not answer"), "{message}");
        assert_eq!(publisher.types(&["search", "nowhere"]).ok()["total"], 0);
    }
    // Nothing is left that would be listed some day.
    publisher.types(&["resume"]).ok();
    assert_eq!(publisher.types(&["search", "levels"]).ok()["total"], 0);
}

#[test]
fn a_file_that_vanishes_before_it_is_read_is_named() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let file = publisher.file("a.csv", "a\n1\n");
    let form = form(file.to_str().unwrap(), "Here and gone", "1");
    // The form was accepted and is on disk; the file goes before it is read.
    publisher.types_until("after:publish_drafted", &form).died("after:publish_drafted");
    std::fs::remove_file(&file).unwrap();
    let resumed = publisher.types(&["resume"]);
    assert_eq!((resumed.error(), resumed.code), ("not_found", 1), "{resumed:?}");
    assert!(resumed.json["error"]["message"].as_str().unwrap().contains("a.csv"), "{resumed:?}");
    assert_eq!(publisher.types(&["search", "gone"]).ok()["total"], 0, "nothing is listed without its file");
    publisher.types(&["resume"]).ok();

    let told = publisher.types(&form);
    assert_eq!(told.error(), "not_found", "{told:?}");
    assert!(told.json["error"]["message"].as_str().unwrap().contains("a.csv"), "{told:?}");

    // With the file back, the same words list it, once.
    publisher.file("a.csv", "a\n1\n");
    publisher.types(&form).ok();
    assert_eq!(publisher.types(&["search", "gone"]).ok()["total"], 1);
}

#[test]
fn a_disk_that_takes_no_more_keeps_what_came() {
    let network = Network::starts(0);
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let content = "hour,level\n".repeat(300_000);
    let did = publisher.publishes(&publisher.file("large.csv", &content), "More than fits", "0");
    let buyer = Person::on(&network.file()).with_account(0);
    buyer.types(&["buy", &did]).ok();

    // No file of this process may be larger than a megabyte; the download has three.
    let folder = buyer.path("small");
    let words = ["download", &did, "--to", folder.to_str().unwrap()];
    let whole = buyer.command();
    let mut limited = Command::new("bash");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$@\"", "limited"]).arg(whole.get_program());
    limited.args(whole.get_args()).args(words).env_clear();
    limited.envs(whole.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let told = crate::person::told(&limited.output().unwrap());
    assert_eq!(told.error(), "disk", "{told:?}");
    assert!(told.json["error"]["next"].as_str().unwrap().contains("kept"), "{told:?}");
    let part = folder.join("large.csv.part");
    let kept = std::fs::metadata(&part).unwrap().len();
    assert!(kept > 0 && kept <= 1 << 20, "{kept} bytes are kept");
    assert!(!folder.join("large.csv").exists(), "half a file does not get the whole one's name");

    // With room it goes on where it was.
    let saved = buyer.types(&words).ok();
    assert_eq!(saved["files"][0]["verified"], true, "{saved}");
    assert_eq!(std::fs::read_to_string(folder.join("large.csv")).unwrap(), content);
    assert!(!part.exists(), "nothing is left beside it");
    serving.ends();
}

#[test]
fn an_unknown_number_is_said_to_be_unknown() {
    let network = Network::starts(0);
    let buyer = Person::on(&network.file()).with_account(10);
    let unknown = format!("did:op:{}", "ab".repeat(32));
    for words in [["show", &unknown], ["buy", &unknown], ["download", &unknown], ["unlist", &unknown]] {
        let told = buyer.types(&words);
        assert_eq!((told.error(), told.code), ("not_found", 1), "{words:?}: {told:?}");
    }
    let agreement = format!("0x{}", "cd".repeat(32));
    for words in [["agreements", &agreement], ["refund", &agreement], ["resume", &agreement]] {
        let told = buyer.types(&words);
        assert_eq!(told.error(), "not_found", "{words:?}: {told:?}");
    }
    assert_eq!(buyer.balance(), "10");
}
