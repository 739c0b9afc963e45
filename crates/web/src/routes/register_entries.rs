//! One entry of a register: what was asked, who decided, how it went on, and the forms for that.

use app::access::{AskPermission, DecidePermission, SeeRegisters};
use app::permissions::Decision;
use app::read::{PermissionRead, PermissionState, span_words};
use axum::extract::Path;
use axum::response::Response;
use domain::PermissionId;

use super::device::setting;
use super::registers::{register_href, role_titles};
use crate::answer::{form_again, shown};
use crate::cases::show::Event;
use crate::documents::clause_crumb;
use crate::parts::form::Errors;
use crate::registers::{decide, entry};
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb};

fn lines(read: &PermissionRead) -> Vec<(String, String)> {
    let grant = &read.row.grant;
    let mut lines = read.fields.clone();
    if read.has_password {
        lines.push(("The network’s password".into(), "Sealed; it is never shown again".into()));
    }
    if read.people.len() > 1 {
        let names: Vec<&str> = read.people.iter().map(|(_, name)| name.as_str()).collect();
        lines.push(("Holds for".into(), names.join(", ")));
    }
    lines.push(("Why".into(), grant.because.clone()));
    lines.push(("Asked by".into(), grant.asked.name.clone()));
    lines.push(("Wanted until".into(), entry::at(Some(grant.wanted_until))));
    if let Some((named, _)) = &grant.agreed {
        lines.push(("Agreed as the first of two".into(), named.name.clone()));
    }
    if let Some(named) = &grant.decided {
        lines.push(("Decided by".into(), named.name.clone()));
    }
    if let Some(decision) = &grant.decision {
        lines.push(("Decision".into(), decision.clone()));
    }
    if let Some(conditions) = &grant.conditions {
        lines.push(("Conditions".into(), conditions.clone()));
    }
    if grant.starts_at.is_some() {
        lines.push(("From".into(), entry::at(grant.starts_at)));
        lines.push(("Until".into(), entry::at(grant.ends_at)));
    }
    if grant.reviewed_at.is_some() {
        lines.push(("Last reviewed".into(), entry::at(grant.reviewed_at)));
    }
    if let Some((at, why)) = &grant.ended {
        lines.push(("Over".into(), format!("{}: {why}", entry::at(Some(*at)))));
    }
    lines
}

pub(super) fn entry_view(ctx: &Ctx, read: &PermissionRead) -> entry::View {
    let grant = &read.row.grant;
    let timeline: Vec<Event> = read
        .events
        .iter()
        .rev()
        .map(|(at, who, what)| Event { at: *at, who: who.clone(), what: what.clone() })
        .collect();
    entry::View {
        shell: ctx.under(Area::Registers),
        href: format!("/entries/{}", grant.id),
        reference: format!("P-{}", grant.number),
        version: grant.version,
        register: Crumb::new(register_href(&grant.register), read.row.register.clone()),
        clause: read.row.clause.as_ref().map(|clause| clause_crumb(clause.as_str())),
        state: read.row.state.to_owned(),
        force: grant.force,
        about: read.row.about.clone(),
        lines: lines(read),
        does: read.does.clone(),
        devices: read
            .devices
            .iter()
            .map(|row| entry::Device {
                device: Crumb::new(
                    format!("/devices/{}", row.device.id),
                    format!("{} {}", row.device.kind.title(), row.device.serial),
                ),
                settings: row.settings.iter().map(setting).collect(),
                residue: row.residue.clone(),
            })
            .collect(),
        timeline,
        errors: Errors::default(),
        why: String::new(),
        finding: String::new(),
        sooner: String::new(),
        may_decide: read.may_decide,
        may_end: read.may_end,
        open: grant.is_open(),
        may_review: read.may_review,
    }
}

async fn read(ctx: &Ctx, id: PermissionId) -> Result<PermissionRead, Problem> {
    Ok(app::read::permission(&ctx.site.app, ctx.permit::<SeeRegisters>()?, id).await?)
}

/// One entry.
pub(super) async fn entry(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeeRegisters>()?;
    let found = read(&ctx, id_of(&id)?).await?;
    shown(&entry_view(&ctx, &found))
}

