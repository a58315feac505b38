//! One's own list, which a whitelisting condition asks.

use crate::{
    core::{Core, chain},
    errors,
    policy::Action,
};
use api::{ApiError, ListView};
use protocol::Hash32;

impl Core {
    pub(crate) async fn own_list(&self) -> Result<ListView, ApiError> {
        let account = self.account().ok_or_else(errors::no_account)?;
        let keeper = self.keeper.agreed().await.map_err(chain)?;
        let list = keeper.contracts().find("HashLists").map_err(chain)?;
        Ok(ListView { list, account, items: keeper.list_of(account).await.map_err(chain)? })
    }

    /// Puts something in, or takes it out; what is so already stays so.
    pub(crate) async fn change_list(&self, item: Hash32, listed: bool) -> Result<ListView, ApiError> {
        let now = self.own_list().await?;
        if now.items.contains(&item) == listed {
            return Ok(now);
        }
        self.policy.allows(&Action::List { item, listed })?;
        let signer = self.signer()?;
        let contracts = self.keeper.contracts();
        let call = if listed { contracts.add_to_list(item) } else { contracts.remove_from_list(item) };
        self.send_as(signer, call.map_err(chain)?).await?;
        self.own_list().await
    }
}
