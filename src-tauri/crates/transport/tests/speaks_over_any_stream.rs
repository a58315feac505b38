//! The same requests over TCP and over a Unix socket; JSON-RPC over HTTP and WebSocket.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests are tests")]

use axum::{
    Json, Router,
    extract::{
        WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use transport::{Endpoint, Http, JsonRpc, Limits, Listen, Request, Resolver, RpcError, TransportError, serve};

fn answer(request: &Value) -> Value {
    match request["method"].as_str().unwrap() {
        "add" => {
            let sum: i64 = request["params"].as_array().unwrap().iter().map(|n| n.as_i64().unwrap()).sum();
            json!({ "jsonrpc": "2.0", "id": request["id"], "result": sum })
        }
        _ => json!({ "jsonrpc": "2.0", "id": request["id"], "error": { "code": -32601, "message": "no such method" } }),
    }
}

async fn rpc(Json(body): Json<Value>) -> Json<Value> {
    Json(match &body {
        // Answers of a batch may come in any order.
        Value::Array(calls) => calls.iter().rev().map(answer).collect(),
        one => answer(one),
    })
}

async fn upgrade(upgrade: WebSocketUpgrade) -> impl IntoResponse {
    upgrade.on_upgrade(converse)
}

async fn converse(mut socket: WebSocket) {
    while let Some(Ok(Message::Text(text))) = socket.recv().await {
        let request: Value = serde_json::from_str(&text).unwrap();
        if request["method"] == "eth_subscribe" {
            let told = json!({ "jsonrpc": "2.0", "id": request["id"], "result": "0x1" });
            socket.send(Message::text(told.to_string())).await.unwrap();
            for number in 1..=3 {
                let params = json!({ "subscription": "0x1", "result": number });
                let pushed = json!({ "jsonrpc": "2.0", "method": "eth_subscription", "params": params });
                socket.send(Message::text(pushed.to_string())).await.unwrap();
            }
        } else {
            socket.send(Message::text(answer(&request).to_string())).await.unwrap();
        }
    }
}

fn router() -> Router {
    Router::new()
        .route("/", post(rpc).get(upgrade))
        .route("/long", get(|| async { "x".repeat(5000) }))
        .route("/away", get(|| async { axum::response::Redirect::temporary("https://example.org/") }))
}

#[tokio::test]
async fn requests_are_answered_over_tcp_and_unix_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let stop = CancellationToken::new();
    let http = Http::new(Resolver::none(), Limits::hostile());
    for listen in [Listen::Tcp("127.0.0.1:0".parse().unwrap()), Listen::Unix(folder.path().join("s.sock"))] {
        let served = serve(&listen, router(), stop.clone()).await.unwrap();
        let rpc = JsonRpc::connect(served.endpoint().clone(), &http);
        assert_eq!(rpc.call::<i64>("add", [1, 2]).await.unwrap(), 3);
        let batch = rpc.batch(&[("add", json!([1])), ("nothing", json!([])), ("add", json!([4]))]).await.unwrap();
        assert_eq!(batch[0].as_ref().unwrap(), &json!(1));
        assert!(matches!(batch[1], Err(RpcError::Response { code: -32601, .. })));
        assert_eq!(batch[2].as_ref().unwrap(), &json!(4));

        let long = http.send(Request::get(served.endpoint().join("/long"))).await.unwrap();
        assert!(matches!(long.bytes(4999).await, Err(TransportError::TooLarge { max: 4999 })));
        let long = http.send(Request::get(served.endpoint().join("/long"))).await.unwrap();
        assert_eq!(long.text(5000).await.unwrap().len(), 5000);
    }
    stop.cancel();
}

#[tokio::test]
async fn a_subscription_brings_values_over_a_unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    let listen = Listen::Unix(folder.path().join("s.sock"));
    let served = serve(&listen, router(), CancellationToken::new()).await.unwrap();
    let rpc = JsonRpc::connect(served.endpoint().clone(), &Http::new(Resolver::none(), Limits::hostile()));
    let mut values = rpc.subscribe(["newHeads"]).await.unwrap();
    for number in 1..=3 {
        assert_eq!(values.next().await, Some(json!(number)));
    }
}

#[tokio::test]
async fn two_servers_do_not_share_a_socket_and_a_dead_one_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let listen = Listen::Unix(folder.path().join("s.sock"));
    let stop = CancellationToken::new();
    let first = serve(&listen, router(), stop.clone()).await.unwrap();
    let second = serve(&listen, router(), CancellationToken::new()).await;
    assert!(matches!(second, Err(TransportError::InUse(_))));
    stop.cancel();
    first.ended().await;
    // What a crash leaves behind: a socket that nobody answers.
    drop(std::os::unix::net::UnixListener::bind(folder.path().join("s.sock")).unwrap());
    serve(&listen, router(), CancellationToken::new()).await.expect("a dead socket is replaced");
}

#[tokio::test]
async fn a_listing_s_address_cannot_reach_this_machine() {
    let served = serve(&Listen::Tcp("127.0.0.1:0".parse().unwrap()), router(), CancellationToken::new()).await.unwrap();
    let links = Http::new(Resolver::none(), Limits::links());
    let Endpoint::Http(mut url) = served.endpoint().clone() else { panic!("tcp is http") };
    let refused = links.send(Request::get(url.to_string())).await;
    assert!(matches!(refused, Err(TransportError::Private(_))));
    url.set_host(Some("localhost")).unwrap();
    assert!(matches!(links.send(Request::get(url.to_string())).await, Err(TransportError::Private(_))));
}

#[tokio::test]
async fn a_redirect_to_another_scheme_is_not_followed() {
    let served = serve(&Listen::Tcp("127.0.0.1:0".parse().unwrap()), router(), CancellationToken::new()).await.unwrap();
    let http = Http::new(Resolver::none(), Limits::hostile());
    let sent = http.send(Request::get(served.endpoint().join("/away"))).await;
    assert!(matches!(sent, Err(TransportError::Redirect(_))), "{:?}", sent.map(|r| r.status));
}

#[tokio::test]
async fn a_gateway_is_found_by_its_logical_name_only() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(&Listen::Unix(folder.path().join("g.sock")), router(), CancellationToken::new()).await.unwrap();
    let provider = protocol::Address([7; 20]);
    let resolver = Resolver::none();
    let http = Http::new(resolver.clone(), Limits::hostile());
    let url = format!("http://{}/long?x=1", protocol::NetworkFile::gateway_host(&provider));
    let unknown = http.send(Request::get(&url)).await;
    assert!(matches!(unknown, Err(TransportError::UnknownGateway(p)) if p == provider));
    resolver.set(provider, served.endpoint().clone());
    assert_eq!(http.send(Request::get(&url)).await.unwrap().status, 200);
}
