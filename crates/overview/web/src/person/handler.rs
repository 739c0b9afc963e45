//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use devices_web::state;
use domain::PersonId;
use kernel::access::{
    ManageAccess, ManagePeople, RecordAcceptance, SeeCovert, SeeCustody, SeeDevices, SeeDuty, SeePeople,
};
use people_app::PersonView;
use permissions_web::mention::mention;
use terms_app::read::AcceptanceRead;

use crate::person;
use web_shell::answer::shown;
use web_shell::format;
use web_shell::frame::{Area, Crumb};
use web_shell::links::{case_crumb, device_crumb};
use web_shell::session::{Ctx, Problem, id_of};

/// Shows one person.
// long because every part of the record has its line on the page
#[expect(clippy::too_many_lines, reason = "every part of the record has its line on the page")]
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<SeePeople>()?;
    let id: PersonId = id_of(&id)?;
    let read = overview_app::people::person(&ctx.site.app, permit, id).await?;
    let handovers =
        custody_app::read::custody_of_person(&ctx.site.app, ctx.permit_within::<SeePeople>()?, id).await?;
    let enters = ctx.may::<RecordAcceptance>();
    let person = &read.person;
    let devices = ctx.may::<SeeDevices>();
    let href = |part: &str, may: bool| if may { format!("/people/{id}/{part}") } else { String::new() };
    let view = person::View {
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
            .map(|device| person::Custody {
                device: match devices {
                    true => device_crumb(device.id, &device.serial),
                    false => Crumb::new("", device.serial.clone()),
                },
                model: device.model.clone().unwrap_or_else(|| device.kind.title().to_owned()),
                state: state(device),
            })
            .collect(),
        sees_custody: ctx.may::<SeeCustody>(),
        handovers: handovers.iter().map(custody_web::list::row).collect(),
        events: read
            .events
            .iter()
            .map(|(event, title)| {
                let day = people_web::events::shown_day(&event.on);
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
                let crumb = case_crumb(row.case.id, row.case.number);
                let state = if row.case.closed.is_some() { "closed" } else { "open" };
                Crumb { text: format!("{}, {}, {state}", crumb.text, row.kind.to_lowercase()), ..crumb }
            })
            .collect(),
    };
    shown(&view)
}

/// Returns the recorded data of a person, name by name.
fn about(person: &PersonView, manager: Option<&str>) -> Vec<(String, String)> {
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

/// Explains why nothing more is to be done for a person who has left or was erased; empty while they are on record.
fn gone(person: &PersonView) -> String {
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

fn acceptance(person: PersonId, row: &AcceptanceRead, enters: bool) -> person::Acceptance {
    let (id, title) = &row.document;
    person::Acceptance {
        document: Crumb::new(format!("/documents/{id}"), title.clone()),
        version: row.version.clone(),
        current: row.current,
        at: row.at,
        terms: if enters { format!("/people/{person}/terms/{id}") } else { String::new() },
        shown: format!("/people/{person}/accepted/{id}?version={}", row.digest),
        asked: row.asked,
    }
}
