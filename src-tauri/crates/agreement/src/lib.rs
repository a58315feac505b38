//! State machines of a service agreement: the [`buyer`]'s side and the [`publisher`]'s side.
//!
//! Pure: no I/O, no clock, no randomness. A machine is an enum with data; [`Machine::step`] takes it and an event and
//! gives the next state and the effects to perform. Every pair of state and event is decided explicitly; the whole
//! table is in `docs/agreement-states.md`, generated from this code by [`table`].
//!
//! # The rules behind the tables
//!
//! * **Persist, then act.** Whoever drives a machine writes the new state to disk before it performs an effect. After
//!   a crash it loads the state and gives it `Resume`, which emits the effects of that state again. Every effect can be
//!   performed twice: transactions have a key under which they are signed once (`runner::Outbox`), reads and waits are
//!   harmless, the gateway knows an agreement's id.
//! * **State, never events.** A machine moves on [`Facts`], one reading of the chain, and on nothing that somebody
//!   claims. `Head`, `TxDone`, an HTTP 201 only cause another reading.
//! * **Money moves on a [`VerifiedAgreement`] only.** It cannot be made but from facts that equal what was confirmed.
//! * **Time is blocks.** Deadlines are block numbers; `Head` says which block it is. A state that waits for a block emits
//!   `TickUntil`, so that a chain that mines on demand gets there.
//! * **A failure is certain or it is not told.** `TxFailed` means: this transaction can never take effect (nothing was
//!   signed, it was reverted, or its nonce was taken by another one). As long as it might, the driver goes on trying.

pub mod buyer;
mod facts;
#[cfg(feature = "planted")]
pub mod planted;
pub mod publisher;
mod retry;
mod sentences;
pub mod shape;
mod table;
mod verified;

pub use facts::{AgreementFact, ConditionFact, ConditionState, Facts};
pub use retry::Retry;
pub use table::{Row, document, table};
pub use verified::{Flaw, Order, VerifiedAgreement};

/// What a driver needs of a machine.
pub trait Machine: Sized + Clone + PartialEq {
    /// What happens to it.
    type Event: Clone;
    /// What it wants done.
    type Effect: Clone + PartialEq + std::fmt::Debug;

    /// The next state and what to do, in this order. Total: it never fails, and pairs without meaning change nothing.
    fn step(self, event: Self::Event) -> (Self, Vec<Self::Effect>);
    /// The stable name of the state, snake_case.
    fn name(&self) -> &'static str;
    /// Whether nothing will happen any more.
    fn is_final(&self) -> bool;
    /// The event to give after loading.
    fn resume() -> Self::Event;
    /// The event of a new block.
    fn head(block: u64) -> Self::Event;
    /// Whether performing this again while it is under way would tell something newer: readings do, all else does not.
    fn is_reading(effect: &Self::Effect) -> bool;
}

/// What one step decided. `because` names why a pair is ignored; it is part of the generated table.
pub(crate) struct Decision<S, E> {
    pub(crate) state: S,
    pub(crate) effects: Vec<E>,
    pub(crate) ignored: Option<&'static str>,
}

impl<S, E> Decision<S, E> {
    pub(crate) fn go(state: S, effects: impl Into<Vec<E>>) -> Self {
        Self { state, effects: effects.into(), ignored: None }
    }

    pub(crate) fn ignore(state: S, because: &'static str) -> Self {
        Self { state, effects: Vec::new(), ignored: Some(because) }
    }
}
