//! What was begun and never decided: whoever comes when its time is over ends it.

use super::{Campaign, Loot, WINDOW};
use keeper::ConditionState;
use protocol::{
    AgreementId,
    conditions::{AccessTerms, ConditionKind},
    hash::keccak256,
    tx::Call,
};

/// Blocks that are waited for. Adversaries also ask for times longer than the chain will be.
const PATIENCE: u64 = 8 * WINDOW;

impl Campaign<'_> {
    /// Somebody creates an agreement, with a time for the payment too, and does not pay. Adversaries know of it.
    pub(super) fn leaves_unpaid(&mut self, terms: &AccessTerms, loot: &mut Loot) -> Result<(), String> {
        let agreement = AgreementId(keccak256([&terms.agreement.0[..], b"unpaid"].concat()));
        let template = self.template.into();
        let access_contract = self.contracts.access_secret_store;
        let unpaid =
            AccessTerms { agreement, template, access_contract, time_outs: [WINDOW / 2, WINDOW, 0], ..terms.clone() };
        let receipt = self.world.try_send(&self.world.consumer, &self.contracts.create_agreement(&unpaid));
        if !receipt.success {
            return Err("an agreement that nobody knew could not be created".to_owned());
        }
        let ids = unpaid.ids();
        loot.words.extend([agreement.0, ids.lock.0, ids.access.0]);
        self.write(&receipt)
    }

    /// After everything: each condition of this run that is undecided and has a time can be aborted when that is over, by
    /// anybody. An escrow is the exception: it ends with its payment only, and never keeps one by an abort.
    pub(super) async fn ends_what_is_open(&mut self) -> Result<(), String> {
        let world = self.world;
        let escrows = [self.contracts.escrow_reward, world.contracts.escrow_reward];
        let (mut open, mut last) = (Vec::new(), 0);
        for (id, contract) in std::mem::take(&mut self.conditions) {
            let found = world.keeper.condition(id).await.unwrap();
            let waits = found.state == ConditionState::Unfulfilled && (1..=PATIENCE).contains(&found.time_out);
            if waits && !escrows.contains(&contract) {
                open.push((id, contract));
                last = last.max(found.created_at + found.time_out);
            }
        }
        // The first block in which all of them are over is that of the first abort.
        world.mine(last.saturating_sub(world.block()));
        for (id, contract) in open {
            let abort = self.contracts.abort_by_timeout(ConditionKind::AccessSecretStore, id);
            let receipt = world.try_send(&world.other, &Call { to: contract, ..abort });
            self.write(&receipt)?;
            let state = world.keeper.condition(id).await.unwrap().state;
            if !receipt.success || state != ConditionState::Aborted {
                return Err(format!("{id} was not aborted after its time: {state:?}"));
            }
            self.aborts += 1;
        }
        Ok(())
    }
}
