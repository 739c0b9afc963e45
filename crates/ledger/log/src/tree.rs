//! Keeps the Merkle tree: appends leaves, and computes the root at any size.
//!
//! Only *full* nodes are ever stored: the node at (level, index) covers exactly the 2^level leaves from index *
//! 2^level on, so once written it never changes, and a leaf costs two writes on average. The ragged right edge is
//! folded together when a root or a proof asks for it.

use crate::hash::{Hash, empty_root, node_hash};

/// Most leaves that a tree may have; far beyond use, and small enough that no arithmetic on sizes overflows.
pub const MAX_SIZE: u64 = 1 << 62;

/// The storage of full nodes: a table in the store, a map in a test.
pub trait NodeStore {
    /// The error of the storage.
    type Error;

    /// Returns the node that covers the 2^`level` leaves from `index` * 2^`level` on, if it was stored.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn get(&mut self, level: u8, index: u64) -> Result<Option<Hash>, Self::Error>;

    /// Stores a node. Nodes are stored once, in the order in which they become full.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn put(&mut self, level: u8, index: u64, hash: Hash) -> Result<(), Self::Error>;
}

/// The reason why a stored tree cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError<E> {
    /// The store failed.
    #[error("the ledger's nodes cannot be read or written: {0}")]
    Store(E),
    /// A node that a tree of this size must have is missing.
    #[error(
        "node {index} of level {level} is missing from the ledger; restore the newest backup, then compare \
         `lanyard ledger verify` with your copied checkpoints"
    )]
    Missing {
        /// Height above the leaves.
        level: u8,
        /// Place in its level, from 0.
        index: u64,
    },
    /// Sizes or indexes that do not match each other or the tree.
    #[error("{asked} does not lie within a ledger of {size} entries; ask for an entry or size that it has")]
    OutOfRange {
        /// The size or index asked for.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
}

/// A tree's right edge in memory: enough to append and to compute the root, without reading a node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    size: u64,
    /// Roots of the full subtrees that make up the tree, widest first: one for each bit set in `size`.
    peaks: Vec<Hash>,
}

impl Tree {
    /// Makes a tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// Loads the tree at `size`, with its edge read from the store: at most 62 reads.
    ///
    /// # Errors
    /// When the store fails, a node is missing, or the size is beyond [`MAX_SIZE`].
    pub fn load<S: NodeStore>(size: u64, nodes: &mut S) -> Result<Self, TreeError<S::Error>> {
        if size > MAX_SIZE {
            return Err(TreeError::OutOfRange { asked: size, size: MAX_SIZE });
        }
        Ok(Self { size, peaks: peaks_of(0, size, nodes)? })
    }

    /// Returns the number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns the root: the digest of nothing for an empty tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(&self.peaks)
    }

    /// Adds a leaf and stores every node that it completes; returns the leaf's index.
    ///
    /// # Errors
    /// When the store fails. The tree in memory is then unchanged; the store's own transaction must undo what was
    /// stored.
    pub fn append<S: NodeStore>(&mut self, leaf: Hash, nodes: &mut S) -> Result<u64, TreeError<S::Error>> {
        self.grow(leaf, |level, index, hash| nodes.put(level, index, hash)).map_err(TreeError::Store)
    }

    /// Adds a leaf without storing nodes: for callers that need only roots, such as a verifier.
    pub fn push(&mut self, leaf: Hash) -> u64 {
        let index = self.grow(leaf, |_, _, _| Ok::<(), std::convert::Infallible>(()));
        index.unwrap_or_else(|never| match never {})
    }

    fn grow<E>(
        &mut self,
        leaf: Hash,
        mut keep: impl FnMut(u8, u64, Hash) -> Result<(), E>,
    ) -> Result<u64, E> {
        let (mut level, mut at, mut hash) = (0, self.size, leaf);
        keep(level, at, hash)?;
        let mut joined = 0;
        // Each trailing 1 bit of the index is a full subtree that ends just before this leaf.
        for left in self.peaks.iter().rev().take(self.size.trailing_ones() as usize) {
            hash = node_hash(left, &hash);
            level += 1;
            at >>= 1;
            keep(level, at, hash)?;
            joined += 1;
        }
        self.peaks.truncate(self.peaks.len().saturating_sub(joined));
        self.peaks.push(hash);
        let index = self.size;
        self.size += 1;
        Ok(index)
    }
}

/// Returns the hash over leaves `start..end` (RFC 6962's MTH), where `start` is aligned as the RFC's own splits are.
pub(crate) fn range_hash<S: NodeStore>(
    start: u64,
    end: u64,
    nodes: &mut S,
) -> Result<Hash, TreeError<S::Error>> {
    Ok(fold(&peaks_of(start, end, nodes)?))
}

