//! The documents, one of them, and what changed between two versions of the policy.

use app::access::{SeeDevices, SeeFindings, SeePolicy};
use app::read::{
    Change, ChangesRead, ClauseChange, ClauseRow, DocumentRead, DocumentRow, FallsOut, ParameterValue,
    PartKind, PlatformSetting, PolicyDiff, Prediction, Version,
};
use axum::extract::Path;
use axum::response::Response;

use super::overview::{bar, counts};
use crate::answer::shown;
use crate::documents::{Flag, changes, clause_crumb, list, show};
use crate::format;
use crate::parts::form::Choice;
use crate::session::{Ctx, Problem, sentence};
use crate::shell::{Area, Crumb};

/// Such as `In force, review overdue by 2,262 days`.
pub(super) fn status(row: &DocumentRow) -> String {
    match (row.overdue_days, row.document.review_by) {
        (Some(1), _) => "In force, review overdue by 1 day".to_owned(),
        (Some(days), _) => {
            format!("In force, review overdue by {} days", format::number(days.unsigned_abs()))
        }
        (None, Some(day)) => format!("In force, review due on {}", format::day(day)),
        (None, None) => "In force, no review date".to_owned(),
    }
}

fn version(row: &DocumentRow) -> String {
    let ours = if row.document.version_is_ours { " (our name for it; the force gave none)" } else { "" };
    format!("{}{ours}", row.document.version)
}

/// The documents.
pub(super) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let rows = app::read::documents(&ctx.site.app, ctx.permit::<SeePolicy>()?).await?;
    let view = list::View {
        shell: ctx.shell(Area::Documents, Vec::new()),
        sees_findings: ctx.may::<SeeFindings>(),
        rows: rows
            .iter()
            .map(|row| list::Row {
                bar: bar(row),
                version: version(row),
                status: status(row),
                overdue: row.overdue_days.is_some() || row.document.review_by.is_none(),
                owner: row.document.owner.clone(),
                clauses: row.clauses,
                unkept: row.unkept,
                flags: u64::try_from(row.document.notes.len()).unwrap_or(u64::MAX),
            })
            .collect(),
    };
    shown(&view)
}

/// One document.
pub(super) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = app::read::document(&ctx.site.app, ctx.permit::<SeePolicy>()?, &id).await?;
    let view = show::View {
        shell: ctx.under(Area::Documents),
        href: format!("/documents/{id}"),
        title: read.row.document.title.clone(),
        status: status(&read.row),
        about: about(&read.row),
        sees_findings: ctx.may::<SeeFindings>(),
        sections: sections(&read),
        flags: read
            .row
            .document
            .notes
            .iter()
            .map(|note| Flag {
                flag: note.flag.clone(),
                text: note.text.clone(),
                clauses: note.clauses.iter().map(|clause| clause_crumb(clause.as_str())).collect(),
            })
            .collect(),
    };
    shown(&view)
}

fn about(row: &DocumentRow) -> Vec<(String, String)> {
    let document = &row.document;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let dated = |body: &str, on: Option<jiff::civil::Date>, note: &Option<String>| match (on, note) {
        (Some(day), _) => format!("{body}, {}", format::day(day)),
        (None, Some(note)) => format!("{body}, no date: {note}"),
        (None, None) => format!("{body}, no date"),
    };
    let approvals: Vec<String> = document
        .approvals
        .iter()
        .map(|approval| dated(&approval.body, approval.on, &approval.note))
        .collect();
    let laws: Vec<&str> = document.legal_basis.iter().map(|law| law.title.as_str()).collect();
    let related: Vec<&str> = document.related.iter().map(|other| other.title.as_str()).collect();
    [
        ("Kind", document.kind.title().to_owned()),
        ("Owner", document.owner.clone()),
        ("Holder", text(&document.holder)),
        ("Author", text(&document.author)),
        ("Marking", document.marking.clone()),
        ("Version", version(row)),
        ("Published", document.published.map(format::day).unwrap_or_default()),
        ("Review by", document.review_by.map(format::day).unwrap_or_default()),
        ("Approved by", approvals.join("; ")),
        ("Legal basis", laws.join("; ")),
        ("Related documents", related.join("; ")),
        ("Regulator", text(&document.regulator)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn sections(read: &DocumentRead) -> Vec<show::Section> {
    let titled = |number: &Option<String>| {
        let known =
            read.row.document.sections.iter().find(|section| Some(&section.number) == number.as_ref());
        match (known, number) {
            (Some(section), _) => format!("{} {}", section.number, section.title),
            (None, Some(number)) => number.clone(),
            (None, None) => "Without a section".to_owned(),
        }
    };
    let mut sections: Vec<show::Section> = Vec::new();
    for clause in &read.clauses {
        let title = titled(&clause.section);
        match sections.iter_mut().find(|section| section.title == title) {
            Some(section) => section.clauses.push(row(clause)),
            None => sections.push(show::Section { title, clauses: vec![row(clause)] }),
        }
    }
    sections
}

fn row(clause: &ClauseRow) -> show::Row {
    show::Row {
        clause: clause_crumb(clause.id.as_str()),
        title: clause.title.clone(),
        modality: clause.modality.to_lowercase(),
        kept_by: clause.kept_by.join(", "),
        counts: counts(clause.findings.unwrap_or_default()),
        flags: clause.flags.clone(),
    }
}

/// What changed from one version of the policy to another.
pub(super) async fn changes(ctx: Ctx) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeePolicy>()?;
    let devices = ctx.permit::<SeeDevices>().ok();
    let asked = |name| Some(ctx.asked(name)).filter(|digest| !digest.is_empty()).map(str::to_owned);
    let read = app::read::policy_changes(&ctx.site.app, permit, devices, asked("from"), asked("to")).await?;
    let view = changes::View {
        shell: ctx.under(Area::Documents),
        from: versions(&read.versions, &read.from),
        to: versions(&read.versions, &read.to),
        compared: read.diff.is_some(),
        draft: read.versions.iter().any(|version| version.since.is_none() && version.digest == read.to),
        fall_out: read.prediction.as_ref().map(fall_out),
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
                people: row.people.iter().map(|(force, count)| (force.title(), *count)).collect(),
            })
            .collect(),
    };
    shown(&view)
}

fn versions(versions: &[Version], chosen: &str) -> Vec<Choice> {
    versions
        .iter()
        .map(|version| {
            let short: String = version.digest.chars().take(8).collect();
            let now = if version.in_force { ", in force" } else { "" };
            let text = match version.since {
                Some(since) => format!("{short}, since {}{now}", format::when(since)),
                None => "The policy folder as it is, not in force".to_owned(),
            };
            Choice { value: version.digest.clone(), text, chosen: version.digest == chosen }
        })
        .collect()
}

/// A clause's words, empty where both sides have the same.
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

/// What differs beside clauses, settings and acceptances.
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
    for kind in [PartKind::Case, PartKind::Mover, PartKind::Register] {
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
