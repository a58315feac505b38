//! The contracts' own ABIs say what each event means; what is read from a log must be that.

use super::*;
use crate::{
    bindings::{
        access_secret_store_condition as access, agreement_store_manager as agreements,
        compute_execution_condition as compute, condition_store_manager as conditions, dispenser,
        escrow_reward as escrow, lock_reward_condition as lock, ocean_token as token,
    },
    convert::{h160, u256},
};
use ethers::abi::{Abi, Event, ParamType, Token, encode};
use protocol::{NetworkFile, TxHash, hash::keccak256};

const CONTRACTS: [&str; 10] = [
    "OceanToken",
    "Dispenser",
    "DIDRegistry",
    "TemplateStoreManager",
    "AgreementStoreManager",
    "ConditionStoreManager",
    "LockRewardCondition",
    "AccessSecretStoreCondition",
    "EscrowReward",
    "ComputeExecutionCondition",
];

fn contracts() -> Contracts {
    let mut file = NetworkFile::from_toml("name = \"t\"\nchain_id = 1\nrpc = [\"unix:/x\"]").unwrap();
    file.contracts = CONTRACTS.into_iter().zip(1..).map(|(name, at)| (name.to_owned(), Address([at; 20]))).collect();
    Contracts::from_map(&file.contracts).unwrap()
}

fn abis(of: &Contracts) -> Vec<(Address, &'static Abi)> {
    vec![
        (of.ocean_token, &token::OCEANTOKEN_ABI),
        (of.dispenser.unwrap(), &dispenser::DISPENSER_ABI),
        (of.did_registry, &registry::DIDREGISTRY_ABI),
        (of.template_store, &templates::TEMPLATESTOREMANAGER_ABI),
        (of.agreement_store, &agreements::AGREEMENTSTOREMANAGER_ABI),
        (of.condition_store, &conditions::CONDITIONSTOREMANAGER_ABI),
        (of.lock_reward, &lock::LOCKREWARDCONDITION_ABI),
        (of.access_secret_store, &access::ACCESSSECRETSTORECONDITION_ABI),
        (of.escrow_reward, &escrow::ESCROWREWARD_ABI),
        (of.compute_execution.unwrap(), &compute::COMPUTEEXECUTIONCONDITION_ABI),
    ]
}

/// An argument by chance; `None` for texts and lists, which are read by their ABI as it is.
fn argument(kind: &ParamType, chance: [u8; 32]) -> Option<Token> {
    Some(match kind {
        ParamType::FixedBytes(32) => Token::FixedBytes(chance.to_vec()),
        ParamType::Address => Token::Address(h160(Address(chance[..20].try_into().unwrap()))),
        ParamType::Uint(8) => Token::Uint((chance[0] % 4).into()),
        ParamType::Uint(_) => Token::Uint(u256(Vodka::from_be_bytes(chance))),
        ParamType::Bool => Token::Bool(chance[0].is_multiple_of(2)),
        _ => return None,
    })
}

/// A log of this event, and its arguments as words, the indexed ones first.
fn written(at: Address, event: &Event, seed: u64) -> Option<(Log, Vec<[u8; 32]>)> {
    let (mut indexed, mut plain) = (Vec::new(), Vec::new());
    for (place, input) in event.inputs.iter().enumerate() {
        let chance = keccak256([seed.to_be_bytes(), place.to_be_bytes()].concat());
        let token = argument(&input.kind, chance)?;
        if input.indexed { &mut indexed } else { &mut plain }.push(token);
    }
    let words = |tokens: &[Token]| -> Vec<[u8; 32]> {
        encode(tokens).chunks(32).map(|word| word.try_into().unwrap()).collect()
    };
    let (indexed, data) = (words(&indexed), encode(&plain));
    let topics = std::iter::once(Hash32(event.signature().0)).chain(indexed.iter().copied().map(Hash32)).collect();
    let log = Log { address: at, topics, data, block: 1, block_hash: Hash32([1; 32]), tx: TxHash([2; 32]), index: 0 };
    Some((log, [indexed, words(&plain)].concat()))
}

