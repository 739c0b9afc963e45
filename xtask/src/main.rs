//! The repository's own chores, run as `cargo xtask <chore>`.
//!
//! `tidy` keeps what reviews would otherwise have to remember: which crate may use which, how long things may get, and
//! words that do not belong here. Formatting, lints and tests are cargo's own business; `./test` runs everything.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod tidy;

#[derive(Parser)]
#[command(about = "The repository's own chores")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check layers, budgets and words, and write the crate map of ARCHITECTURE.md
    Tidy {
        /// Write nothing; an outdated map is then a problem
        #[arg(long)]
        check: bool,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let Chore::Tidy { check } = Arguments::parse().chore;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
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
