//! What a gateway owes without being asked: agreements that buyers created on the chain themselves are served too.
//! The chain's events only say where to look; the machine reads the state.

use crate::{error::Refusal, gateway::Gateway};
use agreement::publisher::{Sale, State};
use keeper::{Cursor, Follower, KeeperEvent};
use protocol::{Address, AgreementId, ddo::ServiceKind};
use runner::{DriveError, publisher_id};
use std::time::Duration;

/// Blocks that must be left before the deadline when a grant is signed.
pub(crate) const GRANT_MARGIN: u64 = 2;
/// Blocks after a grant after which the payment is taken even without a delivery.
pub(crate) const GRACE: u64 = 20;
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Follows the chain until the gateway ends.
pub(crate) async fn follow(gateway: Gateway) {
    let cursor = match gateway.inner.store.cursor().await {
        Ok(Some((block, hash))) => Cursor { block, hash: Some(hash) },
        Ok(None) => Cursor::START,
        Err(error) => {
            tracing::error!(%error, "the gateway does not know how far it had come; it begins anew");
            Cursor::START
        }
    };
    let cancel = gateway.inner.cancel.clone();
    let us = gateway.provider();
    let (mut undecided, mut pause) = (decide(&gateway).await, PAUSE);
    let mut follower = Follower::new(gateway.inner.keeper.clone(), cursor);
    loop {
        let batch = tokio::select! {
            () = cancel.cancelled() => return,
            batch = follower.next() => batch,
            () = tokio::time::sleep(pause), if undecided => {
                undecided = decide(&gateway).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
                continue;
            }
        };
        match batch {
            Ok(batch) => {
                let found: Vec<AgreementId> =
                    batch.events.iter().filter_map(|seen| of_provider(&seen.event, us)).collect();
                // On disk before it is decided on: a catalogue that is away for a while costs nobody an agreement.
                let news = !found.is_empty();
                if let Err(error) = gateway.inner.store.set_cursor(batch.cursor.block, batch.cursor.hash, found).await {
                    tracing::error!(%error, "the gateway could not note how far it has come");
                }
                if news {
                    undecided = decide(&gateway).await;
                    pause = PAUSE;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the chain does not answer");
                tokio::select! {
                    () = cancel.cancelled() => return,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }
}

fn of_provider(event: &KeeperEvent, us: Address) -> Option<AgreementId> {
    match event {
        KeeperEvent::AgreementActorAdded { agreement, actor, .. } if *actor == us => Some(*agreement),
        KeeperEvent::AgreementCreatedV01 { agreement, provider, .. } if *provider == us => Some(*agreement),
        _ => None,
    }
}

/// Takes on what was seen on the chain, or decides not to. Whether something has to be looked at again.
async fn decide(gateway: &Gateway) -> bool {
    let store = &gateway.inner.store;
    let waiting = match store.waiting().await {
        Ok(waiting) => waiting,
        Err(error) => {
            tracing::error!(%error, "the gateway's store failed");
            return true;
        }
    };
    let mut again = false;
    for agreement in waiting {
        match take(gateway, agreement).await {
            Ok(()) => {}
            Err(Refusal::Failed(why)) => {
                tracing::warn!(%why, %agreement, "an agreement on the chain waits");
                again = true;
                continue;
            }
            Err(error) => tracing::info!(%error, %agreement, "an agreement on the chain is not served"),
        }
        if let Err(error) = store.decided(agreement).await {
            tracing::error!(%error, "the gateway's store failed");
            again = true;
        }
    }
    again
}

/// Takes on an agreement that somebody else created, if it is not known yet.
async fn take(gateway: &Gateway, agreement: AgreementId) -> Result<(), Refusal> {
    let id = publisher_id(agreement);
    let failed = |e: DriveError| Refusal::Failed(e.to_string());
    if gateway.inner.driver.load(&id).await.map_err(failed)?.is_some() {
        return Ok(());
    }
    let on_chain = gateway.inner.keeper.agreed().await?.agreement(agreement).await?;
    let on_chain = on_chain.ok_or_else(|| Refusal::Unknown("it is not on the chain".to_owned()))?;
    let consumer = on_chain.actors.iter().find(|a| **a != gateway.provider()).copied();
    let consumer = consumer.ok_or_else(|| Refusal::Unknown("it has no buyer".to_owned()))?;
    let version = gateway.version(on_chain.did).await?;
    let service = version.ddo.services_of(&ServiceKind::Access).find(|s| s.template == Some(on_chain.template));
    let service = service.ok_or_else(|| Refusal::Unknown("the listing has no such service".to_owned()))?;
    let terms = gateway.terms(&version, service, agreement, consumer)?;
    let sale = Sale {
        terms,
        service: service.index,
        version: version.checksum.hex(),
        grant_margin: GRANT_MARGIN,
        grace: GRACE,
    };
    match gateway.inner.driver.begin(&State::seen(sale)).await {
        Ok(_) => {
            gateway.spawn(agreement);
            Ok(())
        }
        Err(DriveError::Exists(_)) => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_agreements_with_us_are_looked_at() {
        let (us, agreement) = (Address([1; 20]), AgreementId([2; 32]));
        let actor_type = protocol::Hash32::default();
        let added = |actor| KeeperEvent::AgreementActorAdded { agreement, actor, actor_type };
        assert_eq!(of_provider(&added(us), us), Some(agreement));
        assert_eq!(of_provider(&added(Address([3; 20])), us), None);
        let created = |provider| KeeperEvent::AgreementCreatedV01 {
            template: Address([4; 20]),
            agreement,
            did: protocol::Did([5; 32]),
            consumer: Address([6; 20]),
            provider,
            time_locks: Vec::new(),
            time_outs: Vec::new(),
        };
        assert_eq!(of_provider(&created(us), us), Some(agreement));
        assert_eq!(of_provider(&created(Address([3; 20])), us), None);
    }
}
