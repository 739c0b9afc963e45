//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::PermissionId;
use kernel::access::{AskPermission, DecidePermission, SeeRegisters};
use permissions_app::Review;
use permissions_app::read::PermissionRead;

use crate::entry;
use crate::index::handler::register_href;
use crate::setting::setting;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::links::clause_crumb;
use web_shell::parts::form::Errors;
use web_shell::parts::timeline::Event;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

pub(crate) fn lines(read: &PermissionRead) -> Vec<(String, String)> {
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
    lines.push(("Asked by".into(), grant.asked.clone()));
    lines.push(("Wanted until".into(), entry::at(Some(grant.wanted_until))));
    if let Some(named) = &grant.agreed {
        lines.push(("Agreed as the first of two".into(), named.clone()));
    }
    if let Some(named) = &grant.decided {
        lines.push(("Decided by".into(), named.clone()));
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

pub(crate) fn entry_view(ctx: &Ctx, read: &PermissionRead) -> entry::View {
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
                device: Crumb::new(format!("/devices/{}", row.device.id), row.device.for_staff()),
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

pub(crate) async fn read(ctx: &Ctx, id: PermissionId) -> Result<PermissionRead, Problem> {
    Ok(permissions_app::read::permission(&ctx.site.app, ctx.permit::<SeeRegisters>()?, id).await?)
}

/// Shows one entry.
pub(crate) async fn entry(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeeRegisters>()?;
    let found = read(&ctx, id_of(&id)?).await?;
    shown(&entry_view(&ctx, &found))
}

/// Withdraws a request, or ends an entry before its time.
pub(crate) async fn end(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AskPermission>()?;
    let id = id_of(&id)?;
    let version = fields.get("version").parse().unwrap_or(-1);
    let sees = ctx.may::<SeeRegisters>();
    let back =
        if sees && fields.get("from") != "own" { format!("/entries/{id}") } else { "/permissions".into() };
    match permissions_app::withdraw_permission(&ctx.site.app, permit, id, fields.get("why"), version).await {
        Ok(()) => Ok(done(&back, "ended")),
        Err(kernel::AppError::Invalid { message, .. }) if sees => {
            let errors = [("why", web_shell::session::sentence(&message))].into_iter().collect();
            let again =
                entry::View { errors, why: fields.text("why"), ..entry_view(&ctx, &read(&ctx, id).await?) };
            form_again(&again)
        }
        Err(error) => Err(error.into()),
    }
}

/// Records that an entry is still needed.
pub(crate) async fn review(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<DecidePermission>()?;
    let id = id_of(&id)?;
    let (finding, until) = (fields.text("finding"), fields.text("sooner"));
    let version = fields.get("version").parse().unwrap_or(-1);
    let review = Review { finding: finding.clone(), until: until.clone(), version };
    match permissions_app::review_permission(&ctx.site.app, permit, id, review).await {
        Ok(()) => Ok(done(&format!("/entries/{id}"), "reviewed")),
        Err(error) => form_again(&entry::View {
            errors: form_errors(error, "finding")?,
            finding,
            sooner: until,
            ..entry_view(&ctx, &read(&ctx, id).await?)
        }),
    }
}
