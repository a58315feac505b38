//! What a gateway owes without being asked: agreements that buyers created on the chain themselves are served too.
//! The chain's events only say where to look; the machine reads the state.

use crate::{
    error::Refusal,
    gateway::Gateway,
    listing::is_of,
    store::{Store, StoreError, Waiting},
};
use agreement::publisher::{self, Sale, State};
use keeper::{AgreementOnChain, Batch, Cursor, Follower, Keeper, KeeperError, KeeperEvent};
use protocol::{Address, AgreementId, conditions::AccessTerms, ddo::ServiceKind};
use runner::{DriveError, publisher_id};
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// Blocks that must be left before the deadline when a grant is signed.
pub(crate) const GRANT_MARGIN: u64 = 2;
/// Blocks after a grant after which the payment is taken even without a delivery.
pub(crate) const GRACE: u64 = 20;
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Agreements that are looked at again in one round, at most: meanwhile nobody follows the chain.
const ROUND: u32 = 100;
/// Blocks after which all nodes have what one of them told, beside those that make it count. What none has then was of a
/// fork.
const SETTLED: u64 = 64;
/// Blocks for which a listing's document is waited for, where the agreement has no time of its own, or a longer one.
const DOCUMENT: u64 = 5_760;

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
    let mut sight = Sight::default();
    let mut rounds = Rounds::new(decide(&gateway, ROUND).await);
    let mut follower = Follower::new(gateway.inner.keeper.clone(), cursor);
    loop {
        let batch = tokio::select! {
            () = cancel.cancelled() => return,
            batch = follower.next() => batch,
            // Blocks come faster than this: the moment stands, however often it is waited for anew.
            () = sleep_until(rounds.next), if rounds.left || sight.is_unkept() => {
                let kept = sight.keep(&gateway.inner.store).await;
                rounds.later(decide(&gateway, ROUND).await, kept.is_err());
                continue;
            }
        };
        match batch {
            Ok(batch) => {
                sight.add(&batch, us);
                // On disk before it is decided on: a catalogue that is away for a while costs nobody an agreement.
                match sight.keep(&gateway.inner.store).await {
                    Ok(false) => {}
                    Ok(true) => rounds.news(decide(&gateway, 0).await),
                    Err(error) => tracing::error!(%error, "the gateway could not note how far it has come"),
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the chain does not answer");
                tokio::select! {
                    () = cancel.cancelled() => return,
                    () = sleep(PAUSE) => {}
                }
            }
        }
    }
}

/// What was seen on the chain and is not on disk yet. How far the chain was followed is never on disk without it.
#[derive(Debug, Default)]
struct Sight {
    cursor: Option<Cursor>,
    seen: Vec<Waiting>,
}

impl Sight {
    fn add(&mut self, batch: &Batch, us: Address) {
        let ours = |seen: &keeper::Seen| {
            let agreement = of_provider(&seen.event, us)?;
            Some(Waiting { agreement, block: seen.log.block })
        };
        self.seen.extend(batch.events.iter().filter_map(ours));
        self.cursor = Some(batch.cursor);
    }

    fn is_unkept(&self) -> bool {
        self.cursor.is_some()
    }

    /// Puts it on disk; whether any agreement is among it. Where that fails it is kept here for the next time.
    async fn keep(&mut self, store: &Store) -> Result<bool, StoreError> {
        let Some(cursor) = self.cursor else { return Ok(false) };
        store.set_cursor(cursor.block, cursor.hash, self.seen.clone()).await?;
        let news = !self.seen.is_empty();
        *self = Self::default();
        Ok(news)
    }
}

/// When what is not decided on is looked at again: soon after news, then less and less often.
struct Rounds {
    left: bool,
    pause: Duration,
    next: Instant,
}

impl Rounds {
    fn new(Round { left, .. }: Round) -> Self {
        Self { left, pause: PAUSE, next: Instant::now() + PAUSE }
    }

    /// After what is new was looked at. What waited before does not wait longer for that.
    fn news(&mut self, Round { left, .. }: Round) {
        let soon = Instant::now() + PAUSE;
        self.next = if self.left { self.next.min(soon) } else { soon };
        self.left = left;
        self.pause = PAUSE;
    }

