//! The proof document: what stands in it is found, and no byte of it changes unseen.

use std::cell::Cell;

use rand::seq::SliceRandom as _;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use sunset_core::Result;
use sunset_core::digest::Digest;
use sunset_core::error::{Error, ErrorKind};
use sunset_core::ports::verify::LeafSink as _;
use sunset_core::proof::{self, Fault, Manifest, Opened, RECORD, ReadAt, TreeKind};
use sunset_targets::proof::{ProofFile, ProofWriter, SigningKey, is_signed};

/// A file in memory that counts how often it is read.
struct Bytes {
    bytes: Vec<u8>,
    reads: Cell<usize>,
}

impl ReadAt for Bytes {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.reads.set(self.reads.get() + 1);
        let from = usize::try_from(offset).expect("an offset");
        let there = self.bytes.get(from..from + buffer.len());
        let there = there.ok_or_else(|| Error::new(ErrorKind::Malformed, "behind the end"))?;
        buffer.copy_from_slice(there);
        Ok(())
    }
}

fn manifest() -> Manifest {
    Manifest {
        tool: "test".into(),
        plan: "sales-ai".into(),
        made_at: "2025-11-03T00:00:00Z".into(),
        source: "file:///v2".into(),
        read_time: None,
        database: "postgresql://user@host/v3".into(),
        target: "postgresql:1/v3".into(),
        summary: vec!["Data: all".into()],
        verdict: "passed".into(),
        trees: Vec::new(),
    }
}

fn id(index: u32) -> String {
    format!("202511-{index:06}")
}

/// A document of trees with so many leaves, added in an order of chance.
fn document(counts: &[u32], seed: u64) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("proof");
    let names = (0..counts.len()).map(|number| (TreeKind::Table, format!("t{number}")));
    let mut writer = ProofWriter::new(&path, names).expect("writer");
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    for (number, count) in counts.iter().enumerate() {
        let mut order: Vec<u32> = (0..*count).collect();
        order.shuffle(&mut random);
        for index in order {
            let digest = Digest::of(&index.to_be_bytes());
            writer
                .add(TreeKind::Table, &format!("t{number}"), &id(index), digest)
                .expect("added");
        }
    }
    let key = SigningKey::generate().expect("key");
    writer.finish(manifest(), &key).expect("written");
    std::fs::read(path).expect("the document")
}

/// Everything that is wrong with a document, or the error that it ends with.
fn faults(bytes: &[u8]) -> std::result::Result<Vec<Fault>, Error> {
    let mut file = Bytes {
        bytes: bytes.to_vec(),
        reads: Cell::new(0),
    };
    let opened = proof::open(&mut file)?;
    let mut faults = proof::check(&mut file, &opened, &mut |_| {})?;
    if !signed(&opened) {
        faults.push(Fault {
            tree: None,
            what: "signature".into(),
        });
    }
    Ok(faults)
}

fn signed(opened: &Opened) -> bool {
    let header = &opened.header;
    is_signed(&header.public_key, &opened.signed, &header.signature)
}

fn opened(bytes: &[u8]) -> Opened {
    proof::open(&mut Bytes {
        bytes: bytes.to_vec(),
        reads: Cell::new(0),
    })
    .expect("a document")
}

/// The row that a byte of a tree belongs to: its record, its id, or its hash.
fn row_of(opened: &Opened, offset: u64) -> Option<(String, u64)> {
    for (summary, layout) in &opened.trees {
        let id_length = layout.id_bytes.checked_div(layout.count).unwrap_or(0);
        let (ids, hashes) = (layout.ids(), layout.level(0));
        let index = match offset {
            _ if offset < layout.base || layout.count == 0 => continue,
            _ if offset < ids => (offset - layout.base) / RECORD,
            _ if offset < hashes => (offset - ids) / id_length,
            _ if offset < hashes + 32 * layout.count => (offset - hashes) / 32,
            _ => continue,
        };
        return Some((format!("table {}", summary.name), index));
    }
    None
}

/// Changes one byte, and holds what is found against where it stands.
fn change(bytes: &mut [u8], opened: &Opened, offset: usize, by: u8) {
    bytes[offset] ^= by;
    let found = faults(bytes);
    bytes[offset] ^= by;
    let Ok(found) = found else {
        return;
    };
    assert!(!found.is_empty(), "byte {offset} changed unseen");
    if let Some((tree, index)) = row_of(opened, offset as u64) {
        let named = format!("row {},", index + 1);
        assert!(
            found
                .iter()
                .any(|fault| fault.tree.as_ref() == Some(&tree) && fault.what.starts_with(&named)),
            "byte {offset}, {tree} {named} {found:?}"
        );
    }
}

