//! Duty: the board, patterns, files, sign-ins off duty by unit.

use app::access::{ManageDuty, ReviewOffDuty, SeeDuty, SeeNotices};
use app::off_duty::FEWEST;
use app::rosters::{BoardFilter, NewPattern};
use axum::extract::Path;
use axum::response::Response;
use domain::{Force, PatternId, PersonId};

use crate::answer::{form_again, shown};
use crate::duty::{Standing, board, month, pattern, patterns};
use crate::parts::form::Errors;
use crate::parts::listing::{Listing, PER_PAGE, name_key};
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb};

/// The board.
pub(super) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(board::ALLOWED, &ctx.query);
    // A name may hold a comma and an id never does: the id comes first.
    let after = list.after_name::<PersonId>();
    let filter = BoardFilter {
        force: Ctx::force(list.filter("force")),
        unit: list.filter("unit").to_owned(),
        search: list.filter("q").to_owned(),
        state: list.filter("state").to_owned(),
    };
    let app = &ctx.site.app;
    let most = usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let found = app::rosters::duty_board(app, ctx.permit::<SeeDuty>()?, filter, after, most).await?;
    let on_call = app::rosters::on_call_now(app, ctx.permit::<SeeDuty>()?).await?;
    let mut ways = vec![Crumb::new("/duty/patterns", "Duty patterns")];
    if ctx.may::<ManageDuty>() {
        ways.push(Crumb::new("/import/rosters", "Rosters from a table"));
        ways.push(Crumb::new("/import/calendars", "Rosters from a calendar"));
    }
    if ctx.may::<SeeNotices>() {
        ways.push(Crumb::new("/notices", "Notices that were not delivered"));
    }
    if ctx.may::<ReviewOffDuty>() {
        ways.push(Crumb::new("/notices/exceptions", "Told while off duty, month by month"));
        ways.push(Crumb::new("/duty/sign-ins", "Use off duty, by unit"));
    }
    let rows: Vec<board::Row> = found
        .rows
        .iter()
        .map(|row| board::Row {
            person: Crumb::new(format!("/people/{}/duty", row.person.id), row.person.name.clone()),
            number: row.person.number.clone(),
            unit: row.person.unit.clone().unwrap_or_default(),
            force: row.person.force,
            standing: Standing::of(&row.state, row.shows_kind),
        })
        .collect();
    let view = board::View {
        shell: ctx.shell(Area::Duty, Vec::new()),
        list: list.with_rows(rows.len(), found.next.map(name_key)),
        on_call: on_call
            .into_iter()
            .map(|(person, until)| {
                let text = format!("{} ({}), {}", person.name, person.number, person.force.title());
                (Crumb::new(format!("/people/{}/duty", person.id), text), until)
            })
            .collect(),
        rows,
        ways,
    };
    shown(&view)
}

/// The patterns.
pub(super) async fn patterns(ctx: Ctx) -> Result<Response, Problem> {
    let rows = app::rosters::duty_patterns(&ctx.site.app, ctx.permit::<SeeDuty>()?).await?;
    let may_add = ctx.may::<ManageDuty>();
    let row = |row: &app::rosters::PatternRow| {
        let days = row.days.split_whitespace().count();
        let href = if may_add { format!("/duty/patterns/{}", row.id) } else { String::new() };
        let listed = row.shape == "listed";
        patterns::Row {
            name: Crumb::new(href, row.name.clone()),
            force: row.force,
            shape: match (row.shape.as_str(), days) {
                ("week", _) => "The same every week".to_owned(),
                ("listed", _) => "Listed person by person".to_owned(),
                (_, days) => format!("Cycle of {days} days"),
            },
            days: if listed { String::new() } else { row.days.clone() },
            shifts: if listed { Vec::new() } else { row.shifts.lines().map(str::to_owned).collect() },
        }
    };
    let view = patterns::View { shell: ctx.under(Area::Duty), rows: rows.iter().map(row).collect(), may_add };
    shown(&view)
}

fn pattern_view(
    ctx: &Ctx,
    href: &str,
    version: Option<i64>,
    typed: pattern::Typed,
    errors: Errors,
) -> pattern::View {
    let mut shell = ctx.under(Area::Duty);
    shell.crumbs.push(Crumb::new("/duty/patterns", "Duty patterns"));
    pattern::View { shell, errors, href: href.to_owned(), version, typed }
}