    /// After one more round; `failed` where the disk did not take what was seen.
    fn later(&mut self, Round { left, moved }: Round, failed: bool) {
        self.left = left;
        // Where something was decided, what is behind it may be, too.
        self.pause = if moved && !failed { PAUSE } else { (self.pause * 2).min(LONGEST_PAUSE) };
        self.next = Instant::now() + self.pause;
    }
}

/// What came of looking at what waits.
#[derive(Debug, Clone, Copy)]
struct Round {
    /// Whether something has to be looked at again.
    left: bool,
    /// Whether something was decided on.
    moved: bool,
}

fn of_provider(event: &KeeperEvent, us: Address) -> Option<AgreementId> {
    match event {
        KeeperEvent::AgreementActorAdded { agreement, actor, .. } if *actor == us => Some(*agreement),
        KeeperEvent::AgreementCreatedV01 { agreement, provider, .. } if *provider == us => Some(*agreement),
        _ => None,
    }
}

/// Takes on what was seen on the chain, or decides not to: what is new, and so many at most of what was looked at before.
async fn decide(gateway: &Gateway, old: u32) -> Round {
    let store = &gateway.inner.store;
    let failed = |error: StoreError| tracing::error!(%error, "the gateway's store failed");
    let mut moved = false;
    for seen in store.waiting(old).await.map_err(failed).unwrap_or_default() {
        let agreement = seen.agreement;
        let decided = match take(gateway, seen).await {
            Ok(decided) => decided,
            Err(Refusal::Failed(why) | Refusal::Behind(why)) => {
                tracing::warn!(%why, %agreement, "an agreement on the chain waits");
                false
            }
            Err(error) => {
                tracing::info!(%error, %agreement, "an agreement on the chain is not served");
                true
            }
        };
        let noted = if decided { store.decided(agreement).await } else { store.looked(agreement).await };
        let noted = noted.map_err(failed).is_ok();
        moved |= decided && noted;
    }
    // Where the store does not say, there may be.
    Round { left: store.is_anything_waiting().await.map_err(failed).unwrap_or(true), moved }
}

/// What a record under an agreement's id says of the agreement that is on the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is of this very agreement, or came to an end with which nothing is to be done.
    Decided,
    /// It is of this very agreement, which the gateway is about to create itself: that may fail still.
    Begun,
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
        State::Requested { .. } | State::Creating { .. } => Standing::Begun,
        State::Seen { .. }
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

