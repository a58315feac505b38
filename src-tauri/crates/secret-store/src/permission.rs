//! Who may retrieve a document key. Every node asks for itself.

use async_trait::async_trait;
use keeper::Keeper;
use protocol::{Address, Did};

/// The chain could not be asked, so nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("the chain could not be asked for permission")]
pub struct PermissionError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Decides who may retrieve.
#[async_trait]
pub trait Permission: Send + Sync {
    /// Whether this account may have the document key of this listing.
    async fn allowed(&self, requester: Address, id: Did) -> Result<bool, PermissionError>;
}

/// Asks `checkPermissions` of the AccessSecretStoreCondition contract at the latest block, of two nodes where there are
/// two.
pub struct ChainPermission(Keeper);

impl ChainPermission {
    /// Over this node's own connection to the chain.
    pub fn new(keeper: Keeper) -> Self {
        Self(keeper)
    }
}

#[async_trait]
impl Permission for ChainPermission {
    async fn allowed(&self, requester: Address, id: Did) -> Result<bool, PermissionError> {
        let allowed = async { self.0.agreed().await?.check_permissions(requester, id).await };
        allowed.await.map_err(|error| PermissionError(error.into()))
    }
}
