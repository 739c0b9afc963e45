//! Changing a person by hand, and taking one off the books.

use app::access::{ManagePeople, SeePeople};
use app::people::PersonEdit;
use app::read::{Person, PersonRead};
use axum::extract::Path;
use axum::response::Response;
use domain::{Day, PersonId};

use super::people::case_crumb;
use crate::answer::{form_again, shown};
use crate::parts::form::Errors;
use crate::people::{edit, end};
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of, sentence};
use crate::shell::{Area, Crumb};

fn who(person: &Person) -> String {
    format!("{} ({})", person.name, person.number)
}

async fn read(ctx: &Ctx, id: &str) -> Result<PersonRead, Problem> {
    ctx.permit::<ManagePeople>()?;
    let id: PersonId = id_of(id)?;
    Ok(app::read::person(&ctx.site.app, ctx.permit::<SeePeople>()?, id).await?)
}

/// A day as people write it; empty for none.
fn day(fields: &Fields, name: &'static str, errors: &mut Errors) -> Option<Day> {
    let text = fields.some(name)?;
    match app::people::import::read_day(&text) {
        Ok(day) => Some(day),
        Err(why) => {
            errors.add(name, sentence(&why.to_string()));
            None
        }
    }
}

fn shell(ctx: &Ctx, person: &Person) -> crate::shell::Shell {
    let up = vec![
        Crumb::new(Area::People.href(), Area::People.title()),
        Crumb::new(format!("/people/{}", person.id), person.name.clone()),
    ];
    ctx.shell(Area::People, up)
}

async fn edit_view(
    ctx: &Ctx,
    read: &PersonRead,
    typed: Option<&Fields>,
    errors: Errors,
) -> Result<edit::View, Problem> {
    let person = &read.person;
    let manager = match (typed, person.line_manager) {
        (None, Some(id)) => app::read::person(&ctx.site.app, ctx.permit::<SeePeople>()?, id)
            .await
            .map(|read| read.person.number)
            .ok(),
        _ => None,
    };
    let text = |name: &str, now: String| typed.map_or(now, |fields| fields.text(name));
    let opt = |value: &Option<String>| value.clone().unwrap_or_default();
    let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    Ok(edit::View {
        shell: shell(ctx, person),
        errors,
        href: format!("/people/{}/edit", person.id),
        who: who(person),
        version: text("version", person.version.to_string()),
        provisioned: person.user_name.is_some(),
        number: text("number", person.number.clone()),
        name: text("name", person.name.clone()),
        role: text("role", person.role.clone()),
        unit: text("unit", opt(&person.unit)),
        email: text("email", opt(&person.email)),
        phone: text("phone", opt(&person.phone)),
        line_manager: text("line_manager", manager.unwrap_or_default()),
        starts_on: text("starts_on", day(person.starts_on)),
        last_day: text("last_day", day(person.last_day)),
    })
}

/// The form for a change.
pub(super) async fn edit(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = read(&ctx, &id).await?;
    shown(&edit_view(&ctx, &read, None, Errors::default()).await?)
}

/// Changes a person.
pub(super) async fn edited(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let read = read(&ctx, &id).await?;
    let mut errors = Errors::default();
    let wanted = PersonEdit {
        version: fields.get("version").parse().unwrap_or_default(),
        number: fields.text("number"),
        name: fields.text("name"),
        email: fields.some("email"),
        phone: fields.some("phone"),
        role: fields.text("role"),
        unit: fields.some("unit"),
        line_manager: fields.some("line_manager"),
        covert: None,
        starts_on: day(&fields, "starts_on", &mut errors),
        last_day: day(&fields, "last_day", &mut errors),
    };
    if errors.is_empty() {
        match app::people::edit_person(&ctx.site.app, ctx.permit::<ManagePeople>()?, read.person.id, wanted)
            .await
        {
            Ok(()) => return Ok(done(&format!("/people/{}", read.person.id), "person-changed")),
            Err(error) => errors = form_errors(error, "number")?,
        }
    }
    form_again(&edit_view(&ctx, &read, Some(&fields), errors).await?)
}

fn end_view(ctx: &Ctx, read: &PersonRead, last_day: String, errors: Errors) -> end::View {
    let person = &read.person;
    let held = read.devices.iter().map(|device| {
        let crumb = super::device::crumb(device);
        Crumb { text: format!("{}, {}", crumb.text, device.kind.title()), ..crumb }
    });
    let open = read.cases.iter().filter(|row| row.case.closed.is_none()).map(|row| {
        let crumb = case_crumb(&row.case);
        Crumb { text: format!("{}, {}", crumb.text, row.kind.to_lowercase()), ..crumb }
    });
    end::View {
        shell: shell(ctx, person),
        errors,
        href: format!("/people/{}/end", person.id),
        who: who(person),
        provisioned: person.user_name.is_some(),
        held: held.collect(),
        cases: open.collect(),
        last_day,
    }
}

/// The page before a person is taken off the books.
pub(super) async fn end(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = read(&ctx, &id).await?;
    let last_day = read.person.last_day.map(|day| day.to_string()).unwrap_or_default();
    shown(&end_view(&ctx, &read, last_day, Errors::default()))
}

/// Takes a person off the books.
pub(super) async fn ended(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let read = read(&ctx, &id).await?;
    let mut errors = Errors::default();
    let last_day = day(&fields, "last_day", &mut errors);
    if errors.is_empty() {
        match app::people::end_person(&ctx.site.app, ctx.permit::<ManagePeople>()?, read.person.id, last_day)
            .await
        {
            Ok(()) => return Ok(done(&format!("/people/{}", read.person.id), "person-ended")),
            Err(error) => errors = form_errors(error, "last_day")?,
        }
    }
    form_again(&end_view(&ctx, &read, fields.text("last_day"), errors))
}
