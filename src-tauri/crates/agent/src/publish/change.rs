//! Changes of a listing: signed and on disk first, then on the chain, then in the catalogues. What a death, a lock or a
//! catalogue that is away interrupts goes on by itself: a chain that says one thing and a catalogue that says another would
//! keep buyers away.

use super::{
    Job, MOMENT, Publications, Waits, check,
    flow::{Halt, gateway_away, no_gateway, not_written},
    mine::missing,
};
use crate::{
    clock,
    core::{chain, outbox},
    describe, errors,
    policy::Action,
    store::{ListingChange, ListingRecord, StoreError},
};
use api::{ApiError, Code, ListingChanges, MyListing, Sentence, sentence};
use protocol::{
    Did, Signer,
    ddo::{Ddo, ListingDraft},
    hash::keccak256,
};
use runner::{Batch, Item, Key, Point};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedMutexGuard, broadcast};

/// One change of a listing at a time. Cheap to clone.
#[derive(Clone)]
pub(super) struct Turns {
    of: Arc<Mutex<HashMap<Did, Arc<tokio::sync::Mutex<()>>>>>,
    /// How attempts ended, for whoever asked for one.
    pub(super) attempts: broadcast::Sender<Attempt>,
}

/// How an attempt at a listing's changes ended.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    did: Did,
    /// The changes it was about, the newest last.
    changes: Vec<ChangeId>,
    ended: Result<(), ApiError>,
}

/// Whoever changes a listing waits so long for a change of it that is under way.
const PATIENCE: Duration = Duration::from_secs(10);

impl Turns {
    pub(super) fn new() -> Self {
        Self { of: Arc::default(), attempts: broadcast::channel(64).0 }
    }

    async fn of(&self, did: Did) -> OwnedMutexGuard<()> {
        let turn = self.of.lock().unwrap_or_else(PoisonError::into_inner).entry(did).or_default().clone();
        turn.lock_owned().await
    }

    /// The same for somebody who looks at a screen meanwhile.
    pub(super) async fn soon(&self, did: Did) -> Result<OwnedMutexGuard<()>, ApiError> {
        tokio::time::timeout(PATIENCE, self.of(did)).await.map_err(|_| {
            ApiError::new(
                Code::Busy,
                "A change of this listing is under way and waits for the network.",
                "It goes on by itself. Try again when it is done.",
            )
        })
    }
}

/// What no other change of a listing has. A listing can come back to what it said before, and the checksum is not about all
/// that it says.
type ChangeId = [u8; 32];

fn id(change: &ListingChange) -> ChangeId {
    keccak256(change.document.as_bytes())
}

/// The name of a change's registration.
fn key(did: Did, change: &ListingChange) -> Key {
    Key::other(format!("register:{did}:{}", hex::encode(id(change))))
}

impl Publications {
    /// Changes what a listing says. The number stays; the chain gets the new checksum with the full list of providers.
    ///
    /// # Errors
    /// Where nothing was changed, or where it goes on by itself and says so.
    pub(crate) async fn edit(&self, did: Did, changes: ListingChanges) -> Result<MyListing, ApiError> {
        let mut attempts = self.turns.attempts.subscribe();
        let own = self.keep_change(did, changes).await?;
        // It goes on whether or not somebody waits for it here.
        self.spawn(Job::Change(did));
        self.again.notify_waiters();
        self.ended(did, own, &mut attempts).await?;
        let row = self.core.store.listing(did).await.map_err(errors::store)?.ok_or_else(missing)?;
        let sales = match &self.core.gateway {
            Some(gateway) => gateway.sales().await.map_err(gateway_away)?,
            None => Vec::new(),
        };
        self.my_listing(row, &sales).await
    }

    /// Waits until a change has been tried, or is not kept any more: carried out or taken out by somebody else.
    async fn ended(
        &self,
        did: Did,
        own: ChangeId,
        attempts: &mut broadcast::Receiver<Attempt>,
    ) -> Result<(), ApiError> {
        loop {
            tokio::select! {
                () = self.core.cancel.cancelled() => return Err(errors::internal("the program is ending")),
                heard = attempts.recv() => if let Ok(attempt) = heard
                    && attempt.did == did
                    && attempt.changes.contains(&own)
                {
                    return attempt.ended;
                },
                () = tokio::time::sleep(MOMENT) => {}
            }
            let row = self.core.store.listing(did).await.map_err(errors::store)?.ok_or_else(missing)?;
            if !row.changes.iter().any(|change| id(change) == own) {
                return row.trouble.map_or(Ok(()), Err);
            }
        }
    }

