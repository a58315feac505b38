//! A file of the first version becomes one of this, with everything that was in it.

use super::{Numbers, document, opened};
use crate::{
    CatalogueError,
    store::{keep_row, put, schema, search::search},
};
use protocol::search::SearchRequest;
use rusqlite::Connection;

fn rows(connection: &Connection, table: &str) -> Vec<String> {
    let mut query = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
    let columns = query.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        (0..columns).map(|column| Ok(format!("{:?}", row.get_ref(column)?))).collect::<rusqlite::Result<Vec<_>>>()
    };
    query.query_map([], row).unwrap().map(|row| row.unwrap().join("|")).collect()
}

#[test]
fn a_file_of_the_first_version_keeps_its_listings_and_is_searched_like_a_new_one() {
    let mut n = Numbers(31);
    let documents: Vec<_> = (0..60).map(|number| document(&mut n, number)).collect();
    let mut new = opened();
    let mut old = Connection::open_in_memory().unwrap();
    crate::store::settings(&old).unwrap();
    schema::migrate_to(&mut old, 1).unwrap();
    let in_new = new.transaction().unwrap();
    let in_old = old.transaction().unwrap();
    for ddo in &documents {
        put(&in_new, ddo).unwrap();
        keep_row(&in_old, None, ddo).unwrap();
    }
    in_old.execute("INSERT INTO change (message, at) VALUES ('once', 5)", []).unwrap();
    // Far behind the others, as after many that were put in together.
    let last: i64 = in_old.query_row("SELECT MAX(id) FROM listing WHERE listed = 1", [], |row| row.get(0)).unwrap();
    in_old.execute("UPDATE listing SET id = 20000 WHERE id = ?1", [last]).unwrap();
    in_old.execute("UPDATE word SET listing = 20000 WHERE listing = ?1", [last]).unwrap();
    in_new.commit().unwrap();
    in_old.commit().unwrap();
    let tables = ["listing", "term", "word", "change"];
    let before = tables.map(|table| rows(&old, table));
    schema::migrate(&mut old).unwrap();
    assert_eq!(tables.map(|table| rows(&old, table)), before, "nothing that was in it is lost or changed");
    for text in ["", "riv", "river rain ", "elbe", "水", "did:op:"] {
        let request = SearchRequest { text: text.to_owned(), page: 1, size: 100, ..SearchRequest::default() };
        let told = |connection: &Connection| {
            let mut answer = search(connection, &request).unwrap();
            answer.took_us = 0;
            serde_json::to_string(&answer).unwrap()
        };
        assert_eq!(told(&old), told(&new), "{text}");
        assert!(search(&old, &request).unwrap().total > 0, "{text}");
    }
    let text: i64 = old.query_row("SELECT COUNT(*) FROM text WHERE text MATCH 'did'", [], |row| row.get(0)).unwrap();
    assert_eq!(text as u64, search(&old, &SearchRequest::default()).unwrap().total, "also for the query language");
}

#[test]
fn a_file_of_a_later_version_is_left_alone() {
    let mut later = opened();
    later.pragma_update(None, "user_version", 1_000).unwrap();
    assert!(matches!(schema::migrate(&mut later), Err(CatalogueError::Newer)));
}
