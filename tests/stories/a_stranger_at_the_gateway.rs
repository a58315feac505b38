//! Somebody whom nobody knows, at the gateway of a node: what he lists is his, and what is on the node's own machine is not.

use crate::{
    network::{Network, command},
    person::{PATIENCE, Running},
    stranger::Stranger,
};
use keeper::ConditionState;
use protocol::{
    Address, AgreementId, Signer, Vodka,
    conditions::AccessTerms,
    ddo::{Endpoints, ListingDraft, files::file_list_json},
    metadata::FileInfo,
    templates::ACCESS,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use transport::{Http, Limits, Request, Resolver, Url};

const SECRET: &str = "what only this machine sees";

/// A server of the node's machine, and how often it was asked.
fn neighbour() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            count.fetch_add(1, Ordering::SeqCst);
            // Whoever goes away before the answer wants none.
            let _ = stream.read(&mut [0; 4096]);
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n", SECRET.len());
            let _ = stream.write_all(format!("{head}connection: close\r\n\r\n{SECRET}").as_bytes());
        }
    });
    (format!("http://{at}/inside"), asked)
}

fn draft(owner: Address, gateway: Address, escrow: Address, link: &str) -> ListingDraft {
    let at = "2026-01-02T03:04:05Z".to_owned();
    let file = FileInfo { content_type: "text/plain".to_owned(), url: Some(link.to_owned()), ..FileInfo::default() };
    ListingDraft {
        did: None,
        name: "Whatever is there".to_owned(),
        kind: "dataset".to_owned(),
        author: "A stranger".to_owned(),
        license: "CC0".to_owned(),
        price: Vodka::ZERO,
        date_created: at.clone(),
        files: vec![file],
        description: "A link into somebody else's network.".to_owned(),
        tags: vec![],
        categories: vec![],
        copyright_holder: None,
        in_language: None,
        work_example: None,
        update_frequency: None,
        links: vec![],
        more: BTreeMap::new(),
        owner,
        endpoints: Endpoints::logical(&gateway, "http://127.0.0.1:5000", "http://127.0.0.1:12001"),
        template: ACCESS.into(),
        escrow_contract: escrow,
        time_locks: [0; 3],
        time_outs: [0, 400, 0],
        access_timeout: 0,
        salt: [7; 16],
        created: at.clone(),
        updated: at,
    }
}

/// The stranger lists a link with the node's gateway, gets it as its first buyer, and fetches it: the status, and what came.
async fn fetches(ready: &Value, link: &str) -> (u16, String) {
    let at = |name: &str, path: &str| format!("{}{path}", ready[name].as_str().unwrap());
    let http = Http::new(Resolver::none(), Limits::trusted());
    let stranger = Stranger::on(Path::new(ready["networkFile"].as_str().unwrap())).await;
    let about = http.send(Request::get(at("brizo", ""))).await.unwrap();
    let about = about.json::<Value>(1 << 16).await.unwrap();
    let gateway: Address = about["provider-address"].as_str().unwrap().parse().unwrap();
    let (contracts, me) = (stranger.keeper.contracts(), stranger.account.address());

    let draft = draft(me, gateway, contracts.escrow_reward, link);
    let list = json!({ "id": draft.did(), "document": file_list_json(&draft.files) });
    let encrypted = http.send(Request::post(at("brizo", "/services/encrypt")).json(&list)).await.unwrap();
    assert_eq!(encrypted.status, 201);
    // The gateway knows the list already: what the document carries of it is not opened here.
    let built = draft.build(&[7; 64]).unwrap().sign(&stranger.account).unwrap();
    let catalogue = at("aquarius", "/assets/ddo");
    stranger.calls(&contracts.register_attribute(built.did, built.checksum, &[gateway], &catalogue)).await;
    let document = Request::post(catalogue).header("content-type", "application/json").body(built.bytes.clone());
    assert_eq!(http.send(document).await.unwrap().status, 201);

    let terms = AccessTerms {
        agreement: AgreementId([9; 32]),
        did: built.did,
        template: ACCESS.into(),
        provider: gateway,
        consumer: me,
        owner: me,
        price: Vodka::ZERO,
        time_locks: [0; 3],
        time_outs: [0, 400, 0],
        escrow_contract: contracts.escrow_reward,
        lock_contract: contracts.lock_reward,
        access_contract: contracts.access_secret_store,
    };
    stranger.calls(&contracts.create_agreement(&terms)).await;
    stranger.calls(&contracts.lock_reward(&terms)).await;
    let opened = async {
        let mut blocks = stranger.keeper.blocks();
        while stranger.keeper.condition(terms.ids().access).await.unwrap().state != ConditionState::Fulfilled {
            blocks.changed().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, opened).await.expect("the gateway opens what is free");

    let (agreement, consumer) = (terms.agreement.hex(), me.hex());
    let asked = [("serviceAgreementId", agreement.as_str()), ("consumerAddress", consumer.as_str()), ("url", link)];
    let url = Url::parse_with_params(&at("brizo", "/services/consume"), asked).unwrap();
    let told = http.send(Request::get(url)).await.unwrap();
    (told.status, told.text(1 << 16).await.unwrap())
}

#[test]
fn a_stranger_s_link_does_not_lead_into_the_node_s_own_network() {
    let network = Network::starts(0);
    let (link, asked) = neighbour();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (status, told) = runtime.block_on(fetches(&network.running.ready, &link));
    assert_eq!(status, 500, "{told}");
    assert!(!told.contains(SECRET), "{told}");
    assert_eq!(asked.load(Ordering::SeqCst), 0, "nobody was asked");

    // Whoever runs a node for people who may read what is there says so.
    let folder = tempfile::Builder::new().prefix("n").tempdir().unwrap();
    let mut command = command(folder.path());
    command.args(["node", "--listen", "127.0.0.1:0", "--block-time", "0", "--private-links", "--data"]);
    command.arg(folder.path().join("node"));
    let open = Running::start(command);
    let told = runtime.block_on(fetches(&open.ready, &link));
    assert_eq!(told, (200, SECRET.to_owned()));
}
