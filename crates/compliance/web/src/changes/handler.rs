//! Answers the requests of this page.

use axum::response::Response;
use compliance_app::documents::PartKind;
use compliance_app::policy::{
    Change, ChangesRead, ClauseChange, ParameterValue, PlatformSetting, PolicyDiff, Version, WAITING,
};
use compliance_app::prediction::{FallsOut, Prediction};
use kernel::access::{SeeDevices, SeePolicy};

use crate::changes;
use crate::changes::waiting::Waiting;
use web_shell::answer::shown;
use web_shell::format;
use web_shell::frame::{Area, Crumb};
use web_shell::links::clause_crumb;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Problem, sentence};

/// Shows what changed from one version of the policy to another.
pub(crate) async fn changes(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeePolicy>()?;
    shown(&view(&ctx).await?)
}

pub(crate) async fn view(ctx: &Ctx) -> Result<changes::View, Problem> {
    let permit = ctx.permit::<SeePolicy>()?;
    let devices = ctx.permit::<SeeDevices>().ok();
    let asked = |name| Some(ctx.asked(name)).filter(|digest| !digest.is_empty()).map(str::to_owned);
    let read =
        compliance_app::policy::policy_changes(&ctx.site.app, permit, devices, asked("from"), asked("to"))
            .await?;
    Ok(changes::View {
        shell: ctx.under(Area::Documents),
        from: versions(&read.versions, &read.from),
        to: versions(&read.versions, &read.to),
        compared: read.diff.is_some(),
        draft: read
            .versions
            .iter()
            .any(|version| version.since.is_none() && version.digest == read.to && version.digest != WAITING),
        draft_waits: read.to == WAITING,
        waiting: read.waiting.as_ref().map(|read| Waiting::of(ctx, read)),
        errors: Errors::default(),
        reason: String::new(),
        why: String::new(),
        fall_out: read.prediction.as_ref().map(fall_out),
        directions: read.diff.as_ref().map(directions).unwrap_or_default(),
        others: read.diff.as_ref().map(others).unwrap_or_default(),
        broken: read.broken_folder.clone().unwrap_or_default(),
        clauses: changed_clauses(&read),
        settings: read.settings.iter().map(setting).collect(),
        accept_again: read
            .accept_again
            .iter()
            .map(|row| changes::AcceptAgain {
                document: Crumb::new("/terms", row.title.clone()),
                clauses: row.clauses.join(", "),
                people: row.people.iter().map(|(force, count)| (ctx.force_title(*force), *count)).collect(),
            })
            .collect(),
    })
}

fn versions(versions: &[Version], chosen: &str) -> Vec<Choice> {
    versions
        .iter()
        .map(|version| {
            let short: String = version.digest.chars().take(8).collect();
            let now = if version.in_force { ", in force" } else { "" };
            let text = match version.since {
                Some(since) => format!("{short}, since {}{now}", format::when(since)),
                None if version.digest == WAITING => {
                    "The policy that waits for two people, not in force".to_owned()
                }
                None => "The policy folder as it is, not in force".to_owned(),
            };
            Choice { value: version.digest.clone(), text, chosen: version.digest == chosen }
        })
        .collect()
}

/// Returns a clause's text, empty where both sides have the same.
fn words(change: &ClauseChange, text: Option<&String>) -> String {
    let same = change.change == Change::Changed && !change.parts.contains(&"text");
    match text {
        Some(text) => text.clone(),
        None if same => String::new(),
        None => "Withheld".to_owned(),
    }
}

fn changed_clauses(read: &ChangesRead) -> Vec<changes::Clause> {
    let Some(diff) = &read.diff else { return Vec::new() };
    diff.clauses
        .iter()
        .map(|change| {
            let parts = change.parts.join(", ").replace('_', " ");
            changes::Clause {
                clause: clause_crumb(change.id.as_str()),
                what: if parts.is_empty() {
                    change.title.clone()
                } else {
                    format!("{}: {parts}", change.title)
                },
                before: words(change, change.old_text.as_ref()),
                after: words(change, change.new_text.as_ref()),
                change: change.change,
            }
        })
        .collect()
}

fn fall_out(prediction: &Prediction) -> changes::FallOut {
    let row = |one: &FallsOut| changes::FallsOut {
        clause: clause_crumb(one.clause.as_str()),
        title: one.title.clone(),
        not_met: one.not_met,
        not_known: one.not_known,
        settings: one.settings_change,
        devices: one
            .devices
            .iter()
            .map(|(id, serial)| Crumb::new(format!("/devices/{id}"), serial.clone()))
            .collect(),
    };
    changes::FallOut {
        judged: prediction.judged,
        all: prediction.all,
        rows: prediction.clauses.iter().map(row).collect(),
    }
}

/// Returns every change with its direction, what weakens the policy first.
fn directions(diff: &PolicyDiff) -> Vec<(String, &'static str, String)> {
    diff.told().into_iter().map(|told| (sentence(told.direction.word()), told.of, told.what)).collect()
}

/// Returns what differs beside clauses, settings and acceptances.
fn others(diff: &PolicyDiff) -> Vec<changes::Group> {
    let happened = |change: Change| match change {
        Change::Added => ("None".to_owned(), "New".to_owned()),
        Change::Removed => ("There".to_owned(), "Removed".to_owned()),
        Change::Changed => ("There".to_owned(), "Changed".to_owned()),
    };
    let row = |name: String, change: Change| {
        let (before, after) = happened(change);
        (name, before, after)
    };
    let none = || "None".to_owned();
    let version = |version: &Option<String>| version.clone().unwrap_or_else(none);
    let value = |value: &Option<ParameterValue>| value.as_ref().map_or_else(none, ToString::to_string);
    let documents = diff
        .documents
        .iter()
        .map(|one| (one.id.clone(), version(&one.old_version), version(&one.new_version)));
    let parameters =
        diff.parameters.iter().map(|one| (one.name.replace('-', " "), value(&one.old), value(&one.new)));
    let checks = diff.checks.iter().map(|one| row(one.name.replace('-', " "), one.change));
    let cells = diff.access.iter().map(|one| {
        let who = format!("{}: {}", one.role.title(), one.action);
        (who, sentence(one.old_words()), sentence(one.new_words()))
    });
    let policies = diff.access_policies.iter().map(|one| row(one.name.clone(), one.change));
    let mut groups = vec![
        changes::Group { title: "Versions of documents", of: "Document", rows: documents.collect() },
        changes::Group { title: "Force parameters", of: "Parameter", rows: parameters.collect() },
        changes::Group { title: "Checks", of: "Check", rows: checks.collect() },
    ];
    for kind in PartKind::ALL {
        let of_kind = diff.parts.iter().filter(|part| part.kind == kind).map(|part| {
            let (before, after) = happened(part.change);
            let fields = part.fields.join(", ").replace('_', " ");
            let after = if fields.is_empty() { after } else { format!("{after}: {fields}") };
            (part.title.clone(), before, after)
        });
        groups.push(changes::Group { title: kind.title(), of: "Which", rows: of_kind.collect() });
    }
    groups.push(changes::Group { title: "Who may do what", of: "Role and action", rows: cells.collect() });
    groups.push(changes::Group { title: "Access policies", of: "Policy", rows: policies.collect() });
    groups.retain(|group| !group.rows.is_empty());
    groups
}

fn setting(change: &PlatformSetting) -> changes::Setting {
    changes::Setting {
        platform: change.platform,
        means: change.means.clone(),
        key: change.key.clone(),
        before: change.before.clone().unwrap_or_default(),
        after: change.after.clone().unwrap_or_default(),
        devices: change.devices,
    }
}
