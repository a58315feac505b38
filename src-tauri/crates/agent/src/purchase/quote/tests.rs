use super::*;
use crate::purchase::samples::{contracts, found, listed, terms};
use protocol::tx::Fee;
use std::collections::HashSet;

#[test]
fn a_short_agreed_time_leaves_a_short_margin_and_none_leaves_none() {
    let margin = |time_out| {
        let mut terms = terms(7);
        terms.time_outs[1] = time_out;
        order(terms, 1, String::new(), 5).grant_margin
    };
    let margins = [0, 1, 4, 40, 79, 80, 1_800].map(margin);
    assert_eq!(margins, [0, 0, 1, 10, 19, GRANT_MARGIN, GRANT_MARGIN]);
}

#[test]
fn an_order_is_what_is_confirmed_now() {
    let made = order(terms(7), 3, "http://gateway".to_owned(), 990);
    assert_eq!((&made.terms, made.service, made.gateway.as_str()), (&terms(7), 3, "http://gateway"));
    assert_eq!((made.confirmed_at, made.create_by()), (990, 990 + CREATE_WITHIN));
}

#[test]
fn an_agreement_s_number_is_thirty_two_bytes_of_chance() {
    let drawn: Vec<AgreementId> = (0..256).map(|_| fresh_number()).collect();
    assert_eq!(drawn.iter().map(|id| id.0).collect::<HashSet<_>>().len(), drawn.len(), "no two are the same");
    assert_eq!(drawn[0].bare_hex().len(), 64);
    // 256 draws of a byte give some 162 values, give or take seven.
    for place in 0..32 {
        let values: HashSet<u8> = drawn.iter().map(|id| id.0[place]).collect();
        assert!(values.len() > 100, "byte {place} takes {} values", values.len());
    }
}

const AGREEMENT: AgreementId = AgreementId([1; 32]);

fn known(found: &Found) -> Known {
    Known { consumer: terms(7).consumer, register: found.register.clone(), owned: None, approved: true }
}

fn agreed(found: &Found, known: &Known) -> Result<AccessTerms, ApiError> {
    agreeable(found, found.ddo.access().unwrap(), known, &contracts(), AGREEMENT)
}

/// Code and first words of what stands in the way.
#[track_caller]
fn refused(found: &Found, known: &Known, code: Code, words: &str) {
    let error = agreed(found, known).unwrap_err();
    assert_eq!(error.code, code, "{error}");
    assert!(error.message.contains(words), "{error}");
}

#[test]
fn the_terms_are_those_of_the_record_and_of_the_listing() {
    let found = found(&listed());
    let register = found.register.clone().unwrap();
    let terms = agreed(&found, &known(&found)).unwrap();
    let expected = AccessTerms {
        agreement: AGREEMENT,
        did: found.ddo.did(),
        template: protocol::templates::ACCESS.into(),
        provider: register.providers[0],
        consumer: terms.consumer,
        owner: register.owner,
        price: Vodka::from_ocean(7),
        time_locks: [0; 3],
        time_outs: [0, 100, 0],
        escrow_contract: contracts().escrow_reward,
        lock_contract: contracts().lock_reward,
        access_contract: contracts().access_secret_store,
    };
    assert_eq!(terms, expected);
    assert_eq!(terms.consumer, known(&found).consumer);
}

#[test]
fn where_the_record_names_no_computer_its_owner_delivers() {
    let mut found = found(&listed());
    let mut register = found.register.take().unwrap();
    register.providers.clear();
    found.register = Some(register.clone());
    assert_eq!(agreed(&found, &known(&found)).unwrap().provider, register.owner);
}

#[test]
fn a_listing_whose_record_two_nodes_do_not_name_alike_is_not_bought() {
    let found = found(&listed());
    let mut other = known(&found);
    other.register.as_mut().unwrap().owner = Address([9; 20]);
    refused(&found, &other, Code::Refused, "another one than a moment ago");
    refused(&found, &Known { register: None, ..known(&found) }, Code::Refused, "another one than a moment ago");
    let unknown = Found { register: None, ..found };
    refused(&unknown, &known(&unknown), Code::Refused, "not on record");
}

