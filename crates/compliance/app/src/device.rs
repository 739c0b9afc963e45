//! Judges a device: every clause that concerns it, by its current facts.

use std::borrow::Cow;

use compliance::{SubjectState, evaluate};
use domain::{
    DeviceId, EnrolmentState, Fact, FactName, FactValue, Facts, Grade, Outcome, Span, Subject, Timestamp,
    WhyNotKnown,
};
use store::devices::Device;
use store::{Tx, devices, enrolments, messages};

use super::apply::{Judged, Judging};
use super::basis::{Basis, CheckBasis};
use kernel::policy_in_force::{DeviceRule, PolicyInForce};
use kernel::{App, AppError, Work, jobs};
use permissions_app::{Granted, Tailored};

/// Time after the earliest possible staleness until a device is judged again.
const AFTER_STALE: Span = Span::from_secs(60);
/// Longest time that a device goes without being judged.
const JUDGE_AT_LEAST: Span = Span::from_secs(24 * 3600);

/// Judges a device and stores what changed. A second run on the same facts stores nothing new.
pub async fn judge_device(app: &App, device: DeviceId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| judge_device_in(Work { app: &app, tx, now }, device)).await
}

fn judge_device_in(Work { app, tx, now }: Work<'_, '_>, id: DeviceId) -> Result<(), AppError> {
    let Some(device) = devices::by_id(tx, id)? else { return Ok(()) };
    let policy = kernel::policy_in_force::policy_as_of(app, tx)?;
    let mut judging = Judging::begin(app, tx, &policy, Subject::Device(id), now)?;
    let judged = if device.kind.platform().is_some() {
        let facts = facts_of(tx, &device, now)?;
        let tailored = permissions_app::tailored(Work { app, tx, now }, &device)?;
        judge_all(&policy, tailored.as_ref(), &device, &facts, now)
    } else {
        Vec::new()
    };
    let (mut met, mut not_met, mut not_known) = (0, 0, 0);
    for (judged, rule) in judged {
        match judged.outcome {
            Outcome::Met => met += 1,
            Outcome::NotMet { .. } => not_met += 1,
            Outcome::NotKnown(_) => not_known += 1,
            Outcome::Agreed
            | Outcome::OnRecord { .. }
            | Outcome::NothingToKeep { .. }
            | Outcome::NotApplicable { .. } => {}
        }
        let clause = judged.clause.clone();
        let breach = matches!(judged.outcome, Outcome::NotMet { .. });
        let applied = judging.apply(tx, judged)?;
        if (breach && applied.changed) || (applied.was_breach && !breach) {
            let due = if breach { applied.since.plus(rule.grace) } else { now };
            kernel::jobs::ask_job(app, tx, jobs::Kind::Breach, &format!("{id}/{clause}"), due)?;
        }
    }
    judging.finish(tx, Some(device.force))?;
    devices::set_judged(tx, id, &devices::Judged { met, not_met, not_known }, now)?;
    let next = next_look(&policy, &device, tx, now)?;
    kernel::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &id.to_string(), next)
}

/// Collects the facts that the device reported, and those that the server knows by itself: register, contact and enrolment.
pub(crate) fn facts_of(tx: &mut Tx<'_>, device: &Device, now: Timestamp) -> Result<Facts, AppError> {
    let mut facts = messages::facts(tx, device.id)?;
    let mut own = |name: &str, value: FactValue, grade: Grade, at: Timestamp| {
        facts.put(Fact { name: FactName::new(name), value, grade, at, source: "register".into() });
    };
    own("register.force_property", FactValue::Bool(device.retired_at.is_none()), Grade::Stated, now);
    if let Some(enrolment) = device.enrolment
        && let Some(live) = enrolments::by_id(tx, enrolment)?
        && let Some(last) = device.last_contact_at.or(live.enrolled_at)
    {
        own("device.contact", FactValue::Count(last.millis()), Grade::Reported, last);
    }
    Ok(facts)
}

/// Judges every rule for a device; for a device not under management, everything that it would have to report is not known.
fn judge_all<'a>(
    policy: &'a PolicyInForce,
    tailored: Option<&Tailored>,
    device: &Device,
    facts: &Facts,
    now: Timestamp,
) -> Vec<(Judged, &'a DeviceRule)> {
    let Some(platform) = device.kind.platform() else { return Vec::new() };
    let expected = tailored.map_or_else(|| policy.expected_profiles(platform), Tailored::expected_profiles);
    let state = SubjectState { platform, supervised: device.supervised, expected_profiles: &expected };
    policy
        .rules()
        .iter()
        .filter(|rule| rule.kinds.is_empty() || rule.kinds.contains(&device.kind))
        .map(|rule| {
            let (own, granted) = match tailored {
                Some(tailored) => tailored.rule(policy.library(), rule),
                None => (Cow::Borrowed(rule), Granted::default()),
            };
            (judge(&own, granted, &state, facts, now), rule)
        })
        .collect()
}

fn judge(
    rule: &DeviceRule,
    granted: Granted,
    state: &SubjectState<'_>,
    facts: &Facts,
    now: Timestamp,
) -> Judged {
    let mut worst: Option<Outcome> = None;
    let mut checks = Vec::with_capacity(rule.checks.len());
    let mut used: Vec<Fact> = Vec::new();
    for (name, digest, bound) in &rule.checks {
        let judgement = evaluate(bound, state, facts, now);
        for fact in judgement.used.iter().filter_map(|name| facts.get(name.as_str())) {
            if !used.contains(fact) {
                used.push(fact.clone());
            }
        }
        if worst.as_ref().is_none_or(|worst| judgement.outcome.severity() > worst.severity()) {
            worst = Some(judgement.outcome.clone());
        }
        checks.push(CheckBasis {
            name: name.clone(),
            digest: digest.clone(),
            arm: judgement.arm.map(|arm| arm + 1),
            outcome: judgement.outcome,
        });
    }
    let outcome = worst.unwrap_or(Outcome::NotKnown(WhyNotKnown::NoWayToTell));
    let groups: Vec<&str> = rule.checks.iter().flat_map(|(_, _, bound)| bound.groups()).collect();
    Judged {
        clause: rule.clause.clone(),
        clause_digest: rule.clause_digest.clone(),
        outcome,
        basis: Basis::Device {
            platform: state.platform,
            supervised: state.supervised,
            checks,
            facts: used,
            expected_profiles: state
                .expected_profiles
                .iter()
                .filter(|(group, _)| groups.contains(&group.as_str()))
                .map(|(group, uuid)| (group.clone(), uuid.clone()))
                .collect(),
            granted,
        },
    }
}

/// Returns when the absence of reports would next change a judgement: the device is judged again then, without any other trigger.
fn next_look(
    policy: &PolicyInForce,
    device: &Device,
    tx: &mut Tx<'_>,
    now: Timestamp,
) -> Result<Timestamp, AppError> {
    let latest = now.plus(JUDGE_AT_LEAST);
    let Some(platform) = device.kind.platform() else { return Ok(latest) };
    if device.enrolment_state == EnrolmentState::None {
        return Ok(latest);
    }
    let facts = messages::facts(tx, device.id)?;
    let mut next = latest;
    for rule in policy.rules() {
        for (_, _, bound) in &rule.checks {
            for span in bound.horizons(platform, device.supervised) {
                for fact in bound.facts().iter().filter_map(|name| facts.get(name.as_str())) {
                    let turns = fact.at.plus(span).plus(AFTER_STALE);
                    if turns > now {
                        next = next.min(turns);
                    }
                }
            }
        }
    }
    Ok(next)
}
