//! Where one is: each page has an address, so that back and forward work and tests can go straight to it.

use protocol::{AgreementId, Did};

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Discover,
    Listing(Did),
    Purchase(AgreementId),
    /// Of another shape than a purchase's.
    Agreement(AgreementId),
    Library,
    Publish,
    Publication(u64),
    MyListings,
    Activity,
    Account,
    Settings,
    /// An address that leads nowhere.
    Lost,
}

impl Place {
    /// The page at an address.
    pub(crate) fn of(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let place = match (parts.next(), parts.next()) {
            (None, None) => Some(Self::Discover),
            (Some("listing"), Some(did)) => did.parse().ok().map(Self::Listing),
            (Some("purchase"), Some(agreement)) => agreement.parse().ok().map(Self::Purchase),
            (Some("agreement"), Some(agreement)) => agreement.parse().ok().map(Self::Agreement),
            (Some("publication"), Some(id)) => id.parse().ok().map(Self::Publication),
            (Some("library"), None) => Some(Self::Library),
            (Some("publish"), None) => Some(Self::Publish),
            (Some("listings"), None) => Some(Self::MyListings),
            (Some("activity"), None) => Some(Self::Activity),
            (Some("account"), None) => Some(Self::Account),
            (Some("settings"), None) => Some(Self::Settings),
            _ => None,
        };
        place.filter(|_| parts.next().is_none()).unwrap_or(Self::Lost)
    }

    /// The address of the page.
    pub(crate) fn path(self) -> String {
        match self {
            Self::Discover | Self::Lost => "/".to_owned(),
            Self::Listing(did) => format!("/listing/{}", did.bare_hex()),
            Self::Purchase(agreement) => format!("/purchase/{}", agreement.bare_hex()),
            Self::Agreement(agreement) => format!("/agreement/{}", agreement.bare_hex()),
            Self::Library => "/library".to_owned(),
            Self::Publish => "/publish".to_owned(),
            Self::Publication(id) => format!("/publication/{id}"),
            Self::MyListings => "/listings".to_owned(),
            Self::Activity => "/activity".to_owned(),
            Self::Account => "/account".to_owned(),
            Self::Settings => "/settings".to_owned(),
        }
    }

    /// The word of the rail under which the page stands.
    pub(crate) const fn under(self) -> Self {
        match self {
            Self::Listing(_) => Self::Discover,
            Self::Purchase(_) => Self::Library,
            Self::Agreement(_) => Self::Activity,
            Self::Publication(_) => Self::MyListings,
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_found_at_its_address() {
        for place in [
            Place::Discover,
            Place::Listing(Did([7; 32])),
            Place::Purchase(AgreementId([8; 32])),
            Place::Agreement(AgreementId([8; 32])),
            Place::Library,
            Place::Publish,
            Place::Publication(3),
            Place::MyListings,
            Place::Activity,
            Place::Account,
            Place::Settings,
        ] {
            assert_eq!(Place::of(&place.path()), place);
        }
    }

    #[test]
    fn a_full_listing_number_is_an_address_too_and_nonsense_is_lost() {
        let did = Did([7; 32]);
        assert_eq!(Place::of(&format!("/listing/{did}")), Place::Listing(did));
        for path in ["/listing", "/listing/7", "/library/x", "/nowhere", "/purchase/../library", "/publication/-1"] {
            assert_eq!(Place::of(path), Place::Lost, "{path}");
        }
    }
}
