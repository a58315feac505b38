//! Publishing: drafts, looking into files, and the flow read → number → encrypt → register → list, each step on disk
//! before the next begins.

mod change;
mod check;
mod flow;
mod listing;
mod look;
mod mine;

use crate::{core::Core, errors, policy::Action};
use api::{ApiError, Code, Draft, Event, PublicationView, PublishStep};
use change::Turns;
use flow::{Flow, Halt, Publication};
use protocol::{Address, Did};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// The publications of an agent. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Publications {
    pub(crate) core: Core,
    running: Arc<Mutex<HashMap<Job, Waits>>>,
    again: Arc<Notify>,
    /// Those that failed since the home was opened.
    failed: Arc<Mutex<HashSet<u64>>>,
    /// One change of a listing at a time, so that each is made to what the one before it says.
    turns: Turns,
}

/// What goes on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Job {
    /// A publication, by its number.
    Publication(u64),
    /// The change of a listing.
    Change(Did),
}

/// What a publication or change under way waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    /// Nothing but its own work, or a service that is away.
    Work,
    /// The account to be unlocked.
    Unlock,
}

/// How long until a publication that could not go on is tried again.
const PAUSE: Duration = Duration::from_secs(5);
/// How long until it is looked at again whether a change of a listing has ended.
const MOMENT: Duration = Duration::from_secs(1);

impl Publications {
    pub(crate) async fn open(core: Core) -> Result<Self, ApiError> {
        let this =
            Self { core, running: Arc::default(), again: Arc::default(), failed: Arc::default(), turns: Turns::new() };
        this.resume_all().await?;
        Ok(this)
    }

    /// For a request that names its account.
    pub(crate) fn acting_for(&self, account: Address) -> Self {
        Self { core: self.core.acting_for(account), ..self.clone() }
    }

    /// Goes on with every publication and change that is not finished; returns how many those are.
    pub(crate) async fn resume_all(&self) -> Result<u32, ApiError> {
        let mut open = 0;
        for (id, publication) in self.core.store.publications::<Publication>().await.map_err(errors::store)? {
            if !publication.is_over() {
                open += 1;
                self.spawn(Job::Publication(id));
            }
        }
        for row in self.core.store.listings().await.map_err(errors::store)? {
            if !row.changes.is_empty() {
                open += 1;
                self.spawn(Job::Change(row.did));
            }
        }
        Ok(open)
    }

    /// How many are not finished, and how many of these wait for the account to be unlocked.
    pub(crate) fn open_count(&self) -> (u32, u32) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let locked = running.values().filter(|waits| **waits == Waits::Unlock).count();
        (u32::try_from(running.len()).unwrap_or(u32::MAX), u32::try_from(locked).unwrap_or(u32::MAX))
    }

    /// Tries again at once what waits: to be called after an unlock.
    pub(crate) fn wake(&self) {
        self.again.notify_waiters();
    }

    /// Publishes a draft: checked and on disk when this returns.
    pub(crate) async fn publish(&self, draft: Draft) -> Result<PublicationView, ApiError> {
        let checked = check::check(&draft)?;
        self.core.policy.allows(&Action::Publish { price: checked.price })?;
        let owner = self.core.signer()?.address();
        check::sources(&draft.files).await?;
        let publication = Publication::begin(draft, checked, owner);
        let id = self.core.store.begin_publication(&publication).await.map_err(errors::store)?;
        self.spawn(Job::Publication(id));
        Ok(publication.view(id))
    }

    pub(crate) async fn view(&self, id: u64) -> Result<PublicationView, ApiError> {
        let found = self.core.store.publication::<Publication>(id).await.map_err(errors::store)?;
        let found = found.ok_or_else(|| {
            errors::not_found("This publication is not here.", "See what you listed under My listings.")
        })?;
        Ok(found.view(id))
    }

    /// What is not listed: under way, or failed here.
    pub(crate) async fn unlisted(&self) -> Result<Vec<PublicationView>, ApiError> {
        let all = self.core.store.publications::<Publication>().await.map_err(errors::store)?;
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let here = |id: &u64, p: &Publication| !p.is_over() || failed.contains(id);
        Ok(all.iter().filter(|(id, p)| here(id, p)).map(|(id, p)| p.view(*id)).collect())
    }

    /// Whether it is this caller's to drive from now on: nobody does yet.
    fn claim(&self, job: Job) -> bool {
        match self.running.lock().unwrap_or_else(PoisonError::into_inner).entry(job) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(Waits::Work);
                true
            }
        }
    }

    fn spawn(&self, job: Job) {
        if !self.claim(job) {
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = this.core.cancel.cancelled() => {}
                () = this.drive(job) => {}
            }
            this.core.moved.notify_one();
        });
    }

    /// Goes on with it until it has ended, however often it has to be tried.
    async fn drive(&self, job: Job) {
        loop {
            // Listened to before the attempt: an unlock during it is not missed.
            let again = self.again.notified();
            tokio::pin!(again);
            again.as_mut().enable();
            let waits = match job {
                Job::Publication(id) => self.go_on(id).await,
                Job::Change(did) => self.go_on_changing(did).await,
            };
            let Some(waits) = waits else {
                self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&job);
                match job {
                    // One that was kept after the attempt found this job still here, and left it to it.
                    Job::Change(did) if self.has_changes(did).await => {
                        tokio::time::sleep(MOMENT).await;
                        if self.claim(job) {
                            continue;
                        }
                    }
                    Job::Change(_) | Job::Publication(_) => {}
                }
                return;
            };
            self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(job, waits);
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = again => {}
            }
        }
    }

    /// One attempt at a publication; what it waits for, where it has not ended.
    async fn go_on(&self, id: u64) -> Option<Waits> {
        let flow = Flow { core: &self.core, id };
        let loaded = self.core.store.publication::<Publication>(id).await;
        let Ok(Some(mut publication)) = loaded else { return None };
        let ended = flow.run(&mut publication).await;
        let waits = match ended {
            Ok(()) => None,
            Err(Halt::Waits(error)) => {
                let waits = Waits::of(&error);
                publication.trouble = Some(error);
                Some(waits)
            }
            Err(Halt::Ends(error)) => {
                publication.trouble = Some(error);
                publication.failed = true;
                self.failed.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
                None
            }
        };
        if publication.trouble.is_some()
            && let Err(error) = self.core.store.save_publication(id, &publication, publication.point()).await
        {
            tracing::error!(%error, "a publication could not be kept");
        }
        self.core.tell(Event::Publication(publication.view(id)));
        if publication.step() == PublishStep::Listed {
            self.core.tell(Event::Catalogue);
        }
        waits
    }
}

impl Waits {
    /// What is waited for after an error that passes.
    fn of(error: &ApiError) -> Self {
        if error.code == Code::Locked { Self::Unlock } else { Self::Work }
    }
}
