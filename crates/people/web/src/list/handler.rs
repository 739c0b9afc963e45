//! Answers the requests of this page.

use axum::response::Response;
use domain::PersonId;
use kernel::access::{ManagePeople, SeeAccess, SeePeople};
use overview_app::people::{PeopleFilter, PersonRow};

use crate::list;
use web_shell::answer;
use web_shell::answer::shown;
use web_shell::frame::Area;
use web_shell::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut, name_key};
use web_shell::session::{Ctx, Problem};

pub(crate) fn row(row: &PersonRow) -> list::Row {
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
    let mut rows = overview_app::people::people(&ctx.site.app, permit, filter, after, limit + 1).await?;
    let next = cut(&mut rows, limit, |last| (last.person.name.clone(), last.person.id));
    Ok((rows.iter().map(row).collect(), next))
}

/// Shows the list of people.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    // A name may contain a comma and an id never does, so the id comes first.
    let after = list.after_name();
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let view = list::View {
        shell: ctx.shell(Area::People, Vec::new()),
        list: list.with_rows(rows.len(), next.map(|(name, id)| name_key(&name, id))),
        rows,
        may_add: ctx.may::<ManagePeople>(),
        sees_roles: ctx.may::<SeeAccess>(),
    };
    shown(&view)
}

/// Exports the list as CSV, with every row that the filters leave.
pub(crate) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    answer::walked("people", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        let text = list::export(&ctx.under(Area::Elsewhere), &rows);
        Ok(((ctx, list), text, next))
    })
    .await
}
