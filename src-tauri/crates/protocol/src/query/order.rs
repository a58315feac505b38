//! The order of results.

use crate::{date::parse_date_tolerant, ddo::Ddo, json::Node};
use std::cmp::Ordering;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The smallest first.
    Ascending,
    /// The largest first.
    Descending,
}

/// By what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// When the document was made.
    Created,
    /// When the data were made.
    DateCreated,
    /// When the listing was published.
    DatePublished,
    /// The price, as a number.
    Price,
    /// The rating.
    Rating,
    /// The title, without regard to upper and lower case.
    Name,
    /// The author.
    Author,
    /// The license.
    License,
    /// The DID.
    Id,
}

impl SortKey {
    /// Reads a path of v0.1 or v0.2 by its last part. `None` for paths that are in no document, like `value`, which
    /// squid-js sends with every search: they order nothing.
    pub fn from_path(path: &str) -> Option<Self> {
        let path = path.strip_suffix(".keyword").unwrap_or(path);
        Some(match path.rsplit('.').next().unwrap_or_default() {
            "created" => Self::Created,
            "dateCreated" => Self::DateCreated,
            "datePublished" => Self::DatePublished,
            "price" => Self::Price,
            "rating" => Self::Rating,
            "name" => Self::Name,
            "author" => Self::Author,
            "license" => Self::License,
            "id" | "_id" => Self::Id,
            _ => return None,
        })
    }

    /// The path in a document v0.2.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::DateCreated => "service.attributes.main.dateCreated",
            Self::DatePublished => "service.attributes.main.datePublished",
            Self::Price => "service.attributes.main.price",
            Self::Rating => "service.attributes.curation.rating",
            Self::Name => "service.attributes.main.name",
            Self::Author => "service.attributes.main.author",
            Self::License => "service.attributes.main.license",
            Self::Id => "_id",
        }
    }

    fn compare(self, a: &Ddo, b: &Ddo) -> Ordering {
        let (left, right) = (a.metadata(), b.metadata());
        let dates =
            |a: Option<&str>, b: Option<&str>| a.and_then(parse_date_tolerant).cmp(&b.and_then(parse_date_tolerant));
        let texts = |a: &str, b: &str| a.to_lowercase().cmp(&b.to_lowercase());
        match self {
            Self::Created => dates(a.created(), b.created()),
            Self::DateCreated => dates(Some(&left.date_created), Some(&right.date_created)),
            Self::DatePublished => dates(left.date_published.as_deref(), right.date_published.as_deref()),
            Self::Price => left.price.cmp(&right.price),
            Self::Rating => left.rating.total_cmp(&right.rating),
            Self::Name => texts(&left.name, &right.name),
            Self::Author => texts(&left.author, &right.author),
            Self::License => texts(&left.license, &right.license),
            Self::Id => a.did().cmp(&b.did()),
        }
    }
}

/// One step of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SortBy {
    /// By what.
    pub key: SortKey,
    /// Which way.
    pub direction: Direction,
}

impl SortBy {
    /// 1 is ascending, anything else descending, as in Aquarius.
    pub(super) fn from_member(path: &str, direction: &Node) -> Option<Self> {
        let ascending = direction.as_u64() == Some(1) || direction.as_text() == Some("asc");
        let direction = if ascending { Direction::Ascending } else { Direction::Descending };
        Some(Self { key: SortKey::from_path(path)?, direction })
    }

    /// The order of two listings by these steps, then by DID, so that pages never overlap.
    pub fn compare(steps: &[Self], a: &Ddo, b: &Ddo) -> Ordering {
        let by_step = steps.iter().map(|step| match step.direction {
            Direction::Ascending => step.key.compare(a, b),
            Direction::Descending => step.key.compare(b, a),
        });
        by_step.fold(Ordering::Equal, Ordering::then).then_with(|| a.did().cmp(&b.did()))
    }
}
