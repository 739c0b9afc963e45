//! The verbs of the command line, a file each.

pub(crate) mod assets;
pub(crate) mod backup;
pub(crate) mod break_glass;
pub(crate) mod compile;
pub(crate) mod custody;
pub(crate) mod devices;
pub(crate) mod draft;
pub(crate) mod duty;
pub(crate) mod enrol;
pub(crate) mod explain;
pub(crate) mod import;
pub(crate) mod ledger_book;
mod ledger_verify;
#[cfg(test)]
mod needs;
pub(crate) mod orders;
pub(crate) mod people;
pub(crate) mod people_end;
pub(crate) mod policy;
pub(crate) mod registers;
mod registers_show;
pub(crate) mod roles;
pub(crate) mod serving;
pub(crate) mod settings;
pub(crate) mod terms;
pub(crate) mod tokens;

use std::path::Path;

use crate::cli::{Cli, Verb};

/// Runs one verb.
///
/// # Errors
/// Whatever kept it from doing what was asked; what it wrote until then stands.
pub(crate) fn run(cli: Cli) -> anyhow::Result<()> {
    service::system::install_tls()?;
    let settings: Option<&Path> = cli.config.as_deref();
    match cli.verb {
        Verb::Policy(verb) => verb.run(settings),
        Verb::Explain(verb) => verb.run(settings),
        Verb::Enrol(verb) => verb.run(settings),
        Verb::Person(verb) => verb.run(settings),
        Verb::Duty(verb) => verb.run(settings),
        Verb::Asset(verb) => verb.run(settings),
        Verb::Custody(verb) => verb.run(settings),
        Verb::Register(verb) => verb.run(settings),
        Verb::Terms(verb) => verb.run(settings),
        Verb::Token(verb) => verb.run(settings),
        Verb::Role(verb) => verb.run(settings),
        Verb::Alarm(verb) => verb.run(settings),
        Verb::Device(verb) => verb.run(settings),
        Verb::Order(verb) => verb.run(settings),
        Verb::Ledger(verb) => verb.run(settings),
        Verb::Config(verb) => verb.run(settings),
        Verb::Backup(verb) => verb.run(settings),
        Verb::Restore(verb) => verb.run(settings),
        Verb::Migrate(verb) => verb.run(settings),
        Verb::BreakGlass(verb) => verb.run(settings),
        Verb::SignInLink(verb) => verb.run(settings),
        Verb::Serve => service::serve::run(settings),
        Verb::Demo(verb) => verb.run(),
        Verb::Simulate(verb) => verb.run(settings),
    }
}
