//! Registers of permissions and exceptions: reading them, asking, deciding, ending, reviewing, and one's own.

use app::access::{AskPermission, Role, SeeRegisters};
use app::permissions::{Asked, NewPermission, Reach};
use app::read::{
    FieldKind, Permission, PermissionFilter, PermissionFor, PermissionRegister, PermissionRow, RiskRead,
    span_words,
};
use axum::extract::Path;
use axum::response::Response;
use domain::{PermissionId, Secret, Timestamp};

use super::register_entries::entry_view;
use crate::answer::{self, form_again, shown};
use crate::documents::clause_crumb;
use crate::parts::form::{Choice, Errors};
use crate::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut, percent, time_key};
use crate::registers::{Mention, Risk, ask, index, list, own, show};
use crate::session::{Ctx, Fields, Problem, done};
use crate::shell::{Area, Crumb};

/// Entries that a register's own page shows.
const LATEST: u32 = 20;
const PROTECTIONS: [(&str, &str); 2] =
    [("wpa2-personal", "WPA2 with a password"), ("wpa3-personal", "WPA3 with a password")];

fn crumb(grant: &Permission) -> Crumb {
    Crumb::new(format!("/entries/{}", grant.id), format!("P-{}", grant.number))
}

pub(super) fn register_href(id: &str) -> String {
    format!("/registers/{}", percent(id))
}

/// An entry as another page names it.
pub(super) fn mention(row: &PermissionRow) -> Mention {
    Mention {
        entry: crumb(&row.grant),
        what: format!("{}, {}", row.register, row.about),
        clause: row.clause.as_ref().map(|clause| clause_crumb(clause.as_str())),
        state: row.state.to_owned(),
        until: row.grant.ends_at.filter(|_| row.grant.decided_at.is_some()),
    }
}

/// Who carries a risk, as another page shows it.
pub(super) fn risk(read: &RiskRead) -> Risk {
    Risk {
        entry: Crumb::new(format!("/entries/{}", read.id), format!("P-{}", read.number)),
        device: read.device.map(|id| Crumb::new(format!("/devices/{id}"), "one device")),
        until: read.until,
        by: read.by.clone(),
        because: read.because.clone(),
    }
}

fn row(row: &PermissionRow) -> list::Row {
    let grant = &row.grant;
    list::Row {
        entry: crumb(grant),
        register: row.register.clone(),
        clause: row.clause.as_ref().map(|clause| clause_crumb(clause.as_str())),
        about: row.about.clone(),
        because: grant.because.clone(),
        force: grant.force,
        state: row.state.to_owned(),
        asked: grant.asked_at,
        by: grant.asked.name.clone(),
        decided: grant.decided.as_ref().map(|named| named.name.clone()).unwrap_or_default(),
        until: grant.ends_at.filter(|_| grant.decided_at.is_some()),
    }
}

/// Every register.
pub(super) async fn index(ctx: Ctx) -> Result<Response, Problem> {
    let read = app::read::registers(&ctx.site.app, ctx.permit::<SeeRegisters>()?).await?;
    let rows = read
        .iter()
        .map(|row| index::Row {
            register: Crumb::new(register_href(&row.register.id), row.register.title.clone()),
            says: row.register.says.clone(),
            clauses: row.register.clauses.iter().map(|clause| clause_crumb(clause.as_str())).collect(),
            open: row.figures.open.unsigned_abs(),
            in_force: row.figures.in_force.unsigned_abs(),
            lapsing: row.figures.lapsing.unsigned_abs(),
            ask: if row.may_ask { format!("{}/ask", register_href(&row.register.id)) } else { String::new() },
        })
        .collect();
    shown(&index::View { shell: ctx.shell(Area::Registers, Vec::new()), rows })
}

type Key = (Timestamp, PermissionId);

async fn walk(
    ctx: &Ctx,
    list: &Listing,
    after: Option<Key>,
    limit: u32,
) -> Result<(Vec<list::Row>, Option<Key>), Problem> {
    let permit = ctx.permit::<SeeRegisters>()?;
    let filter = PermissionFilter {
        force: Ctx::force(list.filter("force")),
        register: list.filter("register").to_owned(),
        state: list.filter("state").to_owned(),
        search: list.filter("q").to_owned(),
        own: None,
        after,
    };
    let mut rows = app::read::permissions(&ctx.site.app, permit, filter, limit + 1).await?;
    let next = cut(&mut rows, limit, |last| (last.grant.asked_at, last.grant.id));
    Ok((rows.iter().map(row).collect(), next))
}

/// The entries of all registers, or of one.
pub(super) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    let after = list.after_time();
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let registers = app::read::registers(&ctx.site.app, ctx.permit::<SeeRegisters>()?).await?;
    let view = list::View {
        shell: ctx.under(Area::Registers),
        list: list.with_rows(rows.len(), next.map(time_key)),
        registers: registers.into_iter().map(|row| (row.register.id, row.register.title)).collect(),
        rows,
    };
    shown(&view)
}

/// The same as CSV, every row that the filters leave.
pub(super) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    answer::walked("entries", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        Ok(((ctx, list), list::export(&rows), next))
    })
    .await
}

