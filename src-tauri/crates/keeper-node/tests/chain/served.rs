//! Over HTTP and WebSocket.

use crate::support::*;
use alloy_primitives::{B256, TxKind, U256};
use futures_util::{SinkExt, StreamExt};
use keeper_node::{Chain, router};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

type Socket = WebSocketStream<tokio::net::TcpStream>;

async fn serve(chain: &Chain) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = router(chain.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn connect(address: SocketAddr) -> Socket {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    client_async(format!("ws://{address}/"), stream).await.unwrap().0
}

async fn next(socket: &mut Socket) -> Value {
    let message = tokio::time::timeout(Duration::from_secs(30), socket.next()).await.expect("a message comes");
    serde_json::from_str(message.unwrap().unwrap().to_text().unwrap()).unwrap()
}

async fn say(socket: &mut Socket, id: u64, method: &str, params: Value) {
    let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    socket.send(Message::text(request.to_string())).await.unwrap();
}

#[tokio::test]
async fn http_answers_posts() {
    let address = serve(&chain()).await;
    let client = reqwest::Client::new();
    let post = |body: String| client.post(format!("http://{address}/")).body(body).send();
    let answer = post(json!({"id": 1, "method": "eth_chainId"}).to_string()).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({"jsonrpc": "2.0", "id": 1, "result": "0x2324"}));
    let answer: Value = post("{nonsense".to_owned()).await.unwrap().json().await.unwrap();
    assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32700), &Value::Null));
    let batch = json!([{"id": 1, "method": "eth_chainId"}, {"id": 2, "method": "eth_blockNumber"}]);
    let answer: Value = post(batch.to_string()).await.unwrap().json().await.unwrap();
    assert_eq!(answer[1]["result"], "0x0");
    assert_eq!(post(json!({"method": "eth_chainId"}).to_string()).await.unwrap().status(), 204);
    assert_eq!(post(" ".repeat(4 * 1024 * 1024 + 1)).await.unwrap().status(), 413);
    assert_eq!(client.get(format!("http://{address}/")).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn a_socket_answers_and_tells_what_was_subscribed_to() {
    let chain = chain();
    let account = Account::new("broadcaster");
    let setup = chain.clone();
    let (tool, account) = tokio::task::spawn_blocking(move || (deploy(&setup, &account, 0), account)).await.unwrap();
    let mut socket = connect(serve(&chain).await).await;
    say(&mut socket, 1, "eth_blockNumber", json!([])).await;
    assert_eq!(next(&mut socket).await, json!({"jsonrpc": "2.0", "id": 1, "result": "0x1"}));
    let topic = B256::from(U256::from(5)).to_string();
    for (id, params) in [
        (2, json!(["newHeads"])),
        (3, json!(["logs", {"address": tool.to_string(), "topics": [topic]}])),
        (4, json!(["newPendingTransactions"])),
        // web3.js 1 asks for it; there is never anything to tell.
        (5, json!(["syncing"])),
    ] {
        say(&mut socket, id, "eth_subscribe", params).await;
        assert_eq!(next(&mut socket).await["result"], json!(format!("{:#x}", id - 1)));
    }
    let (raw, hash) = account.legacy(1, TxKind::Call(tool), words(&[2, 5, 1, 9]));
    let answer = chain.request(json!({"id": 1, "method": "eth_sendRawTransaction", "params": [raw.to_string()]})).await;
    assert_eq!(answer["result"], json!(hash.to_string()));
    let told = next(&mut socket).await;
    assert_eq!(told["method"], "eth_subscription");
    assert_eq!(told["params"], json!({"subscription": "0x3", "result": hash.to_string()}));
    let head = next(&mut socket).await;
    assert_eq!(head["params"]["subscription"], "0x1");
    let log = next(&mut socket).await;
    assert_eq!(log["params"]["subscription"], "0x2");
    say(&mut socket, 5, "eth_getBlockByNumber", json!(["0x2", false])).await;
    let block = next(&mut socket).await;
    for (field, value) in head["params"]["result"].as_object().unwrap() {
        assert_eq!(block["result"][field], *value, "{field}");
    }
    say(&mut socket, 6, "eth_getLogs", json!([{}])).await;
    assert_eq!(next(&mut socket).await["result"], json!([log["params"]["result"]]));

    for id in ["0x1", "0x4"] {
        say(&mut socket, 7, "eth_unsubscribe", json!([id])).await;
        assert_eq!(next(&mut socket).await["result"], true);
    }
    say(&mut socket, 8, "eth_unsubscribe", json!(["0x1"])).await;
    assert_eq!(next(&mut socket).await["error"]["code"], -32000);
    say(&mut socket, 9, "eth_subscribe", json!(["weather"])).await;
    assert_eq!(next(&mut socket).await["error"]["code"], -32601);
    say(&mut socket, 9, "eth_subscribe", json!(["logs", {"fromBlock": "pending"}])).await;
    assert_eq!(next(&mut socket).await["error"]["message"], "pending logs are not supported");
    // A log of another topic: only the transaction itself is told now.
    let (raw, hash) = account.legacy(2, TxKind::Call(tool), words(&[2, 6, 1, 9]));
    chain.request(json!({"id": 1, "method": "eth_sendRawTransaction", "params": [raw.to_string()]})).await;
    assert_eq!(next(&mut socket).await["params"]["result"], json!(hash.to_string()));
    say(&mut socket, 10, "eth_chainId", json!([])).await;
    assert_eq!(next(&mut socket).await["id"], 10);
    socket.send(Message::text("{")).await.unwrap();
    assert_eq!(next(&mut socket).await["error"]["code"], -32700);
}

#[tokio::test]
async fn the_head_is_seen_after_it_can_be_read() {
    let chain = chain();
    let mut head = chain.head();
    let account = Account::new("herald");
    let writer = chain.clone();
    let writing = tokio::task::spawn_blocking(move || {
        for nonce in 0..20 {
            send(&writer, account.legacy(nonce, TxKind::Call(account.address()), words(&[])));
        }
    });
    while head.borrow_and_update().number < 20 {
        let seen = *head.borrow();
        let block = chain.request(json!({"id": 1, "method": "eth_getBlockByHash", "params": [seen.hash, false]})).await;
        assert_eq!(number(&block["result"]["number"]), seen.number);
        tokio::time::timeout(Duration::from_secs(30), head.changed()).await.unwrap().unwrap();
    }
    writing.await.unwrap();
}

#[tokio::test]
async fn a_closed_chain_refuses_to_write() {
    let chain = chain();
    let other = chain.clone();
    chain.close().await;
    let (raw, _) = Account::new("late").legacy(0, TxKind::Create, tool());
    let answer = other.request(json!({"id": 1, "method": "eth_sendRawTransaction", "params": [raw.to_string()]})).await;
    assert_eq!(answer["error"]["message"], "the chain is closed");
}
