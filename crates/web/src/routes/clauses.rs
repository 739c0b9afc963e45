//! One clause, and how it was judged for a device, a person or a document.

use app::access::{SeeFindings, SeeLedger, SeePeople, SeePolicy};
use app::read::{ClauseRead, FactRead, NamedFinding, Step};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{ClauseId, Subject, Timestamp};

use super::overview::counts;
use super::registers::risk;
use crate::answer::{page, shown};
use crate::documents::clause::{Finding, Setting, View};
use crate::documents::{Flag, clause_crumb, explain};
use crate::parts::form::Errors;
use crate::parts::listing::percent;
use crate::session::{Ctx, Problem, id_of};
use crate::shell::{Area, Crumb};

/// What may be typed as a time.
const TIME_HINT: &str = "Enter a time such as 2026-11-22T03:00:00Z, or a day such as 2026-11-22";

/// The page of a device, person or document.
fn subject_href(subject: &Subject) -> String {
    match subject {
        Subject::Device(id) => format!("/devices/{id}"),
        Subject::Person(id) => format!("/people/{id}"),
        Subject::Document(id) => format!("/documents/{}", percent(id)),
    }
}

/// The clause.
pub(super) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = app::read::clause(&ctx.site.app, ctx.permit::<SeePolicy>()?, &id).await?;
    let mut shell = ctx.under(Area::Documents);
    let (document, title) = &read.document;
    shell.crumbs.push(Crumb::new(format!("/documents/{document}"), title.clone()));
    let standing = counts(read.findings.unwrap_or_default());
    let listed = u64::try_from(read.worst.len()).unwrap_or(u64::MAX);
    let id = read.id.to_string();
    let view = View {
        shell,
        platforms: read.platforms.clone(),
        settings: settings(&read),
        check: read.checks.join("; "),
        sees_findings: read.findings.is_some(),
        judged: read.judged,
        counts: standing,
        more: standing.not_met.saturating_add(standing.not_known).saturating_sub(listed),
        findings: read.worst.iter().map(|row| finding(&id, row)).collect(),
        more_href: format!("/devices?clause={}", percent(&id)),
        risks: read.risks.iter().map(risk).collect(),
        registers: read
            .registers
            .iter()
            .map(|(id, title)| Crumb::new(format!("/registers/{}", percent(id)), title.clone()))
            .collect(),
        flags: read
            .flags
            .iter()
            .map(|(flag, text)| Flag { flag: flag.clone(), text: text.clone(), clauses: Vec::new() })
            .collect(),
        events_href: if app::read::has_events(&ctx.site.app, &read.id) && ctx.may::<SeePeople>() {
            format!("/events?clause={}", percent(&id))
        } else {
            String::new()
        },
        history_href: if ctx.may::<SeeLedger>() {
            format!("/ledger?clause={}", percent(&id))
        } else {
            String::new()
        },
        id,
        title: read.title,
        text: read.text,
        number: read.number.unwrap_or_default(),
        modality: read.modality.to_owned(),
        actors: read.actors.iter().map(|actor| (*actor).to_owned()).collect(),
        kept_by: read.kept_by,
    };
    shown(&view)
}

fn settings(read: &ClauseRead) -> Vec<Setting> {
    read.settings
        .iter()
        .map(|setting| Setting {
            key: setting.key.clone(),
            means: setting.means.clone(),
            value: setting.value.clone(),
            source: match &setting.asked {
                Some(asked) => format!("Another clause is stricter; this one asks for {asked}"),
                None => "The clause".to_owned(),
            },
            choice: setting.choice.clone().map(|(why, owner)| (why.trim_end_matches('.').to_owned(), owner)),
        })
        .collect()
}

fn finding(clause: &str, row: &NamedFinding) -> Finding {
    let href = subject_href(&row.subject);
    Finding {
        explain: format!("{href}{}", clause_crumb(clause).href),
        subject: Crumb::new(href, row.name.clone()),
        outcome: row.outcome.clone(),
        since: row.since,
    }
}

/// How it was judged for a device.
pub(super) async fn of_device(
    ctx: Ctx,
    Path((id, clause)): Path<(String, String)>,
) -> Result<Response, Problem> {
    ctx.permit_within::<SeeFindings>()?;
    let id = id_of(&id)?;
    judged(&ctx, Subject::Device(id), "Device", &clause).await
}

/// How it was judged for a person.
pub(super) async fn of_person(
    ctx: Ctx,
    Path((id, clause)): Path<(String, String)>,
) -> Result<Response, Problem> {
    ctx.permit_within::<SeeFindings>()?;
    let id = id_of(&id)?;
    judged(&ctx, Subject::Person(id), "Person", &clause).await
}

/// How it was judged for a document.
pub(super) async fn of_document(
    ctx: Ctx,
    Path((id, clause)): Path<(String, String)>,
) -> Result<Response, Problem> {
    judged(&ctx, Subject::Document(id), "Document", &clause).await
}

async fn judged(ctx: &Ctx, subject: Subject, kind: &'static str, clause: &str) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SeeFindings>()?;
    let id: ClauseId = id_of(clause)?;
    let typed = ctx.asked("at").trim().to_owned();
    let asked: Option<Result<Timestamp, _>> = (!typed.is_empty()).then(|| typed.parse());
    let errors: Errors = match &asked {
        Some(Err(_)) => [("at", TIME_HINT)].into_iter().collect(),
        _ => Errors::default(),
    };
    let at = asked.and_then(Result::ok);
    let subject_page = subject_href(&subject);
    let read = app::read::explain_read(&ctx.site.app, permit, subject, &id, at).await?;
    let clause = clause_crumb(clause);
    let href = format!("{subject_page}{}", clause.href);
    let mut shell = ctx.under(match kind {
        "Device" => Area::Devices,
        "Person" => Area::People,
        _ => Area::Documents,
    });
    shell.crumbs.push(Crumb::new(subject_page.clone(), read.name.clone()));
    let found = read.explanation;
    let view = explain::View {
        shell,
        kind,
        subject: Crumb::new(subject_page, read.name),
        clause,
        title: read.title,
        at: found.at,
        typed,
        outcome: found.evidence.outcome,
        rules: found.evidence.policy_digest,
        wording: found.evidence.clause_digest,
        confirmed: found.evidence.confirmed_at,
        replayed: read.replayed,
        steps: read.steps.into_iter().map(step).collect(),
        facts: read.facts.into_iter().map(fact).collect(),
        left_out: read.left_out,
        timeline: found
            .history
            .into_iter()
            .map(|(at, outcome)| explain::Event {
                href: format!("{href}?at={}", percent(&at.to_string())),
                at,
                outcome,
            })
            .collect(),
        href,
        errors,
    };
    let status = if view.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page(status, &view))
}

fn step(step: Step) -> explain::Step {
    explain::Step { expected: step.expected, outcome: step.outcome }
}

fn fact(fact: FactRead) -> explain::Fact {
    explain::Fact { name: fact.means, value: fact.value, grade: fact.grade, at: fact.at, source: fact.source }
}
