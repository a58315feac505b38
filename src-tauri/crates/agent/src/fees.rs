//! What pays the network's fees: the account, and this computer's own key, which opens purchases for buyers and takes money
//! back while the account is locked. On a network that charges, that key needs some of the network's own coin.

use crate::{
    account::FEES,
    core::{Core, chain},
    errors,
};
use api::{ApiError, Code, FeesView, Sentence, sentence};
use keeper::{KeeperError, gas};
use protocol::{Address, Signer as _, Vodka, tx::Call};
use std::sync::{Arc, Mutex, PoisonError};

/// One sale: putting it on record, opening it, taking the payment.
const SALE: u64 = gas::CREATE + gas::GRANT + gas::RELEASE;
/// The key should have enough for so many.
const SALES: u64 = 10;
/// Fees change slowly: after so many blocks it is looked at again.
const LOOK_AGAIN_AFTER: u64 = 20;

/// Whether the last look found the key short, and at which block. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct LastFees(Arc<Mutex<Option<(u64, bool)>>>);

fn cost(price: u128, gas: u64) -> Vodka {
    Vodka(Vodka::from_units(price).0.saturating_mul(Vodka::from_units(gas).0))
}

impl Core {
    /// Who pays, and what they have.
    pub(crate) async fn fees(&self) -> Result<FeesView, ApiError> {
        let computer = self.service.address();
        let price = self.keeper.fee(computer, 0).await.map_err(chain)?.most_per_gas();
        let computer_has = self.keeper.ether_of(computer).await.map_err(chain)?;
        let account_has = match self.account() {
            Some(account) => self.keeper.ether_of(account).await.map_err(chain)?,
            None => Vodka::ZERO,
        };
        Ok(FeesView {
            charges: price > 0,
            account_has,
            computer,
            computer_has,
            computer_needs: cost(price, SALE),
            computer_should_have: cost(price, SALE.saturating_mul(SALES)),
        })
    }

    /// Whether an account has to pay for so much gas itself: this computer's own key cannot, and the account can.
    ///
    /// # Errors
    /// Those of the chain.
    pub(crate) async fn account_pays(&self, account: Address, gas: u64) -> Result<bool, KeeperError> {
        let own = self.service.address();
        Ok(!self.keeper.can_pay(own, gas).await? && self.keeper.can_pay(account, gas).await?)
    }

    /// Moves some of the network's coin from the account to this computer's key.
    pub(crate) async fn fill_computer(&self, wei: Vodka) -> Result<FeesView, ApiError> {
        let fees = self.fees().await?;
        if wei.is_zero() || wei > fees.account_has {
            let has = fees.account_has.to_ocean();
            return Err(ApiError::new(
                Code::InsufficientBalance,
                sentence!("Your account has {has} ether; that is not enough, or nothing was to be moved.", has),
                "Send some of the network's own coin to your account's address, or move less.",
            )
            .at("amount"));
        }
        let what = "ether for this computer's key".to_owned();
        self.send_own(Call { to: fees.computer, data: Vec::new(), value: wei, what }, FEES).await?;
        *self.fees_look.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.fees().await
    }

    /// That this computer cannot pay for what it has to do, where it has something to do.
    pub(crate) async fn fees_trouble(&self, block: u64, pending: bool) -> Option<Sentence> {
        let known = *self.fees_look.0.lock().unwrap_or_else(PoisonError::into_inner);
        let short = match known {
            Some((at, short)) if block.abs_diff(at) <= LOOK_AGAIN_AFTER => short,
            _ => {
                // A chain that does not answer is told of elsewhere.
                let fees = self.fees().await.ok()?;
                let short = fees.charges && fees.computer_has < fees.computer_needs;
                *self.fees_look.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((block, short));
                short
            }
        };
        let needed = short && (pending || self.sells().await);
        needed.then(|| "This computer cannot pay the network's fees: move some to it under Account.".into())
    }

    async fn sells(&self) -> bool {
        match self.store.listings().await.map_err(errors::store) {
            Ok(listings) => !listings.is_empty(),
            Err(error) => {
                tracing::warn!(%error, "what is listed is not known");
                false
            }
        }
    }
}
