//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::Secret;
use kernel::access::{AskPermission, Role, SeeRegisters};
use kernel::words::span as span_words;
use permissions_app::read::{FieldKind, PermissionFor};
use permissions_app::{Asked, MayAskFor, NewPermission};

use crate::ask;
use crate::index::handler::register_href;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done};

const PROTECTIONS: [(&str, &str); 2] =
    [("wpa2-personal", "WPA2 with a password"), ("wpa3-personal", "WPA3 with a password")];

pub(crate) fn role_titles(roles: &[String]) -> String {
    let titles = roles.iter().filter_map(|role| role.parse::<Role>().ok()).map(Role::title);
    titles.collect::<Vec<_>>().join(", ")
}

// long because a form has a field for each thing that a register may ask
#[expect(clippy::too_many_lines, reason = "a field for each thing that a register may ask")]
fn ask_view(ctx: &Ctx, id: &str, typed: &NewPermission, errors: Errors) -> Result<ask::View, Problem> {
    let app = &ctx.site.app;
    let (register, reach, apps) =
        permissions_app::read::register_to_ask_in(app, &ctx.permit::<AskPermission>()?, id)?;
    let own = reach == MayAskFor::Related;
    let device_hint = match (own, register.about) {
        (true, _) => "Left empty, the one device that you hold",
        (false, PermissionFor::Clause) => "Left empty, all of the force’s devices",
        _ => "As it stands in the asset register",
    };
    let person_hint =
        if own { "Left empty, yourself; or somebody whom you manage" } else { "Left empty, yourself" };
    let everywhere = ctx.actor.force.is_none() && !own && register.about != PermissionFor::Device;
    let fields = register
        .fields
        .iter()
        .map(|field| {
            let value = typed.fields.get(&field.name).cloned().unwrap_or_default();
            let apps = apps.iter().find(|(name, _)| *name == field.name).map(|(_, apps)| apps.as_slice());
            let options: Vec<(&str, &str)> = apps
                .unwrap_or(&field.options)
                .iter()
                .map(|option| (option.as_str(), option.as_str()))
                .collect();
            ask::Field {
                name: field.name.clone(),
                label: if field.optional {
                    format!("{} (optional)", field.label)
                } else {
                    field.label.clone()
                },
                hint: field.hint.clone(),
                choices: Choice::list(options, &value),
                security: (field.kind == FieldKind::Network)
                    .then(|| Choice::list(PROTECTIONS, &typed.security)),
                value,
            }
        })
        .collect();
    let once = if typed.once.is_empty() { app.world().uuid().to_string() } else { typed.once.clone() };
    Ok(ask::View {
        shell: if ctx.may::<SeeRegisters>() {
            ctx.under(Area::Registers)
        } else {
            ctx.shell(Area::Elsewhere, vec![Crumb::new("/permissions", "Your permissions")])
        },
        href: format!("{}/ask", register_href(id)),
        refused: if reach == MayAskFor::Nobody {
            format!("Your role does not ask in this register. These do: {}.", role_titles(&register.ask))
        } else {
            String::new()
        },
        once,
        errors,
        person: (register.about == PermissionFor::Person)
            .then(|| (typed.person.clone(), person_hint.to_owned())),
        device: (register.about != PermissionFor::Person)
            .then(|| (typed.device.clone(), device_hint.to_owned())),
        clause: (register.about == PermissionFor::Clause).then(|| typed.clause.clone()),
        example: example(ctx),
        force: everywhere.then(|| typed.force.map(|force| force.as_str().to_owned()).unwrap_or_default()),
        fields,
        because: typed.because.clone(),
        until: typed.until.clone(),
        longest: span_words(register.longest),
        title: register.title,
        says: register.says,
    })
}

/// Shows the form that asks for an entry.
pub(crate) async fn ask(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<AskPermission>()?;
    let typed = NewPermission {
        clause: ctx.asked("clause").to_owned(),
        device: ctx.asked("device").to_owned(),
        person: ctx.asked("person").to_owned(),
        ..NewPermission::default()
    };
    shown(&ask_view(&ctx, &id, &typed, Errors::default())?)
}

/// Records the request for an entry.
pub(crate) async fn asked(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AskPermission>()?;
    let app = &ctx.site.app;
    let (register, _, _) = permissions_app::read::register_to_ask_in(app, &permit, &id)?;
    let new = NewPermission {
        register: id.clone(),
        once: fields.text("once"),
        force: Ctx::force(fields.get("force")),
        person: fields.text("person"),
        device: fields.text("device"),
        clause: fields.text("clause"),
        because: fields.text("because"),
        until: fields.text("until"),
        fields: register.fields.iter().map(|field| (field.name.clone(), fields.text(&field.name))).collect(),
        security: fields.text("security"),
        passphrase: Some(Secret::new(fields.text("passphrase"))),
    };
    match permissions_app::ask_permission(app, permit, new.clone()).await? {
        Asked::Entered(entry) if ctx.may::<SeeRegisters>() => Ok(done(&format!("/entries/{entry}"), "asked")),
        Asked::Entered(_) => Ok(done("/permissions", "asked")),
        Asked::ToMend(faults) => form_again(&ask_view(&ctx, &id, &new, faults.into_iter().collect())?),
    }
}

/// Returns a hint with one of the policy's own clauses.
fn example(ctx: &Ctx) -> String {
    let policy = ctx.site.app.policy();
    policy.library().clauses.first().map(|clause| format!("Such as {}", clause.id)).unwrap_or_default()
}
