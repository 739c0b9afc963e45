//! The first page, and the screen on the wall.

use app::access::{SeeDevices, SeePolicy};
use app::ledger_book::{CopyState, LedgerStatus};
use app::read::{Attention, DocumentRow, LedgerRow, Tally};
use axum::http::StatusCode;
use axum::http::header::REFRESH;
use axum::response::{IntoResponse, Response};

use super::alarms::row as alarm;
use super::documents::status;
use super::ledger::words;
use super::registers::{mention, risk};
use crate::answer::{page, shown};
use crate::overview::{AttentionRow, CopyRow, Held, RecentRow, ReviewRow, View};
use crate::parts::chart::{Bar, Counts};
use crate::session::{Ctx, Problem};
use crate::shell::Area;
use crate::{format, wall};

/// The figures of a chart.
pub(super) fn counts(tally: Tally) -> Counts {
    Counts {
        met: tally.met,
        not_met: tally.not_met,
        not_known: tally.not_known,
        not_applicable: tally.not_applicable,
    }
}

/// A document as a bar.
pub(super) fn bar(row: &DocumentRow) -> Bar {
    Bar {
        name: row.document.title.clone(),
        href: format!("/documents/{}", row.document.id),
        counts: counts(row.standing.unwrap_or_default()),
    }
}

/// How things stand.
pub(super) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let now = app::read::overview(&ctx.site.app, ctx.permit::<SeePolicy>()?).await?;
    let figures = now.devices.as_ref().map(|devices| devices.counts).unwrap_or_default();
    let (cases_open, cases_late) = now.cases.unwrap_or_default();
    let reviews = now
        .documents
        .iter()
        .filter(|row| row.overdue_days.is_some() || row.document.review_by.is_none())
        .map(|row| ReviewRow {
            href: format!("/documents/{}", row.document.id),
            title: row.document.title.clone(),
            status: status(row),
            owner: row.document.owner.clone(),
        })
        .collect();
    let view = View {
        troubles: now.troubles,
        held: now.held.as_ref().map(|held| Held {
            bursts: held.bursts,
            asked: held.asked,
            frozen: held.frozen.iter().map(|force| force.title()).collect(),
        }),
        shell: ctx.shell(Area::Overview, Vec::new()),
        documents: now.documents.iter().map(bar).collect(),
        devices_enrolled: figures.enrolled.unsigned_abs(),
        devices_registered: figures.all.unsigned_abs(),
        devices_attention: figures.attention.unsigned_abs(),
        devices_silent: figures.silent.unsigned_abs(),
        devices_sha1: figures.sha1.unsigned_abs(),
        attention: now
            .devices
            .map(|devices| devices.attention)
            .unwrap_or_default()
            .iter()
            .map(attention)
            .collect(),
        cases_open,
        cases_late,
        reviews,
        returns_late: now.late_returns.unwrap_or_default(),
        people_without_acceptance: now.people_without_terms.unwrap_or_default(),
        lapsing: now.lapsing.unwrap_or_default().iter().map(mention).collect(),
        alarms_open: now.alarms.as_ref().map_or(0, |(_, count)| *count),
        alarms: now.alarms.map(|(rows, _)| rows).unwrap_or_default().into_iter().map(alarm).collect(),
        few_administrators: now.few_administrators.iter().map(|(force, one)| few(*force, *one)).collect(),
        recent: now.recent.unwrap_or_default().iter().map(recent).collect(),
        ledger_stopped: now.ledger.as_ref().and_then(|ledger| ledger.stopped.clone()).unwrap_or_default(),
        ledger_copies: now.ledger.as_ref().map(copies).unwrap_or_default(),
    };
    shown(&view)
}

fn few(force: domain::Force, one: bool) -> String {
    if one {
        format!(
            "{} has one administrator who has signed in. Until a second has, nobody can confirm a role that destroys, approves or \
             administers, and the one may give the role of administrator once. Give it to somebody now, and have them sign in.",
            force.title()
        )
    } else {
        format!(
            "No administrator of {} has signed in. Until one has, anybody who can use the server can give roles alone: lanyard role give.",
            force.title()
        )
    }
}

fn attention(row: &Attention) -> AttentionRow {
    let device = &row.device;
    let why = match (&row.first, device.not_met) {
        (Some((clause, why)), 1) => format!("{clause}: {}", short(why)),
        (Some((clause, why)), many) => {
            format!("{many} clauses not met, for longest {clause}: {}", short(why))
        }
        (None, many) => format!("{many} clauses not met"),
    };
    AttentionRow {
        href: format!("/devices/{}", device.id),
        device: format!("{}, {}", device.serial, device.model.as_deref().unwrap_or(device.kind.title())),
        holder: row.holder.clone().unwrap_or_default(),
        why,
        since: row.since,
        risk: row.risk.as_ref().map(risk),
    }
}

/// A reason cut to a line or two; the device's own page has all of it.
fn short(why: &str) -> String {
    const LONGEST: usize = 90;
    if why.chars().count() <= LONGEST {
        return why.to_owned();
    }
    let cut: String = why.chars().take(LONGEST).collect();
    format!("{} …", cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole))
}

fn recent(row: &LedgerRow) -> RecentRow {
    let (on, href) = &row.on;
    RecentRow {
        at: row.at,
        what: format!("{}: {on}", words(&row.action)),
        href: href.clone().unwrap_or_else(|| "/ledger".to_owned()),
    }
}

/// How the copies of checkpoints stand.
fn copies(ledger: &LedgerStatus) -> Vec<CopyRow> {
    let row = |(place, state): (&String, &CopyState)| {
        let last = match state.copied_at {
            Some(at) => format!("{} entries, copied {}", state.size, format::when(at)),
            None => "nothing copied yet".to_owned(),
        };
        match &state.failing {
            Some((since, why)) => {
                let since = format::when(*since);
                CopyRow { says: format!("{place}: {last}; fails since {since}: {why}"), bad: true }
            }
            None => CopyRow { says: format!("{place}: {last}"), bad: state.copied_at.is_none() },
        }
    };
    let mut rows: Vec<CopyRow> = ledger.copies.iter().map(row).collect();
    if !ledger.left_the_machine() {
        let says = "Checkpoints have not left this machine: its owner could write a new history. Name a place for copies in \
                    the settings file, under [ledger].";
        rows.insert(0, CopyRow { says: says.to_owned(), bad: true });
    }
    rows
}

/// The screen on the wall.
pub(super) async fn wall(ctx: Ctx) -> Result<Response, Problem> {
    let now = app::read::wall(&ctx.site.app, ctx.permit::<SeeDevices>()?).await?;
    let refreshing = ctx.asked("refresh") != "off";
    let counts_now = now.counts;
    let view = wall::View {
        marking: "OFFICIAL".into(),
        now: ctx.site.app.world().now(),
        refreshing,
        enrolled: counts_now.enrolled.unsigned_abs(),
        heard_of: counts_now.enrolled.saturating_sub(counts_now.silent).unsigned_abs(),
        attention: counts_now.attention.unsigned_abs(),
        cases: now.cases,
        clauses: counts(now.clauses),
    };
    let answer = page(StatusCode::OK, &view);
    if refreshing {
        return Ok(([(REFRESH, wall::REFRESH_SECONDS.to_string())], answer).into_response());
    }
    Ok(answer)
}
