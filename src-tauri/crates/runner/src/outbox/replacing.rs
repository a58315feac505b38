//! What a replacement pays. Nodes take one that pays at least a tenth more than the one they have; an eighth is also what
//! a base fee grows by in one block.

use crate::chain::ChainError;
use protocol::{sentence, tx::Fee};

/// An eighth more, and at least one wei.
fn more(price: u128) -> u128 {
    price.saturating_add(price.div_ceil(8).max(1))
}

/// Whether nothing is paid at all: on such a network no fee is too low.
pub(super) fn is_free(fee: Fee) -> bool {
    fee.most_per_gas() == 0
}

/// Whether a fee is within what its owner confirmed, in wei per gas.
pub(super) fn within(fee: Fee, most: Option<u128>) -> Result<(), ChainError> {
    match most {
        Some(most) if fee.most_per_gas() > most => Err(too_dear(most)),
        _ => Ok(()),
    }
}

/// The network asks for more than this.
pub(super) fn too_dear(most: u128) -> ChainError {
    ChainError::TooDear(sentence!("it takes more than the {most} wei per gas that may be paid", most))
}

/// The fee of a replacement for a transaction of this fee, while the network asks for that one: an eighth more than
/// before, or what is asked now, whichever is more; never above `most`. `None` where `most` leaves no room for it.
pub(super) fn raised(before: Fee, now: Fee, most: u128) -> Option<Fee> {
    let within = |least: u128, wish: u128| (least <= most).then(|| wish.clamp(least, most));
    match before {
        Fee::Legacy { gas_price } => {
            let gas_price = within(more(gas_price), now.most_per_gas())?;
            Some(Fee::Legacy { gas_price })
        }
        Fee::Dynamic { max_fee, max_priority } => {
            let wish = match now {
                Fee::Dynamic { max_priority, .. } => max_priority,
                Fee::Legacy { .. } => 0,
            };
            let max_fee = within(more(max_fee), now.most_per_gas())?;
            let least = more(max_priority);
            (least <= max_fee).then(|| Fee::Dynamic { max_fee, max_priority: wish.clamp(least, max_fee) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_eighth_more_is_never_less_than_an_eighth() {
        for price in [1_u128, 7, 8, 9, 15, 16, 17, 1_000_000_007, u128::MAX / 16] {
            assert!(more(price) * 8 >= price * 9, "{price}");
            assert!(more(price) <= price + price / 8 + 1, "{price}");
        }
        assert_eq!((more(0), more(u128::MAX)), (1, u128::MAX));
    }

    #[test]
    fn a_replacement_pays_more_but_never_above_what_is_allowed() {
        let legacy = |gas_price| Fee::Legacy { gas_price };
        assert_eq!(raised(legacy(80), legacy(10), 1_000), Some(legacy(90)));
        assert_eq!(raised(legacy(80), legacy(500), 1_000), Some(legacy(500)));
        assert_eq!(raised(legacy(80), legacy(5_000), 1_000), Some(legacy(1_000)));
        assert_eq!(raised(legacy(80), legacy(5_000), 89), None, "nodes would not take it");
        let dynamic = |max_fee, max_priority| Fee::Dynamic { max_fee, max_priority };
        assert_eq!(raised(dynamic(80, 8), dynamic(100, 8), 1_000), Some(dynamic(100, 9)));
        assert_eq!(raised(dynamic(80, 8), dynamic(5_000, 400), 1_000), Some(dynamic(1_000, 400)));
        assert_eq!(raised(dynamic(80, 80), dynamic(80, 80), 1_000), Some(dynamic(90, 90)));
        assert!(is_free(legacy(0)) && !is_free(dynamic(1, 0)));
    }

    #[test]
    fn what_its_owner_confirmed_may_be_paid_and_one_wei_more_may_not() {
        let legacy = |gas_price| Fee::Legacy { gas_price };
        let dynamic = |max_fee, max_priority| Fee::Dynamic { max_fee, max_priority };
        for fee in [legacy(80), legacy(79), legacy(0), dynamic(80, 80), dynamic(1, 0)] {
            assert_eq!(within(fee, Some(80)), Ok(()), "{fee:?}");
        }
        for fee in [legacy(81), legacy(u128::MAX), dynamic(81, 0)] {
            assert_eq!(within(fee, Some(80)), Err(too_dear(80)), "{fee:?}");
            assert_eq!(within(fee, None), Ok(()), "{fee:?}");
        }
        assert_eq!((within(legacy(0), Some(0)), within(legacy(1), Some(0))), (Ok(()), Err(too_dear(0))));
    }

    #[test]
    fn raised_again_and_again_it_reaches_the_limit_and_stops() {
        let (mut fee, mut times) = (Fee::Dynamic { max_fee: 1_000, max_priority: 10 }, 0);
        while let Some(next) = raised(fee, fee, 50_000) {
            assert!(next.most_per_gas() > fee.most_per_gas() && next.most_per_gas() <= 50_000);
            (fee, times) = (next, times + 1);
        }
        assert!(fee.most_per_gas() * 9 / 8 >= 50_000 && times < 40, "{fee:?} after {times}");
    }
}
