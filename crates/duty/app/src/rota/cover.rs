//! Lets somebody on call ask a colleague of the same rota to take a span of their shift, and the colleague agree or decline.
//!
//! Until the colleague agrees, the shift stays with the person who asked. An agreement becomes an override of the rota, which the
//! keeper of the rota can withdraw as any other. Nobody can agree for somebody else: the colleague is found by who is signed in.

use domain::{CoverId, CoverState, OverrideId, OverrideKind, PersonId, RotaId, Timestamp};
use kernel::access::{AcceptOwn, Actor, Permit};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};
use serde_json::json;
use store::Tx;
use store::rota_covers::{self as covers, CoverEnd, CoverRow};
use store::rota_overrides::OverrideRow;
use store::rotas as rows;

use super::change::{Entered, Finish, Stop, finish};
use super::fields::{ahead, span};
use super::load::{Loaded, Window, load, turns};
use super::overrides::{SWAP_AHEAD, enter};

/// Most requests of one person that wait for a colleague.
const MOST_OPEN: i64 = 10;

/// The fields of a request for cover.
#[derive(Debug, Clone, Default)]
pub struct NewCover {
    /// The id of the rota.
    pub rota: String,
    /// The id of the colleague.
    pub with: String,
    /// The start of the span: a day, or a day with a time.
    pub start: String,
    /// The end of the span; a day is included.
    pub end: String,
    /// Why: 1 to 300 characters.
    pub reason: String,
}

/// What one person asks of another.
struct Wanted {
    person: PersonId,
    with: PersonId,
    start: Timestamp,
    end: Timestamp,
}

/// Returns the person of the register who asks or answers.
pub(super) fn own_person(actor: &Actor) -> Result<PersonId, AppError> {
    actor.person.ok_or_else(|| {
        AppError::Conflict("only somebody in the register takes part in a rota; sign in as a person".into())
    })
}

/// Asks a colleague of the same rota to take a span of one's own shift. The colleague is told.
///
/// # Errors
/// [`AppError::Invalid`] with what to choose: a span in which one is not on call, somebody who is not of the rota, is away, is on call
/// already or cannot be reached; [`AppError::Conflict`] for an actor who is nobody in the register, and for too many requests.
pub async fn ask_cover(app: &App, permit: Permit<AcceptOwn>, new: NewCover) -> Result<CoverId, AppError> {
    let me = own_person(permit.actor())?;
    let rota: RotaId =
        new.rota.trim().parse().map_err(|_| AppError::invalid("rota", "choose a rota of the list"))?;
    let with: PersonId =
        new.with.trim().parse().map_err(|_| AppError::invalid("with", "choose a colleague of the list"))?;
    let (start, end) = span(&new.start, &new.end)?;
    let reason = text("reason", &new.reason, 300)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let before = in_use(Work { app: &app, tx, now }, rota)?;
            // Who does not take part is not told what the rota says of others.
            if !before.has(Some(me)) {
                return Err(AppError::invalid("rota", "choose a rota of the list"));
            }
            let wanted = Wanted { person: me, with, start, end };
            if let Some((field, why)) = refusal(&app, &before, &wanted, now) {
                return Err(AppError::invalid(field, why));
            }
            if covers::open_of(tx, me)? >= MOST_OPEN {
                return Err(AppError::Conflict(format!(
                    "{MOST_OPEN} of your requests wait for an answer; take one of them back first"
                )));
            }
            let row = CoverRow {
                id: CoverId::from_uuid(app.world().uuid()),
                rota,
                person: me,
                with,
                start,
                end,
                reason,
                state: CoverState::Asked,
                asked_at: now,
                ended_at: None,
                change: None,
                told_at: None,
            };
            covers::add(tx, &row)?;
            follow(&app, tx, row.id)?;
            let record = Record::new(&permit.actor().name, "duty.cover.asked", format!("rota:{rota}"));
            app.enter(tx, now, record.force(before.row.force).detail(summary(&row)))?;
            Ok(row.id)
        })
        .await
}

