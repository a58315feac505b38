//! A listing states its price in three places: the metadata, the service, and the parameter of the payment condition.
//! Released libraries pay by one and compute condition ids by another (PROTOCOL 3.2), so all of them must agree.

use super::{Ddo, Service, Version};
use crate::{Vodka, conditions::ConditionKind};

/// Why a listing has no usable price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// A place is empty or holds no whole number.
    #[error("the listing states no price in {0}")]
    Missing(&'static str),
    /// Two places differ.
    #[error("the listing states its price twice: {metadata} in its description and {other} in {place}")]
    Differ {
        /// In the metadata.
        metadata: Vodka,
        /// Elsewhere.
        other: Vodka,
        /// Where else, for people.
        place: &'static str,
    },
}

const METADATA: &str = "its description";
const SERVICE: &str = "its service";
const LOCK: &str = "the payment of its agreement";
const ESCROW: &str = "the escrow of its agreement";

impl Ddo {
    /// The price of a service, if all places where it is stated agree. v0.1 documents have none in the service.
    pub fn price_of(&self, service: &Service) -> Result<Vodka, PriceError> {
        let metadata = self.metadata().price.ok_or(PriceError::Missing(METADATA))?;
        let agreement = service.agreement.as_ref();
        let amount = |kind| agreement.and_then(|a| a.condition(kind)).and_then(|c| c.value("_amount"));
        let mut stated = Vec::new();
        match (service.price, self.version()) {
            (Some(price), _) => stated.push((SERVICE, price)),
            (None, Version::V02) => return Err(PriceError::Missing(SERVICE)),
            (None, Version::V01) => {}
        }
        let lock = amount(ConditionKind::LockReward).and_then(|text| text.parse().ok());
        stated.push((LOCK, lock.ok_or(PriceError::Missing(LOCK))?));
        if let Some(text) = amount(ConditionKind::EscrowReward) {
            stated.push((ESCROW, text.parse().map_err(|_| PriceError::Missing(ESCROW))?));
        }
        match stated.into_iter().find(|(_, price)| *price != metadata) {
            Some((place, other)) => Err(PriceError::Differ { metadata, other, place }),
            None => Ok(metadata),
        }
    }
}
