//! The Merkle Patricia trie of the yellow paper (appendix D), updated in place.
//!
//! Nodes are stored by their path from the root, so one version exists, the newest, and nothing has to be swept.
//! Keys are hashes of 32 bytes: no value ever sits at a branch. Only nodes on the way to a change are read.

use alloy_primitives::{B256, keccak256};
use alloy_rlp::{Decodable, Encodable};
use alloy_trie::{
    EMPTY_ROOT_HASH, Nibbles, TrieMask,
    nodes::{BranchNode, ExtensionNode, LeafNode, RlpNode, TrieNode},
};
use std::collections::{BTreeMap, BTreeSet};

/// Where nodes are kept, by their path of one nibble a byte.
pub(crate) trait Nodes {
    /// What reading can fail with.
    type Error;
    /// The node at a path.
    fn node(&self, path: &[u8]) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// Why a trie cannot be changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrieError<E> {
    /// Reading failed.
    #[error(transparent)]
    Nodes(E),
    /// A node is missing or not what its hash says.
    #[error("the state tree has no sound node at {0:02x?}")]
    Damaged(Vec<u8>),
}

enum Node {
    Empty,
    /// Not read yet.
    Stored(RlpNode),
    Leaf(Nibbles, Vec<u8>),
    Extension(Nibbles, Box<Node>),
    Branch(Box<[Node; 16]>),
}

/// What a change of a trie does to its nodes.
#[derive(Debug, Default)]
pub(crate) struct NodeChanges {
    /// Nodes to write, by path.
    pub(crate) written: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Paths that have no node any more.
    pub(crate) removed: BTreeSet<Vec<u8>>,
}

/// A trie being changed.
pub(crate) struct Trie<'a, S: Nodes> {
    nodes: &'a S,
    root: Node,
    read: BTreeSet<Vec<u8>>,
}

impl<'a, S: Nodes> Trie<'a, S> {
    /// The trie with this root.
    pub(crate) fn at(nodes: &'a S, root: B256) -> Self {
        let root = if root == EMPTY_ROOT_HASH { Node::Empty } else { Node::Stored(RlpNode::word_rlp(&root)) };
        Self { nodes, root, read: BTreeSet::new() }
    }

    /// Sets or, without a value, removes a key.
    pub(crate) fn set(&mut self, key: B256, value: Option<Vec<u8>>) -> Result<(), TrieError<S::Error>> {
        let key = Nibbles::unpack(key);
        let root = std::mem::replace(&mut self.root, Node::Empty);
        self.root = match value {
            Some(value) => self.insert(root, &key, 0, value)?,
            None => self.remove(root, &key, 0)?,
        };
        Ok(())
    }

    /// The new root, and what has to be written.
    pub(crate) fn finish(self) -> (B256, NodeChanges) {
        let mut changes = NodeChanges::default();
        let root = match self.root {
            Node::Empty => EMPTY_ROOT_HASH,
            Node::Stored(ref kept) => kept.as_hash().unwrap_or(EMPTY_ROOT_HASH),
            ref node => {
                let rlp = encode(node, &mut Vec::new(), &mut changes.written);
                let hash = keccak256(&rlp);
                changes.written.insert(Vec::new(), rlp);
                hash
            }
        };
        changes.removed = self.read.into_iter().filter(|path| !changes.written.contains_key(path)).collect();
        (root, changes)
    }

    fn resolve(&mut self, stored: &RlpNode, path: &Nibbles) -> Result<Node, TrieError<S::Error>> {
        let path = path.to_vec();
        let node = match stored.as_hash() {
            None => TrieNode::decode(&mut stored.as_slice()),
            Some(hash) => {
                let rlp = self.nodes.node(&path).map_err(TrieError::Nodes)?;
                let rlp = rlp.filter(|rlp| keccak256(rlp) == hash).ok_or_else(|| TrieError::Damaged(path.clone()))?;
                self.read.insert(path.clone());
                TrieNode::decode(&mut rlp.as_slice())
            }
        };
        Ok(match node.map_err(|_| TrieError::Damaged(path.clone()))? {
            TrieNode::EmptyRoot => Node::Empty,
            TrieNode::Leaf(leaf) => Node::Leaf(leaf.key, leaf.value),
            TrieNode::Extension(ext) => Node::Extension(ext.key, Box::new(Node::Stored(ext.child))),
            TrieNode::Branch(branch) => {
                let mut children = no_children();
                let mut stack = branch.stack.into_iter();
                for (nibble, child) in children.iter_mut().enumerate() {
                    if branch.state_mask.is_bit_set(nibble as u8) {
                        *child = Node::Stored(stack.next().ok_or_else(|| TrieError::Damaged(path.clone()))?);
                    }
                }
                Node::Branch(children)
            }
        })
    }

