//! Answers the requests of this page.

use axum::response::Response;
use domain::PersonId;
use duty_app::BoardFilter;
use kernel::access::{ManageDuty, ReviewOffDuty, SeeDuty, SeeNotices};

use crate::{DutyTag, board};
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::parts::listing::{Listing, PER_PAGE, name_key};
use web_shell::session::{Ctx, Problem};

/// Shows the duty board.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(board::ALLOWED, &ctx.query);
    // A name may contain a comma and an id never does, so the id comes first.
    let after = list.after_name::<PersonId>();
    let filter = BoardFilter {
        force: Ctx::force(list.filter("force")),
        unit: list.filter("unit").to_owned(),
        search: list.filter("q").to_owned(),
        state: list.filter("state").to_owned(),
    };
    let app = &ctx.site.app;
    let most = usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let found = duty_app::duty_board(app, ctx.permit::<SeeDuty>()?, filter, after, most).await?;
    let on_call = duty_app::on_call_now(app, ctx.permit::<SeeDuty>()?).await?;
    let mut ways =
        vec![Crumb::new("/duty/rotas", "On-call rotas"), Crumb::new("/duty/patterns", "Duty patterns")];
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
            standing: DutyTag::of(&row.state, row.shows_kind),
        })
        .collect();
    let view = board::View {
        shell: ctx.shell(Area::Duty, Vec::new()),
        list: list.with_rows(rows.len(), found.next.map(|(name, id)| name_key(&name, id))),
        on_call: on_call
            .into_iter()
            .map(|(person, until)| {
                let text = format!("{} ({}), {}", person.name, person.number, ctx.force_title(person.force));
                (Crumb::new(format!("/people/{}/duty", person.id), text), until)
            })
            .collect(),
        rows,
        ways,
    };
    shown(&view)
}
