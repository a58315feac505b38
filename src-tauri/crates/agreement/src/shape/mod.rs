//! Agreements of any shape: what the chain says of one, what may happen next in it, and the proof that it is what was
//! confirmed. Pure, as everything here; there is no machine: each step is taken by whoever asks for it.

mod next;
mod perils;
mod take_back;
mod verified;

pub use next::{By, Next, Standing, outlook};
pub use perils::{Peril, perils};
pub use take_back::{OwnMoney, TakeBack};
pub use verified::{ShapeFlaw, VerifiedShape};

use crate::{AgreementFact, ConditionFact};
use serde::{Deserialize, Serialize};

/// One reading of the chain about an agreement of any shape.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ShapeFacts {
    /// The block that was read.
    pub block: u64,
    /// The agreement; `None` where no such id exists.
    pub agreement: Option<AgreementFact>,
    /// The conditions in the places of the shape.
    pub conditions: Vec<ConditionFact>,
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod samples;
