//! Answers the requests of this page.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::{EntryId, Span, Timestamp};
use futures_util::stream;
use kernel::access::SeeLedger;
use ledger_app::read::{LedgerQuery, LedgerRead, LedgerRow};

use crate::entries::{ALLOWED, KINDS, Row, View, export as as_csv};
use web_shell::answer;
use web_shell::answer::page;
use web_shell::frame::{Area, Crumb};
use web_shell::links::clause_crumb;
use web_shell::parts::form::Errors;
use web_shell::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut, time_key};
use web_shell::session::{Ctx, Problem, form_errors, sentence};

/// Writes an action in words: `device.lost-mode.ordered` is `Device lost mode ordered`.
pub fn words(action: &str) -> String {
    sentence(&action.replace(['.', '-'], " "))
}

pub(crate) fn row(ctx: &Ctx, row: &LedgerRow) -> Row {
    let (on, href) = &row.on;
    Row {
        href: format!("/ledger/{}", row.id),
        index: row.place,
        at: row.at,
        who: row.who.clone(),
        what: words(&row.action),
        on: Some(Crumb::new(href.clone().unwrap_or_default(), on.clone())),
        force: row.force.map(|force| ctx.force_title(force)).unwrap_or_default(),
        clauses: row.clause.iter().map(|clause| clause_crumb(clause)).collect(),
        why: row.reason.as_deref().map(|why| why.replace('-', " ")).unwrap_or_default(),
        digest: row.digest.clone(),
        erased: row.erased,
    }
}

/// Converts the filters into a query, with the errors in them.
fn query(list: &Listing, after: Option<(Timestamp, EntryId)>) -> (LedgerQuery, Errors) {
    let mut errors = Errors::default();
    let mut day = |name: &str| -> Option<Timestamp> {
        let text = list.filter(name);
        if text.is_empty() {
            return None;
        }
        let read = text.parse().ok();
        if read.is_none() {
            errors.add(name, "Enter a day such as 2026-11-22");
        }
        read
    };
    let from = day("from");
    // The last day counts with all its hours.
    let until = day("to").map(|day| day.plus(Span::from_secs(24 * 3600)));
    let kind = list.filter("kind");
    let action = KINDS.iter().find(|(word, _)| *word == kind).map_or("", |(word, _)| *word).to_owned();
    let query = LedgerQuery {
        action,
        serial: list.filter("device").to_owned(),
        clause: list.filter("clause").to_owned(),
        from,
        until,
        after,
    };
    (query, errors)
}

type Key = (Timestamp, EntryId);

async fn walk(
    ctx: &Ctx,
    query: LedgerQuery,
    limit: u32,
) -> Result<(LedgerRead, Option<Key>), kernel::AppError> {
    let permit = kernel::access::permit::<SeeLedger>(&ctx.actor)?;
    let mut read = ledger_app::read::ledger(&ctx.site.app, permit, query, limit + 1).await?;
    let next = cut(&mut read.rows, limit, |last| (last.at, last.id));
    Ok((read, next))
}

/// Shows a page of the ledger's entries.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeLedger>()?;
    let list = Listing::read(ALLOWED, &ctx.query);
    let after = list.after_time();
    let (asked, mut errors) = query(&list, after);
    let (read, next) = match walk(&ctx, asked, PER_PAGE).await {
        Ok(found) => found,
        Err(error) => {
            // A filter that matches nothing leaves the page as it is, with the error and no entries.
            for error in form_errors(error, "device")?.all() {
                errors.add(error.field.clone(), error.text.clone());
            }
            walk(
                &ctx,
                LedgerQuery { until: Some(Timestamp::from_millis(i64::MIN)), ..LedgerQuery::default() },
                1,
            )
            .await?
        }
    };
    let next = next.map(|(at, id)| time_key(at, id));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (checkpoint, covered, signed) = match read.checkpoint {
        Some((note, size, at)) => (note, size, Some(at)),
        None => (String::new(), 0, None),
    };
    let view = View {
        shell: ctx.shell(Area::Ledger, Vec::new()),
        list: list.with_rows(read.rows.len(), next),
        errors,
        rows: read.rows.iter().map(|found| row(&ctx, found)).collect(),
        checkpoint,
        checkpoint_at: signed,
        covered,
        entries: read.size.saturating_add(read.waiting),
        key: ctx.site.app.ledger_key_text(),
    };
    Ok(page(status, &view))
}

/// Exports the entries as CSV, with every one that the filters leave.
pub(crate) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeLedger>()?;
    let list = Listing::read(ALLOWED, &ctx.query);
    answer::walked("ledger", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (asked, errors) = query(&list, after);
        if let Some(error) = errors.all().first() {
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.text.clone()));
        }
        let (read, next) = walk(&ctx, asked, EXPORT_STEP).await?;
        let rows: Vec<Row> = read.rows.iter().map(|found| row(&ctx, found)).collect();
        Ok(((ctx, list), as_csv(&rows), next))
    })
    .await
}

/// Exports the whole ledger without private details, as `lanyard ledger verify` reads it.
pub(crate) async fn export(ctx: Ctx) -> Result<Response, Problem> {
    let export =
        ledger_app::ledger_export::begin_ledger_export(&ctx.site.app, ctx.permit::<SeeLedger>()?, false)
            .await?;
    let lines = stream::try_unfold(export, |mut export| async move {
        match export.next().await {
            Ok(lines) => Ok(lines.map(|lines| (lines, export))),
            Err(error) => {
                tracing::error!(%error, "an export of the ledger broke off");
                Err(std::io::Error::other("the export broke off"))
            }
        }
    });
    let headers = [
        (CONTENT_TYPE, "application/jsonl; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"ledger.jsonl\""),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}
