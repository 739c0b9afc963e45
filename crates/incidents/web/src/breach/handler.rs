//! Answers the requests of this page.

use axum::response::Response;
use domain::IncidentId;
use incidents_app::Answers;
use incidents_app::breach::{BreachQuestions, NewBreach, Reported, breach_questions, report_breach};
use incidents_app::read::{OwnIncident, own_incidents};
use kernel::access::{AcceptOwn, SeeOwn};

use crate::breach::{Before, View};
use crate::questions;
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

/// What comes back with a form that has to be mended.
#[derive(Default)]
struct Typed<'a> {
    kind: &'a str,
    joins: &'a str,
    answers: Option<Answers>,
    errors: Errors,
}

async fn view(ctx: &Ctx, asked: &BreachQuestions, typed: Typed<'_>) -> Result<View, Problem> {
    let before = own_incidents(&ctx.site.app, ctx.permit::<SeeOwn>()?).await?;
    let kinds = asked.kinds.iter().map(|(name, title)| (name.as_str(), title.as_str()));
    Ok(View {
        shell: ctx.under(Area::Me),
        errors: typed.errors,
        once: ctx.site.app.world().uuid().to_string(),
        kinds: Choice::list(kinds, typed.kind),
        joins: joins(&before, typed.joins),
        questions: questions::questions(&asked.questions, typed.answers.as_ref()),
        goes_to: asked.goes_to,
        regulator: asked.regulator.clone().unwrap_or_default(),
        before: before.iter().map(shown_before).collect(),
    })
}

/// Returns what a report may belong to: what was sent, and is neither decided nor closed. An empty value stands for something new.
fn joins(before: &[OwnIncident], chosen: &str) -> Vec<Choice> {
    let sent: Vec<&OwnIncident> = before.iter().filter(|one| one.takes_more).collect();
    if sent.is_empty() {
        return Vec::new();
    }
    let new = Choice { value: String::new(), text: "Something new".into(), chosen: chosen.is_empty() };
    let earlier = sent.into_iter().map(|one| Choice {
        value: one.id.to_string(),
        text: format!("C-{}, {}, {}", one.number, one.title, format::when(one.opened_at)),
        chosen: one.id.to_string() == chosen,
    });
    std::iter::once(new).chain(earlier).collect()
}

fn shown_before(one: &OwnIncident) -> Before {
    Before {
        link: Crumb::new(format!("/me/incidents/{}", one.id), format!("C-{}", one.number)),
        title: one.title.clone(),
        at: one.opened_at,
        is_sent: one.sent_at.is_some(),
    }
}

/// Shows the form.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<AcceptOwn>()?;
    let asked = breach_questions(&ctx.site.app)?;
    shown(&view(&ctx, &asked, Typed::default()).await?)
}

/// Takes the report in.
pub(crate) async fn post(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let asked = breach_questions(&ctx.site.app)?;
    let filled = questions::filled(&asked.questions, &fields);
    let joins = fields.some("joins");
    let new = NewBreach {
        kind: fields.text("kind"),
        answers: filled.answers.clone(),
        joins: joins.as_deref().and_then(|id| id.parse::<IncidentId>().ok()),
        once: fields.text("form"),
        send: filled.send,
    };
    let errors = match report_breach(&ctx.site.app, permit, new).await {
        Ok(Reported::TakenIn(id)) => {
            let said = if filled.send { "breach-sent" } else { "breach-saved" };
            return Ok(done(&format!("/me/incidents/{id}"), said));
        }
        Ok(Reported::ToMend(faults)) => questions::errors(&faults),
        Err(error) => form_errors(error, "kind")?,
    };
    let typed =
        Typed { kind: fields.get("kind"), joins: fields.get("joins"), answers: Some(filled.answers), errors };
    form_again(&view(&ctx, &asked, typed).await?)
}