/// Takes on an agreement that somebody else created, if it is not known yet. Whether it is decided on: else it is looked at
/// again.
async fn take(gateway: &Gateway, Waiting { agreement, block }: Waiting) -> Result<bool, Refusal> {
    let id = publisher_id(agreement);
    let failed = |e: DriveError| Refusal::Failed(e.to_string());
    let driver = &gateway.inner.driver;
    let known = driver.load(&id).await.map_err(failed)?;
    let keeper = gateway.inner.keeper.agreed().await?;
    let head = *gateway.inner.keeper.blocks().borrow();
    let Some(on_chain) = keeper.agreement(agreement).await? else {
        // Whoever is asked may be behind the one that told of it.
        return match head > block.saturating_add(keeper.confirmations()).saturating_add(SETTLED) {
            true => Err(Refusal::Unknown("it is not on the chain".to_owned())),
            false => Ok(false),
        };
    };
    let standing = known.as_ref().map(|known| standing(known, &on_chain));
    if matches!(standing, Some(Standing::Decided | Standing::Begun | Standing::Open)) {
        // Whoever posted it may have gone away before it was driven.
        gateway.spawn(agreement);
    }
    match standing {
        Some(Standing::Decided) => return Ok(true),
        Some(Standing::Begun) => return Ok(false),
        Some(Standing::Open) => return Err(Refusal::Failed("a request of other terms holds its id".to_owned())),
        Some(Standing::Over) | None => {}
    }
    let consumer = on_chain.actors.iter().find(|a| **a != gateway.provider()).copied();
    let consumer = consumer.ok_or_else(|| Refusal::Unknown("it has no buyer".to_owned()))?;
    let version = match gateway.version(on_chain.did).await {
        // Whoever is asked may not know yet that the listing is ours.
        Err(Refusal::Unknown(why)) if head <= on_chain.created_at.saturating_add(SETTLED) => {
            return Err(Refusal::Behind(why));
        }
        Err(Refusal::Behind(why)) => {
            return match head > waits_until(&keeper, &on_chain).await? {
                true => Err(Refusal::Unknown(why)),
                false => Err(Refusal::Behind(why)),
            };
        }
        version => version?,
    };
    let offered = version.ddo.services_of(&ServiceKind::Access).filter(|s| s.template == Some(on_chain.template));
    let offered = offered.filter_map(|s| Some((s.index, gateway.terms(&version, s, agreement, consumer).ok()?)));
    let (service, terms) = fitting(offered.collect(), &on_chain)
        .ok_or_else(|| Refusal::Unknown("the listing has no such service".to_owned()))?;
    let sale = Sale { terms, service, version: version.checksum.hex(), grant_margin: GRANT_MARGIN, grace: GRACE };
    let state = State::seen(sale);
    let begun = match known {
        None => driver.begin(&state).await,
        // It was looked at under these terms and refused: nothing is different now.
        Some(State::Refused { sale, reason: publisher::Refusal::Mismatch { .. } }) if sale == *state.sale() => {
            return Ok(true);
        }
        Some(_) => driver.begin_anew(&state).await,
    };
    // Where somebody posted this id meanwhile, it is looked at again.
    begun.map_err(failed)?;
    gateway.spawn(agreement);
    Ok(true)
}

/// The last block in which a listing's document is waited for: nothing could be opened after the agreement's time.
async fn waits_until(keeper: &Keeper, on_chain: &AgreementOnChain) -> Result<u64, KeeperError> {
    let mut blocks = DOCUMENT;
    // An agreement about access has three; what has more is none that is served.
    for id in on_chain.conditions.iter().take(3) {
        let condition = keeper.condition(*id).await?;
        if condition.type_ref == keeper.contracts().access_secret_store && condition.time_out != 0 {
            blocks = blocks.min(condition.time_out);
        }
    }
    Ok(on_chain.created_at.saturating_add(blocks))
}

