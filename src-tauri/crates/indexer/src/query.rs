//! The history of an account, by kind and from a block on.

use crate::{
    Entry, IndexError, Position, Topic,
    store::{COLUMNS, Store, entry, signed},
};
use protocol::{Address, Hash32};
use rusqlite::{Transaction, params_from_iter, types::Value};

/// Whose events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Party {
    /// Everybody's.
    #[default]
    Anyone,
    /// Those in which this account is the one who does.
    From(Address),
    /// Those in which this account is the one to whom.
    To(Address),
    /// Those in which this account is one or the other.
    Either(Address),
    /// Those from the first to the second.
    Between(Address, Address),
}

/// Which events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Whose.
    pub party: Party,
    /// Of which kinds; none is all of them.
    pub topics: Vec<Topic>,
    /// What they are about: an agreement, a condition, a listing, a template.
    pub about: Option<Hash32>,
}

impl Filter {
    /// The events of one account, in either part.
    pub fn of(account: Address) -> Self {
        Self { party: Party::Either(account), ..Self::default() }
    }

    /// The events about one agreement, condition, listing or template.
    pub fn about(subject: [u8; 32]) -> Self {
        Self { about: Some(Hash32(subject)), ..Self::default() }
    }

    /// Only of this kind; several times: of any of them.
    #[must_use]
    pub fn topic(mut self, topic: Topic) -> Self {
        self.topics.push(topic);
        self
    }

    /// Whether this is one of them.
    pub fn admits(&self, entry: &Entry) -> bool {
        let party = match self.party {
            Party::Anyone => true,
            Party::From(account) => entry.from == Some(account),
            Party::To(account) => entry.to == Some(account),
            Party::Either(account) => entry.from == Some(account) || entry.to == Some(account),
            Party::Between(from, to) => entry.from == Some(from) && entry.to == Some(to),
        };
        let about = self.about.is_none() || entry.subject == self.about;
        party && about && (self.topics.is_empty() || self.topics.contains(&entry.topic))
    }
}

/// The entries of a filter from a position on, itself included, in the order of the chain.
pub(crate) fn page(
    step: &Transaction<'_>,
    filter: &Filter,
    from: Position,
    most: u32,
) -> Result<Vec<Entry>, IndexError> {
    let mut values: Vec<Value> = vec![signed(from.block).into(), signed(from.index).into(), i64::from(most).into()];
    let mut place = |value: Value| {
        values.push(value);
        format!("?{}", values.len())
    };
    let parties = match filter.party {
        Party::Anyone => vec![String::new()],
        Party::From(who) => vec![format!("AND e.source = {}", place(who.0.to_vec().into()))],
        Party::To(who) => vec![format!("AND e.target = {}", place(who.0.to_vec().into()))],
        // Two halves, each in the order of its index: what is asked for is merged from them, and no more is read.
        Party::Either(who) => {
            let who = place(who.0.to_vec().into());
            vec![format!("AND e.source = {who}"), format!("AND e.target = {who} AND e.source IS NOT {who}")]
        }
        Party::Between(from, to) => {
            let (from, to) = (place(from.0.to_vec().into()), place(to.0.to_vec().into()));
            vec![format!("AND e.source = {from} AND e.target = {to}")]
        }
    };
    let about = match filter.about {
        Some(Hash32(subject)) => format!("AND e.subject = {}", place(subject.to_vec().into())),
        None => String::new(),
    };
    let topics = match filter.topics.as_slice() {
        [] => String::new(),
        topics => {
            let numbers: Vec<String> = topics.iter().map(|topic| topic.number().to_string()).collect();
            format!("AND e.kind IN ({})", numbers.join(", "))
        }
    };
    let halves: Vec<String> = parties
        .into_iter()
        .map(|party| {
            format!(
                "SELECT {COLUMNS} FROM event e JOIN block b ON b.number = e.block
                 WHERE (e.block, e.position) >= (?1, ?2) {party} {about} {topics}"
            )
        })
        .collect();
    // The first two columns are block and position.
    let text = format!("{} ORDER BY 1, 2 LIMIT ?3", halves.join(" UNION ALL "));
    let mut query = step.prepare_cached(&text)?;
    let mut rows = query.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(entry(row)?);
    }
    Ok(found)
}

impl Store {
    pub(crate) async fn history(&self, filter: Filter, from: Position, most: u32) -> Result<Vec<Entry>, IndexError> {
        self.read(move |step| page(step, &filter, from, most)).await
    }
}
