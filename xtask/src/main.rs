//! The repository's own chores, run as `cargo xtask <chore>`.
//!
//! `tidy` keeps what reviews would otherwise have to remember: which crate may use which, how long things may get, and
//! words that do not belong here; it also writes NOTICE. `licences` gathers the texts that go with it. `new` makes the skeleton of a
//! page, a job, a check or a platform. `mutate-policy` weakens every rule of the policy and says what nobody would see. `bench` builds the release program and measures it, `losses` measures how soon lost devices
//! are locked, `attack` shows what one stolen account can do to an estate. Formatting, lints and tests are cargo's own business;
//! `./test` runs everything.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};

mod mutate;
mod new;
mod tidy;

#[derive(Parser)]
#[command(about = "The repository's own chores")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check layers, budgets and words, and write NOTICE and the crate map of ARCHITECTURE.md
    Tidy {
        /// Write nothing; an outdated map is then a problem
        #[arg(long)]
        check: bool,
    },
    /// Gather the texts of all licences into one file, to go with the program where it is passed on
    Licences {
        /// Where to write them
        file: std::path::PathBuf,
    },
    /// Weaken every rule of policy/, one at a time, and say what neither the loader nor the difference of two policies shows
    MutatePolicy {
        /// Try one weakening in so many
        #[arg(long, default_value_t = 1)]
        every: usize,
    },
    /// Make the skeleton of a page, a job, a check or a platform
    New {
        #[command(subcommand)]
        what: new::New,
    },
    /// Let a thief loose on the service for a simulated hour, and print what each could do to how many devices
    Attack {
        /// Passed on to the attack, such as `--devices 200`
        #[arg(last = true)]
        options: Vec<String>,
    },
    /// Report devices of an estate lost while it checks in, and print how soon each was locked
    Losses {
        /// Passed on to the measurement, such as `--seconds 60 --kills 10`
        #[arg(last = true)]
        options: Vec<String>,
    },
    /// Build the release program, measure it on this machine and write docs/performance.md
    Bench {
        /// Passed on to the benchmark; `cargo xtask bench -- --help` lists what it takes
        #[arg(last = true)]
        options: Vec<String>,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    match Arguments::parse().chore {
        Chore::Tidy { check } => tidy_up(root, check),
        Chore::Licences { file } => {
            std::fs::write(&file, tidy::notice::texts(root)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Chore::MutatePolicy { every } => {
            let seen = mutate::run(root, every, &mut std::io::stdout().lock())?;
            Ok(if seen { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Chore::New { what } => {
            let mut out = std::io::stdout().lock();
            for file in new::make(root, &what)? {
                writeln!(out, "{file}")?;
            }
            writeln!(out, "CONTRIBUTING.md says what comes next; run cargo fmt and cargo xtask tidy")?;
            Ok(ExitCode::SUCCESS)
        }
        Chore::Attack { options } => attack(root, &options),
        Chore::Losses { options } => losses(root, &options),
        Chore::Bench { options } => measure(root, &options),
    }
}

/// Builds and runs the attack.
fn attack(root: &Path, options: &[String]) -> anyhow::Result<ExitCode> {
    let mut run = Command::new("cargo");
    run.current_dir(root)
        .args(["run", "--quiet", "--package", "bench", "--bin", "attack", "--"])
        .args(options);
    Ok(if run.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds the release program, and reports devices of an estate lost to it.
fn losses(root: &Path, options: &[String]) -> anyhow::Result<ExitCode> {
    let cargo = |arguments: &[&str]| Command::new("cargo").args(arguments).current_dir(root).status();
    if !cargo(&["build", "--release", "--package", "lanyard", "--package", "bench"])?.success() {
        return Ok(ExitCode::FAILURE);
    }
    let mut run = Command::new(root.join("target/release/losses"));
    run.current_dir(root).args(options);
    Ok(if run.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds and runs the benchmark. Without options of its own it writes its table into docs/performance.md.
fn measure(root: &Path, options: &[String]) -> anyhow::Result<ExitCode> {
    let cargo = |arguments: &[&str]| Command::new("cargo").args(arguments).current_dir(root).status();
    if !cargo(&["build", "--release", "--package", "lanyard", "--package", "bench"])?.success() {
        return Ok(ExitCode::FAILURE);
    }
    let mut run = Command::new(root.join("target/release/bench"));
    run.current_dir(root).args(options);
    if options.is_empty() {
        run.args(["--write", "docs/performance.md"]);
    }
    Ok(if run.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tidy_up(root: &Path, check: bool) -> anyhow::Result<ExitCode> {
    let (problems, seen) = tidy::run(root, check)?;
    let mut out = std::io::stdout().lock();
    for problem in &problems {
        writeln!(out, "{problem}")?;
    }
    if problems.is_empty() {
        writeln!(out, "tidy: {seen}: nothing to mend")?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "tidy: {seen}: {} to mend", problems.len())?;
    Ok(ExitCode::FAILURE)
}
