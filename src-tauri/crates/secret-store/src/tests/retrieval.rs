//! Publishing and retrieving, with nodes that are down, silent, of another opinion, or wrong.

use super::*;
use crate::message::{Accepted, Ballot, Request, Signed};
use clients::secret_store::{ServerError, Verdict};
use rand::rngs::OsRng;
use threshold::{KeyShare, NodeNumber, Polynomial};
use tokio::net::UnixListener;

#[tokio::test]
async fn what_is_published_is_retrieved_through_any_node() {
    let group = Group::of(3).await;
    let (author, buyer) = (Account::new(1), Account::new(2));
    let encrypted = group.client(&[0, 1, 2], 1).publish(&author, did(7), DOCUMENT).await.unwrap();
    assert!(!encrypted.windows(10).any(|part| DOCUMENT.windows(10).any(|plain| plain == part)));
    group.permit(&buyer, did(7));
    for master in 0..3 {
        let plain = group.client(&[master], 1).retrieve(&buyer, &buyer, did(7), &encrypted).await.unwrap();
        assert_eq!(plain.as_slice(), DOCUMENT, "master {master}");
    }
    group.client(&[0, 1, 2], 1).check_alive(did(7)).await.unwrap();
    assert!(group.client(&[0, 1, 2], 1).check_alive(did(8)).await.is_err(), "nobody holds this one's keys");
}

#[tokio::test]
async fn every_threshold_works_and_its_parity() {
    for (nodes, threshold) in [(1, 0), (2, 1), (3, 0), (3, 2), (5, 3)] {
        let group = Group::of(nodes).await;
        let account = Account::new(1);
        let all: Vec<usize> = (0..nodes).collect();
        let client = group.client(&all, threshold);
        let encrypted = client.publish(&account, did(7), DOCUMENT).await.unwrap();
        group.permit(&account, did(7));
        let plain = client.retrieve(&account, &account, did(7), &encrypted).await.unwrap();
        assert_eq!(plain.as_slice(), DOCUMENT, "{threshold} of {nodes}");
    }
}

#[tokio::test]
async fn publishing_again_gives_what_the_same_key_opens() {
    let group = Group::of(3).await;
    let author = Account::new(1);
    let client = group.client(&[0, 1, 2], 1);
    let first = client.publish(&author, did(7), DOCUMENT).await.unwrap();
    let second = client.publish(&author, did(7), b"[]").await.unwrap();
    assert_ne!(first[first.len() - 16..], second[second.len() - 16..], "never one vector for two documents");
    group.permit(&author, did(7));
    assert_eq!(client.retrieve(&author, &author, did(7), &first).await.unwrap().as_slice(), DOCUMENT);
    assert_eq!(client.retrieve(&author, &author, did(7), &second).await.unwrap().as_slice(), b"[]");
    let other = client.publish(&Account::new(3), did(7), DOCUMENT).await.unwrap_err();
    assert_eq!(other.verdict(), Some(Verdict::AlreadyGenerated));
}

#[tokio::test]
async fn one_node_down_stops_no_retrieval_and_two_are_named() {
    let mut group = Group::of(3).await;
    let account = Account::new(1);
    let client = group.client(&[0, 1, 2], 1);
    let encrypted = client.publish(&account, did(7), DOCUMENT).await.unwrap();
    group.permit(&account, did(7));
    group.stop(0).await;
    let plain = client.retrieve(&account, &account, did(7), &encrypted).await.unwrap();
    assert_eq!(plain.as_slice(), DOCUMENT, "the client goes on to the next server, and two nodes suffice");

    group.stop(1).await;
    let error = client.retrieve(&account, &account, did(7), &encrypted).await.unwrap_err();
    assert_eq!(error.verdict(), Some(Verdict::Unreachable), "{error}");
    let clients::secret_store::SecretStoreError::Servers { failures, .. } = error else { panic!("servers failed") };
    assert_eq!(failures.len(), 3, "each is named");
    let ServerError::Refused { nodes, .. } = &failures[2].why else { panic!("the third one answered") };
    let mut missing = [group.node(0), group.node(1)];
    missing.sort_unstable();
    let mut named = nodes.clone();
    named.sort_unstable();
    assert_eq!(named, missing);
}

#[tokio::test]
async fn a_node_that_is_silent_stops_no_retrieval() {
    let mut group = Group::of(3).await;
    let account = Account::new(1);
    let encrypted = group.client(&[0], 1).publish(&account, did(7), DOCUMENT).await.unwrap();
    group.permit(&account, did(7));
    group.stop(2).await;
    let socket = group.folder.path().join("2.sock");
    if socket.exists() {
        std::fs::remove_file(&socket).unwrap();
    }
    // Connections are accepted by the system and never answered.
    let silent = UnixListener::bind(&socket).unwrap();
    let plain = group.client(&[0], 1).retrieve(&account, &account, did(7), &encrypted).await.unwrap();
    assert_eq!(plain.as_slice(), DOCUMENT);
    drop(silent);
}

