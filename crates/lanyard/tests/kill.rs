//! SIGKILL in the middle of load, again and again: what was acknowledged is there, once, and nothing is half done.
//!
//! `LANYARD_KILLS=1000` kills more often than the usual 200 times.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bench::estate::{self, Planned, Speaker};
use bench::server::Server;
use bench::wire::{self, Connection};
use devices_sim::{Device, DeviceSpec, KeyPool, Link, Model, Temper};
use domain::{CommandId, CommandState, EnrolmentState};
use store::Store;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lanyard");
/// Devices that answer commands at once.
const SPEAKERS: usize = 16;
/// Commands planned for a device at a time.
const AHEAD: usize = 400;

struct Talker {
    speaker: Speaker,
    idle: Vec<u8>,
    planned: Vec<Planned>,
    next: usize,
}

impl Talker {
    /// Talks until the connection breaks or the plan is over; what was acknowledged.
    async fn talk(
        &mut self,
        address: std::net::SocketAddr,
        acknowledged: &mut Vec<CommandId>,
    ) -> anyhow::Result<()> {
        let mut connection = Connection::open(address).await?;
        let first = connection.send(&self.idle).await?;
        assert_eq!(first.status, 200);
        // The command that the server hands over may lie behind the plan's place: its last answer was stored, and the
        // kill came before the reply.
        while let Some(plan) = self.planned.get(self.next) {
            let answer = connection.send(&plan.answer).await?;
            assert_eq!(answer.status, 200, "a plain answer is taken: {answer:?}");
            acknowledged.push(plan.id);
            self.next += 1;
        }
        Ok(())
    }
}

/// Registers devices by the command line and makes their enrolment profiles.
fn profiles(config: &Path, count: usize) -> Vec<(String, Vec<u8>)> {
    let run = |arguments: &[&str]| {
        let out = Command::new(PROGRAM).args(arguments).arg("--config").arg(config).output().unwrap();
        assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
        out.stdout
    };
    run(&[
        "person",
        "add",
        "--force",
        "norfolk",
        "--number",
        "K1",
        "--name",
        "Kill Holder",
        "--role",
        "officer",
    ]);
    run(&["terms", "accept", "--person", "K1"]);
    (0..count)
        .map(|number| {
            let serial = format!("KILL{number:05}");
            run(&[
                "asset", "add", "--serial", &serial, "--kind", "iphone", "--force", "norfolk", "--holder",
                "K1",
            ]);
            let profile = run(&["enrol", "apple", "--serial", &serial, "--unsigned"]);
            (serial, profile)
        })
        .collect()
}

/// One round of load that ends in a kill; the serial number of a device that was told that it is enrolled.
fn round(
    server: &mut Server,
    talkers: &mut [Talker],
    acknowledged: &mut Vec<CommandId>,
    enrolling: Option<(String, Vec<u8>)>,
    keys: &Arc<KeyPool>,
    kill_after: Duration,
) -> Option<String> {
    let address = server.address;
    let enrolled = Arc::new(AtomicBool::new(false));
    let serial = enrolling.as_ref().map(|(serial, _)| serial.clone());
    std::thread::scope(|scope| {
        let (flag, keys) = (Arc::clone(&enrolled), Arc::clone(keys));
        let load = scope.spawn(move || {
            wire::on_one_thread(async {
                let newcomer = async {
                    if let Some((serial, profile)) = enrolling {
                        let spec = DeviceSpec::plausible(Model::Iphone, &serial, Temper::Honest, 3);
                        let link = Link { client: reqwest::Client::new(), world: bench::world::real(), keys };
                        if Device::new(spec, 3).enrol(&link, &profile).await.is_ok() {
                            flag.store(true, Ordering::SeqCst);
                        }
                    }
                };
                let talks = talkers.iter_mut().map(|talker| async {
                    let mut mine = Vec::new();
                    // A broken connection is what a kill looks like from the device's side.
                    let _ = talker.talk(address, &mut mine).await;
                    mine
                });
                let (all, ()) =
                    futures_util::future::join(futures_util::future::join_all(talks), newcomer).await;
                Ok(all.concat())
            })
        });
        std::thread::sleep(kill_after);
        server.kill().unwrap();
        acknowledged.extend(load.join().unwrap().unwrap());
    });
    serial.filter(|_| enrolled.load(Ordering::SeqCst))
}

/// Every acknowledged answer is stored.
fn check_round(store: &Store, acknowledged: &[CommandId]) {
    let ids = acknowledged.to_vec();
    store
        .read_blocking(move |tx| {
            for id in ids {
                let command =
                    store::commands::by_id(tx, id)?.expect("an acknowledged command is in the table");
                assert_eq!(
                    command.state,
                    CommandState::Acknowledged,
                    "{id} was acknowledged and is not stored"
                );
            }
            Ok::<_, store::StoreError>(())
        })
        .unwrap();
}