fn peaks_of<S: NodeStore>(start: u64, end: u64, nodes: &mut S) -> Result<Vec<Hash>, TreeError<S::Error>> {
    let mut peaks = Vec::new();
    let mut at = start;
    while let Some(log) = end.saturating_sub(at).checked_ilog2() {
        let level = u8::try_from(log).unwrap_or(u8::MAX); // a logarithm of 64 bits always fits
        let index = at >> level;
        let hash =
            nodes.get(level, index).map_err(TreeError::Store)?.ok_or(TreeError::Missing { level, index })?;
        peaks.push(hash);
        at += 1 << level;
    }
    Ok(peaks)
}

fn fold(peaks: &[Hash]) -> Hash {
    let mut narrowest_first = peaks.iter().rev();
    let Some(first) = narrowest_first.next() else { return empty_root() };
    narrowest_first.fold(*first, |right, left| node_hash(left, &right))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use super::*;
    use crate::hash::leaf_hash;

    /// Nodes in memory.
    #[derive(Default)]
    pub(crate) struct Nodes(pub(crate) BTreeMap<(u8, u64), Hash>);

    impl NodeStore for Nodes {
        type Error = Infallible;

        fn get(&mut self, level: u8, index: u64) -> Result<Option<Hash>, Infallible> {
            Ok(self.0.get(&(level, index)).copied())
        }

        fn put(&mut self, level: u8, index: u64, hash: Hash) -> Result<(), Infallible> {
            assert_eq!(self.0.insert((level, index), hash), None, "a full node is put once");
            Ok(())
        }
    }

    /// The eight leaves that certificate transparency implementations share as test vectors.
    pub(crate) const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    /// Their roots at sizes 1 to 8.
    pub(crate) const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    pub(crate) fn unhex(text: &str) -> Hash {
        Hash::try_from(hex::decode(text).unwrap().as_slice()).unwrap()
    }

    /// Returns the definition of RFC 6962 section 2.1, as slow as it is written there.
    pub(crate) fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            many => {
                let split = many.len().next_power_of_two() / 2;
                node_hash(&by_definition(&many[..split]), &by_definition(&many[split..]))
            }
        }
    }

    pub(crate) fn numbered(count: u64) -> (Vec<Hash>, Nodes) {
        let leaves: Vec<Hash> = (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect();
        let (mut tree, mut nodes) = (Tree::new(), Nodes::default());
        for leaf in &leaves {
            tree.append(*leaf, &mut nodes).unwrap();
        }
        (leaves, nodes)
    }

    #[test]
    fn roots_match_the_published_vectors() {
        let (mut tree, mut nodes) = (Tree::new(), Nodes::default());
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(tree.root(), unhex(nothing));
        for (index, (leaf, root)) in LEAVES.iter().zip(ROOTS).enumerate() {
            let got = tree.append(leaf_hash(&hex::decode(leaf).unwrap()), &mut nodes).unwrap();
            assert_eq!(got, index as u64);
            assert_eq!(tree.root(), unhex(root), "size {}", index + 1);
        }
    }

    #[test]
    fn the_root_at_every_size_is_the_definition_s() {
        let (leaves, mut nodes) = numbered(130);
        for size in 0..=130 {
            let tree = Tree::load(size, &mut nodes).unwrap();
            assert_eq!(tree.root(), by_definition(&leaves[..size as usize]), "size {size}");
        }
    }

    #[test]
    fn a_loaded_tree_goes_on_where_it_stopped() {
        let (leaves, mut nodes) = numbered(77);
        let mut tree = Tree::load(77, &mut nodes).unwrap();
        tree.append(leaf_hash(b"next"), &mut nodes).unwrap();
        let all: Vec<Hash> = leaves.into_iter().chain([leaf_hash(b"next")]).collect();
        assert_eq!(tree.root(), by_definition(&all));
        // 78 leaves and one node for every pair, pair of pairs, ... that is full.
        assert_eq!(nodes.0.len(), 78 + 39 + 19 + 9 + 4 + 2 + 1);
    }

    #[test]
    fn a_missing_node_is_named() {
        let (_, mut nodes) = numbered(6);
        nodes.0.remove(&(1, 2));
        assert_eq!(Tree::load(6, &mut nodes).unwrap_err(), TreeError::Missing { level: 1, index: 2 });
        assert!(matches!(Tree::load(u64::MAX, &mut nodes), Err(TreeError::OutOfRange { .. })));
    }

    #[test]
    fn a_failed_write_leaves_the_tree_as_it_was() {
        struct Full;
        impl NodeStore for Full {
            type Error = &'static str;
            fn get(&mut self, _: u8, _: u64) -> Result<Option<Hash>, &'static str> {
                Ok(None)
            }
            fn put(&mut self, level: u8, _: u64, _: Hash) -> Result<(), &'static str> {
                if level == 0 { Ok(()) } else { Err("disk full") }
            }
        }
        let mut tree = Tree::new();
        tree.append(leaf_hash(b"a"), &mut Full).unwrap();
        let before = tree.clone();
        assert_eq!(tree.append(leaf_hash(b"b"), &mut Full).unwrap_err(), TreeError::Store("disk full"));
        assert_eq!(tree, before);
    }
}