#[tokio::test]
async fn each_node_asks_its_own_chain() {
    let group = Group::of(3).await;
    let (author, buyer) = (Account::new(1), Account::new(2));
    let client = group.client(&[0, 1, 2], 1);
    let encrypted = client.publish(&author, did(7), DOCUMENT).await.unwrap();
    let denied = client.retrieve(&buyer, &buyer, did(7), &encrypted).await.unwrap_err();
    assert_eq!(denied.verdict(), Some(Verdict::Denied));
    let denied = client.retrieve(&author, &author, did(7), &encrypted).await.unwrap_err();
    assert_eq!(denied.verdict(), Some(Verdict::Denied), "being the author is no permission");

    group.permit(&buyer, did(7));
    group.forbid(0, &buyer, did(7));
    assert!(client.retrieve(&buyer, &buyer, did(7), &encrypted).await.is_ok(), "two of three agree");
    group.forbid(1, &buyer, did(7));
    let denied = client.retrieve(&buyer, &buyer, did(7), &encrypted).await.unwrap_err();
    assert_eq!(denied.verdict(), Some(Verdict::Denied), "one alone does not suffice");

    group.permit(&buyer, did(7));
    *group.members[0].chain.unreachable.lock().unwrap() = true;
    assert!(client.retrieve(&buyer, &buyer, did(7), &encrypted).await.is_ok());
    *group.members[1].chain.unreachable.lock().unwrap() = true;
    let error = client.retrieve(&buyer, &buyer, did(7), &encrypted).await.unwrap_err();
    assert_eq!(error.verdict(), Some(Verdict::Unreachable), "that nobody could ask is no denial");
}

/// Puts another key's share into a node's database, whole in itself, as a wrong backup would.
async fn with_a_wrong_share(group: &Group, n: usize, id: Did) {
    let identity = group.identity(n);
    let number = NodeNumber::of_node(&identity.public()).unwrap();
    let polynomial = Polynomial::random(1, &mut OsRng);
    let dealt = [(polynomial.commitments().unwrap(), polynomial.share(&number).unwrap())];
    let wrong = KeyShare::sum(&number, 1, &dealt).unwrap();
    let right = group.server(n).server_key(id).await.unwrap().unwrap().about;
    let said = Accepted { commitments: wrong.commitments().clone(), ..right };
    let said = Signed::by(&identity, &said).unwrap();

    let db = rusqlite::Connection::open(&group.members[n].data).unwrap();
    let certificate: String =
        db.query_row("SELECT certificate FROM server_keys WHERE id = ?1", [id.0], |row| row.get(0)).unwrap();
    db.execute("DELETE FROM server_keys WHERE id = ?1", [id.0]).unwrap();
    let store = crate::store::Store::open(&group.members[n].data, Arc::new(identity)).unwrap();
    let ballot = Ballot { round: 1000, master: group.node(n) };
    store.promise(id, ballot).unwrap();
    assert_eq!(store.accept(id, ballot, &wrong, &said).unwrap(), None);
    db.execute("UPDATE server_keys SET certificate = ?2 WHERE id = ?1", rusqlite::params![id.0, certificate]).unwrap();
}

#[tokio::test]
async fn a_wrong_share_is_named_and_replaced() {
    let mut group = Group::of(3).await;
    let account = Account::new(1);
    let encrypted = group.client(&[0], 1).publish(&account, did(7), DOCUMENT).await.unwrap();
    group.permit(&account, did(7));
    with_a_wrong_share(&group, 2, did(7)).await;

    for _ in 0..5 {
        let plain = group.client(&[0], 1).retrieve(&account, &account, did(7), &encrypted).await.unwrap();
        assert_eq!(plain.as_slice(), DOCUMENT, "whether or not the wrong one consented first");
    }
    group.stop(1).await;
    let error = group.client(&[0], 1).retrieve(&account, &account, did(7), &encrypted).await.unwrap_err();
    assert_eq!(error.verdict(), Some(Verdict::WrongShare));
    let clients::secret_store::SecretStoreError::Servers { failures, .. } = error else { panic!("servers failed") };
    let ServerError::Refused { nodes, .. } = &failures[0].why else { panic!("the server answered") };
    assert_eq!(*nodes, [group.node(2)]);
}

