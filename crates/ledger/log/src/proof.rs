//! Makes and checks proofs: that an entry is in a tree, and that one tree is the beginning of another.
//!
//! Making one needs the stored nodes; checking one needs two roots and nothing else. The algorithms are those of RFC
//! 9162 sections 2.1.3 and 2.1.4.

use crate::hash::{Hash, node_hash};
use crate::tree::{MAX_SIZE, NodeStore, TreeError, range_hash};

/// The reason why a proof fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The sizes or the index do not match each other.
    #[error("the index or sizes do not fit each other; check that the proof belongs to this checkpoint")]
    Range,
    /// The proof has too many or too few hashes for these sizes.
    #[error("the proof has the wrong number of hashes for these sizes; ask for it again")]
    Length,
    /// The hashes lead to another root.
    #[error("the proof leads to another root: the ledger that made it is not the one that was signed")]
    Root,
}

/// Returns the proof that leaf `index` is in the tree of `size` leaves, lowest sibling first.
///
/// # Errors
/// When the index is not in the tree, the store fails, or a node is missing.
pub fn inclusion_proof<S: NodeStore>(
    index: u64,
    size: u64,
    nodes: &mut S,
) -> Result<Vec<Hash>, TreeError<S::Error>> {
    if index >= size || size > MAX_SIZE {
        return Err(TreeError::OutOfRange { asked: index, size });
    }
    let (mut start, mut end, mut proof) = (0, size, Vec::new());
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range_hash(middle, end, nodes)?);
            end = middle;
        } else {
            proof.push(range_hash(start, middle, nodes)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Returns the proof that the tree of `old` leaves is the beginning of the tree of `new` leaves; empty if `old` is 0 or `new`.
///
/// # Errors
/// When `old` is larger than `new`, the store fails, or a node is missing.
pub fn consistency_proof<S: NodeStore>(
    old: u64,
    new: u64,
    nodes: &mut S,
) -> Result<Vec<Hash>, TreeError<S::Error>> {
    if old > new || new > MAX_SIZE {
        return Err(TreeError::OutOfRange { asked: old, size: new });
    }
    let (mut start, mut end, mut proof) = (0, new, Vec::new());
    if old == 0 {
        return Ok(proof);
    }
    // Walk down to the old tree's right edge, noting the sibling at every turn.
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(range_hash(middle, end, nodes)?);
            end = middle;
        } else {
            proof.push(range_hash(start, middle, nodes)?);
            start = middle;
        }
    }
    // A verifier who never turned right already holds this subtree's root: it is the old root itself.
    if start > 0 {
        proof.push(range_hash(start, end, nodes)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that the leaf with this hash is number `index` of the tree with this size and root (RFC 9162 section 2.1.3.2).
///
/// # Errors
/// When it is not proven.
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: Hash,
) -> Result<(), ProofError> {
    if index >= size || size > MAX_SIZE {
        return Err(ProofError::Range);
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            // A node without a right sibling is its own parent: climb past those levels.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if hash == root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `old` leaves is the beginning of the tree of `new` leaves (RFC 9162 section 2.1.4.2).
///
/// Anything follows from an empty tree, so `old` = 0 proves nothing about `new_root`.
///
/// # Errors
/// When it is not proven.
pub fn verify_consistency(
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new || new > MAX_SIZE {
        return Err(ProofError::Range);
    }
    if old == 0 || old == new {
        let same = if old == 0 { crate::hash::empty_root() } else { new_root };
        return match (proof.is_empty(), old_root == same) {
            (true, true) => Ok(()),
            (true, false) => Err(ProofError::Root),
            (false, _) => Err(ProofError::Length),
        };
    }
    // A full old tree is itself the first node; the proof leaves it out.
    let (first, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(ProofError::Length)?;
        (*first, rest)
    };
    let climb = (old - 1).trailing_ones();
    let (mut at, mut last) = ((old - 1) >> climb, (new - 1) >> climb);
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if old_hash == old_root && new_hash == new_root { Ok(()) } else { Err(ProofError::Root) }
}

/// Returns the largest power of two smaller than `count`, which is at least 2: where RFC 6962 splits a tree.
const fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::leaf_hash;
    use crate::tree::Tree;
    use crate::tree::tests::{LEAVES, Nodes, ROOTS, by_definition, numbered, unhex};

    fn vectors() -> Nodes {
        let (mut tree, mut nodes) = (Tree::new(), Nodes::default());
        for leaf in LEAVES {
            tree.append(leaf_hash(&hex::decode(leaf).unwrap()), &mut nodes).unwrap();
        }
        nodes
    }

    #[test]
    fn proofs_match_the_published_vectors() {
        let mut nodes = vectors();
        let inclusion = inclusion_proof(0, 8, &mut nodes).unwrap();
        let expected = [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ];
        assert_eq!(inclusion, expected.map(unhex));
        let consistency = consistency_proof(6, 8, &mut nodes).unwrap();
        let expected = [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(consistency, expected.map(unhex));
        verify_consistency(6, unhex(ROOTS[5]), 8, unhex(ROOTS[7]), &consistency).unwrap();
    }

    #[test]
    fn every_proof_of_every_small_tree_holds() {
        let (leaves, mut nodes) = numbered(33);
        let roots: Vec<Hash> = (0..=33).map(|size| by_definition(&leaves[..size])).collect();
        for new in 0..=33_u64 {
            for old in 0..=new {
                let proof = consistency_proof(old, new, &mut nodes).unwrap();
                let (old_root, new_root) = (roots[old as usize], roots[new as usize]);
                assert_eq!(
                    verify_consistency(old, old_root, new, new_root, &proof),
                    Ok(()),
                    "{old} to {new}"
                );
            }
            for index in 0..new {
                let proof = inclusion_proof(index, new, &mut nodes).unwrap();
                let (leaf, root) = (leaves[index as usize], roots[new as usize]);
                assert_eq!(verify_inclusion(leaf, index, new, &proof, root), Ok(()), "{index} of {new}");
            }
        }
        assert!(inclusion_proof(5, 5, &mut nodes).is_err());
        assert!(consistency_proof(6, 5, &mut nodes).is_err());
    }

    proptest! {
        #[test]
        fn a_bent_inclusion_proof_proves_nothing(
            size in 1..200_u64, pick in any::<u64>(), bend in 0..4_u8, place in any::<prop::sample::Index>(),
        ) {
            let (leaves, mut nodes) = numbered(size);
            let root = by_definition(&leaves);
            let index = pick % size;
            let mut proof = inclusion_proof(index, size, &mut nodes).unwrap();
            let (mut leaf, mut at) = (leaves[index as usize], index);
            match bend {
                0 => leaf = leaf_hash(b"another"),
                1 => at = if size == 1 { 1 } else { (at + 1) % size },
                2 => proof.push(leaf),
                _ if proof.is_empty() => proof.push(leaf),
                _ => { let i = place.index(proof.len()); proof[i] = leaf_hash(b"forged"); }
            }
            prop_assert!(verify_inclusion(leaf, at, size, &proof, root).is_err());
        }

        #[test]
        fn a_rewritten_beginning_has_no_consistency_proof(size in 2..200_u64, pick in any::<u64>()) {
            let (mut leaves, mut nodes) = numbered(size);
            let root = by_definition(&leaves);
            let old = 1 + pick % (size - 1);
            let proof = consistency_proof(old, size, &mut nodes).unwrap();
            let changed = (pick % old) as usize;
            leaves[changed] = leaf_hash(b"rewritten");
            let other = by_definition(&leaves[..old as usize]);
            prop_assert!(verify_consistency(old, other, size, root, &proof).is_err());
        }

        #[test]
        fn no_input_makes_verification_fall_over(
            old in any::<u64>(), new in any::<u64>(), index in any::<u64>(), hashes in 0..80_usize,
        ) {
            let proof = vec![leaf_hash(b"x"); hashes];
            let root = leaf_hash(b"y");
            prop_assert!(verify_inclusion(root, index, new, &proof, leaf_hash(b"z")).is_err());
            prop_assert!(verify_consistency(old, root, new, leaf_hash(b"z"), &proof).is_err());
        }
    }
}
