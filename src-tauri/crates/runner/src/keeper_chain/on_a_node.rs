//! What the outbox asks of a chain, asked of its node.

use super::*;
use crate::fake_node::{CHAIN, CONFIRMATIONS, FakeAgreement, FakeCondition, FakeNode, Refusal, block_hash};
use keeper::{Alone, Dispute};
use protocol::{
    AgreementId, Did, TemplateId, Vodka,
    tx::{Call, Fee},
};

const ACCOUNT: Address = Address([1; 20]);
const GAS: u64 = 21_000;
/// 10^9 wei.
const GWEI: u64 = 1_000_000_000;

fn call() -> Call {
    Call { to: Address([9; 20]), data: vec![1, 2, 3], value: Vodka::ZERO, what: "a call".to_owned() }
}

#[tokio::test]
async fn chain_blocks_and_limits_are_those_of_the_network() {
    let node = FakeNode::new();
    let keeper = node.keeper().await;
    assert_eq!((Chain::chain_id(&keeper), Chain::confirmations(&keeper)), (CHAIN, CONFIRMATIONS));
    assert_eq!(Chain::most_per_gas(&keeper), u128::from(7 * GWEI));
    assert_eq!(*Chain::heads(&keeper).borrow(), 100);
    node.says().block = 104;
    assert_eq!(Chain::head(&keeper).await, Ok(104));
}

#[tokio::test]
async fn the_next_nonce_is_never_one_that_is_mined_whatever_the_node_says_is_on_its_way() {
    let node = FakeNode::new();
    let keeper = node.keeper().await;
    for (mined, pending, next) in [(5, 8, 8), (5, 5, 5), (5, 3, 5)] {
        node.says().nonces = (mined, pending);
        assert_eq!(keeper.next_nonce(ACCOUNT).await, Ok(next));
        assert_eq!(keeper.mined_nonce(ACCOUNT).await, Ok(mined));
    }
}

#[tokio::test]
async fn a_node_that_turns_out_to_be_of_another_chain_is_noticed() {
    let node = FakeNode::new();
    let keeper = node.keeper().await;
    assert_eq!(Chain::confirm_chain(&keeper).await, Ok(()));
    node.says().chain = 5;
    assert_eq!(Chain::confirm_chain(&keeper).await, Err(ChainError::WrongChain { expected: CHAIN, found: 5 }));
}

#[tokio::test]
async fn a_transaction_has_the_gas_that_is_known_or_else_what_the_node_says_and_a_fifth_more() {
    let node = FakeNode::new();
    let keeper = node.keeper().await;
    node.says().gas = Ok(50_000);
    let known = Chain::prepare(&keeper, ACCOUNT, &call(), 4, Some(GAS)).await.unwrap();
    let fee = Fee::Legacy { gas_price: 0 };
    let expected = UnsignedTx {
        chain_id: CHAIN,
        from: ACCOUNT,
        nonce: 4,
        to: Some(call().to),
        value: Vodka::ZERO,
        data: call().data,
        gas: GAS,
        fee,
    };
    assert_eq!(known, expected);
    assert_eq!(node.times("eth_estimateGas"), 0);
    let asked = Chain::prepare(&keeper, ACCOUNT, &call(), 4, None).await.unwrap();
    assert_eq!(asked, UnsignedTx { gas: 60_000, ..expected });
    node.says().gas = Err((3, "execution reverted"));
    let refused = Chain::prepare(&keeper, ACCOUNT, &call(), 4, None).await;
    assert!(matches!(refused, Err(ChainError::WouldRevert(_))), "{refused:?}");
}

#[tokio::test]
async fn an_account_may_pay_its_last_wei_and_not_one_more() {
    let node = FakeNode::new();
    let keeper = node.keeper().await;
    // Twice the base fee is what a transaction may have to pay.
    node.says().base_fee = GWEI;
    let cost = 2 * GWEI * GAS;
    for (ether, pays) in [(cost + 1, true), (cost, true), (cost - 1, false), (0, false)] {
        node.says().ether = ether;
        let prepared = Chain::prepare(&keeper, ACCOUNT, &call(), 0, Some(GAS)).await;
        match pays {
            true => assert_eq!(prepared.unwrap().cost(), Vodka::from_units(cost), "{ether}"),
            false => assert_eq!(prepared, Err(ChainError::Funds), "{ether}"),
        }
    }
    node.says().base_fee = 8 * GWEI;
    let dear = Chain::prepare(&keeper, ACCOUNT, &call(), 0, Some(GAS)).await;
    assert!(matches!(dear, Err(ChainError::TooDear(_))), "{dear:?}");
}

#[tokio::test]
async fn what_an_account_has_is_asked_for_the_sum_of_several() {
    let node = FakeNode::new();
    let keeper = node.keeper().await;
    for (ether, wei, can) in [(10, 9_u64, true), (10, 10, true), (10, 11, false), (0, 1, false)] {
        node.says().ether = ether;
        assert_eq!(Chain::can_pay(&keeper, ACCOUNT, Vodka::from_units(wei)).await, Ok(can), "{wei} of {ether}");
    }
}

#[tokio::test]
async fn who_pays_nothing_needs_nothing() {
    let node = FakeNode::new();
    let keeper = node.keeper().await;
    let free = Chain::prepare(&keeper, ACCOUNT, &call(), 0, Some(GAS)).await.unwrap();
    assert_eq!(free.fee, Fee::Legacy { gas_price: 0 });
    assert_eq!(node.times("eth_getBalance"), 0, "it is not even asked");
}

