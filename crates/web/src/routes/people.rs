//! People: the list, one person, a new one.

use app::access::{
    ManageAccess, ManagePeople, RecordAcceptance, SeeAccess, SeeCovert, SeeCustody, SeeDevices, SeeDuty,
    SeePeople,
};
use app::people::NewPerson;
use app::read::{AcceptanceRead, Case, PeopleFilter, Person, PersonRow};
use axum::extract::Path;
use axum::response::Response;
use domain::PersonId;

use super::devices::state;
use super::registers::mention;
use crate::answer::{self, form_again, shown};
use crate::format;
use crate::parts::form::Errors;
use crate::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut, name_key};
use crate::people::{add, list, show};
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb};

/// The way to a case's page.
pub(super) fn case_crumb(case: &Case) -> Crumb {
    Crumb::new(format!("/cases/{}", case.id), format!("C-{}", case.number))
}

fn row(row: &PersonRow) -> list::Row {
    list::Row {
        href: format!("/people/{}", row.person.id),
        name: row.person.name.clone(),
        number: row.person.number.clone(),
        force: row.person.force,
        role: row.person.role.clone(),
        unit: row.person.unit.clone().unwrap_or_default(),
        left: row.person.ended_at.is_some(),
        devices: row.devices.unsigned_abs(),
        accepted: row.accepted_at,
    }
}

type Key = (String, PersonId);

async fn walk(
    ctx: &Ctx,
    list: &Listing,
    after: Option<Key>,
    limit: u32,
) -> Result<(Vec<list::Row>, Option<Key>), Problem> {
    let permit = ctx.permit_within::<SeePeople>()?;
    let either = |name| match list.filter(name) {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let filter = PeopleFilter {
        force: Ctx::force(list.filter("force")),
        search: list.filter("q").to_owned(),
        unit: list.filter("unit").to_owned(),
        role: list.filter("role").to_owned(),
        on_the_books: either("left").map(|left| !left),
        devices: either("devices"),
        accepted: either("accepted"),
    };
    let mut rows = app::read::people(&ctx.site.app, permit, filter, after, limit + 1).await?;
    let next = cut(&mut rows, limit, |last| (last.person.name.clone(), last.person.id));
    Ok((rows.iter().map(row).collect(), next))
}

/// The list.
pub(super) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    // A name may hold a comma and an id never does: the id comes first.
    let after = list.after_name();
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let view = list::View {
        shell: ctx.shell(Area::People, Vec::new()),
        list: list.with_rows(rows.len(), next.map(name_key)),
        rows,
        may_add: ctx.may::<ManagePeople>(),
        sees_roles: ctx.may::<SeeAccess>(),
    };
    shown(&view)
}

/// The list as CSV, every row that the filters leave.
pub(super) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    answer::walked("people", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        Ok(((ctx, list), list::export(&rows), next))
    })
    .await
}

/// One person.
// long because every part of the record has its line on the page
#[expect(clippy::too_many_lines, reason = "every part of the record has its line on the page")]
pub(super) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SeePeople>()?;
    let id: PersonId = id_of(&id)?;
    let read = app::read::person(&ctx.site.app, permit, id).await?;
    let handovers =
        app::custody::read::custody_of_person(&ctx.site.app, ctx.permit_within::<SeePeople>()?, id).await?;
    let enters = ctx.may::<RecordAcceptance>();
    let person = &read.person;
    let devices = ctx.may::<SeeDevices>();
    let href = |part: &str, may: bool| if may { format!("/people/{id}/{part}") } else { String::new() };
    let view = show::View {
        shell: ctx.under(Area::People),
        name: person.name.clone(),
        number: person.number.clone(),
        force: person.force,
        about: about(person, read.manager.as_deref()),
        gone: gone(person),
        forms: match person.erased_at {
            None if ctx.may::<ManagePeople>() => format!("/people/{id}"),
            _ => String::new(),
        },
        roles: read.roles.join(", "),
        roles_href: href("roles", ctx.may::<ManageAccess>()),
        covert_href: href("covert", ctx.may::<SeeCovert>()),
        custody: read
            .devices
            .iter()
            .map(|device| show::Custody {
                device: match devices {
                    true => super::device::crumb(device),
                    false => Crumb::new("", device.serial.clone()),
                },
                model: device.model.clone().unwrap_or_else(|| device.kind.title().to_owned()),
                state: state(device),
            })
            .collect(),
        sees_custody: ctx.may::<SeeCustody>(),
        handovers: handovers.iter().map(super::custody::row).collect(),
        events: read
            .events
            .iter()
            .map(|(event, title)| {
                let day = super::events::shown_day(&event.on);
                let says = match &event.cancelled {
                    Some(_) => format!("{day}: called off"),
                    None => format!("{day}: {}", event.because),
                };
                (Crumb::new(format!("/events/{}", event.id), title.clone()), says)
            })
            .collect(),
        record_event: if ctx.may::<ManagePeople>() { format!("/people/{id}/events") } else { String::new() },
        duty: if ctx.may::<SeeDuty>() { format!("/people/{id}/duty") } else { String::new() },
        acceptances: read.acceptances.iter().map(|row| acceptance(id, row, enters)).collect(),
        permissions: read.permissions.iter().map(mention).collect(),
        cases: read
            .cases
            .iter()
            .map(|row| {
                let crumb = case_crumb(&row.case);
                let state = if row.case.closed.is_some() { "closed" } else { "open" };
                Crumb { text: format!("{}, {}, {state}", crumb.text, row.kind.to_lowercase()), ..crumb }
            })
            .collect(),
    };
    shown(&view)
}

