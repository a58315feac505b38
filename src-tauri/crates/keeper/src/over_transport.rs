//! The house's JSON-RPC client as this crate's connection.

use crate::{
    logs::WireLog,
    nodes::{NodeAddress, Nodes},
    rpc::{Rpc, RpcFault},
};
use async_trait::async_trait;
use futures_util::{StreamExt, stream::BoxStream};
use protocol::NetworkFile;
use serde_json::Value;
use std::sync::Arc;
use transport::{Endpoint, EndpointError, Http, JsonRpc, RpcError, TransportError};

impl Nodes {
    /// The addresses of a network file. Nothing is sent yet.
    ///
    /// # Errors
    /// [`EndpointError`] where one is no address.
    pub fn of_network(network: &NetworkFile, http: &Http) -> Result<Self, EndpointError> {
        let addresses = network.rpc.iter().map(|text| {
            let endpoint: Endpoint = text.parse()?;
            let (name, voice) = (name(&endpoint), voice(&endpoint));
            Ok(NodeAddress { name, voice, rpc: Arc::new(JsonRpc::connect(endpoint, http)) })
        });
        Ok(Self::new(addresses.collect::<Result<_, EndpointError>>()?, network.chain_id, network.block_time_ms))
    }
}

/// The address without user, path and query, which may hold secrets.
fn name(endpoint: &Endpoint) -> String {
    match endpoint {
        Endpoint::Http(url) | Endpoint::Https(url) | Endpoint::Ws(url) | Endpoint::Wss(url) => {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
        }
        Endpoint::Unix { socket, .. } => format!("unix:{}", socket.display()),
        Endpoint::Pipe { name, .. } => format!("pipe:{name}"),
    }
}

/// Addresses of one host are one node with several doors; on this machine each port is one.
fn voice(endpoint: &Endpoint) -> String {
    match endpoint {
        Endpoint::Http(url) | Endpoint::Https(url) | Endpoint::Ws(url) | Endpoint::Wss(url) => {
            let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
            match url.port_or_known_default().filter(|_| is_this_machine(&host)) {
                Some(port) => format!("{host}:{port}"),
                None => host,
            }
        }
        other => name(other),
    }
}

fn is_this_machine(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}

fn fault(error: RpcError) -> RpcFault {
    match error {
        RpcError::Response { code, message, data } => RpcFault::Refused { code, message, data },
        RpcError::Busy { after } => RpcFault::Busy { after },
        RpcError::Form(what) => RpcFault::Form(what),
        RpcError::Transport(TransportError::TooLarge { .. }) => RpcFault::TooLarge,
        RpcError::Transport(error) => RpcFault::Unreachable(Box::new(error)),
    }
}

#[async_trait]
impl Rpc for JsonRpc {
    async fn request(&self, method: &str, params: Value) -> Result<Value, RpcFault> {
        self.call(method, params).await.map_err(fault)
    }

    async fn logs(&self, params: Value) -> Result<Vec<WireLog>, RpcFault> {
        self.call("eth_getLogs", params).await.map_err(fault)
    }

    async fn subscribe(&self, params: Value) -> Result<BoxStream<'static, Value>, RpcFault> {
        if !self.can_subscribe() {
            return Err(RpcFault::NoSubscription);
        }
        Ok(JsonRpc::subscribe(self, params).await.map_err(fault)?.boxed())
    }

    fn is_local(&self) -> bool {
        match self.endpoint() {
            Endpoint::Http(url) | Endpoint::Https(url) | Endpoint::Ws(url) | Endpoint::Wss(url) => {
                url.host_str().is_some_and(is_this_machine)
            }
            Endpoint::Unix { .. } | Endpoint::Pipe { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_addresses_of_one_host_are_one_voice_and_secrets_are_not_named() {
        let of = |text: &str| text.parse::<Endpoint>().unwrap();
        assert_eq!(voice(&of("https://chain.example/key")), voice(&of("wss://CHAIN.example:8546/ws")));
        assert_ne!(voice(&of("https://a.example")), voice(&of("https://b.example")));
        assert_ne!(voice(&of("http://127.0.0.1:8545")), voice(&of("http://127.0.0.1:8546")));
        assert_eq!(voice(&of("http://127.0.0.1:8545")), voice(&of("ws://127.0.0.1:8545/ws")));
        assert_eq!(name(&of("https://user:word@chain.example:444/v3/secret?k=1")), "https://chain.example:444");
    }
}
