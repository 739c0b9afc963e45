//! The binary: settings, wiring and the command line. The only part that reads the environment, the clock and the
//! terminal; everything else is handed what it needs.
//!
//! A verb is a function in `verbs`: it reads its arguments, calls a use case of `app` with a permit for whoever runs the
//! program, and writes the result. `serve` joins the parts into the service; `demo` is the same service with invented
//! people and simulated devices around it. Not here: anything that a page or a device could also cause.

mod cli;
mod config;
mod keys;
mod log;
mod open;
mod out;
mod policy_folder;
mod serve;
mod simulation;
mod system;
mod tls_files;
mod vendors;
mod verbs;

use std::process::ExitCode;

use clap::Parser;

use crate::out::Failure;

/// The system's allocator spends a tenth of a check-in; this one a third of that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match verbs::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if out::is_gone(&error) => ExitCode::SUCCESS,
        Err(error) => match error.downcast_ref::<Failure>() {
            Some(Failure::Told) => ExitCode::FAILURE,
            Some(Failure::Usage(words)) => {
                out::note(format_args!("lanyard: {words}"));
                ExitCode::from(2)
            }
            None => {
                out::note(format_args!("lanyard: {error:#}"));
                ExitCode::FAILURE
            }
        },
    }
}
