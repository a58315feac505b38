//! The released software's own numbers: Parity's unit test, and whole flows for five groups of nodes.

use crate::{
    Answer, DocumentKey, EciesOpener, KeyShare, NodeNumber, Partial, Point, Polynomial, Secret, StoredKey,
    partial::Session, polynomial::coefficient,
};
use proptest::prelude::*;
use protocol::{Hash32, SecretKey};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::Value;

fn vectors() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/secret-store.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    hex::decode(text.strip_prefix("0x").unwrap_or(text)).unwrap()
}

/// Some of the vectors' numbers lost their leading zeros.
fn number(value: &Value) -> [u8; 32] {
    let text = value.as_str().unwrap();
    let digits = format!("{:0>64}", text.strip_prefix("0x").unwrap_or(text));
    hex::decode(digits).unwrap().try_into().unwrap()
}

fn point(value: &Value) -> Point {
    value.as_str().unwrap().parse().unwrap()
}

fn secret(value: &Value) -> Secret {
    Secret::from_bytes(&number(value)).unwrap()
}

#[test]
fn parity_unit_test() {
    let v = &vectors()["parityUnitTest"];
    let answer = Answer { decrypted_secret: point(&v["decrypted_secret"]), common_point: point(&v["common_point"]) };
    let shadows: Vec<_> = v["shadows"].as_array().unwrap().iter().map(secret).collect();
    let key = answer.open(&shadows).unwrap();
    assert_eq!(key.decrypt(&bytes(&v["encrypted_document"])).unwrap().as_slice(), bytes(&v["document"]));
}

#[test]
fn whole_flows_byte_for_byte() {
    let all = vectors();
    let requester = SecretKey::from_bytes(&number(&all["requester"]["privateKey"])).unwrap();
    assert_eq!(requester.public().unwrap().as_slice(), bytes(&all["requester"]["public"]));
    let flows = all["flows"].as_array().unwrap();
    assert_eq!(flows.len(), 5);
    for flow in flows {
        let threshold = usize::try_from(flow["threshold"].as_u64().unwrap()).unwrap();
        let name = format!("{} nodes, threshold {threshold}", flow["nodes"]);

        // Publishing.
        let server_key = point(&flow["server_key_public"]);
        let document_key = DocumentKey::from_slice(&bytes(&flow["document_key_point"])).unwrap();
        let stored = document_key.hide(&server_key, &secret(&flow["k"])).unwrap();
        assert_eq!(stored.common_point, point(&flow["common_point"]), "{name}");
        assert_eq!(stored.encrypted_point, point(&flow["encrypted_point"]), "{name}");
        assert_eq!(secret(&flow["joint_secret"]).public(), server_key, "{name}");
        let opened = requester.open_ecies(&bytes(&flow["encrypted_key_ecies"])).unwrap();
        assert_eq!(opened.as_slice(), document_key.expose(), "{name}");
        let document = flow["document"].as_str().unwrap().as_bytes();
        let iv = bytes(&flow["iv"]).try_into().unwrap();
        assert_eq!(document_key.encrypt(document, &iv), bytes(&flow["encrypted_document"]), "{name}");

        // Retrieving: each participant alone, then joined.
        let participants = flow["participantsDetail"].as_array().unwrap();
        let numbers: Vec<_> =
            participants.iter().map(|p| NodeNumber::from_bytes(&number(&p["id_number"])).unwrap()).collect();
        let access_key = secret(&flow["access_key"]);
        let session = Session { id: Hash32([1; 32]), common_point: stored.common_point, access_key: &access_key };
        let mut rng = StdRng::seed_from_u64(1);
        let mut partials = Vec::new();
        let response = &flow["response"];
        for (i, participant) in participants.iter().enumerate() {
            let others: Vec<_> = numbers.iter().copied().filter(|n| *n != numbers[i]).collect();
            let (share, factor) = (secret(&participant["share"]), secret(&participant["random_d"]));
            let weighted = Secret::from_scalar(coefficient(&numbers[i], &others).unwrap() * share.scalar()).unwrap();
            assert_eq!(*weighted.to_bytes(), number(&participant["node_shadow"]), "{name}, weight {i}");
            let (partial, shadow) = Partial::make(&share, &numbers[i], &others, &session, &factor, &mut rng).unwrap();
            assert_eq!(*shadow.to_bytes(), number(&flow["plain_shadows"][i]), "{name}, shadow {i}");
            let sealed = bytes(&response["decrypt_shadows"][i]);
            assert_eq!(*requester.open_ecies(&sealed).unwrap(), shadow.to_bytes().to_vec(), "{name}, shadow {i}");
            partials.push(partial);
        }
        let answer = Answer::join(&stored, threshold, &access_key, &partials).unwrap();
        assert_eq!(answer.decrypted_secret, point(&response["decrypted_secret"]), "{name}");
        assert_eq!(answer.common_point, point(&response["common_point"]), "{name}");

        // The requester's side.
        let shadows: Vec<_> = flow["plain_shadows"].as_array().unwrap().iter().map(secret).collect();
        let key = answer.open(&shadows).unwrap();
        assert_eq!(key.expose().as_slice(), bytes(&flow["document_key_point"]), "{name}");
        assert_eq!(key.decrypt(&bytes(&flow["encrypted_document"])).unwrap().as_slice(), document, "{name}");
    }
}

