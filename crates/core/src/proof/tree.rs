//! Merkle trees as in RFC 6962: leaves and nodes are hashed with different first bytes, and a node
//! without a right neighbour stands for itself one level up.

use sha2::Digest as _;

use crate::digest::Digest;

/// The hash of a leaf: `SHA-256(0x00 ‖ length of the id, 4 bytes, big-endian ‖ id ‖ digest)`.
pub fn leaf(id: &[u8], digest: &Digest) -> Digest {
    let length = u32::try_from(id.len()).unwrap_or(u32::MAX);
    let mut hasher = sha2::Sha256::new();
    hasher.update([0]);
    hasher.update(length.to_be_bytes());
    hasher.update(id);
    hasher.update(digest.as_bytes());
    Digest(hasher.finalize().into())
}

/// The hash of a node: `SHA-256(0x01 ‖ left ‖ right)`.
pub fn node(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = sha2::Sha256::new();
    hasher.update([1]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    Digest(hasher.finalize().into())
}

/// The root of a tree without leaves: the SHA-256 of nothing.
pub(super) fn empty() -> Digest {
    Digest::of(b"")
}

/// How many hashes each level holds, from the leaves to the root; nothing for a tree without leaves.
pub fn level_sizes(leaves: u64) -> Vec<u64> {
    let mut sizes = Vec::new();
    let mut size = leaves;
    while size > 0 {
        sizes.push(size);
        if size == 1 {
            break;
        }
        size = size.div_ceil(2);
    }
    sizes
}

/// Where a sibling stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It is hashed before.
    Left,
    /// It is hashed behind.
    Right,
}

/// The root over hashes of leaves, in their order; it holds one hash a level.
pub fn root_of(leaves: impl IntoIterator<Item = Digest>) -> Digest {
    // Roots of complete subtrees, larger ones first, as the bits of their count.
    let mut complete: Vec<(u32, Digest)> = Vec::new();
    for hash in leaves {
        let mut entry = (0, hash);
        while let Some((height, left)) = complete.last()
            && *height == entry.0
        {
            entry = (entry.0 + 1, node(left, &entry.1));
            complete.pop();
        }
        complete.push(entry);
    }
    let mut roots = complete.into_iter().rev().map(|(_, root)| root);
    let Some(last) = roots.next() else {
        return empty();
    };
    roots.fold(last, |right, left| node(&left, &right))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962's definition: split at the largest power of two below the count.
    fn by_definition(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => empty(),
            [one] => *one,
            many => {
                let mut split = 1;
                while split * 2 < many.len() {
                    split *= 2;
                }
                node(
                    &by_definition(&many[..split]),
                    &by_definition(&many[split..]),
                )
            }
        }
    }

    #[test]
    fn the_tree_is_that_of_rfc_6962() {
        let leaves: Vec<Digest> = (0..70_u8).map(|i| leaf(&[i], &Digest([i; 32]))).collect();
        for count in 0..leaves.len() {
            let some = &leaves[..count];
            assert_eq!(
                root_of(some.iter().copied()),
                by_definition(some),
                "{count}"
            );
            // Level by level, odd ones carried up, gives the same.
            let mut level = some.to_vec();
            let sizes = level_sizes(count as u64);
            for size in &sizes {
                assert_eq!(level.len() as u64, *size);
                level = level
                    .chunks(2)
                    .map(|pair| match pair {
                        [left, right] => node(left, right),
                        other => other[0],
                    })
                    .collect();
            }
            if count > 0 {
                assert_eq!(level, [by_definition(some)]);
            }
        }
    }

    #[test]
    fn leaves_and_nodes_cannot_stand_for_each_other() {
        let (a, b) = (Digest([1; 32]), Digest([2; 32]));
        let mut id = a.as_bytes().to_vec();
        id.truncate(28);
        assert_ne!(leaf(&id, &b), node(&a, &b));
        assert_ne!(leaf(b"ab", &a), leaf(b"a", &a));
        assert_eq!(
            root_of([]).to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
