//! What the events add up to, and the history of an account.

use crate::{
    chain::{Chain, TEMPLATE, Written, at, happening, keeper, number_word, person, word},
    reorgs::quick,
    styles::{Node, Style},
};
use indexer::{Filter, Indexer, Party, Position, Topic};
use keeper::ConditionState;
use protocol::{AgreementId, ConditionId, Did, Hash32, Vodka, event_topics::topic};

const START: Position = Position { block: 0, index: 0 };

fn log(contract: u8, event: Hash32, indexed: &[[u8; 32]], data: &[[u8; 32]]) -> Written {
    let topics = std::iter::once(event.0).chain(indexed.iter().copied()).collect();
    Written { contract: at(contract), topics, data: data.concat() }
}

fn transfer(from: u64, to: u64, amount: u64) -> Written {
    log(1, topic::TRANSFER, &[word(person(from)), word(person(to))], &[number_word(amount)])
}

async fn index_of(folder: &tempfile::TempDir, chain: Chain) -> (Indexer, Node, keeper::Keeper) {
    let node = Node::new(chain, Style::Honest, 0);
    let keeper = keeper(node.clone()).await;
    let index = Indexer::open(&folder.path().join("index.db"), keeper.clone(), quick()).await.unwrap();
    index.caught_up().await.unwrap();
    (index, node, keeper)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_of_an_account_is_what_it_did_and_what_was_done_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut chain = Chain::new();
    chain.mine(vec![transfer(0, 1, 5), transfer(1, 2, 3)]);
    chain.mine(vec![transfer(2, 0, 1), transfer(3, 4, 7)]);
    let (index, ..) = index_of(&folder, chain).await;
    let amounts = async |party, from| {
        let found =
            index.history(Filter { party, topics: vec![Topic::Transfer], about: None }, from, 10).await.unwrap();
        found.iter().map(|entry| entry.amount.unwrap()).collect::<Vec<_>>()
    };
    let vodka = |amounts: &[u64]| amounts.iter().map(|n| Vodka::from_be_bytes(number_word(*n))).collect::<Vec<_>>();
    assert_eq!(amounts(Party::From(person(0)), START).await, vodka(&[5]));
    assert_eq!(amounts(Party::To(person(0)), START).await, vodka(&[1]));
    assert_eq!(amounts(Party::Either(person(0)), START).await, vodka(&[5, 1]));
    assert_eq!(amounts(Party::Between(person(1), person(2)), START).await, vodka(&[3]));
    assert_eq!(amounts(Party::Anyone, Position { block: 2, index: 1 }).await, vodka(&[7]));
    let other = Filter::of(person(0)).topic(Topic::Approval);
    assert!(index.history(other, START, 10).await.unwrap().is_empty());
    assert_eq!(index.history(Filter::default(), START, 3).await.unwrap().len(), 3, "no more than asked for");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn states_are_those_of_the_last_event_and_go_back_with_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let (agreement, did, condition) = ([1; 32], [2; 32], [3; 32]);
    let (publisher, buyer) = (person(0), person(1));
    let registered = Written {
        contract: at(2),
        topics: vec![topic::DID_ATTRIBUTE_REGISTERED.0, did, word(publisher), [8; 32]],
        // The value, then who and when: the value is behind the other two.
        data: [number_word(96), word(publisher), number_word(1), number_word(3), {
            let mut text = [0; 32];
            text[..3].copy_from_slice(b"url");
            text
        }]
        .concat(),
    };
    let mut chain = Chain::new();
    chain.mine(vec![
        registered,
        log(4, topic::AGREEMENT_CREATED, &[agreement, did, word(publisher)], &[number_word(1)]),
        log(4, topic::AGREEMENT_ACTOR_ADDED, &[agreement, word(publisher)], &[[0; 32]]),
        log(4, topic::AGREEMENT_ACTOR_ADDED, &[agreement, word(buyer)], &[[0; 32]]),
        log(5, topic::CONDITION_CREATED, &[condition, word(at(7)), word(at(4))], &[]),
    ]);
    let (index, node, keeper) = index_of(&folder, chain).await;
    let id = ConditionId(condition);
    assert_eq!(index.condition(id).await.unwrap(), ConditionState::Unfulfilled);
    assert_eq!(index.condition(ConditionId([9; 32])).await.unwrap(), ConditionState::Uninitialized);
    let found = index.agreements_of(buyer).await.unwrap();
    assert_eq!((found[0].id, found[0].did), (AgreementId(agreement), Did(did)));
    assert_eq!(found[0].actors, [publisher, buyer]);
    assert_eq!(index.listings_of(publisher).await.unwrap()[0].value, "url");

    node.change(|chain| {
        chain.mine(vec![
            log(5, topic::CONDITION_UPDATED, &[condition, word(at(7)), number_word(2)], &[word(at(7))]),
            log(7, topic::ACCESS_FULFILLED, &[agreement, did, word(buyer)], &[condition]),
            log(2, topic::DID_OWNERSHIP_TRANSFERRED, &[], &[did, word(publisher), word(buyer)]),
        ]);
    });
    keeper.nudge();
    index.caught_up().await.unwrap();
    assert_eq!(index.condition(id).await.unwrap(), ConditionState::Fulfilled);
    let grant = &index.grants_of(buyer).await.unwrap()[0];
    let block = node.settle().block(2).unwrap().hash;
    assert_eq!(
        (grant.agreement, grant.did, grant.block, grant.block_hash),
        (AgreementId(agreement), Did(did), 2, block)
    );
    let listing = index.listing(Did(did)).await.unwrap().unwrap();
    assert_eq!((listing.owner, listing.value.as_str()), (buyer, "url"));
    assert!(index.listings_of(publisher).await.unwrap().is_empty());
    assert_eq!(index.owners_of(Did(did)).await.unwrap(), [buyer, publisher]);

    node.change(|chain| {
        chain.fork(1);
        chain.mine(vec![happening(7)]);
        chain.mine(Vec::new());
    });
    keeper.nudge();
    index.caught_up().await.unwrap();
    assert_eq!(index.condition(id).await.unwrap(), ConditionState::Unfulfilled);
    assert!(index.grants_of(buyer).await.unwrap().is_empty());
    assert_eq!(index.listing(Did(did)).await.unwrap().unwrap().owner, publisher);
}

