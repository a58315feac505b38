use super::*;
use crate::purchase::samples::{self, contracts, listed, terms};
use protocol::{Hash32, TemplateId, TxHash};

#[test]
fn what_was_decided_after_the_payment_is_not_decided_yet_when_it_begins() {
    let mut facts = Facts { block: 90, ..Facts::default() };
    facts.lock.created_at = 7;
    facts.lock.state = ConditionState::Fulfilled;
    facts.access.state = ConditionState::Aborted;
    facts.escrow.state = ConditionState::Fulfilled;
    let then = when_paid(&facts);
    assert_eq!((then.block, then.lock.state), (7, ConditionState::Fulfilled));
    assert_eq!((then.access.state, then.escrow.state), (ConditionState::Unfulfilled, ConditionState::Unfulfilled));
}

fn event(topic: Topic, block: u64) -> Entry {
    Entry {
        position: Position { block, index: 0 },
        block_hash: Hash32([0; 32]),
        tx: TxHash([0; 32]),
        topic,
        subject: None,
        other: None,
        third: None,
        from: None,
        to: None,
        amount: None,
        number: None,
        text: None,
    }
}

fn opened(state: ConditionState) -> Facts {
    let mut facts = Facts::default();
    facts.access.state = state;
    facts
}

#[test]
fn of_events_of_one_kind_the_last_one_counts() {
    let events = [event(Topic::PaymentLocked, 3), event(Topic::PaymentLocked, 5), event(Topic::AccessGranted, 7)];
    assert_eq!(newest(&events, Topic::PaymentLocked).unwrap().position.block, 5);
    assert!(newest(&events, Topic::EscrowPaid).is_none());
}

#[test]
fn a_payment_counts_once_as_many_blocks_are_there_as_the_network_asks_for() {
    let is_settled = |paid, newest, confirmations| settled(paid, newest, confirmations).is_ok();
    assert!(is_settled(10, 10, 1) && is_settled(10, 12, 3) && is_settled(10, 13, 3));
    assert!(!is_settled(10, 10, 2) && !is_settled(10, 11, 3));
    assert!(is_settled(10, 9, 1), "a node that is behind by a block");
    assert!(is_settled(0, u64::MAX, u64::MAX));
    assert_eq!(settled(10, 11, 3).unwrap_err().code, Code::Changed);
}

#[test]
fn it_was_opened_in_the_block_of_the_grant_where_the_grant_still_stands() {
    let events = [event(Topic::PaymentLocked, 3), event(Topic::AccessGranted, 7)];
    assert_eq!(granted_in(&events, &opened(ConditionState::Fulfilled)), Some(7));
    assert_eq!(granted_in(&events, &opened(ConditionState::Unfulfilled)), None);
    assert_eq!(granted_in(&events[..1], &opened(ConditionState::Fulfilled)), None);
}

#[test]
fn the_service_that_was_bought_is_that_of_the_agreement_s_template() {
    let mut document: serde_json::Value = serde_json::from_slice(&listed().bytes).unwrap();
    let services = document["service"].as_array_mut().unwrap();
    let mut other = services.iter().find(|service| service["type"] == "access").unwrap().clone();
    other["templateId"] = TemplateId([9; 32]).to_string().into();
    other["index"] = 9.into();
    services.push(other);
    let ddo = Ddo::parse(document.to_string().as_bytes()).unwrap();
    let index = |template| agreed_service(&ddo, template).unwrap().index;
    assert_eq!(index(TemplateId([9; 32]).into()), 9);
    assert_eq!(index(protocol::templates::ACCESS.into()), 2);
    assert_eq!(index(TemplateId([8; 32]).into()), 2, "none is of this template: the one that is sold now");
}

#[test]
fn keys_wait_for_a_catalogue_and_money_that_has_to_come_back_does_not() {
    let away = || Err(ApiError::new(Code::Unreachable, "No catalogue answers.", "Try again."));
    for state in [ConditionState::Unfulfilled, ConditionState::Aborted] {
        assert!(unless_needed(away(), &opened(state)).unwrap().is_none());
    }
    let error = unless_needed(away(), &opened(ConditionState::Fulfilled)).err().unwrap();
    assert_eq!(error.code, Code::Unreachable);
    for state in [ConditionState::Unfulfilled, ConditionState::Fulfilled] {
        assert!(unless_needed(Ok(samples::found(&listed())), &opened(state)).unwrap().is_some());
    }
}

