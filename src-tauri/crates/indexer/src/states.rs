//! What the events add up to: agreements, conditions, listings, grants.

use crate::{IndexError, Indexer, store::unsigned};
use keeper::ConditionState;
use protocol::{Address, AgreementId, Checksum, ConditionId, Did, Hash32, TxHash};
use rusqlite::{OptionalExtension, Row};

/// An agreement of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its number.
    pub id: AgreementId,
    /// The listing.
    pub did: Did,
    /// Who created it.
    pub creator: Address,
    /// The transaction that did.
    pub tx: TxHash,
    /// Its block.
    pub block: u64,
    /// The hash of that.
    pub block_hash: Hash32,
    /// Who is part of it, in the order of the chain.
    pub actors: Vec<Address>,
}

/// An access that was granted. Check the condition's state: released contracts say so too late, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The agreement.
    pub agreement: AgreementId,
    /// The listing.
    pub did: Did,
    /// The block.
    pub block: u64,
    /// The hash of that.
    pub block_hash: Hash32,
}

/// A listing as it was registered last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its number.
    pub did: Did,
    /// Its owner.
    pub owner: Address,
    /// The checksum registered last.
    pub checksum: Checksum,
    /// The value registered with it.
    pub value: String,
    /// The block of the last change.
    pub block: u64,
    /// The hash of that.
    pub block_hash: Hash32,
}

fn agreement(row: &Row<'_>) -> rusqlite::Result<Agreement> {
    Ok(Agreement {
        id: AgreementId(row.get(0)?),
        did: Did(row.get(1)?),
        creator: Address(row.get(2)?),
        tx: TxHash(row.get(3)?),
        block: unsigned(row.get(4)?),
        block_hash: Hash32(row.get(5)?),
        actors: Vec::new(),
    })
}

fn listing(row: &Row<'_>) -> rusqlite::Result<Listing> {
    Ok(Listing {
        did: Did(row.get(0)?),
        owner: Address(row.get(1)?),
        checksum: Checksum(row.get(2)?),
        value: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
        block: unsigned(row.get(4)?),
        block_hash: Hash32(row.get(5)?),
    })
}

const LISTING: &str = "SELECT id, owner, checksum, value, block, block_hash FROM did";

impl Indexer {
    /// The agreements that an account is part of, oldest first.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn agreements_of(&self, account: Address) -> Result<Vec<Agreement>, IndexError> {
        self.store()
            .read(move |step| {
                let mut query = step.prepare_cached(
                    "SELECT a.id, a.did, a.creator, a.tx, a.block, a.block_hash FROM agreement a
                     WHERE a.id IN (SELECT agreement FROM actor WHERE account = ?1) ORDER BY a.block, a.position",
                )?;
                let mut actors = step
                    .prepare_cached("SELECT account FROM actor WHERE agreement = ?1 ORDER BY block, position, place")?;
                let mut found = query.query_map([account.0], agreement)?.collect::<Result<Vec<_>, _>>()?;
                for one in &mut found {
                    let rows = actors.query_map([one.id.0], |row| row.get(0).map(Address))?;
                    one.actors = rows.collect::<Result<_, _>>()?;
                }
                Ok(found)
            })
            .await
    }

    /// Where a condition stands as the events tell it; `Uninitialized` where there is none.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn condition(&self, id: ConditionId) -> Result<ConditionState, IndexError> {
        self.store()
            .read(move |step| {
                let mut query = step.prepare_cached("SELECT state FROM condition WHERE id = ?1")?;
                let state: Option<u8> = query.query_row([id.0], |row| row.get(0)).optional()?;
                ConditionState::from_number(state.unwrap_or(0)).ok_or(IndexError::Row("there is no such state"))
            })
            .await
    }

    /// Accesses granted to an account, oldest first.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn grants_of(&self, account: Address) -> Result<Vec<Grant>, IndexError> {
        self.store()
            .read(move |step| {
                let mut query = step.prepare_cached(
                    "SELECT agreement, did, block, block_hash FROM access WHERE grantee = ?1 ORDER BY block, position",
                )?;
                let rows = query.query_map([account.0], |row| {
                    Ok(Grant {
                        agreement: AgreementId(row.get(0)?),
                        did: Did(row.get(1)?),
                        block: unsigned(row.get(2)?),
                        block_hash: Hash32(row.get(3)?),
                    })
                })?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    /// A listing as it was registered last.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn listing(&self, did: Did) -> Result<Option<Listing>, IndexError> {
        self.store()
            .read(move |step| {
                let mut query = step.prepare_cached(&format!("{LISTING} WHERE id = ?1"))?;
                Ok(query.query_row([did.0], listing).optional()?)
            })
            .await
    }

    /// The listings that an account owns, oldest change first: registered by it or given to it, and not given away since.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn listings_of(&self, owner: Address) -> Result<Vec<Listing>, IndexError> {
        self.store()
            .read(move |step| {
                let mut query = step.prepare_cached(&format!("{LISTING} WHERE owner = ?1 ORDER BY block, position"))?;
                Ok(query.query_map([owner.0], listing)?.collect::<Result<_, _>>()?)
            })
            .await
    }

    /// Everybody who ever owned a listing, the last first.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn owners_of(&self, did: Did) -> Result<Vec<Address>, IndexError> {
        self.store()
            .read(move |step| {
                let mut query = step.prepare_cached(
                    "SELECT target FROM event WHERE subject = ?1 AND kind IN (1, 4) ORDER BY block DESC, position DESC",
                )?;
                let rows = query.query_map([did.0], |row| row.get(0).map(Address))?;
                let mut owners: Vec<Address> = rows.collect::<Result<_, _>>()?;
                let mut seen = std::collections::BTreeSet::new();
                owners.retain(|owner| seen.insert(owner.0));
                Ok(owners)
            })
            .await
    }
}
