//! kill -9 of real processes before and after each commit of journal, outbox, publishing, library and downloads.
//!
//! The points come from the code. [`told`] has no arm for the rest: a point without a scenario does not compile,
//! and each scenario fails where the process does not come to its point.

use crate::kills::{
    self, Kill,
    pairs::{Deaths, chosen},
    pairs_alone,
};
use runner::Point;
use std::path::Path;

macro_rules! scenarios {
    ($($scenario:ident: fn $test:ident() => $run:path,)*) => {
        /// A story in which a process comes to a point. Each is told by a test.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Scenario { $($scenario,)* }

        $(
            #[test]
            fn $test() {
                $run(&kills_of(Scenario::$scenario));
            }
        )*
    };
}

scenarios! {
    Buy: fn a_buyer_who_dies_pays_once_and_gets_the_keys() => kills::buying::run,
    Note: fn a_buyer_who_dies_learns_that_the_publisher_was_paid() => kills::buying::paid,
    SelfCreate: fn a_buyer_who_creates_the_agreement_and_dies_pays_once() => kills::self_creating::run,
    Abandon: fn a_purchase_that_cannot_begin_ends_after_a_death() => kills::abandoning::run,
    TakeBack: fn a_payment_taken_back_is_never_signed_after_a_death() => kills::abandoning::taken_back,
    Refund: fn a_buyer_who_dies_on_the_way_gets_the_money_back_once() => kills::refunding::run,
    RefundAlone: fn a_buyer_who_dies_after_somebody_else_s_abort_gets_the_money_back_once() => kills::refunding::alone,
    Sell: fn a_publisher_who_dies_sells_and_is_paid_once() => kills::selling::run,
    Notice: fn a_publisher_who_dies_serves_what_the_buyer_created() => kills::self_creating::seen,
    Refuse: fn a_publisher_who_dies_refuses_again() => kills::refunding::refused,
    Expire: fn a_publisher_who_comes_too_late_is_paid_nothing() => kills::refunding::expired,
    Publish: fn a_listing_is_there_once_after_a_death() => kills::publishing::run,
    Change: fn a_change_of_a_listing_is_whole_after_a_death() => kills::changing::run,
    Send: fn tokens_go_once_after_a_death() => kills::sending::run,
    Download: fn a_file_is_there_once_after_a_death() => kills::downloading::run,
    Agree: fn an_agreement_of_another_shape_is_made_and_paid_once_after_a_death() => kills::agreeing::run,
    Watch: fn a_watchtower_that_dies_takes_the_money_back() => kills::watching::run,
}

/// All deaths that a scenario tells.
fn kills_of(scenario: Scenario) -> Vec<Kill> {
    let points: Vec<Point> = Point::ALL.iter().copied().filter(|point| told(*point).contains(&scenario)).collect();
    assert!(!points.is_empty(), "no point is left to {scenario:?}");
    Kill::at(&points)
}

#[test]
fn two_deaths_in_one_sale_are_one_sale() {
    let pairs = Deaths::pairs(&kills_of(Scenario::Buy), &kills_of(Scenario::Sell));
    kills::pairs::sales(&chosen(pairs, 89));
}

#[test]
fn two_deaths_in_one_refund_are_one_refund() {
    let publisher = [
        Point::PublisherRequested,
        Point::PublisherCreating,
        Point::CreateSigned,
        Point::PublisherCreated,
        Point::PublisherRehashing,
        Point::PublisherRefused,
    ];
    let pairs = Deaths::pairs(&kills_of(Scenario::Refund), &Kill::at(&publisher));
    kills::pairs::refunds(&chosen(pairs, 61));
}

#[test]
fn two_deaths_in_one_publication_are_one_listing() {
    pairs_alone::publications(&kills_of(Scenario::Publish), 23);
}

#[test]
fn two_deaths_in_one_download_are_one_file() {
    pairs_alone::downloads(&kills_of(Scenario::Download), 5);
}

