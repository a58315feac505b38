//! What the contracts log of sales: twelve events of each.

use protocol::{Address, event_topics::topic, hash::keccak256};

/// Events of one sale.
pub(crate) const PER_SALE: u64 = 12;
/// The contracts that log, by the places they have in the network file.
pub(crate) const TOKEN: u8 = 1;
pub(crate) const AGREEMENTS: u8 = 4;
pub(crate) const CONDITIONS: u8 = 5;
pub(crate) const ACCESS: u8 = 7;

/// A log: which contract, its topics, and one word of data or none.
pub(crate) struct Logged {
    pub(crate) place: u8,
    pub(crate) topics: Vec<[u8; 32]>,
    pub(crate) data: Option<[u8; 32]>,
}

/// One of a thousand people.
pub(crate) fn person(number: u64) -> Address {
    let hash = keccak256((number % 1_000).to_be_bytes());
    let mut address = [0; 20];
    address.copy_from_slice(&hash[..20]);
    Address(address)
}

fn word(account: Address) -> [u8; 32] {
    let mut word = [0; 32];
    word[12..].copy_from_slice(&account.0);
    word
}

fn number_word(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

/// Something of a sale that no other has.
pub(crate) fn mark(sale: u64, part: u64) -> [u8; 32] {
    keccak256([number_word(sale), number_word(part)].concat())
}

/// The events of a sale.
pub(crate) fn sale(sale: u64, block: u64) -> Vec<Logged> {
    let (agreement, did) = (mark(sale, 0), keccak256(number_word(sale % 500)));
    let (buyer, seller) = (word(person(sale)), word(person(sale / 3)));
    let contract = |place: u8| word(Address([place; 20]));
    let mut logged = Vec::new();
    let mut log = |place: u8, event: [u8; 32], indexed: &[[u8; 32]], data: Option<[u8; 32]>| {
        let topics = std::iter::once(event).chain(indexed.iter().copied()).collect();
        logged.push(Logged { place, topics, data });
    };
    log(AGREEMENTS, topic::AGREEMENT_CREATED.0, &[agreement, did, seller], Some(number_word(block)));
    log(AGREEMENTS, topic::AGREEMENT_ACTOR_ADDED.0, &[agreement, seller], Some([7; 32]));
    log(AGREEMENTS, topic::AGREEMENT_ACTOR_ADDED.0, &[agreement, buyer], Some([7; 32]));
    for (part, place) in [(1, 6), (2, 7), (3, 8)] {
        log(CONDITIONS, topic::CONDITION_CREATED.0, &[mark(sale, part), contract(place), contract(4)], None);
    }
    log(TOKEN, topic::TRANSFER.0, &[buyer, contract(8)], Some(number_word(sale)));
    for (part, place) in [(1, 6), (2, 7), (3, 8)] {
        let indexed = [mark(sale, part), contract(place), number_word(2)];
        log(CONDITIONS, topic::CONDITION_UPDATED.0, &indexed, Some(contract(place)));
    }
    log(ACCESS, topic::ACCESS_FULFILLED.0, &[agreement, did, buyer], Some(mark(sale, 2)));
    log(TOKEN, topic::TRANSFER.0, &[contract(8), seller], Some(number_word(sale)));
    logged
}
