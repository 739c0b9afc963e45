//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use cases_app::files::FileView;
use cases_app::read::{CaseRead, CaseView, StepRead};
use domain::{CaseId, HandoverId, IncidentId};
use kernel::access::{AnswerForOneself, ContactOffDuty, ManageCases, PlaceHolds, SeeCases, SeeSealed};

use crate::list::handler::state;
use crate::show;
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::frame::{Area, Crumb};
use web_shell::links::{clause_crumb, named};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of, sentence};

pub(crate) async fn view(ctx: &Ctx, id: CaseId) -> Result<show::View, Problem> {
    let app = &ctx.site.app;
    let read = cases_app::read::case(app, ctx.permit::<SeeCases>()?, id).await?;
    let mut view = view_of(ctx, id, &read);
    if let Some(loss) = losses_app::read::loss_of_case(app, ctx.permit::<SeeCases>()?, id).await? {
        let link = Crumb::new(format!("/losses/{loss}"), format!("Loss {}", read.row.case.reference));
        for (step, shown) in read.steps.iter().zip(&mut view.steps) {
            let by_loss = step.step.done.as_ref().is_some_and(|done| done.proof.starts_with(BY_LOSS));
            if let Some(done) = shown.done.as_mut().filter(|_| by_loss) {
                done.proof = link.clone();
            }
        }
        view.loss = Some(link);
    }
    if let Some(incident) = incidents_app::read::of_case(app, ctx.permit::<SeeCases>()?, id).await? {
        let href = format!("/incidents/{}", incident.id);
        for (step, shown) in read.steps.iter().zip(&mut view.steps) {
            let of_form = ["form", "assessment", "decision"].contains(&step.step.proof_kind.as_str());
            if of_form && step.step.done.is_none() && !view.closed {
                shown.href.clone_from(&href);
            }
        }
        view.form = Some(Crumb::new(href, "Its form, clock and decisions"));
        view.clock = incident.clock.filter(|clock| clock.standing.runs()).map(|clock| show::Clock {
            what: "Decide whether the regulator must be told".into(),
            from: clock.from,
            until: clock.until,
        });
    }
    Ok(view)
}

fn view_of(ctx: &Ctx, id: CaseId, read: &CaseRead) -> show::View {
    let case = &read.row.case;
    let reference = format!("C-{}", case.number);
    let device =
        read.device.as_ref().map(|device| Crumb::new(format!("/devices/{}", device.id), device.for_staff()));
    let state = state(&read.row);
    let log_line = log_line(case, &state);
    let mut timeline: Vec<show::Event> = read
        .events
        .iter()
        .map(|(at, who, what)| show::Event { at: *at, who: who.clone(), what: what.clone() })
        .collect();
    timeline.reverse();
    // People may not work on a case that they may not read.
    let workable = case.closed.is_none() && (!read.sealed || read.may_open);
    show::View {
        shell: ctx.under(Area::Cases),
        href: format!("/cases/{id}"),
        reference,
        said: case.reference.clone(),
        kind: read.row.kind.clone(),
        force: case.force,
        title: case.title.clone(),
        clause: case.clause.as_ref().map(|clause| clause_crumb(clause.as_str())),
        opened: case.opened_at,
        device,
        holder: read
            .person
            .as_ref()
            .map(|person| Crumb::new(format!("/people/{}", person.id), named(&person.name, &person.number))),
        form: None,
        loss: None,
        clock: None,
        log_line,
        steps: read.steps.iter().map(|step| shown_step(ctx, case, step)).collect(),
        closed: case.closed.is_some(),
        more: more(&case.kind, id),
        may_take: workable && ctx.may::<ManageCases>(),
        call: match workable && ctx.may::<ContactOffDuty>() {
            true => format!("/cases/{id}/call"),
            false => String::new(),
        },
        owner: match &read.owner {
            Some(owner) => owner.clone(),
            None => format!("{}, not taken by anybody yet", read.desk),
        },
        by_receipt: read.by_receipt,
        timeline,
        files: read.files.iter().map(|file| shown_file(id, file)).collect(),
        with_reason: read.with_reason,
        sealed: read.sealed,
        may_open: read.may_open,
        reason: String::new(),
        errors: Errors::default(),
        note: String::new(),
        why: String::new(),
        workable: workable && ctx.may::<ManageCases>(),
        state,
    }
}

/// Writes the line for the command-and-control log.
fn log_line(case: &CaseView, state: &str) -> String {
    let (opened, state) = (format::when(case.opened_at), state.to_lowercase());
    format!("C-{} (ref {}) {}. Opened {opened}, {state}.", case.number, case.reference, case.title)
}

/// Returns the page on which more is done about a case of that type.
fn more(kind: &str, id: CaseId) -> Option<Crumb> {
    match kind {
        "lost-device" => Some(Crumb::new("/losses", "Losses")),
        "password-reset" | "password-compromised" => Some(Crumb::new("/help/passwords", "Passwords")),
        "fault" | "damage" | "tampered" => Some(Crumb::new(
            format!("/help/faults/{id}"),
            "What to tell the holder, and what the desk can do",
        )),
        _ => None,
    }
}