/// Agrees to take the span of a colleague, or declines. What is agreed becomes an override of the rota; everybody in it and the
/// keeper of the rota are told. The same answer given again changes nothing.
///
/// # Errors
/// [`AppError::NotFound`] for a request to somebody else; [`AppError::Conflict`] for one that no longer waits or has begun, and where
/// the schedule has changed so that it cannot be agreed to.
pub async fn answer_cover(
    app: &App,
    permit: Permit<AcceptOwn>,
    id: CoverId,
    agrees: bool,
) -> Result<CoverState, AppError> {
    let me = own_person(permit.actor())?;
    let (app, now) = (app.clone(), app.world().now());
    let outcome = app
        .clone()
        .store()
        .write(move |tx| {
            let of_me = |cover: &CoverRow| cover.with == me;
            let missing = || AppError::not_found("request", id);
            let cover = covers::by_id(tx, id)?.filter(of_me).ok_or_else(missing)?;
            if !agrees {
                end(Work { app: &app, tx, now }, &cover, &permit.actor().name, CoverState::Declined)?;
                return Ok(CoverState::Declined);
            }
            // Holds the rota until the transaction ends; what is decided next is read after that.
            rows::touch(tx, cover.rota)?;
            let before = in_use(Work { app: &app, tx, now }, cover.rota)?;
            let cover = covers::by_id(tx, id)?.ok_or_else(missing)?;
            if cover.state == CoverState::Agreed {
                return Ok(CoverState::Agreed);
            }
            still_waits(&cover, now)?;
            agree(Work { app: &app, tx, now }, permit.actor(), before, &cover)?;
            Ok::<_, Stop>(CoverState::Agreed)
        })
        .await;
    outcome.map_err(|stop| match stop {
        Stop::Error(error) => error,
        Stop::Gaps(_) => AppError::Conflict(
            "nobody would be on call for a part of this time; speak to the keeper of the rota".into(),
        ),
    })
}

/// Makes the override of an agreement, in the transaction that holds the rota.
fn agree(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &Actor,
    before: Loaded,
    cover: &CoverRow,
) -> Result<(), Stop> {
    let wanted = Wanted { person: cover.person, with: cover.with, start: cover.start, end: cover.end };
    if let Some((_, why)) = refusal(app, &before, &wanted, now) {
        return Err(AppError::Conflict(why).into());
    }
    let change = OverrideRow {
        id: OverrideId::from_uuid(app.world().uuid()),
        rota: cover.rota,
        kind: OverrideKind::Replace,
        person: cover.person,
        with: Some(cover.with),
        start: cover.start,
        end: cover.end,
        reason: cover.reason.clone(),
        swap: None,
        created_at: now,
        withdrawn_at: None,
    };
    enter(tx, &before, &change)?;
    let ended = CoverEnd { state: CoverState::Agreed, at: now, change: Some(change.id) };
    if !covers::end(tx, cover.id, &ended)? {
        return Err(no_longer().into());
    }
    follow(app, tx, cover.id)?;
    let entered = Entered { action: "duty.cover.agreed", detail: summary(cover) };
    finish(app, tx, actor, Finish { before: Some(before), id: cover.rota, seen: String::new(), entered })
}

/// Takes a request of one's own back before the colleague has answered. The colleague is told. Doing so again changes nothing.
///
/// # Errors
/// [`AppError::NotFound`] for a request of somebody else; [`AppError::Conflict`] for one that was answered or has begun.
pub async fn withdraw_cover(app: &App, permit: Permit<AcceptOwn>, id: CoverId) -> Result<(), AppError> {
    let me = own_person(permit.actor())?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let cover = covers::by_id(tx, id)?.filter(|cover| cover.person == me);
            let cover = cover.ok_or_else(|| AppError::not_found("request", id))?;
            end(Work { app: &app, tx, now }, &cover, &permit.actor().name, CoverState::Withdrawn)
        })
        .await
}

/// Ends a request without an agreement; the same end again changes nothing.
fn end(
    Work { app, tx, now }: Work<'_, '_>,
    cover: &CoverRow,
    by: &str,
    state: CoverState,
) -> Result<(), AppError> {
    if cover.state == state {
        return Ok(());
    }
    still_waits(cover, now)?;
    if !covers::end(tx, cover.id, &CoverEnd { state, at: now, change: None })? {
        return Err(no_longer());
    }
    follow(app, tx, cover.id)?;
    enter_end(Work { app, tx, now }, cover, by, state)
}

