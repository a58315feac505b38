//! An event as it is kept: one form for all kinds, so that one index finds an account or an agreement in any of them.

use crate::Topic;
use keeper::{KeeperEvent, Seen};
use protocol::{Address, Hash32, TxHash, Vodka};

/// Where an event is in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The block.
    pub block: u64,
    /// Its place among the block's logs.
    pub index: u64,
}

/// An event of the keeper contracts. Which of the fields are there, and what they are, the topic says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub position: Position,
    /// The hash of its block.
    pub block_hash: Hash32,
    /// Its transaction.
    pub tx: TxHash,
    /// What happened.
    pub topic: Topic,
    /// What it is about: the agreement, the condition, the listing or the template.
    pub subject: Option<Hash32>,
    /// What that belongs to: the listing of an agreement or grant, the condition of a payment, the checksum of a listing,
    /// the type of an actor, the contract of a condition (its last 20 bytes).
    pub other: Option<Hash32>,
    /// The condition of a grant or computation; the template contract of an agreement of v0.1 (its last 20 bytes).
    pub third: Option<Hash32>,
    /// Whose doing it is: payer, creator, former owner, who registered.
    pub from: Option<Address>,
    /// To whom: receiver, new owner, actor, grantee, gateway.
    pub to: Option<Address>,
    /// Tokens.
    pub amount: Option<Vodka>,
    /// The state of a condition; 1 where a gateway was removed; seconds between requests of test tokens.
    pub number: Option<u64>,
    /// The value registered with a listing; of an agreement of v0.1 waiting times and time limits; the most test tokens.
    pub text: Option<String>,
}

/// An account as 32 bytes.
fn wide(address: Address) -> Hash32 {
    let mut bytes = [0; 32];
    bytes[12..].copy_from_slice(&address.0);
    Hash32(bytes)
}

impl Entry {
    pub(crate) fn new(seen: Seen) -> Self {
        let Seen { event, log } = seen;
        let mut entry = Self {
            position: Position { block: log.block, index: log.index },
            block_hash: log.block_hash,
            tx: log.tx,
            topic: Topic::Transfer,
            subject: None,
            other: None,
            third: None,
            from: None,
            to: None,
            amount: None,
            number: None,
            text: None,
        };
        entry.fill(event);
        entry
    }

    fn fill(&mut self, event: KeeperEvent) {
        use KeeperEvent as E;
        match event {
            E::DidRegistered { did, owner, checksum, value, by, block: _ } => {
                self.about(Topic::DidRegistered, did.0);
                (self.other, self.from, self.to) = (Some(Hash32(checksum.0)), Some(by), Some(owner));
                self.text = Some(value);
            }
            E::DidProviderAdded { did, provider } => {
                self.about(Topic::DidProviderAdded, did.0);
                self.to = Some(provider);
            }
            E::DidProviderRemoved { did, provider, removed } => {
                self.about(Topic::DidProviderRemoved, did.0);
                (self.to, self.number) = (Some(provider), Some(u64::from(removed)));
            }
            E::DidOwnershipTransferred { did, from, to } => {
                self.about(Topic::DidOwnershipTransferred, did.0);
                (self.from, self.to) = (Some(from), Some(to));
            }
            E::DidPermissionGranted { did, owner, grantee } => {
                self.about(Topic::DidPermissionGranted, did.0);
                (self.from, self.to) = (Some(owner), Some(grantee));
            }
            E::DidPermissionRevoked { did, owner, grantee } => {
                self.about(Topic::DidPermissionRevoked, did.0);
                (self.from, self.to) = (Some(owner), Some(grantee));
            }
            E::TemplateProposed { template } => self.about(Topic::TemplateProposed, template.0),
            E::TemplateApproved { template } => self.about(Topic::TemplateApproved, template.0),
            E::TemplateRevoked { template } => self.about(Topic::TemplateRevoked, template.0),
            E::AgreementCreated { agreement, did, created_by, created_at: _ } => {
                self.about(Topic::AgreementCreated, agreement.0);
                (self.other, self.from) = (Some(Hash32(did.0)), Some(created_by));
            }
            E::AgreementActorAdded { agreement, actor, actor_type } => {
                self.about(Topic::AgreementActorAdded, agreement.0);
                (self.other, self.to) = (Some(actor_type), Some(actor));
            }
            E::ConditionCreated { condition, type_ref, by } => {
                self.about(Topic::ConditionCreated, condition.0);
                (self.other, self.from) = (Some(wide(type_ref)), Some(by));
            }
            E::ConditionUpdated { condition, type_ref, state, by } => {
                self.about(Topic::ConditionUpdated, condition.0);
                (self.other, self.from) = (Some(wide(type_ref)), Some(by));
                self.number = Some(u64::from(state as u8));
            }
            E::PaymentLocked { agreement, reward_address, condition, amount } => {
                self.about(Topic::PaymentLocked, agreement.0);
                (self.other, self.to) = (Some(Hash32(condition.0)), Some(reward_address));
                self.amount = Some(amount);
            }
            E::AccessGranted { agreement, did, grantee, condition } => {
                self.about(Topic::AccessGranted, agreement.0);
                (self.other, self.third) = (Some(Hash32(did.0)), Some(Hash32(condition.0)));
                self.to = Some(grantee);
            }
            E::EscrowPaid { agreement, receiver, condition, amount } => {
                self.about(Topic::EscrowPaid, agreement.0);
                (self.other, self.to) = (Some(Hash32(condition.0)), Some(receiver));
                self.amount = Some(amount);
            }
            E::ComputeTriggered { agreement, did, consumer, condition } => {
                self.about(Topic::ComputeTriggered, agreement.0);
                (self.other, self.third) = (Some(Hash32(did.0)), Some(Hash32(condition.0)));
                self.from = Some(consumer);
            }
            E::AgreementCreatedV01 { template, agreement, did, consumer, provider, time_locks, time_outs } => {
                self.about(Topic::AgreementCreatedV01, agreement.0);
                (self.other, self.third) = (Some(Hash32(did.0)), Some(wide(template)));
                (self.from, self.to) = (Some(consumer), Some(provider));
                self.text = Some(serde_json::json!({"locks": time_locks, "outs": time_outs}).to_string());
            }
            E::Transfer { from, to, amount } => self.moved(Topic::Transfer, from, to, amount),
            E::Approval { owner, spender, amount } => self.moved(Topic::Approval, owner, spender, amount),
            E::RequestLimitExceeded { requester, amount, max } => {
                self.topic = Topic::RequestLimitExceeded;
                (self.from, self.amount, self.text) = (Some(requester), Some(amount), Some(max.to_string()));
            }
            E::RequestFrequencyExceeded { requester, min_period_seconds } => {
                self.topic = Topic::RequestFrequencyExceeded;
                (self.from, self.number) = (Some(requester), Some(min_period_seconds));
            }
        }
    }

    fn about(&mut self, topic: Topic, subject: [u8; 32]) {
        (self.topic, self.subject) = (topic, Some(Hash32(subject)));
    }

    fn moved(&mut self, topic: Topic, from: Address, to: Address, amount: Vodka) {
        (self.topic, self.from, self.to, self.amount) = (topic, Some(from), Some(to), Some(amount));
    }
}