    fn insert(&mut self, node: Node, key: &Nibbles, depth: usize, value: Vec<u8>) -> Result<Node, TrieError<S::Error>> {
        let rest = key.slice(depth..);
        Ok(match node {
            Node::Empty => Node::Leaf(rest, value),
            Node::Stored(stored) => {
                let node = self.resolve(&stored, &key.slice(..depth))?;
                self.insert(node, key, depth, value)?
            }
            Node::Leaf(path, old) => {
                let common = path.common_prefix_length(&rest);
                if common == rest.len() {
                    Node::Leaf(rest, value)
                } else {
                    let mut children = no_children();
                    put(&mut children, path.get(common), Node::Leaf(path.slice(common + 1..), old));
                    put(&mut children, rest.get(common), Node::Leaf(rest.slice(common + 1..), value));
                    behind(&rest.slice(..common), Node::Branch(children))
                }
            }
            Node::Extension(path, child) => {
                let common = path.common_prefix_length(&rest);
                if common == path.len() {
                    let child = self.insert(*child, key, depth + common, value)?;
                    Node::Extension(path, Box::new(child))
                } else {
                    let mut children = no_children();
                    put(&mut children, path.get(common), behind(&path.slice(common + 1..), *child));
                    put(&mut children, rest.get(common), Node::Leaf(rest.slice(common + 1..), value));
                    behind(&rest.slice(..common), Node::Branch(children))
                }
            }
            Node::Branch(mut children) => {
                if let Some(slot) = rest.get(0).and_then(|nibble| children.get_mut(usize::from(nibble))) {
                    let child = std::mem::replace(slot, Node::Empty);
                    *slot = self.insert(child, key, depth + 1, value)?;
                }
                Node::Branch(children)
            }
        })
    }

    fn remove(&mut self, node: Node, key: &Nibbles, depth: usize) -> Result<Node, TrieError<S::Error>> {
        let rest = key.slice(depth..);
        Ok(match node {
            Node::Empty => Node::Empty,
            Node::Stored(stored) => {
                let node = self.resolve(&stored, &key.slice(..depth))?;
                self.remove(node, key, depth)?
            }
            Node::Leaf(path, _) if path == rest => Node::Empty,
            Node::Leaf(path, value) => Node::Leaf(path, value),
            Node::Extension(path, child) if rest.starts_with(&path) => {
                let child = self.remove(*child, key, depth + path.len())?;
                behind(&path, child)
            }
            Node::Extension(path, child) => Node::Extension(path, child),
            Node::Branch(mut children) => {
                if let Some(slot) = rest.get(0).and_then(|nibble| children.get_mut(usize::from(nibble))) {
                    let child = std::mem::replace(slot, Node::Empty);
                    *slot = self.remove(child, key, depth + 1)?;
                }
                let mut left = children.iter().enumerate().filter(|(_, child)| !matches!(child, Node::Empty));
                match (left.next().map(|(nibble, _)| nibble), left.next()) {
                    (Some(nibble), None) => {
                        let mut path = key.slice(..depth);
                        path.push(nibble as u8);
                        let only = children.get_mut(nibble).map_or(Node::Empty, |c| std::mem::replace(c, Node::Empty));
                        let only = match only {
                            Node::Stored(stored) => self.resolve(&stored, &path)?,
                            node => node,
                        };
                        behind(&path.slice(depth..), only)
                    }
                    _ => Node::Branch(children),
                }
            }
        })
    }
}

fn no_children() -> Box<[Node; 16]> {
    Box::new([const { Node::Empty }; 16])
}

fn put(children: &mut [Node; 16], nibble: Option<u8>, node: Node) {
    if let Some(slot) = nibble.and_then(|nibble| children.get_mut(usize::from(nibble))) {
        *slot = node;
    }
}

/// The node as it looks behind these nibbles.
fn behind(path: &Nibbles, node: Node) -> Node {
    if path.is_empty() {
        return node;
    }
    match node {
        Node::Empty => Node::Empty,
        Node::Leaf(rest, value) => Node::Leaf(path.join(&rest), value),
        Node::Extension(rest, child) => Node::Extension(path.join(&rest), child),
        node => Node::Extension(*path, Box::new(node)),
    }
}

