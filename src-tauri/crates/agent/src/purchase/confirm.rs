//! What one confirmation is held against: nothing is agreed on that is not what was confirmed.

use super::quote::Offer;
use crate::{account::insufficient, errors};
use api::{ApiError, Code, Sentence, sentence};
use protocol::{Checksum, Vodka, conditions::AccessTerms};

/// The terms to agree on with somebody who confirmed at most so much, and this version where one is named.
pub(super) fn confirmed(offer: &Offer, max_price: Vodka, version: Option<Checksum>) -> Result<AccessTerms, ApiError> {
    if let Some(obstacle) = &offer.obstacle {
        return Err(obstacle.clone());
    }
    let terms = offer.terms.as_ref().ok_or_else(|| errors::internal("an offer without terms"))?;
    if version.is_some_and(|v| v != offer.version) {
        return Err(changed("The listing has changed since you looked at it."));
    }
    if terms.price > max_price {
        return Err(changed(sentence!("It costs {price} now.", price = terms.price)));
    }
    if offer.balance < terms.price {
        return Err(insufficient(terms.price, offer.balance));
    }
    match offer.fee.missing() {
        Some(missing) => Err(missing),
        None => Ok(terms.clone()),
    }
}

fn changed(what: impl Into<Sentence>) -> ApiError {
    ApiError::new(Code::Changed, what, "Look at it again and confirm the new terms. Nothing was paid.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchase::{fee::NetworkFee, samples};
    use protocol::tx::Fee;

    const VERSION: Checksum = Checksum([4; 32]);

    fn offer(price: u64, balance: u64) -> Offer {
        Offer {
            name: "Levels".to_owned(),
            publisher: "A lab".to_owned(),
            service: 2,
            gateway: "http://gateway".to_owned(),
            version: VERSION,
            document: Vec::new(),
            price: Vodka::from_ocean(price),
            balance: Vodka::from_ocean(balance),
            refund_after_blocks: 100,
            fee: NetworkFee::NONE,
            risks: Vec::new(),
            terms: Some(samples::terms(price)),
            obstacle: None,
        }
    }

    /// What becomes of it where at most 7 were confirmed.
    fn code(offer: &Offer, version: Option<Checksum>) -> Option<Code> {
        confirmed(offer, Vodka::from_ocean(7), version).err().map(|error| error.code)
    }

    #[test]
    fn what_was_confirmed_is_agreed_on() {
        for version in [None, Some(VERSION)] {
            let terms = confirmed(&offer(7, 10), Vodka::from_ocean(7), version).unwrap();
            assert_eq!(terms, samples::terms(7));
        }
    }

    #[test]
    fn nothing_dearer_than_was_confirmed_is_agreed_on() {
        assert_eq!(
            [5, 7, 8, 9].map(|price| code(&offer(price, 10), None)),
            [None, None, Some(Code::Changed), Some(Code::Changed)]
        );
        let mut by_one = offer(7, 10);
        by_one.terms.as_mut().unwrap().price = Vodka::parse_ocean("7.000000000000000001").unwrap();
        assert_eq!(code(&by_one, None), Some(Code::Changed));
    }

    #[test]
    fn no_other_version_than_the_one_that_was_looked_at_is_agreed_on() {
        assert_eq!(code(&offer(7, 10), Some(Checksum([5; 32]))), Some(Code::Changed));
    }

    #[test]
    fn the_money_has_to_be_there_to_the_last() {
        let short = Some(Code::InsufficientBalance);
        assert_eq!([0, 6, 7, 8].map(|balance| code(&offer(7, balance), None)), [short, short, None, None]);
        assert_eq!(code(&offer(0, 0), None), None);
        let fee = NetworkFee::asked(Vodka::from_ocean(7), Fee::Legacy { gas_price: 1 }, 10, Vodka::ZERO);
        assert_eq!(code(&Offer { fee, ..offer(7, 10) }, None), short);
    }

    #[test]
    fn what_stands_in_the_way_is_said_first() {
        let obstacle = ApiError::new(Code::Own, "This is your own listing.", "You have the data already.");
        let terms = None;
        assert_eq!(code(&Offer { obstacle: Some(obstacle), terms: None, ..offer(9, 0) }, None), Some(Code::Own));
        assert_eq!(code(&Offer { terms, ..offer(7, 10) }, None), Some(Code::Internal));
    }
}
