//! Bytes that no device would send: decoding says no, and nothing else happens.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use std::path::PathBuf;

use domain::{Platform, Timestamp};
use proptest::prelude::*;
use protocol_apple::plist_io::DEFAULT_LIMIT;
use protocol_apple::{checkin, commands, connect, reports};

fn samples() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "plist" || ending == "bplist"));
    files.sort();
    assert!(files.len() > 30, "the sample messages are missing");
    files.into_iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Takes a body through everything that a body can go through.
fn swallow(bytes: &[u8]) {
    let _ = checkin::decode(bytes, DEFAULT_LIMIT);
    let _ = commands::sent_settings(bytes);
    let Ok(report) = connect::decode(bytes, DEFAULT_LIMIT) else { return };
    let requests = [
        "DeviceInformation",
        "SecurityInfo",
        "Restrictions",
        "ProfileList",
        "InstalledApplicationList",
        "CertificateList",
    ];
    for request in requests {
        for platform in [Platform::Ios, Platform::Macos] {
            let _ = reports::facts(request, platform, &report, Timestamp::from_millis(0), "");
        }
    }
    let _ = reports::location(&report);
    let _ = reports::settings_facts(&[None], &report, Timestamp::from_millis(0), "");
}

#[test]
fn every_sample_is_read_by_its_decoder() {
    for bytes in samples() {
        let read =
            checkin::decode(&bytes, DEFAULT_LIMIT).is_ok() || connect::decode(&bytes, DEFAULT_LIMIT).is_ok();
        assert!(read, "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn no_beginning_of_a_sample_panics() {
    for bytes in samples() {
        for end in 0..bytes.len().min(400) {
            swallow(&bytes[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_changed_sample_panics(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        thread_local! { static SAMPLES: Vec<Vec<u8>> = samples(); }
        let mut bytes = SAMPLES.with(|all| which.get(all).clone());
        for (place, byte) in &changes {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        swallow(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        swallow(&bytes);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        swallow(&bytes);
    }
}
