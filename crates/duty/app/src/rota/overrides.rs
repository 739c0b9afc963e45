//! Overrides a rota for a span, swaps two turns, and keeps hand-over notes.

use domain::{NoteId, OverrideId, OverrideKind, RotaId, Span};
use kernel::access::{ManageDuty, Permit, PermitWithin, Relation, SeeDuty, permit};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError};
use serde_json::json;
use store::Tx;
use store::rota_overrides::{self as overrides, OverrideRow};
use store::rotas::{self as rows, NoteRow};

use super::change::{Entered, Form, Kept, changing};
use super::fields::{NewOverride, NewSwap, person, span, turn};
use super::load::{Loaded, OwnTurn, Window, load, turns};

/// How far ahead turns can be swapped.
pub(super) const SWAP_AHEAD: Span = Span::from_secs(84 * 24 * 3600);
/// Most overrides of a rota that are not over; with its temporary rotas fewer than the rules examine.
const MOST_OVERRIDES: usize = 300;
/// Longest hand-over note, in characters.
const LONGEST_NOTE: usize = 2000;

/// Adds, takes out or replaces a person for a span. The people in it are told.
///
/// # Errors
/// [`AppError::Invalid`] with what to write, [`AppError::Denied`] for another force.
pub async fn override_rota(
    app: &App,
    permit: Permit<ManageDuty>,
    form: Form,
    new: NewOverride,
) -> Result<Kept<OverrideId>, AppError> {
    changing(app, permit, form, move |app, tx, before| {
        let (force, now) = (before.row.force, app.world().now());
        let kind: OverrideKind =
            new.kind.parse().map_err(|_| AppError::invalid("kind", "choose what changes"))?;
        let of = person(tx, "person", force, &new.person)?.id;
        let with = match kind {
            OverrideKind::Replace => Some(person(tx, "with", force, &new.with)?.id),
            OverrideKind::Add | OverrideKind::Remove => None,
        };
        if with == Some(of) {
            return Err(AppError::invalid("with", "write another person than the one who is replaced"));
        }
        let (start, end) = span(&new.start, &new.end)?;
        if end <= now {
            return Err(AppError::invalid(
                "end",
                "choose an end in the future: what has passed stays as it was",
            ));
        }
        let id = OverrideId::from_uuid(app.world().uuid());
        let reason = text("reason", &new.reason, 300)?;
        let row = OverrideRow {
            id,
            rota: before.row.id,
            kind,
            person: of,
            with,
            start,
            end,
            reason,
            swap: None,
            created_at: now,
            withdrawn_at: None,
        };
        enter(tx, before, &row)?;
        Ok((id, Entered { action: "duty.rota.overridden", detail: summary(&row) }))
    })
    .await
}

/// Swaps two turns that have not begun: each of the two people stands in for the other. The person who enters the swap says in the
/// reason how both agreed; both are told.
///
/// # Errors
/// [`AppError::Invalid`] for turns that are not in the schedule, are one person's or overlap; [`AppError::Denied`] for
/// another force.
pub async fn swap_turns(
    app: &App,
    permit: Permit<ManageDuty>,
    form: Form,
    new: NewSwap,
) -> Result<Kept<OverrideId>, AppError> {
    changing(app, permit, form, move |app, tx, before| {
        let now = app.world().now();
        let window = Window::new(now, now.plus(SWAP_AHEAD));
        let all = turns(&load(tx, before.row.clone(), window)?.rota, window);
        let open = swappable(&all, window);
        let (one, two) = (chosen("one", &new.one, &open)?, chosen("two", &new.two, &open)?);
        if one.person == two.person {
            return Err(AppError::invalid("two", "choose a turn of another person"));
        }
        let both = |of: OwnTurn, other: OwnTurn| {
            all.iter().any(|turn| turn.person == other.person && turn.start < of.end && of.start < turn.end)
        };
        if both(one, two) || both(two, one) {
            return Err(AppError::invalid(
                "two",
                "they are on call together in one of these turns; override it instead",
            ));
        }
        let reason = text("reason", &new.reason, 300)?;
        let ids = [OverrideId::from_uuid(app.world().uuid()), OverrideId::from_uuid(app.world().uuid())];
        let half = |id, swap, of: OwnTurn, with: OwnTurn| OverrideRow {
            id,
            rota: before.row.id,
            kind: OverrideKind::Replace,
            person: of.person,
            with: Some(with.person),
            start: of.start,
            end: of.end,
            reason: reason.clone(),
            swap: Some(swap),
            created_at: now,
            withdrawn_at: None,
        };
        let [first, second] = ids;
        let rows = [half(first, second, one, two), half(second, first, two, one)];
        for row in &rows {
            enter(tx, before, row)?;
        }
        let detail = json!({ "halves": rows.iter().map(summary).collect::<Vec<_>>() });
        Ok((first, Entered { action: "duty.rota.swapped", detail }))
    })
    .await
}

