//! Our contracts on a chain that somebody else runs.

use crate::NodeError;
use keeper::Governed;
use protocol::{
    NetworkFile,
    network::{AgreementForm, Services},
};
use std::collections::BTreeMap;
use transport::{Http, JsonRpc, Limits, Resolver};
use wallet::ServiceKey;
use zeroize::Zeroizing;

/// Deploys the keeper contracts with a private key in hex and returns the network's file. With `governed` they stand
/// behind proxies that the operators own, and the key keeps nothing.
///
/// # Errors
/// [`NodeError`].
pub async fn deploy_contracts(
    rpc: &str,
    key_hex: &str,
    name: &str,
    governed: Option<&Governed>,
) -> Result<NetworkFile, NodeError> {
    let mut bytes = Zeroizing::new([0; 32]);
    let digits = key_hex.trim();
    hex::decode_to_slice(digits.strip_prefix("0x").unwrap_or(digits), bytes.as_mut_slice())
        .map_err(|_| NodeError::Identity)?;
    let key = protocol::SecretKey::from_bytes(&bytes).map_err(|_| NodeError::Identity)?;
    let signer = ServiceKey::from_key(key)?;
    let http = Http::new(Resolver::none(), Limits::trusted());
    let json_rpc = JsonRpc::connect(rpc.parse()?, &http);
    let chain_id = keeper::chain_id(&json_rpc).await?;
    let contracts = match governed {
        None => keeper::deploy(&json_rpc, &signer).await?,
        Some(governed) => keeper::deploy_governed(&json_rpc, &signer, governed).await?,
    };
    let contracts = contracts.to_map();
    Ok(NetworkFile {
        agreements: AgreementForm::V02,
        name: name.to_owned(),
        chain_id,
        rpc: vec![rpc.to_owned()],
        confirmations: 1,
        block_time_ms: 0,
        currency: "OCEAN".to_owned(),
        certificate_authorities: None,
        contracts,
        fees: protocol::network::Fees::default(),
        services: Services::default(),
        gateways: BTreeMap::new(),
    })
}
