//! The same over real connections: a Unix socket, HTTP and a WebSocket of a served chain.

use crate::support::{Account, CHAIN_ID, World, network};
use keeper::{Keeper, KeeperError};
use keeper_node::{Chain, Genesis, router};
use protocol::Signer;
use tokio_util::sync::CancellationToken;
use transport::{Endpoint, Http, JsonRpc, Limits, Listen, Resolver, serve};

fn client(endpoint: Endpoint) -> JsonRpc {
    JsonRpc::connect(endpoint, &Http::new(Resolver::none(), Limits::trusted()))
}

/// Deploys, watches blocks without any nudge, and sends.
async fn trade_over(rpc: JsonRpc, chain: Chain) {
    let owner = Account::new(1);
    assert_eq!(keeper::chain_id(&rpc).await.unwrap(), CHAIN_ID);
    let contracts = keeper::deploy(&rpc, &owner).await.unwrap();
    let keeper = Keeper::connect(rpc, &network(&contracts)).await.unwrap();
    assert!(keeper.check().await.unwrap().safe_for_payments);
    let mut blocks = keeper.blocks();
    let before = *blocks.borrow_and_update();
    let request = serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": "evm_mine", "params": []});
    chain.request(request).await;
    blocks.wait_for(|newest| *newest > before).await.unwrap();

    let call = contracts.request_tokens(5).unwrap();
    let nonce = keeper.nonce(owner.address).await.unwrap();
    let tx = owner.sign_tx(&keeper.prepare(owner.address, &call, nonce).await.unwrap()).unwrap();
    let hash = keeper.broadcast(&tx).await.unwrap();
    let block = keeper.receipt(hash).await.unwrap().unwrap().block;
    blocks.wait_for(|newest| *newest >= block).await.unwrap();
    let refused = keeper.estimate(owner.address, &contracts.transfer(owner.address, u64_max())).await.unwrap_err();
    assert_eq!(refused.reason(), Some("ERC20InsufficientBalance"));
}

fn u64_max() -> protocol::Vodka {
    protocol::Vodka::from_ocean(u64::MAX)
}

fn chain() -> Chain {
    let mut genesis = Genesis::new(CHAIN_ID, Account::new(1).address);
    genesis.mining.evm_mine = true;
    Chain::in_memory(genesis).unwrap()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn over_a_unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, shutdown) = (chain(), CancellationToken::new());
    let listen = Listen::Unix(folder.path().join("chain.sock"));
    let served = serve(&listen, router(chain.clone()), shutdown.clone()).await.unwrap();
    let rpc = client(served.endpoint().clone());
    assert!(rpc.can_subscribe());
    trade_over(rpc, chain).await;
    shutdown.cancel();
    served.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_and_over_a_websocket() {
    let (http, shutdown) = (chain(), CancellationToken::new());
    let listen: Listen = "127.0.0.1:0".parse().unwrap();
    let served = serve(&listen, router(http.clone()), shutdown.clone()).await.unwrap();
    trade_over(client(served.endpoint().clone()), http).await;

    let chain = chain();
    let socket = serve(&listen, router(chain.clone()), shutdown.clone()).await.unwrap();
    let address = socket.endpoint().to_string().replace("http://", "ws://");
    trade_over(client(address.parse().unwrap()), chain).await;
    shutdown.cancel();
    served.ended().await;
    socket.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_no_revert() {
    let world = World::new().await;
    let endpoint: Endpoint = "unix:/nowhere/chain.sock".parse().unwrap();
    let gone = Keeper::connect(client(endpoint), &network(&world.contracts)).await.unwrap_err();
    assert!(matches!(gone, KeeperError::Rpc(keeper::RpcFault::Unreachable(_))), "{gone:?}");
}
