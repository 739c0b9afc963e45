//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::{ManageDuty, SeeDuty};

use crate::patterns;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::session::{Ctx, Problem};

/// Shows the list of duty patterns.
pub(crate) async fn patterns(ctx: Ctx) -> Result<Response, Problem> {
    let rows = duty_app::duty_patterns(&ctx.site.app, ctx.permit::<SeeDuty>()?).await?;
    let may_add = ctx.may::<ManageDuty>();
    let row = |row: &duty_app::PatternView| {
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
