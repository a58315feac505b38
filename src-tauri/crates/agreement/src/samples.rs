//! The examples behind the generated table: one agreement in every state, and every event.

use crate::{
    AgreementFact, ConditionFact, ConditionState, Facts, Flaw, Order, Retry, VerifiedAgreement,
    buyer::{self, Reason},
    publisher::{self, Accepted, Refusal, Sale},
};
use ConditionState::{Aborted, Fulfilled, Unfulfilled};
use protocol::{Address, AgreementId, Did, Sentence, TemplateId, Vodka, conditions::AccessTerms};

/// The block in which the example is created.
pub(crate) const CREATED_AT: u64 = 1_000;
/// Blocks in which its access can be granted.
pub(crate) const TIME_OUT: u64 = 100;

pub(crate) fn terms() -> AccessTerms {
    AccessTerms {
        agreement: AgreementId([1; 32]),
        did: Did([2; 32]),
        template: TemplateId([3; 32]).into(),
        provider: Address([4; 20]),
        consumer: Address([5; 20]),
        owner: Address([6; 20]),
        price: Vodka::from_ocean(7),
        time_locks: [0; 3],
        time_outs: [0, TIME_OUT, 0],
        escrow_contract: Address([10; 20]),
        lock_contract: Address([11; 20]),
        access_contract: Address([12; 20]),
    }
}

pub(crate) fn order() -> Order {
    let gateway = "http://gateway".to_owned();
    Order { terms: terms(), service: 1, gateway, confirmed_at: 990, create_within: 60, grant_margin: 10 }
}

pub(crate) fn sale() -> Sale {
    Sale { terms: terms(), service: 1, version: "0x00".to_owned(), grant_margin: 10, grace: 20 }
}

/// A reading of the chain in this block with these states of lock, access and escrow.
pub(crate) fn facts(block: u64, states: [ConditionState; 3]) -> Facts {
    let terms = terms();
    let condition =
        |type_ref, state, time_out| ConditionFact { type_ref, state, time_lock: 0, time_out, created_at: CREATED_AT };
    Facts {
        block,
        agreement: Some(AgreementFact {
            did: terms.did,
            template: terms.template,
            conditions: terms.ids().v02().to_vec(),
            actors: vec![terms.provider, terms.consumer],
        }),
        lock: condition(terms.lock_contract, states[0], 0),
        access: condition(terms.access_contract, states[1], TIME_OUT),
        escrow: condition(terms.escrow_contract, states[2], 0),
    }
}

/// Just created.
pub(crate) fn created() -> Facts {
    facts(CREATED_AT, [Unfulfilled; 3])
}

fn verified() -> Option<VerifiedAgreement> {
    VerifiedAgreement::check(&order(), &created()).ok()
}

fn readings() -> Vec<(&'static str, Facts)> {
    let mut other = created();
    other.access.time_out = 1;
    vec![
        ("facts: no agreement", Facts { block: CREATED_AT, ..Facts::default() }),
        ("facts: no agreement, time for creating over", Facts { block: 1_051, ..Facts::default() }),
        ("facts: created", created()),
        ("facts: created otherwise than agreed", other),
        ("facts: created, too late to pay", facts(CREATED_AT + 95, [Unfulfilled; 3])),
        ("facts: paid", facts(CREATED_AT + 5, [Fulfilled, Unfulfilled, Unfulfilled])),
        ("facts: paid, time over", facts(CREATED_AT + 101, [Fulfilled, Unfulfilled, Unfulfilled])),
        ("facts: granted", facts(CREATED_AT + 6, [Fulfilled, Fulfilled, Unfulfilled])),
        ("facts: granted and released", facts(CREATED_AT + 7, [Fulfilled, Fulfilled, Fulfilled])),
        ("facts: aborted", facts(CREATED_AT + 102, [Fulfilled, Aborted, Unfulfilled])),
        ("facts: aborted and paid back", facts(CREATED_AT + 103, [Fulfilled, Aborted, Fulfilled])),
    ]
}

fn text() -> Sentence {
    "a reason".into()
}

pub(crate) fn buyer_events() -> Vec<(&'static str, buyer::Event)> {
    use buyer::{Act, Event};
    let mut events = vec![
        ("resume", Event::Resume),
        ("head", Event::Head { block: CREATED_AT + 5 }),
        ("head: time for creating over", Event::Head { block: 1_051 }),
        ("head: time for granting over", Event::Head { block: CREATED_AT + 110 }),
    ];
    events.extend(readings().into_iter().map(|(name, facts)| (name, Event::Facts(Box::new(facts)))));
    events.extend([
        ("alive", Event::Alive),
        ("not alive", Event::NotAlive { reason: text() }),
        ("accepted", Event::Accepted),
        ("no initialize", Event::NoInitialize),
        ("refused", Event::Refused { reason: text() }),
        ("create done", Event::TxDone { act: Act::Create }),
        ("create failed", Event::TxFailed { act: Act::Create, reason: text(), block: CREATED_AT }),
        ("pay done", Event::TxDone { act: Act::Pay }),
        ("pay failed", Event::TxFailed { act: Act::Pay, reason: text(), block: CREATED_AT }),
        ("too late to sign the payment", Event::TooLate),
        ("payment withdrawn", Event::Withdrawn),
        ("keys fetched", Event::KeysFetched),
        ("abort done", Event::TxDone { act: Act::Abort }),
        ("abort failed", Event::TxFailed { act: Act::Abort, reason: text(), block: CREATED_AT + 102 }),
        ("refund done", Event::TxDone { act: Act::Refund }),
        ("refund failed", Event::TxFailed { act: Act::Refund, reason: text(), block: CREATED_AT + 103 }),
        ("cancel", Event::Cancel),
    ]);
    events
}

