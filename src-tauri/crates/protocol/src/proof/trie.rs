//! The Merkle-Patricia trie over a list, as blocks have one of their transactions and one of their receipts: the key is the
//! place, RLP-encoded (Yellow Paper, appendix D).

use super::{
    ProofError,
    rlp::{self, Item},
};
use crate::{Hash32, hash::keccak256};

/// The key of a place in the list.
fn key(place: usize) -> Vec<u8> {
    nibbles(&rlp::number(&place.to_be_bytes()))
}

fn nibbles(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).collect()
}

/// Hex-prefix encoding: two nibbles to a byte, with a flag for odd length and one for a leaf.
fn hex_prefix(nibbles: &[u8], leaf: bool) -> Vec<u8> {
    let flag = if leaf { 0x20 } else { 0 };
    let odd = nibbles.len() % 2;
    let (first, rest) = nibbles.split_at(odd);
    let head = first.first().map_or(flag, |nibble| flag | 0x10 | nibble);
    std::iter::once(head)
        .chain(rest.chunks(2).map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble)))
        .collect()
}

/// The nibbles of a hex-prefixed path, and whether it ends in a leaf.
fn read_prefix(bytes: &[u8]) -> Result<(Vec<u8>, bool), ProofError> {
    let all = nibbles(bytes);
    let flag = *all.first().ok_or(ProofError::Path)?;
    let skip = match flag {
        0 | 2 if all.get(1) == Some(&0) => 2,
        1 | 3 => 1,
        _ => return Err(ProofError::Path),
    };
    Ok((all.get(skip..).unwrap_or_default().to_vec(), flag >= 2))
}

struct Builder<'a> {
    items: Vec<(Vec<u8>, &'a [u8])>,
    wanted: Vec<u8>,
    proof: Vec<Vec<u8>>,
}

impl Builder<'_> {
    /// The encoded node over `items[from..to]`, which share their first `depth` nibbles. Nodes on the wanted path are
    /// kept, the deepest first.
    fn node(&mut self, from: usize, to: usize, depth: usize) -> Vec<u8> {
        let on_path = self.items.get(from..to).is_some_and(|items| items.iter().any(|(key, _)| *key == self.wanted));
        let encoded = self.encode(from, to, depth);
        if on_path && (encoded.len() >= 32 || depth == 0) {
            self.proof.push(encoded.clone());
        }
        encoded
    }

    fn encode(&mut self, from: usize, to: usize, depth: usize) -> Vec<u8> {
        let items = self.items.get(from..to).unwrap_or_default();
        let (Some((first, value)), Some((last, _))) = (items.first(), items.last()) else { return rlp::bytes(b"") };
        if items.len() == 1 {
            let path = hex_prefix(first.get(depth..).unwrap_or_default(), true);
            return rlp::list([rlp::bytes(&path), rlp::bytes(value)]);
        }
        let (first, last) = (first.get(depth..).unwrap_or_default(), last.get(depth..).unwrap_or_default());
        // Sorted: what the first and the last share, all share.
        let shared = first.iter().zip(last).take_while(|(a, b)| a == b).count();
        if shared > 0 {
            let path = hex_prefix(first.get(..shared).unwrap_or_default(), false);
            let child = self.node(from, to, depth + shared);
            return rlp::list([rlp::bytes(&path), reference(&child)]);
        }
        let mut children = Vec::with_capacity(17);
        let mut start = from;
        for nibble in 0..16 {
            let here = self.items.get(start..to).unwrap_or_default();
            let count = here.iter().take_while(|(key, _)| key.get(depth) == Some(&nibble)).count();
            children.push(if count == 0 {
                rlp::bytes(b"")
            } else {
                reference(&self.node(start, start + count, depth + 1))
            });
            start += count;
        }
        // No place's key begins another's: a branch of these tries has no value.
        children.push(rlp::bytes(b""));
        rlp::list(children)
    }
}

/// How a node is named in its parent: itself where it is short, else by its hash.
fn reference(encoded: &[u8]) -> Vec<u8> {
    if encoded.len() < 32 { encoded.to_vec() } else { rlp::bytes(&keccak256(encoded)) }
}

/// The root over a list, and the nodes that lead to one place, from the root down.
pub fn prove(values: &[Vec<u8>], place: usize) -> (Hash32, Vec<Vec<u8>>) {
    let mut items: Vec<(Vec<u8>, &[u8])> =
        values.iter().enumerate().map(|(place, value)| (key(place), value.as_slice())).collect();
    items.sort();
    let count = items.len();
    let mut builder = Builder { items, wanted: key(place), proof: Vec::new() };
    let root = Hash32(keccak256(builder.node(0, count, 0)));
    builder.proof.reverse();
    (root, builder.proof)
}

/// The value at a place, as the nodes prove it below this root.
///
/// # Errors
/// [`ProofError::Path`], [`ProofError::Rlp`].
pub fn proven(root: Hash32, place: usize, nodes: &[Vec<u8>]) -> Result<Vec<u8>, ProofError> {
    let key = key(place);
    let mut path = key.as_slice();
    let mut wanted = root.0;
    'node: for encoded in nodes {
        if keccak256(encoded) != wanted {
            return Err(ProofError::Path);
        }
        let mut item = Item::read(encoded)?;
        loop {
            let child = match item.items()? {
                [prefix, value] => {
                    let (prefix, leaf) = read_prefix(prefix.string()?)?;
                    path = path.strip_prefix(prefix.as_slice()).ok_or(ProofError::Path)?;
                    if leaf {
                        return if path.is_empty() { Ok(value.string()?.to_vec()) } else { Err(ProofError::Path) };
                    }
                    value.clone()
                }
                children if children.len() == 17 => {
                    let (nibble, rest) = path.split_first().ok_or(ProofError::Path)?;
                    path = rest;
                    children.get(usize::from(*nibble)).cloned().ok_or(ProofError::Path)?
                }
                _ => return Err(ProofError::Path),
            };
            match child {
                Item::Bytes(hash) => {
                    wanted = hash.try_into().map_err(|_| ProofError::Path)?;
                    continue 'node;
                }
                short => item = short,
            }
        }
    }
    Err(ProofError::Path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_root_of_nothing_is_the_known_one() {
        let (root, _) = prove(&[], 0);
        assert_eq!(root.hex(), "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
    }

    #[test]
    fn every_place_of_a_long_list_is_proven_and_no_other_value() {
        let values: Vec<Vec<u8>> = (0..300_u16).map(|n| vec![n.to_be_bytes()[1]; usize::from(n % 70) + 1]).collect();
        for place in [0, 1, 15, 16, 127, 128, 129, 255, 256, 299] {
            let (root, nodes) = prove(&values, place);
            assert_eq!(proven(root, place, &nodes).unwrap(), values[place]);
            assert!(!proven(root, place + 1, &nodes).is_ok_and(|value| value == values[place]), "{place}");
            assert_eq!(proven(Hash32([0; 32]), place, &nodes), Err(ProofError::Path));
        }
    }

    proptest! {
        #[test]
        fn a_changed_proof_proves_nothing(
            values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..80), 1..40),
            place in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0..8_u8,
        ) {
            let place = place.index(values.len());
            let (root, mut nodes) = prove(&values, place);
            prop_assert_eq!(&proven(root, place, &nodes).unwrap(), &values[place]);
            let length: usize = nodes.iter().map(Vec::len).sum();
            let mut at = at.index(length);
            for node in &mut nodes {
                if at < node.len() {
                    node[at] ^= 1 << bit;
                    break;
                }
                at -= node.len();
            }
            prop_assert!(proven(root, place, &nodes).is_err());
        }
    }
}
