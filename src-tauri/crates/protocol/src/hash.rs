//! The hash functions of the protocol. Two of them differ only in padding and are easily confused:
//! Ethereum and squid-js use Keccak-256, squid-py and OEP-7 use SHA3-256 of FIPS 202 (PROTOCOL 1.4).

use sha2::Sha256;
use sha3::{Digest, Keccak256, Sha3_256};

/// Keccak-256 as Ethereum uses it.
pub fn keccak256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Keccak256::digest(bytes.as_ref()).into()
}

/// SHA3-256 of FIPS 202.
pub fn sha3_256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Sha3_256::digest(bytes.as_ref()).into()
}

/// SHA-256 of FIPS 180: for what is ours alone, since browsers and shells have it.
pub fn sha256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(bytes.as_ref()).into()
}
