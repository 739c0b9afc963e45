//! `cargo xtask losses`: devices reported lost under load, and how soon each is locked, as a table.
#![expect(clippy::print_stdout, reason = "a program that prints its findings")]

use std::path::PathBuf;
use std::time::Duration;

use bench::losses::{self, Wanted};
use bench::report;
use clap::Parser;

/// Reports devices lost to a service of its own while its estate checks in.
#[derive(Parser)]
struct Options {
    /// The program to measure.
    #[arg(long, default_value = "target/release/lanyard")]
    program: PathBuf,
    /// The policy folder.
    #[arg(long, default_value = "policy")]
    policy: PathBuf,
    /// Devices of the estate.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=250_000))]
    devices: u32,
    /// Devices reported lost.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1000))]
    losses: u32,
    /// Seconds over which they are reported.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// Check-ins a second meanwhile.
    #[arg(long, default_value_t = 500)]
    check_ins: u32,
    /// How often the program is killed meanwhile.
    #[arg(long, default_value_t = 0)]
    kills: u32,
    /// On PostgreSQL instead of SQLite.
    #[arg(long)]
    postgresql: bool,
}

fn main() -> anyhow::Result<()> {
    // Even plain HTTP clients ask for a TLS provider; installing it a second time would be the only failure.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let options = Options::parse();
    let postgres = if options.postgresql {
        Some(
            testkit::Postgres::start_durable()
                .ok_or_else(|| anyhow::anyhow!("PostgreSQL is not installed"))?,
        )
    } else {
        None
    };
    let wanted = Wanted {
        program: options.program.canonicalize()?,
        policy: options.policy.canonicalize()?,
        postgres: postgres.as_ref().map(testkit::Postgres::fresh_database),
        devices: usize::try_from(options.devices)?,
        losses: usize::try_from(options.losses)?,
        over: Duration::from_secs(options.seconds),
        check_ins: options.check_ins,
        kills: usize::try_from(options.kills)?,
    };
    let figures = losses::run(&wanted)?;
    let engine = if options.postgresql { "PostgreSQL" } else { "SQLite" };
    println!(
        "Asked for: {} losses in {} s, {} devices, {} check-ins a second, {} kills.\n",
        options.losses, options.seconds, options.devices, options.check_ins, options.kills
    );
    println!(
        "Measured on {}.\n\n{}",
        report::machine(),
        report::table(&losses::lines(engine, &figures, options.kills > 0))
    );
    anyhow::ensure!(figures.faults.is_empty(), "something was lost or doubled");
    Ok(())
}
