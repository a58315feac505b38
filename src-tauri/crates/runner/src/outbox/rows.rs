//! The outbox's tables. A transaction has one nonce and one or more signed variants.

use super::Key;
use crate::ledger::LedgerError;
use protocol::{
    Address, TxHash, Vodka,
    tx::{Fee, SignedTx, UnsignedTx, hex_bytes},
};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use serde::{Deserialize, Serialize};
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TxState {
    /// Signed; perhaps sent, perhaps mined.
    Signed,
    /// Seen mined.
    Mined,
    /// Seen reverted.
    Reverted,
    /// Its nonce was seen used by another transaction.
    Displaced,
    /// Never to be signed.
    Forbidden,
}

impl TxState {
    const ALL: [Self; 5] = [Self::Signed, Self::Mined, Self::Reverted, Self::Displaced, Self::Forbidden];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Mined => "mined",
            Self::Reverted => "reverted",
            Self::Displaced => "displaced",
            Self::Forbidden => "forbidden",
        }
    }
}

pub(super) struct NewTx {
    pub(super) key: Key,
    pub(super) what: String,
    pub(super) unsigned: UnsignedTx,
    /// wei per gas that its owner confirmed.
    pub(super) most_per_gas: Option<u128>,
    pub(super) signed: SignedTx,
}

#[derive(Clone)]
pub(super) struct TxRow {
    pub(super) id: i64,
    pub(super) key: Key,
    pub(super) account: Address,
    pub(super) nonce: u64,
    pub(super) state: TxState,
    pub(super) what: String,
    pub(super) unsigned: Option<UnsignedTx>,
    pub(super) most_per_gas: Option<u128>,
    pub(super) created: i64,
    /// Oldest first.
    pub(super) variants: Vec<SignedTx>,
}