fn typed(fields: &Fields) -> pattern::Typed {
    pattern::Typed {
        force: fields.text("force"),
        name: fields.text("name"),
        shape: fields.text("shape"),
        shifts: fields.text("shifts"),
        days: fields.text("days"),
    }
}

fn new_pattern(fields: &Fields) -> NewPattern {
    NewPattern {
        force: Ctx::force(fields.get("force")),
        name: fields.text("name"),
        shape: fields.text("shape"),
        shifts: fields.text("shifts"),
        days: fields.text("days"),
    }
}

/// The form for a new pattern.
pub(super) async fn add_pattern(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageDuty>()?;
    let force = ctx.actor.force.map(|force| force.as_str().to_owned()).unwrap_or_default();
    let typed = pattern::Typed { force, shape: "cycle".into(), ..pattern::Typed::default() };
    shown(&pattern_view(&ctx, "/duty/patterns/add", None, typed, Errors::default()))
}

/// Enters a pattern.
pub(super) async fn added_pattern(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    match app::rosters::add_pattern(&ctx.site.app, permit, new_pattern(&fields)).await {
        Ok(_) => Ok(done("/duty/patterns", "pattern-kept")),
        Err(error) => form_again(&pattern_view(
            &ctx,
            "/duty/patterns/add",
            None,
            typed(&fields),
            form_errors(error, "name")?,
        )),
    }
}

/// The form for a change.
pub(super) async fn pattern(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let id: PatternId = id_of(&id)?;
    let row = app::rosters::duty_pattern(&ctx.site.app, permit, id).await?;
    let typed = pattern::Typed {
        force: row.force.as_str().to_owned(),
        name: row.name,
        shape: row.shape,
        shifts: row.shifts,
        days: row.days,
    };
    let href = format!("/duty/patterns/{id}");
    shown(&pattern_view(&ctx, &href, Some(row.version), typed, Errors::default()))
}

/// Changes a pattern. A stale form is shown again with the version that stands now, and what was typed.
pub(super) async fn changed_pattern(
    ctx: Ctx,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let id: PatternId = id_of(&id)?;
    let version = fields.get("version").parse().unwrap_or(0);
    match app::rosters::change_pattern(&ctx.site.app, permit, id, version, new_pattern(&fields)).await {
        Ok(()) => Ok(done("/duty/patterns", "pattern-kept")),
        Err(error) => {
            let errors = form_errors(error, "name")?;
            let row = app::rosters::duty_pattern(&ctx.site.app, ctx.permit::<ManageDuty>()?, id).await?;
            let href = format!("/duty/patterns/{id}");
            form_again(&pattern_view(&ctx, &href, Some(row.version), typed(&fields), errors))
        }
    }
}

/// Use off duty of a month, by unit.
pub(super) async fn sign_ins(ctx: Ctx) -> Result<Response, Problem> {
    let permit = ctx.permit::<ReviewOffDuty>()?;
    let force = Ctx::force(ctx.asked("force")).or(ctx.actor.force).unwrap_or(Force::Norfolk);
    let month = match ctx.asked("month") {
        "" => crate::format::month_of(ctx.site.app.world().now()),
        month => month.chars().take(10).collect(),
    };
    let mut view = month::View {
        shell: ctx.under(Area::Duty),
        month: month.clone(),
        force: force.as_str().to_owned(),
        problem: String::new(),
        rows: Vec::new(),
        hidden: false,
        fewest: FEWEST.unsigned_abs(),
        case: None,
    };
    let read = match app::off_duty::off_duty_month(&ctx.site.app, permit, force, &month).await {
        Ok(read) => read,
        Err(app::AppError::Invalid { message, .. }) => {
            view.problem = crate::session::sentence(&message);
            return form_again(&view);
        }
        Err(error) => return Err(error.into()),
    };
    let row = |unit: &app::off_duty::UnitMonth, name: &str| month::Row {
        unit: name.to_owned(),
        people: unit.people.unsigned_abs(),
        asked: unit.asked.unsigned_abs(),
        policing: unit.policing.unsigned_abs(),
        own: unit.own_affairs.unsigned_abs(),
        unanswered: unit.unanswered.unsigned_abs(),
    };
    view.rows = read.units.iter().map(|unit| row(unit, &unit.unit)).collect();
    view.rows.extend(read.others.iter().map(|unit| row(unit, "All other units")));
    view.hidden = read.hidden;
    view.case = read.case.map(|case| Crumb::new(format!("/cases/{case}"), "its case"));
    shown(&view)
}
