//! Six bugs that have cost people money elsewhere, each planted where the decision is made: the simulation finds every one.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use agreement::planted::{Bug, plant};
use simulation::{Fault, run};

/// So many runs are enough.
const RUNS: u64 = 2_000;

/// The first run that breaks a promise, which healthy code keeps in the same run.
fn found(bug: Option<Bug>, fault: Option<Fault>, promise: &str) {
    plant(bug);
    let report = (0..RUNS).map(|seed| run(seed, fault).unwrap()).find(|report| !report.broken.is_empty());
    plant(None);
    let report = report.unwrap_or_else(|| panic!("{bug:?}{fault:?} is not found in {RUNS} runs"));
    println!("{bug:?} {fault:?}: seed {}: {:?}", report.seed, report.broken);
    assert!(report.broken.iter().any(|broken| broken.contains(promise)), "{:?}", report.broken);
    assert!(run(report.seed, None).unwrap().broken.is_empty(), "seed {} is broken without the bug too", report.seed);
}

#[test]
fn a_late_grant_is_found() {
    found(Some(Bug::LateGrant), None, "is tried after its time");
}

#[test]
fn an_unverified_agreement_is_found() {
    found(Some(Bug::UnverifiedAgreement), None, "");
}

#[test]
fn a_foreign_escrow_id_is_found() {
    found(Some(Bug::ForeignEscrow), None, "stuck in refunding");
}

#[test]
fn a_missing_abort_is_found() {
    found(Some(Bug::MissingAbort), None, "is stuck in");
}

#[test]
fn a_double_send_after_a_crash_is_found() {
    found(None, Some(Fault::DoubleSend), "did one thing by 2 transactions");
}

#[test]
fn an_event_trusted_over_the_state_is_found() {
    found(None, Some(Fault::TrustedEvent), "is granted without payment");
}
