//! Generating keys: crashes between any two steps, several masters at once, nodes that break the rules.

use super::*;
use crate::{
    KeyServerError,
    message::{Answered, Ballot, Bound, Dealt, Refusal, Request, Sealed, Signed},
};
use rand::rngs::OsRng;
use threshold::{NodeNumber, Polynomial, Secret, dealing, ecies};

#[tokio::test]
async fn the_same_author_gets_the_same_key_again_and_nobody_else_does() {
    let mut group = Group::of(3).await;
    let order = Account::new(1).order(did(7), 1);
    let key = group.server(0).generate(&order).await.unwrap();
    for n in 0..3 {
        assert_eq!(group.server(n).generate(&order).await.unwrap(), key);
        let other = group.server(n).generate(&Account::new(2).order(did(7), 1)).await;
        assert!(matches!(other, Err(KeyServerError::AlreadyGenerated)));
        let other = group.server(n).generate(&Account::new(1).order(did(7), 2)).await;
        assert!(matches!(other, Err(KeyServerError::AlreadyGenerated)), "nor with another threshold");
    }
    group.stop(1).await;
    assert_eq!(group.server(0).generate(&order).await.unwrap(), key, "what is known needs no other node");
    let missing = group.server(0).generate(&Account::new(1).order(did(8), 1)).await.unwrap_err();
    assert_eq!(missing.nodes(), [group.node(1)], "a new one needs them all: {missing}");
    let too_high = group.server(0).generate(&Account::new(1).order(did(8), 3)).await;
    assert!(matches!(too_high, Err(KeyServerError::Threshold)));
}

#[tokio::test]
async fn masters_at_once_agree_on_one_key() {
    let group = Group::of(3).await;
    for n in 1..6 {
        let order = Account::new(1).order(did(n), 1);
        let (a, b, c) = tokio::join!(
            group.server(0).generate(&order),
            group.server(1).generate(&order),
            group.server(2).generate(&order),
        );
        // A master that is always preempted says so; then the key can be asked for again.
        let keys: Vec<Point> = [a, b, c].into_iter().filter_map(Result::ok).collect();
        let key = group.server(0).generate(&order).await.unwrap();
        assert!(keys.iter().all(|other| *other == key), "{keys:?}");
    }
}

/// How far an attempt got before the master ended.
#[derive(Debug, Clone, Copy)]
struct Reached {
    dealt: bool,
    accepted: usize,
    completed: usize,
}

/// An attempt of master 0 that gets no further than this; the key, where a node has it in force.
async fn attempt(group: &Group, order: &Order, reached: Reached) -> Option<Point> {
    let nodes = group.server(0).nodes().to_vec();
    let master = group.server(0);
    let ballot = Ballot { round: 1, master: master.public() };
    let mut bound = Vec::new();
    for node in &nodes {
        let answer = master.ask(node, &Request::Promise { order: order.clone(), ballot }).await.unwrap();
        let Answered::Promised { bound: word, accepted: None } = answer else { panic!("{answer:?}") };
        bound.push(word);
    }
    if !reached.dealt {
        return None;
    }
    let mut dealt = Vec::new();
    for node in &nodes {
        let request = Request::Deal { order: order.clone(), ballot, bound: bound.clone() };
        let Answered::Dealt(word) = master.ask(node, &request).await.unwrap() else { panic!("dealt") };
        dealt.push(word);
    }
    let mut certificate = Vec::new();
    for node in nodes.iter().take(reached.accepted) {
        let request = Request::Accept { order: order.clone(), ballot, dealt: dealt.clone() };
        let Answered::Accepted(word) = master.ask(node, &request).await.unwrap() else { panic!("accepted") };
        certificate.push(word);
    }
    for node in nodes.iter().take(reached.completed) {
        let request = Request::Complete { id: order.id, certificate: certificate.clone() };
        assert!(matches!(master.ask(node, &request).await.unwrap(), Answered::Done));
    }
    let (_, about) = certificate.first()?.open().unwrap();
    (reached.completed > 0).then(|| about.commitments.at_zero().unwrap())
}