#[test]
fn every_byte_counts() {
    let mut bytes = document(&[5, 0, 1, 8], 1);
    let opened = opened(&bytes);
    assert_eq!(faults(&bytes).expect("readable"), []);
    assert!(signed(&opened));
    let mut unreadable = 0;
    for offset in 0..bytes.len() {
        for by in [0x01, 0x80, 0xff] {
            bytes[offset] ^= by;
            unreadable += usize::from(faults(&bytes).is_err());
            bytes[offset] ^= by;
            change(&mut bytes, &opened, offset, by);
        }
    }
    assert!(unreadable > 0, "a changed magic is refused");
    for length in 0..bytes.len() {
        assert!(faults(&bytes[..length]).is_err(), "cut to {length}");
    }
    bytes.push(0);
    assert!(faults(&bytes).is_err(), "a byte more");
}

#[test]
fn a_large_document_is_written_in_pieces_and_read_by_few_looks() {
    let count = 60_000_u32;
    let mut bytes = document(&[count], 2);
    let opened = opened(&bytes);
    assert_eq!(faults(&bytes).expect("readable"), []);
    let tree = opened.trees[0].1;
    let mut random = rand::rngs::StdRng::seed_from_u64(3);
    for _ in 0..25 {
        let offset = random.random_range(tree.base as usize..bytes.len());
        change(&mut bytes, &opened, offset, 1 << (random.next_u32() % 8));
    }
    let mut file = Bytes {
        bytes,
        reads: Cell::new(0),
    };
    let high = count.ilog2() as usize + 1;
    for _ in 0..200 {
        let wanted = random.random_range(0..count);
        file.reads.set(0);
        let root = &opened.trees[0].0.root;
        let found = proof::find(&mut file, tree, root, &id(wanted)).expect("read");
        let found = found.expect("found");
        assert_eq!(found.index, u64::from(wanted));
        assert_eq!(&found.root().to_string(), root);
        let reads = file.reads.get();
        assert!(reads <= 3 * high + 2, "{reads} reads");
        // One byte of all that the row's proof rests on is changed: its record (where its id is,
        // how long that is, its digest), its id, or a hash beside its way. It is found by as few
        // reads, and the row is named: by its place where it does not lead to the root, in the
        // error where it cannot be read, or is another's and so not found under its own.
        let index = found.index;
        let mut places: Vec<u64> = (0..RECORD).map(|at| tree.record(index) + at).collect();
        let id_bytes = tree.id_bytes / tree.count;
        places.extend((0..id_bytes).map(|at| tree.ids() + index * id_bytes + at));
        let mut beside = index;
        for (level, size) in proof::level_sizes(tree.count).into_iter().enumerate() {
            if beside ^ 1 < size {
                places.push(tree.hash(level, beside ^ 1) + random.random_range(0..32));
            }
            beside /= 2;
        }
        for _ in 0..6 {
            let place = places[random.random_range(0..places.len())];
            let place = usize::try_from(place).expect("a place");
            file.bytes[place] ^= 4;
            file.reads.set(0);
            let changed = proof::find(&mut file, tree, root, &id(wanted));
            let reads = file.reads.get();
            assert!(reads <= 4 * high, "{reads} reads");
            match changed {
                Ok(Some(changed)) => {
                    assert_eq!(changed.index, index);
                    assert_ne!(&changed.root().to_string(), root);
                }
                Ok(None) => panic!("byte {place}: row {} is said to be absent", index + 1),
                Err(error) => {
                    let words = error.to_string();
                    let named = [",", " "].map(|end| format!("row {}{end}", index + 1));
                    assert!(named.iter().any(|row| words.contains(row)), "{words}");
                }
            }
            file.bytes[place] ^= 4;
        }
    }
    let root = &opened.trees[0].0.root;
    for absent in ["", "202511-", "202511-000000a", "202511-047110a", "zzz"] {
        file.reads.set(0);
        let found = proof::find(&mut file, tree, root, absent).expect("read");
        assert_eq!(found, None);
        let reads = file.reads.get();
        assert!(reads <= 4 * high, "{reads} reads");
    }
}

/// What `--verify-proof --id` goes by: the row of every tree that has it, with its place and digest,
/// or what is wrong.
fn rows_of(
    file: &mut Bytes,
    opened: &Opened,
    id: &str,
) -> std::result::Result<Vec<(String, u64, Digest)>, String> {
    let mut rows = Vec::new();
    for (summary, layout) in &opened.trees {
        let found = proof::find(file, *layout, &summary.root, id);
        if let Some(row) = found.map_err(|error| error.to_string())? {
            if row.root().to_string() != summary.root {
                return Err(format!("row {}, {id}", row.index + 1));
            }
            rows.push((summary.name.clone(), row.index, row.digest));
        }
    }
    Ok(rows)
}

