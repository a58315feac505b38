//! Searching: all catalogues of the network at once, their answers as one page.

use crate::{
    core::Core,
    describe::{self, Mine},
    errors, licenses,
    market::{MAX_DOCUMENT, away, no_catalogue},
};
use api::{ApiError, FacetCount, ListingRow, SearchPage, SearchQuery, Sort};
use clients::{ClientError, aquarius::AquariusClient};
use futures_util::future::join_all;
use protocol::{
    Did,
    ddo::Ddo,
    query::{Page, PriceRange, Query, Search},
    search::{Facet, SearchAnswer, SearchOrder, SearchRequest},
};
use std::{cmp::Ordering, collections::HashSet};

/// Pages that several catalogues are asked for. The listings behind a page come from all of them, so for its last page each
/// is asked for all that comes before it.
const DEEPEST: u32 = 50;

/// What one catalogue answers: its listings from the first, in its order, and its counts.
#[derive(Debug, Default)]
struct Answered {
    found: Vec<Ddo>,
    total: u64,
    free: u64,
    took_us: u64,
    categories: Vec<Facet>,
    licenses: Vec<Facet>,
    tags: Vec<Facet>,
}

impl From<SearchAnswer> for Answered {
    fn from(answer: SearchAnswer) -> Self {
        let documents = answer.results.iter();
        Self {
            found: documents.filter_map(|raw| Ddo::parse_within(raw.get().as_bytes(), MAX_DOCUMENT).ok()).collect(),
            total: answer.total,
            free: answer.free,
            took_us: answer.took_us,
            categories: answer.categories,
            licenses: answer.licenses,
            tags: answer.tags,
        }
    }
}

impl Core {
    pub(crate) async fn search(&self, query: SearchQuery) -> Result<SearchPage, ApiError> {
        let wanted = request(&query);
        let Some(first) = self.catalogues.first() else { return Err(no_catalogue()) };
        let owned = self.store.owned_dids().await.map_err(errors::store)?;
        let alone = self.catalogues.len() == 1;
        let asked = self.catalogues.iter().map(|catalogue| answered(catalogue, &query, &wanted, alone));
        let (mut answers, mut failed) = (Vec::new(), None);
        for answer in join_all(asked).await {
            match answer {
                Ok(answer) => answers.push(answer),
                Err(error) => failed = Some(error),
            }
        }
        // One catalogue that answers is enough; the status line says which one does not.
        if let (true, Some(error)) = (answers.is_empty(), failed) {
            tracing::warn!(%error, catalogue = %first.base(), "no catalogue answers");
            return Err(away());
        }
        let skipped = if alone { 0 } else { wanted.page.saturating_sub(1).saturating_mul(wanted.size) };
        let whole = merged(answers, wanted.sort);
        let account = self.account();
        let page = whole.found.iter().skip(skipped as usize).take(wanted.size as usize);
        let results: Vec<ListingRow> = page
            .map(|ddo| {
                let own = account.is_some() && ddo.owner() == account;
                describe::row(ddo, Mine { own, owned: owned.contains(&ddo.did()) })
            })
            .collect();
        Ok(SearchPage {
            results,
            page: wanted.page,
            size: wanted.size,
            total: whole.total,
            categories: counts(whole.categories),
            licenses: counts(whole.licenses),
            tags: counts(whole.tags),
            free: whole.free,
            took_us: whole.took_us,
        })
    }
}

/// What a catalogue has for the page: the page itself where it is the only one, else everything up to it.
async fn answered(
    catalogue: &AquariusClient,
    query: &SearchQuery,
    wanted: &SearchRequest,
    alone: bool,
) -> Result<Answered, ClientError> {
    if alone {
        return Ok(one_page(catalogue, query, wanted).await?.into());
    }
    let mut whole = Answered::default();
    for page in 1..=wanted.page.min(DEEPEST) {
        let answer: Answered = one_page(catalogue, query, &SearchRequest { page, ..wanted.clone() }).await?.into();
        let mut found = std::mem::take(&mut whole.found);
        found.extend(answer.found);
        let last = u64::from(page).saturating_mul(u64::from(wanted.size)) >= answer.total;
        whole = Answered { found, ..answer };
        if last {
            break;
        }
    }
    Ok(whole)
}

/// One page of a catalogue: of ours, or of one of the released software.
async fn one_page(
    catalogue: &AquariusClient,
    query: &SearchQuery,
    wanted: &SearchRequest,
) -> Result<SearchAnswer, ClientError> {
    match catalogue.search(wanted).await? {
        Some(answer) => Ok(answer),
        None => released(catalogue, &SearchQuery { page: wanted.page, ..query.clone() }).await,
    }
}

fn request(query: &SearchQuery) -> SearchRequest {
    SearchRequest {
        text: query.text.chars().take(500).collect(),
        categories: query.categories.clone(),
        licenses: query.licenses.iter().map(|l| licenses::find(l).map_or(l.as_str(), |k| k.id).to_owned()).collect(),
        tags: query.tags.clone(),
        price_min: query.price_min,
        price_max: query.price_max,
        free: query.free,
        publisher: query.publisher,
        sort: match query.sort {
            Sort::Best => SearchOrder::Best,
            Sort::Newest => SearchOrder::Newest,
            Sort::PriceUp => SearchOrder::PriceUp,
            Sort::PriceDown => SearchOrder::PriceDown,
            Sort::Name => SearchOrder::Name,
        },
        page: query.page.max(1),
        size: if query.size == 0 { 20 } else { query.size.min(100) },
    }
}