fn reference(node: &Node, path: &mut Vec<u8>, written: &mut BTreeMap<Vec<u8>, Vec<u8>>) -> RlpNode {
    if let Node::Stored(stored) = node {
        return stored.clone();
    }
    let rlp = encode(node, path, written);
    let reference = RlpNode::from_rlp(&rlp);
    if reference.is_hash() {
        written.insert(path.clone(), rlp);
    }
    reference
}

fn encode(node: &Node, path: &mut Vec<u8>, written: &mut BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    let mut rlp = Vec::new();
    match node {
        Node::Empty => TrieNode::EmptyRoot.encode(&mut rlp),
        Node::Stored(stored) => rlp.extend_from_slice(stored.as_slice()),
        Node::Leaf(key, value) => LeafNode::new(*key, value.clone()).encode(&mut rlp),
        Node::Extension(key, child) => {
            let length = path.len();
            path.extend(key.to_vec());
            let child = reference(child, path, written);
            path.truncate(length);
            ExtensionNode::new(*key, child).encode(&mut rlp);
        }
        Node::Branch(children) => {
            let mut stack = Vec::with_capacity(16);
            let mut mask = 0u16;
            for (nibble, child) in children.iter().enumerate() {
                if !matches!(child, Node::Empty) {
                    path.push(nibble as u8);
                    stack.push(reference(child, path, written));
                    path.pop();
                    mask |= 1 << nibble;
                }
            }
            BranchNode::new(stack, TrieMask::new(mask)).encode(&mut rlp);
        }
    }
    rlp
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;
    use alloy_trie::root::storage_root;
    use proptest::prelude::*;
    use std::convert::Infallible;

    #[derive(Default)]
    struct Memory(BTreeMap<Vec<u8>, Vec<u8>>);

    impl Nodes for Memory {
        type Error = Infallible;
        fn node(&self, path: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
            Ok(self.0.get(path).cloned())
        }
    }

    impl Memory {
        fn apply(&mut self, changes: NodeChanges) {
            for path in changes.removed {
                self.0.remove(&path);
            }
            self.0.extend(changes.written);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        /// Any sequence of changes leads to the root that a trie built at once from the same content has,
        /// and to no node that a trie with this content does not need.
        #[test]
        fn changes_lead_where_building_leads(
            rounds in prop::collection::vec(prop::collection::vec((0u8..24, 0u64..3), 1..12), 1..12)
        ) {
            // Few keys that share long prefixes, small values: inlined nodes, splits and merges all occur.
            let key = |k: u8| {
                let mut bytes = if k < 12 { keccak256([k / 4]).0 } else { keccak256([k]).0 };
                if k < 12 { bytes[31 - usize::from(k % 4)] ^= k; }
                B256::from(bytes)
            };
            let mut memory = Memory::default();
            let mut content = BTreeMap::new();
            let mut root = EMPTY_ROOT_HASH;
            for round in rounds {
                let mut trie = Trie::at(&memory, root);
                for (k, v) in round {
                    let value = U256::from(v);
                    if v == 0 { content.remove(&key(k)); } else { content.insert(key(k), value); }
                    trie.set(key(k), (v != 0).then(|| alloy_rlp::encode(value))).unwrap();
                }
                let (new, changes) = trie.finish();
                memory.apply(changes);
                root = new;
                prop_assert_eq!(root, storage_root(content.iter().map(|(k, v)| (*k, *v))));
            }
            let mut fresh = Memory::default();
            let mut trie = Trie::at(&fresh, EMPTY_ROOT_HASH);
            for (k, v) in &content {
                trie.set(*k, Some(alloy_rlp::encode(*v))).unwrap();
            }
            let changes = trie.finish().1;
            fresh.apply(changes);
            prop_assert_eq!(memory.0, fresh.0);
        }
    }

    #[test]
    fn a_damaged_node_is_noticed() {
        let mut memory = Memory::default();
        let mut trie = Trie::at(&memory, EMPTY_ROOT_HASH);
        trie.set(keccak256([1]), Some(vec![7; 40])).unwrap();
        let (root, changes) = trie.finish();
        memory.apply(changes);
        memory.0.get_mut([].as_slice()).unwrap()[30] ^= 1;
        let mut trie = Trie::at(&memory, root);
        assert!(matches!(trie.set(keccak256([2]), Some(vec![1])), Err(TrieError::Damaged(_))));
    }
}
