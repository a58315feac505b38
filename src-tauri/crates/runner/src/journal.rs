//! The recovery journal of OEP-5 ("Cache"): a row is written as soon as something is asked for, and leaves when it is
//! done. What left stays in a table of its own, and every step in a history, so that nothing paid is ever forgotten.
//! Local only; never offered on any network.

use crate::{
    Point,
    ledger::{Handed, Ledger, LedgerError},
};
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};

/// What a row is about (OEP-5 "type").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A listing.
    Asset,
    /// A party.
    Actor,
    /// An agreement.
    Contract,
}

/// How far a row is (OEP-5 "status").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// In this journal only.
    Cached,
    /// On the chain.
    StoredVm,
    /// On the chain, and all else that belongs to it is stored too.
    StoredDb,
}

macro_rules! text_enum {
    ($type:ident { $($variant:ident = $text:literal),* }) => {
        impl $type {
            /// As OEP-5 writes it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
            fn read(text: &str) -> Result<Self, LedgerError> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    other => Err(LedgerError::Row(format!("{other} is unknown"))),
                }
            }
        }
    };
}
text_enum!(Kind { Asset = "ASSET", Actor = "ACTOR", Contract = "CONTRACT" });
text_enum!(Status { Cached = "CACHED", StoredVm = "STORED_VM", StoredDb = "STORED_DB" });

/// A row to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Unique among all machines, like `buyer:0x…`.
    pub id: String,
    /// Whose rows these are: `buyer`, `publisher`, `publish`, …
    pub machine: String,
    /// What it is about.
    pub kind: Kind,
    /// How far it is.
    pub status: Status,
    /// The name of the machine's state.
    pub state: String,
    /// The machine, JSON.
    pub content: String,
    /// Attempts before it is given up; 0 is unlimited, as for everything with money.
    pub max_retries: u32,
    /// Seconds before it is given up; 0 is unlimited.
    pub ttl: u64,
}

/// A row as it is on disk. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What was written last.
    pub entry: Entry,
    /// Errors so far.
    pub attempts: u32,
    /// When it was written first.
    pub created: i64,
    /// When it was written last.
    pub updated: i64,
}

/// A step of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Milliseconds since 1970.
    pub at: i64,
    /// How far it was.
    pub status: Status,
    /// The state.
    pub state: String,
    /// An error, or what else is worth remembering.
    pub note: Option<String>,
}

/// The journal. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal(Ledger);

const COLUMNS: &str = "id, machine, type, status, state, content, max_retries, ttl, attempts, created, updated";

impl Journal {
    /// The journal of a file.
    pub fn new(ledger: &Ledger) -> Self {
        Self(ledger.clone())
    }

    /// Writes a row, new or again, and a step of its history. Durable when this returns.
    pub async fn put(&self, entry: Entry, point: Point) -> Result<(), LedgerError> {
        let at = self.0.now();
        self.0.write(point, move |c| put(c, &entry, "journal", at)).await
    }

    /// Hands a row over; durable later, but never later than anything that is handed over after it.
    pub fn hand(&self, entry: Entry, point: Point) -> Handed<()> {
        let at = self.0.now();
        self.0.hand(point, move |c| put(c, &entry, "journal", at))
    }

    /// Writes a new row; false, and nothing written, where one of this id exists or existed.
    pub async fn begin(&self, entry: Entry, point: Point) -> Result<bool, LedgerError> {
        let at = self.0.now();
        self.0
            .write(point, move |c| {
                let known = "SELECT 1 FROM journal WHERE id = ?1 UNION SELECT 1 FROM closed WHERE id = ?1";
                if c.prepare_cached(known)?.exists([&entry.id])? {
                    return Ok(false);
                }
                put(c, &entry, "journal", at)?;
                Ok(true)
            })
            .await
    }

    /// Writes a row anew in the place of one that is closed; false, and nothing written, where no row of this id is closed,
    /// or one is open. The history keeps what was before.
    pub async fn reopen(&self, entry: Entry, point: Point) -> Result<bool, LedgerError> {
        let at = self.0.now();
        self.0
            .write(point, move |c| {
                if c.prepare_cached("SELECT 1 FROM journal WHERE id = ?1")?.exists([&entry.id])? {
                    return Ok(false);
                }
                if c.prepare_cached("DELETE FROM closed WHERE id = ?1")?.execute([&entry.id])? == 0 {
                    return Ok(false);
                }
                put(c, &entry, "journal", at)?;
                Ok(true)
            })
            .await
    }

    /// Takes a row out of the journal and keeps it among the closed ones. Durable when this returns.
    pub async fn close(&self, entry: Entry, point: Point) -> Result<(), LedgerError> {
        let at = self.0.now();
        self.0
            .write(point, move |c| {
                let before =
                    format!("INSERT OR REPLACE INTO closed ({COLUMNS}) SELECT {COLUMNS} FROM journal WHERE id = ?1");
                c.prepare_cached(&before)?.execute([&entry.id])?;
                c.prepare_cached("DELETE FROM journal WHERE id = ?1")?.execute([&entry.id])?;
                put(c, &entry, "closed", at)
            })
            .await
    }