#[tokio::test]
async fn a_crash_between_any_two_steps_loses_nothing() {
    let steps = [
        Reached { dealt: false, accepted: 0, completed: 0 },
        Reached { dealt: true, accepted: 0, completed: 0 },
        Reached { dealt: true, accepted: 1, completed: 0 },
        Reached { dealt: true, accepted: 2, completed: 0 },
        Reached { dealt: true, accepted: 3, completed: 0 },
        Reached { dealt: true, accepted: 3, completed: 1 },
        Reached { dealt: true, accepted: 3, completed: 2 },
    ];
    let author = Account::new(1);
    for reached in steps {
        let mut group = Group::of(3).await;
        let order = author.order(did(7), 1);
        let fixed = attempt(&group, &order, reached).await;
        for n in 0..3 {
            group.restart(n).await;
        }
        // Another node is asked than before the crash.
        let key = group.server(2).generate(&order).await.unwrap();
        assert!(fixed.is_none_or(|fixed| fixed == key), "{reached:?}: a key once in force stays");
        for n in 0..3 {
            assert_eq!(group.server(n).generate(&order).await.unwrap(), key, "{reached:?}, node {n}");
        }
        let client = group.client(&[1], 1);
        let encrypted = client.publish(&author, did(7), DOCUMENT).await.unwrap();
        group.permit(&author, did(7));
        for pair in [[0, 1], [1, 2], [2, 0]] {
            let down = 3 - pair[0] - pair[1];
            group.stop(down).await;
            let client = group.client(&pair, 1);
            let plain = client.retrieve(&author, &author, did(7), &encrypted).await.unwrap();
            assert_eq!(plain.as_slice(), DOCUMENT, "{reached:?}, without node {down}");
            group.start(down).await;
        }
    }
}

#[tokio::test]
async fn when_all_have_accepted_the_key_is_certain() {
    let mut group = Group::of(3).await;
    let order = Account::new(1).order(did(7), 1);
    attempt(&group, &order, Reached { dealt: true, accepted: 3, completed: 0 }).await;
    let accepted = group.server(0).server_key(did(7)).await.unwrap().unwrap();
    assert!(accepted.certificate.is_none());
    for n in 0..3 {
        group.restart(n).await;
    }
    let other = group.server(1).generate(&Account::new(2).order(did(7), 1)).await;
    assert!(matches!(other, Err(KeyServerError::AlreadyGenerated)), "another author cannot take it over");
    let key = group.server(1).generate(&order).await.unwrap();
    assert_eq!(key, accepted.about.commitments.at_zero().unwrap());
}

#[tokio::test]
async fn a_node_that_missed_the_end_is_told_when_it_matters() {
    let group = Group::of(3).await;
    let author = Account::new(1);
    let order = author.order(did(7), 1);
    attempt(&group, &order, Reached { dealt: true, accepted: 3, completed: 1 }).await;
    let first = group.server(0).nodes()[0];
    let informed = (0..3).find(|n| group.node(*n) == first).unwrap();
    // The informed node answers at once, and brings the others along when the document key is stored.
    let encrypted = group.client(&[informed], 1).publish(&author, did(7), DOCUMENT).await.unwrap();
    group.permit(&author, did(7));
    for n in 0..3 {
        let plain = group.client(&[n], 1).retrieve(&author, &author, did(7), &encrypted).await.unwrap();
        assert_eq!(plain.as_slice(), DOCUMENT);
    }
}

