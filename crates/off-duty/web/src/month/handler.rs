//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::ReviewOffDuty;
use off_duty_app::FEWEST;

use crate::month;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::session::{Ctx, Problem};

/// Shows the use off duty in a month, by unit.
pub(crate) async fn sign_ins(ctx: Ctx) -> Result<Response, Problem> {
    let permit = ctx.permit::<ReviewOffDuty>()?;
    let first = || ctx.site.app.forces().first().copied();
    let force = Ctx::force(ctx.asked("force")).or(ctx.actor.force).or_else(first);
    let force = force.ok_or_else(Problem::not_found)?;
    let month = match ctx.asked("month") {
        "" => web_shell::format::month_of(ctx.site.app.world().now()),
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
    let read = match off_duty_app::off_duty_month(&ctx.site.app, permit, force, &month).await {
        Ok(read) => read,
        Err(kernel::AppError::Invalid { message, .. }) => {
            view.problem = web_shell::session::sentence(&message);
            return form_again(&view);
        }
        Err(error) => return Err(error.into()),
    };
    let row = |unit: &off_duty_app::UnitMonth, name: &str| month::Row {
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
