//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::PersonId;
use duty_app::{DayRead, DutyRead, NewAssignment, NewPeriod, period_title};
use kernel::AppError;
use kernel::access::{ManageDuty, SeeDuty};

use crate::DutyTag;
use crate::person::{DayRow, PeriodLine, Typed, View};
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::frame::{Area, Crumb};
use web_shell::links::named;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

fn day_row(day: &DayRead, shows_kind: bool) -> DayRow {
    let spell = |(start, end): &(domain::Timestamp, domain::Timestamp)| {
        format!("{} to {}", format::when(*start), format::when(*end))
    };
    let mut says: Vec<String> = day.duty.iter().map(|one| format!("Duty: {}", spell(one))).collect();
    says.extend(day.on_call.iter().map(|one| format!("On call: {}", spell(one))));
    says.extend(
        day.away.map(|kind| if shows_kind { kind.title().to_owned() } else { "On leave".to_owned() }),
    );
    let not_known = says.is_empty() && !day.known;
    if says.is_empty() && day.known {
        says.push("Off duty".to_owned());
    }
    DayRow { day: format::weekday(day.day), says, not_known }
}

async fn read(ctx: &Ctx, id: PersonId) -> Result<DutyRead, Problem> {
    Ok(duty_app::duty_of(&ctx.site.app, ctx.permit_within::<SeeDuty>()?, id).await?)
}

fn view(ctx: &Ctx, read: &DutyRead, typed: Typed, errors: Errors) -> View {
    let id = read.person.id;
    let mut shell = ctx.under(Area::Duty);
    if ctx.may::<kernel::access::SeePeople>() {
        shell.crumbs.push(Crumb::new(format!("/people/{id}"), read.person.name.clone()));
    }
    if !ctx.may::<SeeDuty>() {
        shell.crumbs.clear();
    }
    View {
        shell,
        errors,
        href: format!("/people/{id}/duty"),
        who: named(&read.person.name, &read.person.number),
        standing: DutyTag::of(&read.state, read.shows_kind),
        days: read.days.iter().map(|day| day_row(day, read.shows_kind)).collect(),
        patterns: read
            .assignments
            .iter()
            .map(|(row, name)| {
                let until =
                    row.until.map_or_else(|| " on".to_owned(), |day| format!(" until {}", format::day(day)));
                format!("{name}, from {}{until}", format::day(row.from))
            })
            .collect(),
        periods: read
            .periods
            .iter()
            .map(|row| PeriodLine {
                id: row.id.to_string(),
                title: period_title(row.kind, &row.absence, read.shows_kind),
                says: format!("{} to {}", format::when(row.start), format::when(row.end)),
            })
            .collect(),
        may_manage: read.may_manage,
        choices: read.patterns.iter().map(|row| (row.id.to_string(), row.name.clone())).collect(),
        typed,
    }
}

/// Shows one person's duty.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let read = read(&ctx, id_of(&id)?).await?;
    shown(&view(&ctx, &read, Typed::default(), Errors::default()))
}

/// Redirects to the page after a form, or shows the page again with the values typed. A conflict is shown beside the
/// field `otherwise`.
async fn after(
    ctx: &Ctx,
    id: PersonId,
    outcome: Result<(), AppError>,
    typed: Typed,
    otherwise: &str,
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(done(&format!("/people/{id}/duty"), "duty-kept")),
        Err(error) => {
            let errors = form_errors(error, otherwise)?;
            let read = read(ctx, id).await?;
            form_again(&view(ctx, &read, typed, errors))
        }
    }
}

/// Assigns the person to a pattern.
pub(crate) async fn assign(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<ManageDuty>()?;
    let id = id_of(&id)?;
    let new = NewAssignment {
        pattern: fields.text("pattern"),
        from: fields.text("from"),
        until: fields.text("until"),
        place: fields.text("place"),
    };
    let typed = Typed {
        pattern: new.pattern.clone(),
        from: new.from.clone(),
        until: new.until.clone(),
        place: new.place.clone(),
        ..Typed::default()
    };
    let outcome = duty_app::put_on_pattern(&ctx.site.app, permit, id, new).await;
    after(&ctx, id, outcome, typed, "pattern").await
}

/// Adds a shift, absence or time on call.
pub(crate) async fn enter(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<ManageDuty>()?;
    let id = id_of(&id)?;
    let new = NewPeriod { kind: fields.text("kind"), start: fields.text("start"), end: fields.text("end") };
    let typed =
        Typed { kind: new.kind.clone(), start: new.start.clone(), end: new.end.clone(), ..Typed::default() };
    let outcome = duty_app::add_duty_period(&ctx.site.app, permit, id, new).await;
    after(&ctx, id, outcome, typed, "kind").await
}

/// Removes a shift, absence or time on call.
pub(crate) async fn remove(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<ManageDuty>()?;
    let id = id_of(&id)?;
    let outcome = match fields.get("period").parse() {
        Ok(period) => duty_app::remove_duty_period(&ctx.site.app, permit, id, period).await,
        Err(_) => {
            Err(AppError::Conflict("nothing was chosen to be taken out; press the button beside it".into()))
        }
    };
    after(&ctx, id, outcome, Typed::default(), "kind").await
}