/// Of the services that are offered under an agreement's template, the one that it was made for; else the first, of which the
/// machine finds out that it is not.
fn fitting(offered: Vec<(u64, AccessTerms)>, on_chain: &AgreementOnChain) -> Option<(u64, AccessTerms)> {
    let place = offered.iter().position(|(_, terms)| is_of(terms, on_chain)).unwrap_or(0);
    offered.into_iter().nth(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use agreement::{Flaw, publisher::Accepted};
    use protocol::{Did, Hash32, TxHash, Vodka, tx::Log};

    fn sale(consumer: u8) -> Sale {
        samples::sale(1, consumer)
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
        use Standing::{Begun, Decided, Open, Over};
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
        // Its buyer's own. A creation that failed may have been made by the buyer instead, and one that is under way may fail.
        assert_eq!(standings(5), [Begun, Decided, Begun, Decided, Decided, Over, Decided, Decided, Decided]);
        // A stranger's, who posted the same id.
        assert_eq!(standings(9), [Open, Open, Open, Open, Over, Over, Decided, Decided, Decided]);
    }

    #[test]
    fn of_several_services_the_one_of_the_agreement_s_terms_is_sold() {
        let dear = sale(5).terms;
        let cheap = AccessTerms { price: Vodka::from_ocean(1), ..dear.clone() };
        let offered = || vec![(2, dear.clone()), (3, cheap.clone())];
        assert_eq!(fitting(offered(), &on_chain(&cheap)), Some((3, cheap.clone())));
        assert_eq!(fitting(offered(), &on_chain(&dear)), Some((2, dear.clone())));
        let neither = on_chain(&AccessTerms { price: Vodka::from_ocean(2), ..dear.clone() });
        assert_eq!(fitting(offered(), &neither), Some((2, dear.clone())), "looked at, and refused on record");
        assert_eq!(fitting(Vec::new(), &neither), None);
    }

    #[tokio::test]
    async fn what_the_disk_did_not_take_is_taken_with_what_comes_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gateway.db");
        let store = Store::open(&path).unwrap();
        let beside = rusqlite::Connection::open(&path).unwrap();
        let (us, agreement) = (Address([1; 20]), AgreementId([2; 32]));
        let batch = |block, events: Vec<keeper::Seen>| {
            let cursor = Cursor { block, hash: Some(Hash32([9; 32])) };
            Batch { rolled_back_to: None, events, blocks: Vec::new(), cursor, newest: block }
        };
        let event = KeeperEvent::AgreementActorAdded { agreement, actor: us, actor_type: Hash32::default() };
        let log = Log {
            address: Address([3; 20]),
            topics: Vec::new(),
            data: Vec::new(),
            block: 4,
            block_hash: Hash32::default(),
            tx: TxHash([5; 32]),
            index: 0,
        };
        beside.execute_batch("ALTER TABLE followed RENAME TO away").unwrap();
        let mut sight = Sight::default();
        sight.add(&batch(4, vec![keeper::Seen { event, log }]), us);
        assert!(sight.keep(&store).await.is_err());
        assert!(sight.is_unkept());
        beside.execute_batch("ALTER TABLE away RENAME TO followed").unwrap();
        sight.add(&batch(5, Vec::new()), us);
        assert!(sight.keep(&store).await.unwrap(), "an agreement is among it");
        assert_eq!(store.waiting(9).await.unwrap(), [Waiting { agreement, block: 4 }]);
        assert_eq!(store.cursor().await.unwrap().unwrap().0, 5);
        assert!(!sight.is_unkept() && !sight.keep(&store).await.unwrap(), "and no second time");
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_is_looked_at_less_and_less_often_until_something_is_decided() {
        let (stuck, moved) = (Round { left: true, moved: false }, Round { left: true, moved: true });
        let mut rounds = Rounds::new(stuck);
        let mut pauses = vec![rounds.next - Instant::now()];
        for (round, failed) in [(stuck, false), (stuck, false), (moved, false), (moved, true)] {
            rounds.later(round, failed);
            pauses.push(rounds.next - Instant::now());
        }
        assert_eq!(pauses.iter().map(Duration::as_secs).collect::<Vec<_>>(), [1, 2, 4, 1, 2]);
        for _ in 0..9 {
            rounds.later(stuck, false);
        }
        assert_eq!(rounds.next - Instant::now(), LONGEST_PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn news_put_off_nothing_that_waits() {
        let stuck = Round { left: true, moved: false };
        let mut rounds = Rounds::new(stuck);
        let next = rounds.next;
        for _ in 0..9 {
            tokio::time::advance(PAUSE / 4).await;
            rounds.news(stuck);
        }
        assert_eq!(rounds.next, next);
        let mut idle = Rounds::new(Round { left: false, moved: true });
        tokio::time::advance(PAUSE * 4).await;
        idle.news(stuck);
        assert_eq!(idle.next - Instant::now(), PAUSE, "nothing waited before");
    }

    #[test]
    fn only_agreements_with_us_are_looked_at() {
        let (us, agreement) = (Address([1; 20]), AgreementId([2; 32]));
        let actor_type = Hash32::default();
        let added = |actor| KeeperEvent::AgreementActorAdded { agreement, actor, actor_type };
        assert_eq!(of_provider(&added(us), us), Some(agreement));
        assert_eq!(of_provider(&added(Address([3; 20])), us), None);
        let created = |provider| KeeperEvent::AgreementCreatedV01 {
            template: Address([4; 20]),
            agreement,
            did: Did([5; 32]),
            consumer: Address([6; 20]),
            provider,
            time_locks: Vec::new(),
            time_outs: Vec::new(),
        };
        assert_eq!(of_provider(&created(us), us), Some(agreement));
        assert_eq!(of_provider(&created(Address([3; 20])), us), None);
    }
}
