//! The number of the newest block, as it changes: by subscription where the connection has one, else by asking.

use crate::{
    convert::saturated,
    rpc::{Rpc, RpcFault, ask},
};
use ethers::types::U256;
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    task::AbortHandle,
    time::{sleep, timeout},
};

/// Even a subscription is looked after: its connection may have died silently.
const SILENCE: Duration = Duration::from_secs(15);
/// After a subscription broke, this long until the next.
const RESUBSCRIBE: Duration = Duration::from_secs(10);

/// How often to ask: between the two, less and less often while nothing changes.
#[derive(Debug, Clone, Copy)]
struct Pace {
    shortest: Duration,
    longest: Duration,
}

impl Pace {
    fn of(rpc: &dyn Rpc, block_time_ms: u64) -> Self {
        if rpc.is_local() {
            return Self { shortest: Duration::from_millis(10), longest: Duration::from_millis(100) };
        }
        let half = Duration::from_millis((block_time_ms / 2).clamp(250, 4_000));
        Self { shortest: Duration::from_millis(200), longest: half }
    }
}

/// The watch and the task that feeds it; the task ends with this.
#[derive(Debug)]
pub(crate) struct Heads {
    newest: watch::Sender<u64>,
    nudge: Arc<Notify>,
    task: Mutex<Option<AbortHandle>>,
}

impl Heads {
    pub(crate) fn new(newest: u64) -> Self {
        Self { newest: watch::Sender::new(newest), nudge: Arc::default(), task: Mutex::default() }
    }

    /// Starts the task at the first call.
    pub(crate) fn watch(&self, rpc: &Arc<dyn Rpc>, block_time_ms: u64) -> watch::Receiver<u64> {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_none_or(AbortHandle::is_finished) {
            let feed = Feed {
                pace: Pace::of(rpc.as_ref(), block_time_ms),
                rpc: Arc::clone(rpc),
                newest: self.newest.clone(),
                nudge: Arc::clone(&self.nudge),
            };
            *task = Some(tokio::spawn(feed.run()).abort_handle());
        }
        self.newest.subscribe()
    }

    pub(crate) fn nudge(&self) {
        self.nudge.notify_one();
    }
}

impl Drop for Heads {
    fn drop(&mut self) {
        if let Some(task) = self.task.get_mut().unwrap_or_else(PoisonError::into_inner) {
            task.abort();
        }
    }
}

struct Feed {
    rpc: Arc<dyn Rpc>,
    pace: Pace,
    newest: watch::Sender<u64>,
    nudge: Arc<Notify>,
}

#[derive(Deserialize)]
struct NewHead {
    number: U256,
}

impl Feed {
    async fn run(self) {
        loop {
            match self.rpc.subscribe(json!(["newHeads"])).await {
                Ok(heads) => {
                    // One that brought something and broke is made again soon, perhaps with another node.
                    if self.follow(heads).await {
                        sleep(self.pace.shortest).await;
                        continue;
                    }
                }
                Err(RpcFault::NoSubscription) => return self.poll().await,
                Err(error) => tracing::debug!(%error, "no subscription to new blocks"),
            }
            // Until the next try the blocks are asked for.
            if timeout(RESUBSCRIBE, self.poll()).await.is_ok() {
                return;
            }
        }
    }

    /// Until the subscription ends; whether it brought anything.
    async fn follow(&self, mut heads: futures_util::stream::BoxStream<'static, Value>) -> bool {
        self.ask().await;
        let mut brought = false;
        loop {
            tokio::select! {
                head = heads.next() => match head.map(serde_json::from_value::<NewHead>) {
                    Some(Ok(head)) => {
                        brought = true;
                        self.publish(saturated(head.number));
                    }
                    Some(Err(error)) => tracing::debug!(%error, "a new block's notice is not understood"),
                    None => return brought,
                },
                () = self.nudge.notified() => { self.ask().await; }
                () = sleep(SILENCE) => { self.ask().await; }
            }
        }
    }

    async fn poll(&self) {
        let mut pause = self.pace.shortest;
        loop {
            if self.ask().await {
                pause = self.pace.shortest;
            }
            tokio::select! {
                () = self.nudge.notified() => pause = self.pace.shortest,
                () = sleep(pause) => pause = (pause * 3 / 2).min(self.pace.longest),
            }
        }
    }

    /// Whether there is something new.
    async fn ask(&self) -> bool {
        match ask::<U256>(self.rpc.as_ref(), "eth_blockNumber", json!([])).await {
            Ok(number) => self.publish(saturated(number)),
            Err(error) => {
                tracing::debug!(%error, "the newest block could not be asked for");
                false
            }
        }
    }

    fn publish(&self, number: u64) -> bool {
        self.newest.send_if_modified(|newest| std::mem::replace(newest, number) != number)
    }
}
