//! `lanyard explain`: why a device meets a clause or does not, from what was kept when it was judged.

use std::io;
use std::path::Path;

use clap::Args;
use compliance_app::{Basis, Explanation, InLedger, Replayed};
use domain::{ClauseId, Fact, Outcome, Subject, Timestamp};
use kernel::access::SeeFindings;
use kernel::named::NamedDevice;
use policy::Library;
use serde_json::json;

use service::open;
use service::open::Opened;
use service::out::{Out, wrapped};

/// Earlier judgements shown to people; all of them go into the JSON.
const SHOWN: usize = 10;
/// The fact that lists a device's profiles, each as identifier=UUID.
const PROFILES: &str = "profiles.installed";

/// Arguments.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Serial number or id of the device.
    device: String,
    /// The clause, as its document has it.
    clause: String,
    /// As it was then: 2026-11-22T03:00:00Z, or a day.
    #[arg(long)]
    at: Option<Timestamp>,
    /// For a machine.
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| self.explain(opened).await)
    }

    async fn explain(&self, opened: &Opened) -> anyhow::Result<()> {
        let device = opened.device(&self.device).await?;
        // Written with any case, as people do on the telephone.
        let policy = opened.app.policy();
        let clause: ClauseId = match policy.library().find_clause(&self.clause) {
            Some(clause) => clause.id.clone(),
            None => self.clause.parse()?,
        };
        let title = policy.library().clause(&clause).map(|clause| clause.title.clone()).unwrap_or_default();
        let permit = opened.permit::<SeeFindings>()?;
        let explained =
            compliance_app::explain(&opened.app, permit.into(), Subject::Device(device.id), &clause, self.at)
                .await?;
        let mut out = Out::new();
        if self.json {
            out.json(&as_json(&device, &title, &explained))?;
        } else {
            words(&mut out, policy.library(), &device, &title, &explained)?;
        }
        Ok(out.finish()?)
    }
}

fn as_json(device: &NamedDevice, title: &str, explained: &Explanation) -> serde_json::Value {
    let evidence = &explained.evidence;
    let (replayed, now) = match &explained.replayed {
        Replayed::Same => ("same", None),
        Replayed::Different(outcome) => ("different", Some(outcome.reason())),
        Replayed::NotPossible(why) => ("not-possible", Some(why.clone())),
    };
    let history: Vec<_> = explained
        .history
        .iter()
        .map(|(at, outcome)| json!({ "at": at.to_string(), "outcome": outcome.word(), "because": outcome.reason() }))
        .collect();
    json!({
        "device": { "id": device.id, "serial": device.serial, "kind": device.kind, "force": device.force },
        "clause": explained.clause, "title": title, "at": explained.at.to_string(),
        "outcome": explained.outcome().word(), "because": explained.outcome().reason(), "heard": explained.heard.sentence(),
        "found_before": evidence.outcome.word(),
        "judged_at": evidence.judged_at.to_string(), "confirmed_at": evidence.confirmed_at.to_string(),
        "policy_digest": evidence.policy_digest, "clause_digest": evidence.clause_digest, "evidence": evidence.id,
        "basis": explained.basis, "in_ledger": in_ledger(explained), "replayed": replayed, "replay_says": now, "history": history,
    })
}

fn in_ledger(explained: &Explanation) -> serde_json::Value {
    match &explained.in_ledger {
        InLedger::Agrees { entry, at } => json!({ "agrees": true, "entry": entry, "at": at.to_string() }),
        InLedger::Differs(says) => json!({ "agrees": false, "says": says }),
    }
}

fn words(
    out: &mut Out,
    library: &Library,
    device: &NamedDevice,
    title: &str,
    explained: &Explanation,
) -> io::Result<()> {
    out.line(format_args!("{} {}", explained.clause, title))?;
    out.line(format_args!(
        "{} {} of {}",
        device.kind.title(),
        device.serial,
        library.forces().name(device.force).title()
    ))?;
    as_of(out, explained)?;
    match &explained.basis {
        Basis::Device { platform, supervised, checks, facts, expected_profiles, granted } => {
            let supervised = match supervised {
                Some(true) => "supervised",
                Some(false) => "not supervised",
                None => "supervision not known",
            };
            out.line(format_args!("\nChecks, on {}, {supervised}", platform.title()))?;
            for check in checks {
                let arm = check.arm.map_or_else(|| "no arm for it".to_owned(), |arm| format!("arm {arm}"));
                out.line(format_args!("  {} ({arm}): {}", check.name, outcome_words(&check.outcome)))?;
                out.line(format_args!("    digest {}", check.digest))?;
            }
            if !granted.is_nothing() {
                let entries: Vec<String> =
                    granted.entries.iter().map(|number| format!("P-{number}")).collect();
                out.line(format_args!(
                    "\nJudged with what entries of a register allow: {}",
                    entries.join(", ")
                ))?;
            }
            fact_words(out, library, facts, explained.evidence.confirmed_at)?;
            profile_words(out, facts, expected_profiles)?;
        }
        Basis::Person { clause_digest, accepted } => {
            let said = accepted.as_ref().map_or_else(
                || "nothing was accepted".to_owned(),
                |(digest, at, shown)| format!("accepted {digest} at {at}, shown {shown}"),
            );
            out.line(format_args!("\nAcceptance of {clause_digest}: {said}"))?;
        }
        Basis::Record { says } => {
            out.line("\nRecords")?;
            for line in says {
                out.line(wrapped(line, 96, "  "))?;
            }
        }
    }
    closing(out, explained)
}

