//! Logical gateway hosts: `0x….gateway.neuston.internal` to where that gateway is now.

use crate::{Endpoint, EndpointError, TransportError};
use protocol::{Address, NetworkFile};
use reqwest::Url;
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

/// What follows the provider's address in a logical host.
const SUFFIX: &str = ".gateway.neuston.internal";

/// Knows where the gateways of a network are. Cheap to clone; clones share what is set later.
#[derive(Debug, Clone, Default)]
pub struct Resolver {
    gateways: Arc<RwLock<BTreeMap<Address, Endpoint>>>,
}

impl Resolver {
    /// Knows no gateways.
    pub fn none() -> Self {
        Self::default()
    }

    /// Knows the gateways of a network file.
    pub fn of(network: &NetworkFile) -> Result<Self, EndpointError> {
        let gateways = network.gateways.iter().map(|(provider, at)| Ok((*provider, at.parse()?)));
        let gateways: BTreeMap<_, _> = gateways.collect::<Result<_, EndpointError>>()?;
        Ok(Self { gateways: Arc::new(RwLock::new(gateways)) })
    }

    /// Sets where a gateway is, now and in every clone.
    pub fn set(&self, provider: Address, at: Endpoint) {
        self.gateways.write().unwrap_or_else(PoisonError::into_inner).insert(provider, at);
    }

    /// Where a gateway is.
    pub fn gateway(&self, provider: &Address) -> Option<Endpoint> {
        self.gateways.read().unwrap_or_else(PoisonError::into_inner).get(provider).cloned()
    }

    /// The provider that a host stands for, if it is a logical one.
    pub fn provider_of(host: &str) -> Option<Result<Address, EndpointError>> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let name = host.strip_suffix(SUFFIX)?;
        let address = match name.strip_prefix("0x") {
            Some(digits) if digits.len() == 40 => name.parse().ok(),
            _ => None,
        };
        Some(address.ok_or_else(|| EndpointError::Form { text: host.clone(), why: "no provider's address".to_owned() }))
    }

    /// The endpoint of an address after logical hosts are replaced. The request's path follows the gateway's base.
    pub(crate) fn resolve(&self, address: &str) -> Result<Endpoint, TransportError> {
        let endpoint: Endpoint = address.parse()?;
        let (Endpoint::Http(url) | Endpoint::Https(url) | Endpoint::Ws(url) | Endpoint::Wss(url)) = &endpoint else {
            return Ok(endpoint);
        };
        match url.host_str().and_then(Self::provider_of) {
            None => Ok(endpoint),
            Some(provider) => {
                let provider = provider?;
                let at = self.gateway(&provider).ok_or(TransportError::UnknownGateway(provider))?;
                Ok(at.join(&path_and_query(url)).parse()?)
            }
        }
    }
}

/// Path and query of a URL as they are sent.
pub(crate) fn path_and_query(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}
