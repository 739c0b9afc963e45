//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use kernel::access::ManagePeople;
use overview_app::people::PersonRead;

use crate::edit::handler::{day, read, shell, who};
use crate::end;
use web_shell::answer::{form_again, shown};
use web_shell::frame::Crumb;
use web_shell::links::case_crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

fn end_view(ctx: &Ctx, read: &PersonRead, last_day: String, errors: Errors) -> end::View {
    let person = &read.person;
    let held = read
        .devices
        .iter()
        .map(|device| Crumb::new(format!("/devices/{}", device.id), device.named().for_staff()));
    let open = read.cases.iter().filter(|row| row.case.closed.is_none()).map(|row| {
        let crumb = case_crumb(row.case.id, row.case.number);
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

/// Shows the page that confirms the end of a person's record.
pub(crate) async fn end(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = read(&ctx, &id).await?;
    let last_day = read.person.last_day.map(|day| day.to_string()).unwrap_or_default();
    shown(&end_view(&ctx, &read, last_day, Errors::default()))
}

/// Ends a person's record.
pub(crate) async fn ended(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let read = read(&ctx, &id).await?;
    let mut errors = Errors::default();
    let last_day = day(&fields, "last_day", &mut errors);
    if errors.is_empty() {
        match people_app::end_person(&ctx.site.app, ctx.permit::<ManagePeople>()?, read.person.id, last_day)
            .await
        {
            Ok(()) => return Ok(done(&format!("/people/{}", read.person.id), "person-ended")),
            Err(error) => errors = form_errors(error, "last_day")?,
        }
    }
    form_again(&end_view(&ctx, &read, fields.text("last_day"), errors))
}
