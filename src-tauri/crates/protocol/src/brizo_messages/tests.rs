use super::*;
use crate::{
    SecretKey,
    tx::{SignedTx, UnsignedTx},
};
use proptest::prelude::*;
use serde_json::Value;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn brizo() -> Value {
    vectors(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/brizo-signatures.json")))
}

fn personal() -> Value {
    vectors(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors/personal-sign.json")))
}

struct Key(SecretKey);

impl Signer for Key {
    fn address(&self) -> Address {
        self.0.address().unwrap()
    }
    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, SignError> {
        self.0.sign_digest(digest).map_err(|e| SignError::Refused(e.to_string()))
    }
    fn sign_tx(&self, _: &UnsignedTx) -> Result<SignedTx, SignError> {
        Err(SignError::Locked)
    }
}

fn key(file: &Value) -> Key {
    let mut bytes = [0; 32];
    hex::decode_to_slice(&file["privateKey"].as_str().unwrap()[2..], &mut bytes).unwrap();
    Key(SecretKey::from_bytes(&bytes).unwrap())
}

/// The message of a vector, in the words of this module.
fn message(name: &str, text: &str) -> Message {
    let text = text.to_owned();
    let consumer = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
    match name.split(' ').next().unwrap() {
        "publish" => Message::Publish { document_id: text },
        "consume" => Message::Consume { agreement_id: text },
        "compute" => {
            let rest = text.strip_prefix(consumer).unwrap();
            let (job_id, agreement_id) = rest.split_at(rest.len().saturating_sub(64));
            Message::Compute {
                consumer: consumer.to_owned(),
                job_id: job_id.to_owned(),
                agreement_id: agreement_id.to_owned(),
            }
        }
        "aquarius" => Message::CatalogueUpdated { updated: text },
        other => panic!("a message without a test: {other}"),
    }
}

#[test]
fn messages_and_signatures_are_those_of_released_clients() {
    let file = brizo();
    let key = key(&file);
    let list = file["vectors"].as_array().unwrap();
    assert_eq!(list.len(), 8);
    for vector in list {
        let text = vector["message"].as_str().unwrap();
        let message = message(vector["name"].as_str().unwrap(), text);
        assert_eq!(message.to_bytes(), text.as_bytes());
        assert_eq!(message.sign(&key).unwrap().to_string(), vector["signature"].as_str().unwrap());
        let signature: Signature = vector["signature"].as_str().unwrap().parse().unwrap();
        assert!(message.is_signed_by(&signature, key.address()));
        assert!(!message.is_signed_by(&signature, Address([1; 20])));
    }
}

#[test]
fn an_auth_token_lives_for_a_day() {
    let file = brizo();
    let key = key(&file);
    let at = file["authToken"]["timestamp"].as_i64().unwrap();
    let text = file["authToken"]["token"].as_str().unwrap();
    let token = AuthToken::sign(&key, at).unwrap();
    assert_eq!(token.to_string(), text);
    let credential: Credential = text.parse().unwrap();
    assert_eq!(credential, Credential::Token(token));
    let consume = Message::Consume { agreement_id: "1".repeat(64) };
    let check = |who, now| credential.check(&consume, who, now);
    assert_eq!(check(key.address(), at), Ok(()));
    assert_eq!(check(key.address(), at + AUTH_TOKEN_SECONDS), Ok(()));
    assert_eq!(check(key.address(), at + AUTH_TOKEN_SECONDS + 1), Err(CredentialError::Expired));
    assert_eq!(check(key.address(), at - CLOCK_SKEW_SECONDS - 1), Err(CredentialError::NotYet));
    assert_eq!(check(Address([1; 20]), at), Err(CredentialError::Other(Address([1; 20]))));
    let later = AuthToken { at: at + 1, ..token };
    assert_ne!(later.verify(at), Ok(key.address()), "the time is part of what is signed");
}

#[test]
fn every_way_to_sign_a_text_is_accepted() {
    let file = personal();
    let who: Address = file["address"].as_str().unwrap().parse().unwrap();
    let list = file["vectors"].as_array().unwrap();
    assert_eq!(list.len(), 5);
    for vector in list {
        let message = Message::Consume { agreement_id: vector["message"].as_str().unwrap().to_owned() };
        for signature in [&vector["signature"], &vector["web3js"]["signature"]] {
            let signature: Signature = signature.as_str().unwrap().parse().unwrap();
            assert!(message.is_signed_by(&signature, who), "{vector}");
        }
        let digest = hex::decode(&vector["prefixedHash"].as_str().unwrap()[2..]).unwrap();
        assert_eq!(crate::sign::personal_digest(&message.to_bytes()).as_slice(), digest);
    }
    let quirk = &file["pythonQuirk"];
    let python = hex::decode(&quirk["pythonPrefixedHash"].as_str().unwrap()[2..]).unwrap();
    let forms = digests(quirk["message"].as_str().unwrap().as_bytes());
    assert!(forms.iter().any(|digest| digest.as_slice() == python));
}

#[test]
fn an_id_may_be_signed_with_and_without_its_prefix() {
    let file = brizo();
    let who = key(&file).address();
    let of = |name: &str| -> Signature {
        let list = file["vectors"].as_array().unwrap();
        list.iter().find(|v| v["name"] == name).unwrap()["signature"].as_str().unwrap().parse().unwrap()
    };
    let (js, py) = (of("consume (squid-js)"), of("consume (squid-py)"));
    for id in ["1".repeat(64), format!("0x{}", "1".repeat(64))] {
        let message = Message::Consume { agreement_id: id };
        assert!(message.is_signed_by(&js, who) && message.is_signed_by(&py, who));
    }
    let other = Message::Consume { agreement_id: "2".repeat(64) };
    assert!(!other.is_signed_by(&js, who));
    let publish = Message::Publish { document_id: format!("did:op:{}", "1".repeat(64)) };
    assert!(publish.is_signed_by(&js, who));
}

#[test]
fn a_change_of_the_catalogue_is_bound_to_what_changes() {
    let key = key(&brizo());
    let change = |method: &str, did: u8, sum: u8, body: &str, at| {
        Message::catalogue_change(method, Did([did; 32]), Checksum([sum; 32]), body.as_bytes(), at)
    };
    let made = change("PUT", 1, 1, "abc", 1);
    let signature = made.sign(&key).unwrap();
    assert!(made.is_signed_by(&signature, key.address()));
    for other in [
        change("DELETE", 1, 1, "abc", 1),
        change("PUT", 2, 1, "abc", 1),
        change("PUT", 1, 2, "abc", 1),
        change("PUT", 1, 1, "abd", 1),
        change("PUT", 1, 1, "", 1),
        change("PUT", 1, 1, "abc", 2),
    ] {
        assert!(!other.is_signed_by(&signature, key.address()), "{other:?}");
    }
    // The example of FIPS 180 is part of the text.
    let (did, checksum) = (format!("did:op:{}", "01".repeat(32)), format!("0x{}", "01".repeat(32)));
    let body = "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let text = format!("Neuston catalogue change\nPUT\n{did}\n{checksum}\n{body}\n1");
    assert_eq!(String::from_utf8(made.to_bytes()).unwrap(), text);
    let hash = [9; 32];
    let agreement = Message::Initialize { hash };
    assert!(agreement.is_signed_by(&agreement.sign(&key).unwrap(), key.address()));
}

proptest! {
    #[test]
    fn no_credential_panics(text in "(0x)?[0-9a-f]{0,140}-?[0-9]{0,25}", other in ".{0,40}") {
        for text in [text, other] {
            if let Ok(credential) = text.parse::<Credential>() {
                let _refused_or_not = credential.check(&Message::Consume { agreement_id: text }, Address::ZERO, 0);
            }
        }
    }
}
