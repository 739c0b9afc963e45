//! The smoke run: every target takes its seeds, refuses what is too long, and survives some thousand corrupted inputs.
//!
//! The inputs are the same in each run. `LANYARD_FUZZ_ROUNDS=100` makes a hundred times as many, `LANYARD_FUZZ_SEED=7`
//! makes others. An input that a target does not live through is printed with the command that replays it.
#![expect(
    clippy::panic,
    clippy::print_stderr,
    reason = "a failure says which input it was and how to see it again"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use fuzz::mutate::{Mutator, Random};
use fuzz::{Limit, TARGETS, Target};

/// No input takes a decoder nearly as long, even unoptimised and on a busy machine.
const TOO_LONG: Duration = Duration::from_secs(20);
/// Memory that a run may take beyond what the process had before, in KiB.
const TOO_MUCH: u64 = 400 * 1024;
/// Inputs as long as the limit lets them be, in one run.
const SWOLLEN: u32 = 24;
/// Longer inputs than this say nothing more and make the run slow.
const LONGEST: usize = 256 * 1024;

fn setting(name: &str, otherwise: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the test runner has no other way to be told")]
    let set = std::env::var(name).ok();
    set.map_or(otherwise, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text}"))
    })
}

/// Runs inputs and says which one it was that went wrong.
struct Runner {
    target: &'static Target,
    /// Tells the watch what is being run.
    watch: Sender<Vec<u8>>,
}

impl Runner {
    fn new(name: &str) -> Self {
        let target = fuzz::find(name).unwrap_or_else(|| panic!("there is no target {name}"));
        let (watch, told) = mpsc::channel::<Vec<u8>>();
        std::thread::spawn(move || {
            let mut current = None;
            loop {
                match told.recv_timeout(TOO_LONG) {
                    // Nothing runs between inputs that could hang.
                    Ok(bytes) => current = (!bytes.is_empty()).then_some(bytes),
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        if let Some(bytes) = current {
                            accuse(target, &bytes, &format!("ran longer than {TOO_LONG:?}"));
                            // A thread cannot be stopped, so the process is.
                            std::process::exit(101);
                        }
                    }
                }
            }
        });
        Self { target, watch }
    }

    /// Returns whether the input was taken; fails the test if the target falls over.
    fn run(&self, bytes: &[u8]) -> bool {
        let _ = self.watch.send(bytes.to_vec());
        let taken = catch_unwind(AssertUnwindSafe(|| (self.target.run)(bytes)));
        let _ = self.watch.send(Vec::new());
        taken.unwrap_or_else(|_| {
            accuse(self.target, bytes, "fell over");
            panic!("{} fell over", self.target.name)
        })
    }
}

fn accuse(target: &Target, bytes: &[u8], what: &str) {
    let name = target.name;
    let digits = hex::encode(bytes);
    eprintln!("{name} {what}; the input has {} bytes:\n{digits}", bytes.len());
    if bytes.len() <= 8 * 1024 {
        eprintln!("to see it again: cargo run -p fuzz -- replay {name} hex:{digits}");
    } else {
        let file = std::env::temp_dir().join(format!("{name}.input"));
        let written = std::fs::write(&file, bytes).is_ok();
        let file =
            if written { file.display().to_string() } else { "FILE (with the bytes above)".to_owned() };
        eprintln!("to see it again: cargo run -p fuzz -- replay {name} {file}");
    }
}

/// Returns the most memory that this process ever had, in KiB; `None` if the system does not say.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn smoke(name: &str) {
    let runner = Runner::new(name);
    let target = runner.target;
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "{name} has no seeds");
    for seed in &seeds {
        assert!(runner.run(seed), "{name} does not take its own seed: {}", String::from_utf8_lossy(seed));
    }
    if let Limit::Refused(limit) = target.limit {
        for seed in &seeds {
            let mut longer = seed.clone();
            longer.resize(limit + 1, b' ');
            assert!(!runner.run(&longer), "{name} takes more than its limit of {limit} bytes");
        }
    }

    let before = most_memory();
    let rounds = target.rounds * u32::try_from(setting("LANYARD_FUZZ_ROUNDS", 1)).unwrap_or(u32::MAX);
    let random = Random::new(setting("LANYARD_FUZZ_SEED", 1), name);
    let mut mutator = Mutator::new(random, &seeds, target.words, target.limit.bytes());
    let mut taken = 0;
    runner.run(b"");
    for _ in 0..rounds {
        taken += u32::from(runner.run(&mutator.spoilt()));
    }
    for _ in 0..SWOLLEN {
        runner.run(&mutator.swollen(LONGEST));
    }
    assert!(taken < rounds, "{name} took every spoilt input: nothing was tested");
    if let (Some(before), Some(after)) = (before, most_memory()) {
        let more = after.saturating_sub(before);
        assert!(more < TOO_MUCH, "{name} took {more} KiB of memory");
    }
    eprintln!("{name}: {rounds} spoilt inputs, {taken} of them taken all the same");
}

macro_rules! smoke_tests {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                smoke(stringify!($name));
            }
        )*

        #[test]
        fn every_target_has_a_smoke_run_and_a_fuzzer() {
            let here = [$(stringify!($name)),*];
            let all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(all, here);
            let folder = fuzz::sample::root().join("fuzz/cargo-fuzz");
            let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
            for name in here {
                let source = std::fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs")));
                assert!(source.unwrap_or_default().contains(&format!("fuzz::{name}(")), "{name} has no fuzzer");
                assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in the fuzzers' manifest");
            }
        }
    };
}

smoke_tests![
    plist,
    checkin,
    command_report,
    sent_settings,
    cms_detached,
    cms_attached,
    cms_enveloped,
    certificate,
    certificate_request,
    pem,
    headers,
    scep_request,
    scep_answer,
    scep_query,
    policy_files,
    policy_import,
    calendar,
    table,
    picture,
    check,
    ledger_export,
    ledger_proof,
    ledger_note,
    ledger_entry,
    finding_lines,
    pack_file,
    witness_request,
    scim_filter,
    scim_patch,
    words,
];