#[test]
fn nobody_buys_what_is_their_own_or_in_their_library() {
    let found = found(&listed());
    let register = found.register.clone().unwrap();
    refused(&found, &Known { consumer: register.owner, ..known(&found) }, Code::Own, "your own listing");
    let delivers = Known { consumer: register.providers[0], ..known(&found) };
    refused(&found, &delivers, Code::Own, "Your own computer");
    let owned = Known { owned: Some("Levels".to_owned()), ..known(&found) };
    refused(&found, &owned, Code::AlreadyOwned, "“Levels” is in your library");
}

#[test]
fn a_copy_that_is_not_what_its_owner_put_on_record_is_not_bought() {
    let mut found = found(&listed());
    found.integrity.as_mut().unwrap().matched = None;
    refused(&found, &known(&found), Code::Refused, "not the one its owner put on record");
    found.integrity = None;
    refused(&found, &known(&found), Code::Refused, "not the one its owner put on record");
}

#[test]
fn the_checksum_of_a_foreign_form_which_nobody_here_can_compute_is_no_obstacle() {
    let mut found = found(&listed());
    let mut document: serde_json::Value = serde_json::from_slice(found.ddo.raw()).unwrap();
    for service in document["service"].as_array_mut().unwrap() {
        service["attributes"]["main"].as_object_mut().unwrap().remove("salt");
    }
    found.ddo = protocol::ddo::Ddo::parse(document.to_string().as_bytes()).unwrap();
    found.integrity.as_mut().unwrap().matched = None;
    assert!(!found.ddo.is_own_form());
    agreed(&found, &known(&found)).unwrap();
}

#[test]
fn what_is_not_clear_old_or_not_approved_is_not_agreed_on() {
    let found = found(&listed());
    let with = |change: fn(&mut Service)| {
        let mut service = found.ddo.access().unwrap().clone();
        change(&mut service);
        let error = agreeable(&found, &service, &known(&found), &contracts(), AGREEMENT).unwrap_err();
        assert_eq!(error.code, Code::Refused);
        error.message.text().to_owned()
    };
    assert!(with(|service| service.price = Some(Vodka::from_ocean(8))).contains("states its price twice"));
    assert!(with(|service| service.agreement = None).contains("not clear what would be agreed"));
    assert!(with(|service| service.template = None).contains("no form of agreement"));
    refused(&found, &Known { approved: false, ..known(&found) }, Code::Refused, "has not approved");
}

#[test]
fn every_service_that_can_be_bought_is_told_with_its_own_terms() {
    let found = found(&listed());
    let mut document: serde_json::Value = serde_json::from_slice(found.ddo.raw()).unwrap();
    let services = document["service"].as_array_mut().unwrap();
    let mut week = services.iter().find(|service| service["type"] == "access").unwrap().clone();
    week["index"] = 9.into();
    week["attributes"]["main"]["timeout"] = 604_800.into();
    // Of two with one number nobody could say which of them is meant.
    let same = week.clone();
    services.extend([week, same]);
    let ddo = protocol::ddo::Ddo::parse(document.to_string().as_bytes()).unwrap();
    let told: Vec<_> = describe::services(&ddo, 1_000).iter().map(|s| (s.index, s.terms.access_seconds)).collect();
    assert_eq!(told, [(found.ddo.access().unwrap().index, 0), (9, 604_800)]);
}

fn offer(price: u64, balance: u64, fee: NetworkFee) -> Offer {
    Offer {
        name: "Levels".to_owned(),
        publisher: "A lab".to_owned(),
        service: 2,
        gateway: "http://gateway".to_owned(),
        version: Checksum([4; 32]),
        document: Vec::new(),
        price: Vodka::from_ocean(price),
        balance: Vodka::from_ocean(balance),
        refund_after_blocks: 100,
        fee,
        risks: Vec::new(),
        terms: None,
        obstacle: None,
    }
}

