//! Subscriptions: by account, by kind, from a block on; and gone when they are dropped.

use crate::{
    chain::{Chain, at, keeper, number_word, person, word},
    reorgs::quick,
    styles::{Node, Style},
};
use futures_util::StreamExt;
use indexer::{Filter, Indexer, Notice, Party, Topic};
use protocol::event_topics::topic;

fn transfer(from: u64, to: u64) -> crate::chain::Written {
    let topics = vec![topic::TRANSFER.0, word(person(from)), word(person(to))];
    crate::chain::Written { contract: at(1), topics, data: number_word(1).to_vec() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_is_told_what_is_there_what_comes_and_what_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut chain = Chain::new();
    chain.mine(vec![transfer(0, 1), transfer(2, 0)]);
    let node = Node::new(chain, Style::Honest, 0);
    let keeper = keeper(node.clone()).await;
    let index = Indexer::open(&folder.path().join("index.db"), keeper.clone(), quick()).await.unwrap();
    let mut from =
        index.subscribe(Filter { party: Party::From(person(0)), topics: vec![Topic::Transfer], about: None }, 0);
    let to = index.subscribe(Filter { party: Party::To(person(0)), ..Filter::default() }, 2);
    let Notice::Event(first) = from.next().await.unwrap() else { panic!("an event") };
    assert_eq!((first.position.block, first.to), (1, Some(person(1))));

    node.change(|chain| chain.mine(vec![transfer(0, 3), transfer(4, 0)]));
    keeper.nudge();
    let Notice::Event(second) = from.next().await.unwrap() else { panic!("an event") };
    assert_eq!((second.position.block, second.to), (2, Some(person(3))));
    let mut to = std::pin::pin!(to.into_stream());
    let Some(Ok(Notice::Event(first))) = to.next().await else { panic!("an event") };
    assert_eq!(first.from, Some(person(4)), "what was before block 2 was not asked for");

    node.change(|chain| {
        chain.fork(1);
        chain.mine(vec![transfer(0, 5)]);
    });
    keeper.nudge();
    assert_eq!(from.next().await.unwrap(), Notice::RolledBack { to: 2 });
    let Notice::Event(instead) = from.next().await.unwrap() else { panic!("an event") };
    assert_eq!((instead.position.block, instead.to), (2, Some(person(5))));
}