/// What is recorded of a person, name by name.
fn about(person: &Person, manager: Option<&str>) -> Vec<(String, String)> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut about = vec![
        ("Role".into(), person.role.clone()),
        ("Unit".into(), text(&person.unit)),
        ("Line manager".into(), manager.unwrap_or_default().to_owned()),
        ("Work email".into(), text(&person.email)),
        ("Work telephone".into(), text(&person.phone)),
    ];
    let days = [("First working day", person.starts_on), ("Last working day", person.last_day)];
    about.extend(days.into_iter().filter_map(|(name, day)| Some((name.to_owned(), format::day(day?)))));
    let kept_by = match (&person.user_name, person.source.as_str()) {
        (Some(name), _) => format!("The force’s directory, as {name}"),
        (None, "csv") => "A file".to_owned(),
        (None, _) => "Hand".to_owned(),
    };
    about.push(("Kept by".into(), kept_by));
    about
}

/// Why nothing more is to be done for somebody; empty while they are on the books.
fn gone(person: &Person) -> String {
    match (person.erased_at, person.ended_at) {
        (Some(at), _) => {
            format!(
                "Name, number and addresses were erased {}, as the retention register asks. What was done stays.",
                format::when(at)
            )
        }
        (None, Some(at)) => format!("Off the books since {}.", format::when(at)),
        (None, None) => String::new(),
    }
}

fn acceptance(person: PersonId, row: &AcceptanceRead, enters: bool) -> show::Acceptance {
    let (id, title) = &row.document;
    show::Acceptance {
        document: Crumb::new(format!("/documents/{id}"), title.clone()),
        version: row.version.clone(),
        current: row.current,
        at: row.at,
        terms: if enters { format!("/people/{person}/terms/{id}") } else { String::new() },
        shown: format!("/people/{person}/accepted/{id}?version={}", row.digest),
        asked: row.asked,
    }
}

fn add_view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> add::View {
    let typed = |name| fields.map(|fields| fields.text(name)).unwrap_or_default();
    add::View {
        shell: ctx.under(Area::People),
        errors,
        name: typed("name"),
        number: typed("number"),
        force: match ctx.actor.force {
            Some(force) if typed("force").is_empty() => force.as_str().to_owned(),
            _ => typed("force"),
        },
        role: typed("role"),
        unit: typed("unit"),
        email: typed("email"),
    }
}

/// The form for a new person.
pub(super) async fn add(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManagePeople>()?;
    shown(&add_view(&ctx, None, Errors::default()))
}

/// Enters a person.
pub(super) async fn added(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManagePeople>()?;
    let new = NewPerson {
        force: Ctx::force(fields.get("force")),
        number: fields.text("number"),
        name: fields.text("name"),
        email: fields.some("email"),
        role: fields.text("role"),
        unit: fields.some("unit"),
        ..NewPerson::default()
    };
    match app::people::add_person(&ctx.site.app, permit, new).await {
        Ok(id) => Ok(done(&format!("/people/{id}"), "person-added")),
        Err(error) => form_again(&add_view(&ctx, Some(&fields), form_errors(error, "number")?)),
    }
}