fn quote(offer: Offer) -> Quote {
    quoted(Did([2; 32]), offer, &[], None, 2_500)
}

/// A network that asks for something, from an account that has this much of its coin.
fn charging(has: u64) -> NetworkFee {
    NetworkFee::asked(Vodka::from_ocean(7), Fee::Legacy { gas_price: 1_000 }, u128::MAX, Vodka::from_ocean(has))
}

#[test]
fn a_quote_says_the_whole_price_and_what_is_left_of_the_money() {
    let quote = quote(offer(7, 10, NetworkFee::NONE));
    assert_eq!((quote.price, quote.at_most, quote.balance), (Vodka::from_ocean(7), quote.price, Vodka::from_ocean(10)));
    assert_eq!((quote.afterwards, quote.missing), (Some(Vodka::from_ocean(3)), None));
    assert_eq!((quote.did, quote.service, quote.version), (Did([2; 32]), 2, Checksum([4; 32])));
    assert_eq!((quote.fee_wei, quote.obstacle), (Vodka::ZERO, None));
    let charging = charging(1);
    assert!(!charging.at_most().is_zero());
    assert_eq!(self::quote(offer(7, 10, charging)).fee_wei, charging.at_most());
}

#[test]
fn money_that_suffices_to_the_last_is_enough_and_what_is_missing_is_said() {
    let exact = quote(offer(7, 7, NetworkFee::NONE));
    assert_eq!((exact.afterwards, exact.missing, exact.obstacle), (Some(Vodka::ZERO), None, None));
    let short = quote(offer(7, 4, NetworkFee::NONE));
    assert_eq!((short.afterwards, short.missing), (None, Some(Vodka::from_ocean(3))));
    assert_eq!(short.obstacle.unwrap().code, Code::InsufficientBalance);
}

#[test]
fn the_time_until_the_money_is_back_is_at_the_network_s_pace() {
    let quote = quote(offer(7, 10, NetworkFee::NONE));
    assert_eq!((quote.refund_after_blocks, quote.refund_after_seconds), (100, 250));
}

#[test]
fn a_risk_is_accepted_where_it_is_not_open() {
    let both = vec![Risk::NoTimeLimit, Risk::ForeignContracts];
    let offer = Offer { risks: both, ..offer(7, 10, NetworkFee::NONE) };
    let shown = quoted(Did([2; 32]), offer, &[Risk::NoTimeLimit], None, 1_000).risks;
    let expected = [(Risk::NoTimeLimit, false), (Risk::ForeignContracts, true)];
    assert_eq!(shown, expected.map(|(risk, accepted)| RiskView { risk, accepted }));
}

#[test]
fn what_stands_in_the_way_for_good_is_said_before_what_can_be_put_right() {
    let error = |code| ApiError::new(code, "no", "wait");
    let offer = || Offer { obstacle: Some(error(Code::Own)), ..offer(7, 4, charging(0)) };
    let said = |offer, forbidden| quoted(Did([2; 32]), offer, &[], forbidden, 1_000).obstacle.map(|error| error.code);
    assert_eq!(said(offer(), Some(error(Code::Refused))), Some(Code::Own));
    let clear = || Offer { obstacle: None, ..offer() };
    assert_eq!(said(clear(), Some(error(Code::Refused))), Some(Code::Refused));
    assert_eq!(said(clear(), None), Some(Code::InsufficientBalance));
    let rich = quote(Offer { balance: Vodka::from_ocean(10), ..clear() }).obstacle.unwrap();
    assert!(rich.message.contains("ether"), "{rich}");
    assert_eq!(quote(Offer { balance: Vodka::from_ocean(10), fee: charging(1), ..clear() }).obstacle, None);
}