/// What dealer 1 sends in the dealing of master 0.
async fn dealing_with(group: &Group, cheat: impl Fn(&Polynomial, Dealt) -> Dealt) -> Result<Answered, Refusal> {
    let order = Account::new(1).order(did(7), 1);
    let nodes = group.server(0).nodes().to_vec();
    let master = group.server(0);
    let ballot = Ballot { round: 1, master: master.public() };
    let (cheat_node, cheater) = (group.node(1), group.identity(1));
    let polynomial = Polynomial::random(1, &mut OsRng);
    let commitments = polynomial.commitments().unwrap();
    let mut bound = Vec::new();
    let mut session = Default::default();
    for node in &nodes {
        let answer = master.ask(node, &Request::Promise { order: order.clone(), ballot }).await.unwrap();
        let Answered::Promised { bound: word, .. } = answer else { panic!("{answer:?}") };
        session = word.open().unwrap().1.session;
        bound.push(word);
    }
    let place = nodes.iter().position(|node| *node == cheat_node).unwrap();
    let digest = dealing::digest(&session, &cheat_node, &commitments);
    bound[place] = Signed::by(&cheater, &Bound { session, digest }).unwrap();
    let mut dealt = Vec::new();
    for node in &nodes {
        if *node == cheat_node {
            let seal = |to: &Point| {
                let share = polynomial.share(&NodeNumber::of_node(to).unwrap()).unwrap();
                Sealed(ecies::seal(to, &*share.to_bytes(), &mut OsRng).unwrap())
            };
            let shares = nodes.iter().map(seal).collect();
            let word = cheat(&polynomial, Dealt { session, commitments: commitments.clone(), shares });
            dealt.push(Signed::by(&cheater, &word).unwrap());
            continue;
        }
        let request = Request::Deal { order: order.clone(), ballot, bound: bound.clone() };
        let Answered::Dealt(word) = master.ask(node, &request).await.unwrap() else { panic!("dealt") };
        dealt.push(word);
    }
    let accept = Request::Accept { order, ballot, dealt };
    match master.ask(&group.node(2), &accept).await {
        Ok(answer) => Ok(answer),
        Err(crate::peers::AskError::Refused(refusal)) => Err(refusal),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_dealer_that_cheats_is_named() {
    let group = Group::of(3).await;
    let convicted = Refusal::Cheating { dealer: group.node(1) };
    let honest = dealing_with(&group, |_, dealt| dealt).await;
    assert!(matches!(honest, Ok(Answered::Accepted(_))), "{honest:?}");

    let group = Group::of(3).await;
    let wrong_shares = dealing_with(&group, |_, dealt| {
        let nodes = [0, 1, 2].map(|n| group.node(n));
        let wrong = |to: &Point| Sealed(ecies::seal(to, &*Secret::random(&mut OsRng).to_bytes(), &mut OsRng).unwrap());
        let mut sorted = nodes;
        sorted.sort_unstable();
        Dealt { shares: sorted.iter().map(wrong).collect(), ..dealt }
    });
    assert_eq!(wrong_shares.await.unwrap_err(), convicted, "shares that do not fit the commitments");

    let group = Group::of(3).await;
    let other = dealing_with(&group, |_, dealt| {
        let commitments = Polynomial::random(1, &mut OsRng).commitments().unwrap();
        Dealt { commitments, ..dealt }
    });
    assert_eq!(other.await.unwrap_err(), convicted, "commitments other than those it was bound to");

    let group = Group::of(3).await;
    let nothing = dealing_with(&group, |_, dealt| Dealt { shares: vec![Sealed(vec![4; 200]); 3], ..dealt });
    assert_eq!(nothing.await.unwrap_err(), convicted, "shares that nobody can open");
}

#[tokio::test]
async fn a_certificate_needs_every_node_once() {
    let group = Group::of(3).await;
    let order = Account::new(1).order(did(7), 1);
    group.server(0).generate(&order).await.unwrap();
    let certificate = group.server(0).server_key(did(7)).await.unwrap().unwrap().certificate.unwrap();
    assert!(group.server(1).certified(&certificate).is_ok());
    assert!(group.server(1).certified(&certificate[..2]).is_err());
    let twice = [certificate[0].clone(), certificate[1].clone(), certificate[1].clone()];
    assert!(group.server(1).certified(&twice).is_err());
    let (_, mut about) = certificate[2].open().unwrap();
    about.threshold = 2;
    let stranger = Signed::by(&group.identity(2), &about).unwrap();
    assert!(group.server(1).certified(&[certificate[0].clone(), certificate[1].clone(), stranger]).is_err());
    assert!(group.server(1).certified(&[]).is_err());
}
