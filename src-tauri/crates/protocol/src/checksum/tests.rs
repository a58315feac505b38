use super::*;
use crate::{Signature, ddo::ProofForm};
use serde_json::Value;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The documents as they stand in the file of vectors, with the order of their members.
fn documents() -> Vec<(Node, Ddo)> {
    let file = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/ddo-checksums.json"));
    let file = Node::parse(file.as_bytes()).unwrap();
    let vectors = file.get("vectors").unwrap().elements().to_vec();
    vectors
        .into_iter()
        .map(|vector| {
            let ddo = Ddo::parse(vector.get("ddo").unwrap().to_json().as_bytes()).unwrap();
            (vector, ddo)
        })
        .collect()
}

fn sum(ddo: &Ddo, algorithm: Algorithm) -> String {
    compute(ddo, algorithm).unwrap().hex()
}

#[test]
fn the_texts_of_v01_hash_as_squid_js_and_squid_py_hash_them() {
    let mut seen = 0;
    for (vector, ddo) in documents() {
        for (key, algorithm) in [
            ("squidjs066_checksum_keccak256", Algorithm::TextKeccak),
            ("squidjs220_checksum_keccak256", Algorithm::TextKeccak),
            ("squidpy0616_checksum_sha3_256", Algorithm::TextSha3),
        ] {
            if let Some(expected) = vector.text_of(key) {
                assert_eq!(sum(&ddo, algorithm), expected, "{key} of {:?}", vector.text_of("name"));
                seen += 1;
            }
        }
        if let Some(text) = vector.text_of("concatenation") {
            assert_eq!(text_of(&ddo), text);
        }
        if let Some(proof) = vector.get("proofSignature") {
            let signature: Signature = proof.text_of("overJsChecksumBytes").unwrap().parse().unwrap();
            let signer = proof.text_of("signer").unwrap().parse().unwrap();
            let digest = compute(&ddo, Algorithm::TextKeccak).unwrap();
            assert_eq!(signature.recover_personal(&digest.0).unwrap(), signer);
            let mut signed = ddo.original().clone();
            signed.set("proof", Node::object([("signatureValue", Node::text(signature.to_string()))]));
            let signed = Ddo::parse(signed.to_json().as_bytes()).unwrap();
            assert_eq!(signed.proof_form(signer), Some(ProofForm::Bytes));
            assert_eq!(signed.proof_form(crate::Address::ZERO), None);
        }
    }
    assert_eq!(seen, 10);
}

#[test]
fn services_hash_as_ocean_utils_hashes_them() {
    let mut seen = 0;
    for (vector, ddo) in documents() {
        let Some(expected) = vector.get("oceanutils037") else { continue };
        for service in ddo.services() {
            let (index, main) = (service.index.to_string(), service.main().unwrap());
            let canonical = expected.at(&["canonicalStrings", &index]).unwrap();
            assert_eq!(Some(main.to_python_canonical().as_str()), canonical.as_text());
            let checksum = expected.at(&["serviceChecksums", &index]).unwrap();
            assert_eq!(Some(hex::encode(service_checksum(main)).as_str()), checksum.as_text());
            let strict = expected.at(&["specStrict", "canonicalStrings", &index]).unwrap();
            assert_eq!(Some(main.to_strict_canonical().as_str()), strict.as_text());
        }
        let did = |of: &Node| of.text_of("did").unwrap().parse::<Did>().unwrap();
        assert_eq!(compute(&ddo, Algorithm::Services), Some(Checksum(did(expected).0)));
        let strict = did(expected.get("specStrict").unwrap());
        assert_eq!(compute(&ddo, Algorithm::Strict), Some(Checksum(strict.0)));
        let integrity = verify(&ddo, Checksum(did(expected).0), ddo.did());
        // Without places of files both ways to hash are the same, and the first that is tried matches.
        assert!(matches!(integrity.matched, Some(Algorithm::Services | Algorithm::Own)));
        assert!(integrity.is_intact() && integrity.did_is_checksum && integrity.did_is_stated_checksum);
        assert!(integrity.services_that_differ.is_empty());
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn the_whitepapers_integrity_checksum_is_algorithm_a() {
    let file =
        vectors(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/integrity-checksum.json")));
    let expected = file["sha3_256"].as_str().unwrap();
    assert_eq!(Checksum(sha3_256(file["concatenation"].as_str().unwrap())).hex(), expected);
    let inputs = &file["inputs"];
    let files: Vec<Value> =
        inputs["fileChecksums"].as_array().unwrap().iter().map(|sum| serde_json::json!({ "checksum": sum })).collect();
    let document = serde_json::json!({
        "id": inputs["did"],
        "service": [{ "type": "metadata", "index": 0, "attributes": { "main": {
            "name": inputs["name"], "author": inputs["author"], "license": inputs["license"], "files": files,
        } } }],
    });
    let ddo = Ddo::parse(document.to_string().as_bytes()).unwrap();
    assert_eq!(sum(&ddo, Algorithm::TextSha3), expected);
    let e = Checksum(keccak256(expected.strip_prefix("0x").unwrap()));
    assert_eq!(verify(&ddo, e, ddo.did()).matched, Some(Algorithm::TextSha3Keccak));
}

#[test]
fn a_changed_document_matches_nothing_and_says_where() {
    let (_, ddo) =
        documents().into_iter().find(|(v, _)| v.text_of("name") == Some("metadata+authorization+access")).unwrap();
    let on_chain = Checksum(ddo.did().0);
    let text = String::from_utf8(ddo.raw().to_vec()).unwrap();
    let dearer = Ddo::parse(text.replace("\"timeout\":3600", "\"timeout\":3601").as_bytes()).unwrap();
    let integrity = verify(&dearer, on_chain, ddo.did());
    assert_eq!((integrity.matched, integrity.is_intact()), (None, false));
    assert_eq!(integrity.services_that_differ, ["3"]);
    assert!(integrity.did_is_stated_checksum && !integrity.did_is_checksum);
    assert!(!verify(&ddo, on_chain, Did([1; 32])).is_intact(), "asked for under another DID");
}

#[test]
fn what_a_catalogue_rewrites_does_not_count_for_own_listings() {
    let document = |date: &str, url: &str| {
        let text = format!(
            r#"{{"id":"did:op:{}","service":[{{"type":"metadata","index":0,"attributes":{{"main":{{"datePublished":"{date}","files":[{{"index":0{url}}}]}}}}}}]}}"#,
            "0".repeat(64)
        );
        compute(&Ddo::parse(text.as_bytes()).unwrap(), Algorithm::Own).unwrap()
    };
    let one = document("2020-01-01T00:00:00Z", "");
    assert_eq!(one, document("2021-01-01T00:00:00Z", ",\"url\":\"https://example.com\""));
    assert_ne!(one, document("2020-01-01T00:00:00Z", ",\"name\":\"rain.csv\""));
}