/// A catalogue of the released software: its own query language, without facets.
async fn released(
    catalogue: &clients::aquarius::AquariusClient,
    query: &SearchQuery,
) -> Result<SearchAnswer, ClientError> {
    let wanted = request(query);
    let price = match (wanted.free, wanted.price_min, wanted.price_max) {
        (true, ..) => Some(PriceRange::FREE),
        (false, None, None) => None,
        (false, from, to) => Some(PriceRange { from: from.unwrap_or_default(), to: to.unwrap_or(PriceRange::MAX) }),
    };
    let search = Search {
        query: Query {
            text: (!wanted.text.trim().is_empty()).then_some(wanted.text).into_iter().collect(),
            license: wanted.licenses,
            categories: wanted.categories,
            tags: wanted.tags,
            price,
            ..Query::default()
        },
        sort: Vec::new(),
        page: Page { number: u64::from(wanted.page), size: u64::from(wanted.size) },
    };
    let page = catalogue.query(search.to_body(false)).await?;
    Ok(SearchAnswer {
        results: page.results,
        page: wanted.page,
        size: wanted.size,
        total: page.total_results,
        categories: Vec::new(),
        licenses: Vec::new(),
        tags: Vec::new(),
        free: 0,
        took_us: 0,
    })
}

/// Several catalogues' answers as one, in the order that was asked for. Where that is each catalogue's own, they take turns, so
/// that none pushes the others off the page. A listing that several have comes once. The order of a single one is its own.
fn merged(answers: Vec<Answered>, order: SearchOrder) -> Answered {
    let order = if answers.len() == 1 { SearchOrder::Best } else { order };
    let mut whole = Answered::default();
    let mut placed = Vec::new();
    for answer in answers {
        placed.extend(answer.found.into_iter().enumerate());
        whole.total = whole.total.saturating_add(answer.total);
        whole.free = whole.free.saturating_add(answer.free);
        whole.took_us = whole.took_us.max(answer.took_us);
        add(&mut whole.categories, answer.categories);
        add(&mut whole.licenses, answer.licenses);
        add(&mut whole.tags, answer.tags);
    }
    placed.sort_by(|(left_place, left), (right_place, right)| {
        wanted_first(order, left, right).then_with(|| left_place.cmp(right_place))
    });
    let mut seen: HashSet<Did> = HashSet::new();
    for (_, ddo) in placed {
        match seen.insert(ddo.did()) {
            true => whole.found.push(ddo),
            false => whole.total = whole.total.saturating_sub(1),
        }
    }
    whole
}

/// Which of two listings comes first, where the order says it.
fn wanted_first(order: SearchOrder, left: &Ddo, right: &Ddo) -> Ordering {
    let name = |ddo: &Ddo| ddo.metadata().name.to_lowercase();
    match order {
        SearchOrder::Best => Ordering::Equal,
        SearchOrder::Newest => right.created().cmp(&left.created()),
        SearchOrder::PriceUp => describe::price(left).cmp(&describe::price(right)),
        SearchOrder::PriceDown => describe::price(right).cmp(&describe::price(left)),
        SearchOrder::Name => name(left).cmp(&name(right)),
    }
}

fn add(into: &mut Vec<Facet>, from: Vec<Facet>) {
    for facet in from {
        match into.iter_mut().find(|known| known.value.eq_ignore_ascii_case(&facet.value)) {
            Some(known) => known.count = known.count.saturating_add(facet.count),
            None => into.push(facet),
        }
    }
}

fn counts(facets: Vec<Facet>) -> Vec<FacetCount> {
    facets.into_iter().map(|f| FacetCount { value: describe::plain(&f.value, 60), count: f.count }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchase::samples::listing;
    use protocol::Vodka;

    /// Listings of a catalogue: their numbers and prices.
    fn has(listings: &[(u8, u64)]) -> Answered {
        Answered {
            found: listings.iter().map(|(number, price)| listing(*number, Vodka::from_ocean(*price))).collect(),
            total: listings.len() as u64,
            ..Answered::default()
        }
    }

    fn prices(whole: &Answered) -> Vec<String> {
        whole.found.iter().map(|ddo| describe::price(ddo).to_ocean()).collect()
    }

    #[test]
    fn catalogues_take_turns_where_the_order_is_their_own() {
        let whole = merged(vec![has(&[(1, 5), (2, 3)]), has(&[(3, 4), (4, 1)])], SearchOrder::Best);
        assert_eq!(prices(&whole), ["5", "4", "3", "1"]);
        assert_eq!(whole.total, 4);
    }

    #[test]
    fn the_cheapest_of_all_catalogues_comes_first() {
        let catalogues = || vec![has(&[(1, 2), (2, 5)]), has(&[(3, 1), (4, 9)])];
        assert_eq!(prices(&merged(catalogues(), SearchOrder::PriceUp)), ["1", "2", "5", "9"]);
        let down = vec![has(&[(2, 5), (1, 2)]), has(&[(4, 9), (3, 1)])];
        assert_eq!(prices(&merged(down, SearchOrder::PriceDown)), ["9", "5", "2", "1"]);
    }

    #[test]
    fn a_listing_that_several_catalogues_have_comes_and_counts_once() {
        let whole = merged(vec![has(&[(1, 2), (2, 5)]), has(&[(2, 5), (1, 2)])], SearchOrder::Best);
        assert_eq!((whole.found.len(), whole.total), (2, 2));
        assert!(merged(Vec::new(), SearchOrder::Best).found.is_empty());
    }
}
