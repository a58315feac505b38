//! Finding and reading listings: several catalogues searched together, each listing held against the chain.

use crate::{
    core::{Core, chain},
    describe::{self, Mine},
    errors, licenses, markdown,
};
use api::{
    ApiError, Code, FacetCount, IntegrityView, ListingDepth, ListingRow, ListingView, SearchPage, SearchQuery,
    Sentence, Sort, sentence,
};
use clients::{ClientError, brizo::BrizoClient};
use keeper::DidRegister;
use protocol::{
    Did,
    checksum::{Integrity, verify},
    ddo::Ddo,
    query::{Page, PriceRange, Query, Search},
    search::{Facet, SearchAnswer, SearchOrder, SearchRequest},
};
use std::collections::HashSet;

/// A document of a stranger, at most: 4 MiB.
const MAX_DOCUMENT: usize = 4 << 20;

/// A listing as it was found, and what the chain says of it.
pub(crate) struct Found {
    pub(crate) ddo: Ddo,
    pub(crate) register: Option<DidRegister>,
    pub(crate) integrity: Option<Integrity>,
}

impl Core {
    pub(crate) async fn search(&self, query: SearchQuery) -> Result<SearchPage, ApiError> {
        let request = request(&query);
        let Some(first) = self.catalogues.first() else { return Err(no_catalogue()) };
        let owned = self.store.owned_dids().await.map_err(errors::store)?;
        let asked = self.catalogues.iter().map(|catalogue| catalogue.search(&request));
        let answers = futures_util::future::join_all(asked).await;
        let mut pages = Vec::new();
        let mut failed = None;
        for (catalogue, answer) in self.catalogues.iter().zip(answers) {
            let answer = match answer {
                Ok(Some(answer)) => Ok(answer),
                Ok(None) => released(catalogue, &query).await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(answer) => pages.push(answer),
                Err(error) => failed = Some(error),
            }
        }
        // One catalogue that answers is enough; the status line says which one does not.
        match (pages.is_empty(), failed) {
            (true, Some(error)) => {
                tracing::warn!(%error, catalogue = %first.base(), "no catalogue answers");
                Err(away())
            }
            _ => Ok(self.page(merged(pages), &query, &owned)),
        }
    }

    fn page(&self, answer: SearchAnswer, query: &SearchQuery, owned: &HashSet<Did>) -> SearchPage {
        let account = self.account();
        let mut seen = HashSet::new();
        let results: Vec<ListingRow> = answer
            .results
            .iter()
            .filter_map(|raw| Ddo::parse_within(raw.get().as_bytes(), MAX_DOCUMENT).ok())
            .filter(|ddo| seen.insert(ddo.did()))
            .map(|ddo| {
                let own = account.is_some() && ddo.owner() == account;
                describe::row(&ddo, Mine { own, owned: owned.contains(&ddo.did()) })
            })
            .collect();
        SearchPage {
            results,
            page: query.page.max(1),
            size: answer.size,
            total: answer.total,
            categories: counts(answer.categories),
            licenses: counts(answer.licenses),
            tags: counts(answer.tags),
            free: answer.free,
            took_us: answer.took_us,
        }
    }

    /// Finds a listing in any catalogue and holds it against the chain.
    pub(crate) async fn find(&self, did: Did) -> Result<Found, ApiError> {
        let mut failed = None;
        let mut document = None;
        for catalogue in self.catalogues.iter() {
            match catalogue.ddo(did).await {
                Ok(Some(bytes)) => {
                    document = Some(bytes);
                    break;
                }
                Ok(None) => {}
                Err(error) => failed = Some(error),
            }
        }
        let Some(document) = document else {
            return Err(match failed {
                Some(error) => {
                    tracing::warn!(%error, "no catalogue answers");
                    away()
                }
                None => errors::not_found("This listing is not here.", "Check its number, or search for its name."),
            });
        };
        let ddo = Ddo::parse_within(&document, MAX_DOCUMENT).map_err(|error| {
            ApiError::new(
                Code::Corrupt,
                sentence!("The catalogue's copy of this listing cannot be read: {why}.", why = Sentence::from(&error)),
                "Tell whoever runs the catalogue.",
            )
        })?;
        if ddo.did() != did {
            return Err(ApiError::new(
                Code::Corrupt,
                "The catalogue answered with another listing.",
                "Tell whoever runs the catalogue. Nothing was paid.",
            ));
        }
        let register = self.keeper.did_register(did).await.map_err(chain)?;
        let integrity = register.as_ref().map(|r| verify(&ddo, r.checksum, did));
        Ok(Found { ddo, register, integrity })
    }

