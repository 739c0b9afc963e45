//! What each verb needs of whoever runs it: an action of access control, or nothing but what the operating system lets
//! them read. A test compares the table with the command line, so a new verb is a decision.

use clap::CommandFactory;

use crate::cli::Cli;

/// What a verb needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// A permit for this action, asked for as whoever runs the program.
    Permit(&'static str),
    /// Files that whoever runs it can read anyway: it opens no service, so there is nobody to ask.
    Files,
    /// It is the service itself, or makes one: it needs the settings file and the keys.
    Server,
}

/// Every verb, as it is typed.
const VERBS: &[(&str, Needs)] = &[
    ("alarm list", Needs::Permit("see alarms")),
    ("asset add", Needs::Permit("manage register")),
    ("asset give", Needs::Permit("manage register")),
    ("asset import", Needs::Permit("manage register")),
    ("asset label", Needs::Permit("see devices")),
    ("asset list", Needs::Permit("see devices")),
    ("backup", Needs::Server),
    ("break-glass end", Needs::Permit("run service")),
    ("break-glass invite", Needs::Permit("run service")),
    ("break-glass list", Needs::Permit("run service")),
    ("config check", Needs::Files),
    ("config example", Needs::Files),
    ("custody list", Needs::Permit("see custody")),
    ("custody verify", Needs::Permit("see custody")),
    ("demo", Needs::Server),
    ("device found", Needs::Permit("command devices")),
    ("device list", Needs::Permit("see devices")),
    ("device lock", Needs::Permit("command devices")),
    ("device lost", Needs::Permit("command devices")),
    ("device refresh", Needs::Permit("command devices")),
    ("device restart", Needs::Permit("command devices")),
    ("device revoke", Needs::Permit("revoke certificates")),
    ("duty import", Needs::Permit("manage duty")),
    ("duty state", Needs::Permit("see duty")),
    ("enrol", Needs::Permit("enrol devices")),
    ("explain", Needs::Permit("see findings")),
    ("ledger accept", Needs::Permit("run service")),
    ("ledger ask-witness", Needs::Permit("see ledger")),
    ("ledger checkpoint", Needs::Permit("run service")),
    ("ledger cosigned", Needs::Permit("run service")),
    ("ledger export", Needs::Permit("see ledger")),
    ("ledger prove", Needs::Permit("see ledger")),
    ("ledger verify", Needs::Permit("see ledger")),
    ("ledger witness", Needs::Permit("run service")),
    ("migrate", Needs::Server),
    ("order call-off", Needs::Permit("call off orders")),
    ("order cancel", Needs::Permit("call off orders")),
    ("order freeze", Needs::Permit("freeze destruction")),
    ("order held", Needs::Permit("see held orders")),
    ("pack", Needs::Permit("see ledger")),
    ("person add", Needs::Permit("manage people")),
    ("person end", Needs::Permit("manage people")),
    ("person erase", Needs::Permit("run service")),
    ("person event", Needs::Permit("manage people")),
    ("person import", Needs::Permit("manage people")),
    ("person list", Needs::Permit("see people")),
    ("policy cells", Needs::Files),
    ("policy check", Needs::Files),
    ("policy compile", Needs::Files),
    ("policy diff", Needs::Files),
    ("policy import", Needs::Files),
    ("policy list", Needs::Files),
    ("policy original", Needs::Permit("keep documents")),
    ("policy show", Needs::Files),
    ("register ask", Needs::Permit("ask permission")),
    ("register decide", Needs::Permit("decide permission")),
    ("register end", Needs::Permit("ask permission")),
    ("register list", Needs::Permit("see registers")),
    ("register review", Needs::Permit("decide permission")),
    ("register show", Needs::Permit("see registers")),
    ("restore", Needs::Files),
    ("role end", Needs::Permit("manage access")),
    ("role give", Needs::Permit("manage access")),
    ("role list", Needs::Permit("see access")),
    ("serve", Needs::Server),
    ("sign-in-link", Needs::Permit("run service")),
    ("simulate", Needs::Server),
    ("terms accept", Needs::Permit("record acceptance")),
    ("terms status", Needs::Permit("see people")),
    ("token end", Needs::Permit("run service")),
    ("token list", Needs::Permit("run service")),
    ("token make", Needs::Permit("run service")),
    ("verify", Needs::Files),
];

fn leaves(command: &clap::Command, path: &str, found: &mut Vec<String>) {
    let below: Vec<_> = command.get_subcommands().filter(|verb| verb.get_name() != "help").collect();
    if below.is_empty() {
        found.push(path.to_owned());
    }
    for verb in below {
        leaves(verb, format!("{path} {}", verb.get_name()).trim(), found);
    }
}

#[test]
fn every_verb_says_what_it_needs_and_names_a_real_action() {
    let mut found = Vec::new();
    leaves(&Cli::command(), "", &mut found);
    found.sort();
    let listed: Vec<&str> = VERBS.iter().map(|(verb, _)| *verb).collect();
    assert_eq!(found, listed, "a verb without a line in needs.rs, or a line without a verb");
    for (verb, needs) in VERBS {
        if let Needs::Permit(action) = needs {
            assert!(
                kernel::access::ACTIONS.contains(action),
                "{verb} needs \"{action}\", which is no action"
            );
        }
    }
}
