//! Gas of a purchase: ours, ours behind proxies, and the released contracts, measured in the same chain.

use crate::{
    released::{self, Release},
    support::{Account, PRICE, World},
};
use protocol::{
    conditions::{AccessTerms, ConditionKind},
    templates::{COMPUTE, TemplateRef},
    tx::Call,
};

/// What ours may cost above the released, in percent, a whole purchase.
const ABOVE: u64 = 10;

/// Name of a purchase, and the gas of its steps.
type Purchase = (&'static str, Vec<(&'static str, u64)>);

fn steps(world: &World, terms: &AccessTerms, create: &Call, refund: bool) -> Vec<(&'static str, u64)> {
    let c = &world.contracts;
    let used = |from: &Account, call: &Call| world.send(from, call).unwrap().gas_used;
    let mut steps = vec![
        ("createAgreement", used(&world.consumer, create)),
        ("approve", used(&world.consumer, &c.approve(terms.lock_contract, terms.price))),
        ("lock", used(&world.consumer, &c.lock_reward(terms))),
    ];
    if refund {
        world.mine(10);
        let abort = c.abort_by_timeout(ConditionKind::AccessSecretStore, terms.ids().access);
        steps.push(("abort", used(&world.other, &abort)));
    } else {
        steps.push(("grant", used(&world.provider, &c.grant_access(terms))));
    }
    steps.push(("escrow", used(&world.other, &c.release_reward(terms))));
    steps
}

fn measure(world: &World) -> Vec<Purchase> {
    let c = &world.contracts;
    let did = world.list(1);
    world.fund(&world.consumer, 10 * PRICE);
    // The first one of each kind also pays for storage that later ones share.
    for (seed, refund) in [(1, false), (2, true)] {
        let terms = world.terms([seed; 32], did, [0, if refund { 10 } else { 0 }, 0]);
        steps(world, &terms, &c.create_agreement(&terms), refund);
    }
    let sale = world.terms([3; 32], did, [0, 1800, 0]);
    let refund = world.terms([4; 32], did, [0, 10, 0]);
    let mut compute = world.terms([5; 32], did, [0, 1800, 0]);
    (compute.template, compute.access_contract) = (COMPUTE.into(), c.compute_execution.unwrap());
    vec![
        ("sale", steps(world, &sale, &c.create_agreement(&sale), false)),
        ("refund", steps(world, &refund, &c.create_agreement(&refund), true)),
        ("computation", steps(world, &compute, &c.create_agreement(&compute), false)),
    ]
}

/// The v0.1 way: the listing and the money are there.
fn measure_v01(world: &World) -> Purchase {
    let did = world.list(2);
    world.fund(&world.consumer, 10 * PRICE);
    let c = &world.contracts;
    let template = TemplateRef::Contract(c.access_template.unwrap());
    let first = AccessTerms { template, ..world.terms([7; 32], did, [0; 3]) };
    steps(world, &first, &c.create_agreement(&first), false);
    let sale = AccessTerms { template, ..world.terms([8; 32], did, [0, 1800, 0]) };
    ("sale v0.1", steps(world, &sale, &c.create_agreement(&sale), false))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_costs_no_more_than_a_tenth_above_the_released() {
    let released = released::world(Release::V0_13).await;
    let older = released::world(Release::V0_12).await;
    let all = |world: &World| {
        let mut purchases = measure(world);
        purchases.push(measure_v01(world));
        purchases
    };
    let mut theirs = measure(&released);
    theirs.push(measure_v01(&older));
    let ours = all(&World::new().await);
    let proxied = all(&World::governed().await);
    println!("{:<12} {:<16} {:>10} {:>10} {:>12}", "gas", "", "released", "ours", "governed");
    for ((purchase, theirs), ((_, ours), (_, proxied))) in theirs.iter().zip(ours.iter().zip(&proxied)) {
        for ((step, theirs), ((_, ours), (_, proxied))) in theirs.iter().zip(ours.iter().zip(proxied)) {
            println!("{purchase:<12} {step:<16} {theirs:>10} {ours:>10} {proxied:>12}");
        }
        let sum = |steps: &[(&str, u64)]| steps.iter().map(|(_, used)| used).sum::<u64>();
        let (theirs, ours, proxied) = (sum(theirs), sum(ours), sum(proxied));
        println!("{purchase:<12} {:<16} {theirs:>10} {ours:>10} {proxied:>12}", "in all");
        assert!(ours * 100 <= theirs * (100 + ABOVE), "{purchase}: {ours}, released {theirs}");
    }
}