    /// Signs a change and keeps it. One made while another is under way is made to what that one says.
    async fn keep_change(&self, did: Did, changes: ListingChanges) -> Result<ChangeId, ApiError> {
        let _turn = self.turns.soon(did).await?;
        let mut row = self.core.store.listing(did).await.map_err(errors::store)?.ok_or_else(missing)?;
        self.core.policy.allows(&Action::Change { did })?;
        self.core.gateway.as_ref().ok_or_else(no_gateway)?;
        let latest = row.changes.last().map_or(row.document.as_slice(), |change| change.document.as_bytes());
        let before = Ddo::parse(latest).map_err(|e| errors::internal(e.to_string()))?;
        let mut draft = ListingDraft::of(&before).map_err(|e| errors::internal(e.to_string()))?;
        let signer = self.core.signer_of(draft.owner)?;
        if let Some(name) = changes.name {
            draft.name = check::name(&name)?;
        }
        if let Some(description) = changes.description {
            draft.description = check::description(description)?;
        }
        if let Some(price) = changes.price {
            draft.price = check::price(&price)?;
        }
        if let Some(categories) = changes.categories {
            draft.categories = check::words("categories", categories)?;
        }
        if let Some(tags) = changes.tags {
            draft.tags = check::words("tags", tags)?;
        }
        draft.updated = clock::now_document();
        let encrypted = before.metadata().encrypted_files_bytes().unwrap_or_default();
        let built = draft.build(&encrypted).map_err(|e| not_written(&e))?.sign(signer.as_ref());
        let built = built.map_err(|e| errors::internal(e.to_string()))?;
        let document = String::from_utf8(built.bytes).map_err(|e| errors::internal(e.to_string()))?;
        let price = describe::price(&Ddo::parse(document.as_bytes()).map_err(|e| errors::internal(e.to_string()))?);
        let change = ListingChange { name: draft.name, price, checksum: built.checksum, document };
        let own = id(&change);
        row.changes.push(change);
        row.trouble = None;
        self.core.store.commit_listing(row, Point::ChangeKept).await.map_err(errors::store)?;
        Ok(own)
    }

    /// One attempt at the changes of a listing; what they wait for, where they have not ended.
    pub(super) async fn go_on_changing(&self, did: Did) -> Option<Waits> {
        let turn = self.turns.of(did).await;
        let kept = self.core.store.listing(did).await.ok().flatten();
        let changes = kept.map(|row| row.changes.iter().map(id).collect()).unwrap_or_default();
        let ended = self.change(did).await;
        drop(turn);
        let (waits, ended) = match ended {
            Ok(()) => (None, Ok(())),
            Err(Halt::Waits(error)) => (Some(Waits::of(&error)), Err(error)),
            Err(Halt::Ends(error)) => (None, Err(error)),
        };
        if let Err(error) = &ended {
            tracing::warn!(%error, %did, "the change of a listing is not in the catalogue");
        }
        // Nobody may wait for it.
        drop(self.turns.attempts.send(Attempt { did, changes, ended }));
        waits
    }

    /// Whether something of a listing's changes is left to do.
    pub(super) async fn has_changes(&self, did: Did) -> bool {
        match self.core.store.listing(did).await {
            Ok(kept) => kept.is_some_and(|row| !row.changes.is_empty()),
            Err(error) => {
                tracing::warn!(%error, %did, "it is not known whether a listing is being changed");
                true
            }
        }
    }

    /// Carries out what is kept of a listing's changes, in whoever's turn it is. The newest counts: what came before it is
    /// gone back to only where it certainly does not come about. What became of it is kept with the listing.
    pub(super) async fn change(&self, did: Did) -> Result<(), Halt> {
        let Some(mut row) = self.core.store.listing(did).await.map_err(kept)? else { return Ok(()) };
        let mut ended = Ok(());
        while let Some(change) = row.changes.last().cloned() {
            let again = row.trouble.as_ref().is_some_and(|trouble| trouble.code == Code::Refused);
            let (next, halt) = match self.carry_out(did, &change, again).await {
                Carried::Listed(refused) => {
                    let ListingChange { name, price, checksum, document } = change;
                    let document = document.into_bytes();
                    (
                        ListingRecord { name, price, checksum, document, changes: Vec::new(), ..row },
                        refused.map(Halt::Ends),
                    )
                }
                Carried::Waits(error) => (row, Some(Halt::Waits(error))),
                Carried::Impossible(error) => {
                    row.changes.pop();
                    (row, Some(Halt::Ends(error)))
                }
            };
            let waits = matches!(halt, Some(Halt::Waits(_)));
            if let Some(halt) = halt {
                ended = Err(halt);
            }
            row = ListingRecord { trouble: ended.as_ref().err().map(|halt| halt.error().clone()), ..next };
            if waits {
                self.core.store.save_listing(row).await.map_err(kept)?;
                break;
            }
            if row.changes.is_empty() {
                let gateway = self.core.gateway.as_ref().ok_or_else(no_gateway)?;
                gateway.adopt(&row.document, row.checksum).await.map_err(gateway_away)?;
            }
            self.core.store.commit_listing(row.clone(), Point::ChangeListed).await.map_err(kept)?;
            self.core.tell(api::Event::Catalogue);
        }
        ended
    }