/// A group of nodes with a key of their own. Only a test has several nodes' shares at hand; each is kept by itself.
fn generate(nodes: usize, threshold: usize, rng: &mut StdRng) -> Vec<(NodeNumber, KeyShare)> {
    let numbers: Vec<_> = (0..nodes).map(|_| NodeNumber::of_node(&Secret::random(rng).public()).unwrap()).collect();
    let dealers: Vec<_> = (0..nodes).map(|_| Polynomial::random(threshold, rng)).collect();
    let receive = |own: &NodeNumber| {
        let dealt: Vec<_> = dealers.iter().map(|d| (d.commitments().unwrap(), d.share(own).unwrap())).collect();
        (*own, KeyShare::sum(own, threshold, &dealt).unwrap())
    };
    numbers.iter().map(receive).collect()
}

fn retrieve(
    participants: &[&(NodeNumber, KeyShare)],
    stored: &StoredKey,
    threshold: usize,
    rng: &mut StdRng,
) -> Result<DocumentKey, crate::ThresholdError> {
    let access_key = Secret::random(rng);
    let session = Session { id: Hash32([2; 32]), common_point: stored.common_point, access_key: &access_key };
    let mut partials = Vec::new();
    let mut shadows = Vec::new();
    for (own, key) in participants {
        let others: Vec<_> = participants.iter().map(|(n, _)| *n).filter(|n| n != own).collect();
        let factor = Secret::random(rng);
        let (partial, shadow) = Partial::make(key.share(), own, &others, &session, &factor, rng)?;
        let expected = partial.check(key.commitments(), own, &others, &session).expect("an honest share is proven");
        assert_eq!(expected, Some(shadow.public()), "the requester can check the shadow");
        partials.push(partial);
        shadows.push(shadow);
    }
    Answer::join(stored, threshold, &access_key, &partials)?.open(&shadows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_t_plus_one_nodes_decrypt_and_t_do_not(nodes in 1usize..7, t in 0usize..6, seed: u64, turn in 0usize..7) {
        let threshold = t % nodes;
        let mut rng = StdRng::seed_from_u64(seed);
        let group = generate(nodes, threshold, &mut rng);
        let server_key = group[0].1.server_key().unwrap();
        prop_assert!(group.iter().all(|(_, key)| key.server_key().unwrap() == server_key), "one key for all");
        let document_key = DocumentKey::random(&mut rng);
        let stored = document_key.hide(&server_key, &Secret::random(&mut rng)).unwrap();
        let turned: Vec<_> = group.iter().cycle().skip(turn % nodes).take(threshold + 1).collect();
        let opened = retrieve(&turned, &stored, threshold, &mut rng).unwrap();
        prop_assert_eq!(opened.expose(), document_key.expose());

        // t of them, with the threshold they would have to claim, give something else.
        if threshold > 0 {
            let fewer = retrieve(&turned[..threshold], &stored, threshold - 1, &mut rng);
            prop_assert!(fewer.is_err() || fewer.unwrap().expose() != document_key.expose());
        }
    }

    #[test]
    fn a_wrong_share_is_noticed(seed: u64, claims_own_factor: bool) {
        let mut rng = StdRng::seed_from_u64(seed);
        let group = generate(3, 1, &mut rng);
        let access_key = Secret::random(&mut rng);
        let common_point = Secret::random(&mut rng).public();
        let session = Session { id: Hash32([4; 32]), common_point, access_key: &access_key };
        let ((own, key), (other, _)) = (&group[0], &group[1]);
        let share = if claims_own_factor { Secret::random(&mut rng) } else { group[1].1.share().clone() };
        let factor = Secret::random(&mut rng);
        let (wrong, _) = Partial::make(&share, own, &[*other], &session, &factor, &mut rng).unwrap();
        prop_assert!(wrong.check(key.commitments(), own, &[*other], &session).is_err());

        let (right, _) = Partial::make(key.share(), own, &[*other], &session, &factor, &mut rng).unwrap();
        prop_assert!(right.check(key.commitments(), own, &[*other], &session).is_ok());
        let elsewhere = Session { id: Hash32([5; 32]), ..session.clone() };
        prop_assert!(right.check(key.commitments(), own, &[*other], &elsewhere).is_err(), "bound to its session");
        let mut moved = right.clone();
        moved.point = moved.point.plus(&common_point).unwrap();
        prop_assert!(moved.check(key.commitments(), own, &[*other], &session).is_err(), "bound to its point");
        let plain = Partial::make_plain(key.share(), own, &[*other], &session, &mut rng).unwrap();
        prop_assert_eq!(plain.check(key.commitments(), own, &[*other], &session), Ok(None), "no factor, no shadow");
    }
}
