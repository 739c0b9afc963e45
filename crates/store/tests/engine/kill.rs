//! A process killed in the middle of writing: everything it acknowledged is there afterwards, and nothing half-done.
//!
//! The test starts itself as the victim, which prints the number of each acknowledged transaction.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::common::{ADD, ALL, open};
use domain::Secret;
use store::{PostgresTls, Store, StoreConfig, Value};
use testkit::{block_on, both_engines};

const VICTIM: &str = "STORE_TEST_VICTIM";
const KILLS: usize = 6;

/// Two rows in each transaction, from eight tasks, until killed.
fn write_until_killed(config: &StoreConfig, run: &str) {
    let store = Store::open(config).unwrap();
    block_on(async {
        let tasks: Vec<_> = (0..8)
            .map(|task| {
                let (store, run) = (store.clone(), run.to_owned());
                tokio::spawn(async move {
                    for number in 0u32.. {
                        let name = format!("{run}-{task}-{number}");
                        let rows = [Value::from(format!("{name}/a")), Value::from(format!("{name}/b"))];
                        store
                            .write(move |tx| {
                                rows.into_iter()
                                    .try_for_each(|id| tx.later(&ADD, vec![id, 0i64.into(), Value::Null]))
                            })
                            .await
                            .unwrap_or_else(|error: store::StoreError| panic!("{error}"));
                        // One write, so that a line is whole or absent.
                        std::io::stdout().write_all(format!("acknowledged {name}\n").as_bytes()).unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

#[test]
fn the_victim() {
    #[expect(clippy::disallowed_methods, reason = "how the test tells its own child what to do")]
    let Ok(order) = std::env::var(VICTIM) else { return };
    let [kind, run, place] = order.splitn(3, '|').collect::<Vec<_>>().try_into().unwrap();
    let config = match kind {
        "sqlite" => StoreConfig::Sqlite { path: place.into(), readers: 1 },
        _ => StoreConfig::Postgres {
            url: Secret::new(place.to_owned()),
            connections: 4,
            tls: PostgresTls::default(),
        },
    };
    write_until_killed(&config, run);
}

/// Starts the victim, kills it after about `acks` acknowledgements, and returns those that it printed.
fn kill_after(config: &StoreConfig, run: usize, acks: usize) -> BTreeSet<String> {
    let order = match config {
        StoreConfig::Sqlite { path, .. } => format!("sqlite|{run}|{}", path.display()),
        StoreConfig::Postgres { url, .. } => format!("postgres|{run}|{}", url.expose()),
    };
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::the_victim", "--nocapture"])
        .env(VICTIM, order)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut printed = BufReader::new(victim.stdout.take().unwrap()).lines();
    let mut acknowledged = BTreeSet::new();
    let mut note = |line: String| {
        if let Some((_, name)) = line.split_once("acknowledged ") {
            acknowledged.insert(name.to_owned());
        }
        acknowledged.len()
    };
    for line in printed.by_ref() {
        if note(line.unwrap()) >= acks {
            break;
        }
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    // What was in the pipe was acknowledged too.
    for line in printed {
        note(line.unwrap());
    }
    acknowledged
}

#[test]
fn what_was_acknowledged_survives_kill_9_and_nothing_is_half_there() {
    both_engines(|config| {
        drop(open(&config));
        let mut acknowledged = BTreeSet::new();
        for run in 0..KILLS {
            let before = acknowledged.len();
            acknowledged.append(&mut kill_after(&config, run, 40 + 97 * run));
            assert!(acknowledged.len() >= before + 40 + 97 * run, "the victim died by itself in run {run}");
        }
        let store = Store::open(&config).unwrap();
        let rows = store.read_blocking(|tx| tx.query(&ALL, &[])).unwrap();
        let kept: BTreeSet<String> = rows.iter().map(|row| row.text(0).unwrap()).collect();
        for name in &acknowledged {
            assert!(kept.contains(&format!("{name}/a")), "{name} was acknowledged and is not there");
        }
        for id in &kept {
            let (name, _) = id.split_once('/').unwrap();
            assert!(
                kept.contains(&format!("{name}/a")) && kept.contains(&format!("{name}/b")),
                "{name} is half there"
            );
        }
    });
}
