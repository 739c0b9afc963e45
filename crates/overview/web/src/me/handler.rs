//! Answers the requests of this page.

use axum::http::StatusCode;
use axum::response::Response;
use devices_web::state;
use kernel::access::{AcceptOwn, SeeOwn};
use overview_app::me::MeRead;
use permissions_app::read::PermissionRow;

use crate::me::{Acceptance, OwnDevice, OwnPermission, Todo, View};
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::links::{clause_crumb, named};
use web_shell::session::{Ctx, Fields, Problem, done};

/// Shows the reader's own page.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let read = overview_app::me::me(&ctx.site.app, ctx.permit::<SeeOwn>()?).await?;
    let shell = ctx.shell(Area::Me, Vec::new());
    let view = match read {
        Some(read) => view(shell, &read),
        None => View {
            shell,
            who: String::new(),
            todos: Vec::new(),
            reminders: Vec::new(),
            notices: Vec::new(),
            restricted: false,
            reports_breaches: false,
            devices: Vec::new(),
            acceptances: Vec::new(),
            cases: Vec::new(),
            permissions: Vec::new(),
        },
    };
    shown(&view)
}

/// Records the answer to a reminder: yes, or later.
pub(crate) async fn reminded(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let said = match fields.get("answer") {
        "yes" => true,
        "later" => false,
        _ => {
            let why = "Choose one of the two buttons beside the question. Nothing was changed.";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why));
        }
    };
    terms_app::answer_reminder(&ctx.site.app, permit, fields.get("clause"), said).await?;
    Ok(done("/me", if said { "reminder-yes" } else { "reminder-later" }))
}

fn view(shell: Shell, read: &MeRead) -> View {
    View {
        shell,
        who: named(&read.person.name, &read.person.number),
        todos: read
            .todos
            .iter()
            .map(|todo| Todo { link: Crumb::new(todo.href.clone(), todo.title.clone()), due: todo.due })
            .collect(),
        reminders: read
            .reminders
            .iter()
            .map(|due| {
                let text = due.text.clone().unwrap_or_default();
                (clause_crumb(due.clause.as_str()), due.title.clone(), text)
            })
            .collect(),
        notices: read
            .notices
            .iter()
            .map(|notice| (notice.at, Crumb::new(notice.href.clone(), notice.subject.clone())))
            .collect(),
        restricted: read.restricted,
        reports_breaches: read.reports_breaches,
        devices: read.devices.iter().map(device).collect(),
        acceptances: read
            .acceptances
            .iter()
            .map(|row| Acceptance {
                document: Crumb::new(format!("/documents/{}", row.document.0), row.document.1.clone()),
                version: row.version.clone(),
                current: row.current,
                at: row.at,
                href: match row.at {
                    Some(_) => format!("/me/terms/{}/accepted?version={}", row.document.0, row.digest),
                    None => format!("/me/terms/{}", row.document.0),
                },
                asked: row.asked,
            })
            .collect(),
        cases: read
            .cases
            .iter()
            .map(|row| {
                let stands = if row.case.closed.is_some() { "closed" } else { "open" };
                format!("C-{}, {}, {stands}", row.case.number, row.kind.to_lowercase())
            })
            .collect(),
        permissions: read.permissions.iter().map(permission).collect(),
    }
}

fn permission(row: &PermissionRow) -> OwnPermission {
    let grant = &row.grant;
    let said = grant.decision.as_deref().unwrap_or_default();
    let decision = match &grant.decided {
        Some(named) => format!("{}: {said}", named),
        None if grant.is_open() => "Nobody has decided yet.".to_owned(),
        None => String::new(),
    };
    OwnPermission {
        reference: format!("P-{}", grant.number),
        what: format!("{}, {}", row.register, row.about),
        state: row.state.to_owned(),
        asked: grant.asked_at,
        decision,
        holds: grant.starts_at.zip(grant.ends_at).filter(|_| grant.decided_at.is_some()),
    }
}

fn device(own: &overview_app::me::OwnDevice) -> OwnDevice {
    let device = &own.device;
    OwnDevice {
        href: format!("/devices/{}", device.id),
        name: device.named().for_holder(),
        state: state(device),
        seen: device.last_contact_at,
        silent: own.silent,
        judged: device.judged_at.is_some(),
        not_known: device.not_known.unsigned_abs(),
        not_met: own
            .not_met
            .iter()
            .map(|(clause, title, found)| (clause_crumb(clause), title.clone(), found.clone()))
            .collect(),
    }
}
