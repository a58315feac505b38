//! Opening a document with 3 of 5 key servers' shares: their contributions, the proofs, the joining. In process, without
//! the network between the servers.

use crate::{Outcome, spread::Spread};
use protocol::Hash32;
use rand::{RngCore as _, rngs::OsRng};
use std::time::Instant;
use threshold::{Answer, Commitments, DocumentKey, NodeNumber, Partial, Polynomial, Secret, partial::Session};

const NODES: usize = 5;
const THRESHOLD: usize = 2;

pub(crate) fn measure(count: usize) -> Outcome {
    println!("threshold: {count} retrievals of a key, {} of {NODES} nodes", THRESHOLD + 1);
    let rng = &mut OsRng;
    let numbers: Vec<NodeNumber> =
        (0..NODES).map(|_| NodeNumber::of_node(&Secret::random(rng).public())).collect::<Result<_, _>>()?;
    let dealt: Vec<Polynomial> = (0..NODES).map(|_| Polynomial::random(THRESHOLD, rng)).collect();
    let commitments: Vec<Commitments> = dealt.iter().map(Polynomial::commitments).collect::<Result<_, _>>()?;
    let joint = Commitments::sum(&commitments)?;
    let mut shares = Vec::new();
    for number in &numbers {
        let mine: Vec<(Commitments, Secret)> = dealt
            .iter()
            .zip(&commitments)
            .map(|(polynomial, commitment)| Ok((commitment.clone(), polynomial.share(number)?)))
            .collect::<Result<_, threshold::ThresholdError>>()?;
        shares.push(threshold::KeyShare::sum(number, THRESHOLD, &mine)?);
    }
    let key = DocumentKey::random(rng);
    let stored = key.hide(&joint.at_zero()?, &Secret::random(rng))?;

    let mut took = Vec::new();
    for _ in 0..count {
        let began = Instant::now();
        let access_key = Secret::random(rng);
        let mut id = [0; 32];
        rng.fill_bytes(&mut id);
        let session = Session { id: Hash32(id), common_point: stored.common_point, access_key: &access_key };
        let (mut partials, mut shadows) = (Vec::new(), Vec::new());
        for (place, (own, share)) in numbers.iter().zip(&shares).take(THRESHOLD + 1).enumerate() {
            let mut others: Vec<NodeNumber> = numbers.iter().take(THRESHOLD + 1).copied().collect();
            others.remove(place);
            let (partial, shadow) = Partial::make(share.share(), own, &others, &session, &Secret::random(rng), rng)?;
            partial.check(&joint, own, &others, &session)?;
            partials.push(partial);
            shadows.push(shadow);
        }
        let opened = Answer::join(&stored, THRESHOLD, &access_key, &partials)?.open(&shadows)?;
        took.push(began.elapsed());
        if opened.expose() != key.expose() {
            return Err("the opened key is another one".into());
        }
    }
    println!("  all nodes' work in a row  {}", Spread::of(took));
    println!("  mark: p99 <= 5 ms");
    Ok(())
}
