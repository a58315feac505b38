//! Chance, and what adversaries put into calls.

use crate::support::{addr, word};
use ethers::{
    abi::{ParamType, Token},
    types::U256,
};
use protocol::Address;

/// xorshift64*: the same run for the same seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end as u64).unwrap()
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// What adversaries know and put into calls.
pub(super) struct Loot {
    pub(super) words: Vec<[u8; 32]>,
    pub(super) people: Vec<Address>,
    pub(super) numbers: Vec<U256>,
}

impl Loot {
    pub(super) fn token(&self, kind: &ParamType, dice: &mut Dice) -> Token {
        match kind {
            ParamType::FixedBytes(_) => word(*dice.pick(&self.words)),
            ParamType::Address => addr(*dice.pick(&self.people)),
            ParamType::Uint(8) => Token::Uint(U256::from(dice.below(5))),
            ParamType::Uint(_) => Token::Uint(*dice.pick(&self.numbers)),
            ParamType::Bool => Token::Bool(dice.one_in(2)),
            ParamType::String => Token::String(dice.pick(&["", "provider", "thief"]).to_string()),
            ParamType::Bytes => Token::Bytes(dice.pick(&self.words)[..dice.below(33)].to_vec()),
            ParamType::Array(of) => {
                let length = if dice.one_in(3) { dice.below(5) } else { 2 + dice.below(2) };
                Token::Array((0..length).map(|_| self.token(of, dice)).collect())
            }
            other => panic!("no function takes {other:?}"),
        }
    }
}
