//! The index of what the contracts logged: made at the first question about it, kept up from then on.

use crate::{agent::Agent, core::chain, errors};
use api::{ApiError, ChainEvent, ChainEventBookmark, ChainEventFilter, ChainEventPage, Code, Part, sentence};
use indexer::{Bookmark, Entry, Filter, IndexError, Indexer, Options, Party, Position, Topic, UnknownTopic};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::{Mutex, OnceCell};

/// Events in one answer at most.
const MOST: u32 = 1_000;
/// The first answer waits so long for the newest blocks.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(5);

/// The index of an agent's network. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Index {
    path: Arc<PathBuf>,
    opened: Arc<OnceCell<Indexer>>,
    /// One rebuilding at a time.
    pub(crate) turn: Arc<Mutex<()>>,
}

impl Index {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path: Arc::new(path), opened: Arc::default(), turn: Arc::default() }
    }
}

/// The index's faults, for people.
pub(crate) fn index(error: IndexError) -> ApiError {
    match error {
        IndexError::Keeper(error) => chain(error),
        other => errors::internal(other),
    }
}

impl Agent {
    /// The index, followed from now on.
    pub(crate) async fn indexer(&self) -> Result<&Indexer, ApiError> {
        let open = || Indexer::open(&self.index.path, self.core.keeper.clone(), Options::default());
        self.index.opened.get_or_try_init(open).await.map_err(index)
    }

    pub(crate) async fn chain_events(
        &self,
        filter: ChainEventFilter,
        bookmark: Option<ChainEventBookmark>,
        most: u32,
    ) -> Result<ChainEventPage, ApiError> {
        let since = filter.since;
        let filter = wanted(filter)?;
        let indexer = self.indexer().await?;
        let from = match bookmark {
            Some(ChainEventBookmark { block, index, epoch }) => Bookmark { next: Position { block, index }, epoch },
            None => {
                // What is there is told even if the chain does not answer now, or has more than can be read in a moment.
                match tokio::time::timeout(CATCH_UP_WITHIN, indexer.caught_up()).await {
                    Ok(Err(IndexError::Keeper(error))) => tracing::info!(%error, "the index is not up to date"),
                    Ok(caught_up) => caught_up.map_err(index)?,
                    Err(_) => {}
                }
                Bookmark::at(since)
            }
        };
        // How far it was before the reading: nothing up to there is missing in it.
        let progress = indexer.progress().borrow().clone();
        let page = indexer.read_on(filter, from, most.clamp(1, MOST)).await.map_err(index)?;
        let Bookmark { next, epoch } = page.bookmark;
        Ok(ChainEventPage {
            void_from: page.void,
            events: page.entries.into_iter().filter(|entry| entry.position.block >= since).map(event).collect(),
            bookmark: ChainEventBookmark { block: next.block, index: next.index, epoch },
            at: progress.at,
            to: progress.to,
            per_second: progress.per_second,
            trouble: progress.trouble,
        })
    }
}

fn wanted(filter: ChainEventFilter) -> Result<Filter, ApiError> {
    let topics: Result<Vec<Topic>, _> = filter.topics.iter().map(|name| name.parse()).collect();
    let topics = topics.map_err(|UnknownTopic(name)| {
        let names: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
        ApiError::new(
            Code::Invalid,
            sentence!("There is no event “{name}”.", name),
            sentence!("There are: {names}.", names = names.join(", ")),
        )
        .at("topic")
    })?;
    let party = match (filter.account, filter.part) {
        (None, _) => Party::Anyone,
        (Some(account), Part::From) => Party::From(account),
        (Some(account), Part::To) => Party::To(account),
        (Some(account), Part::Both) => Party::Either(account),
    };
    Ok(Filter { party, topics, about: filter.about })
}

fn event(entry: Entry) -> ChainEvent {
    ChainEvent {
        block: entry.position.block,
        block_hash: entry.block_hash,
        index: entry.position.index,
        tx: entry.tx,
        topic: entry.topic.name().to_owned(),
        about: entry.subject,
        of: entry.other,
        from: entry.from,
        to: entry.to,
        amount: entry.amount,
        number: entry.number,
        text: entry.text,
    }
}