/// Enters the end of a request that was not agreed to.
pub(super) fn enter_end(
    Work { app, tx, now }: Work<'_, '_>,
    cover: &CoverRow,
    by: &str,
    state: CoverState,
) -> Result<(), AppError> {
    let action = match state {
        CoverState::Declined => "duty.cover.declined",
        CoverState::Withdrawn => "duty.cover.withdrawn",
        _ => "duty.cover.lapsed",
    };
    let force = rows::by_id(tx, cover.rota)?.map(|rota| rota.force);
    let record = Record::new(by, action, format!("rota:{}", cover.rota)).force_if(force);
    app.enter(tx, now, record.detail(summary(cover)))
}

/// Schedules what is to be told about a request.
fn follow(app: &App, tx: &mut Tx<'_>, id: CoverId) -> Result<(), AppError> {
    jobs::ask_job(app, tx, jobs::Kind::FollowCover, &id.to_string(), app.world().now())
}

fn no_longer() -> AppError {
    AppError::Conflict("this request no longer waits: it was answered, taken back, or has lapsed".into())
}

fn still_waits(cover: &CoverRow, now: Timestamp) -> Result<(), AppError> {
    if cover.state != CoverState::Asked {
        return Err(no_longer());
    }
    if cover.start <= now {
        return Err(AppError::Conflict(
            "this request has lapsed: its time has begun, and the shift stays where it is".into(),
        ));
    }
    Ok(())
}

/// Reads a rota in use with everything that decides about the next twelve weeks, and for as long as gaps are looked for: a gap that
/// was there before is no gap of the change.
fn in_use(Work { app, tx, now }: Work<'_, '_>, id: RotaId) -> Result<Loaded, AppError> {
    let row = rows::by_id(tx, id)?.ok_or_else(|| AppError::invalid("rota", "choose a rota of the list"))?;
    if row.retired_at.is_some() {
        return Err(AppError::Conflict("this rota was retired; nobody is on call by it any more".into()));
    }
    load(tx, row, Window::new(now, now.plus(SWAP_AHEAD.max(ahead(app)))))
}

/// Returns the field that is wrong and why where a colleague cannot take a span; `None` where they can.
fn refusal(app: &App, before: &Loaded, wanted: &Wanted, now: Timestamp) -> Option<(&'static str, String)> {
    let Wanted { person, with, start, end } = *wanted;
    let window = Window::new(now, now.plus(SWAP_AHEAD));
    if start <= now {
        return Some(("start", "choose a start in the future".into()));
    }
    if end > window.until {
        return Some(("end", "choose an end within the next twelve weeks".into()));
    }
    let all = turns(&before.rota, window);
    if !all.iter().any(|turn| turn.person == person && turn.start <= start && end <= turn.end) {
        let name = before.name(person);
        let why = format!("{name} is not on call for the whole of this time; choose a time within a turn");
        return Some(("start", why));
    }
    if with == person {
        return Some(("with", "choose somebody else than yourself".into()));
    }
    let colleague = before.people.get(&with).filter(|one| one.ended_at.is_none());
    let Some(colleague) = colleague else {
        return Some(("with", "choose a colleague of the same rota".into()));
    };
    let name = &colleague.name;
    let mut away = before.rota.away.get(&with).into_iter().flatten();
    if away.any(|(from, until)| *from < end && start < *until) {
        return Some(("with", format!("{name} is away for a part of this time; choose somebody else")));
    }
    if all.iter().any(|turn| turn.person == with && turn.start < end && start < turn.end) {
        return Some(("with", format!("{name} is on call already in this time; choose somebody else")));
    }
    if !before.reaches(app, with) {
        let why = format!(
            "{name} has no proven way of being reached and cannot take a shift; they add one under How you are reached"
        );
        return Some(("with", why));
    }
    None
}

fn summary(cover: &CoverRow) -> serde_json::Value {
    json!({
        "cover": cover.id,
        "asked_by": format!("person:{}", cover.person),
        "asked_at": cover.asked_at.to_string(),
        "with": format!("person:{}", cover.with),
        "start": cover.start.to_string(),
        "end": cover.end.to_string(),
        "reason": cover.reason,
    })
}
