//! Exports as an outsider checks them: whole ones pass with the right report, and every way of tampering with one is
//! found and its place named.
#![expect(clippy::unwrap_used, reason = "a helper of a test may fall over as the test may")]

use std::time::{Duration, Instant};

use domain::{Entropy, EntryId, Secret, Timestamp};
use ledger::{
    Checkpoint, Counted, DETAILS_ERASED, Detail, Entry, Fault, Head, SigningKey, Tree, checkpoint_line,
    entry_line, header_line, verify_export, verify_extension, withheld_line,
};
use proptest::prelude::*;

const NAME: &str = "lanyard.example/ledger";

struct Fixed(u8);

impl Entropy for Fixed {
    fn fill(&self, out: &mut [u8]) {
        out.fill(self.0);
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(NAME, &Secret::new([seed; 32])).unwrap()
}

/// Returns an entry that has a detail where its number is odd.
fn entry(number: u64) -> (Entry, Option<Detail>) {
    let detail =
        (number % 2 == 1).then(|| Detail::new(format!("PC {number}").into_bytes(), &Fixed(7)).unwrap());
    let entry = Entry {
        id: EntryId::from_uuid(uuid::Uuid::from_u128(number.into())),
        at: Timestamp::from_millis(1_790_000_000_000 + i64::try_from(number).unwrap()),
        actor: "person:duty-officer".to_owned(),
        action: "device.lock.ordered".to_owned(),
        subject: format!("device:{number}"),
        force: Some(if number.is_multiple_of(3) {
            domain::samples::NORFOLK
        } else {
            domain::samples::SUFFOLK
        }),
        clause: number.is_multiple_of(2).then(|| "MDU-4.3".parse().unwrap()),
        reason: number.is_multiple_of(5).then(|| "reported \"lost\"".to_owned()),
        detail_digest: detail.as_ref().map(Detail::digest),
    };
    (entry, detail)
}

fn header(entries: u64, checkpoints: u64, details: bool) -> String {
    header_line(&Head {
        origin: NAME,
        entries,
        checkpoints,
        shows: &[domain::samples::NORFOLK, domain::samples::SUFFOLK],
        details,
    })
    .unwrap()
}

/// Exports as lines, with a checkpoint after each of these sizes; `change` may alter what is written of an entry.
fn lines_with(entries: u64, seals: &[u64], change: impl Fn(u64, &mut Entry)) -> Vec<String> {
    let key = key(1);
    let mut lines = vec![header(entries, seals.len() as u64, false)];
    let mut tree = Tree::new();
    let mut number = 0;
    for index in 0..=entries {
        for _ in seals.iter().filter(|size| **size == index) {
            let note = Checkpoint::sign(index, tree.root(), &key).unwrap();
            lines.push(checkpoint_line(number, &note).unwrap());
            number += 1;
        }
        if index < entries {
            let (mut entry, detail) = entry(index);
            tree.push(entry.leaf().unwrap());
            change(index, &mut entry);
            let detail = detail.filter(|_| index % 4 == 1);
            lines.push(entry_line(index, &entry, detail.as_ref()).unwrap());
        }
    }
    lines
}

fn lines(entries: u64, seals: &[u64]) -> Vec<String> {
    lines_with(entries, seals, |_, _| {})
}

fn faults(lines: &[String]) -> Vec<Fault> {
    verify_export(lines.concat().as_bytes(), key(1).verifier()).unwrap_err()
}

/// Returns the line of entry `index` in an export with a checkpoint at 4 and at 8.
fn at(index: usize) -> usize {
    1 + index + usize::from(index >= 4) + usize::from(index >= 8)
}

#[test]
fn a_whole_export_is_reported_as_it_is() {
    let report = verify_export(lines(10, &[4, 8]).concat().as_bytes(), key(1).verifier()).unwrap();
    assert_eq!((report.entries, report.sealed, report.unsealed(), report.checkpoints), (10, 8, 2, 2));
    assert_eq!((report.details, report.details_absent), (3, 2));
    assert_eq!(report.first, Some(Timestamp::from_millis(1_790_000_000_000)));
    assert_eq!(report.last, Some(Timestamp::from_millis(1_790_000_000_009)));
    let empty = verify_export(lines(0, &[0]).concat().as_bytes(), key(1).verifier()).unwrap();
    assert_eq!((empty.entries, empty.sealed, empty.first), (0, 0, None));
}

#[test]
fn an_export_without_a_checkpoint_proves_nothing() {
    assert_eq!(faults(&lines(3, &[])), [Fault::NoCheckpoint]);
}

#[test]
fn a_changed_entry_is_named_and_the_rest_stays_proven() {
    let mut changed = lines(10, &[4, 8]);
    changed[at(5)] = changed[at(5)].replace("duty-officer", "desk-officer");
    assert_eq!(faults(&changed), [Fault::Changed { index: 5, line: at(5) as u64 + 1 }]);
}

#[test]
fn an_entry_changed_with_its_hash_is_narrowed_down_to_its_checkpoint() {
    let changed = lines_with(10, &[4, 8], |index, entry| {
        if index == 5 {
            entry.actor = "person:nobody".to_owned();
        }
    });
    assert_eq!(faults(&changed), [Fault::Root { number: 1, line: 11, from: 4, to: 7 }]);
    let early = lines_with(10, &[4, 8], |index, entry| {
        if index == 0 {
            entry.subject = "device:x".to_owned();
        }
    });
    let expected =
        [Fault::Root { number: 0, line: 6, from: 0, to: 3 }, Fault::NotCompared { first: 1, checkpoints: 1 }];
    assert_eq!(faults(&early), expected);
}

#[test]
fn dropped_swapped_and_repeated_entries_are_named() {
    let whole = lines(10, &[4, 8]);
    let mut dropped = whole.clone();
    dropped.remove(at(2));
    assert!(faults(&dropped).contains(&Fault::Dropped { from: 2, to: 2 }));

    let mut cut = whole[..at(6)].to_vec();
    cut.push(whole[at(7) + 1].clone());
    assert!(faults(&cut).contains(&Fault::Dropped { from: 6, to: 7 }), "{:?}", faults(&cut));

    let mut swapped = whole.clone();
    swapped.swap(at(1), at(6));
    assert!(faults(&swapped).contains(&Fault::Swapped { first: 1, second: 6 }));

    let mut doubled = whole.clone();
    doubled.insert(at(3), whole[at(2)].clone());
    let expected = [
        Fault::Repeated { index: 2, line: at(3) as u64 + 1 },
        Fault::Count { what: Counted::Entries, announced: 10, found: 11 },
    ];
    assert_eq!(faults(&doubled), expected);
}

#[test]
fn an_entry_slipped_in_after_a_checkpoint_is_counted_but_not_proven() {
    let report = verify_export(lines(11, &[4, 8]).concat().as_bytes(), key(1).verifier()).unwrap();
    assert_eq!(report.unsealed(), 3);
    // Slipped in before one, it is found: the tree then has another root.
    let mut added = lines(10, &[4, 8]);
    let sealed_at_nine = lines(10, &[4, 9]);
    added[at(7) + 1] = sealed_at_nine[at(8)].clone();
    assert!(!faults(&added).is_empty());
}

#[test]
fn the_wrong_key_a_changed_or_a_misplaced_checkpoint_are_named() {
    let whole = lines(10, &[4, 8]);
    let refused = verify_export(whole.concat().as_bytes(), key(2).verifier()).unwrap_err();
    let wrong_key = |fault: &Fault| matches!(fault, Fault::Checkpoint { why, .. } if why.contains("not by"));
    assert_eq!(refused.iter().filter(|fault| wrong_key(fault)).count(), 2, "{refused:?}");

    let other = SigningKey::from_seed("other.example", &Secret::new([1; 32])).unwrap();
    let refused = verify_export(whole.concat().as_bytes(), other.verifier()).unwrap_err();
    assert!(matches!(refused[0], Fault::OtherLedger { .. }));

    let mut changed = whole.clone();
    changed[5] = changed[5].replace("\\n4\\n", "\\n3\\n");
    assert!(matches!(&faults(&changed)[..], [Fault::Checkpoint { number: 0, line: 6, .. }]));

    let mut moved = whole.clone();
    moved.swap(5, 6);
    assert_eq!(faults(&moved), [Fault::CheckpointPlace { number: 0, line: 7, size: 4 }]);

    let mut one_less = whole.clone();
    one_less.remove(5);
    assert!(faults(&one_less).contains(&Fault::CheckpointOrder { line: 10, expected: 0, found: 1 }));
}

#[test]
fn a_detail_that_is_not_the_entry_s_is_named() {
    let mut changed = lines(10, &[10]);
    let (_, detail) = entry(3);
    let (owner, _) = entry(5);
    assert!(entry_line(5, &owner, detail.as_ref()).is_err());
    changed[6] = changed[6].replace("\"bytes\":\"UEMgNQ==\"", "\"bytes\":\"UEMgNg==\"");
    assert_eq!(faults(&changed), [Fault::Detail { index: 5, line: 7 }]);
}

#[test]
fn entries_that_a_reader_may_not_see_are_hashes_and_the_tree_still_verifies() {
    let mut partial = lines(10, &[4, 8]);
    for index in [0, 3, 9] {
        partial[at(index)] = withheld_line(index as u64, &entry(index as u64).0).unwrap();
        assert!(!partial[at(index)].contains("device"), "{}", partial[at(index)]);
    }
    let report = verify_export(partial.concat().as_bytes(), key(1).verifier()).unwrap();
    assert_eq!((report.entries, report.withheld, report.sealed), (10, 3, 8));
    assert_eq!(report.shows.as_deref(), Some("norfolk suffolk"));
    // A hash that is another entry's is found, a missing one is named, and the former format has no such lines.
    let mut wrong = partial.clone();
    wrong[at(3)] = withheld_line(3, &entry(4).0).unwrap();
    assert!(matches!(faults(&wrong)[0], Fault::Root { number: 0, .. }));
    let mut dropped = partial.clone();
    dropped.remove(at(3));
    assert!(faults(&dropped).contains(&Fault::Dropped { from: 3, to: 3 }));
    let former = |line: &str| {
        let line = line.replace("lanyard-ledger-2", "lanyard-ledger-1");
        line.replace(",\"shows\":\"norfolk suffolk\",\"details\":false", "")
    };
    partial[0] = former(&partial[0]);
    assert!(matches!(faults(&partial)[0], Fault::Malformed { .. }));
    let mut whole = lines(10, &[4, 8]);
    whole[0] = former(&whole[0]);
    assert!(verify_export(whole.concat().as_bytes(), key(1).verifier()).is_ok());
}

#[test]
fn a_ledger_is_an_extension_of_a_checkpoint_that_was_kept_or_is_said_not_to_be() {
    let kept = |entries: u64, change: bool| {
        let mut tree = Tree::new();
        for index in 0..entries {
            let mut entry = entry(index).0;
            if change && index == 2 {
                entry.actor = "person:nobody".to_owned();
            }
            tree.push(entry.leaf().unwrap());
        }
        let note = Checkpoint::sign(entries, tree.root(), &key(1)).unwrap();
        Checkpoint::open(&note, key(1).verifier()).unwrap()
    };
    let against = |kept: &[Checkpoint]| {
        verify_extension(lines(10, &[4, 8]).concat().as_bytes(), key(1).verifier(), kept)
    };
    let report = against(&[kept(10, false), kept(0, false), kept(7, false), kept(7, false)]).unwrap();
    assert_eq!(report.extends, 4);
    assert_eq!(against(&[kept(12, false)]).unwrap_err(), [Fault::Cut { size: 12, found: 10 }]);
    assert_eq!(against(&[kept(2, true), kept(5, true)]).unwrap_err(), [Fault::Rewritten { size: 5 }]);
}

#[test]
fn a_detail_that_is_gone_needs_an_entry_that_says_so() {
    let file = |told: &[&str]| {
        let mut entries: Vec<(Entry, Option<Detail>)> = (0..8).map(entry).collect();
        for (number, subject) in (8..).zip(told) {
            let (told, _) = entry(number * 2);
            let (action, subject) = (DETAILS_ERASED.to_owned(), (*subject).to_owned());
            entries.push((Entry { action, subject, ..told }, None));
        }
        let mut tree = Tree::new();
        let mut lines = vec![header(entries.len() as u64, 1, true)];
        for (index, (entry, detail)) in entries.iter().enumerate() {
            tree.push(entry.leaf().unwrap());
            let detail = detail.as_ref().filter(|_| index > 3);
            lines.push(entry_line(index as u64, entry, detail).unwrap());
        }
        lines
            .push(checkpoint_line(0, &Checkpoint::sign(tree.size(), tree.root(), &key(1)).unwrap()).unwrap());
        verify_export(lines.concat().as_bytes(), key(1).verifier())
    };
    let gone = |from, to| Fault::DetailGone { from, to };
    assert_eq!(file(&[]).unwrap_err(), [gone(1, 1), gone(3, 3)]);
    assert_eq!(file(&["details:1"]).unwrap_err(), [gone(3, 3)]);
    let report = file(&["details:1", "details:0-3"]).unwrap();
    assert_eq!((report.details, report.details_absent, report.with_details), (2, 2, true));
}

#[test]
fn what_is_no_export_is_refused_in_bounded_memory() {
    let refused = |bytes: &[u8]| verify_export(bytes, key(1).verifier()).unwrap_err();
    assert!(matches!(&refused(b"")[..], [Fault::Header { .. }]));
    assert!(matches!(&refused(b"{}\n")[..], [Fault::Header { .. }]));
    assert!(matches!(&refused(&lines(1, &[1])[1..].concat().into_bytes())[..], [Fault::Header { .. }]));
    let header = header(1, 1, false);
    let endless = format!("{header}{}", "x".repeat(2_000_000));
    assert!(matches!(&refused(endless.as_bytes())[0], Fault::Unreadable { line: 2, .. }));
    let noise = format!("{header}{}", "x\n".repeat(100_000));
    let found = refused(noise.as_bytes());
    assert!(found.len() < 1100, "{}", found.len());
    assert!(found.iter().any(|fault| matches!(fault, Fault::TooMany { .. })));
}

/// Returns whether a fault points at this line of an export of 10 entries sealed at 4 and 8, or at what stands on it.
fn points_at(fault: &Fault, line: usize) -> bool {
    let number = line as u64 + 1;
    let entry = (0..10).find(|index| at(*index) == line).map(|index| index as u64);
    let spans = |from: u64, to: u64| entry.is_some_and(|index| (from..=to).contains(&index));
    match fault {
        Fault::Unreadable { line, .. }
        | Fault::Malformed { line, .. }
        | Fault::Checkpoint { line, .. }
        | Fault::CheckpointPlace { line, .. }
        | Fault::TooMany { line } => *line == number,
        Fault::Changed { index, line } | Fault::Detail { index, line } => {
            *line == number || spans(*index, *index)
        }
        Fault::Moved { index, line } | Fault::Repeated { index, line } => {
            *line == number || spans(*index, *index)
        }
        Fault::CheckpointOrder { line, .. } => *line == number || line.abs_diff(number) <= 5,
        Fault::Dropped { from, to } | Fault::Root { from, to, .. } => spans(*from, *to),
        Fault::Swapped { first, second } => spans(*first, *first) || spans(*second, *second),
        Fault::Header { .. } | Fault::OtherLedger { .. } => line == 0,
        Fault::Count { .. } => line == 0 || line >= at(8) - 1,
        Fault::NotCompared { .. }
        | Fault::NoCheckpoint
        | Fault::DetailGone { .. }
        | Fault::Cut { .. }
        | Fault::Rewritten { .. } => false,
    }
}

fn expect_place(tampered: &str, places: &[usize]) -> Result<(), TestCaseError> {
    let Err(found) = verify_export(tampered.as_bytes(), key(1).verifier()) else {
        return Err(TestCaseError::fail(format!("not found; tampered at {places:?}")));
    };
    let named = found.iter().any(|fault| places.iter().any(|line| points_at(fault, *line)));
    prop_assert!(named, "tampered at {:?}, found {:?}", places, found);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_changed_byte_is_found_where_it_is(place in any::<prop::sample::Index>(), byte in 1..127_u8) {
        let whole = lines(10, &[4, 8]);
        let mut bytes = whole.concat().into_bytes();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != byte && bytes[place].is_ascii());
        bytes[place] = byte;
        let line = whole.iter().scan(0, |end, line| { *end += line.len(); Some(*end) }).position(|end| place < end);
        // Another force in the header is found at the first entry that is shown and is not of it.
        let places = match line.unwrap() {
            0 => vec![0, 1, 2],
            line => vec![line, line + 1],
        };
        expect_place(&String::from_utf8(bytes).unwrap(), &places)?;
    }