/// Over the whole run: each stored answer has one ledger entry, each ledger entry one stored answer. A question that was given
/// up, because each time that it was handed over the process died, has no answer.
fn check_whole(store: &Store, planned: BTreeSet<String>, enrolled: Vec<String>) {
    store
        .read_blocking(move |tx| {
            let mut stored = 0;
            for id in &planned {
                let id: CommandId = id.parse().unwrap();
                let answered = |c: store::commands::Command| {
                    c.finished_at.is_some() && c.state != CommandState::Uncertain
                };
                stored += i64::from(store::commands::by_id(tx, id)?.is_some_and(answered));
            }
            let (mut answered, mut place) = (0, 0);
            loop {
                let rows = store::ledger::from_place(tx, place, 5000)?;
                let Some(last) = rows.last() else { break };
                place = last.place.unwrap() + 1;
                answered += rows.iter().filter(|row| row.action == "command.answered").count();
            }
            assert!(stored > 0, "nothing was ever answered");
            assert_eq!(i64::try_from(answered).unwrap(), stored, "ledger entries and stored answers differ");
            for serial in &enrolled {
                let device =
                    store::devices::by_serial(tx, serial)?.expect("an enrolled device is registered");
                assert_eq!(
                    device.enrolment_state,
                    EnrolmentState::Enrolled,
                    "{serial} was told that it is enrolled"
                );
                let live =
                    store::enrolments::of_device(tx, device.id)?.iter().filter(|e| e.ended.is_none()).count();
                assert_eq!(live, 1, "{serial} has {live} live enrolments");
            }
            Ok::<_, store::StoreError>(())
        })
        .unwrap();
}

fn run(kills: usize, postgres: Option<String>) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy").canonicalize().unwrap();
    let mut server = Server::prepare(&PathBuf::from(PROGRAM), folder.path(), &policy, postgres).unwrap();
    server.start().unwrap();
    server.kill().unwrap();
    let world = bench::world::real();
    let ca = estate::authority(&server.data()).unwrap();
    let mut waiting = profiles(&folder.path().join("lanyard.toml"), kills / 5);
    let keys = Arc::new(KeyPool::sharing(2).unwrap());

    let store = server.store().unwrap();
    let speakers = estate::grow(&store, &ca, &world, 0, SPEAKERS).unwrap().speakers;
    let mut talkers: Vec<Talker> = speakers
        .into_iter()
        .map(|speaker| Talker {
            idle: estate::idle(&speaker).unwrap(),
            speaker,
            planned: Vec::new(),
            next: 0,
        })
        .collect();
    let (mut planned, mut enrolled, mut total) = (BTreeSet::new(), Vec::new(), 0);
    for number in 0..kills {
        for talker in talkers.iter_mut().filter(|talker| talker.next + 50 > talker.planned.len()) {
            talker.planned.drain(..talker.next);
            talker.next = 0;
            let more = estate::plan(&store, &world, &talker.speaker, AHEAD).unwrap();
            planned.extend(more.iter().map(|plan| plan.id.to_string()));
            talker.planned.extend(more);
        }
        server.start().unwrap();
        let mut acknowledged = Vec::new();
        // Kills at many different moments of the load, the same ones in every run.
        let after = Duration::from_millis(20 + u64::try_from(number).unwrap() * 37 % 180);
        let newcomer = if number % 5 == 0 { waiting.pop() } else { None };
        enrolled.extend(round(&mut server, &mut talkers, &mut acknowledged, newcomer, &keys, after));
        check_round(&store, &acknowledged);
        total += acknowledged.len();
    }
    server.start().unwrap();
    let config = folder.path().join("lanyard.toml");
    let lanyard = |arguments: &[&str]| {
        let out = Command::new(PROGRAM).args(arguments).output().unwrap();
        assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    };
    let (config, export) = (config.to_str().unwrap(), folder.path().join("ledger.jsonl"));
    lanyard(&["ledger", "checkpoint", "--config", config]);
    lanyard(&["ledger", "export", "--config", config, "--out", export.to_str().unwrap()]);
    let key = server.data().join("ledger.pub");
    lanyard(&["ledger", "verify", export.to_str().unwrap(), "--key", key.to_str().unwrap()]);
    let said = format!("{kills} kills: {total} acknowledged answers, {} enrolments", enrolled.len());
    std::io::stdout().write_all(format!("{said}, none lost or doubled\n").as_bytes()).unwrap();
    check_whole(&store, planned, enrolled);
}

fn kills(usual: usize) -> usize {
    #[expect(clippy::disallowed_methods, reason = "the flag of this test")]
    std::env::var("LANYARD_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_on_sqlite() {
    run(kills(200), None);
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_on_postgresql() {
    let Some(postgres) = testkit::Postgres::start_durable() else { return };
    run(kills(200) / 8, Some(postgres.fresh_database()));
}
