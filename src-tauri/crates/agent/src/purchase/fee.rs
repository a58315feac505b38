//! What the network takes for a buyer's transactions. What is shown before the confirmation is kept with the purchase: no
//! transaction of it is signed that pays more per gas.

use crate::core::{Core, chain};
use api::{ApiError, Code, sentence};
use keeper::gas;
use protocol::{Vodka, conditions::AccessTerms, tx::Fee};

/// A network's fee for a purchase. All amounts are wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NetworkFee {
    /// For one gas, at most.
    pub(crate) per_gas: Vodka,
    /// Gas of the payment, with the approval before it.
    payment: u64,
    /// Gas of putting the agreement on record, where the publisher's computer does not.
    record: u64,
    /// What the account has.
    has: Vodka,
}

impl NetworkFee {
    /// Of what cannot be bought. Not a default: a fee that was not asked for must not pass for none.
    pub(super) const NONE: Self = Self { per_gas: Vodka::ZERO, payment: 0, record: 0, has: Vodka::ZERO };

    /// For paying so much, where the network asks this fee, nobody here pays more than `dearest` for one gas, and the account
    /// has so much. There is room for the fee to double.
    pub(super) fn asked(price: Vodka, asked: Fee, dearest: u128, has: Vodka) -> Self {
        let payment = if price.is_zero() { gas::LOCK } else { gas::APPROVE + gas::LOCK };
        let most = match asked {
            Fee::Legacy { gas_price } => gas_price.saturating_mul(2),
            // Twice the base fee already.
            Fee::Dynamic { max_fee, .. } => max_fee,
        };
        Self { per_gas: Vodka::from_units(most.min(dearest)), payment, record: gas::CREATE, has }
    }

    fn of(self, gas: u64) -> Vodka {
        // Below 2^192: a price is below 2^128 and gas below 2^64.
        Vodka(self.per_gas.0.saturating_mul(Vodka::from_units(gas).0))
    }

    /// All of it, at most.
    pub(crate) fn at_most(self) -> Vodka {
        self.of(self.payment.saturating_add(self.record))
    }

    /// Why it cannot be paid, where it cannot: nodes take no transaction whose sender does not have what it may cost.
    pub(crate) fn missing(self) -> Option<ApiError> {
        let needed = self.of(self.payment);
        (self.has < needed).then(|| {
            ApiError::new(
                Code::InsufficientBalance,
                sentence!(
                    "This network takes a fee for transactions. It may come to {needed} ether, and your account has {has}.",
                    needed = needed.to_ocean(),
                    has = self.has.to_ocean()
                ),
                "Send some of the network's own coin to your account's address; it is under Account. Nothing was paid.",
            )
        })
    }
}

impl Core {
    /// The fee of a purchase as the network asks it now, with room for it to double.
    pub(crate) async fn network_fee(&self, terms: &AccessTerms) -> Result<NetworkFee, ApiError> {
        let keeper = self.keeper.agreed().await.map_err(chain)?;
        let (asked, has) =
            tokio::try_join!(keeper.fee(terms.consumer, 0), keeper.ether_of(terms.consumer)).map_err(chain)?;
        Ok(NetworkFee::asked(terms.price, asked, keeper.fees().max_price(), has))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fee(per_gas: u128, has: u128) -> NetworkFee {
        NetworkFee { per_gas: Vodka::from_units(per_gas), payment: 500, record: 1_500, has: Vodka::from_units(has) }
    }

    #[test]
    fn a_free_network_asks_for_nothing_and_misses_nothing() {
        let free = fee(0, 0);
        assert!(free.at_most().is_zero() && free.missing().is_none());
    }

    #[test]
    fn only_what_the_payment_may_cost_has_to_be_there() {
        let dear = fee(1_000_000_007, 500 * 1_000_000_007);
        assert_eq!(dear.at_most(), Vodka::from_units(2_000 * 1_000_000_007_u128));
        assert!(dear.missing().is_none());
        let short = fee(1_000_000_007, 500 * 1_000_000_007 - 1).missing().unwrap();
        assert_eq!(short.code, Code::InsufficientBalance);
        assert!(short.message.contains("0.0000005000000035"), "{short}");
    }

    #[test]
    fn no_fee_is_too_large_to_be_said() {
        assert!(!fee(u128::MAX, u128::MAX).at_most().is_zero());
    }

    fn some() -> Vodka {
        Vodka::from_units(1_u64)
    }

    #[test]
    fn there_is_room_for_the_fee_to_double_and_for_no_more() {
        let most = |fee, dearest| NetworkFee::asked(some(), fee, dearest, Vodka::ZERO).per_gas;
        assert_eq!(most(Fee::Legacy { gas_price: 30 }, 1_000), Vodka::from_units(60_u64));
        assert_eq!(most(Fee::Dynamic { max_fee: 30, max_priority: 1 }, 1_000), Vodka::from_units(30_u64));
        assert_eq!(most(Fee::Legacy { gas_price: u128::MAX }, u128::MAX), Vodka::from_units(u128::MAX));
    }

    #[test]
    fn nobody_pays_more_for_gas_than_the_dearest_that_the_network_file_allows() {
        for fee in [Fee::Legacy { gas_price: 30 }, Fee::Dynamic { max_fee: 60, max_priority: 1 }] {
            let per_gas = |dearest| NetworkFee::asked(some(), fee, dearest, Vodka::ZERO).per_gas;
            assert_eq!([59, 60, 61].map(per_gas), [59_u64, 60, 60].map(Vodka::from_units));
        }
    }

    #[test]
    fn an_approval_is_paid_for_where_there_is_something_to_approve() {
        let fee = |price| NetworkFee::asked(price, Fee::Legacy { gas_price: 1 }, 2, Vodka::from_units(4_u64));
        assert_eq!(fee(some()).payment, gas::APPROVE + gas::LOCK);
        assert_eq!(fee(Vodka::ZERO).payment, gas::LOCK);
        assert_eq!((fee(some()).record, fee(some()).has), (gas::CREATE, Vodka::from_units(4_u64)));
        assert_eq!(fee(some()).at_most(), Vodka::from_units(2 * (gas::APPROVE + gas::LOCK + gas::CREATE)));
    }
}
