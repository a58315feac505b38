//! What a gateway owes without being asked: agreements that buyers created on the chain themselves are served too.
//! The chain's events only say where to look; the machine reads the state.

use crate::gateway::Gateway;
use agreement::publisher::{Sale, State};
use keeper::{Cursor, Follower, KeeperEvent};
use protocol::{AgreementId, ddo::ServiceKind};
use runner::{DriveError, publisher_id};
use std::time::Duration;

/// Blocks that must be left before the deadline when a grant is signed.
pub(crate) const GRANT_MARGIN: u64 = 2;
/// Blocks after a grant after which the payment is taken even without a delivery.
pub(crate) const GRACE: u64 = 20;
const PAUSE: Duration = Duration::from_secs(1);

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
    let mut follower = Follower::new(gateway.inner.keeper.clone(), cursor);
    loop {
        let batch = tokio::select! {
            () = cancel.cancelled() => return,
            batch = follower.next() => batch,
        };
        match batch {
            Ok(batch) => {
                for seen in batch.events {
                    if let KeeperEvent::AgreementActorAdded { agreement, actor, .. } = seen.event
                        && actor == gateway.provider()
                        && let Err(error) = take(&gateway, agreement).await
                    {
                        tracing::info!(%error, %agreement, "an agreement on the chain is not served");
                    }
                }
                if let Some(hash) = batch.cursor.hash
                    && let Err(error) = gateway.inner.store.set_cursor(batch.cursor.block, hash).await
                {
                    tracing::error!(%error, "the gateway could not note how far it has come");
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

/// Takes on an agreement that somebody else created, if it is not known yet.
async fn take(gateway: &Gateway, agreement: AgreementId) -> Result<(), crate::error::Refusal> {
    use crate::error::Refusal;
    let id = publisher_id(agreement);
    let failed = |e: DriveError| Refusal::Failed(e.to_string());
    if gateway.inner.driver.load(&id).await.map_err(failed)?.is_some() {
        return Ok(());
    }
    let on_chain = gateway.inner.keeper.agreement(agreement).await?;
    let on_chain = on_chain.ok_or_else(|| Refusal::Unknown("it is not on the chain".to_owned()))?;
    let consumer = on_chain.actors.iter().find(|a| **a != gateway.provider()).copied();
    let consumer = consumer.ok_or_else(|| Refusal::Unknown("it has no buyer".to_owned()))?;
    let version = gateway.version(on_chain.did).await?;
    let service = version
        .ddo
        .services_of(&ServiceKind::Access)
        .find(|s| s.template == Some(protocol::ddo::TemplateRef::Id(on_chain.template)));
    let service = service.ok_or_else(|| Refusal::Unknown("the listing has no such service".to_owned()))?;
    let terms = gateway.terms(&version, service, agreement, consumer)?;
    gateway.inner.store.pin(agreement, on_chain.did, version.checksum, service.index).await?;
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
