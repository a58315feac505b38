//! Who owns a listing: the chain says so.

use async_trait::async_trait;
use keeper::Keeper;
use protocol::{Address, Checksum, Did};

/// What the chain says of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    /// Its owner.
    pub owner: Address,
    /// The checksum of its present version.
    pub checksum: Checksum,
}

/// The chain could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("the chain does not answer")]
pub struct OwnershipError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Says who owns a listing.
#[async_trait]
pub trait Ownership: Send + Sync {
    /// The listing's registration; `None` where it has none.
    async fn registered(&self, did: Did) -> Result<Option<Registered>, OwnershipError>;
}

/// Asks the DID registry.
pub struct KeeperOwnership(Keeper);

impl KeeperOwnership {
    /// Over a connection to the chain.
    pub fn new(keeper: Keeper) -> Self {
        Self(keeper)
    }
}

#[async_trait]
impl Ownership for KeeperOwnership {
    async fn registered(&self, did: Did) -> Result<Option<Registered>, OwnershipError> {
        let register = self.0.did_register(did).await.map_err(|e| OwnershipError(e.into()))?;
        Ok(register.map(|r| Registered { owner: r.owner, checksum: r.checksum }))
    }
}