    /// Notes an error: one more attempt. Its words come into the history where they are not there yet since the last change of
    /// state: what fails for a week in the same way, or in two ways by turns, is a line of it for each. Returns how many
    /// attempts there were.
    pub async fn failed(&self, id: &str, note: &str, point: Point) -> Result<u32, LedgerError> {
        let at = self.0.now();
        let (id, note) = (id.to_owned(), note.to_owned());
        self.0
            .write(point, move |c| {
                c.execute("UPDATE journal SET attempts = attempts + 1, updated = ?2 WHERE id = ?1", params![id, at])?;
                c.execute(
                    "INSERT INTO history (id, at, status, state, note) SELECT id, ?2, status, state, ?3 FROM journal \
                     WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM history WHERE id = ?1 AND note = ?3 AND seq > \
                     COALESCE((SELECT MAX(seq) FROM history WHERE id = ?1 AND note IS NULL), 0))",
                    params![id, at, note],
                )?;
                let attempts =
                    c.query_row("SELECT attempts FROM journal WHERE id = ?1", [&id], |r| r.get(0)).optional()?;
                Ok(attempts.unwrap_or(0))
            })
            .await
    }

    /// Closes rows that have used up their attempts or their time. Returns their ids.
    pub async fn give_up(&self, point: Point) -> Result<Vec<String>, LedgerError> {
        let at = self.0.now();
        self.0
            .write(point, move |c| {
                let used_up = "(max_retries > 0 AND attempts > max_retries) OR (ttl > 0 AND created + ttl * 1000 < ?1)";
                let ids = c
                    .prepare(&format!("SELECT id FROM journal WHERE {used_up}"))?
                    .query_map([at], |r| r.get(0))?
                    .collect::<Result<Vec<String>, _>>()?;
                for id in &ids {
                    c.execute(
                        &format!("INSERT OR REPLACE INTO closed ({COLUMNS}) SELECT {COLUMNS} FROM journal WHERE id = ?1"),
                        [id],
                    )?;
                    c.execute(
                        "INSERT INTO history (id, at, status, state, note) SELECT id, ?2, status, state, 'given up' FROM journal WHERE id = ?1",
                        params![id, at],
                    )?;
                    c.execute("DELETE FROM journal WHERE id = ?1", [id])?;
                }
                Ok(ids)
            })
            .await
    }

    /// The open rows of a machine, oldest first: what to resume after a start.
    pub async fn open(&self, machine: &str) -> Result<Vec<Row>, LedgerError> {
        let machine = machine.to_owned();
        self.0
            .read(move |c| {
                let mut query = c.prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM journal WHERE machine = ?1 ORDER BY created, id"
                ))?;
                rows(query.query_map([machine], columns)?)
            })
            .await
    }

    /// The closed rows of a machine, newest first, a page at a time.
    pub async fn closed(&self, machine: &str, skip: u32, most: u32) -> Result<Vec<Row>, LedgerError> {
        let machine = machine.to_owned();
        self.0
            .read(move |c| {
                let mut query = c.prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM closed WHERE machine = ?1 ORDER BY created DESC, id LIMIT ?2 OFFSET ?3"
                ))?;
                rows(query.query_map(params![machine, most, skip], columns)?)
            })
            .await
    }

    /// How many closed rows a machine has.
    pub async fn closed_count(&self, machine: &str) -> Result<u64, LedgerError> {
        let machine = machine.to_owned();
        self.0
            .read(move |c| {
                let count: i64 =
                    c.query_row("SELECT count(*) FROM closed WHERE machine = ?1", [machine], |r| r.get(0))?;
                Ok(count.unsigned_abs())
            })
            .await
    }

    /// One row, open or closed.
    pub async fn get(&self, id: &str) -> Result<Option<Row>, LedgerError> {
        let id = id.to_owned();
        self.0
            .read(move |c| {
                let query = format!(
                    "SELECT {COLUMNS} FROM journal WHERE id = ?1 UNION ALL SELECT {COLUMNS} FROM closed WHERE id = ?1"
                );
                c.prepare_cached(&query)?.query_row([id], columns).optional()?.map(row).transpose()
            })
            .await
    }

    /// Everything that happened to a row, in order.
    pub async fn history(&self, id: &str) -> Result<Vec<Step>, LedgerError> {
        let id = id.to_owned();
        self.0
            .read(move |c| {
                let mut query =
                    c.prepare_cached("SELECT at, status, state, note FROM history WHERE id = ?1 ORDER BY seq")?;
                let steps = query.query_map([id], |r| Ok((r.get(0)?, r.get::<_, String>(1)?, r.get(2)?, r.get(3)?)))?;
                steps
                    .map(|step| {
                        let (at, status, state, note) = step?;
                        Ok(Step { at, status: Status::read(&status)?, state, note })
                    })
                    .collect()
            })
            .await
    }
}

