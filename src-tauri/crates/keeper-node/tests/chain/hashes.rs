//! Every hash and root of a block, computed again from what JSON-RPC says, without the chain's own code.

use crate::support::*;
use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, Eip658Value, Header, Receipt, ReceiptEnvelope, ReceiptWithBloom, TxEnvelope, proofs,
};
use alloy_eips::{
    eip2718::Decodable2718,
    eip2930::{AccessList, AccessListItem},
};
use alloy_primitives::{Address, B256, Bloom, Bytes, KECCAK256_EMPTY, Log, TxKind, U256, hex, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount, root};
use keeper_node::Chain;
use serde_json::{Value, json};
use std::str::FromStr;

fn read<T: FromStr<Err: std::fmt::Debug>>(value: &Value) -> T {
    value.as_str().unwrap_or_else(|| panic!("{value}")).parse().unwrap()
}

fn bytes(value: &Value) -> Bytes {
    read(value)
}

fn header(block: &Value) -> Header {
    Header {
        parent_hash: read(&block["parentHash"]),
        ommers_hash: read(&block["sha3Uncles"]),
        beneficiary: read(&block["miner"]),
        state_root: read(&block["stateRoot"]),
        transactions_root: read(&block["transactionsRoot"]),
        receipts_root: read(&block["receiptsRoot"]),
        logs_bloom: read(&block["logsBloom"]),
        difficulty: read(&block["difficulty"]),
        number: number(&block["number"]),
        gas_limit: number(&block["gasLimit"]),
        gas_used: number(&block["gasUsed"]),
        timestamp: number(&block["timestamp"]),
        extra_data: bytes(&block["extraData"]),
        mix_hash: read(&block["mixHash"]),
        nonce: read(&block["nonce"]),
        base_fee_per_gas: Some(number(&block["baseFeePerGas"])),
        withdrawals_root: Some(read(&block["withdrawalsRoot"])),
        blob_gas_used: Some(number(&block["blobGasUsed"])),
        excess_blob_gas: Some(number(&block["excessBlobGas"])),
        parent_beacon_block_root: Some(read(&block["parentBeaconBlockRoot"])),
        ..Header::default()
    }
}

fn receipt(form: &Value) -> ReceiptEnvelope {
    let logs: Vec<Log> = form["logs"].as_array().unwrap().iter().map(log).collect();
    let receipt = Receipt {
        status: Eip658Value::Eip658(form["status"] == "0x1"),
        cumulative_gas_used: number(&form["cumulativeGasUsed"]),
        logs,
    };
    let logs_bloom: Bloom = read(&form["logsBloom"]);
    let receipt = ReceiptWithBloom { receipt, logs_bloom };
    match form["type"].as_str().unwrap() {
        "0x0" => ReceiptEnvelope::Legacy(receipt),
        "0x1" => ReceiptEnvelope::Eip2930(receipt),
        "0x2" => ReceiptEnvelope::Eip1559(receipt),
        other => panic!("type {other}"),
    }
}

fn log(form: &Value) -> Log {
    let topics = form["topics"].as_array().unwrap().iter().map(read).collect();
    Log::new_unchecked(read(&form["address"]), topics, bytes(&form["data"]))
}

/// The root of the state, from the accounts and slots that the test ever touched.
fn state_root(chain: &Chain, addresses: &[Address], slots: &[U256], block: u64) -> B256 {
    let tag = format!("{block:#x}");
    let mut accounts = Vec::new();
    for address in addresses {
        let at = |method: &str| get(chain, method, json!([address.to_string(), tag]));
        let balance: U256 = read(&at("eth_getBalance"));
        let nonce = number(&at("eth_getTransactionCount"));
        let code = bytes(&at("eth_getCode"));
        let mut storage = Vec::new();
        for slot in slots {
            let value = get(chain, "eth_getStorageAt", json!([address.to_string(), format!("{slot:#x}"), tag]));
            let value: U256 = read(&value);
            if !value.is_zero() {
                storage.push((B256::from(*slot), value));
            }
        }
        let code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(&code) };
        if nonce > 0 || !balance.is_zero() || !code.is_empty() {
            let storage = root::storage_root_unhashed(storage);
            accounts.push((*address, TrieAccount::new(nonce, balance, storage, code_hash)));
        }
    }
    root::state_root_unhashed(accounts)
}

