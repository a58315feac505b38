//! A network that is reached through several nodes, one of which cannot be relied on.

use crate::{network::Network, person::Person};
use std::{
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
};

/// Another way to the same node, as if it were a second one.
fn second_node(network: &Network) -> String {
    let rpc = network.running.ready["rpc"].as_str().unwrap().to_owned();
    let (at, path) = rpc.trim_start_matches("http://").split_once('/').unwrap();
    let (at, path) = (at.to_owned(), path.to_owned());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for near in listener.incoming() {
            let (Ok(near), Ok(far)) = (near, TcpStream::connect(&at)) else { continue };
            for (mut from, mut to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
                std::thread::spawn(move || {
                    // Either side may end it.
                    let _ = io::copy(&mut from, &mut to);
                    let _ = to.shutdown(std::net::Shutdown::Write);
                });
            }
        }
    });
    format!("http://{here}/{path}")
}

/// A node that says, whatever it is asked, that it is chain 5.
fn node_of_another_chain() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    format!("http://{here}")
}

fn answer(mut stream: TcpStream) {
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    // A request is over when its body's last bracket is here.
    while !heard.ends_with(b"}") {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(bytes) => heard.extend_from_slice(&piece[..bytes]),
        }
    }
    let body = r#"{"jsonrpc":"2.0","id":1,"result":"0x5"}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    // Whoever asked may be gone.
    let _ = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
}

/// The network's file with these nodes.
fn with_nodes(network: &Network, name: &str, nodes: &[&str]) -> PathBuf {
    let mut file: toml::Table = std::fs::read_to_string(network.file()).unwrap().parse().unwrap();
    file.insert("rpc".to_owned(), nodes.iter().map(|node| (*node).to_owned()).collect::<Vec<_>>().into());
    let path = network.path(name);
    std::fs::write(&path, toml::to_string(&file).unwrap()).unwrap();
    path
}

fn point<'a>(check: &'a serde_json::Value, what: &str) -> &'a str {
    let points = check["points"].as_array().unwrap();
    let found = points.iter().find(|point| point["what"] == what);
    found.unwrap_or_else(|| panic!("the check says {what}: {check:#}"))["found"].as_str().unwrap()
}

fn on(path: &Path) -> Person {
    Person::on(path)
}

#[test]
fn money_moves_where_two_nodes_agree_and_the_check_says_so() {
    let network = Network::starts(0);
    let first = network.running.ready["rpc"].as_str().unwrap().to_owned();
    let person = on(&with_nodes(&network, "two.toml", &[&first, &second_node(&network)])).with_account(25);
    let balance = person.types(&["wallet", "balance"]).ok();
    assert!(balance.to_string().contains("25"), "{balance}");
    let check = person.types(&["network", "check"]).ok();
    assert!(point(&check, "Agreement of two nodes").starts_with("at block "), "{check:#}");
    assert!(point(&check, "Fee").starts_with("free"), "{check:#}");
    assert!(point(&check, "Contract EscrowReward").starts_with("our code"), "{check:#}");
    assert!(point(&check, "Roles").contains("as they should be"), "{check:#}");
    assert!(point(&check, "Priced purchases").starts_with("safe"), "{check:#}");
    assert!(point(&check, "Confirmations").contains("as soon as it is in a block"), "{check:#}");
}

#[test]
fn a_node_of_another_chain_is_named_and_no_money_moves_on_one_nodes_word() {
    let network = Network::starts(0);
    let first = network.running.ready["rpc"].as_str().unwrap().to_owned();
    let other = node_of_another_chain();
    let person = on(&with_nodes(&network, "wrong.toml", &[&other, &first]));
    person.types(&["wallet", "new"]).ok();
    // What is only looked at comes from the node that is well.
    person.types(&["wallet", "balance"]).ok();
    let check = person.types(&["network", "check"]);
    assert_eq!(check.error(), "unreachable");
    let message = check.json["error"]["message"].as_str().unwrap();
    assert!(message.contains(&format!("{other}: is of chain 5")), "{message}");
    let told = person.types(&["wallet", "faucet", "25"]);
    assert_ne!(told.code, 0, "{told:?}");
    let message = told.json["error"]["message"].as_str().unwrap();
    assert!(message.contains(&other) && message.contains("chain 5"), "it names who is to blame: {message}");
    // With a third, the one that is wrong decides nothing.
    let second = second_node(&network);
    let person = on(&with_nodes(&network, "three.toml", &[&other, &first, &second])).with_account(25);
    let balance = person.types(&["wallet", "balance"]).ok();
    assert!(balance.to_string().contains("25"), "{balance}");
}
