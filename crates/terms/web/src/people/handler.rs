//! Answers the requests of this page.

use axum::response::Response;
use domain::{MissingTerms, PersonId};
use kernel::access::SeePeople;
use terms_app::read::{StandingFilter, StandingLine};
use terms_app::shown_words;

use crate::people;
use web_shell::answer;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut};
use web_shell::session::{Ctx, Problem};

type Key = (String, PersonId, String);

fn row(titles: &[(String, String)], line: &StandingLine) -> people::Row {
    let standing = &line.standing;
    let title = titles.iter().find(|(id, _)| *id == standing.document);
    let way = standing.adjusted.as_deref();
    people::Row {
        person: Crumb::new(format!("/people/{}", line.person), line.name.clone()),
        number: line.number.clone(),
        force: line.force,
        document: title.map_or_else(|| standing.document.clone(), |(_, title)| title.clone()),
        accepted: standing.missing == MissingTerms::Nothing,
        awareness: standing.missing == MissingTerms::Awareness,
        at: standing.accepted_at,
        asked: standing.asked_at,
        due: standing.due_at,
        lapsed: standing.lapsed_at,
        way: shown_words()
            .iter()
            .find(|(word, _)| way == Some(*word))
            .map(|(_, means)| (*means).to_owned())
            .unwrap_or_default(),
    }
}

async fn walk(
    ctx: &Ctx,
    list: &Listing,
    after: Option<Key>,
    limit: u32,
) -> Result<(Vec<people::Row>, Option<Key>), Problem> {
    let permit = ctx.permit::<SeePeople>()?;
    let titles = titles(ctx);
    let filter = StandingFilter {
        force: Ctx::force(list.filter("force")),
        document: list.filter("document").to_owned(),
        state: list.filter("state").to_owned(),
        after,
    };
    let mut lines = terms_app::terms_desk::terms_lines(&ctx.site.app, permit, filter, limit + 1).await?;
    let next =
        cut(&mut lines, limit, |last| (last.name.clone(), last.person, last.standing.document.clone()));
    Ok((lines.iter().map(|line| row(&titles, line)).collect(), next))
}

/// Returns the documents with terms: id and title.
fn titles(ctx: &Ctx) -> Vec<(String, String)> {
    let policy = ctx.site.app.policy();
    let title = |id: &String| {
        policy.library().document(id).map_or_else(|| id.clone(), |document| document.title.clone())
    };
    policy.all_terms().keys().map(|id| (id.clone(), title(id))).collect()
}

/// Shows the list of people and their acceptances.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(people::ALLOWED, &ctx.query);
    // A name may contain a comma; an id and a document never do.
    let after = list.after().and_then(|(key, name)| {
        let (id, document) = key.split_once('/')?;
        Some((name.to_owned(), id.parse().ok()?, document.to_owned()))
    });
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(Crumb::new("/terms", "Terms"));
    let view = people::View {
        shell,
        list: list.with_rows(rows.len(), next.map(|(name, id, document)| format!("{id}/{document},{name}"))),
        titles: titles(&ctx),
        rows,
    };
    shown(&view)
}

/// Exports the list as CSV, with every row that the filters leave.
pub(crate) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(people::ALLOWED, &ctx.query);
    answer::walked("terms", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        let text = people::export(&ctx.under(Area::Elsewhere), &rows, ctx.site.app.world().now());
        Ok(((ctx, list), text, next))
    })
    .await
}
