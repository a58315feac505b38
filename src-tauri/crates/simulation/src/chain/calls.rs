//! The calls of the keeper contracts, read back from their bytes: selectors are those that [`keeper`] writes.

use keeper::{AgreementDraft, Contracts};
use protocol::{
    Address, AgreementId, Checksum, ConditionId, Did, TemplateId, Vodka,
    conditions::{AccessTerms, ConditionKind},
};

/// What a transaction asks of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// OceanToken.approve.
    Approve {
        /// Who may take.
        spender: Address,
        /// How much.
        amount: Vodka,
    },
    /// OceanToken.transfer.
    Transfer {
        /// To whom.
        to: Address,
        /// How much.
        amount: Vodka,
    },
    /// DIDRegistry.registerAttribute.
    Register {
        /// The listing.
        did: Did,
        /// Its providers.
        providers: Vec<Address>,
    },
    /// AgreementStoreManager.createAgreement.
    Create {
        /// Its id.
        agreement: AgreementId,
        /// The listing.
        did: Did,
        /// The template.
        template: TemplateId,
        /// Lock, access, escrow.
        conditions: Vec<ConditionId>,
        /// In their order.
        time_locks: Vec<u64>,
        /// In their order.
        time_outs: Vec<u64>,
        /// Provider, consumer.
        actors: Vec<Address>,
    },
    /// LockRewardCondition.fulfill.
    Lock {
        /// The agreement.
        agreement: AgreementId,
        /// Where the payment goes.
        reward: Address,
        /// How much.
        amount: Vodka,
    },
    /// AccessSecretStoreCondition.fulfill.
    Grant {
        /// The agreement.
        agreement: AgreementId,
        /// The listing.
        did: Did,
        /// For whom.
        grantee: Address,
    },
    /// EscrowReward.fulfill.
    Pay {
        /// The agreement.
        agreement: AgreementId,
        /// How much.
        amount: Vodka,
        /// After a grant.
        receiver: Address,
        /// After an abort.
        sender: Address,
        /// The payment into escrow.
        lock: ConditionId,
        /// The condition that releases.
        release: ConditionId,
    },
    /// abortByTimeOut of one of the three.
    Abort {
        /// Whose.
        kind: ConditionKind,
        /// Which.
        condition: ConditionId,
    },
}

impl Asked {
    /// Its short name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Approve { .. } => "approve",
            Self::Transfer { .. } => "transfer",
            Self::Register { .. } => "register",
            Self::Create { .. } => "create",
            Self::Lock { .. } => "lock",
            Self::Grant { .. } => "grant",
            Self::Pay { .. } => "pay",
            Self::Abort { .. } => "abort",
        }
    }
}

/// A contract and the first four bytes of a call of it.
type Place = (Address, [u8; 4]);

/// The calls of a set of contracts by place and selector.
#[derive(Debug, Clone)]
pub struct Calls {
    approve: Place,
    transfer: Place,
    register: Place,
    create: Place,
    lock: Place,
    grant: Place,
    pay: Place,
    aborts: [(Place, ConditionKind); 3],
}

fn place(call: &protocol::tx::Call) -> Place {
    let mut selector = [0; 4];
    for (to, from) in selector.iter_mut().zip(&call.data) {
        *to = *from;
    }
    (call.to, selector)
}

/// Arguments, word by word.
struct Words<'a>(&'a [u8]);

impl Words<'_> {
    fn word(&self, place: usize) -> Option<[u8; 32]> {
        let from = place.checked_mul(32)?;
        self.0.get(from..from.checked_add(32)?)?.try_into().ok()
    }

    fn number(&self, place: usize) -> Option<u64> {
        let word = self.word(place)?;
        let (high, low) = word.split_at(24);
        high.iter().all(|byte| *byte == 0).then_some(())?;
        Some(u64::from_be_bytes(low.try_into().ok()?))
    }

    fn address(&self, place: usize) -> Option<Address> {
        Some(Address(self.word(place)?.get(12..)?.try_into().ok()?))
    }

    fn amount(&self, place: usize) -> Option<Vodka> {
        Some(Vodka::from_be_bytes(self.word(place)?))
    }

    /// A list whose offset stands at this place, element by element.
    fn list<T>(&self, place: usize, element: impl Fn(&Self, usize) -> Option<T>) -> Option<Vec<T>> {
        let start = usize::try_from(self.number(place)?).ok()? / 32;
        let length = usize::try_from(self.number(start)?).ok()?.min(64);
        (1..=length).map(|next| element(self, start.checked_add(next)?)).collect()
    }
}