    pub(crate) async fn listing(&self, did: Did) -> Result<ListingView, ApiError> {
        let found = self.find(did).await?;
        let owned = self.store.owned_of(did).await.map_err(errors::store)?.is_some();
        let account = self.account();
        let owner = found.register.as_ref().map(|r| r.owner).or_else(|| found.ddo.owner());
        let mine = Mine { own: account.is_some() && owner == account, owned };
        let online = self.online(&found).await;
        Ok(self.view(&found, mine, online))
    }

    fn view(&self, found: &Found, mine: Mine, publisher_online: Option<bool>) -> ListingView {
        let Found { ddo, register, .. } = found;
        let metadata = ddo.metadata();
        let (license_sentence, license_url) =
            licenses::sentence(&describe::plain(&metadata.license, 120), &describe::plain(&metadata.author, 200));
        let access = ddo.access();
        let files = describe::files(ddo);
        ListingView {
            row: describe::row(ddo, mine),
            description: markdown::blocks(&metadata.description),
            columns: describe::columns(ddo),
            license_sentence,
            license_url,
            created: metadata.date_created.clone(),
            links: describe::links(ddo),
            terms: access.map(|s| describe::terms(s, self.block_ms())).unwrap_or(api::TermsView {
                opens_within_blocks: 0,
                opens_within_seconds: 0,
                access_seconds: 0,
            }),
            integrity: integrity(found, files.iter().all(|f| f.sha256.is_some())),
            publisher_online,
            listed: metadata.is_listed,
            depth: ListingDepth {
                owner: register.as_ref().map(|r| r.owner),
                providers: register.as_ref().map(|r| r.providers.clone()).unwrap_or_default(),
                checksum: register.as_ref().map(|r| r.checksum),
                block: register.as_ref().map_or(0, |r| r.updated_at),
                template: access.and_then(|s| s.template).map(|template| template.to_string()).unwrap_or_default(),
                gateway: access.map(|s| s.endpoint.clone()).unwrap_or_default(),
                document: String::from_utf8_lossy(ddo.raw()).into_owned(),
            },
            files,
        }
    }

    /// Whether the publisher's computer answers; not asked where it is one's own.
    async fn online(&self, found: &Found) -> Option<bool> {
        let provider = *found.register.as_ref()?.providers.first()?;
        let gateway = BrizoClient::of_service(self.foreign.clone(), &found.ddo.access()?.endpoint)?;
        Some(gateway.check_alive(provider).await.is_ok())
    }
}

fn integrity(found: &Found, hashed: bool) -> IntegrityView {
    let Some(integrity) = &found.integrity else { return IntegrityView::Unproven };
    match integrity.matched {
        Some(rule) if integrity.is_intact() && hashed => IntegrityView::Verified { rule: rule.name().to_owned() },
        Some(rule) if integrity.is_intact() => IntegrityView::ListingOnly { rule: rule.name().to_owned() },
        // A listing of our own form that does not give the registered checksum was changed by somebody.
        _ if found.ddo.is_own_form() => IntegrityView::Broken,
        _ => IntegrityView::Unproven,
    }
}

fn no_catalogue() -> ApiError {
    ApiError::new(
        Code::Unreachable,
        "This network names no catalogue.",
        "Ask whoever runs the network for its file, or use another network.",
    )
}

fn away() -> ApiError {
    ApiError::new(
        Code::Unreachable,
        "The catalogue does not answer.",
        "Check the connection and try again. Your library works without it.",
    )
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

/// Several catalogues' answers as one: in turn, so that none pushes the others off the page.
fn merged(mut pages: Vec<SearchAnswer>) -> SearchAnswer {
    let Some(mut whole) = (!pages.is_empty()).then(|| pages.remove(0)) else {
        return SearchAnswer {
            results: Vec::new(),
            page: 1,
            size: 0,
            total: 0,
            categories: Vec::new(),
            licenses: Vec::new(),
            tags: Vec::new(),
            free: 0,
            took_us: 0,
        };
    };
    for page in pages {
        whole.results.extend(page.results);
        whole.total += page.total;
        whole.free += page.free;
        whole.took_us = whole.took_us.max(page.took_us);
        for (into, from) in [
            (&mut whole.categories, page.categories),
            (&mut whole.licenses, page.licenses),
            (&mut whole.tags, page.tags),
        ] {
            add(into, from);
        }
    }
    whole
}

fn add(into: &mut Vec<Facet>, from: Vec<Facet>) {
    for facet in from {
        match into.iter_mut().find(|known| known.value.eq_ignore_ascii_case(&facet.value)) {
            Some(known) => known.count += facet.count,
            None => into.push(facet),
        }
    }
}

fn counts(facets: Vec<Facet>) -> Vec<FacetCount> {
    facets.into_iter().map(|f| FacetCount { value: describe::plain(&f.value, 60), count: f.count }).collect()
}
