//! The loop that makes a machine go: load, give it an event, persist what it became, then perform what it wants.
//!
//! * [`Driver::begin`] writes a new machine; [`Driver::run_until`] drives it, [`Driver::watch`] and [`Driver::tell`] reach
//!   one that is being driven; [`Driver::open`] lists what a start has to resume.
//! * Whoever implements [`Perform`] does one effect and gives the events that it tells. It may be called again for the same
//!   effect at any time (after a crash, after unlocking), and its future may be dropped at any time: everything in it is
//!   either a reading, or goes through the outbox, or is harmless twice.
//! * [`Hold`] means "not now": the driver keeps the effect and performs it again, after a pause that grows, at a new block
//!   where that is what it waits for or where it is a reading, or when [`Driver::wake`] is called, which is to be done after every unlock.
//! * New blocks come from a watch channel; nothing polls.
//! * States that a machine can derive anew from the chain are handed to the journal without waiting; all others are
//!   durable before their effects begin. Since the journal writes in order, a signed transaction is never durable before
//!   the state that asked for it.

use crate::{
    Journal, LedgerError,
    journal::{Entry, Row},
    ledger::Handed,
    machine::Journaled,
};
use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use protocol::{Address, Sentence};
use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Why an effect cannot be performed now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// Something is away or failed for the moment; performed again after a pause.
    Later {
        /// What, for people.
        why: Sentence,
    },
    /// Waits for a block; performed again at the next one.
    NextBlock,
    /// The account is locked; performed again when the driver is woken.
    Unlock {
        /// Which.
        account: Address,
    },
}

impl Hold {
    /// Performed again after a pause; why, in words that nobody but an operator reads.
    pub fn later(why: impl std::fmt::Display) -> Self {
        Self::Later { why: Sentence::verbatim(why) }
    }

    /// Performed again after a pause; why, for people.
    pub fn said(why: impl Into<Sentence>) -> Self {
        Self::Later { why: why.into() }
    }
}

/// Performs the effects of a machine.
#[async_trait]
pub trait Perform<M: Journaled>: Send + Sync + 'static {
    /// Does one effect and gives what it tells the machine, in order. `state` is the state that asked for it.
    async fn perform(&self, state: &M, effect: &M::Effect) -> Result<Vec<M::Event>, Hold>;

    /// Called after each durable or handed-over change, with the state before (`None` for a start) and now.
    fn changed(&self, _before: Option<&M>, _now: &M) {}
}

/// What an effect is being held for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The effect, in the words of the code.
    pub effect: String,
    /// Why.
    pub hold: Hold,
}

/// Where a driven machine stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress<M> {
    /// The machine.
    pub state: M,
    /// What holds it up, where something does.
    pub trouble: Vec<Trouble>,
    /// The newest block that it heard of.
    pub block: u64,
}

/// Why a machine is not driven any further.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// No such machine.
    #[error("there is no {0}")]
    Unknown(String),
    /// It is being driven already.
    #[error("{0} is already under way")]
    Busy(String),
    /// Its id is used.
    #[error("{0} exists already")]
    Exists(String),
    /// It was told to stop; the state is kept.
    #[error("stopped; the state is kept")]
    Cancelled,
    /// Blocks are not followed any more.
    #[error("the network is no longer followed")]
    NoHeads,
    /// The journal failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

struct Driven<M: Journaled> {
    mailbox: mpsc::UnboundedSender<M::Event>,
    progress: watch::Receiver<Progress<M>>,
}

/// Drives machines of one kind. Cheap to clone.
pub struct Driver<M: Journaled>(Arc<Inner<M>>);

struct Inner<M: Journaled> {
    journal: Journal,
    perform: Arc<dyn Perform<M>>,
    heads: watch::Receiver<u64>,
    wake: Notify,
    driven: Mutex<HashMap<String, Driven<M>>>,
}

impl<M: Journaled> Clone for Driver<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// A driver that does not keep itself alive: for whoever performs for it. Two that hold each other would never end, and
/// with them the journal's writer.
pub struct WeakDriver<M: Journaled>(std::sync::Weak<Inner<M>>);

impl<M: Journaled> WeakDriver<M> {
    /// The driver, as long as somebody else holds it.
    pub fn upgrade(&self) -> Option<Driver<M>> {
        self.0.upgrade().map(Driver)
    }
}

/// Takes a machine off the list however its driving ends.
struct Registered<M: Journaled> {
    driver: Driver<M>,
    id: String,
}

