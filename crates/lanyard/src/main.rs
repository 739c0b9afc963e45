//! The binary: the command line.
//!
//! A verb is a function in `verbs`: it reads its arguments, calls a use case with a permit for the person who runs the
//! program, and writes the result. `serve` starts what the crate `service` joins; `demo` is the same service with invented
//! people and simulated devices around it (`simulation`). Not here: anything that a page or a device could also cause.

mod cli;
#[cfg(test)]
mod needs;
mod verbs;

use std::process::ExitCode;

use clap::Parser;

use service::out::Failure;

/// The system's allocator spends a tenth of a check-in; this one a third of that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if service::out::is_gone(&error) => ExitCode::SUCCESS,
        Err(error) => match error.downcast_ref::<Failure>() {
            Some(Failure::Told) => ExitCode::FAILURE,
            Some(Failure::Usage(words)) => {
                service::out::note(format_args!("lanyard: {words}"));
                ExitCode::from(2)
            }
            None => {
                service::out::note(format_args!("lanyard: {error:#}"));
                ExitCode::FAILURE
            }
        },
    }
}