fn word(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

/// What was read, as words in the order of the ABI.
fn told(event: KeeperEvent) -> Vec<[u8; 32]> {
    use KeeperEvent as E;
    let account = |account: Address| crate::logs::padded(account);
    match event {
        E::DidProviderAdded { did, provider } => vec![did.0, account(provider)],
        E::DidProviderRemoved { did, provider, removed } => vec![did.0, account(provider), word(removed.into())],
        E::DidOwnershipTransferred { did, from, to } => vec![did.0, account(from), account(to)],
        E::DidPermissionGranted { did, owner, grantee } | E::DidPermissionRevoked { did, owner, grantee } => {
            vec![did.0, account(owner), account(grantee)]
        }
        E::TemplateApproved { template } | E::TemplateRevoked { template } => vec![template.0],
        E::AgreementCreated { agreement, did, created_by, created_at } => {
            vec![agreement.0, did.0, account(created_by), word(created_at)]
        }
        E::AgreementActorAdded { agreement, actor, actor_type } => vec![agreement.0, account(actor), actor_type.0],
        E::ConditionCreated { condition, type_ref, by } => vec![condition.0, account(type_ref), account(by)],
        E::ConditionUpdated { condition, type_ref, state, by } => {
            vec![condition.0, account(type_ref), word(state as u64), account(by)]
        }
        E::PaymentLocked { agreement, reward_address: to, condition, amount }
        | E::EscrowPaid { agreement, receiver: to, condition, amount } => {
            vec![agreement.0, account(to), condition.0, amount.to_be_bytes()]
        }
        E::AccessGranted { agreement, did, grantee: who, condition }
        | E::ComputeTriggered { agreement, did, consumer: who, condition } => {
            vec![agreement.0, did.0, account(who), condition.0]
        }
        E::Transfer { from: who, to, amount } | E::Approval { owner: who, spender: to, amount } => {
            vec![account(who), account(to), amount.to_be_bytes()]
        }
        E::RequestLimitExceeded { requester, amount, max } => {
            vec![account(requester), amount.to_be_bytes(), max.to_be_bytes()]
        }
        E::RequestFrequencyExceeded { requester, min_period_seconds } => {
            vec![account(requester), word(min_period_seconds)]
        }
        E::DidRegistered { .. } | E::TemplateProposed { .. } | E::AgreementCreatedV01 { .. } => {
            panic!("{event:?} has more than words")
        }
    }
}

/// Whether these are all of the arguments, or those at the beginning; numbers that do not fit are as large as can be.
fn is_beginning(told: &[[u8; 32]], written: &[[u8; 32]]) -> bool {
    let saturated = word(u64::MAX);
    told.len() <= written.len()
        && told
            .iter()
            .zip(written)
            .all(|(told, written)| told == written || (*told == saturated && *written > saturated))
}

#[test]
fn every_event_of_words_is_read_as_the_contracts_abi_writes_it() {
    let contracts = contracts();
    let mut read = std::collections::BTreeSet::new();
    for (at, abi) in abis(&contracts) {
        for event in abi.events() {
            for seed in 0..50 {
                let Some((log, words)) = written(at, event, seed) else { continue };
                match contracts.event(&log) {
                    Ok(None) => {}
                    Ok(Some(found)) => {
                        assert!(is_beginning(&told(found.clone()), &words), "{found:?} of {words:?}");
                        read.insert((at.0, &event.name));
                    }
                    // One of the four numbers is no state.
                    Err(KeeperError::Answer(why)) => assert!(why.contains("no state 3"), "{why}"),
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
    assert_eq!(read.len(), 19, "{read:?}");
}

#[test]
fn a_log_with_less_or_something_else_than_its_abi_is_refused() {
    let contracts = contracts();
    for (at, abi) in abis(&contracts) {
        for event in abi.events() {
            let Some((log, _)) = written(at, event, 0) else { continue };
            if contracts.event(&log).is_ok_and(|found| found.is_none()) {
                continue;
            }
            let refused = |change: &dyn Fn(&mut Log)| {
                let mut changed = log.clone();
                change(&mut changed);
                assert!(
                    matches!(contracts.event(&changed), Err(KeeperError::Answer(_))),
                    "{}: {changed:?}",
                    event.name
                );
            };
            refused(&|log| log.topics.push(Hash32([1; 32])));
            if log.topics.len() > 1 {
                refused(&|log| log.topics.truncate(log.topics.len() - 1));
            }
            // Only words that are not looked at may be missing.
            if !log.data.is_empty() && !event.name.starts_with("Template") {
                refused(&|log| log.data.truncate(log.data.len() - 1));
            }
            let mut addresses = event.inputs.iter().filter(|input| input.indexed).enumerate();
            if let Some((place, _)) = addresses.find(|(_, input)| input.kind == ParamType::Address) {
                refused(&|log| log.topics[place + 1].0[3] = 1);
            }
        }
    }
}