/// A point to which nothing that can be typed or clicked leads.
struct Elsewhere {
    point: Point,
    /// Why.
    why: &'static str,
    /// What would lead there, as it would be written outside `runner`.
    call: &'static str,
    /// The test in which it is come to.
    test: &'static str,
}

const ELSEWHERE: &[Elsewhere] = &[Elsewhere {
    point: Point::TxReplaced,
    why: "nobody asks for another fee: our networks charge none",
    call: "outbox.replace(",
    test: "src-tauri/crates/runner/src/outbox/tests.rs::a_replacement_has_the_same_nonce_and_either_may_be_mined",
}];

/// The scenarios of a point; none where [`ELSEWHERE`] says why.
fn told(point: Point) -> &'static [Scenario] {
    use Scenario::*;
    match point {
        Point::BuyerConfirmed
        | Point::BuyerRequested
        | Point::BuyerLocking
        | Point::BuyerLocked
        | Point::BuyerGranted
        | Point::BuyerCompleted
        | Point::PaymentSigned
        | Point::LibraryKept => &[Buy],
        Point::BuyerReleased => &[Note],
        Point::BuyerSelfCreating => &[SelfCreate],
        Point::BuyerAbandoned => &[Abandon],
        Point::PaymentForbidden => &[TakeBack],
        Point::BuyerRefundable | Point::BuyerAborting | Point::BuyerRefunded | Point::AbortSigned => &[Refund],
        Point::BuyerRefunding | Point::RefundSigned => &[RefundAlone],
        Point::PublisherRequested
        | Point::PublisherCreating
        | Point::PublisherCreated
        | Point::PublisherRehashing
        | Point::PublisherGranting
        | Point::PublisherGranted
        | Point::PublisherReleasing
        | Point::PublisherReleased
        | Point::GrantSigned
        | Point::ReleaseSigned => &[Sell],
        Point::CreateSigned => &[Sell, SelfCreate],
        Point::PublisherSeen => &[Notice],
        Point::PublisherRefused => &[Refuse],
        Point::PublisherExpired => &[Expire],
        Point::PublishDrafted | Point::PublishEncrypted | Point::PublishRegistered | Point::PublishListed => &[Publish],
        Point::RegisterSigned => &[Publish, Change],
        Point::ChangeKept | Point::ChangeListed => &[Change],
        Point::OtherSigned => &[Send],
        // A purchase may go on by what the chain says before it is noted how its transactions ended.
        Point::TxSettled => &[Sell, Publish, Change, Send],
        Point::DownloadKept => &[Download],
        Point::AgreementKept | Point::AgreementSigned | Point::StepPaymentSigned | Point::StepSigned => &[Agree],
        Point::WatchKept => &[Watch],
        Point::TxReplaced => &[],
    }
}

#[test]
fn every_point_has_a_scenario_or_a_reason() {
    for point in Point::ALL {
        let reason = ELSEWHERE.iter().find(|known| known.point == *point);
        assert_eq!(told(*point).is_empty(), reason.is_some(), "{}: either a scenario or a reason", point.name());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    for Elsewhere { point, why, call, test } in ELSEWHERE {
        let (file, name) = test.split_once("::").unwrap();
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        assert!(!why.is_empty() && text.contains(&format!("fn {name}()")), "{}: {test} exists", point.name());
        for room in std::fs::read_dir(root.join("src-tauri/crates")).unwrap().map(|room| room.unwrap().path()) {
            if !room.ends_with("runner") {
                nobody_writes(call, &room.join("src"), *point);
            }
        }
    }
}

fn nobody_writes(call: &str, folder: &Path, point: Point) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            nobody_writes(call, &entry, point);
        } else if let Ok(text) = std::fs::read_to_string(&entry) {
            assert!(!text.contains(call), "{} leads to {}: tell its story", entry.display(), point.name());
        }
    }
}