impl<M: Journaled> Drop for Registered<M> {
    fn drop(&mut self) {
        self.driver.0.driven.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl<M: Journaled> Driver<M> {
    /// A driver over a journal, a performer and the newest block as it changes.
    pub fn new(journal: Journal, perform: Arc<dyn Perform<M>>, heads: watch::Receiver<u64>) -> Self {
        let (wake, driven) = (Notify::new(), Mutex::default());
        Self(Arc::new(Inner { journal, perform, heads, wake, driven }))
    }

    /// The same driver, without keeping it alive.
    pub fn downgrade(&self) -> WeakDriver<M> {
        WeakDriver(Arc::downgrade(&self.0))
    }

    /// Writes a new machine; durable when this returns. Drive it with [`Driver::run_until`].
    pub async fn begin(&self, state: &M) -> Result<String, DriveError> {
        let id = state.id();
        if !self.0.journal.begin(entry(state)?, state.point()).await? {
            return Err(DriveError::Exists(id));
        }
        self.0.perform.changed(None, state);
        Ok(id)
    }

    /// Writes a machine anew in the place of one of its id that has ended; durable when this returns.
    ///
    /// # Errors
    /// [`DriveError::Busy`] where the other one is still being driven, [`DriveError::Exists`] where it has not ended or
    /// there is none, those of the journal.
    pub async fn begin_anew(&self, state: &M) -> Result<String, DriveError> {
        let id = state.id();
        // Whoever drove the other one lets go of it after it has ended; until then nobody could drive this one.
        if self.watch(&id).is_some() {
            return Err(DriveError::Busy(id));
        }
        if !self.0.journal.reopen(entry(state)?, state.point()).await? {
            return Err(DriveError::Exists(id));
        }
        self.0.perform.changed(None, state);
        Ok(id)
    }

    /// A machine as it is on disk, open or closed.
    pub async fn load(&self, id: &str) -> Result<Option<M>, DriveError> {
        Ok(self.0.journal.get(id).await?.map(|row| read(&row)).transpose()?)
    }

    /// All machines that are not final, oldest first.
    pub async fn open(&self) -> Result<Vec<M>, DriveError> {
        let rows = self.0.journal.open(M::MACHINE).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Where a machine that is being driven stands, as it changes.
    pub fn watch(&self, id: &str) -> Option<watch::Receiver<Progress<M>>> {
        self.0.driven.lock().unwrap_or_else(PoisonError::into_inner).get(id).map(|d| d.progress.clone())
    }

    /// Tells a machine that is being driven an event; false where it is not.
    pub fn tell(&self, id: &str, event: M::Event) -> bool {
        let driven = self.0.driven.lock().unwrap_or_else(PoisonError::into_inner);
        driven.get(id).is_some_and(|d| d.mailbox.send(event).is_ok())
    }

    /// Tells a machine that has ended what became known afterwards; durable when this returns.
    ///
    /// # Errors
    /// [`DriveError::Unknown`], [`DriveError::Busy`] where it has not ended, those of the journal.
    pub async fn note(&self, id: &str, event: M::Event) -> Result<M, DriveError> {
        let before = self.load(id).await?.ok_or_else(|| DriveError::Unknown(id.to_owned()))?;
        if !before.is_final() {
            return Err(DriveError::Busy(id.to_owned()));
        }
        let (now, _) = before.clone().step(event);
        if now != before {
            self.0.journal.close(entry(&now)?, now.point()).await?;
            self.0.perform.changed(Some(&before), &now);
        }
        Ok(now)
    }

    /// Performs again at once whatever is held: to be called after an unlock, or when the network is back.
    pub fn wake(&self) {
        self.0.wake.notify_waiters();
    }

    /// Drives a machine to its end on a task of its own. Watch it with [`Driver::watch`]. Where the journal fails, a full
    /// disk for example, it goes on from what is on disk after a pause.
    pub fn spawn(&self, id: String, cancel: CancellationToken) -> tokio::task::JoinHandle<Result<M, DriveError>> {
        let driver = self.clone();
        tokio::spawn(async move {
            let mut pause = FIRST_PAUSE;
            loop {
                let error = match driver.run_until(&id, |_| false, cancel.clone()).await {
                    Err(DriveError::Ledger(error)) if !matches!(error, LedgerError::Ending) => error,
                    ended => return ended,
                };
                tracing::error!(id, %error, "what is under way waits for the journal");
                tokio::select! {
                    () = cancel.cancelled() => return Err(DriveError::Cancelled),
                    () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                }
            }
        })
    }

    /// Drives a machine until it is final or `enough` says so, or until it is cancelled. The state is on disk then;
    /// a later run goes on from there. Returns at once where it is final or enough already.
    pub async fn run_until(
        &self,
        id: &str,
        enough: impl Fn(&M) -> bool + Send,
        cancel: CancellationToken,
    ) -> Result<M, DriveError> {
        let state = self.load(id).await?.ok_or_else(|| DriveError::Unknown(id.to_owned()))?;
        if state.is_final() || enough(&state) {
            return Ok(state);
        }
        let (mailbox, mail) = mpsc::unbounded_channel();
        let block = *self.0.heads.borrow();
        let (progress, watched) = watch::channel(Progress { state: state.clone(), trouble: Vec::new(), block });
        let registered = {
            let mut driven = self.0.driven.lock().unwrap_or_else(PoisonError::into_inner);
            if driven.contains_key(id) {
                return Err(DriveError::Busy(id.to_owned()));
            }
            driven.insert(id.to_owned(), Driven { mailbox, progress: watched });
            Registered { driver: self.clone(), id: id.to_owned() }
        };
        let mut run = Run {
            driver: self,
            state,
            progress: Arc::new(progress),
            under_way: FuturesUnordered::new(),
            effects: Vec::new(),
            handed: None,
        };
        let result = run.go(mail, &enough, &cancel).await;
        let kept = run.settle_journal().await;
        drop(registered);
        result?;
        kept?;
        Ok(run.state)
    }
}

type Told<M> = (u64, Vec<<M as agreement::Machine>::Event>);

struct UnderWay<M: Journaled> {
    number: u64,
    effect: M::Effect,
    /// A reading that was asked for again while it was under way.
    again: bool,
    stop: CancellationToken,
}

struct Run<'a, M: Journaled> {
    driver: &'a Driver<M>,
    state: M,
    progress: Arc<watch::Sender<Progress<M>>>,
    under_way: FuturesUnordered<BoxFuture<'static, Told<M>>>,
    effects: Vec<UnderWay<M>>,
    /// The last change that was handed to the journal without waiting.
    handed: Option<Handed<()>>,
}

impl<M: Journaled> Run<'_, M> {
    async fn go(
        &mut self,
        mut mail: mpsc::UnboundedReceiver<M::Event>,
        enough: &(impl Fn(&M) -> bool + Send),
        cancel: &CancellationToken,
    ) -> Result<(), DriveError> {
        let mut heads = self.driver.0.heads.clone();
        heads.mark_unchanged();
        let mut events = vec![M::resume()];
        // A machine loaded after a pause hears which block it is before anything else can be decided by it.
        events.push(M::head(*heads.borrow_and_update()));
        loop {
            for event in events.drain(..) {
                self.hear(event).await?;
                if self.state.is_final() || enough(&self.state) {
                    return Ok(());
                }
            }
            tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(DriveError::Cancelled),
                Some(event) = mail.recv() => events.push(event),
                Some((number, told)) = self.under_way.next(), if !self.under_way.is_empty() => {
                    self.ended(number);
                    events = told;
                }
                changed = heads.changed() => {
                    changed.map_err(|_| DriveError::NoHeads)?;
                    let block = *heads.borrow_and_update();
                    self.progress.send_modify(|p| p.block = block);
                    events.push(M::head(block));
                }
            }
        }
    }

