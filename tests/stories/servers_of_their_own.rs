//! A network whose servers are processes of their own.

use crate::{
    network::{Network, command},
    person::{Person, Running, faults},
};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::Command,
};

/// A key server of this name beside a network, in a folder of that name.
fn key_server(network: &Network, name: &str, peers: &[(String, String)]) -> Command {
    let mut plan = toml::Table::new();
    plan.insert("network".into(), network.file().to_str().unwrap().into());
    plan.insert("data".into(), network.path(name).to_str().unwrap().into());
    plan.insert("listen".into(), format!("unix:{}", network.path(&format!("{name}.sock")).display()).into());
    let peer = |(public, endpoint): &(String, String)| {
        let peer = [("public".to_owned(), public.as_str().into()), ("endpoint".to_owned(), endpoint.as_str().into())];
        toml::Value::Table(peer.into_iter().collect())
    };
    plan.insert("peers".into(), toml::Value::Array(peers.iter().map(peer).collect()));
    let file: toml::Table = [("key_server".to_owned(), toml::Value::Table(plan))].into_iter().collect();
    let config = network.path(&format!("{name}.toml"));
    std::fs::write(&config, toml::to_string(&file).unwrap()).unwrap();
    let mut command = command(&network.path("nobody"));
    command.args(["node", "--json", "--config"]).arg(config);
    command
}

