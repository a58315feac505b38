//! The tower: what it takes on, and going on with it.

use crate::{
    ShapeWatch, Watch,
    perform::Watching,
    perform_shape::{self, Unread, WatchingShapes},
    shape_watch::shape_watch_id,
    watch::watch_id,
};
use agreement::{Flaw, Machine as _, Order, buyer, shape::ShapeFlaw};
use keeper::{Keeper, KeeperError};
use protocol::{AgreementId, Signer, conditions::AccessTerms, shape::Shape};
use runner::{DriveError, Driver, Journal, Journaled, Ledger, Outbox, read_facts};
use serde::{Deserialize, Serialize};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio_util::sync::CancellationToken;

/// Agreements that are watched at once, at most: each is looked at in every block.
pub const MOST: usize = 1_000;

/// A watch-tower. Cheap to clone.
#[derive(Clone)]
pub struct Tower(Arc<Inner>);

struct Inner {
    keeper: Keeper,
    driver: Driver<Watch>,
    shapes: Driver<ShapeWatch>,
    open: AtomicUsize,
    cancel: CancellationToken,
}

/// What the tower does about an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Where it stands, in the words of the state table; of another shape: `waiting`, `taking_back` or `ended`.
    pub state: String,
    /// The last block in which it can be opened; of another shape: the block with which something can be taken back.
    pub deadline: Option<u64>,
}

/// Why an agreement is not watched.
#[derive(Debug, thiserror::Error)]
pub enum NotWatched {
    /// Its conditions are of other contracts than this network's.
    #[error("the agreement is of another network")]
    Foreign,
    /// Without a time limit there is no refund, and a price of 0 is none.
    #[error("there is nothing to take back: the agreement has no time limit, or no price")]
    NothingToTakeBack,
    /// No payment is in escrow as far as this tower's nodes know, which may be behind.
    #[error("the payment is not seen here yet")]
    NotSeen,
    /// The chain says something else than the terms.
    #[error("the chain does not say what the terms say: {0}")]
    Flaw(Flaw),
    /// The chain says something else than the document of an agreement of another shape.
    #[error("the chain does not say what the document says: {0}")]
    ShapeFlaw(ShapeFlaw),
    /// Another agreement of the same id is watched.
    #[error("other terms are watched under this agreement id")]
    Taken,
    /// The tower has enough to do.
    #[error("{MOST} agreements are watched already; ask another tower, or later")]
    Full,
    /// The chain cannot be asked.
    #[error("the chain cannot be asked: {0}")]
    Chain(#[from] KeeperError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] DriveError),
}

impl From<Flaw> for NotWatched {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Missing | Flaw::State { .. } => Self::NotSeen,
            flaw => Self::Flaw(flaw),
        }
    }
}

impl From<Unread> for NotWatched {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Flaw(ShapeFlaw::Missing) => Self::NotSeen,
            Unread::Flaw(flaw) => Self::ShapeFlaw(flaw),
            Unread::Chain(error) => Self::Chain(error),
        }
    }
}

/// Why a tower does not start.
#[derive(Debug, thiserror::Error)]
pub enum TowerError {
    /// Its journal cannot be read.
    #[error(transparent)]
    Journal(#[from] DriveError),
}

impl Tower {
    /// Opens a tower over a journal and goes on with everything that it watches. `key` pays for gas.
    ///
    /// # Errors
    /// [`TowerError`].
    pub async fn open(
        keeper: Keeper,
        ledger: &Ledger,
        outbox: Outbox,
        key: Arc<dyn Signer>,
    ) -> Result<Self, TowerError> {
        let watching = Watching { keeper: keeper.clone(), outbox: outbox.clone(), key: key.clone() };
        let driver = Driver::new(Journal::new(ledger), Arc::new(watching), keeper.blocks());
        let watching = WatchingShapes { keeper: keeper.clone(), outbox, key };
        let shapes = Driver::new(Journal::new(ledger), Arc::new(watching), keeper.blocks());
        let (open, cancel) = (AtomicUsize::new(0), CancellationToken::new());
        let tower = Self(Arc::new(Inner { keeper, driver, shapes, open, cancel }));
        for watch in tower.0.driver.open().await? {
            tower.goes_on(&tower.0.driver, watch.id());
        }
        for watch in tower.0.shapes.open().await? {
            tower.goes_on(&tower.0.shapes, watch.id());
        }
        Ok(tower)
    }