#[tokio::test]
async fn a_look_tells_head_count_and_the_receipt_of_the_variant_that_is_mined() {
    let node = FakeNode::new();
    let keeper = node.keeper().await;
    let [first, second, third] = [1, 2, 3].map(|byte| TxHash([byte; 32]));
    node.says().nonces = (4, 9);
    let look = keeper.look(ACCOUNT, &[first, second]).await.unwrap();
    assert_eq!(look, Look { head: 100, mined: 4, receipt: None });
    assert_eq!(Chain::receipt(&keeper, second).await, Ok(None));
    node.says().mined = vec![(second, 98)];
    let look = keeper.look(ACCOUNT, &[first, second, third]).await.unwrap();
    let receipt = look.receipt.unwrap();
    assert_eq!((receipt.tx, receipt.block, receipt.block_hash), (second, 98, block_hash(98)));
    assert_eq!(Chain::receipt(&keeper, second).await, Ok(Some(receipt)));
}

#[tokio::test]
async fn why_a_node_does_not_take_a_transaction_is_told_apart() {
    let node = FakeNode::new();
    let keeper = node.keeper().await;
    let tx = SignedTx { raw: vec![1, 2, 3], hash: TxHash([7; 32]), nonce: 0 };
    node.says().taken = Ok(tx.hash);
    assert_eq!(Chain::broadcast(&keeper, &tx).await, Ok(()));
    let refusals: [(Refusal, BroadcastError); 4] = [
        ((-32000, "already known"), BroadcastError::Known),
        ((-32000, "nonce too low"), BroadcastError::NonceTooLow),
        ((-32000, "transaction underpriced"), BroadcastError::Underpriced),
        ((-32000, "insufficient funds for gas"), BroadcastError::Funds),
    ];
    for (refusal, meant) in refusals {
        node.says().taken = Err(refusal);
        assert_eq!(Chain::broadcast(&keeper, &tx).await, Err(meant));
    }
    node.says().taken = Err((-32000, "exceeds block gas limit"));
    let refused = Chain::broadcast(&keeper, &tx).await;
    assert!(matches!(&refused, Err(BroadcastError::Rejected(why)) if why.contains("exceeds")), "{refused:?}");
    // It says that it took another one: whether it took this one is not known.
    node.says().taken = Ok(TxHash([8; 32]));
    let unclear = Chain::broadcast(&keeper, &tx).await;
    assert!(matches!(unclear, Err(BroadcastError::Unreachable(_))), "{unclear:?}");
}

#[test]
fn what_keeps_from_reading_is_told_apart() {
    let dispute = Dispute { about: "it".to_owned(), said: vec![] };
    let alone = Alone { about: "it".to_owned(), missing: vec![] };
    for fault in [RpcFault::Disputed(dispute), RpcFault::Alone(alone)] {
        let error = of_reading(KeeperError::Rpc(fault));
        assert!(matches!(error, ChainError::Disputed(_)), "{error:?}");
    }
    for error in [KeeperError::TooDear { asked: 2, most: 1 }, KeeperError::TooMuchGas { needed: 2, most: 1 }] {
        let said = Sentence::from(&error);
        assert_eq!(of_reading(error), ChainError::TooDear(said));
    }
    let wrong = of_reading(KeeperError::WrongChain { expected: 1, found: 2 });
    assert_eq!(wrong, ChainError::WrongChain { expected: 1, found: 2 });
    for error in [KeeperError::Rpc(RpcFault::TooLarge), KeeperError::Answer("odd".to_owned())] {
        let said = Sentence::from(&error);
        assert_eq!(of_reading(error), ChainError::Unreachable(said));
    }
}

#[tokio::test]
async fn the_facts_of_an_agreement_are_those_of_the_newest_block_that_counts() {
    let node = FakeNode::new();
    let keeper = node.keeper().await;
    let terms = AccessTerms {
        agreement: AgreementId([1; 32]),
        did: Did([2; 32]),
        template: TemplateId([3; 32]).into(),
        provider: Address([4; 20]),
        consumer: Address([5; 20]),
        owner: Address([6; 20]),
        price: Vodka::from_ocean(7),
        time_locks: [0; 3],
        time_outs: [0, 100, 0],
        escrow_contract: keeper.contracts().escrow_reward,
        lock_contract: keeper.contracts().lock_reward,
        access_contract: keeper.contracts().access_secret_store,
    };
    let nothing = Facts { block: 98, ..Facts::default() };
    assert_eq!(read_facts(&keeper, &terms).await.unwrap(), nothing, "the third block from the top");
    let ids = terms.ids();
    let condition =
        |contract, state, time_out| FakeCondition { contract, state, time_lock: 3, time_out, created_at: 5 };
    {
        let mut says = node.says();
        let actors = vec![terms.consumer, terms.provider];
        let conditions = ids.v02().to_vec();
        let agreement = FakeAgreement { did: terms.did.0, template: terms.template.id().0, conditions, actors };
        says.agreements.insert(terms.agreement, agreement);
        says.conditions.insert(ids.lock, condition(terms.lock_contract, 2, 0));
        says.conditions.insert(ids.access, condition(terms.access_contract, 3, 100));
        says.conditions.insert(ids.escrow, condition(terms.escrow_contract, 1, 0));
    }
    let fact = |type_ref, state, time_out| ConditionFact { type_ref, state, time_lock: 3, time_out, created_at: 5 };
    let expected = Facts {
        block: 98,
        agreement: Some(AgreementFact {
            did: terms.did,
            template: terms.template,
            conditions: ids.v02().to_vec(),
            actors: vec![terms.consumer, terms.provider],
        }),
        lock: fact(terms.lock_contract, ConditionState::Fulfilled, 0),
        access: fact(terms.access_contract, ConditionState::Aborted, 100),
        escrow: fact(terms.escrow_contract, ConditionState::Unfulfilled, 0),
    };
    assert_eq!(read_facts(&keeper, &terms).await.unwrap(), expected);
}