/// Three key servers: each is started once to tell its public key, and then with the whole group.
fn key_servers(network: &Network) -> (Vec<Running>, Vec<String>) {
    let start = |number: usize, peers: &[(String, String)]| {
        let running = Running::start(key_server(network, &format!("key-{number}"), peers));
        assert_eq!(running.ready["ready"], true, "key server {number} runs");
        running
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let peers: Vec<(String, String)> = (1..=3)
        .map(|number| {
            let running = start(number, &[]);
            (text(&running.ready["public"]), text(&running.ready["secretStore"][0]))
        })
        .collect();
    let running = (1..=3).map(|number| start(number, &peers)).collect();
    (running, peers.into_iter().map(|(_, endpoint)| endpoint).collect())
}

/// The network's file with these key servers in place of its own.
fn with_key_servers(network: &Path, copy: &Path, servers: &[String]) {
    let mut file: toml::Table = std::fs::read_to_string(network).unwrap().parse().unwrap();
    let list = servers.iter().map(|s| s.as_str().into()).collect();
    file["services"].as_table_mut().unwrap().insert("secret_store".into(), toml::Value::Array(list));
    std::fs::write(copy, toml::to_string(&file).unwrap()).unwrap();
}

#[test]
fn a_dead_key_server_is_tolerated() {
    let network = Network::starts(0);
    let (mut servers, endpoints) = key_servers(&network);
    let file = network.path("with-key-servers.toml");
    with_key_servers(&network.file(), &file, &endpoints);
    let publisher = Person::on(&file).with_account(0);
    let serving = publisher.serves();
    let content = "a\n1\n";
    let first = publisher.publishes(&publisher.file("a.csv", content), "Sold with two of three", "4");
    let second = publisher.publishes(&publisher.file("b.csv", content), "Not sold with one of three", "4");
    let buyer = Person::on(&file).with_account(10);

    // One dies, the one that is asked first; the two others know enough.
    servers.remove(0).dies();
    buyer.types(&["buy", &first]).ok();
    assert_eq!(buyer.reads(&first), content);
    assert_eq!(buyer.balance(), "6");

    // With one alone nothing can be opened: that is said before any money moves.
    servers.remove(0).dies();
    let told = buyer.types(&["buy", &second]);
    assert_eq!(told.error(), "unreachable", "{told:?}");
    let message = told.json["error"]["message"].as_str().unwrap();
    assert!(message.contains("key servers") && message.contains("No money was taken"), "{message}");
    assert_eq!(buyer.balance(), "6");
    drop((servers, serving));
}

/// The disk fails at each write with which a key server makes its identity: once it is well the server starts, and is then
/// the same for good.
#[test]
fn a_key_server_whose_identity_could_not_be_written_starts_once_the_disk_is_well() {
    let network = Network::starts(0);
    for first in 1.. {
        let name = format!("alone-{first}");
        let seen = network.path(&format!("seen-{first}"));
        let mut failing = key_server(&network, &name, &[]);
        failing.env("LD_PRELOAD", faults()).env("NEUSTON_FAULT_UNDER", network.path(&name));
        failing.env("NEUSTON_FAULT_FIRST", first.to_string()).env("NEUSTON_FAULT_SEEN", &seen);
        let running = Running::start(failing);
        let (said, failed) = (running.ready.clone(), seen.exists());
        running.ends();
        assert_eq!(said["ready"] == true, !failed, "failure {first}: {said}");

        let publics = [(); 2].map(|()| {
            let running = Running::start(key_server(&network, &name, &[]));
            let said = running.ready.clone();
            running.ends();
            assert_eq!(said["ready"], true, "failure {first}: {said}");
            said["public"].clone()
        });
        assert_eq!(publics[0], publics[1]);
        if !failed {
            assert!(first > 3, "it writes, makes that durable, and puts it in its place");
            assert_eq!(publics[0], said["public"]);
            break;
        }
    }
}

/// One request over TCP, by hand: the status and the JSON that came.
pub(crate) fn asks(method: &str, url: &str, body: Option<&Value>) -> (u16, Value) {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(crate::person::PATIENCE)).unwrap();
    let head = format!("{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    let kind = format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all((head + &kind).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_else(|_| body.into()))
}

#[test]
fn a_node_is_a_network_for_whoever_speaks_its_protocols() {
    let network = Network::starts(0);
    let ready = &network.running.ready;
    let at = |name: &str| ready[name].as_str().unwrap().to_owned();
    let publisher = Person::on(&network.file()).with_account(0);
    let serving = publisher.serves();
    let did = publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Seen from outside", "4");

    // The chain: JSON-RPC.
    let rpc = |method: &str, params: Value| {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let (status, answer) = asks("POST", &at("rpc"), Some(&request));
        assert_eq!(status, 200, "{answer}");
        answer["result"].clone()
    };
    assert_eq!(rpc("eth_chainId", json!([])), "0x2324");
    let newest = rpc("eth_getBlockByNumber", json!(["latest", false]));
    assert_eq!(rpc("eth_getBlockByHash", json!([newest["hash"], false]))["number"], newest["number"]);

    // The catalogue: the listing by its number, in the list of all, and by a query.
    let assets = format!("{}/assets/ddo", at("aquarius"));
    let (status, document) = asks("GET", &format!("{assets}/{did}"), None);
    assert_eq!((status, &document["id"]), (200, &did.as_str().into()), "{document}");
    assert!(!document.to_string().contains("a.csv\",\"path"), "where the file is stays with its publisher");
    let (status, all) = asks("GET", &format!("{}/assets", at("aquarius")), None);
    assert_eq!((status, &all["ids"]), (200, &json!([did])), "{all}");
    let query = json!({"query": {"text": ["outside"]}, "page": 1, "offset": 10});
    let (status, found) = asks("POST", &format!("{assets}/query"), Some(&query));
    assert_eq!((status, &found["results"][0]["id"]), (200, &did.as_str().into()), "{found}");

    // What nobody may: change a listing, read a file, or get a key, without being who may.
    assert_eq!(asks("DELETE", &format!("{assets}/{did}"), None).0 / 100, 4);
    assert_eq!(asks("GET", &format!("{assets}/{did}"), None).0, 200, "it is still there");
    let nobody = "0x00000000000000000000000000000000000000aa";
    let consume = format!(
        "{}/services/consume?serviceAgreementId={}&consumerAddress={nobody}&url=x",
        at("brizo"),
        did.replace("did:op:", "0x")
    );
    assert_eq!(asks("GET", &consume, None).0 / 100, 4);
    let key = format!("{}/shadow/{}/{}", ready["secretStore"][0].as_str().unwrap(), &did[7..], "ab".repeat(65));
    assert_eq!(asks("GET", &key, None).0 / 100, 4);
    serving.ends();
}

/// Contracts that several operators run: the command line deploys them, and the file says who governs.
#[test]
fn operators_govern_what_was_deployed_for_them() {
    let network = Network::starts(0);
    let key = network.path("deployer.key");
    std::fs::write(&key, "0x1111111111111111111111111111111111111111111111111111111111111111\n").unwrap();
    let out = network.path("governed.toml");
    let deploy = |owners: &str, required: &str| {
        let mut command = command(&network.path("nobody"));
        command.args(["contracts", "deploy", "--json", "--rpc", network.running.ready["rpc"].as_str().unwrap()]);
        command.args(["--governed", owners, "--required", required, "--key-file"]).arg(&key).arg("--out").arg(&out);
        command.output().unwrap()
    };
    let owners = [1, 2, 3].map(|digit| format!("0x{}", digit.to_string().repeat(40)));
    let refused = deploy(&owners.join(","), "4");
    assert!(!refused.status.success() && !out.exists());
    let told: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!(told["error"]["code"], "invalid");

    let done = deploy(&owners.join(","), "2");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let told: Value = serde_json::from_slice(&done.stdout).unwrap();
    let file: toml::Table = std::fs::read_to_string(&out).unwrap().parse().unwrap();
    for name in ["Governance", "EscrowReward", "EscrowAccessSecretStoreTemplate", "ThresholdCondition"] {
        assert_eq!(told["contracts"][name].as_str(), file["contracts"][name].as_str(), "{name}");
    }
}
