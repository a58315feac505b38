//! How many of the found listings have which category, licence and tag.

use crate::CatalogueError;
use protocol::search::Facet;
use rusqlite::{Connection, ToSql};

/// The commonest values of a field among the listings that `condition` selects.
pub(crate) fn count(
    connection: &Connection,
    field: &str,
    condition: &str,
    parameters: &[&dyn ToSql],
    most: u32,
) -> Result<Vec<Facet>, CatalogueError> {
    let sql = format!(
        "SELECT MIN(w.shown), COUNT(DISTINCT w.listing) AS n FROM word w JOIN listing l ON l.id = w.listing
         WHERE w.field = '{field}' AND {condition} GROUP BY w.value ORDER BY n DESC, w.value LIMIT {most}"
    );
    let mut query = connection.prepare_cached(&sql)?;
    let rows = query.query_map(parameters, |row| {
        Ok(Facet { value: row.get(0)?, count: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0) })
    })?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?)
}