/// Why the reader cannot decide; empty if they can.
fn cannot_decide(read: &PermissionRead) -> String {
    if read.may_decide {
        return String::new();
    }
    let Some(register) = &read.register else {
        return "The force’s rules no longer have this register.".into();
    };
    if !read.row.grant.is_open() {
        return format!("It is decided already: {}.", read.row.state.to_lowercase());
    }
    let mut roles = role_titles(&register.decide);
    if !register.second.is_empty() {
        roles = format!("{roles}; and as well {}", role_titles(&register.second));
    }
    format!("You cannot decide on it. These roles do, and never who asked or agreed already: {roles}.")
}

fn decide_view(ctx: &Ctx, read: &PermissionRead, typed: (&Decision, &str), errors: Errors) -> decide::View {
    let (decision, answer) = typed;
    let grant = &read.row.grant;
    let first = grant.agreed.as_ref().filter(|_| grant.state == PermissionState::Agreed);
    decide::View {
        shell: ctx.under(Area::Registers),
        href: format!("/entries/{}", grant.id),
        reference: format!("P-{}", grant.number),
        version: grant.version,
        register: read.row.register.clone(),
        clause: read.row.clause.as_ref().map(|clause| clause_crumb(clause.as_str())),
        about: read.row.about.clone(),
        lines: lines(read),
        does: read.does.clone(),
        refused: cannot_decide(read),
        errors,
        answer: answer.to_owned(),
        because: decision.because.clone(),
        conditions: decision.conditions.clone(),
        from: decision.from.clone(),
        until: decision.until.clone(),
        agreed: first.map(|(named, _)| named.name.clone()).unwrap_or_default(),
        longest: read.register.as_ref().map(|register| span_words(register.longest)).unwrap_or_default(),
    }
}

/// The page to decide on.
pub(super) async fn decide(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<DecidePermission>()?;
    let found = read(&ctx, id_of(&id)?).await?;
    let nothing = Decision::default();
    shown(&decide_view(&ctx, &found, (&nothing, ""), Errors::default()))
}

/// Decides.
pub(super) async fn decided(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<DecidePermission>()?;
    let id = id_of(&id)?;
    let answer = fields.text("answer");
    let decision = Decision {
        grant: answer == "yes",
        because: fields.text("because"),
        conditions: fields.text("conditions"),
        from: fields.text("from"),
        until: fields.text("until"),
        version: fields.get("version").parse().unwrap_or(-1),
    };
    let errors = if matches!(answer.as_str(), "yes" | "no") {
        match app::permissions::decide_permission(&ctx.site.app, permit, id, decision.clone()).await {
            Ok(PermissionState::Granted) => return Ok(done(&format!("/entries/{id}"), "granted")),
            Ok(PermissionState::Agreed) => return Ok(done(&format!("/entries/{id}"), "agreed")),
            Ok(_) => return Ok(done(&format!("/entries/{id}"), "refused")),
            Err(error) => form_errors(error, "answer")?,
        }
    } else {
        [("answer", "Choose whether to grant or refuse it")].into_iter().collect()
    };
    form_again(&decide_view(&ctx, &read(&ctx, id).await?, (&decision, &answer), errors))
}

/// Takes a request back, or ends an entry before its time.
pub(super) async fn end(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AskPermission>()?;
    let id = id_of(&id)?;
    let version = fields.get("version").parse().unwrap_or(-1);
    let sees = ctx.may::<SeeRegisters>();
    let back =
        if sees && fields.get("from") != "own" { format!("/entries/{id}") } else { "/permissions".into() };
    match app::permissions::withdraw_permission(&ctx.site.app, permit, id, (fields.get("why"), version)).await
    {
        Ok(()) => Ok(done(&back, "ended")),
        Err(app::AppError::Invalid { message, .. }) if sees => {
            let errors = [("why", crate::session::sentence(&message))].into_iter().collect();
            let again =
                entry::View { errors, why: fields.text("why"), ..entry_view(&ctx, &read(&ctx, id).await?) };
            form_again(&again)
        }
        Err(error) => Err(error.into()),
    }
}

/// Enters that it is still needed.
pub(super) async fn review(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<DecidePermission>()?;
    let id = id_of(&id)?;
    let version = fields.get("version").parse().unwrap_or(-1);
    let (finding, sooner) = (fields.get("finding"), fields.get("sooner"));
    match app::permissions::review_permission(&ctx.site.app, permit, id, (finding, sooner, version)).await {
        Ok(()) => Ok(done(&format!("/entries/{id}"), "reviewed")),
        Err(error) => form_again(&entry::View {
            errors: form_errors(error, "finding")?,
            finding: finding.to_owned(),
            sooner: sooner.to_owned(),
            ..entry_view(&ctx, &read(&ctx, id).await?)
        }),
    }
}
