//! A receipt of an agreement: what was agreed, what happened on the chain, with proofs; an auditor checks it without a
//! node. What is left to look up is one hash per block: until then whoever made it could have made up the blocks.

use crate::{
    Address, Checksum, Hash32, NetworkFile, Signature, Vodka,
    conditions::ConditionKind,
    event_topics::topic,
    hash::keccak256,
    proof::{Inclusion, ProofError, block::ProvenLog},
    sign::SignatureError,
    templates::{ACCESS_NAME, TemplateRef},
    terms::{AccessTerms, OnChain},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The version of the form.
pub const FORM: u32 = 1;

/// What a piece of evidence shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fact {
    /// The owner registered the listing with this checksum.
    Registered,
    /// The agreement was created.
    Agreed,
    /// The buyer's payment was set aside in escrow.
    SetAside,
    /// The publisher's gateway granted access to the buyer.
    Granted,
    /// The escrow paid the owner.
    Paid,
    /// The escrow returned the payment to the buyer.
    Returned,
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Registered => "the owner registered the listing",
            Self::Agreed => "the agreement was put on record",
            Self::SetAside => "the payment was set aside",
            Self::Granted => "access was granted to the buyer",
            Self::Paid => "the payment went to the owner",
            Self::Returned => "the payment went back to the buyer",
        })
    }
}

/// One fact with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What it shows.
    pub fact: Fact,
    /// The transaction in its block.
    pub proof: Inclusion,
}

/// All that is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// [`FORM`].
    pub form: u32,
    /// The chain.
    pub chain_id: u64,
    /// What the listing is called.
    pub name: String,
    /// The listing's checksum when it was bought.
    pub checksum: Checksum,
    /// All terms; ids and hash of the agreement follow from them.
    pub terms: AccessTerms,
    /// The agreement's hash: what the buyer signed.
    pub terms_hash: Hash32,
    /// DIDRegistry.
    pub registry: Address,
    /// AgreementStoreManager.
    pub agreement_store: Address,
    /// What happened.
    pub evidence: Vec<Evidence>,
    /// When this receipt was made, RFC 3339.
    pub made: String,
    /// Who made it: a party of the agreement.
    pub signer: Address,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementReceipt {
    /// What is stated.
    pub statement: Statement,
    /// personal_sign of the signer over [`Statement::digest`].
    pub signature: Signature,
}

/// How the agreement stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It was agreed, no money moved.
    Agreed,
    /// The payment is in escrow.
    SetAside,
    /// Access was granted; the payment is in escrow or was none.
    Granted,
    /// Access was granted and the owner was paid.
    Paid,
    /// The payment went back.
    Returned,
}

/// A fact with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// What happened.
    pub fact: Fact,
    /// The block's number.
    pub block: u64,
    /// To be compared with a node one trusts.
    pub block_hash: Hash32,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// The transaction.
    pub tx: crate::TxHash,
}

/// What a receipt shows once everything in it was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// How the agreement stood.
    pub outcome: Outcome,
    /// In the order of the chain.
    pub shown: Vec<Shown>,
}

/// Why a receipt shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    /// Another form than this program reads.
    #[error("the receipt has form {0}, and this program reads form {FORM}")]
    Form(u32),
    /// The signature is none.
    #[error("the signature cannot be read")]
    Signature(#[from] SignatureError),
    /// Somebody else signed, or something else was signed.
    #[error("the signature is not the signer's, or the receipt was changed after it was signed")]
    Signer,
    /// The signer is no party.
    #[error("the signer is not a party of the agreement")]
    Stranger,
    /// The hash is not that of the terms.
    #[error("the agreement's hash is not that of its terms")]
    Terms,
    /// A proof does not hold.
    #[error("it is not proven that {fact}: {why}")]
    Proof {
        /// Which.
        fact: Fact,
        /// Why not.
        why: ProofError,
    },
    /// The proven transaction says something else.
    #[error("the proven transaction does not say that {0}")]
    Log(Fact),
    /// A fact appears twice, or the facts contradict each other.
    #[error("what is proven does not fit together: {0}")]
    Contradiction(Fact),
    /// Nothing shows that there is an agreement.
    #[error("nothing shows that the agreement was put on record")]
    NoAgreement,
}