    /// Takes an agreement on; durable when this returns. Handing over the same one again changes nothing.
    ///
    /// # Errors
    /// [`NotWatched`].
    pub async fn watch(&self, terms: AccessTerms) -> Result<Watched, NotWatched> {
        if let Some(known) = self.0.driver.load(&watch_id(terms.agreement)).await? {
            return if known.0.order().terms == terms { Ok(watched(&known)) } else { Err(NotWatched::Taken) };
        }
        let contracts = self.0.keeper.contracts();
        let ours = [contracts.lock_reward, contracts.access_secret_store, contracts.escrow_reward];
        if [terms.lock_contract, terms.access_contract, terms.escrow_contract] != ours {
            return Err(NotWatched::Foreign);
        }
        if terms.price.is_zero() || terms.time_outs[1] == 0 {
            return Err(NotWatched::NothingToTakeBack);
        }
        if self.0.open.load(Ordering::SeqCst) >= MOST {
            return Err(NotWatched::Full);
        }
        let facts = read_facts(&self.0.keeper, &terms).await?;
        // Who watches neither confirmed nor waits for its creation: these numbers play no part after the payment.
        let (confirmed_at, gateway) = (facts.block, String::new());
        let order = Order { terms, service: 0, gateway, confirmed_at, create_within: 0, grant_margin: 0 };
        let (state, _) = buyer::State::recovered(order, &facts)?;
        let watch = Watch(state);
        if !watch.is_final() {
            match self.0.driver.begin(&watch).await {
                Ok(id) => self.goes_on(&self.0.driver, id),
                // Handed over twice at once.
                Err(DriveError::Exists(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(watched(&watch))
    }

    /// Takes an agreement of another shape on; durable when this returns. Handing over the same one again changes nothing.
    ///
    /// # Errors
    /// [`NotWatched`].
    pub async fn watch_shape(&self, shape: Shape) -> Result<Watched, NotWatched> {
        if let Some(known) = self.0.shapes.load(&shape_watch_id(shape.agreement)).await? {
            return if *known.shape() == shape { Ok(watched_shape(&known)) } else { Err(NotWatched::Taken) };
        }
        let contracts = self.0.keeper.contracts();
        for condition in &shape.conditions {
            // Of its terms and this network's contract: what is sent later does what the chain's id stands for.
            match contracts.condition_id(shape.agreement, &condition.terms) {
                Ok(id) if id == condition.id => {}
                Ok(_) | Err(KeeperError::ContractMissing(_)) => return Err(NotWatched::Foreign),
                Err(error) => return Err(error.into()),
            }
        }
        if self.0.open.load(Ordering::SeqCst) >= MOST {
            return Err(NotWatched::Full);
        }
        let (_, facts, money) = perform_shape::read(&self.0.keeper, &shape).await?;
        if money.set_aside.is_empty() {
            return Err(NotWatched::NotSeen);
        }
        if money.steps.is_empty() && money.next.is_none() {
            return Err(NotWatched::NothingToTakeBack);
        }
        let watch = ShapeWatch::begin(shape, facts.block, money);
        match self.0.shapes.begin(&watch).await {
            Ok(id) => self.goes_on(&self.0.shapes, id),
            // Handed over twice at once.
            Err(DriveError::Exists(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(watched_shape(&watch))
    }

    /// What it does about an agreement that was handed over; `None` where none was.
    ///
    /// # Errors
    /// [`NotWatched::Journal`].
    pub async fn look(&self, agreement: AgreementId) -> Result<Option<Watched>, NotWatched> {
        if let Some(watch) = self.0.driver.load(&watch_id(agreement)).await? {
            return Ok(Some(watched(&watch)));
        }
        Ok(self.0.shapes.load(&shape_watch_id(agreement)).await?.as_ref().map(watched_shape))
    }

    /// Ends it; everything goes on with the next start.
    pub fn close(&self) {
        self.0.cancel.cancel();
    }

    fn goes_on<M: Journaled>(&self, driver: &Driver<M>, id: String) {
        let (tower, driver) = (self.clone(), driver.clone());
        tower.0.open.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            let ended = driver.run_until(&id, |_| false, tower.0.cancel.clone()).await;
            tower.0.open.fetch_sub(1, Ordering::SeqCst);
            match ended {
                Ok(watch) => tracing::info!(%id, state = watch.name(), "watched to its end"),
                Err(DriveError::Cancelled) => {}
                Err(error) => tracing::error!(%id, %error, "not watched any more until the next start"),
            }
        });
    }
}

fn watched_shape(watch: &ShapeWatch) -> Watched {
    Watched { state: watch.name().to_owned(), deadline: watch.next() }
}

fn watched(watch: &Watch) -> Watched {
    Watched { state: watch.name().to_owned(), deadline: watch.0.deadline() }
}
