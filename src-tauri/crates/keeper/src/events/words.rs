//! The arguments of an event whose arguments all are single words: read where they stand, for there are many.

use crate::KeeperError;
use protocol::{Address, Vodka, tx::Log};

const WORD: usize = 32;

/// The words of a log: the indexed arguments, which are its topics after the first, then those of its data.
pub(super) struct Words<'a> {
    log: &'a Log,
    event: &'static str,
}

impl<'a> Words<'a> {
    /// Of an event with so many indexed arguments; more data than a reader asks for is not looked at, as ABIs have it.
    pub(super) fn of(log: &'a Log, event: &'static str, indexed: usize) -> Result<Self, KeeperError> {
        let words = Self { log, event };
        match log.topics.len() == indexed + 1 {
            true => Ok(words),
            false => Err(words.wrong("has another number of topics")),
        }
    }

    fn wrong(&self, what: &str) -> KeeperError {
        KeeperError::Answer(format!("{} in {} {what}", self.event, self.log.tx))
    }

    /// The word at this place, counted from 0, the indexed ones first.
    pub(super) fn word(&self, place: usize) -> Result<[u8; WORD], KeeperError> {
        let topics = self.log.topics.get(1..).unwrap_or_default();
        if let Some(topic) = topics.get(place) {
            return Ok(topic.0);
        }
        let from = (place - topics.len()) * WORD;
        let found = self.log.data.get(from..from + WORD).and_then(|word| word.try_into().ok());
        found.ok_or_else(|| self.wrong("has too little data"))
    }

    /// An account or contract.
    pub(super) fn address(&self, place: usize) -> Result<Address, KeeperError> {
        let word = self.word(place)?;
        match word.split_first_chunk::<12>() {
            Some(([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], rest)) => rest.try_into().map(Address).ok(),
            _ => None,
        }
        .ok_or_else(|| self.wrong("has no address where one should be"))
    }

    /// An amount.
    pub(super) fn amount(&self, place: usize) -> Result<Vodka, KeeperError> {
        self.word(place).map(Vodka::from_be_bytes)
    }

    /// A number of blocks or seconds, as large as can be where it does not fit.
    pub(super) fn count(&self, place: usize) -> Result<u64, KeeperError> {
        let word = self.word(place)?;
        Ok(match word.split_last_chunk::<8>() {
            Some((rest, last)) if rest.iter().all(|byte| *byte == 0) => u64::from_be_bytes(*last),
            _ => u64::MAX,
        })
    }

    /// Yes or no.
    pub(super) fn flag(&self, place: usize) -> Result<bool, KeeperError> {
        match self.count(place)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.wrong("has neither yes nor no where one should be")),
        }
    }
}
