//! The command line: its shape, and which verb does what. Each verb's own arguments stand with the verb.

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::verbs::{
    assets, backup, break_glass, custody, devices, duty, enrol, explain, ledger_book, orders, pack,
    pack_verify, people, policy, registers, roles, serving, settings, terms, tokens,
};
use simulation::{demo, load};

/// Keeps a police force's devices tied to the force's own rules, and proves it.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// The settings file; left out, lanyard.toml in the working folder.
    #[arg(long, global = true, value_name = "FILE", env = "LANYARD_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// The force's rules: check, list, show, compile, compare, draft from text.
    #[command(subcommand)]
    Policy(policy::PolicyVerb),
    /// Why a device meets a clause or does not, today or at a time in the past.
    Explain(explain::Explain),
    /// Findings with everything an outsider needs to check them, as one signed file.
    Pack(pack::PackVerb),
    /// Check a pack with nothing but the ledger's public key.
    Verify(pack_verify::VerifyPack),
    /// An enrolment profile for a registered device.
    Enrol(enrol::Enrol),
    /// People: add, import, list, end, erase.
    #[command(subcommand)]
    Person(people::PersonVerb),
    /// Duty: how somebody stands to it, and rosters from files.
    #[command(subcommand)]
    Duty(duty::DutyVerb),
    /// The asset register: add, list, import, name an intended holder, draw a label.
    #[command(subcommand)]
    Asset(assets::AssetVerb),
    /// Who gave what to whom: list, and check a signed record.
    #[command(subcommand)]
    Custody(custody::CustodyVerb),
    /// Permissions and exceptions: the registers, asking, deciding, ending.
    #[command(subcommand)]
    Register(registers::RegisterVerb),
    /// The terms that people accept.
    #[command(subcommand)]
    Terms(terms::TermsVerb),
    /// Roles: give, end, list.
    #[command(subcommand)]
    Role(roles::RoleVerb),
    /// What administrators and information security were told at once.
    #[command(subcommand)]
    Alarm(roles::AlarmVerb),
    /// Tokens with which other programs come, such as the force's directory: make, list, end.
    #[command(subcommand)]
    Token(tokens::TokenVerb),
    /// Devices under management: list, and orders that can be undone.
    #[command(subcommand)]
    Device(devices::DeviceVerb),
    /// Orders that are held or wait: list, cancel, call off, freeze.
    #[command(subcommand)]
    Order(orders::OrderVerb),
    /// The tamper-evident log: verify an export, export, sign a checkpoint.
    #[command(subcommand)]
    Ledger(ledger_book::LedgerVerb),
    /// The settings file: check it, or print an example.
    #[command(subcommand)]
    Config(settings::ConfigVerb),
    /// Copy the database and the keys into a new folder.
    Backup(backup::Backup),
    /// Make a data folder out of a backup.
    Restore(backup::Restore),
    /// Bring the database's schema up to date.
    Migrate(serving::Migrate),
    /// Administrators who get in with a passkey while the directory is down: invite, list, end.
    #[command(subcommand)]
    BreakGlass(break_glass::BreakGlassVerb),
    /// A sign-in address for one person, good once and for fifteen minutes.
    SignInLink(serving::SignInLink),
    /// Run the service.
    Serve,
    /// The whole thing on this machine: the rules, invented people, simulated devices.
    Demo(demo::Demo),
    /// Simulated devices against a running server, with figures at the end.
    Simulate(load::Simulate),
}

impl Cli {
    /// Runs one verb.
    ///
    /// # Errors
    /// Whatever kept it from doing what was asked; what it wrote until then stands.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        service::system::install_tls()?;
        let settings: Option<&Path> = self.config.as_deref();
        match self.verb {
            Verb::Policy(verb) => verb.run(settings),
            Verb::Explain(verb) => verb.run(settings),
            Verb::Pack(verb) => verb.run(settings),
            Verb::Verify(verb) => verb.run(),
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
}
