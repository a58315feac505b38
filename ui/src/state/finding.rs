//! What somebody looks for, and how it becomes a query.

use crate::texts::Texts;
use api::{SearchPage, SearchQuery, Sort};
use protocol::Vodka;

/// Rows on a page.
const ROWS: u32 = 20;

/// Bands of prices people pick from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PriceBand {
    /// Costs nothing.
    Free,
    /// Up to 10.
    UpToTen,
    /// From 10 to 100.
    ToHundred,
    /// More than 100.
    More,
}

impl PriceBand {
    /// All of them, the cheapest first.
    pub(crate) const ALL: [Self; 4] = [Self::Free, Self::UpToTen, Self::ToHundred, Self::More];
}

/// A list one can tick entries of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facet {
    /// Categories.
    Category,
    /// Licences.
    Licence,
    /// Tags.
    Tag,
}

/// What somebody looks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wish {
    /// The words as typed.
    pub(crate) text: String,
    pub(crate) categories: Vec<String>,
    pub(crate) licences: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) price: Option<PriceBand>,
    pub(crate) sort: Sort,
    /// From 0; people see it from 1.
    pub(crate) page: u32,
}

impl Wish {
    /// The ticked entries of a list.
    pub(crate) fn ticked(&self, facet: Facet) -> &Vec<String> {
        match facet {
            Facet::Category => &self.categories,
            Facet::Licence => &self.licences,
            Facet::Tag => &self.tags,
        }
    }

    /// Ticks or unticks an entry; the first page shows again.
    pub(crate) fn tick(&mut self, facet: Facet, value: &str) {
        let list = match facet {
            Facet::Category => &mut self.categories,
            Facet::Licence => &mut self.licences,
            Facet::Tag => &mut self.tags,
        };
        match list.iter().position(|v| v == value) {
            Some(at) => {
                list.remove(at);
            }
            None => list.push(value.to_owned()),
        }
        self.page = 0;
    }

    /// Picks a band of prices, or gives it up when it was picked.
    pub(crate) fn pick_price(&mut self, band: PriceBand) {
        self.price = if self.price == Some(band) { None } else { Some(band) };
        self.page = 0;
    }

    /// Whether anything narrows the result apart from the words.
    pub(crate) fn narrowed(&self) -> bool {
        self.price.is_some() || !(self.categories.is_empty() && self.licences.is_empty() && self.tags.is_empty())
    }

    /// The query for the catalogue.
    pub(crate) fn query(&self) -> SearchQuery {
        let ocean = Vodka::from_ocean;
        let (price_min, price_max, free) = match self.price {
            None => (None, None, false),
            Some(PriceBand::Free) => (None, None, true),
            Some(PriceBand::UpToTen) => (None, Some(ocean(10)), false),
            Some(PriceBand::ToHundred) => (Some(ocean(10)), Some(ocean(100)), false),
            Some(PriceBand::More) => (Some(ocean(100)), None, false),
        };
        SearchQuery {
            text: self.text.trim().to_owned(),
            categories: self.categories.clone(),
            licenses: self.licences.clone(),
            tags: self.tags.clone(),
            price_min,
            price_max,
            free,
            publisher: None,
            sort: self.sort,
            page: self.page + 1,
            size: ROWS,
        }
    }
}

/// How many pages there are.
pub(crate) fn pages(page: &SearchPage) -> u64 {
    page.total.div_ceil(u64::from(page.size.max(1))).max(1)
}

/// The page to go to, counted from 0, in the place of one with nothing on it: what stood there is gone from the catalogue.
pub(crate) fn instead(page: &SearchPage) -> Option<u32> {
    let before = page.page.checked_sub(2)?;
    let last = u32::try_from(pages(page) - 1).unwrap_or(u32::MAX);
    (page.results.is_empty() && page.total > 0).then_some(before.min(last))
}

/// The name of a licence for people; catalogues count by its id.
pub(crate) fn licence(id: &str, t: &Texts) -> String {
    match id {
        "NEUSTON-USE-1.0" => return t.discover.use_only.to_owned(),
        "NEUSTON-INTERNAL-1.0" => return t.discover.use_inside.to_owned(),
        _ => {}
    }
    let (name, version) = match id.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => (name, version),
        _ => (id, ""),
    };
    let name = name.strip_prefix("CC-").map_or_else(|| name.to_owned(), |rest| format!("CC {rest}"));
    format!("{name} {version}").trim_end().to_owned()
}