/// Returns the turns that lie wholly within a window: part of a turn is not swapped.
pub(super) fn swappable(all: &[OwnTurn], window: Window) -> Vec<OwnTurn> {
    let whole = all.iter().filter(|turn| window.from < turn.start && turn.end < window.until);
    whole.copied().collect()
}

fn chosen(field: &'static str, text: &str, open: &[OwnTurn]) -> Result<OwnTurn, AppError> {
    let (start, person) = turn(field, text)?;
    let found = open.iter().find(|turn| turn.start == start && turn.person == person);
    found
        .copied()
        .ok_or_else(|| AppError::invalid(field, "this turn is no longer in the schedule; choose again"))
}

/// Withdraws an override, with the other half of a swap. The people in it are told. Withdrawing it twice changes nothing.
///
/// # Errors
/// [`AppError::NotFound`] for an override of another rota, [`AppError::Denied`] for another force.
pub async fn withdraw_override(
    app: &App,
    permit: Permit<ManageDuty>,
    form: Form,
    id: OverrideId,
) -> Result<Kept<()>, AppError> {
    changing(app, permit, form, move |app, tx, before| {
        let now = app.world().now();
        let found = overrides::by_id(tx, id)?.filter(|row| row.rota == before.row.id);
        let found = found.ok_or_else(|| AppError::not_found("override", id))?;
        overrides::withdraw(tx, id, now)?;
        if let Some(swap) = found.swap {
            overrides::withdraw(tx, swap, now)?;
        }
        Ok(((), Entered { action: "duty.rota.override.withdrawn", detail: summary(&found) }))
    })
    .await
}

/// Stores a note for the next person on call. People named in the rota and staff who manage duty may write one.
///
/// # Errors
/// [`AppError::Invalid`] for an empty or too long note, [`AppError::Denied`] for anybody else, [`AppError::Conflict`]
/// for an actor who is nobody in the register.
pub async fn leave_note(
    app: &App,
    permit_within: PermitWithin<SeeDuty>,
    id: RotaId,
    note: String,
) -> Result<(), AppError> {
    let note = note.trim().replace('\r', "");
    if note.is_empty() || note.chars().count() > LONGEST_NOTE {
        return Err(AppError::invalid("note", format!("write a note of 1 to {LONGEST_NOTE} characters")));
    }
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("rota", id))?;
            let actor = permit_within.actor();
            let loaded = load(tx, row, Window::at(now))?;
            if !loaded.has(actor.person) || !permit_within.covers(loaded.row.force, Relation::Own) {
                permit::<ManageDuty>(actor)?.reaches(loaded.row.force)?;
            }
            let person = actor.person.ok_or_else(|| {
                AppError::Conflict(
                    "only somebody in the register can leave a note; sign in as a person".into(),
                )
            })?;
            let note = NoteRow {
                id: NoteId::from_uuid(app.world().uuid()),
                rota: id,
                person,
                note,
                created_at: now,
            };
            rows::add_note(tx, &note)?;
            let record = Record::new(&actor.name, "duty.rota.noted", format!("rota:{id}"));
            app.enter(tx, now, record.force(loaded.row.force).detail(json!({ "note": note.note })))
        })
        .await
}

/// Enters an override where the rota has room for one.
pub(super) fn enter(tx: &mut Tx<'_>, before: &Loaded, row: &OverrideRow) -> Result<(), AppError> {
    if before.overrides.len() + 2 > MOST_OVERRIDES {
        return Err(AppError::Conflict(format!(
            "{MOST_OVERRIDES} overrides are the most; change the layers instead"
        )));
    }
    Ok(overrides::add(tx, row)?)
}

fn summary(row: &OverrideRow) -> serde_json::Value {
    json!({
        "kind": row.kind.as_str(),
        "person": format!("person:{}", row.person),
        "with": row.with.map(|with| format!("person:{with}")),
        "start": row.start.to_string(),
        "end": row.end.to_string(),
        "reason": row.reason,
    })
}