#[tokio::test]
async fn keys_survive_the_restart_of_all_nodes() {
    let mut group = Group::of(3).await;
    let account = Account::new(1);
    let encrypted = group.client(&[0], 1).publish(&account, did(7), DOCUMENT).await.unwrap();
    group.permit(&account, did(7));
    for n in 0..3 {
        group.restart(n).await;
    }
    let plain = group.client(&[1], 1).retrieve(&account, &account, did(7), &encrypted).await.unwrap();
    assert_eq!(plain.as_slice(), DOCUMENT);
}

#[tokio::test]
async fn a_group_grows_by_changing_the_configuration_of_its_members() {
    let mut group = Group::of(2).await;
    let account = Account::new(1);
    let published = group.client(&[0], 1).publish(&account, did(7), DOCUMENT).await.unwrap();
    let generated = group.server(0).generate(&account.order(did(8), 1)).await.unwrap();
    group.add(2);
    for n in [0, 1] {
        group.restart(n).await;
    }
    group.start(2).await;
    for id in [7, 8, 9] {
        group.permit(&account, did(id));
    }

    let all = group.client(&[2, 1, 0], 1);
    let plain = all.retrieve(&account, &account, did(7), &published).await.unwrap();
    assert_eq!(plain.as_slice(), DOCUMENT, "old keys stay with those who have them");
    assert_eq!(group.server(1).generate(&account.order(did(8), 1)).await.unwrap(), generated);
    let old = group.client(&[1], 1).publish(&account, did(8), DOCUMENT).await.unwrap();
    assert_eq!(all.retrieve(&account, &account, did(8), &old).await.unwrap().as_slice(), DOCUMENT);

    let new = all.publish(&account, did(9), DOCUMENT).await.unwrap();
    group.stop(0).await;
    let plain = group.client(&[1], 1).retrieve(&account, &account, did(9), &new).await.unwrap();
    assert_eq!(plain.as_slice(), DOCUMENT, "new keys belong to all three");
}

#[tokio::test]
async fn a_share_on_disk_is_sealed() {
    let group = Group::of(1).await;
    let account = Account::new(1);
    group.client(&[0], 0).publish(&account, did(7), DOCUMENT).await.unwrap();
    let key = group.server(0).server_key(did(7)).await.unwrap().unwrap();
    let identity = Arc::new(group.identity(0));
    let store = crate::store::Store::open(&group.members[0].data, identity.clone()).unwrap();
    let share = store.share(&key, &NodeNumber::of_node(&identity.public()).unwrap()).unwrap();
    for file in std::fs::read_dir(group.folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|end| end != "sock") {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(32).any(|part| part == share.share().to_bytes().as_slice()), "{}", path.display());
        }
    }
}

#[tokio::test]
async fn two_hundred_sessions_one_after_the_other() {
    let group = Group::of(3).await;
    let account = Account::new(1);
    let client = group.client(&[0, 1, 2], 1);
    let encrypted = client.publish(&account, did(7), DOCUMENT).await.unwrap();
    group.permit(&account, did(7));
    for session in 0..200 {
        let plain = client.retrieve(&account, &account, did(7), &encrypted).await.unwrap();
        assert_eq!(plain.as_slice(), DOCUMENT, "session {session}");
    }
}

#[tokio::test]
async fn a_letter_counts_once() {
    let group = Group::of(2).await;
    let sender = group.identity(0);
    let letter = |epoch, n: u8| {
        let request = Request::Consent {
            session: protocol::Hash32([1; 32]),
            id: did(7),
            signature: Account::new(1).0.sign_digest(did(7).as_bytes()).unwrap(),
        };
        let number = protocol::Hash32([n; 32]);
        Signed::by(&sender, &crate::message::Letter { to: group.node(1), epoch, number, request }).unwrap()
    };
    let receive = async |letter| group.server(1).receive(letter).await.map(|reply| reply.open().unwrap().1.result);
    let Ok(Err(crate::message::Refusal::Stale { epoch })) = receive(letter(Default::default(), 1)).await else {
        panic!("of no epoch")
    };
    let fresh = letter(epoch, 2);
    assert_eq!(receive(fresh.clone()).await.unwrap().unwrap_err(), crate::message::Refusal::NoServerKey);
    assert_eq!(receive(fresh.clone()).await.unwrap().unwrap_err(), crate::message::Refusal::Replayed);
    assert!(group.server(0).receive(fresh).await.is_err(), "it is to somebody else");
    let stranger = Identity::new(SecretKey::from_bytes(&[9; 32]).unwrap()).unwrap();
    let (_, opened) = letter(epoch, 3).open().unwrap();
    assert!(group.server(1).receive(Signed::by(&stranger, &opened).unwrap()).await.is_err(), "of no peer");
}
