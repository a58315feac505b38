//! A block's bloom: which contracts and topics can be among its logs. It misses none, and now and then suspects too many.

use protocol::{Address, Hash32, hash::keccak256, tx::Log};

const BYTES: usize = 256;

/// 2,048 bits, as in a block's header (Yellow Paper 4.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bloom([u8; BYTES]);

impl Bloom {
    pub(crate) const EMPTY: Self = Self([0; BYTES]);

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// A chain that does not fill in its blooms leaves them all zero, or all one. Such a bloom says nothing.
    pub(crate) fn says_something(&self) -> bool {
        self.0.iter().any(|byte| *byte != 0) && self.0.iter().any(|byte| *byte != u8::MAX)
    }

    /// The three bits of an entry: byte and mask.
    fn bits(entry: &[u8]) -> [(usize, u8); 3] {
        let hash = keccak256(entry);
        [0, 2, 4].map(|at| {
            let bit = usize::from(u16::from_be_bytes([hash[at], hash[at + 1]]) & 0x7ff);
            (BYTES - 1 - bit / 8, 1 << (bit % 8))
        })
    }

    fn add(&mut self, entry: &[u8]) {
        for (byte, mask) in Self::bits(entry) {
            self.0[byte] |= mask;
        }
    }

    /// Whether a contract may have logged in this block.
    pub(crate) fn may_hold(&self, contract: Address) -> bool {
        Self::bits(&contract.0).iter().all(|(byte, mask)| self.0[*byte] & mask != 0)
    }

    /// The bloom of these logs.
    pub(crate) fn of(logs: &[Log]) -> Self {
        let mut bloom = Self::EMPTY;
        for log in logs {
            bloom.add(&log.address.0);
            log.topics.iter().for_each(|Hash32(topic)| bloom.add(topic));
        }
        bloom
    }

    /// Whether every bit of this is a bit of `other`. Some chains report logs that no bloom counts, so `other` may have
    /// more.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(ours, theirs)| ours & !theirs == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::TxHash;

    fn log(contract: u8) -> Log {
        Log {
            address: Address([contract; 20]),
            topics: vec![Hash32([contract; 32])],
            data: Vec::new(),
            block: 1,
            block_hash: Hash32([0; 32]),
            tx: TxHash([0; 32]),
            index: 0,
        }
    }

    #[test]
    fn the_bits_are_those_of_a_real_header() {
        // The receipt of the transfer in go-ethereum's and the Yellow Paper's words: three bits of the hash's first six
        // bytes, counted from the end. keccak256 of twenty zero bytes begins 5380 c7b7 ae81.
        let mut bloom = Bloom::EMPTY;
        bloom.add(&[0; 20]);
        let expected: Vec<usize> = [0x5380_u16, 0xc7b7, 0xae81].iter().map(|n| usize::from(n & 0x7ff)).collect();
        let set: Vec<usize> = (0..2048).filter(|bit| bloom.0[BYTES - 1 - bit / 8] & (1 << (bit % 8)) != 0).collect();
        let mut sorted = expected.clone();
        sorted.sort_unstable();
        assert_eq!(set, sorted);
    }

    #[test]
    fn a_missing_log_leaves_bits_unexplained() {
        let both = Bloom::of(&[log(1), log(2)]);
        assert!(both.may_hold(Address([1; 20])) && both.may_hold(Address([2; 20])));
        assert!(!both.may_hold(Address([3; 20])));
        assert!(!both.is_within(&Bloom::of(&[log(1)])) && Bloom::of(&[log(1)]).is_within(&both));
        assert!(both.says_something() && !Bloom::EMPTY.says_something() && !Bloom([255; BYTES]).says_something());
    }
}