fn shown_file(case: CaseId, file: &FileView) -> show::File {
    let kilobytes = file.size.unsigned_abs().div_ceil(1024);
    show::File {
        href: format!("/cases/{case}/files/{}", file.id),
        name: file.name.clone(),
        about: format!("{}, {} kB", file.title, format::number(kilobytes)),
        digest: file.digest.clone(),
        by: file.by.clone(),
        at: file.at,
        is_shown: file.is_shown,
        erased: file.erased,
    }
}

fn shown_step(ctx: &Ctx, of: &CaseView, read: &StepRead) -> show::Step {
    let (case, step) = (of.id, &read.step);
    let href = match step.proof_kind.as_str() {
        _ if step.done.is_some() || of.closed.is_some() => String::new(),
        "hold" if ctx.may::<PlaceHolds>() => format!("/cases/{case}/steps/{}/hold", step.id),
        "answer" if ctx.may::<AnswerForOneself>() => format!("/cases/{case}/needed"),
        "note" | "receipt" if ctx.may::<ManageCases>() => format!("/cases/{case}/steps/{}", step.id),
        _ => String::new(),
    };
    show::Step {
        title: step.title.clone(),
        who: read.who.clone(),
        clause: read.clause.as_ref().map(|clause| clause_crumb(clause.as_str())),
        due: step.due_at,
        done: step.done.as_ref().map(|done| show::StepDone {
            word: match done.outcome.as_str() {
                "missing" => "Missing".into(),
                "not-needed" => "Not needed".into(),
                _ => "Done".into(),
            },
            at: done.at,
            by: read.done_by.clone().unwrap_or_default(),
            proof: proof(&done.proof),
        }),
        href,
        proof: read.proof.to_owned(),
    }
}

/// What the proof begins with where a loss shows that a step was done.
const BY_LOSS: &str = "loss:";

/// Returns the proof that a step was done: a link where the proof is a record of its own, and never its raw id.
fn proof(text: &str) -> Crumb {
    match text.split_once(':') {
        Some(("case", id)) if id.parse::<CaseId>().is_ok() => {
            Crumb::new(format!("/cases/{id}"), "The case that was opened for it")
        }
        Some(("incident", id)) if id.parse::<IncidentId>().is_ok() => {
            Crumb::new(format!("/incidents/{id}"), "The form")
        }
        Some(("hand-over", id)) if id.parse::<HandoverId>().is_ok() => {
            Crumb::new(format!("/custody/{id}"), "The hand-over that both sides signed")
        }
        // Any id of ours is read as one of a case.
        Some((kind, id)) if id.parse::<CaseId>().is_ok() => Crumb::new("", sentence(&kind.replace('-', " "))),
        _ => Crumb::new("", text),
    }
}

/// Assigns the case to the person signed in.
pub(crate) async fn take(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let id: CaseId = id_of(&id)?;
    cases_app::take_case(&ctx.site.app, permit, id).await?;
    Ok(done(&format!("/cases/{id}"), "taken"))
}

/// Shows one case.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeeCases>()?;
    let id = id_of(&id)?;
    shown(&view(&ctx, id).await?)
}

/// Shows the content of a sealed case, which is recorded as a ledger entry.
pub(crate) async fn read_sealed(
    ctx: Ctx,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (permit, sees) = (ctx.permit_within::<SeeSealed>()?, ctx.permit::<SeeCases>()?);
    let id: CaseId = id_of(&id)?;
    let closed = view(&ctx, id).await?;
    match overview_app::sensitive::read_sealed_case(&ctx.site.app, permit, sees, id, fields.get("reason"))
        .await
    {
        Ok(read) => shown(&view_of(&ctx, id, &read)),
        Err(error) => form_again(&show::View {
            errors: form_errors(error, "reason")?,
            reason: fields.text("reason"),
            ..closed
        }),
    }
}

/// Adds a note to the case.
pub(crate) async fn note(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let id: CaseId = id_of(&id)?;
    match cases_app::note_on_case(&ctx.site.app, permit, id, fields.get("note")).await {
        Ok(()) => Ok(done(&format!("/cases/{id}"), "noted")),
        Err(error) => form_again(&show::View {
            errors: form_errors(error, "note")?,
            note: fields.text("note"),
            ..view(&ctx, id).await?
        }),
    }
}

/// Closes the case, with a reason.
pub(crate) async fn close(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let id: CaseId = id_of(&id)?;
    match cases_app::close_case(&ctx.site.app, permit, id, fields.get("why")).await {
        Ok(()) => Ok(done(&format!("/cases/{id}"), "closed")),
        Err(kernel::AppError::Invalid { message, .. }) => {
            let errors = [("why", sentence(&message))].into_iter().collect();
            form_again(&show::View { errors, why: fields.text("why"), ..view(&ctx, id).await? })
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::proof;

    #[test]
    fn a_proof_is_a_link_or_words_and_never_a_raw_id() {
        let id = "01a22f8d-0000-7000-8000-000000000000";
        for kind in ["case", "incident", "hand-over"] {
            let shown = proof(&format!("{kind}:{id}"));
            assert!(shown.href.ends_with(id) && !shown.text.contains(id), "{kind}: {}", shown.text);
        }
        for (raw, words) in [("loss", "Loss"), ("device", "Device"), ("stock-count", "Stock count")] {
            let shown = proof(&format!("{raw}:{id}"));
            assert_eq!((shown.href.as_str(), shown.text.as_str()), ("", words));
        }
        assert_eq!(proof("Rang them: they are well").text, "Rang them: they are well");
    }
}