/// Up to keeper-contracts 0.12 a template tells of its agreements and nobody else does; where the store does too, it is
/// still one agreement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agreements_of_template_contracts_are_those_of_their_parties() {
    let folder = tempfile::tempdir().unwrap();
    let (alone, told_twice, did) = ([1; 32], [4; 32], [2; 32]);
    let (gateway, buyer) = (person(0), person(1));
    let list = || [number_word(1), number_word(0)];
    let created = |agreement| {
        let data = [&[did, number_word(96), number_word(160)][..], &list(), &list()].concat();
        let indexed = [agreement, word(buyer), word(gateway)];
        log(TEMPLATE, topic::TEMPLATE_AGREEMENT_CREATED, &indexed, &data)
    };
    let mut chain = Chain::new();
    chain.mine(vec![
        created(alone),
        log(4, topic::AGREEMENT_CREATED, &[told_twice, did, word(at(TEMPLATE))], &[number_word(1)]),
        created(told_twice),
    ]);
    let (index, ..) = index_of(&folder, chain).await;
    for party in [gateway, buyer] {
        let found = index.agreements_of(party).await.unwrap();
        assert_eq!(found.iter().map(|one| one.id.0).collect::<Vec<_>>(), [alone, told_twice]);
        for one in found {
            assert_eq!((one.did, one.creator), (Did(did), at(TEMPLATE)));
            assert_eq!(one.actors, [gateway, buyer]);
        }
    }
    assert!(index.agreements_of(person(2)).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_of_another_network_is_not_mixed_with_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut chain = Chain::new();
    chain.mine(vec![transfer(0, 1, 5)]);
    drop(index_of(&folder, chain).await);
    // The same contracts on a chain that began anew.
    let mut chain = Chain::new();
    chain.mine(Vec::new());
    chain.mine(vec![transfer(0, 1, 6)]);
    let (index, ..) = index_of(&folder, chain).await;
    let found = index.history(Filter::default(), START, 10).await.unwrap();
    assert_eq!(found.iter().map(|entry| entry.position.block).collect::<Vec<_>>(), [2]);
}
