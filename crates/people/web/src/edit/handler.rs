//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::{Day, PersonId};
use kernel::access::{ManagePeople, SeePeople};
use overview_app::people::PersonRead;
use people_app::PersonEdit;
use people_app::PersonView;

use crate::edit;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of, sentence};

pub(crate) fn who(person: &PersonView) -> String {
    format!("{} ({})", person.name, person.number)
}

pub(crate) async fn read(ctx: &Ctx, id: &str) -> Result<PersonRead, Problem> {
    ctx.permit::<ManagePeople>()?;
    let id: PersonId = id_of(id)?;
    Ok(overview_app::people::person(&ctx.site.app, ctx.permit::<SeePeople>()?, id).await?)
}

/// Reads a day as people write it; `None` if the field is empty.
pub(crate) fn day(fields: &Fields, name: &'static str, errors: &mut Errors) -> Option<Day> {
    let text = fields.some(name)?;
    match people_app::import::read_day(&text) {
        Ok(day) => Some(day),
        Err(why) => {
            errors.add(name, sentence(&why.to_string()));
            None
        }
    }
}

pub(crate) fn shell(ctx: &Ctx, person: &PersonView) -> web_shell::frame::Shell {
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
        (None, Some(id)) => overview_app::people::person(&ctx.site.app, ctx.permit::<SeePeople>()?, id)
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

/// Shows the form for a change of a person's record.
pub(crate) async fn edit(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = read(&ctx, &id).await?;
    shown(&edit_view(&ctx, &read, None, Errors::default()).await?)
}

/// Changes a person.
pub(crate) async fn edited(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
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
        match people_app::edit_person(&ctx.site.app, ctx.permit::<ManagePeople>()?, read.person.id, wanted)
            .await
        {
            Ok(()) => return Ok(done(&format!("/people/{}", read.person.id), "person-changed")),
            Err(error) => errors = form_errors(error, "number")?,
        }
    }
    form_again(&edit_view(&ctx, &read, Some(&fields), errors).await?)
}