/// An unsigned transaction as it lies in its row. wei are texts: JSON numbers end before 2^128.
#[derive(Serialize, Deserialize)]
struct Stored {
    chain_id: u64,
    from: Address,
    nonce: u64,
    to: Option<Address>,
    value: Vodka,
    #[serde(with = "hex_bytes")]
    data: Vec<u8>,
    gas: u64,
    fee: StoredFee,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    most_per_gas: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredFee {
    Legacy(String),
    Dynamic(String, String),
}

fn to_json(tx: &UnsignedTx, most_per_gas: Option<u128>) -> Result<String, LedgerError> {
    let fee = match tx.fee {
        Fee::Legacy { gas_price } => StoredFee::Legacy(gas_price.to_string()),
        Fee::Dynamic { max_fee, max_priority } => StoredFee::Dynamic(max_fee.to_string(), max_priority.to_string()),
    };
    let UnsignedTx { chain_id, from, nonce, to, value, data, gas, .. } = tx.clone();
    let most_per_gas = most_per_gas.map(|most| most.to_string());
    Ok(serde_json::to_string(&Stored { chain_id, from, nonce, to, value, data, gas, fee, most_per_gas })?)
}

fn from_json(json: &str) -> Result<(UnsignedTx, Option<u128>), LedgerError> {
    let Stored { chain_id, from, nonce, to, value, data, gas, fee, most_per_gas } = serde_json::from_str(json)?;
    let wei = |text: &str| text.parse::<u128>().map_err(|e| LedgerError::Row(format!("a fee: {e}")));
    let fee = match fee {
        StoredFee::Legacy(price) => Fee::Legacy { gas_price: wei(&price)? },
        StoredFee::Dynamic(most, priority) => Fee::Dynamic { max_fee: wei(&most)?, max_priority: wei(&priority)? },
    };
    let most_per_gas = most_per_gas.as_deref().map(wei).transpose()?;
    Ok((UnsignedTx { chain_id, from, nonce, to, value, data, gas, fee }, most_per_gas))
}

fn number(value: u64) -> Result<i64, LedgerError> {
    i64::try_from(value).map_err(|_| LedgerError::Row(format!("{value} is too large")))
}

pub(super) fn insert(c: &Connection, chain: u64, account: Address, txs: &[NewTx], at: i64) -> Result<(), LedgerError> {
    let chain = number(chain)?;
    for tx in txs {
        c.prepare_cached(
            "INSERT INTO tx (chain, key, account, nonce, state, unsigned, what, created, updated)
             VALUES (?1, ?2, ?3, ?4, 'signed', ?5, ?6, ?7, ?7)",
        )?
        .execute(params![
            chain,
            tx.key.as_str(),
            account.hex(),
            number(tx.unsigned.nonce)?,
            to_json(&tx.unsigned, tx.most_per_gas)?,
            tx.what,
            at
        ])?;
        insert_variant(c, c.last_insert_rowid(), &tx.signed, at)?;
    }
    Ok(())
}

fn insert_variant(c: &Connection, tx: i64, signed: &SignedTx, at: i64) -> Result<(), LedgerError> {
    c.prepare_cached("INSERT OR IGNORE INTO raw (hash, tx, bytes, signed) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![signed.hash.hex(), tx, signed.raw, at])?;
    Ok(())
}

pub(super) fn add_variant(
    c: &Connection,
    tx: i64,
    signed: &SignedTx,
    unsigned: &UnsignedTx,
    most_per_gas: Option<u128>,
    at: i64,
) -> Result<(), LedgerError> {
    insert_variant(c, tx, signed, at)?;
    let unsigned = to_json(unsigned, most_per_gas)?;
    c.execute("UPDATE tx SET unsigned = ?2, updated = ?3 WHERE id = ?1", params![tx, unsigned, at])?;
    Ok(())
}

pub(super) fn forbid(c: &Connection, chain: u64, keys: &[Key], at: i64) -> Result<bool, LedgerError> {
    let chain = number(chain)?;
    for key in keys {
        let state: Option<String> = c
            .query_row("SELECT state FROM tx WHERE chain = ?1 AND key = ?2", params![chain, key.as_str()], |r| r.get(0))
            .optional()?;
        if state.is_some_and(|state| state != TxState::Forbidden.as_str()) {
            return Ok(false);
        }
    }
    for key in keys {
        c.execute(
            "INSERT OR IGNORE INTO tx (chain, key, state, what, created, updated) VALUES (?1, ?2, 'forbidden', '', ?3, ?3)",
            params![chain, key.as_str(), at],
        )?;
    }
    Ok(true)
}

pub(super) fn set_state(c: &Connection, id: i64, state: TxState, at: i64) -> Result<(), LedgerError> {
    c.prepare_cached("UPDATE tx SET state = ?2, updated = ?3 WHERE id = ?1")?.execute(params![
        id,
        state.as_str(),
        at
    ])?;
    Ok(())
}

pub(super) fn highest_nonce(c: &Connection, chain: u64, account: Address) -> Result<Option<u64>, LedgerError> {
    let mut query = c.prepare_cached("SELECT max(nonce) FROM tx WHERE chain = ?1 AND account = ?2")?;
    let highest: Option<i64> = query.query_row(params![number(chain)?, account.hex()], |r| r.get(0))?;
    Ok(highest.map(i64::unsigned_abs))
}

/// Whether something was ever signed here with this nonce.
pub(super) fn has_nonce(c: &Connection, chain: u64, account: Address, nonce: u64) -> Result<bool, LedgerError> {
    let mut query = c.prepare_cached("SELECT 1 FROM tx WHERE chain = ?1 AND account = ?2 AND nonce = ?3")?;
    Ok(query.exists(params![number(chain)?, account.hex(), number(nonce)?])?)
}

const COLUMNS: &str = "id, key, account, nonce, state, what, unsigned, created";

type Columns = (i64, String, Option<String>, Option<i64>, String, String, Option<String>, i64);

fn columns(r: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?, r.get(6)?, r.get(7)?))
}

pub(super) fn by_key(c: &Connection, chain: u64, key: &Key) -> Result<Option<TxRow>, LedgerError> {
    let query = format!("SELECT {COLUMNS} FROM tx WHERE chain = ?1 AND key = ?2");
    let found = c.prepare_cached(&query)?.query_row(params![number(chain)?, key.as_str()], columns).optional()?;
    found.map(|columns| complete(c, columns)).transpose()
}

pub(super) fn unsettled(c: &Connection, chain: u64) -> Result<Vec<TxRow>, LedgerError> {
    found(c, "chain = ?1 AND state = 'signed' ORDER BY account, nonce", params![number(chain)?])
}

