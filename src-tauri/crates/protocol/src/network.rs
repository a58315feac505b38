//! The network file: all that is needed to join a network (`docs/network-file.md` explains each line).

use crate::Address;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A network as its file says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkFile {
    /// What people call it.
    pub name: String,
    /// The chain's id.
    pub chain_id: u64,
    /// JSON-RPC endpoints in order of preference: `http(s)://`, `ws(s)://`, `unix:/path`.
    pub rpc: Vec<String>,
    /// Blocks after which a transaction counts; 1 is its own block.
    #[serde(default = "one")]
    pub confirmations: u64,
    /// Milliseconds between blocks; 0 where a block is made when there is a transaction.
    #[serde(default)]
    pub block_time_ms: u64,
    /// The token's name for people.
    #[serde(default = "ocean")]
    pub currency: String,
    /// Certificates (PEM) of authorities that vouch for the network's servers, beside those whom each computer trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_authorities: Option<String>,
    /// How agreements are kept there.
    #[serde(default, skip_serializing_if = "AgreementForm::is_usual")]
    pub agreements: AgreementForm,
    /// Contract addresses by the names of keeper-contracts; absent ones are features that are off.
    #[serde(default)]
    pub contracts: BTreeMap<String, Address>,
    /// What is paid for transactions at most.
    #[serde(default, skip_serializing_if = "Fees::is_usual")]
    pub fees: Fees,
    /// The services.
    #[serde(default)]
    pub services: Services,
    /// Logical gateway (the provider's address) to the endpoint where it is.
    #[serde(default)]
    pub gateways: BTreeMap<Address, String>,
}

/// How a network keeps agreements (PROTOCOL 2.5, 12 D2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgreementForm {
    /// In the store, from templates that are entries of another: keeper-contracts 0.13 and ours.
    #[default]
    #[serde(rename = "v0.2")]
    V02,
    /// From templates that are contracts: up to keeper-contracts 0.12.
    #[serde(rename = "v0.1")]
    V01,
}

impl AgreementForm {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// What is paid for one transaction at most, whatever a node asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fees {
    /// Gas.
    pub max_gas: u64,
    /// gwei (10^9 wei) for one gas.
    pub max_gwei: u64,
}

impl Fees {
    /// wei for one gas at most.
    pub fn max_price(&self) -> u128 {
        u128::from(self.max_gwei) * 1_000_000_000
    }

    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Fees {
    fn default() -> Self {
        Self { max_gas: 5_000_000, max_gwei: 1_000 }
    }
}

/// Where the services of a network are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Services {
    /// Catalogues, searched together; the first is published to.
    #[serde(default)]
    pub aquarius: Vec<String>,
    /// The gateway for publishers who run none of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brizo: Option<String>,
    /// That gateway's account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brizo_address: Option<Address>,
    /// Key servers.
    #[serde(default)]
    pub secret_store: Vec<String>,
    /// Watch-towers, which take money back for buyers who are away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watchtower: Vec<String>,
}

fn one() -> u64 {
    1
}

fn ocean() -> String {
    "OCEAN".to_owned()
}

/// Why a text is no network file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkFileError {
    /// Not TOML of this form; the message names the line.
    #[error("this is no network file: {0}")]
    Form(String),
    /// A network without an address of its chain.
    #[error("the network file names no rpc address")]
    NoRpc,
}

impl NetworkFile {
    /// Reads the file's text.
    pub fn from_toml(text: &str) -> Result<Self, NetworkFileError> {
        let file: Self = toml::from_str(text).map_err(|e| NetworkFileError::Form(e.to_string()))?;
        if file.rpc.is_empty() { Err(NetworkFileError::NoRpc) } else { Ok(file) }
    }

    /// Writes the file's text.
    pub fn to_toml(&self) -> Result<String, NetworkFileError> {
        toml::to_string(self).map_err(|e| NetworkFileError::Form(e.to_string()))
    }

    /// The host name that stands for a gateway in every listing; resolved by [`NetworkFile::gateways`] alone.
    pub fn gateway_host(provider: &Address) -> String {
        format!("{}.gateway.neuston.internal", provider.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_file_reads_back_as_written() {
        let text = "name = \"spree\"\nchain_id = 8996\nrpc = [\"http://127.0.0.1:8545\"]\n[contracts]\nOceanToken = \"0x012578f9381e876A9E2a9111Dfd436FF91A451ae\"\n[services]\naquarius = [\"http://127.0.0.1:5000\"]\n";
        let file = NetworkFile::from_toml(text).unwrap();
        assert_eq!((file.confirmations, file.currency.as_str()), (1, "OCEAN"));
        assert_eq!(NetworkFile::from_toml(&file.to_toml().unwrap()).unwrap(), file);
        assert!(matches!(NetworkFile::from_toml("name = 1"), Err(NetworkFileError::Form(_))));
        assert!(!file.to_toml().unwrap().contains("agreements"), "what is usual is not written");
        let old = text.replace("chain_id", "agreements = \"v0.1\"\nchain_id");
        let old = NetworkFile::from_toml(&old).unwrap();
        assert_eq!(old.agreements, AgreementForm::V01);
        assert_eq!(NetworkFile::from_toml(&old.to_toml().unwrap()).unwrap(), old);
    }

    #[test]
    fn the_example_of_the_documentation_is_read() {
        let document = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/network-file.md"));
        let example = document.split("```toml").nth(1).unwrap().split("```").next().unwrap();
        let file = NetworkFile::from_toml(example).unwrap();
        assert_eq!(file.fees, Fees { max_gas: 3_000_000, max_gwei: 200 });
        assert_eq!((file.contracts.len(), file.services.secret_store.len(), file.gateways.len()), (8, 3, 1));
        let misspelt = NetworkFile::from_toml(&example.replace("confirmations", "confirmation")).unwrap_err();
        assert!(misspelt.to_string().contains("confirmation"), "{misspelt}");
    }
}