    /// One change, as far as it goes.
    async fn carry_out(&self, did: Did, change: &ListingChange, again: bool) -> Carried {
        let signer = match self.owner_of(&change.document) {
            Ok(signer) => signer,
            Err(error) => return Carried::Waits(error),
        };
        match self.register_change(did, change, signer.clone()).await {
            Ok(()) => self.list_change(did, change, signer.as_ref(), again).await,
            Err(carried) => carried,
        }
    }

    fn owner_of(&self, document: &str) -> Result<Arc<dyn Signer>, ApiError> {
        let ddo = Ddo::parse(document.as_bytes()).map_err(|e| errors::internal(e.to_string()))?;
        let owner = ddo.owner().or_else(|| self.core.account()).ok_or_else(errors::no_account)?;
        self.core.signer_of(owner)
    }

    /// The new checksum is on the chain, and the gateway serves the new version.
    async fn register_change(&self, did: Did, change: &ListingChange, signer: Arc<dyn Signer>) -> Result<(), Carried> {
        let gateway = self.core.gateway.as_ref().ok_or_else(no_gateway)?;
        gateway.adopt(change.document.as_bytes(), change.checksum).await.map_err(gateway_away)?;
        let register = self.core.keeper.did_register(did).await.map_err(chain)?.ok_or_else(missing)?;
        if register.checksum == change.checksum {
            return Ok(());
        }
        let place = self.core.keeper.did_url(did).await.map_err(chain)?.unwrap_or_default();
        let contracts = self.core.keeper.contracts();
        let call = contracts.register_attribute(did, change.checksum, &register.providers, &place);
        let items = vec![Item::new(key(did, change), call)];
        let batch = Batch { signer, items, not_after: None, point: Point::RegisterSigned };
        match self.core.outbox.run(batch).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_certain() => Err(Carried::Impossible(outbox(error))),
            Err(error) => Err(Carried::Waits(outbox(error))),
        }
    }

    /// Every catalogue that has the listing says the change. The chain says it already, so one that is away is asked again
    /// until it does; so is one that refuses, once, for its node may be a block behind. What it says then is told: there is
    /// nothing that could be taken back.
    async fn list_change(&self, did: Did, change: &ListingChange, owner: &dyn Signer, again: bool) -> Carried {
        let mut refused = None;
        for catalogue in self.core.catalogues.iter() {
            let changed =
                catalogue.update(did, change.document.as_bytes(), change.checksum, owner, clock::now_seconds());
            match changed.await {
                Ok(()) => {}
                Err(error) if error.is_missing() => {}
                Err(error) if error.may_pass() => {
                    return Carried::Waits(ApiError::new(
                        Code::Unreachable,
                        sentence!("The catalogue did not take the change: {why}.", why = Sentence::from(&error)),
                        "It is tried again by itself; the change is on record already.",
                    ));
                }
                Err(error) => {
                    refused = Some(ApiError::new(
                        Code::Refused,
                        sentence!("The catalogue refuses the change: {why}.", why = Sentence::from(&error)),
                        "The change is on record, but buyers do not see it. Change the listing again, or ask whoever runs the catalogue.",
                    ));
                }
            }
        }
        match refused {
            Some(error) if !again => Carried::Waits(error),
            refused => Carried::Listed(refused),
        }
    }

    /// For unlisting, which is not held up by changes that nobody has signed yet; those are to be forgotten with it. Everything
    /// else is carried out first, for the signature of an unlisting names what the chain says.
    pub(super) async fn settle_changes(&self, did: Did) -> Result<ListingRecord, ApiError> {
        let halted = self.change(did).await.err().map(Halt::into_error);
        let row = self.core.store.listing(did).await.map_err(errors::store)?.ok_or_else(missing)?;
        for change in &row.changes {
            if self.core.outbox.is_signed(&key(did, change)).await.map_err(outbox)? {
                return Err(halted.unwrap_or_else(|| errors::internal("a change is under way")));
            }
        }
        Ok(row)
    }
}

/// What the disk did not take now, it may take later.
fn kept(error: StoreError) -> Halt {
    Halt::Waits(errors::store(error))
}

/// How far a change came.
enum Carried {
    /// It is on the chain, and in every catalogue that does not refuse it.
    Listed(Option<ApiError>),
    /// It is tried again.
    Waits(ApiError),
    /// It certainly does not come about.
    Impossible(ApiError),
}

/// What is no answer to the registration itself: the chain, the gateway or the disk.
impl From<ApiError> for Carried {
    fn from(error: ApiError) -> Self {
        Self::Waits(error)
    }
}
