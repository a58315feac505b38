//! A process' connection to the chain: late, forgetful, untruthful and sometimes behind.

use crate::{
    chain::{Sent, Tx},
    life::{Heads, Life},
    world::World,
};
use agreement::Facts;
use async_trait::async_trait;
use protocol::{
    Address, TxHash, Vodka,
    conditions::AccessTerms,
    tx::{Call, Fee, Receipt, SignedTx, UnsignedTx},
};
use runner::{BroadcastError, Chain, ChainError};
use std::sync::{Arc, atomic::Ordering};
use tokio::{sync::watch, time::Duration};

/// The chain's id.
pub(crate) const CHAIN_ID: u64 = 8996;

/// How bad the network is; so many of a thousand calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Weather {
    /// Milliseconds that a slow call takes at most.
    pub(crate) latency: u64,
    /// Calls that are slow.
    pub(crate) slow: u64,
    /// Calls without an answer.
    pub(crate) failing: u64,
    /// Answers from a node that is a block or two behind.
    pub(crate) behind: u64,
    /// Transactions that are taken and forgotten, or taken without an answer, or not taken and called known.
    pub(crate) losing: u64,
    /// Transactions that wait for some blocks before they can be mined.
    pub(crate) delaying: u64,
}

/// A process' node.
#[derive(Clone)]
pub(crate) struct Node {
    /// The world.
    pub(crate) world: Arc<World>,
    /// Whose it is.
    pub(crate) life: Arc<Life>,
    /// The blocks that the process hears of.
    pub(crate) heads: Arc<Heads>,
}

fn away(why: &str) -> ChainError {
    ChainError::Unreachable(protocol::Sentence::verbatim(why))
}

impl Node {
    /// One call: the block that the node knows as the newest.
    pub(crate) async fn call(&self) -> Result<u64, ChainError> {
        self.life.awake().await;
        if !self.life.step() {
            return std::future::pending().await;
        }
        let weather = self.world.weather();
        let latency =
            self.world.draw(|chance| if chance.permille(weather.slow) { chance.below(weather.latency) } else { 0 });
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
            self.life.awake().await;
        }
        if self.life.cut_off.load(Ordering::SeqCst) {
            return Err(away("cut off"));
        }
        let (fails, behind) = self.world.draw(|chance| {
            let behind = if chance.permille(weather.behind) { chance.between(1, 2) } else { 0 };
            (chance.permille(weather.failing), behind)
        });
        if fails {
            return Err(away("no answer"));
        }
        Ok(self.world.chain(|chain| chain.head()).saturating_sub(behind))
    }

    /// A call about a block: a node that does not have it yet says so.
    async fn call_at(&self, block: u64) -> Result<(), ChainError> {
        if self.call().await? < block { Err(away("no such block")) } else { Ok(()) }
    }

    /// What `runner::read_facts` does: the newest block that counts, then agreement and conditions as of it. The chain can
    /// go back between the calls.
    pub(crate) async fn facts(&self, terms: &AccessTerms) -> Result<Facts, ChainError> {
        let block = runner::counting_block(self.call().await?, self.confirmations());
        let ids = terms.ids();
        self.call_at(block).await?;
        let agreement = self.world.chain(|chain| chain.state(block).agreements.get(&terms.agreement).cloned());
        self.call_at(block).await?;
        let now = self.world.chain(|chain| chain.state(block));
        let [lock, access, escrow] = ids.v02().map(|id| now.condition(id));
        Ok(Facts { block, agreement, lock, access, escrow })
    }
}

#[async_trait]
impl Chain for Node {
    fn chain_id(&self) -> u64 {
        CHAIN_ID
    }
    fn confirmations(&self) -> u64 {
        self.world.settings.confirmations
    }
    fn heads(&self) -> watch::Receiver<u64> {
        self.heads.listen()
    }
    async fn head(&self) -> Result<u64, ChainError> {
        self.call().await
    }
    async fn next_nonce(&self, account: Address) -> Result<u64, ChainError> {
        let block = self.call().await?;
        let tells = self.world.settings.tells_waiting;
        Ok(self.world.chain(|chain| if tells { chain.next_nonce(account) } else { chain.mined(account, block) }))
    }
    async fn mined_nonce(&self, account: Address) -> Result<u64, ChainError> {
        let block = self.call().await?;
        Ok(self.world.chain(|chain| chain.mined(account, block)))
    }
    async fn prepare(
        &self,
        from: Address,
        call: &Call,
        nonce: u64,
        gas: Option<u64>,
    ) -> Result<UnsignedTx, ChainError> {
        let block = self.call().await?;
        if gas.is_none() {
            let next = if self.world.settings.estimates_next { block.saturating_add(1) } else { block };
            self.world
                .chain(|chain| chain.would(from, call.to, &call.data, next))
                .map_err(|revert| ChainError::WouldRevert(revert.to_owned()))?;
        }
        Ok(UnsignedTx {
            chain_id: CHAIN_ID,
            from,
            nonce,
            to: Some(call.to),
            value: Vodka::ZERO,
            data: call.data.clone(),
            gas: gas.unwrap_or(21_000),
            fee: Fee::Legacy { gas_price: 0 },
        })
    }
    async fn can_pay(&self, _: Address, _: Vodka) -> Result<bool, ChainError> {
        // Transactions are free here.
        Ok(true)
    }
    async fn broadcast(&self, tx: &SignedTx) -> Result<(), BroadcastError> {
        let no_answer = |_| BroadcastError::Unreachable("no answer".to_owned());
        let block = self.call().await.map_err(no_answer)?;
        let tx = Tx::read(tx).ok_or_else(|| BroadcastError::Rejected("not a transaction".to_owned()))?;
        self.world.saw_broadcast(&tx);
        let weather = self.world.weather();
        let (loses, fate, delay) = self.world.draw(|chance| {
            let delay = if chance.permille(weather.delaying) { chance.between(1, 6) } else { 0 };
            (chance.permille(weather.losing), chance.below(4), delay)
        });
        match (loses, fate) {
            (true, 0) => return Ok(()),
            (true, 1) => return Err(BroadcastError::Known),
            (true, 2) => return Err(BroadcastError::Unreachable("lost".to_owned())),
            _ => {}
        }
        let from_block = block.saturating_add(delay).saturating_add(1);
        let sent = self.world.chain(|chain| chain.send(tx, from_block, false));
        match sent {
            _ if loses => Err(BroadcastError::Unreachable("the answer is lost".to_owned())),
            Sent::Taken => Ok(()),
            Sent::Known => Err(BroadcastError::Known),
            Sent::Underpriced => Err(BroadcastError::Underpriced),
            Sent::NonceTooLow => Err(BroadcastError::NonceTooLow),
        }
    }
    async fn receipt(&self, tx: TxHash) -> Result<Option<Receipt>, ChainError> {
        let block = self.call().await?;
        Ok(self.world.chain(|chain| chain.receipt(tx, block)))
    }
}