#[test]
fn no_changed_byte_takes_a_row_out_of_one_of_its_trees_or_puts_one_in() {
    // The ids stand in some of the trees, in others they would be the last, or there is nothing.
    let mut file = Bytes {
        bytes: document(&[5, 0, 1, 8, 3, 13], 7),
        reads: Cell::new(0),
    };
    let whole = opened(&file.bytes);
    let asked = [id(0), id(2), "202511-000002a".into(), id(4), id(7), id(13)];
    let before = asked
        .clone()
        .map(|id| rows_of(&mut file, &whole, &id).expect("whole"));
    assert_eq!(before.each_ref().map(Vec::len), [5, 4, 0, 3, 2, 0]);
    let trees = usize::try_from(whole.trees[0].1.base).expect("a place");
    for offset in 0..trees {
        file.bytes[offset] ^= 1;
        let seen = proof::open(&mut file).map_or(true, |opened| !signed(&opened));
        assert!(seen, "byte {offset} of what is signed changed unseen");
        file.bytes[offset] ^= 1;
    }
    let mut seen = 0;
    for offset in trees..file.bytes.len() {
        for by in [0x01, 0x80] {
            file.bytes[offset] ^= by;
            for (id, before) in asked.iter().zip(&before) {
                match rows_of(&mut file, &whole, id) {
                    // A byte that nothing of it rests on.
                    Ok(rows) => assert_eq!(&rows, before, "byte {offset} ^ {by}, {id}"),
                    Err(what) => {
                        assert!(what.contains("row "), "byte {offset} ^ {by}, {id}: {what}");
                        seen += 1;
                    }
                }
            }
            file.bytes[offset] ^= by;
        }
    }
    assert!(seen > 1_000, "{seen} changes were seen");
}

#[test]
fn a_row_that_would_stand_beside_a_changed_one_is_not_said_to_be_absent() {
    let mut bytes = document(&[9], 8);
    let opened = opened(&bytes);
    let (summary, tree) = opened.trees[0].clone();
    let place = usize::try_from(tree.record(4) + 20).expect("a place");
    bytes[place] ^= 1;
    let mut file = Bytes {
        bytes,
        reads: Cell::new(0),
    };
    for absent in ["202511-000003a", "202511-000004a"] {
        let error = proof::find(&mut file, tree, &summary.root, absent).expect_err("changed");
        let words = error.to_string();
        assert!(
            words.contains("row 5, 202511-000004: it does not lead to the signed root"),
            "{words}"
        );
    }
    let found = proof::find(&mut file, tree, &summary.root, "202511-000006a");
    assert_eq!(found.expect("neither of its neighbours was changed"), None);
}

#[test]
fn the_order_of_leaves_does_not_change_the_roots() {
    for count in [0, 1, 2, 3, 7, 64, 100] {
        let one = opened(&document(&[count], 4));
        let other = opened(&document(&[count], 5));
        assert_eq!(one.manifest, other.manifest);
        let leaves = (0..count)
            .map(|index| proof::leaf(id(index).as_bytes(), &Digest::of(&index.to_be_bytes())));
        assert_eq!(one.trees[0].0.root, proof::root_of(leaves).to_string());
    }
}

#[test]
fn a_row_that_comes_twice_is_no_proof() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("proof");
    let mut writer = ProofWriter::new(&path, []).expect("writer");
    for _ in 0..2 {
        let digest = Digest::of(b"x");
        writer
            .add(TreeKind::Table, "t", "same", digest)
            .expect("added");
    }
    let key = SigningKey::generate().expect("key");
    let error = writer.finish(manifest(), &key).expect_err("twice");
    assert!(error.to_string().contains("same"), "{error}");
    assert!(!path.exists(), "nothing is left behind");
}

#[test]
fn keys_are_read_as_people_have_them() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("key");
    let write = |bytes: &[u8]| std::fs::write(&path, bytes).expect("written");
    // RFC 8032, test 1; the same key as openssl writes it.
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let raw: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&seed[2 * at..2 * at + 2], 16).expect("hexadecimal"))
        .collect();
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend(&raw);
    let pem = "-----BEGIN PRIVATE KEY-----\n\
               MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
               -----END PRIVATE KEY-----\n";
    for bytes in [
        raw.as_slice(),
        &der,
        pem.as_bytes(),
        format!("{seed}\n").as_bytes(),
    ] {
        write(bytes);
        let key = SigningKey::read(&path).expect("a key");
        let text: String = key
            .public()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(text, public);
    }
    for bytes in [
        &b""[..],
        b"no key",
        &raw[..31],
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ] {
        write(bytes);
        assert!(SigningKey::read(&path).is_err(), "{bytes:?}");
    }
}

#[test]
fn a_document_is_read_from_its_file() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("proof");
    assert!(ProofFile::open(&path).is_err());
    std::fs::write(&path, document(&[100], 6)).expect("written");
    let mut file = ProofFile::open(&path).expect("open");
    let opened = proof::open(&mut file).expect("a document");
    assert_eq!(
        proof::check(&mut file, &opened, &mut |_| {}).expect("read"),
        []
    );
}
