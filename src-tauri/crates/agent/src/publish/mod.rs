//! Publishing: drafts, looking into files, and the flow read → number → encrypt → register → list, each step on disk
//! before the next begins.

mod check;
mod flow;
mod listing;
mod look;
mod mine;

use crate::{core::Core, errors, policy::Action};
use api::{ApiError, Code, Draft, Event, PublicationView, PublishStep};
use flow::{Flow, Publication};
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
    running: Arc<Mutex<HashMap<u64, Waits>>>,
    again: Arc<Notify>,
    /// Those that failed since the home was opened.
    failed: Arc<Mutex<HashSet<u64>>>,
}

/// What a publication under way waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    /// Nothing but its own work, or a service that is away.
    Work,
    /// The account to be unlocked.
    Unlock,
}

/// How long until a publication that could not go on is tried again.
const PAUSE: Duration = Duration::from_secs(5);

impl Publications {
    pub(crate) async fn open(core: Core) -> Result<Self, ApiError> {
        let this = Self { core, running: Arc::default(), again: Arc::default(), failed: Arc::default() };
        this.resume_all().await?;
        Ok(this)
    }

    /// Goes on with every publication that is not finished; returns how many those are.
    pub(crate) async fn resume_all(&self) -> Result<u32, ApiError> {
        let mut open = 0;
        for (id, publication) in self.core.store.publications::<Publication>().await.map_err(errors::store)? {
            if !publication.is_over() {
                open += 1;
                self.spawn(id);
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
        self.core.signer()?;
        check::sources(&draft.files).await?;
        let publication = Publication::begin(draft, checked);
        let id = self.core.store.begin_publication(&publication).await.map_err(errors::store)?;
        self.spawn(id);
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

    fn spawn(&self, id: u64) {
        match self.running.lock().unwrap_or_else(PoisonError::into_inner).entry(id) {
            std::collections::hash_map::Entry::Occupied(_) => return,
            std::collections::hash_map::Entry::Vacant(place) => drop(place.insert(Waits::Work)),
        }
        let this = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = this.core.cancel.cancelled() => {}
                () = this.drive(id) => {}
            }
            this.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            this.core.moved.notify_one();
        });
    }

    async fn drive(&self, id: u64) {
        let flow = Flow { core: &self.core, id };
        loop {
            let loaded = self.core.store.publication::<Publication>(id).await;
            let Ok(Some(mut publication)) = loaded else { return };
            // Listened to before the attempt: an unlock during it is not missed.
            let again = self.again.notified();
            tokio::pin!(again);
            again.as_mut().enable();
            let ended = flow.run(&mut publication).await;
            let (retry, waits) = match &ended {
                Ok(()) => (false, Waits::Work),
                Err(error) if error.code == Code::Locked => (true, Waits::Unlock),
                Err(error) => (!flow::is_final(error), Waits::Work),
            };
            self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id, waits);
            if let Err(error) = ended {
                publication.trouble = Some(error);
                if !retry {
                    publication.failed = true;
                    self.failed.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
                }
                if let Err(error) = self.core.store.save_publication(id, &publication, publication.point()).await {
                    tracing::error!(%error, "a publication could not be kept");
                }
            }
            self.core.tell(Event::Publication(publication.view(id)));
            if !retry {
                if publication.step() == PublishStep::Listed {
                    self.core.tell(Event::Catalogue);
                }
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = again => {}
            }
        }
    }
}
