//! What the chain remembers of an account: from it alone a library or a list of own listings is rebuilt.

use crate::{Keeper, KeeperError, KeeperEvent, LogFilter};
use protocol::{Address, AgreementId, Did, event_topics::topic};
use std::collections::BTreeSet;

/// An agreement an account is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastAgreement {
    /// The agreement.
    pub agreement: AgreementId,
    /// The block of its creation.
    pub created_at: u64,
}

/// An access that was granted to an account. Check the condition's state: released contracts say so too late, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastGrant {
    /// The agreement.
    pub agreement: AgreementId,
    /// The listing.
    pub did: Did,
    /// The block of the grant.
    pub block: u64,
}

impl Keeper {
    /// Agreements of the store in which an account is an actor, whichever, oldest first, from a block on. Those that template
    /// contracts of v0.1 created have no actors there.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn agreements_of(&self, actor: Address, since: u64) -> Result<Vec<PastAgreement>, KeeperError> {
        let filter = LogFilter::of(self.contracts().agreement_store, topic::AGREEMENT_ACTOR_ADDED)
            .with_address(2, actor)
            .since(since);
        let mut found = Vec::new();
        for log in self.logs(&filter).await? {
            if let Some(KeeperEvent::AgreementActorAdded { agreement, .. }) = self.contracts().event(&log)? {
                found.push(PastAgreement { agreement, created_at: log.block });
            }
        }
        Ok(found)
    }

    /// Accesses granted to an account, oldest first, from a block on.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn grants_of(&self, grantee: Address, since: u64) -> Result<Vec<PastGrant>, KeeperError> {
        let filter = LogFilter::of(self.contracts().access_secret_store, topic::ACCESS_FULFILLED)
            .with_address(3, grantee)
            .since(since);
        let mut found = Vec::new();
        for log in self.logs(&filter).await? {
            if let Some(KeeperEvent::AccessGranted { agreement, did, .. }) = self.contracts().event(&log)? {
                found.push(PastGrant { agreement, did, block: log.block });
            }
        }
        Ok(found)
    }

    /// Listings an account owns now: registered by it or transferred to it, and not given away since.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn listings_of(&self, owner: Address) -> Result<Vec<Did>, KeeperError> {
        let registry = self.contracts().did_registry;
        let mut candidates = BTreeSet::new();
        let registered = LogFilter::of(registry, topic::DID_ATTRIBUTE_REGISTERED).with_address(2, owner);
        for log in self.logs(&registered).await? {
            if let Some(KeeperEvent::DidRegistered { did, .. }) = self.contracts().event(&log)? {
                candidates.insert(did);
            }
        }
        // Nothing of a transfer is indexed: all of them are looked through.
        for log in self.logs(&LogFilter::of(registry, topic::DID_OWNERSHIP_TRANSFERRED)).await? {
            if let Some(KeeperEvent::DidOwnershipTransferred { did, to, .. }) = self.contracts().event(&log)?
                && to == owner
            {
                candidates.insert(did);
            }
        }
        let mut owned = Vec::new();
        for did in candidates {
            if self.did_register(did).await?.is_some_and(|register| register.owner == owner) {
                owned.push(did);
            }
        }
        Ok(owned)
    }
}
