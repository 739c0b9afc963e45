//! Losses are reported while the program is killed again and again: each is locked once, and nothing is lost or doubled.
//!
//! `cargo xtask losses -- --kills 100` is the long version, with figures.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use bench::losses::{self, Wanted};

fn run(kills: usize, postgres: Option<String>) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy").canonicalize().unwrap();
    let wanted = Wanted {
        program: PathBuf::from(env!("CARGO_BIN_EXE_lanyard")),
        policy,
        postgres,
        devices: 60,
        losses: 24,
        over: Duration::from_secs(6),
        check_ins: 50,
        kills,
    };
    let figures = losses::run(&wanted).unwrap();
    assert!(figures.faults.is_empty(), "{:#?}", figures.faults);
    assert_eq!((figures.queued.len(), figures.acknowledged.len()), (24, 24));
}

#[test]
fn no_loss_is_forgotten_or_locked_twice_on_sqlite() {
    run(8, None);
}

#[test]
fn no_loss_is_forgotten_or_locked_twice_on_postgresql() {
    let Some(postgres) = testkit::Postgres::start_durable() else { return };
    run(4, Some(postgres.fresh_database()));
}
