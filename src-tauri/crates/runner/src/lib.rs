//! Persist, then act: the journal, the outbox of signed transactions, and the loop that drives the machines of
//! [`agreement`].
//!
//! # How the parts fit
//!
//! ```text
//! Ledger    one SQLite file (WAL, synchronous = FULL), one writer thread, commits in order, group commit
//!  ├ Journal   machines that are under way, those that are closed, and the history of both
//!  └ Outbox    signed transactions under keys; nonces; sending, sending again, receipts
//! Driver<M>    load → step → persist → perform → events → step …      M: agreement::buyer::State or publisher::State
//!  └ Perform   yours: does one effect (agent: the buyer's, brizo: the publisher's)
//! ```
//!
//! # How to use it
//!
//! ```text
//! let ledger = Ledger::open(&folder.join("runner.db"))?;
//! let outbox = Outbox::new(&ledger, Arc::new(keeper));
//! outbox.resume().await?;                                  // once, before anything new is signed
//! tokio::spawn({ let outbox = outbox.clone(); async move { outbox.tend(cancel).await } });
//! let driver = Driver::new(Journal::new(&ledger), Arc::new(MyEffects { outbox, .. }), heads);
//! for state in driver.open().await? { driver.spawn(state.id(), cancel.clone()); }          // after a start
//! let id = driver.begin(&buyer::State::new(order)).await?;                                 // a new purchase
//! let state = driver.run_until(&id, |s| s.name() == "granted", cancel).await?;
//! ```
//! In [`Perform::perform`], a transaction is one call: `outbox.run(Batch { signer, items, not_after, point })`. Map
//! [`OutboxError`]: `Locked` → [`Hold::Unlock`]; `TooLate` → the event `TooLate`; `Forbidden` and everything else that
//! [`OutboxError::is_certain`] → the event `TxFailed`; the rest → [`Hold::later`]. [`tx_events`] does just that.
//!
//! Call [`Driver::wake`] after every unlock. The transactions of an agreement with their keys are in [`items`]; the effect
//! `ReadFacts` is [`read_facts`].
//!
//! **One outbox per chain and process.** The queue of nonces is in it: agent and gateway of one home send from the same
//! service key, so they share a clone of one [`Outbox`] (and its [`Ledger`]).
//!
//! # Killing it
//!
//! Every commit has a [`Point`]. The feature `killpoints` (off by default, in no release) lets a test end the process
//! right before or after one of them: `NEUSTON_KILL=before:payment_signed`, `after:buyer_locking:2`.

mod chain;
mod drive;
#[cfg(test)]
mod fake_chain;
#[cfg(test)]
mod fake_node;
mod inline;
pub mod items;
mod journal;
mod keeper_chain;
mod ledger;
mod machine;
mod outbox;
mod point;
mod sentences;
pub mod shapes;

use protocol::Sentence;

pub use chain::{BroadcastError, Chain, ChainError, Look};
pub use drive::{DriveError, Driver, Hold, Perform, Progress, Trouble, WeakDriver};
pub use inline::{Commits, Disk};
pub use journal::{Entry, Journal, Kind, Row, Status, Step};
pub use keeper_chain::{counting_block, read_facts};
pub use ledger::{Handed, Ledger, LedgerError};
pub use machine::{Journaled, buyer_id, publisher_id};
pub use outbox::{Batch, Item, Key, Outbox, OutboxError, Pending};
pub use point::{Point, at};

/// What the outcome of [`Outbox::run`] tells a machine: `done` where it succeeded, `failed` with a reason where it
/// certainly failed, `too_late` where it was not signed in time, and a hold where the last word is not spoken.
pub fn tx_events<E>(
    outcome: Result<Vec<protocol::tx::Receipt>, OutboxError>,
    done: impl FnOnce() -> E,
    failed: impl FnOnce(Sentence) -> E,
    too_late: impl FnOnce(u64) -> E,
) -> Result<Vec<E>, Hold> {
    match outcome {
        Ok(_) => Ok(vec![done()]),
        Err(OutboxError::TooLate { block }) => Ok(vec![too_late(block)]),
        Err(OutboxError::Locked(account)) => Err(Hold::Unlock { account }),
        Err(error) if error.is_certain() => Ok(vec![failed(Sentence::from(&error))]),
        Err(error) => Err(Hold::said(Sentence::from(&error))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Address, Hash32, SignError, TxHash, tx::Receipt};

    #[derive(Debug, PartialEq)]
    enum Told {
        Done,
        Failed(String),
        TooLate(u64),
    }

    fn told(outcome: Result<Vec<Receipt>, OutboxError>) -> Result<Vec<Told>, Hold> {
        tx_events(outcome, || Told::Done, |why| Told::Failed(why.to_string()), Told::TooLate)
    }

    #[test]
    fn a_machine_hears_of_a_failure_only_when_it_is_certain() {
        assert_eq!(told(Ok(vec![])), Ok(vec![Told::Done]));
        assert_eq!(told(Err(OutboxError::TooLate { block: 7 })), Ok(vec![Told::TooLate(7)]));
        let account = Address([1; 20]);
        assert_eq!(told(Err(OutboxError::Locked(account))), Err(Hold::Unlock { account }));
        let reverted = Receipt {
            tx: TxHash([1; 32]),
            block: 5,
            block_hash: Hash32::default(),
            success: false,
            gas_used: 1,
            created: None,
            logs: vec![],
        };
        for certain in [
            OutboxError::Forbidden,
            OutboxError::WouldFail(ChainError::Funds),
            OutboxError::Sign(SignError::Refused("no".to_owned())),
            OutboxError::Reverted(Box::new(reverted.clone())),
            OutboxError::WithoutEffect(Box::new(reverted)),
            OutboxError::Displaced { nonce: 3 },
        ] {
            let why = Sentence::from(&certain).to_string();
            assert_eq!(told(Err(certain)), Ok(vec![Told::Failed(why)]));
        }
        for open in [
            OutboxError::Unreachable(ChainError::Unreachable("away".into())),
            OutboxError::Unknown,
            OutboxError::Ledger(LedgerError::Ending),
        ] {
            let why = Sentence::from(&open);
            assert_eq!(told(Err(open)), Err(Hold::said(why)));
        }
    }

    #[test]
    fn what_passes_is_no_failure() {
        for passes in [
            ChainError::Unreachable(Sentence::default()),
            ChainError::Disputed(Sentence::default()),
            ChainError::TooDear(Sentence::default()),
            ChainError::WrongChain { expected: 1, found: 2 },
        ] {
            assert!(!OutboxError::from(passes.clone()).is_certain(), "{passes:?}");
        }
        for lasts in [ChainError::WouldRevert(String::new()), ChainError::Funds] {
            assert!(OutboxError::from(lasts.clone()).is_certain(), "{lasts:?}");
        }
    }
}
