//! Contracts behind proxies: which code they run, and who can change it (EIP-1967).

use crate::{
    Keeper, KeeperError,
    bindings::{GOVERNANCE_DEPLOYED_BYTECODE, KEEPERPROXY_DEPLOYED_BYTECODE},
    convert::{address, h160},
    rpc::ask,
};
use ethers::{
    contract::abigen,
    types::{Bytes, H160, H256},
};
use protocol::Address;
use serde_json::json;

/// `keccak256("eip1967.proxy.implementation") - 1`.
const CODE_SLOT: &str = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
/// `keccak256("eip1967.proxy.admin") - 1`.
const ADMIN_SLOT: &str = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103";

/// Where the constructor of KeeperProxy writes its admin into the code: first byte, length. From the artifact.
const PROXY_WRITTEN: &[(usize, usize)] = &[(16, 32)];
/// Where the constructor of OceanToken writes its cap.
pub(crate) const TOKEN_WRITTEN: &[(usize, usize)] = &[(515, 32), (2565, 32)];

abigen!(ProxyAdmin, r#"[function owner() view returns (address)]"#);

/// What stands behind a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proxy {
    /// The contract whose code it runs.
    pub code: Address,
    /// The ProxyAdmin, the only one it takes another code from.
    pub admin: Address,
    /// Who owns the ProxyAdmin: whoever this is can change everything.
    pub owner: Address,
}

/// Whether a contract's code is this, but for what its constructor wrote into it.
pub(crate) fn same_code(found: &[u8], ours: &[u8], written: &[(usize, usize)]) -> bool {
    let is_written = |place: usize| written.iter().any(|(start, length)| (*start..start + length).contains(&place));
    found.len() == ours.len()
        && found.iter().zip(ours).enumerate().all(|(place, (found, ours))| found == ours || is_written(place))
}

impl Keeper {
    pub(crate) async fn code(&self, at: Address) -> Result<Bytes, KeeperError> {
        Ok(ask(self.rpc(), "eth_getCode", json!([h160(at), "latest"])).await?)
    }

    /// The proxy at this address; `None` where the code there is not our proxy's.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn proxy(&self, at: Address) -> Result<Option<Proxy>, KeeperError> {
        let code = self.code(at).await?;
        if !same_code(&code, &KEEPERPROXY_DEPLOYED_BYTECODE, PROXY_WRITTEN) {
            return Ok(None);
        }
        let (code, admin) = tokio::try_join!(self.slot(at, CODE_SLOT), self.slot(at, ADMIN_SLOT))?;
        let owner = ProxyAdmin::new(h160(admin), self.provider()).owner().legacy().call().await?;
        Ok(Some(Proxy { code, admin, owner: address(owner) }))
    }

    async fn slot(&self, at: Address, slot: &str) -> Result<Address, KeeperError> {
        let word: H256 = ask(self.rpc(), "eth_getStorageAt", json!([h160(at), slot, "latest"])).await?;
        Ok(address(H160::from(word)))
    }

    /// Whether our Governance is at this address.
    pub(crate) async fn is_governance(&self, at: Address) -> Result<bool, KeeperError> {
        Ok(self.code(at).await?.as_ref() == GOVERNANCE_DEPLOYED_BYTECODE.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::hash::keccak256;
    use serde_json::Value;

    #[test]
    fn the_slots_are_those_of_the_standard() {
        for (name, slot) in [("eip1967.proxy.implementation", CODE_SLOT), ("eip1967.proxy.admin", ADMIN_SLOT)] {
            let mut hash = keccak256(name);
            // Neither ends with a zero byte.
            hash[31] -= 1;
            assert_eq!(slot, protocol::Hash32(hash).hex());
        }
    }

    #[test]
    fn what_constructors_write_is_where_the_artifacts_say() {
        for (artifact, written) in [
            (include_str!("../../../../contracts/artifacts/KeeperProxy.json"), PROXY_WRITTEN),
            (include_str!("../../../../contracts/artifacts/OceanToken.json"), TOKEN_WRITTEN),
        ] {
            let artifact: Value = serde_json::from_str(artifact).unwrap();
            let said: Vec<(usize, usize)> = serde_json::from_value(artifact["writtenByConstructor"].clone()).unwrap();
            assert_eq!(said, written);
        }
    }

    #[test]
    fn code_is_compared_but_for_what_was_written() {
        let written = &[(1, 2)];
        assert!(same_code(&[1, 9, 9, 4], &[1, 0, 0, 4], written));
        assert!(!same_code(&[2, 9, 9, 4], &[1, 0, 0, 4], written));
        assert!(!same_code(&[1, 9, 9, 5], &[1, 0, 0, 4], written));
        assert!(!same_code(&[1, 9, 9], &[1, 0, 0, 4], written));
    }
}
