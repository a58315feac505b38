//! `neuston search` and `neuston show`

use crate::{
    arguments::Search,
    session::{Seen, Session},
    shapes,
};
use api::{ApiError, Code, ListingRow, SearchQuery, Sentence, Sort};
use protocol::{Did, Vodka};
use serde_json::json;
use std::cell::Cell;

pub(super) async fn search(session: &Session, search: Search) -> Result<(), ApiError> {
    let amount = |text: &Option<String>, field: &str| {
        text.as_deref().map(Vodka::parse_ocean).transpose().map_err(|e| {
            ApiError::new(Code::Invalid, Sentence::verbatim(format!("{e}.")), "Write the price like 12.50.").at(field)
        })
    };
    let sort = match search.sort.as_str() {
        "best" => Sort::Best,
        "newest" => Sort::Newest,
        "price-up" => Sort::PriceUp,
        "price-down" => Sort::PriceDown,
        "name" => Sort::Name,
        other => {
            return Err(ApiError::new(
                Code::Invalid,
                Sentence::verbatim(format!("“{other}” is no order.")),
                "Choose best, newest, price-up, price-down or name.",
            )
            .at("sort"));
        }
    };
    let query = SearchQuery {
        text: search.text.join(" "),
        price_min: amount(&search.price_min, "price_min")?,
        price_max: amount(&search.price_max, "price_max")?,
        categories: search.category,
        licenses: search.license,
        tags: search.tag,
        free: search.free,
        publisher: search.publisher,
        sort,
        page: search.page,
        size: search.size,
    };
    demo_is_there(session).await?;
    let page = session.ask(api::Search { query }).await?;
    session.output.answer(&shapes::page(&page), || {
        if page.results.is_empty() {
            return "Nothing found. Try fewer words, or `neuston search` for everything.".to_owned();
        }
        let rows: Vec<String> = page.results.iter().map(line).collect();
        format!("{}\n\n{} of {}", rows.join("\n"), page.results.len(), page.total)
    });
    Ok(())
}

/// Waits while a new network on this computer lists its demo data: whoever looks at once finds all of it.
async fn demo_is_there(session: &Session) -> Result<(), ApiError> {
    let told = Cell::new(None);
    let listed = || async {
        let Some(demo) = session.ask(api::GetStatus {}).await?.demo else { return Ok(Seen::Done(())) };
        if told.replace(Some(demo)) != Some(demo) {
            session.output.progress(&json!({ "demo": demo }), || {
                format!("listing the demo data, {} of {}", demo.listed, demo.of)
            });
        }
        Ok(Seen::Yet(demo.listed, None))
    };
    session.wait("The demo catalogue", listed).await
}

pub(super) fn price(amount: Vodka) -> String {
    if amount.is_zero() { "Free".to_owned() } else { format!("{} OCEAN", amount.to_people()) }
}

fn line(row: &ListingRow) -> String {
    let mark = if row.owned {
        "  in your library"
    } else if row.own {
        "  yours"
    } else {
        ""
    };
    format!("{}\n  {}  {}  {}{mark}\n  {}", row.name, price(row.price), row.author, row.formats.join(", "), row.did)
}

pub(super) async fn show(session: &Session, did: Did) -> Result<(), ApiError> {
    let view = match session.ask(api::GetListing { did }).await {
        Err(ApiError { code: Code::NotFound, .. }) => {
            demo_is_there(session).await?;
            session.ask(api::GetListing { did }).await?
        }
        found => found?,
    };
    session.output.answer(&shapes::listing(&view), || {
        let files: Vec<String> = view
            .files
            .iter()
            .map(|f| {
                format!("  {}  {}  {}", f.index, f.name, f.bytes.map(|b| format!("{b} bytes")).unwrap_or_default())
            })
            .collect();
        let columns: Vec<String> =
            view.columns.iter().map(|c| format!("  {}  {} {}", c.name, c.meaning, c.unit)).collect();
        format!(
            "{}\n{}\n\n{}\n{}\n\nFiles\n{}\n\nColumns\n{}\n\nMoney back after {} blocks if it is not opened.",
            view.row.name,
            view.row.summary,
            price(view.row.price),
            view.license_sentence,
            files.join("\n"),
            columns.join("\n"),
            view.terms.opens_within_blocks,
        )
    });
    Ok(())
}