pub(super) fn role_titles(roles: &[String]) -> String {
    let titles = roles.iter().filter_map(|role| role.parse::<Role>().ok()).map(Role::title);
    titles.collect::<Vec<_>>().join(", ")
}

fn about(register: &PermissionRegister) -> Vec<(String, String)> {
    let mut lines = vec![
        ("Who asks".to_owned(), role_titles(&register.ask)),
        ("Who decides".to_owned(), role_titles(&register.decide)),
    ];
    if !register.second.is_empty() {
        lines.push(("Who must agree as well".to_owned(), role_titles(&register.second)));
    }
    lines.push(("Longest".to_owned(), span_words(register.longest)));
    lines.push(("Warning before it lapses".to_owned(), span_words(register.warn_before)));
    if let Some(limit) = &register.decide_within {
        lines.push(("Decided within".to_owned(), span_words(limit.span)));
    }
    lines
}

/// One register.
pub(super) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let app = &ctx.site.app;
    let registers = app::read::registers(app, ctx.permit::<SeeRegisters>()?).await?;
    let found = registers.into_iter().find(|row| row.register.id == id).ok_or_else(Problem::not_found)?;
    let register = found.register;
    let filter = PermissionFilter { register: id.clone(), ..PermissionFilter::default() };
    let rows = app::read::permissions(app, ctx.permit::<SeeRegisters>()?, filter, LATEST).await?;
    // What platforms leave to people stands beside what people carry as a risk.
    let residues = if register.about == PermissionFor::Clause {
        app::read::residues(app, &ctx.permit::<SeeRegisters>()?)
    } else {
        Vec::new()
    };
    let view = show::View {
        shell: ctx.under(Area::Registers),
        clauses: register.clauses.iter().map(|clause| clause_crumb(clause.as_str())).collect(),
        about: about(&register),
        note: register.note.clone().unwrap_or_default(),
        ask: if found.may_ask { format!("{}/ask", register_href(&id)) } else { String::new() },
        all: format!("{}?register={}", list::ALLOWED.path, percent(&id)),
        rows: rows.iter().map(row).collect(),
        residues: residues
            .into_iter()
            .map(|residue| show::Residue {
                clause: clause_crumb(residue.clause.as_str()),
                platform: residue.platform.title(),
                coverage: residue.coverage,
            })
            .collect(),
        title: register.title,
        says: register.says,
    };
    shown(&view)
}

// long because a form has a field for each thing that a register may ask
#[expect(clippy::too_many_lines, reason = "a field for each thing that a register may ask")]
fn ask_view(ctx: &Ctx, id: &str, typed: &NewPermission, errors: Errors) -> Result<ask::View, Problem> {
    let app = &ctx.site.app;
    let (register, reach, apps) = app::read::register_to_ask_in(app, &ctx.permit::<AskPermission>()?, id)?;
    let own = reach == Reach::Related;
    let device_hint = match (own, register.about) {
        (true, _) => "Left empty, the one device that you hold",
        (false, PermissionFor::Clause) => "Left empty, all of the force’s devices",
        _ => "As it stands in the asset register",
    };
    let person_hint =
        if own { "Left empty, yourself; or somebody whom you manage" } else { "Left empty, yourself" };
    let both_forces = ctx.actor.force.is_none() && !own && register.about != PermissionFor::Device;
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
        refused: if reach == Reach::Nobody {
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
        force: both_forces.then(|| typed.force.map(|force| force.as_str().to_owned()).unwrap_or_default()),
        fields,
        because: typed.because.clone(),
        until: typed.until.clone(),
        longest: span_words(register.longest),
        title: register.title,
        says: register.says,
    })
}

/// The form to ask with.
pub(super) async fn ask(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<AskPermission>()?;
    let typed = NewPermission {
        clause: ctx.asked("clause").to_owned(),
        device: ctx.asked("device").to_owned(),
        person: ctx.asked("person").to_owned(),
        ..NewPermission::default()
    };
    shown(&ask_view(&ctx, &id, &typed, Errors::default())?)
}

/// Asks.
pub(super) async fn asked(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AskPermission>()?;
    let app = &ctx.site.app;
    let (register, _, _) = app::read::register_to_ask_in(app, &permit, &id)?;
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
    match app::permissions::ask_permission(app, permit, new.clone()).await? {
        Asked::Entered(entry) if ctx.may::<SeeRegisters>() => Ok(done(&format!("/entries/{entry}"), "asked")),
        Asked::Entered(_) => Ok(done("/permissions", "asked")),
        Asked::ToMend(faults) => form_again(&ask_view(&ctx, &id, &new, faults.into_iter().collect())?),
    }
}

/// One's own.
pub(super) async fn own(ctx: Ctx) -> Result<Response, Problem> {
    let read = app::read::own_permissions(&ctx.site.app, ctx.permit::<AskPermission>()?).await?;
    let view = own::View {
        shell: ctx.shell(Area::Elsewhere, Vec::new()),
        registers: read
            .registers
            .iter()
            .map(|register| {
                let ask = Crumb::new(format!("{}/ask", register_href(&register.id)), register.title.clone());
                (ask, register.says.clone())
            })
            .collect(),
        entries: read.entries.iter().map(|found| entry_view(&ctx, found)).collect(),
    };
    shown(&view)
}
