//! What a watched agreement of another shape wants done, done.

use crate::shape_watch::{ShapeEffect, ShapeEvent, ShapeWatch};
use agreement::shape::{OwnMoney, ShapeFacts, ShapeFlaw, TakeBack, VerifiedShape};
use async_trait::async_trait;
use keeper::{Keeper, KeeperError};
use protocol::{Signer, shape::Shape};
use runner::{Batch, Hold, Outbox, Perform, Point, shapes, tx_events};
use std::sync::Arc;

pub(crate) struct WatchingShapes {
    pub(crate) keeper: Keeper,
    pub(crate) outbox: Outbox,
    pub(crate) key: Arc<dyn Signer>,
}

/// Why an agreement cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unread {
    /// The chain says something else than the document.
    #[error(transparent)]
    Flaw(#[from] ShapeFlaw),
    /// The chain cannot be asked.
    #[error(transparent)]
    Chain(#[from] KeeperError),
}

/// An agreement that is what its document says, how it stands, and how everybody's money stands in it.
pub(crate) async fn read(keeper: &Keeper, shape: &Shape) -> Result<(VerifiedShape, ShapeFacts, OwnMoney), Unread> {
    let facts = shapes::read_shape(keeper, shape).await?;
    let verified = VerifiedShape::check(shape, &facts)?;
    let money = verified.own_money(&facts, &verified.payers());
    Ok((verified, facts, money))
}

impl WatchingShapes {
    async fn take(&self, shape: &Shape, what: TakeBack, attempt: u32) -> Result<Vec<ShapeEvent>, Hold> {
        let (verified, facts, _) = read(&self.keeper, shape).await.map_err(Hold::later)?;
        let contracts = self.keeper.contracts();
        let items = shapes::take_back(contracts, &verified, &facts, &verified.payers(), what, attempt);
        let batch = Batch {
            signer: self.key.clone(),
            items: items.map_err(Hold::later)?,
            not_after: None,
            point: Point::StepSigned,
        };
        let outcome = self.outbox.run(batch).await;
        let block = *self.keeper.blocks().borrow();
        let failed = |block| ShapeEvent::Failed { what, block };
        tx_events(outcome, || ShapeEvent::Done, |_| failed(block), failed)
    }
}

#[async_trait]
impl Perform<ShapeWatch> for WatchingShapes {
    async fn perform(&self, watch: &ShapeWatch, effect: &ShapeEffect) -> Result<Vec<ShapeEvent>, Hold> {
        match effect {
            ShapeEffect::ReadMoney => {
                let (_, facts, money) = read(&self.keeper, watch.shape()).await.map_err(Hold::later)?;
                Ok(vec![ShapeEvent::Money { block: facts.block, money }])
            }
            ShapeEffect::TickUntil { block } => {
                self.keeper.tick_until(*block).await.map_err(Hold::later)?;
                Ok(Vec::new())
            }
            ShapeEffect::Take { what, attempt } => self.take(watch.shape(), *what, *attempt).await,
        }
    }
}
