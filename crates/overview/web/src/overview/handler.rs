//! Answers the requests of this page.

use axum::response::Response;
use compliance_app::documents::DocumentRow;
use compliance_app::standing::Standing;
use compliance_app::waiting::WaitingRead;
use compliance_web::figures::{bar, lines, status};
use incidents_app::read::ClockCounts;
use kernel::access::SeePolicy;
use ledger_app::read::LedgerRow;
use ledger_app::{CopyState, LedgerStatus};
use ledger_web::entries::words;
use notices_web::alarms::row as alarm;
use overview_app::overview::{Attention, HeldFigures};
use permissions_web::mention::{mention, risk};

use crate::overview::{AttentionRow, CopyRow, Held, RecentRow, ReviewRow, View};
use web_shell::answer::shown;
use web_shell::format;
use web_shell::frame::Area;
use web_shell::session::{Ctx, Problem};

/// Shows the first page.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let now = overview_app::overview::overview(&ctx.site.app, ctx.permit::<SeePolicy>()?).await?;
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
        held: now.held.as_ref().map(|figures| held(&ctx, figures)),
        shell: ctx.shell(Area::Overview, Vec::new()),
        standing: lines(&together(&now.documents)),
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
        clocks: clocks(now.clocks.unwrap_or_default()),
        losses_unanswered: now.losses.map_or(0, |losses| losses.unanswered.unsigned_abs()),
        losses_calling: now.losses.map_or(0, |losses| losses.calling.unsigned_abs()),
        alarms_open: now.alarms.as_ref().map_or(0, |(_, count)| *count),
        alarms: now.alarms.into_iter().flat_map(|(rows, _)| rows).map(|read| alarm(&ctx, read)).collect(),
        policy_waits: now.waiting.as_ref().map(waits).unwrap_or_default(),
        few_administrators: now
            .few_administrators
            .iter()
            .map(|(force, one)| few(&ctx.force_title(*force), *one))
            .collect(),
        recent: now.recent.unwrap_or_default().iter().map(recent).collect(),
        ledger_stopped: now.ledger.as_ref().and_then(|ledger| ledger.stopped.clone()).unwrap_or_default(),
        ledger_copies: now.ledger.as_ref().map(copies).unwrap_or_default(),
    };
    shown(&view)
}

/// Adds up how all documents stand.
fn together(documents: &[DocumentRow]) -> Standing {
    let all = documents.iter().filter_map(|row| row.standing.as_ref());
    all.fold(Standing::default(), |sum, one| sum.plus(one))
}

/// Says that a weaker policy waits, and for whom.
fn waits(read: &WaitingRead) -> String {
    match &read.asked {
        None => "A weaker policy waits for two people: the policy folder weakens the policy in force, which stays in use. Nobody has \
                 asked for it yet."
            .to_owned(),
        Some(asked) => format!(
            "A weaker policy waits for a second person: {} asked for it on {}. The policy in force stays in use.",
            asked.by,
            format::when(asked.at)
        ),
    }
}

fn clocks(counts: ClockCounts) -> (u64, u64) {
    (counts.over.unsigned_abs(), counts.running.unsigned_abs())
}

fn held(ctx: &Ctx, figures: &HeldFigures) -> Held {
    Held {
        bursts: figures.bursts,
        asked: figures.asked,
        frozen: figures.frozen.iter().map(|force| ctx.force_title(*force)).collect(),
    }
}

fn few(force: &str, one: bool) -> String {
    if one {
        format!(
            "{force} has one administrator who has signed in. Until a second has, nobody can confirm a role that destroys, approves or \
             administers, and the one may give the role of administrator once. Give it to somebody now, and have them sign in."
        )
    } else {
        format!(
            "No administrator of {force} has signed in. Until one has, anybody who can use the server can give roles alone: lanyard role give."
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
        device: device.named().for_staff(),
        holder: row.holder.clone().unwrap_or_default(),
        why,
        since: row.since,
        risk: row.risk.as_ref().map(risk),
    }
}

/// Cuts a reason to a line or two; the device's own page shows all of it.
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

/// Describes the state of the copies of checkpoints.
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
