//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::{CaseId, IncidentId};
use incidents_app::export::{Exported, Form, export};
use incidents_app::read::{FileView, IncidentRead, incident};
use incidents_app::{ClockState, Decided, Decision, add_for};
use kernel::access::{AssessIncidents, DecideBreaches, ManageCases, SeeCases, SeePeople};

use crate::list::handler::clock_tag;
use crate::questions;
use crate::show::{Attached, RecordLine, Typed, View};
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::links::{case_crumb, named};
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// Returns what may be decided while a clock stands so, as a form's choices.
fn decisions(standing: ClockState) -> Vec<Choice> {
    let words = [
        (Decision::Confirm, "The regulator must be told; the clock goes on until it was"),
        (Decision::NotNotifiable, "The regulator need not be told"),
        (Decision::Notified, "The regulator was told"),
        (Decision::Reopen, "Decide it again"),
    ];
    let may = words.into_iter().filter(|(decision, _)| standing.after(*decision).is_some());
    Choice::list(may.map(|(decision, text)| (decision.as_str(), text)), "")
}

async fn view(ctx: &Ctx, id: IncidentId) -> Result<View, Problem> {
    let app = &ctx.site.app;
    let read = incident(app, ctx.permit::<SeeCases>()?, id).await?;
    let loss = losses_app::read::loss_of_case(app, ctx.permit::<SeeCases>()?, read.row.case).await?;
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new("/incidents", "Security incidents"));
    let loss = loss.map(|loss| Crumb::new(format!("/losses/{loss}"), "The loss"));
    Ok(View { shell, loss, ..view_of(ctx, read) })
}

fn attached(case: CaseId, files: Vec<FileView>) -> Vec<Attached> {
    let kept = files.into_iter().filter(|file| !file.erased);
    kept.map(|file| Attached {
        link: Crumb::new(format!("/cases/{case}/files/{}", file.id), file.name),
        by: file.by,
        at: file.at,
    })
    .collect()
}

fn view_of(ctx: &Ctx, read: IncidentRead) -> View {
    let now = ctx.site.app.world().now();
    let standing = read.row.clock.map_or(ClockState::None, |clock| clock.standing);
    let may_decide = ctx.may::<DecideBreaches>() && !read.own;
    let reporter = read.person.as_ref().filter(|_| ctx.may::<SeePeople>());
    let mut entries: Vec<RecordLine> = read
        .entries
        .into_iter()
        .map(|entry| RecordLine {
            at: entry.at,
            who: entry.who,
            what: entry.what,
            text: entry.text,
            reference: entry.reference,
        })
        .collect();
    entries.reverse();
    View {
        shell: ctx.under(Area::Cases),
        errors: Errors::default(),
        href: format!("/incidents/{}", read.row.id),
        form: read.form,
        case: case_crumb(read.row.case, read.row.number),
        loss: None,
        title: read.row.title,
        kind: read.kind,
        force: read.row.force,
        version: read.version,
        reporter: reporter
            .map(|one| Crumb::new(format!("/people/{}", one.id), named(&one.name, &one.number))),
        clock: clock_tag(read.row.clock.as_ref(), now),
        regulator: read.regulator.unwrap_or_default(),
        aware: read.row.clock.map_or(now, |clock| clock.from),
        decisions: if may_decide { decisions(standing) } else { Vec::new() },
        runs: standing.runs(),
        known: questions::known(&read.facts),
        answers: questions::pairs(&read.reporter),
        sent: read.sent,
        due: read.row.due_at,
        assessment: questions::pairs(&read.assessor),
        assessed: read.assessed,
        entries,
        files: attached(read.row.case, read.files),
        erased: read.erased_at,
        referral: read.referral.map(|(id, number)| case_crumb(id, number)),
        may_fill: ctx.may::<ManageCases>(),
        may_assess: ctx.may::<AssessIncidents>() && !read.own,
        may_refer: ctx.may::<AssessIncidents>() && !read.own && read.may_be_referred,
        own: read.own,
        typed: Typed::default(),
    }
}

/// Shows one incident.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeeCases>()?;
    shown(&view(&ctx, id_of(&id)?).await?)
}

/// Adds something to the form.
pub(crate) async fn add(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let id: IncidentId = id_of(&id)?;
    match add_for(&ctx.site.app, permit, id, fields.get("more")).await {
        Ok(()) => Ok(done(&format!("/incidents/{id}"), "form-added")),
        Err(error) => {
            let errors = form_errors(error, "more")?;
            let typed = Typed { more: fields.text("more"), ..Typed::default() };
            form_again(&View { errors, typed, ..view(&ctx, id).await? })
        }
    }
}

/// Records a decision about the clock.
pub(crate) async fn decide(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<DecideBreaches>()?;
    let id: IncidentId = id_of(&id)?;
    let errors = match Decision::read(fields.get("decision")) {
        None => [("decision", "Choose your decision")].into_iter().collect(),
        Some(decision) => {
            let (reason, reference) = (fields.text("reason"), fields.text("reference"));
            let decided = Decided { decision, reason, reference };
            match incidents_app::decide(&ctx.site.app, permit, id, decided).await {
                Ok(_) => return Ok(done(&format!("/incidents/{id}"), "clock-decided")),
                Err(error) => form_errors(error, "decision")?,
            }
        }
    };
    let mut view = view(&ctx, id).await?;
    for choice in &mut view.decisions {
        choice.chosen = choice.value == fields.get("decision");
    }
    let typed =
        Typed { reason: fields.text("reason"), reference: fields.text("reference"), ..Typed::default() };
    form_again(&View { errors, typed, ..view })
}

/// Refers the incident to professional standards.
pub(crate) async fn refer(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AssessIncidents>()?;
    let id: IncidentId = id_of(&id)?;
    match incidents_app::refer(&ctx.site.app, permit, id, fields.get("why")).await {
        Ok(_) => Ok(done(&format!("/incidents/{id}"), "incident-referred")),
        Err(error) => {
            let errors = form_errors(error, "why")?;
            let typed = Typed { why: fields.text("why"), ..Typed::default() };
            form_again(&View { errors, typed, ..view(&ctx, id).await? })
        }
    }
}

fn file(exported: Exported, form: Form) -> Response {
    let (media, ending) = match form {
        Form::Pdf => ("application/pdf", "pdf"),
        Form::Json => ("application/json", "json"),
    };
    // The name is letters, digits and hyphens, so it is safe in a header.
    let disposition = format!("attachment; filename=\"{}.{ending}\"", exported.name);
    ([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, disposition)], exported.bytes)
        .into_response()
}

/// Returns the incident as a document.
pub(crate) async fn pdf(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeCases>()?;
    Ok(file(export(&ctx.site.app, permit, id_of(&id)?, Form::Pdf).await?, Form::Pdf))
}

/// Returns the incident as data.
pub(crate) async fn json(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeCases>()?;
    Ok(file(export(&ctx.site.app, permit, id_of(&id)?, Form::Json).await?, Form::Json))
}