/// Cuts a title into pieces; those that begin with a word of the search are marked.
pub(crate) fn marked(title: &str, search: &str) -> Vec<(bool, String)> {
    let wanted: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let mut pieces: Vec<(bool, String)> = Vec::new();
    let mut word = String::new();
    let flush = |word: &mut String, pieces: &mut Vec<(bool, String)>| {
        if !word.is_empty() {
            let lower = word.to_lowercase();
            let hit = wanted.iter().any(|w| lower.starts_with(w.as_str()));
            pieces.push((hit, std::mem::take(word)));
        }
    };
    for c in title.chars() {
        if c.is_alphanumeric() {
            word.push(c);
        } else {
            flush(&mut word, &mut pieces);
            match pieces.last_mut() {
                Some((false, between)) => between.push(c),
                _ => pieces.push((false, c.to_string())),
            }
        }
    }
    flush(&mut word, &mut pieces);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticking_twice_unticks_and_goes_back_to_the_first_page() {
        let mut wish = Wish { page: 3, ..Wish::default() };
        wish.tick(Facet::Category, "Water");
        assert_eq!((wish.categories.as_slice(), wish.page), (["Water".to_owned()].as_slice(), 0));
        assert!(wish.narrowed());
        wish.tick(Facet::Category, "Water");
        assert!(!wish.narrowed());
    }

    #[test]
    fn a_band_becomes_limits() {
        let mut wish = Wish::default();
        wish.pick_price(PriceBand::ToHundred);
        let query = wish.query();
        assert_eq!(
            (query.price_min, query.price_max, query.free),
            (Some(Vodka::from_ocean(10)), Some(Vodka::from_ocean(100)), false)
        );
        wish.pick_price(PriceBand::Free);
        assert!(wish.query().free && wish.query().price_max.is_none());
        wish.pick_price(PriceBand::Free);
        assert!(!wish.query().free);
        assert_eq!(wish.query().page, 1, "the catalogue counts pages from 1");
    }

    #[test]
    fn behind_the_last_page_one_is_shown_the_last_page() {
        let empty = |page, total| SearchPage {
            results: Vec::new(),
            page,
            size: ROWS,
            total,
            categories: Vec::new(),
            licenses: Vec::new(),
            tags: Vec::new(),
            free: 0,
            took_us: 0,
        };
        assert_eq!(instead(&empty(2, 20)), Some(0), "one page is left");
        assert_eq!(instead(&empty(9, 41)), Some(2));
        assert_eq!(instead(&empty(2, 21)), Some(0), "nothing of the last page can be read");
        assert_eq!(instead(&empty(1, 21)), None, "there is no page before it");
        assert_eq!(instead(&empty(2, 0)), None, "nothing is found at all");
    }

    #[test]
    fn licences_have_the_names_people_know() {
        let t = Texts::of(crate::texts::Tongue::English);
        for (id, name) in [
            ("CC-BY-SA-4.0", "CC BY-SA 4.0"),
            ("CC0-1.0", "CC0 1.0"),
            ("ODC-By-1.0", "ODC-By 1.0"),
            ("NEUSTON-USE-1.0", "Use only"),
            ("House rules", "House rules"),
            ("", ""),
        ] {
            assert_eq!(licence(id, t), name);
        }
    }

    #[test]
    fn found_words_are_marked_and_nothing_is_lost() {
        let pieces = marked("Hourly river levels, Elbe (Dresden)", "RIV dres");
        assert_eq!(pieces.iter().map(|(_, p)| p.as_str()).collect::<String>(), "Hourly river levels, Elbe (Dresden)");
        let hits: Vec<&str> = pieces.iter().filter(|(hit, _)| *hit).map(|(_, p)| p.as_str()).collect();
        assert_eq!(hits, ["river", "Dresden"]);
        assert!(marked("Größe", "").iter().all(|(hit, _)| !hit), "no words, no marks");
    }
}
