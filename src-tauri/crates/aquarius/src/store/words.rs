//! The words of a text, as they are kept and as they are looked for: in lower case and without accents.

use crate::CatalogueError;
use rusqlite::{Connection, params};

/// Where SQLite takes texts of other letters than ASCII's apart. What an accent is and what a letter, it knows from its
/// own tables, and the index of [`super::find`] was made with the same.
const HEARD: &str = "
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.heard USING fts5 (
        piece, content = '', tokenize = 'unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.heard_word USING fts5vocab (temp, heard, instance);";

/// Makes a connection able to take texts apart. Nothing of it reaches the catalogue's file.
pub(super) fn prepare(connection: &Connection) -> Result<(), CatalogueError> {
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection.execute_batch(HEARD)?)
}

/// The words of a text in their order.
pub(crate) fn words(connection: &Connection, text: &str) -> Result<Vec<String>, CatalogueError> {
    let mut words = Vec::new();
    let mut foreign: Vec<(usize, &str)> = Vec::new();
    for piece in text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()).filter(|piece| !piece.is_empty()) {
        if piece.is_ascii() {
            words.push(piece.to_ascii_lowercase());
        } else {
            foreign.push((words.len(), piece));
        }
    }
    if foreign.is_empty() {
        return Ok(words);
    }
    let mut all = Vec::with_capacity(words.len() + foreign.len());
    let mut plain = words.into_iter();
    let mut taken = 0;
    for (before, apart) in foreign.iter().map(|(before, _)| before).zip(taken_apart(connection, &foreign)?) {
        all.extend(plain.by_ref().take(before - taken));
        taken = *before;
        all.extend(apart);
    }
    all.extend(plain);
    Ok(all)
}

/// The words of each piece, by SQLite.
fn taken_apart(connection: &Connection, pieces: &[(usize, &str)]) -> Result<Vec<Vec<String>>, CatalogueError> {
    connection.prepare_cached("INSERT INTO temp.heard (heard) VALUES ('delete-all')")?.execute([])?;
    let mut put = connection.prepare_cached("INSERT INTO temp.heard (rowid, piece) VALUES (?1, ?2)")?;
    for (number, (_, piece)) in (0_i64..).zip(pieces) {
        put.execute(params![number, piece])?;
    }
    let mut query = connection.prepare_cached("SELECT doc, \"offset\", term FROM temp.heard_word")?;
    let mut found: Vec<(i64, i64, String)> = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, rusqlite::Error>>()?;
    found.sort_unstable();
    let mut apart = vec![Vec::new(); pieces.len()];
    for (piece, _, word) in found {
        if let Some(words) = usize::try_from(piece).ok().and_then(|piece| apart.get_mut(piece)) {
            words.push(word);
        }
    }
    Ok(apart)
}

#[cfg(test)]
mod tests {
    use super::{prepare, words};
    use rusqlite::Connection;

    fn of(text: &str) -> Vec<String> {
        let connection = Connection::open_in_memory().unwrap();
        prepare(&connection).unwrap();
        // Twice, since nothing of a text may be left for the next.
        words(&connection, "Überbleibsel").unwrap();
        words(&connection, text).unwrap()
    }

    #[test]
    fn accents_and_capitals_make_no_other_word_and_the_order_stays() {
        assert_eq!(of("Rain at MÜHLE-7, Émile_b; Ærø ends"), ["rain", "at", "muhle", "7", "emile", "b", "ærø", "ends"]);
        assert_eq!(of("Ώρα e\u{301}té"), ["ώρα", "ete"]);
        assert_eq!(of("*\"\u{0}' -"), Vec::<String>::new());
        assert_eq!(of("水位 data 雨"), ["水位", "data", "雨"]);
    }

    #[test]
    fn what_is_taken_apart_here_is_taken_apart_as_sqlite_does() {
        let connection = Connection::open_in_memory().unwrap();
        prepare(&connection).unwrap();
        let every: String = (0..128_u8).map(char::from).collect();
        let text = format!("{every} a_b c.d E-f 9g {every}");
        // A letter beyond ASCII in each piece brings the whole of it to SQLite.
        let by_sqlite = super::taken_apart(&connection, &[(0, &format!("{text} é"))]).unwrap().remove(0);
        let mut here = words(&connection, &text).unwrap();
        here.push("e".to_owned());
        assert_eq!(here, by_sqlite);
    }
}
