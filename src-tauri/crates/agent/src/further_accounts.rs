//! Accounts of the recovery words beyond those that are here: another computer may have used several of them.

use crate::{agent::Agent, chain_events::index, core::chain};
use api::ApiError;
use indexer::{Filter, Indexer, Position};
use protocol::Address;
use zeroize::Zeroizing;

/// After so many accounts in a row that nobody used there are no more (BIP-44's gap limit).
const GAP: u32 = 20;
/// Numbers that are looked at in all: a node that calls every account used does not fill the wallet.
const MOST: u32 = 100;

impl Agent {
    /// Looks which accounts of the recovery words were used on this network, and takes them into the wallet.
    pub(crate) async fn find_further_accounts(
        &self,
        indexer: &Indexer,
        password: Zeroizing<String>,
    ) -> Result<(), ApiError> {
        let wallet = &self.core.wallet;
        if !wallet.has_words() {
            return Ok(());
        }
        let (mut used, mut unused, mut next) = (Vec::new(), 0, 0);
        while unused < GAP && next < MOST {
            let (numbers, words) = (next..next.saturating_add(GAP), password.clone());
            next = numbers.end;
            for (number, address) in self.core.stretching(move |wallet| wallet.addresses(&words, numbers)).await? {
                let is_here = wallet.accounts().iter().any(|account| account.address == address);
                match is_here || self.was_used(indexer, address).await? {
                    true => unused = 0,
                    false => unused += 1,
                }
                if !is_here && unused == 0 {
                    used.push(number);
                }
            }
        }
        if used.is_empty() {
            return Ok(());
        }
        tracing::info!(accounts = used.len(), "accounts of the recovery words were used elsewhere");
        self.core.stretching(move |wallet| wallet.add_accounts(&password, &used)).await?;
        self.core.tell_account().await;
        Ok(())
    }

    /// Whether the chain knows an account: by something the contracts logged of it, by a transaction, or by ether.
    async fn was_used(&self, indexer: &Indexer, account: Address) -> Result<bool, ApiError> {
        let start = Position { block: 0, index: 0 };
        let keeper = &self.core.keeper;
        Ok(!indexer.history(Filter::of(account), start, 1).await.map_err(index)?.is_empty()
            || keeper.nonce(account).await.map_err(chain)? > 0
            || !keeper.ether_of(account).await.map_err(chain)?.is_zero())
    }
}