pub(crate) fn buyer_states() -> Vec<(&'static str, buyer::State)> {
    use buyer::State;
    let failed_once = Retry::default().failed(CREATED_AT + 102);
    let mut states = vec![
        ("", State::Confirmed { order: order() }),
        ("", State::Requested { order: order(), refused: None }),
        ("the gateway refused", State::Requested { order: order(), refused: Some(text()) }),
        ("", State::SelfCreating { order: order(), failed: None }),
        ("the transaction failed", State::SelfCreating { order: order(), failed: Some(text()) }),
    ];
    if let Some(verified) = verified() {
        let v = || verified.clone();
        states.extend([
            ("", State::Locking { verified: v(), failed: None }),
            ("the payment failed", State::Locking { verified: v(), failed: Some(text()) }),
            ("", State::Locked { verified: v(), locked_at: CREATED_AT + 5 }),
            ("", State::Granted { verified: v(), granted_at: CREATED_AT + 6 }),
            ("", State::Refundable { verified: v(), block: CREATED_AT + 101 }),
            ("", State::Aborting { verified: v(), retry: Retry::default() }),
            ("an attempt failed", State::Aborting { verified: v(), retry: failed_once }),
            ("", State::Refunding { verified: v(), retry: Retry::default() }),
            ("an attempt failed", State::Refunding { verified: v(), retry: failed_once }),
            ("", State::Completed { verified: v(), granted_at: CREATED_AT + 6, released: false }),
            ("released", State::Completed { verified: v(), granted_at: CREATED_AT + 6, released: true }),
            ("", State::Refunded { verified: v(), at: CREATED_AT + 103 }),
        ]);
    }
    states.push(("", State::Abandoned { order: order(), reason: Reason::Cancelled }));
    states
}

pub(crate) fn publisher_events() -> Vec<(&'static str, publisher::Event)> {
    use publisher::{Act, Event};
    let mut events = vec![
        ("resume", Event::Resume),
        ("head", Event::Head { block: CREATED_AT + 5 }),
        ("head: grace period over", Event::Head { block: CREATED_AT + 26 }),
        ("head: time for granting over", Event::Head { block: CREATED_AT + 110 }),
    ];
    events.extend(readings().into_iter().map(|(name, facts)| (name, Event::Facts(Box::new(facts)))));
    events.extend([
        ("create done", Event::TxDone { act: Act::Create }),
        ("create failed", Event::TxFailed { act: Act::Create, reason: text(), block: CREATED_AT }),
        ("intact", Event::Intact),
        ("changed", Event::Changed { reason: text() }),
        ("grant done", Event::TxDone { act: Act::Grant }),
        ("grant failed", Event::TxFailed { act: Act::Grant, reason: text(), block: CREATED_AT + 5 }),
        ("too late to sign the grant", Event::TooLate { block: CREATED_AT + 95 }),
        ("delivered", Event::Delivered),
        ("release done", Event::TxDone { act: Act::Release }),
        ("release failed", Event::TxFailed { act: Act::Release, reason: text(), block: CREATED_AT + 8 }),
    ]);
    events
}

pub(crate) fn publisher_states() -> Vec<(&'static str, publisher::State)> {
    use publisher::State;
    let accepted = Accepted { created_at: CREATED_AT, deadline: Some(CREATED_AT + TIME_OUT) };
    let failed_once = Retry::default().failed(CREATED_AT + 4);
    let first = Retry::default();
    vec![
        ("", State::Requested { sale: sale() }),
        ("", State::Seen { sale: sale() }),
        ("", State::Creating { sale: sale(), failed: None }),
        ("the transaction failed", State::Creating { sale: sale(), failed: Some(text()) }),
        ("", State::Created { sale: sale(), accepted }),
        ("", State::Rehashing { sale: sale(), accepted }),
        ("", State::Granting { sale: sale(), accepted, retry: first }),
        ("an attempt failed", State::Granting { sale: sale(), accepted, retry: failed_once }),
        ("", State::Granted { sale: sale(), accepted, granted_at: CREATED_AT + 6 }),
        ("", State::Releasing { sale: sale(), accepted, delivered: true, retry: first }),
        ("an attempt failed", State::Releasing { sale: sale(), accepted, delivered: false, retry: failed_once }),
        ("", State::Released { sale: sale(), at: CREATED_AT + 8 }),
        ("", State::Refused { sale: sale(), reason: Refusal::Mismatch { flaw: Flaw::Did } }),
        ("", State::Expired { sale: sale(), at: CREATED_AT + 101 }),
    ]
}
