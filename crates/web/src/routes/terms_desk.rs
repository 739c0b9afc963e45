//! How people stand to the terms: the documents with their figures, and the list behind a figure.

use app::access::SeePeople;
use app::read::{Missing, StandingFilter, StandingLine, TermsDocument};
use app::terms::shown_words;
use axum::response::Response;
use domain::PersonId;

use crate::answer::{self, shown};
use crate::documents::clause_crumb;
use crate::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut};
use crate::session::{Ctx, Problem};
use crate::shell::{Area, Crumb};
use crate::terms::{list, show};

/// The documents.
pub(super) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let read = app::read::terms_documents(&ctx.site.app, ctx.permit::<SeePeople>()?).await?;
    let view = show::View { shell: ctx.under(Area::People), documents: read.iter().map(document).collect() };
    shown(&view)
}

fn document(read: &TermsDocument) -> show::Document {
    show::Document {
        id: read.id.clone(),
        link: Crumb::new(format!("/documents/{}", read.id), read.title.clone()),
        version: read.version.clone(),
        clauses: read.clauses,
        forces: read
            .forces
            .iter()
            .map(|line| show::Standing {
                force: line.force,
                accepted: line.accepted.unsigned_abs(),
                asked: line.asked.unsigned_abs(),
                overdue: line.overdue.unsigned_abs(),
                lapsed: line.lapsed.unsigned_abs(),
                adjusted: line.adjusted.unsigned_abs(),
            })
            .collect(),
        versions: read
            .versions
            .iter()
            .map(|version| {
                let short: String = version.digest.chars().take(8).collect();
                (short, version.since, version.clauses, version.accepted.unsigned_abs())
            })
            .collect(),
        questions: read
            .questions
            .iter()
            .map(|one| (clause_crumb(&one.clause), one.text.clone(), one.people, one.again))
            .collect(),
    }
}

type Key = (String, PersonId, String);

fn row(titles: &[(String, String)], line: &StandingLine) -> list::Row {
    let standing = &line.standing;
    let title = titles.iter().find(|(id, _)| *id == standing.document);
    let way = standing.adjusted.as_deref();
    list::Row {
        person: Crumb::new(format!("/people/{}", line.person), line.name.clone()),
        number: line.number.clone(),
        force: line.force,
        document: title.map_or_else(|| standing.document.clone(), |(_, title)| title.clone()),
        accepted: standing.missing == Missing::Nothing,
        awareness: standing.missing == Missing::Awareness,
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
) -> Result<(Vec<list::Row>, Option<Key>), Problem> {
    let permit = ctx.permit::<SeePeople>()?;
    let titles = titles(ctx);
    let filter = StandingFilter {
        force: Ctx::force(list.filter("force")),
        document: list.filter("document").to_owned(),
        state: list.filter("state").to_owned(),
        after,
    };
    let mut lines = app::read::terms_lines(&ctx.site.app, permit, filter, limit + 1).await?;
    let next =
        cut(&mut lines, limit, |last| (last.name.clone(), last.person, last.standing.document.clone()));
    Ok((lines.iter().map(|line| row(&titles, line)).collect(), next))
}

/// The documents with terms: id and title.
fn titles(ctx: &Ctx) -> Vec<(String, String)> {
    let policy = ctx.site.app.policy();
    let title = |id: &String| {
        policy.library().document(id).map_or_else(|| id.clone(), |document| document.title.clone())
    };
    policy.all_terms().keys().map(|id| (id.clone(), title(id))).collect()
}

/// The list.
pub(super) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    // A name may hold a comma; an id and a document never do.
    let after = list.after().and_then(|(key, name)| {
        let (id, document) = key.split_once('/')?;
        Some((name.to_owned(), id.parse().ok()?, document.to_owned()))
    });
    let (rows, next) = walk(&ctx, &list, after, PER_PAGE).await?;
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(Crumb::new("/terms", "Terms"));
    let view = list::View {
        shell,
        list: list.with_rows(rows.len(), next.map(|(name, id, document)| format!("{id}/{document},{name}"))),
        titles: titles(&ctx),
        rows,
    };
    shown(&view)
}

/// The list as CSV, every row that the filters leave.
pub(super) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    answer::walked("terms", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        let text = list::export(&rows, ctx.site.app.world().now());
        Ok(((ctx, list), text, next))
    })
    .await
}