/// Why a receipt is none of a network's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOfNetwork {
    /// It is about another chain.
    #[error("it is about chain {stated}, and the network is chain {network}")]
    Chain {
        /// The receipt's.
        stated: u64,
        /// The network's.
        network: u64,
    },
    /// Somebody else's contract did it.
    #[error("it is about {contract} at {stated}, which is not the network's")]
    Contract {
        /// Which.
        contract: &'static str,
        /// The receipt's.
        stated: Address,
    },
}

fn word(address: Address) -> Hash32 {
    let mut word = [0; 32];
    let (_, end) = word.split_at_mut(12);
    end.copy_from_slice(&address.0);
    Hash32(word)
}

fn words(words: &[[u8; 32]]) -> Vec<u8> {
    words.concat()
}

impl Statement {
    /// Keccak-256 of the compact JSON of this statement, its fields in the order of the type.
    ///
    /// # Errors
    /// Never for a statement that was read or built; serde's signature has one.
    pub fn digest(&self) -> Result<[u8; 32], serde_json::Error> {
        Ok(keccak256(serde_json::to_vec(self)?))
    }

    /// The contracts that the proofs are about, by the names of a network file. A receipt proves what these did: that they
    /// are a network's is left to whoever knows the network.
    pub fn contracts(&self) -> [(&'static str, Address); 5] {
        let terms = &self.terms;
        let agreements = match terms.template {
            TemplateRef::Id(_) => ("AgreementStoreManager", self.agreement_store),
            TemplateRef::Contract(at) => (ACCESS_NAME, at),
        };
        let of = |kind: ConditionKind| (kind.contract_name(), terms.contract(kind));
        let [lock, access, escrow] = ConditionKind::ALL.map(of);
        [("DIDRegistry", self.registry), agreements, lock, access, escrow]
    }

    /// Whether it is about a network's chain and contracts.
    ///
    /// # Errors
    /// [`NotOfNetwork`].
    pub fn check_network(&self, network: &NetworkFile) -> Result<(), NotOfNetwork> {
        if self.chain_id != network.chain_id {
            return Err(NotOfNetwork::Chain { stated: self.chain_id, network: network.chain_id });
        }
        match self.contracts().into_iter().find(|(name, at)| network.contracts.get(*name) != Some(at)) {
            Some((contract, stated)) => Err(NotOfNetwork::Contract { contract, stated }),
            None => Ok(()),
        }
    }

    /// Whether a log says this about this agreement, and nothing else.
    fn is_said_by(&self, fact: Fact, log: &ProvenLog) -> bool {
        let terms = &self.terms;
        let ids = terms.ids();
        let (agreement, did) = (Hash32(terms.agreement.0), Hash32(terms.did.0));
        let amount = terms.price.to_be_bytes();
        let (address, topics, data) = match fact {
            Fact::Registered => (
                self.registry,
                vec![topic::DID_ATTRIBUTE_REGISTERED, did, word(terms.owner), Hash32(self.checksum.0)],
                None,
            ),
            Fact::Agreed => match terms.template {
                TemplateRef::Id(_) => (self.agreement_store, vec![topic::AGREEMENT_CREATED, agreement, did], None),
                TemplateRef::Contract(at) => {
                    let parties = [agreement, word(terms.consumer), word(terms.provider)];
                    let topics = std::iter::once(topic::TEMPLATE_AGREEMENT_CREATED).chain(parties).collect();
                    (at, topics, Some(agreed_v01(terms)))
                }
            },
            Fact::SetAside => (
                terms.lock_contract,
                vec![topic::REWARD_FULFILLED, agreement, word(terms.escrow_contract)],
                Some(words(&[ids.lock.0, amount])),
            ),
            Fact::Granted => (
                terms.access_contract,
                vec![topic::ACCESS_FULFILLED, agreement, did, word(terms.consumer)],
                Some(words(&[ids.access.0])),
            ),
            Fact::Paid | Fact::Returned => {
                let receiver = if fact == Fact::Paid { terms.owner } else { terms.consumer };
                (
                    terms.escrow_contract,
                    vec![topic::REWARD_FULFILLED, agreement, word(receiver)],
                    Some(words(&[ids.escrow.0, amount])),
                )
            }
        };
        log.address == address && log.topics.starts_with(&topics) && data.is_none_or(|data| data == log.data)
    }
}

/// What a template contract's AgreementCreated says besides its topics: the listing, and two lists of blocks.
fn agreed_v01(terms: &AccessTerms) -> Vec<u8> {
    let number = |number: u64| Vodka::from_units(number).to_be_bytes();
    let OnChain { time_locks, time_outs, .. } = terms.on_chain();
    // Where each list begins, in bytes.
    let mut said = vec![terms.did.0, number(96), number(224)];
    for list in [time_locks, time_outs] {
        said.push(number(3));
        said.extend(list.map(number));
    }
    words(&said)
}

impl AgreementReceipt {
    /// Checks signature, terms, every proof, and that all of it is one story.
    ///
    /// # Errors
    /// [`ReceiptFault`]: the first thing that does not hold.
    pub fn verify(&self) -> Result<Verified, ReceiptFault> {
        let statement = &self.statement;
        if statement.form != FORM {
            return Err(ReceiptFault::Form(statement.form));
        }
        let terms = &statement.terms;
        let digest = statement.digest().map_err(|_| ReceiptFault::Signer)?;
        if self.signature.recover_personal(&digest)? != statement.signer {
            return Err(ReceiptFault::Signer);
        }
        if ![terms.consumer, terms.owner, terms.provider].contains(&statement.signer) {
            return Err(ReceiptFault::Stranger);
        }
        if statement.terms_hash.0 != terms.hash() {
            return Err(ReceiptFault::Terms);
        }
        let mut shown: Vec<Shown> = Vec::new();
        for Evidence { fact, proof } in &statement.evidence {
            let proven = proof.check().map_err(|why| ReceiptFault::Proof { fact: *fact, why })?;
            if !proven.success || !proven.logs.iter().any(|log| statement.is_said_by(*fact, log)) {
                return Err(ReceiptFault::Log(*fact));
            }
            let out_of_order = shown.last().is_some_and(|last| last.fact >= *fact || last.block > proven.header.number);
            if out_of_order {
                return Err(ReceiptFault::Contradiction(*fact));
            }
            shown.push(Shown {
                fact: *fact,
                block: proven.header.number,
                block_hash: proven.header.hash,
                timestamp: proven.header.timestamp,
                tx: proven.tx,
            });
        }
        let has = |fact| shown.iter().any(|shown| shown.fact == fact);
        if !has(Fact::Agreed) {
            return Err(ReceiptFault::NoAgreement);
        }
        // One lock is paid out once, and an owner is paid for access only.
        if has(Fact::Returned) && (has(Fact::Paid) || has(Fact::Granted)) {
            return Err(ReceiptFault::Contradiction(Fact::Returned));
        }
        if has(Fact::Paid) && !has(Fact::Granted) {
            return Err(ReceiptFault::Contradiction(Fact::Paid));
        }
        let outcome = match shown.last().map(|last| last.fact) {
            Some(Fact::Returned) => Outcome::Returned,
            Some(Fact::Paid) => Outcome::Paid,
            Some(Fact::Granted) => Outcome::Granted,
            Some(Fact::SetAside) => Outcome::SetAside,
            _ => Outcome::Agreed,
        };
        Ok(Verified { outcome, shown })
    }
}