    /// One event: step, persist, then begin the effects.
    async fn hear(&mut self, event: M::Event) -> Result<(), DriveError> {
        let before = self.state.clone();
        let (now, effects) = before.clone().step(event);
        if now != before {
            let entry = entry(&now)?;
            let (journal, point) = (&self.driver.0.journal, now.point());
            if now.is_final() {
                journal.close(entry, point).await?;
            } else if now.is_derived() {
                // Waiting for the one before tells its error; it was handed over a while ago.
                let earlier = self.handed.replace(journal.hand(entry, point));
                if let Some(earlier) = earlier {
                    earlier.durable().await?;
                }
            } else {
                journal.put(entry, point).await?;
            }
            if now.name() != before.name() {
                tracing::info!(id = %now.id(), from = before.name(), to = now.name(), "moved");
                for effect in &self.effects {
                    effect.stop.cancel();
                }
                self.effects.clear();
                self.progress.send_modify(|p| p.trouble.clear());
            }
            self.state = now;
            self.progress.send_modify(|p| p.state = self.state.clone());
            self.driver.0.perform.changed(Some(&before), &self.state);
        }
        for effect in effects {
            self.start(effect);
        }
        Ok(())
    }

    fn start(&mut self, effect: M::Effect) {
        if let Some(same) = self.effects.iter_mut().find(|e| e.effect == effect) {
            same.again |= M::is_reading(&effect);
            return;
        }
        let number = next_number();
        let stop = CancellationToken::new();
        self.under_way.push(
            perform(
                self.driver.0.clone(),
                self.state.clone(),
                effect.clone(),
                self.progress.clone(),
                stop.clone(),
                number,
            )
            .boxed(),
        );
        self.effects.push(UnderWay { number, effect, again: false, stop });
    }