/// The first transactions of an account that are not known to be mined.
pub(super) fn earliest(c: &Connection, chain: u64, account: Address, most: u32) -> Result<Vec<TxRow>, LedgerError> {
    let which = "chain = ?1 AND state = 'signed' AND account = ?2 ORDER BY nonce LIMIT ?3";
    found(c, which, params![number(chain)?, account.hex(), most])
}

/// Those of an account that had ended, by nonce.
pub(super) fn ended_between(
    c: &Connection,
    chain: u64,
    account: Address,
    nonces: Range<u64>,
) -> Result<Vec<TxRow>, LedgerError> {
    let which =
        "chain = ?1 AND account = ?2 AND nonce >= ?3 AND nonce < ?4 AND state IN ('mined', 'reverted') ORDER BY nonce";
    found(c, which, params![number(chain)?, account.hex(), number(nonces.start)?, number(nonces.end)?])
}

fn found(c: &Connection, which: &str, with: impl Params) -> Result<Vec<TxRow>, LedgerError> {
    let mut query = c.prepare_cached(&format!("SELECT {COLUMNS} FROM tx WHERE {which}"))?;
    let found = query.query_map(with, columns)?.collect::<Result<Vec<_>, _>>()?;
    found.into_iter().map(|columns| complete(c, columns)).collect()
}

