//! What a gateway owes without being asked: agreements that buyers created on the chain themselves are served too.
//! The chain's events only say where to look; the machine reads the state.

use crate::{error::Refusal, gateway::Gateway, listing::is_of};
use agreement::publisher::{self, Sale, State};
use keeper::{AgreementOnChain, Cursor, Follower, KeeperEvent};
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

/// What a record under an agreement's id says of the agreement that is on the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is of this very agreement, or came to an end with which nothing is to be done.
    Decided,
    /// It is of other terms, and not known yet to be over: anybody may post an id that he saw on its way to the chain.
    Open,
    /// It came to nothing, and the agreement is there without it.
    Over,
}

fn standing(known: &State, on_chain: &AgreementOnChain) -> Standing {
    let same = is_of(&known.sale().terms, on_chain);
    match known {
        State::Refused { reason: publisher::Refusal::CreateFailed { .. }, .. } => Standing::Over,
        State::Refused { reason: publisher::Refusal::Mismatch { .. }, .. } if !same => Standing::Over,
        State::Requested { .. } | State::Seen { .. } | State::Creating { .. } | State::Created { .. } if !same => {
            Standing::Open
        }
        State::Requested { .. }
        | State::Seen { .. }
        | State::Creating { .. }
        | State::Created { .. }
        | State::Rehashing { .. }
        | State::Granting { .. }
        | State::Granted { .. }
        | State::Releasing { .. }
        | State::Released { .. }
        | State::Refused { .. }
        | State::Expired { .. } => Standing::Decided,
    }
}

/// Takes on an agreement that somebody else created, if it is not known yet.
async fn take(gateway: &Gateway, agreement: AgreementId) -> Result<(), Refusal> {
    let id = publisher_id(agreement);
    let failed = |e: DriveError| Refusal::Failed(e.to_string());
    let driver = &gateway.inner.driver;
    let known = driver.load(&id).await.map_err(failed)?;
    let on_chain = match gateway.inner.keeper.agreed().await?.agreement(agreement).await? {
        Some(on_chain) => on_chain,
        None if known.is_some() => return Ok(()),
        None => return Err(Refusal::Unknown("it is not on the chain".to_owned())),
    };
    let standing = known.as_ref().map(|known| standing(known, &on_chain));
    if matches!(standing, Some(Standing::Decided | Standing::Open)) {
        // Whoever posted it may have gone away before it was driven.
        gateway.spawn(agreement);
    }
    match standing {
        Some(Standing::Decided) => return Ok(()),
        Some(Standing::Open) => return Err(Refusal::Failed("a request of other terms holds its id".to_owned())),
        Some(Standing::Over) | None => {}
    }
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
    let state = State::seen(sale);
    let begun = match known {
        None => driver.begin(&state).await,
        // It was looked at under these terms and refused: nothing is different now.
        Some(State::Refused { sale, reason: publisher::Refusal::Mismatch { .. } }) if sale == *state.sale() => {
            return Ok(());
        }
        Some(_) => driver.begin_anew(&state).await,
    };
    // Where somebody posted this id meanwhile, it is looked at again.
    begun.map_err(failed)?;
    gateway.spawn(agreement);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use agreement::{Flaw, publisher::Accepted};
    use protocol::{Did, TemplateId, Vodka, conditions::AccessTerms};

    fn sale(consumer: u8) -> Sale {
        let terms = AccessTerms {
            agreement: AgreementId([1; 32]),
            did: Did([2; 32]),
            template: TemplateId([3; 32]).into(),
            provider: Address([4; 20]),
            consumer: Address([consumer; 20]),
            owner: Address([6; 20]),
            price: Vodka::from_ocean(7),
            time_locks: [0; 3],
            time_outs: [0, 100, 0],
            escrow_contract: Address([10; 20]),
            lock_contract: Address([11; 20]),
            access_contract: Address([12; 20]),
        };
        Sale { terms, service: 1, version: "0x00".to_owned(), grant_margin: 10, grace: 20 }
    }

    fn on_chain(terms: &AccessTerms) -> AgreementOnChain {
        AgreementOnChain {
            did: terms.did,
            did_owner: terms.owner,
            template: terms.template,
            conditions: terms.ids().v02().to_vec(),
            // As squid-js has them.
            actors: vec![terms.consumer, terms.provider],
            created_by: terms.consumer,
            created_at: 5,
        }
    }

    #[test]
    fn a_request_of_other_terms_does_not_stand_for_the_agreement_that_is_on_the_chain() {
        use Standing::{Decided, Open, Over};
        let found = on_chain(&sale(5).terms);
        let states = |consumer: u8| {
            let sale = || sale(consumer);
            let accepted = Accepted { created_at: 5, deadline: None };
            [
                State::Requested { sale: sale() },
                State::Seen { sale: sale() },
                State::Creating { sale: sale(), failed: None },
                State::Created { sale: sale(), accepted },
                State::Refused { sale: sale(), reason: publisher::Refusal::Mismatch { flaw: Flaw::Actors } },
                State::Refused { sale: sale(), reason: publisher::Refusal::CreateFailed { reason: "no".into() } },
                State::Refused { sale: sale(), reason: publisher::Refusal::Changed { reason: "no".into() } },
                State::Granted { sale: sale(), accepted, granted_at: 6 },
                State::Expired { sale: sale(), at: 6 },
            ]
        };
        let standings = |consumer| states(consumer).map(|known| standing(&known, &found));
        // Its buyer's own. A creation that failed may have been made by the buyer instead.
        assert_eq!(standings(5), [Decided, Decided, Decided, Decided, Decided, Over, Decided, Decided, Decided]);
        // A stranger's, who posted the same id.
        assert_eq!(standings(9), [Open, Open, Open, Open, Over, Over, Decided, Decided, Decided]);
    }

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