    fn ended(&mut self, number: u64) {
        // One that was stopped with its state is on no list any more.
        let Some(place) = self.effects.iter().position(|e| e.number == number) else { return };
        let ended = self.effects.swap_remove(place);
        if ended.again {
            self.start(ended.effect);
        }
    }

    async fn settle_journal(&mut self) -> Result<(), LedgerError> {
        match self.handed.take() {
            Some(handed) => handed.durable().await,
            None => Ok(()),
        }
    }
}

/// No two effects of a process have the same one: what was stopped is not taken for what came after it.
fn next_number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

async fn perform<M: Journaled>(
    inner: Arc<Inner<M>>,
    state: M,
    effect: M::Effect,
    progress: Arc<watch::Sender<Progress<M>>>,
    stop: CancellationToken,
    number: u64,
) -> Told<M> {
    let mut heads = inner.heads.clone();
    let mut pause = FIRST_PAUSE;
    let name = format!("{effect:?}");
    let clear = || {
        progress.send_if_modified(|p| {
            let before = p.trouble.len();
            p.trouble.retain(|t| t.effect != name);
            p.trouble.len() != before
        })
    };
    loop {
        // Listens before it performs: an unlock in between is heard.
        let mut woken = pin!(inner.wake.notified());
        woken.as_mut().enable();
        heads.mark_unchanged();
        let hold = tokio::select! {
            biased;
            () = stop.cancelled() => return (number, Vec::new()),
            told = inner.perform.perform(&state, &effect) => match told {
                Ok(events) => {
                    clear();
                    return (number, events);
                }
                Err(hold) => hold,
            },
        };
        clear();
        if hold != Hold::NextBlock {
            tracing::debug!(id = %state.id(), effect = %name, ?hold, "held");
            progress.send_modify(|p| p.trouble.push(Trouble { effect: name.clone(), hold: hold.clone() }));
        }
        if let Hold::Later { why } = &hold
            && let Err(error) = inner.journal.failed(&state.id(), &why.to_string(), state.point()).await
        {
            // It is tried again all the same; only the count of attempts is too low.
            tracing::warn!(id = %state.id(), %error, "an attempt could not be noted");
        }
        // A block that comes after an outage shows that it is over: nothing is read later than with the next one.
        let with_the_next_block = hold == Hold::NextBlock || woken_by_wake(&hold) && M::is_reading(&effect);
        tokio::select! {
            biased;
            () = stop.cancelled() => return (number, Vec::new()),
            () = woken, if woken_by_wake(&hold) => {}
            changed = heads.changed(), if with_the_next_block => if changed.is_err() { return (number, Vec::new()) },
            () = tokio::time::sleep(pause), if matches!(hold, Hold::Later { .. }) => pause = (pause * 2).min(LONGEST_PAUSE),
        }
    }
}

fn woken_by_wake(hold: &Hold) -> bool {
    matches!(hold, Hold::Later { .. } | Hold::Unlock { .. })
}

fn entry<M: Journaled>(state: &M) -> Result<Entry, LedgerError> {
    Ok(Entry {
        id: state.id(),
        machine: M::MACHINE.to_owned(),
        kind: crate::Kind::Contract,
        status: state.status(),
        state: state.name().to_owned(),
        content: serde_json::to_string(state)?,
        max_retries: 0,
        ttl: 0,
    })
}

fn read<M: Journaled>(row: &Row) -> Result<M, LedgerError> {
    Ok(serde_json::from_str(&row.entry.content)?)
}

#[cfg(test)]
mod effects;
#[cfg(test)]
mod tests;
