//! Answers the requests of this page.

use axum::response::Response;
use domain::GrantId;
use kernel::access::{Role, SeeAccess};
use people_app::grants::GrantFilter;

use crate::access;
use web_shell::answer;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Choice;
use web_shell::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut, name_key};
use web_shell::session::{Ctx, Problem};

pub(crate) fn title(word: &str) -> String {
    word.parse::<Role>().map_or_else(|_| word.to_owned(), |role| role.title().to_owned())
}

/// Returns the roles that can be granted, with the one that is chosen.
pub(crate) fn choices(chosen: &str) -> Vec<Choice> {
    let given = Role::ALL.iter().filter(|role| !matches!(role, Role::Holder | Role::LineManager));
    Choice::list(given.map(|role| (role.as_str(), role.title())), chosen)
}

type Key = (String, GrantId);

async fn walk(
    ctx: &Ctx,
    list: &Listing,
    after: Option<Key>,
    limit: u32,
) -> Result<(Vec<access::Row>, Option<Key>), Problem> {
    let permit = ctx.permit::<SeeAccess>()?;
    let filter =
        GrantFilter { force: Ctx::force(list.filter("force")), role: list.filter("role").parse().ok() };
    let mut found = people_app::grants::grants(&ctx.site.app, permit, filter, after, limit + 1).await?;
    let next = cut(&mut found, limit, |(last, _)| (last.name.0.clone(), last.grant.id));
    let rows = found.into_iter().map(|(listed, by)| access::Row {
        person: Crumb::new(format!("/people/{}", listed.grant.person), listed.name.0),
        number: listed.name.1,
        force: listed.force,
        role: title(&listed.grant.role),
        everywhere: listed.grant.everywhere,
        by,
        since: listed.grant.granted_at,
        until: listed.grant.until,
    });
    Ok((rows.collect(), next))
}

/// Shows everybody who has a role, in order of name.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(access::ALLOWED, &ctx.query);
    let after = list.after_name();
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let view = access::View {
        shell: ctx.under(Area::People),
        roles: choices(list.filter("role")),
        list: list.with_rows(rows.len(), next.map(|(name, id)| name_key(&name, id))),
        rows,
    };
    shown(&view)
}

/// Exports the list as CSV, with every row that the filters leave.
pub(crate) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(access::ALLOWED, &ctx.query);
    answer::walked("roles", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        let text = access::export(&ctx.under(Area::Elsewhere), &rows);
        Ok(((ctx, list), text, next))
    })
    .await
}
