//! One purchase in every state, for tests.

use crate::{market::Found, store::PurchaseRecord};
use agreement::{
    AgreementFact, ConditionFact, ConditionState, Facts, Order, Retry, VerifiedAgreement,
    buyer::{Reason, State},
};
use keeper::{Contracts, DidRegister};
use protocol::{
    Address, AgreementId, Did, SecretKey, Signer as _, TemplateId, Vodka,
    checksum::verify,
    conditions::AccessTerms,
    ddo::{Built, Ddo, Endpoints, ListingDraft},
    metadata::FileInfo,
    templates,
};
use std::collections::BTreeMap;
use wallet::ServiceKey;

/// The block in which its agreement is created; access can be granted for 100 blocks.
pub(super) const CREATED_AT: u64 = 1_000;
pub(super) const DEADLINE: u64 = CREATED_AT + 100;

pub(super) fn terms(price: u64) -> AccessTerms {
    AccessTerms {
        agreement: AgreementId([1; 32]),
        did: Did([2; 32]),
        template: TemplateId([3; 32]).into(),
        provider: Address([4; 20]),
        consumer: Address([5; 20]),
        owner: Address([6; 20]),
        price: Vodka::from_ocean(price),
        time_locks: [0; 3],
        time_outs: [0, 100, 0],
        escrow_contract: Address([10; 20]),
        lock_contract: Address([11; 20]),
        access_contract: Address([12; 20]),
    }
}

pub(super) fn record(price: u64) -> PurchaseRecord {
    PurchaseRecord {
        agreement: terms(price).agreement,
        did: terms(price).did,
        name: "Levels".to_owned(),
        publisher: "A lab".to_owned(),
        price: Vodka::from_ocean(price),
        started: "2026-01-01T00:00:00Z".to_owned(),
        past: None,
        most_per_gas: None,
        document: Vec::new(),
    }
}

/// Contracts with the addresses of [`terms`].
pub(super) fn contracts() -> Contracts {
    let terms = terms(7);
    let names = ["OceanToken", "DIDRegistry", "TemplateStoreManager", "AgreementStoreManager", "ConditionStoreManager"];
    let others = (20_u8..).zip(names).map(|(number, name)| (name, Address([number; 20])));
    let three = [
        ("EscrowReward", terms.escrow_contract),
        ("LockRewardCondition", terms.lock_contract),
        ("AccessSecretStoreCondition", terms.access_contract),
    ];
    let map: BTreeMap<String, Address> =
        others.chain(three).map(|(name, address)| (name.to_owned(), address)).collect();
    Contracts::from_map(&map).unwrap()
}

/// A listing as its owner signed it.
pub(super) fn listed() -> Built {
    signed(7, Vodka::from_ocean(7))
}

/// One of many, as a catalogue has it.
pub(crate) fn listing(number: u8, price: Vodka) -> Ddo {
    Ddo::parse(&signed(number, price).bytes).unwrap()
}

fn signed(number: u8, price: Vodka) -> Built {
    let owner = ServiceKey::from_key(SecretKey::from_bytes(&[6; 32]).unwrap()).unwrap();
    let at = "2026-01-01T00:00:00Z".to_owned();
    let draft = ListingDraft {
        did: None,
        name: "Levels".to_owned(),
        kind: "dataset".to_owned(),
        author: "A lab".to_owned(),
        license: "CC-BY-4.0".to_owned(),
        price,
        date_created: at.clone(),
        files: vec![FileInfo { content_type: "text/csv".to_owned(), ..FileInfo::default() }],
        description: "levels".to_owned(),
        tags: Vec::new(),
        categories: Vec::new(),
        copyright_holder: None,
        in_language: None,
        work_example: None,
        update_frequency: None,
        links: Vec::new(),
        more: BTreeMap::new(),
        owner: owner.address(),
        endpoints: Endpoints::logical(&Address([4; 20]), "http://127.0.0.1:5000", "http://127.0.0.1:12001"),
        template: templates::ACCESS.into(),
        escrow_contract: contracts().escrow_reward,
        time_locks: [0; 3],
        time_outs: [0, 100, 0],
        access_timeout: 0,
        salt: [number; 16],
        created: at.clone(),
        updated: at,
    };
    draft.build(&[1, 2, 3]).unwrap().sign(&owner).unwrap()
}

/// It, as catalogue and chain have it: delivered by somebody else than its owner.
pub(super) fn found(built: &Built) -> Found {
    let ddo = Ddo::parse(&built.bytes).unwrap();
    let owner = ddo.owner().unwrap();
    let integrity = Some(verify(&ddo, built.checksum, built.did));
    let register = DidRegister {
        owner,
        checksum: built.checksum,
        last_updated_by: owner,
        updated_at: 900,
        providers: vec![Address([4; 20]), Address([8; 20])],
    };
    Found { ddo, register: Some(register), integrity }
}

/// Every state under the name that the journal has for it.
pub(super) fn states(price: u64) -> Vec<State> {
    let terms = terms(price);
    let condition = |type_ref, time_out| ConditionFact {
        type_ref,
        state: ConditionState::Unfulfilled,
        time_lock: 0,
        time_out,
        created_at: CREATED_AT,
    };
    let facts = Facts {
        block: CREATED_AT,
        agreement: Some(AgreementFact {
            did: terms.did,
            template: terms.template,
            conditions: terms.ids().v02().to_vec(),
            actors: vec![terms.provider, terms.consumer],
        }),
        lock: condition(terms.lock_contract, 0),
        access: condition(terms.access_contract, 100),
        escrow: condition(terms.escrow_contract, 0),
    };
    let order = || Order {
        terms: terms.clone(),
        service: 1,
        gateway: String::new(),
        confirmed_at: 990,
        create_within: 60,
        grant_margin: 10,
    };
    let v = || VerifiedAgreement::check(&order(), &facts).unwrap();
    let retry = Retry::default();
    vec![
        State::Confirmed { order: order() },
        State::Requested { order: order(), refused: None },
        State::SelfCreating { order: order(), failed: None },
        State::Locking { verified: v(), failed: None },
        State::Locked { verified: v(), locked_at: 1_001 },
        State::Granted { verified: v(), granted_at: 1_002 },
        State::Completed { verified: v(), granted_at: 1_002, released: false },
        State::Completed { verified: v(), granted_at: 1_002, released: true },
        State::Refundable { verified: v(), block: 1_101 },
        State::Aborting { verified: v(), retry },
        State::Refunding { verified: v(), retry },
        State::Refunded { verified: v(), at: 1_103 },
        State::Abandoned { order: order(), reason: Reason::Cancelled },
    ]
}

/// The state of this name; of those that are completed the one that is not paid yet.
pub(super) fn state(name: &str, price: u64) -> State {
    states(price).into_iter().find(|state| agreement::Machine::name(state) == name).unwrap()
}
