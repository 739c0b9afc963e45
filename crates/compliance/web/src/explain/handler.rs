//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use compliance_app::read_explain::{FactRead, Step};
use compliance_app::{Explanation, InLedger};
use domain::{ClauseId, Subject, Timestamp};
use kernel::access::SeeFindings;

use crate::explain;
use web_shell::answer::page;
use web_shell::frame::{Area, Crumb};
use web_shell::links::clause_crumb;
use web_shell::parts::form::Errors;
use web_shell::parts::listing::percent;
use web_shell::session::{Ctx, Problem, id_of};

/// The hint for a time that was typed.
const TIME_HINT: &str = "Enter a time such as 2026-11-22T03:00:00Z, or a day such as 2026-11-22";

/// Returns the address of the page of a device, person or document.
pub(crate) fn subject_href(subject: &Subject) -> String {
    match subject {
        Subject::Device(id) => format!("/devices/{id}"),
        Subject::Person(id) => format!("/people/{id}"),
        Subject::Document(id) => format!("/documents/{}", percent(id)),
    }
}

/// Shows how a clause was judged for a device.
pub(crate) async fn of_device(
    ctx: Ctx,
    Path((id, clause)): Path<(String, String)>,
) -> Result<Response, Problem> {
    ctx.permit_within::<SeeFindings>()?;
    let id = id_of(&id)?;
    judged(&ctx, Subject::Device(id), "Device", &clause).await
}

/// Shows how a clause was judged for a person.
pub(crate) async fn of_person(
    ctx: Ctx,
    Path((id, clause)): Path<(String, String)>,
) -> Result<Response, Problem> {
    ctx.permit_within::<SeeFindings>()?;
    let id = id_of(&id)?;
    judged(&ctx, Subject::Person(id), "Person", &clause).await
}

/// Shows how a clause was judged for a document.
pub(crate) async fn of_document(
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
    let read = compliance_app::read_explain::explain_read(&ctx.site.app, permit, subject, &id, at).await?;
    let clause = clause_crumb(clause);
    let href = format!("{subject_page}{}", clause.href);
    let mut shell = ctx.under(match kind {
        "Device" => Area::Devices,
        "Person" => Area::People,
        _ => Area::Documents,
    });
    shell.crumbs.push(Crumb::new(subject_page.clone(), read.name.clone()));
    let found = read.explanation;
    let agrees = matches!(found.in_ledger, InLedger::Agrees { .. });
    let differs = if agrees { Vec::new() } else { read.in_ledger.clone() };
    let view = explain::View {
        shell,
        kind,
        subject: Crumb::new(subject_page, read.name),
        clause,
        title: read.title,
        at: found.at,
        typed,
        outcome: found.outcome(),
        silence: silence(&found),
        rules: found.evidence.policy_digest,
        wording: found.evidence.clause_digest,
        confirmed: found.evidence.confirmed_at,
        replayed: read.replayed,
        in_ledger: read.in_ledger.into_iter().next().unwrap_or_default(),
        differs,
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

/// Says that nothing was heard, and what had been found before; empty where the service was running.
fn silence(found: &Explanation) -> String {
    match found.heard.sentence().filter(|_| found.heard.is_silent()) {
        Some(says) => {
            format!(
                "Not known: {says}. What had been found before: {}.",
                found.evidence.outcome.word().replace('-', " ")
            )
        }
        None => String::new(),
    }
}

fn step(step: Step) -> explain::Step {
    explain::Step { expected: step.expected, outcome: step.outcome }
}

fn fact(fact: FactRead) -> explain::Fact {
    explain::Fact { name: fact.means, value: fact.value, grade: fact.grade, at: fact.at, source: fact.source }
}