    #[test]
    fn any_dropped_line_is_found(line in 0..13_usize) {
        let mut tampered = lines(10, &[4, 8]);
        tampered.remove(line);
        expect_place(&tampered.concat(), &[line])?;
    }

    #[test]
    fn any_repeated_line_is_found(line in 0..13_usize, to in 0..14_usize) {
        let mut tampered = lines(10, &[4, 8]);
        let copy = tampered[line].clone();
        tampered.insert(to, copy);
        expect_place(&tampered.concat(), &[line, line + 1, to])?;
    }

    #[test]
    fn any_two_swapped_lines_are_found(one in 0..13_usize, other in 0..13_usize) {
        prop_assume!(one != other);
        let mut tampered = lines(10, &[4, 8]);
        tampered.swap(one, other);
        expect_place(&tampered.concat(), &[one, other])?;
    }

    #[test]
    fn any_cut_is_found(place in any::<prop::sample::Index>()) {
        let whole = lines(10, &[4, 8]).concat();
        let cut = &whole[..whole.floor_char_boundary(place.index(whole.len()))];
        prop_assert!(verify_export(cut.as_bytes(), key(1).verifier()).is_err());
    }

    #[test]
    fn no_bytes_make_it_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut file = header(1, 1, false).into_bytes();
        file.extend(bytes);
        prop_assert!(verify_export(&file[..], key(1).verifier()).is_err());
    }
}

/// A checkpoint each minute over a busy quarter; the bound is generous, because the test profile is unoptimised.
#[test]
fn two_hundred_thousand_entries_are_checked_in_seconds() {
    let seals: Vec<u64> = (1..=200).map(|number| number * 1000).collect();
    let file = lines(200_000, &seals).concat();
    let start = Instant::now();
    let report = verify_export(file.as_bytes(), key(1).verifier()).unwrap();
    assert_eq!((report.entries, report.checkpoints), (200_000, 200));
    println!("200,000 entries, {} MB: {:?}", file.len() / 1_000_000, start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
}