impl Calls {
    /// The calls of these contracts.
    pub fn of(contracts: &Contracts) -> Self {
        let terms = AccessTerms {
            agreement: AgreementId([0; 32]),
            did: Did([0; 32]),
            template: TemplateId([0; 32]).into(),
            provider: Address::ZERO,
            consumer: Address::ZERO,
            owner: Address::ZERO,
            price: Vodka::ZERO,
            time_locks: [0; 3],
            time_outs: [0; 3],
            escrow_contract: contracts.escrow_reward,
            lock_contract: contracts.lock_reward,
            access_contract: contracts.access_secret_store,
        };
        let draft = AgreementDraft {
            agreement: terms.agreement,
            did: terms.did,
            template: terms.template.id(),
            conditions: Vec::new(),
            actors: Vec::new(),
        };
        let none = ConditionId([0; 32]);
        Self {
            approve: place(&contracts.approve(Address::ZERO, Vodka::ZERO)),
            transfer: place(&contracts.transfer(Address::ZERO, Vodka::ZERO)),
            register: place(&contracts.register_attribute(terms.did, Checksum([0; 32]), &[], "")),
            create: place(&contracts.create(&draft)),
            lock: place(&contracts.lock_reward(&terms)),
            grant: place(&contracts.grant_access(&terms)),
            pay: place(&contracts.release_reward(&terms)),
            aborts: ConditionKind::ALL.map(|kind| (place(&contracts.abort_by_timeout(kind, none)), kind)),
        }
    }

    /// What the bytes ask; `None` for what no contract here has.
    pub fn read(&self, to: Address, data: &[u8]) -> Option<Asked> {
        let (selector, arguments) = data.split_first_chunk::<4>()?;
        let (found, a) = ((to, *selector), Words(arguments));
        if found == self.approve {
            return Some(Asked::Approve { spender: a.address(0)?, amount: a.amount(1)? });
        }
        if found == self.transfer {
            return Some(Asked::Transfer { to: a.address(0)?, amount: a.amount(1)? });
        }
        if found == self.register {
            return Some(Asked::Register { did: Did(a.word(0)?), providers: a.list(2, Words::address)? });
        }
        if found == self.create {
            return Some(Asked::Create {
                agreement: AgreementId(a.word(0)?),
                did: Did(a.word(1)?),
                template: TemplateId(a.word(2)?),
                conditions: a.list(3, |a, place| Some(ConditionId(a.word(place)?)))?,
                time_locks: a.list(4, Words::number)?,
                time_outs: a.list(5, Words::number)?,
                actors: a.list(6, Words::address)?,
            });
        }
        if found == self.lock {
            let (agreement, reward) = (AgreementId(a.word(0)?), a.address(1)?);
            return Some(Asked::Lock { agreement, reward, amount: a.amount(2)? });
        }
        if found == self.grant {
            let (agreement, did) = (AgreementId(a.word(0)?), Did(a.word(1)?));
            return Some(Asked::Grant { agreement, did, grantee: a.address(2)? });
        }
        if found == self.pay {
            return Some(Asked::Pay {
                agreement: AgreementId(a.word(0)?),
                amount: a.amount(1)?,
                receiver: a.address(2)?,
                sender: a.address(3)?,
                lock: ConditionId(a.word(4)?),
                release: ConditionId(a.word(5)?),
            });
        }
        let (_, kind) = self.aborts.iter().find(|(place, _)| *place == found)?;
        Some(Asked::Abort { kind: *kind, condition: ConditionId(a.word(0)?) })
    }
}
