//! `cargo xtask bench`: measures the service on this machine and writes docs/performance.md.
#![expect(clippy::print_stdout, reason = "a program that prints its findings")]

mod people;
mod scenarios;

use std::path::PathBuf;
use std::time::Duration;

use bench::report::{self, Line};
use clap::Parser;

/// Measures the service under load on this machine.
#[derive(Parser)]
struct Options {
    /// The program to measure.
    #[arg(long, default_value = "target/release/lanyard")]
    program: PathBuf,
    /// The policy folder.
    #[arg(long, default_value = "policy")]
    policy: PathBuf,
    /// The page to write the table to; without it the table is only printed.
    #[arg(long)]
    write: Option<PathBuf>,
    /// Seconds for each rate.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// The largest estate.
    #[arg(long, default_value_t = 100_000)]
    devices: usize,
    /// Measure only this, for work on one part; may be given several times. Without it everything is measured.
    #[arg(long, value_enum, conflicts_with = "write")]
    only: Vec<scenarios::Part>,
    /// Measure only on this database.
    #[arg(long, value_enum, conflicts_with = "write")]
    engine: Option<scenarios::On>,
}

fn main() -> anyhow::Result<()> {
    // Even plain HTTP clients ask for a TLS provider; installing it a second time would be the only failure.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let options = Options::parse();
    let program = options.program.canonicalize()?;
    let policy = options.policy.canonicalize()?;
    let run = scenarios::Run {
        program,
        policy,
        lasting: Duration::from_secs(options.seconds),
        devices: options.devices,
        only: options.only,
    };
    let mut lines = scenarios::Lines::default();
    if run.wants(scenarios::Part::Judgements) {
        run.judgements(&mut lines)?;
    }
    if run.wants(scenarios::Part::Permits) {
        run.permits(&mut lines)?;
    }
    if options.engine != Some(scenarios::On::Postgresql) {
        run.on("SQLite", &|| None, &mut lines)?;
    }
    if options.engine != Some(scenarios::On::Sqlite) {
        match testkit::Postgres::start_durable() {
            Some(postgres) => run.on("PostgreSQL", &|| Some(postgres.fresh_database()), &mut lines)?,
            None => lines.add(Line::plain("PostgreSQL", "not measured: it is not installed".into())),
        }
    }
    let measured = format!("Measured on {}.\n\n{}", report::machine(), report::table(&lines.0));
    println!("\n{measured}");
    if let Some(page) = &options.write {
        report::write(page, &measured)?;
    }
    Ok(())
}