#[test]
fn every_hash_can_be_computed_again() {
    let chain = chain();
    let (rich, poor) = (rich(), Account::new("poor"));
    let operator = Account::new("operator").address();
    let tool = deploy(&chain, &poor, 0);
    let to = TxKind::Call(tool);
    send(&chain, poor.legacy(1, to, words(&[1, 1, 10])));
    // Many slots, so that branches and extensions of the tree come and go.
    send(&chain, poor.legacy(2, to, words(&[9, 1, 40])));
    send(&chain, poor.legacy(3, to, words(&[1, 1, 0])));
    for slot in 20..40 {
        send(&chain, poor.legacy(slot - 16, to, words(&[1, slot, 0])));
    }
    let next = 24;
    assert_eq!(send(&chain, poor.legacy(next, to, words(&[3, 0xbad])))["status"], "0x0");
    assert_eq!(send(&chain, poor.legacy(next + 1, to, words(&[2, 5, 6, 7])))["logs"].as_array().unwrap().len(), 1);
    let priced = rich.dynamic(|tx| {
        tx.to = TxKind::Call(poor.address());
        tx.value = U256::from(12345);
        tx.max_fee_per_gas = 7_000_000_000;
        tx.max_priority_fee_per_gas = 2_000_000_000;
    });
    assert_eq!(send(&chain, priced)["effectiveGasPrice"], "0x77359400");
    let listed = rich.access_list(|tx| {
        tx.nonce = 1;
        tx.to = to;
        tx.gas_price = 3;
        tx.input = words(&[10, 5]);
        let item = AccessListItem { address: tool, storage_keys: vec![B256::with_last_byte(1)] };
        tx.access_list = AccessList(vec![item]);
    });
    assert_eq!(send(&chain, listed)["logs"].as_array().unwrap().len(), 5);
    // A contract that ends in its own creation leaves nothing but what it had: CALLER SELFDESTRUCT.
    let ended = rich.legacy_with(|tx| {
        tx.nonce = 2;
        tx.to = TxKind::Create;
        tx.value = U256::from(9);
        tx.input = hex!("33ff").into();
    });
    let ended: Address = read(&send(&chain, ended)["contractAddress"]);
    get(&chain, "evm_mine", json!([]));

    let addresses = [rich.address(), poor.address(), operator, tool, ended];
    let slots: Vec<U256> = (0..64).map(U256::from).collect();
    let newest = number(&get(&chain, "eth_blockNumber", json!([])));
    let mut parent = B256::ZERO;
    let mut timestamp = 0;
    for block in 0..=newest {
        let tag = format!("{block:#x}");
        let form = get(&chain, "eth_getBlockByNumber", json!([tag, true]));
        let header = header(&form);
        assert_eq!(header.number, block);
        assert_eq!(header.hash_slow(), read::<B256>(&form["hash"]), "block {block}");
        assert_eq!(header.parent_hash, parent, "block {block}");
        assert_eq!(header.ommers_hash, EMPTY_OMMER_ROOT_HASH);
        assert!(header.timestamp > timestamp || block == 0, "time goes on");
        (parent, timestamp) = (header.hash_slow(), header.timestamp);

        let mut transactions = Vec::new();
        for tx in form["transactions"].as_array().unwrap() {
            let raw = bytes(&get(&chain, "eth_getRawTransactionByHash", json!([tx["hash"]])));
            assert_eq!(keccak256(&raw), read::<B256>(&tx["hash"]));
            transactions.push(TxEnvelope::decode_2718(&mut raw.as_ref()).unwrap());
        }
        assert_eq!(header.transactions_root, proofs::calculate_transaction_root(&transactions), "block {block}");

        let forms = get(&chain, "eth_getBlockReceipts", json!([tag]));
        let receipts: Vec<_> = forms.as_array().unwrap().iter().map(receipt).collect();
        assert_eq!(header.receipts_root, proofs::calculate_receipt_root(&receipts), "block {block}");
        let bloom = forms.as_array().unwrap().iter().flat_map(|r| r["logs"].as_array().unwrap()).map(log);
        let bloom = bloom.fold(Bloom::ZERO, |mut bloom, log| {
            bloom.accrue_log(&log);
            bloom
        });
        assert_eq!(header.logs_bloom, bloom, "block {block}");
        assert_eq!(header.gas_used, receipts.last().map_or(0, |r| r.cumulative_gas_used()), "block {block}");
        assert_eq!(header.state_root, state_root(&chain, &addresses, &slots, block), "the state of block {block}");
    }
    assert_eq!(newest, 30, "each transaction had a block of its own");
}

#[test]
fn an_empty_chain_has_the_well_known_empty_roots() {
    let mut bare = genesis();
    bare.alloc.clear();
    let chain = Chain::in_memory(bare).unwrap();
    let first = get(&chain, "eth_getBlockByNumber", json!(["earliest", false]));
    for root in ["stateRoot", "transactionsRoot", "receiptsRoot", "withdrawalsRoot"] {
        assert_eq!(first[root], EMPTY_ROOT_HASH.to_string(), "{root}");
    }
}