fn complete(c: &Connection, columns: Columns) -> Result<TxRow, LedgerError> {
    let (id, key, account, nonce, state, what, unsigned, created) = columns;
    let damaged = |what: &str| LedgerError::Row(format!("{what} of transaction {id}"));
    let state = TxState::ALL.into_iter().find(|s| s.as_str() == state).ok_or_else(|| damaged("state"))?;
    let account = match account {
        Some(text) => text.parse().map_err(|_| damaged("account"))?,
        None => Address::ZERO,
    };
    let nonce = nonce.map_or(0, i64::unsigned_abs);
    let (unsigned, most_per_gas) = match unsigned {
        Some(json) => from_json(&json).map(|(tx, most)| (Some(tx), most))?,
        None => (None, None),
    };
    let mut query = c.prepare_cached("SELECT hash, bytes FROM raw WHERE tx = ?1 ORDER BY signed, rowid")?;
    let mut variants = Vec::new();
    for found in query.query_map([id], |r| Ok((r.get::<_, String>(0)?, r.get(1)?)))? {
        let (hash, raw) = found?;
        let hash: TxHash = hash.parse().map_err(|_| damaged("hash"))?;
        variants.push(SignedTx { raw, hash, nonce });
    }
    Ok(TxRow { id, key: Key(key), account, nonce, state, what, unsigned, most_per_gas, created, variants })
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::hash::keccak256;

    fn unsigned(nonce: u64) -> UnsignedTx {
        UnsignedTx {
            chain_id: 1,
            from: Address([1; 20]),
            nonce,
            to: Some(Address([2; 20])),
            value: Vodka::from_ocean(3),
            data: vec![4],
            gas: 5,
            fee: Fee::Legacy { gas_price: 6 },
        }
    }

    fn signed(bytes: &str, nonce: u64) -> SignedTx {
        SignedTx { raw: bytes.as_bytes().to_vec(), hash: TxHash(keccak256(bytes)), nonce }
    }

    fn file() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::ledger::migrate(&mut connection).unwrap();
        connection
    }

    fn add(c: &Connection, chain: u64, account: u8, key: &str, nonce: u64) {
        let tx = NewTx {
            key: Key::other(key),
            what: format!("{key} on {chain}"),
            unsigned: unsigned(nonce),
            most_per_gas: None,
            signed: signed(&format!("{key} of {account} on {chain}"), nonce),
        };
        insert(c, chain, Address([account; 20]), &[tx], 8).unwrap();
    }

    fn row(c: &Connection, chain: u64, key: &str) -> Option<TxRow> {
        by_key(c, chain, &Key::other(key)).unwrap()
    }

    #[test]
    fn what_chains_and_accounts_have_in_one_file_does_not_mix() {
        let c = file();
        add(&c, 1, 7, "lock", 5);
        add(&c, 1, 7, "approve", 4);
        add(&c, 2, 7, "lock", 9);
        add(&c, 1, 6, "other", 5);
        let highest = |chain, account| highest_nonce(&c, chain, Address([account; 20])).unwrap();
        assert_eq!(
            [(1, 7), (2, 7), (1, 6), (2, 6)].map(|(chain, of)| highest(chain, of)),
            [Some(5), Some(9), Some(5), None]
        );
        let found = [1, 2].map(|chain| row(&c, chain, "lock").map(|row| (row.nonce, row.what, row.created)).unwrap());
        assert_eq!(found, [(5, "lock on 1".to_owned(), 8), (9, "lock on 2".to_owned(), 8)]);
        assert!(row(&c, 2, "approve").is_none());
        let waiting: Vec<String> = unsettled(&c, 1).unwrap().into_iter().map(|row| row.key.0).collect();
        assert_eq!(waiting, ["other", "approve", "lock"], "the nonces of each account in their order");
        assert!(!forbid(&c, 1, &[Key::other("new"), Key::other("approve")], 9).unwrap());
        assert!(row(&c, 1, "new").is_none(), "all of them or none");
        assert!(forbid(&c, 2, &[Key::other("approve")], 9).unwrap());
        assert!(forbid(&c, 2, &[Key::other("approve")], 9).unwrap(), "it is already");
        assert_eq!(row(&c, 1, "approve").unwrap().state, TxState::Signed);
        assert_eq!(row(&c, 2, "approve").unwrap().state, TxState::Forbidden);
    }

    #[test]
    fn a_key_and_a_nonce_are_used_once() {
        let c = file();
        add(&c, 1, 7, "lock", 5);
        let again = |key: &str, nonce| {
            let key = Key::other(key);
            let (unsigned, signed) = (unsigned(nonce), signed("again", nonce));
            let tx = NewTx { key, what: String::new(), unsigned, most_per_gas: None, signed };
            insert(&c, 1, Address([7; 20]), &[tx], 9).unwrap_err()
        };
        assert!(again("lock", 6).is_conflict() && again("next", 5).is_conflict());
        assert!(matches!(again("next", u64::MAX), LedgerError::Row(_)), "no file has a place for it");
    }

    #[test]
    fn a_row_has_its_variants_oldest_first_and_the_last_one_s_fee() {
        let c = file();
        add(&c, 1, 7, "lock", 5);
        let id = row(&c, 1, "lock").unwrap().id;
        let dearer = UnsignedTx { fee: Fee::Legacy { gas_price: 7 }, ..unsigned(5) };
        add_variant(&c, id, &signed("second", 5), &dearer, Some(70), 9).unwrap();
        set_state(&c, id, TxState::Reverted, 10).unwrap();
        let found = row(&c, 1, "lock").unwrap();
        assert_eq!(found.variants, [signed("lock of 7 on 1", 5), signed("second", 5)]);
        assert_eq!((found.unsigned, found.most_per_gas), (Some(dearer), Some(70)));
        assert_eq!((found.state, found.account, found.created), (TxState::Reverted, Address([7; 20]), 8));
        assert!(unsettled(&c, 1).unwrap().is_empty());
    }

    #[test]
    fn a_row_that_cannot_be_read_is_told_and_not_guessed() {
        for spoilt in [
            "UPDATE tx SET state = 'later'",
            "UPDATE tx SET account = 'nobody'",
            "UPDATE tx SET unsigned = '{}'",
            "UPDATE tx SET unsigned = replace(unsigned, '\"6\"', '\"-6\"')",
            "UPDATE raw SET hash = 'none'",
        ] {
            let c = file();
            add(&c, 1, 7, "lock", 5);
            assert_eq!(c.execute(spoilt, []).unwrap(), 1, "{spoilt}");
            let found = by_key(&c, 1, &Key::other("lock"));
            assert!(matches!(found, Err(LedgerError::Row(_))), "{spoilt}");
        }
    }

    #[test]
    fn an_unsigned_transaction_reads_back_whole() {
        for fee in [Fee::Legacy { gas_price: u128::MAX }, Fee::Dynamic { max_fee: u128::MAX, max_priority: 1 << 100 }] {
            let tx = UnsignedTx {
                chain_id: 1,
                from: Address([1; 20]),
                nonce: 2,
                to: None,
                value: Vodka::from_ocean(3),
                data: vec![4],
                gas: 5,
                fee,
            };
            for most in [None, Some(u128::MAX)] {
                assert_eq!(from_json(&to_json(&tx, most).unwrap()).unwrap(), (tx.clone(), most));
            }
        }
    }
}