fn put(c: &Connection, entry: &Entry, table: &str, at: i64) -> Result<(), LedgerError> {
    c.prepare_cached(&format!(
        "INSERT INTO {table} ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?9)
         ON CONFLICT (id) DO UPDATE SET status = ?4, state = ?5, content = ?6, updated = ?9"
    ))?
    .execute(params![
        entry.id,
        entry.machine,
        entry.kind.as_str(),
        entry.status.as_str(),
        entry.state,
        entry.content,
        entry.max_retries,
        i64::try_from(entry.ttl).unwrap_or(i64::MAX),
        at
    ])?;
    c.prepare_cached("INSERT INTO history (id, at, status, state) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        entry.id,
        at,
        entry.status.as_str(),
        entry.state
    ])?;
    Ok(())
}

type Columns = (Row, String, String);

fn columns(r: &SqlRow<'_>) -> rusqlite::Result<Columns> {
    let entry = Entry {
        id: r.get(0)?,
        machine: r.get(1)?,
        kind: Kind::Contract,
        status: Status::Cached,
        state: r.get(4)?,
        content: r.get(5)?,
        max_retries: r.get(6)?,
        ttl: r.get::<_, i64>(7)?.unsigned_abs(),
    };
    let row = Row { entry, attempts: r.get(8)?, created: r.get(9)?, updated: r.get(10)? };
    Ok((row, r.get(2)?, r.get(3)?))
}

fn row((mut row, kind, status): Columns) -> Result<Row, LedgerError> {
    row.entry.kind = Kind::read(&kind)?;
    row.entry.status = Status::read(&status)?;
    Ok(row)
}

fn rows(found: impl Iterator<Item = rusqlite::Result<Columns>>) -> Result<Vec<Row>, LedgerError> {
    found.map(|columns| row(columns?)).collect()
}

#[cfg(test)]
mod edges;

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, state: &str) -> Entry {
        Entry {
            id: id.to_owned(),
            machine: "buyer".to_owned(),
            kind: Kind::Contract,
            status: Status::Cached,
            state: state.to_owned(),
            content: "{}".to_owned(),
            max_retries: 0,
            ttl: 0,
        }
    }

    #[tokio::test]
    async fn a_row_comes_changes_leaves_and_stays_in_the_history() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runner.db");
        let journal = Journal::new(&Ledger::open(&path).unwrap());
        assert!(journal.begin(entry("a", "confirmed"), Point::OtherSigned).await.unwrap());
        assert!(!journal.begin(entry("a", "confirmed"), Point::OtherSigned).await.unwrap(), "an id is used once");
        journal.put(entry("a", "locked"), Point::OtherSigned).await.unwrap();
        assert_eq!(journal.failed("a", "the network is gone", Point::OtherSigned).await.unwrap(), 1);
        drop(journal);

        let journal = Journal::new(&Ledger::open(&path).unwrap());
        let open = journal.open("buyer").await.unwrap();
        assert_eq!((open.len(), open[0].attempts, open[0].entry.state.as_str()), (1, 1, "locked"));
        let done = Entry { status: Status::StoredDb, ..entry("a", "completed") };
        journal.close(done.clone(), Point::OtherSigned).await.unwrap();
        assert!(journal.open("buyer").await.unwrap().is_empty());
        assert_eq!(journal.closed("buyer", 0, 10).await.unwrap()[0].entry, done);
        assert_eq!(journal.closed_count("buyer").await.unwrap(), 1);
        journal.close(entry("b", "abandoned"), Point::OtherSigned).await.unwrap();
        assert_eq!(journal.closed_count("buyer").await.unwrap(), 2);
        assert_eq!(journal.get("a").await.unwrap().unwrap().attempts, 1, "attempts are kept");
        assert!(!journal.begin(entry("a", "confirmed"), Point::OtherSigned).await.unwrap(), "not even a closed one");
        let history = journal.history("a").await.unwrap();
        let states: Vec<&str> = history.iter().map(|s| s.state.as_str()).collect();
        assert_eq!(states, ["confirmed", "locked", "locked", "completed"]);
        assert_eq!(history[2].note.as_deref(), Some("the network is gone"));
    }

    #[tokio::test]
    async fn only_rows_with_limits_are_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::new(&Ledger::open(&folder.path().join("runner.db")).unwrap());
        journal.put(entry("money", "locked"), Point::OtherSigned).await.unwrap();
        journal.put(Entry { max_retries: 1, ..entry("other", "x") }, Point::OtherSigned).await.unwrap();
        for id in ["money", "other"] {
            for _ in 0..2 {
                journal.failed(id, "no", Point::OtherSigned).await.unwrap();
            }
        }
        assert_eq!(journal.give_up(Point::OtherSigned).await.unwrap(), ["other"]);
        assert_eq!(journal.open("buyer").await.unwrap().len(), 1);
    }
}
