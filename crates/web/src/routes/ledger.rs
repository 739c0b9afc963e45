//! The ledger: a page of it, the same as CSV, and the whole of it as lines that can be verified.

use app::access::SeeLedger;
use app::read::{LedgerQuery, LedgerRead, LedgerRow};
use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::{EntryId, Force, Span, Timestamp};
use futures_util::stream;

use crate::answer::{self, page, shown};
use crate::documents::clause_crumb;
use crate::ledger::{ALLOWED, KINDS, Row, View, entry, export as as_csv};
use crate::parts::form::Errors;
use crate::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut, time_key};
use crate::session::{Ctx, Problem, form_errors, id_of, sentence};
use crate::shell::{Area, Crumb};

/// An action as people say it: `device.lost-mode.ordered` is `Device lost mode ordered`.
pub(super) fn words(action: &str) -> String {
    sentence(&action.replace(['.', '-'], " "))
}

fn row(row: &LedgerRow) -> Row {
    let (on, href) = &row.on;
    Row {
        href: format!("/ledger/{}", row.id),
        index: row.place,
        at: row.at,
        who: row.who.clone(),
        what: words(&row.action),
        on: Some(Crumb::new(href.clone().unwrap_or_default(), on.clone())),
        force: row.force.map(Force::title).unwrap_or_default(),
        clauses: row.clause.iter().map(|clause| clause_crumb(clause)).collect(),
        why: row.reason.as_deref().map(|why| why.replace('-', " ")).unwrap_or_default(),
        digest: row.digest.clone(),
        erased: row.erased,
    }
}

/// What the filters ask for, and what is wrong with them.
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
    // The last day is meant with all its hours.
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

async fn walk(ctx: &Ctx, query: LedgerQuery, limit: u32) -> Result<(LedgerRead, Option<Key>), app::AppError> {
    let permit = app::access::permit::<SeeLedger>(&ctx.actor)?;
    let mut read = app::read::ledger(&ctx.site.app, permit, query, limit + 1).await?;
    let next = cut(&mut read.rows, limit, |last| (last.at, last.id));
    Ok((read, next))
}

/// A page of it.
pub(super) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeLedger>()?;
    let list = Listing::read(ALLOWED, &ctx.query);
    let after = list.after_time();
    let (asked, mut errors) = query(&list, after);
    let (read, next) = match walk(&ctx, asked, PER_PAGE).await {
        Ok(found) => found,
        Err(error) => {
            // A filter that fits nothing leaves the page as it is, with what is wrong and no entry.
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
    let next = next.map(time_key);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (checkpoint, covered, signed) = match read.checkpoint {
        Some((note, size, at)) => (note, size, Some(at)),
        None => (String::new(), 0, None),
    };
    let view = View {
        shell: ctx.shell(Area::Ledger, Vec::new()),
        list: list.with_rows(read.rows.len(), next),
        errors,
        rows: read.rows.iter().map(row).collect(),
        checkpoint,
        checkpoint_at: signed,
        covered,
        entries: read.size.saturating_add(read.waiting),
        key: app::ledger_book::ledger_key_text(&ctx.site.app),
    };
    Ok(page(status, &view))
}

/// The entries as CSV, every one that the filters leave.
pub(super) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeLedger>()?;
    let list = Listing::read(ALLOWED, &ctx.query);
    answer::walked("ledger", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (asked, errors) = query(&list, after);
        if let Some(error) = errors.all().first() {
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.text.clone()));
        }
        let (read, next) = walk(&ctx, asked, EXPORT_STEP).await?;
        let rows: Vec<Row> = read.rows.iter().map(row).collect();
        Ok(((ctx, list), as_csv(&rows), next))
    })
    .await
}

/// One entry.
pub(super) async fn entry(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeLedger>()?;
    let id: EntryId = id_of(&id)?;
    let read = app::read::ledger_entry(&ctx.site.app, permit, id).await?;
    let view = entry::View {
        shell: ctx.under(Area::Ledger),
        action: read.row.action.clone(),
        row: row(&read.row),
        force: read.force.map(Force::title).unwrap_or_default(),
        clause_title: read.clause_title.unwrap_or_default(),
        detail_digest: read.detail_digest.unwrap_or_default(),
        detail: read.detail,
        covered: read.covered,
        proof: format!("/ledger/{id}/proof"),
        key: app::ledger_book::ledger_key_text(&ctx.site.app),
    };
    shown(&view)
}

/// The proof that an entry is in the ledger, as `lanyard ledger verify` reads it.
pub(super) async fn proof(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeLedger>()?;
    let id: EntryId = id_of(&id)?;
    let line = app::ledger_book::ledger_proof(&ctx.site.app, permit, id).await?;
    let name = format!("attachment; filename=\"ledger-entry-{id}.json\"");
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)], line)
        .into_response())
}

/// The whole ledger without private details, as `lanyard ledger verify` reads it.
pub(super) async fn export(ctx: Ctx) -> Result<Response, Problem> {
    let export =
        app::ledger_export::begin_ledger_export(&ctx.site.app, ctx.permit::<SeeLedger>()?, false).await?;
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