/// The agreement of [`terms`] as a chain has it, with its conditions.
fn on_chain(terms: &AccessTerms) -> (AgreementOnChain, Vec<ConditionOnChain>) {
    let conditions = terms.ids().v02().to_vec();
    let agreement = AgreementOnChain {
        did: terms.did,
        did_owner: terms.owner,
        template: terms.template,
        conditions,
        actors: vec![terms.provider, terms.consumer],
        created_by: terms.provider,
        created_at: samples::CREATED_AT,
    };
    let condition = |kind: ConditionKind| ConditionOnChain {
        type_ref: terms.contract(kind),
        state: keeper::ConditionState::Unfulfilled,
        time_lock: terms.time_locks[kind.index()],
        time_out: terms.time_outs[kind.index()],
        created_at: samples::CREATED_AT,
        last_updated_by: terms.provider,
        updated_at: samples::CREATED_AT,
    };
    // In another order than that of the template.
    let all = [ConditionKind::EscrowReward, ConditionKind::LockReward, ConditionKind::AccessSecretStore];
    (agreement, all.map(condition).to_vec())
}

fn proved(terms: &AccessTerms, seen: &(AgreementOnChain, Vec<ConditionOnChain>), owners: &[Address]) -> bool {
    let found = proven(terms.agreement, &seen.0, &seen.1, terms.consumer, terms.price, owners, &samples::contracts());
    assert!(found.is_none() || found.as_ref() == Some(terms));
    found.is_some()
}

#[test]
fn the_terms_are_proven_by_the_ids_of_the_conditions() {
    let terms = AccessTerms { time_locks: [1, 2, 3], time_outs: [0, 100, 7], ..terms(7) };
    let mut seen = on_chain(&terms);
    assert!(proved(&terms, &seen, &[]));
    seen.0.actors.reverse();
    assert!(proved(&terms, &seen, &[]), "released clients wrote the buyer first");
    seen.0.conditions.reverse();
    assert!(proved(&terms, &seen, &[]), "and the conditions in another order");
}

#[test]
fn who_sold_it_may_have_given_it_away_since() {
    let terms = terms(7);
    let mut seen = on_chain(&terms);
    seen.0.did_owner = Address([9; 20]);
    assert!(!proved(&terms, &seen, &[Address([8; 20])]));
    assert!(proved(&terms, &seen, &[Address([8; 20]), terms.owner]));
}

#[test]
fn whoever_delivers_to_themselves_is_both() {
    let terms = AccessTerms { provider: terms(7).consumer, ..terms(7) };
    let mut seen = on_chain(&terms);
    assert!(proved(&terms, &seen, &[]));
    seen.0.actors.clear();
    assert!(!proved(&terms, &seen, &[]));
}

#[test]
fn another_price_another_contract_or_another_condition_proves_nothing() {
    let terms = terms(7);
    let seen = on_chain(&terms);
    let dearer = AccessTerms { price: Vodka::from_ocean(8), ..terms.clone() };
    assert!(!proved(&dearer, &seen, &[]));
    for place in 0..3 {
        let mut foreign = seen.clone();
        foreign.1[place].type_ref = contracts().ocean_token;
        assert!(!proved(&terms, &foreign, &[]));
        let mut other = seen.clone();
        other.0.conditions[place].0[0] ^= 1;
        assert!(!proved(&terms, &other, &[]), "one condition of three that is not of these terms");
    }
}

fn taken_up(price: u64, opened: Option<i64>) -> PurchaseRecord {
    PurchaseRecord { past: Some(Past { agreed: 1, set_aside: 2, opened }), ..samples::record(price) }
}

#[test]
fn what_happened_before_is_told_as_of_then() {
    use ActivityKind::{Agreed, Bought, Opened, SetAside};
    let told = |record| -> Vec<_> { past_happenings(&record).iter().map(|(told, at)| (told.kind, *at)).collect() };
    assert_eq!(told(taken_up(7, Some(3))), [(Agreed, 1), (SetAside, 2), (Opened, 3), (Bought, 3)]);
    assert_eq!(told(taken_up(7, None)), [(Agreed, 1), (SetAside, 2)]);
    assert_eq!(told(samples::record(7)), []);
    let (first, _) = past_happenings(&taken_up(7, None)).remove(0);
    let expected = (Some(terms(7).did), Some(terms(7).agreement), Some(Vodka::from_ocean(7)));
    assert_eq!((first.did, first.agreement, first.amount), expected);
    assert_eq!(past_happenings(&taken_up(0, None))[0].0.amount, None);
}

#[test]
fn a_purchase_that_was_taken_up_has_the_names_of_its_listing_where_it_is_found() {
    let past = Past { agreed: 1_767_225_600_000, set_aside: 2, opened: None };
    let known = record(&terms(7), Some(&samples::found(&listed())), past);
    assert_eq!((known.name.as_str(), known.publisher.as_str()), ("Levels", "A lab"));
    assert_eq!(known.document, listed().bytes);
    let bare = record(&terms(7), None, past);
    assert_eq!((bare.name, bare.publisher), (terms(7).did.to_string(), terms(7).owner.to_string()));
    assert!(bare.document.is_empty());
    for record in [known.started, bare.started] {
        assert!(record.starts_with("2026-01-01T00:00:00"), "{record}");
    }
    assert_eq!((known.price, known.most_per_gas, known.past), (Vodka::from_ocean(7), None, Some(past)));
}
