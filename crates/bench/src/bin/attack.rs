//! `cargo xtask attack`: what one stolen hand can do in an hour, as a table.
#![expect(clippy::print_stdout, reason = "a program that prints its findings")]

use std::path::PathBuf;

use clap::Parser;

/// Attacks a service of its own and prints what each thief came to.
#[derive(Parser)]
struct Options {
    /// The policy folder.
    #[arg(long, default_value = "policy")]
    policy: PathBuf,
    /// Devices of the estate: 1 to 1,000.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=1000))]
    devices: u16,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let devices = usize::from(options.devices);
    let figures = bench::attack::run(&options.policy, devices)?;
    println!("{}", bench::attack::table(&figures, devices));
    Ok(())
}
