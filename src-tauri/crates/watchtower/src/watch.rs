//! The machine of a watched agreement.

use agreement::{Machine, buyer};
use runner::{Journaled, Point, Status};
use serde::{Deserialize, Serialize};

/// A purchase of somebody else: the buyer's machine from the payment on. It has a name of its own in the journal, which
/// may be that of somebody who buys, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Watch(pub(crate) buyer::State);

impl Watch {
    /// Where the purchase stands.
    pub fn purchase(&self) -> &buyer::State {
        &self.0
    }
}

impl Machine for Watch {
    type Event = buyer::Event;
    type Effect = buyer::Effect;

    fn step(self, event: Self::Event) -> (Self, Vec<Self::Effect>) {
        let (state, effects) = self.0.step(event);
        (Self(state), effects)
    }

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn is_final(&self) -> bool {
        self.0.is_final()
    }

    fn resume() -> Self::Event {
        buyer::State::resume()
    }

    fn head(block: u64) -> Self::Event {
        buyer::State::head(block)
    }

    fn is_reading(effect: &Self::Effect) -> bool {
        buyer::State::is_reading(effect)
    }
}

impl Journaled for Watch {
    const MACHINE: &'static str = "watch";

    fn id(&self) -> String {
        watch_id(self.0.order().terms.agreement)
    }

    fn point(&self) -> Point {
        Point::WatchKept
    }

    fn status(&self) -> Status {
        Status::StoredVm
    }

    fn is_derived(&self) -> bool {
        // From the terms and the chain all of it is found again; what was signed is in the outbox.
        true
    }
}

/// The journal's id of a watched agreement.
pub(crate) fn watch_id(agreement: protocol::AgreementId) -> String {
    format!("watch:{}", agreement.hex())
}
