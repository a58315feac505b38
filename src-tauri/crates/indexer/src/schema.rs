//! The schema, grown by numbered migrations. A migration is never changed after release.

use crate::IndexError;
use rusqlite::Connection;
use std::path::Path;

/// Numbers of kinds are those of `Topic`.
const MIGRATIONS: &[&str] = &[
    // 1
    "CREATE TABLE block (number INTEGER PRIMARY KEY, hash BLOB NOT NULL);
     CREATE TABLE event (
        block INTEGER NOT NULL, position INTEGER NOT NULL, kind INTEGER NOT NULL, tx BLOB NOT NULL,
        subject BLOB, other BLOB, third BLOB, source BLOB, target BLOB, amount BLOB, number INTEGER, text TEXT,
        PRIMARY KEY (block, position)) WITHOUT ROWID;
     CREATE INDEX event_subject ON event (subject) WHERE subject IS NOT NULL;
     CREATE INDEX event_source ON event (source) WHERE source IS NOT NULL;
     CREATE INDEX event_target ON event (target) WHERE target IS NOT NULL;
     CREATE TABLE rollback (epoch INTEGER PRIMARY KEY AUTOINCREMENT, block INTEGER NOT NULL);
     CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);

     CREATE VIEW agreement AS
        SELECT e.subject AS id, e.other AS did, e.source AS creator, e.tx, e.block, e.position, b.hash AS block_hash
        FROM event e JOIN block b ON b.number = e.block WHERE e.kind = 10 AND e.subject IS NOT NULL;
     CREATE VIEW actor AS
        SELECT e.subject AS agreement, e.target AS account, e.other AS type, e.block, e.position, b.hash AS block_hash
        FROM event e JOIN block b ON b.number = e.block WHERE e.kind = 11 AND e.subject IS NOT NULL;
     CREATE VIEW condition AS
        SELECT e.subject AS id, e.other AS type_ref, CASE e.kind WHEN 12 THEN 1 ELSE e.number END AS state, e.source AS by,
            e.block, e.position, b.hash AS block_hash
        FROM event e JOIN block b ON b.number = e.block
        WHERE e.kind IN (12, 13) AND e.subject IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM event l WHERE l.subject = e.subject AND l.kind = 13
                AND (l.block, l.position) > (e.block, e.position));
     CREATE VIEW did AS
        SELECT e.subject AS id, e.target AS owner, r.other AS checksum, r.text AS value, e.block, e.position,
            b.hash AS block_hash
        FROM event e JOIN block b ON b.number = e.block
        JOIN event r ON r.subject = e.subject AND r.kind = 1 AND NOT EXISTS (
            SELECT 1 FROM event l WHERE l.subject = r.subject AND l.kind = 1
                AND (l.block, l.position) > (r.block, r.position))
        WHERE e.kind IN (1, 4) AND e.subject IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM event l WHERE l.subject = e.subject AND l.kind IN (1, 4)
                AND (l.block, l.position) > (e.block, e.position));
     CREATE VIEW provider AS
        SELECT e.subject AS did, e.target AS account, e.kind = 2 AS serves, e.block, e.position, b.hash AS block_hash
        FROM event e JOIN block b ON b.number = e.block
        WHERE (e.kind = 2 OR (e.kind = 3 AND e.number = 1)) AND e.subject IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM event l WHERE l.subject = e.subject AND l.target = e.target
                AND (l.kind = 2 OR (l.kind = 3 AND l.number = 1))
                AND (l.block, l.position) > (e.block, e.position));
     CREATE VIEW moved AS
        SELECT e.source AS payer, e.target AS receiver, e.amount, e.tx, e.block, e.position, b.hash AS block_hash
        FROM event e JOIN block b ON b.number = e.block WHERE e.kind = 19;
     CREATE VIEW access AS
        SELECT e.target AS grantee, e.other AS did, e.subject AS agreement, e.third AS condition, e.block, e.position,
            b.hash AS block_hash
        FROM event e JOIN block b ON b.number = e.block WHERE e.kind = 15 AND e.subject IS NOT NULL;",
    // 2: agreements of v0.1. Up to keeper-contracts 0.12 only their template tells of them; later the store does too, as
    // of something that the template created. It has their parties, the gateway first.
    "DROP VIEW agreement;
     DROP VIEW actor;
     CREATE VIEW agreement AS
        SELECT e.subject AS id, e.other AS did, e.source AS creator, e.tx, e.block, e.position, b.hash AS block_hash
        FROM event e JOIN block b ON b.number = e.block WHERE e.kind = 10 AND e.subject IS NOT NULL
        UNION ALL
        SELECT e.subject, e.other, substr(e.third, 13), e.tx, e.block, e.position, b.hash
        FROM event e JOIN block b ON b.number = e.block WHERE e.kind = 18 AND e.subject IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM event l WHERE l.subject = e.subject AND l.kind = 10);
     CREATE VIEW actor AS
        SELECT e.subject AS agreement, e.target AS account, e.other AS type, e.block, e.position, 0 AS place,
            b.hash AS block_hash
        FROM event e JOIN block b ON b.number = e.block WHERE e.kind = 11 AND e.subject IS NOT NULL
        UNION ALL
        SELECT e.subject, e.target, NULL, e.block, e.position, 0, b.hash
        FROM event e JOIN block b ON b.number = e.block WHERE e.kind = 18 AND e.subject IS NOT NULL
        UNION ALL
        SELECT e.subject, e.source, NULL, e.block, e.position, 1, b.hash
        FROM event e JOIN block b ON b.number = e.block WHERE e.kind = 18 AND e.subject IS NOT NULL;",
];

/// Brings the file to this version's schema.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), IndexError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(IndexError::Newer { path: path.to_owned(), found, known });
    }
    let done = usize::try_from(found).unwrap_or(0);
    for (number, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        let step = connection.transaction()?;
        step.execute_batch(migration)?;
        step.pragma_update(None, "user_version", i64::try_from(number + 1).unwrap_or(i64::MAX))?;
        step.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Topic, store::Store};

    #[test]
    fn a_file_of_a_newer_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.db");
        drop(Store::open(&path, "chain").unwrap());
        drop(Store::open(&path, "chain").expect("opening again changes nothing"));
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(Store::open(&path, "chain"), Err(IndexError::Newer { found: 99, .. })));
    }

    #[test]
    fn the_views_use_the_numbers_of_the_topics() {
        let numbers = [
            (Topic::DidRegistered, 1),
            (Topic::DidProviderAdded, 2),
            (Topic::DidProviderRemoved, 3),
            (Topic::DidOwnershipTransferred, 4),
            (Topic::AgreementCreated, 10),
            (Topic::AgreementActorAdded, 11),
            (Topic::AgreementCreatedV01, 18),
            (Topic::ConditionCreated, 12),
            (Topic::ConditionUpdated, 13),
            (Topic::AccessGranted, 15),
            (Topic::Transfer, 19),
        ];
        numbers.into_iter().for_each(|(topic, number)| assert_eq!(topic.number(), number, "{topic}"));
    }
}