/// Says what was so at the time asked for: not known where nothing can have been heard.
fn as_of(out: &mut Out, explained: &Explanation) -> io::Result<()> {
    let evidence = &explained.evidence;
    match explained.heard.sentence().filter(|_| explained.heard.is_silent()) {
        Some(says) => {
            out.line(wrapped(&format!("\nAs of {}: not known: {says}", explained.at), 96, ""))?;
            out.line(format_args!("  what had been found before: {}", outcome_words(&evidence.outcome)))?;
        }
        None => {
            out.line(format_args!("\nAs of {}: {}", explained.at, outcome_words(&evidence.outcome)))?;
            if let Some(says) = explained.heard.sentence() {
                out.line(format_args!("  {says}"))?;
            }
        }
    }
    out.line(format_args!(
        "  so judged since {}, last confirmed {}",
        evidence.judged_at, evidence.confirmed_at
    ))?;
    Ok(())
}

fn outcome_words(outcome: &Outcome) -> String {
    let (word, reason) = (outcome.title().to_lowercase(), outcome.reason());
    if reason.is_empty() { word } else { format!("{word}: {reason}") }
}

fn fact_words(out: &mut Out, library: &Library, facts: &[Fact], then: Timestamp) -> io::Result<()> {
    out.line("\nFacts")?;
    if facts.is_empty() {
        return out.line("  none had been reported");
    }
    for fact in facts {
        let (means, value) = library.in_words(fact);
        out.line(wrapped(&format!("{means}: {value}"), 96, "  "))?;
        let age = age(then, fact.at);
        out.line(format_args!(
            "    {}, {}, {age} before; message {}",
            fact.grade.title(),
            fact.at,
            fact.source
        ))?;
    }
    Ok(())
}

/// Returns how long before a time something was, in the two largest units.
fn age(then: Timestamp, at: Timestamp) -> String {
    let seconds = then.since(at).millis() / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// Returns which profiles the device should have, beside what it reported.
fn profile_words(
    out: &mut Out,
    facts: &[Fact],
    expected: &std::collections::BTreeMap<String, String>,
) -> io::Result<()> {
    if expected.is_empty() {
        return Ok(());
    }
    let reported: Vec<String> = facts
        .iter()
        .filter(|fact| fact.name.as_str() == PROFILES)
        .map(|fact| fact.value.to_string())
        .collect();
    out.line("\nProfiles that it should have")?;
    for (group, uuid) in expected {
        let found = match reported.iter().any(|reported| reported.contains(uuid.as_str())) {
            true => "reported",
            false if reported.is_empty() => "not looked at by these checks",
            false => "NOT reported",
        };
        out.line(format_args!("  {group} {uuid}: {found}"))?;
    }
    Ok(())
}

fn closing(out: &mut Out, explained: &Explanation) -> io::Result<()> {
    let evidence = &explained.evidence;
    let replayed = match &explained.replayed {
        Replayed::Same => "the same outcome".to_owned(),
        Replayed::Different(outcome) => {
            format!("ANOTHER OUTCOME: {}; the evaluator or the evidence was changed", outcome_words(outcome))
        }
        Replayed::NotPossible(why) => format!("not possible: {why}"),
    };
    out.line("\nIn the ledger")?;
    for says in explained.in_ledger.sentences() {
        out.line(wrapped(&says, 96, "  "))?;
    }
    out.line(format_args!("\nJudged again from this: {replayed}"))?;
    out.line(format_args!("  clause digest {}", evidence.clause_digest))?;
    out.line(format_args!("  policy digest {}", evidence.policy_digest))?;
    out.line(format_args!("  compliance evidence {}", evidence.id))?;
    out.line("\nHistory, newest first")?;
    for (at, outcome) in explained.history.iter().take(SHOWN) {
        out.line(format_args!("  {at} {}", outcome_words(outcome)))?;
    }
    match explained.history.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => out.line(format_args!("  and {more} more; --json shows them")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_two_units_at_most() {
        let then = Timestamp::from_millis(200_000_000);
        let before = |millis: i64| age(then, Timestamp::from_millis(200_000_000 - millis));
        assert_eq!(before(5_000), "5 s");
        assert_eq!(before(120_000), "2 min");
        assert_eq!(before(3_660_000), "1 h 1 min");
        assert_eq!(before(90_000_000), "1 d 1 h");
    }
}
