//! Shows who is on duty now, and one person's next two weeks.

use domain::PeriodKind;
use domain::local_time::{day_of, midnight};
use domain::{Day, Force, PatternId, PersonId, Span, Timestamp};
use duty::{AbsenceKind, State};
use jiff::ToSpan;
use store::Tx;
use store::duty as rows;
use store::people::{self, Person};

use kernel::access::{ManageDuty, Permit, PermitWithin, SeeDuty, permit_within};
use kernel::named::NamedPerson;
use kernel::{App, AppError};

mod views;
use views::AssignmentView;
pub use views::{PatternView, PeriodView};

/// Most people examined for one page of the board.
const LOOKED_AT: u32 = 400;
/// Number of days shown ahead.
const AHEAD: i32 = 14;

/// The filters of the board.
#[derive(Debug, Clone, Default)]
pub struct BoardFilter {
    /// The force to show.
    pub force: Option<Force>,
    /// Part of a unit's name.
    pub unit: String,
    /// Part of a name or number.
    pub search: String,
    /// The word of a state.
    pub state: String,
}

/// One person on the board.
#[derive(Debug, Clone)]
pub struct BoardRow {
    /// The person.
    pub person: NamedPerson,
    /// Their duty state now.
    pub state: State,
    /// Whether the kind of an absence may be shown: why somebody is away is their and their manager's business.
    pub shows_kind: bool,
}

/// A page of the board.
#[derive(Debug, Clone)]
pub struct Board {
    /// The people who match, in order of name.
    pub rows: Vec<BoardRow>,
    /// The start of the next page.
    pub next: Option<(String, PersonId)>,
}

/// One day of a person's two weeks.
#[derive(Debug, Clone)]
pub struct DayRead {
    /// The day.
    pub day: Day,
    /// Spells of duty that begin on it; on the first day, also the one that is under way.
    pub duty: Vec<(Timestamp, Timestamp)>,
    /// Times on call that overlap it.
    pub on_call: Vec<(Timestamp, Timestamp)>,
    /// The absence that covers some of it.
    pub away: Option<AbsenceKind>,
    /// Whether a pattern or a list says anything about the day.
    pub known: bool,
}

/// One person's duty.
#[derive(Debug, Clone)]
pub struct DutyRead {
    /// The person.
    pub person: NamedPerson,
    /// Their duty state now.
    pub state: State,
    /// Today and the thirteen days after.
    pub days: Vec<DayRead>,
    /// Their patterns, the latest first, with their names.
    pub assignments: Vec<(AssignmentView, String)>,
    /// Their shifts, absences and times on call that have not ended.
    pub periods: Vec<PeriodView>,
    /// The force's patterns, for a reader who may put the person on one.
    pub patterns: Vec<PatternView>,
    /// Whether the reader may change any of it.
    pub may_manage: bool,
    /// Whether the kind of an absence may be shown.
    pub shows_kind: bool,
}

/// Lists a page of the board, starting after the given person; `limit` rows at most.
///
/// # Errors
/// Only if the database does not answer.
pub async fn duty_board(
    app: &App,
    permit: Permit<SeeDuty>,
    filter: BoardFilter,
    after: Option<(String, PersonId)>,
    limit: usize,
) -> Result<Board, AppError> {
    let force = match (permit.scope().force(), filter.force) {
        (Some(own), Some(asked)) if own != asked => return Ok(Board { rows: Vec::new(), next: None }),
        (own, asked) => own.or(asked),
    };
    let (app, now, unit) = (app.clone(), app.world().now(), filter.unit.trim().to_lowercase());
    app.clone()
        .store()
        .read(move |tx| {
            let place = after.as_ref().map(|(name, id)| (name.as_str(), *id));
            let people = people::page(tx, force, &filter.search, place, LOOKED_AT)?;
            let full = people.len() >= usize::try_from(LOOKED_AT).unwrap_or(usize::MAX);
            let end = people.last().map(|last| (last.name.clone(), last.id)).filter(|_| full);
            let mut board = Board { rows: Vec::new(), next: end };
            for person in people.into_iter().filter(|person| person.ended_at.is_none()) {
                let in_unit = person.unit.as_deref().unwrap_or_default().to_lowercase().contains(&unit);
                if !in_unit {
                    continue;
                }
                let state = crate::duty_state(tx, person.id, now)?;
                if !filter.state.is_empty() && filter.state != state.as_str() {
                    continue;
                }
                let shows_kind = shows_kind(permit.actor(), &person);
                board.rows.push(BoardRow { person: person.into(), state, shows_kind });
                if board.rows.len() >= limit {
                    board.next = board.rows.last().map(|row| (row.person.name.clone(), row.person.id));
                    break;
                }
            }
            Ok(board)
        })
        .await
}

/// Lists the people on call now by their own times or a rota, in order of name. Leaves out people who are away, whatever
/// the list says.
///
/// # Errors
/// Only if the database does not answer.
pub async fn on_call_now(
    app: &App,
    permit: Permit<SeeDuty>,
) -> Result<Vec<(NamedPerson, Timestamp)>, AppError> {
    let (app, now, force) = (app.clone(), app.world().now(), permit.scope().force());
    app.clone()
        .store()
        .read(move |tx| {
            let mut all = Vec::new();
            let mut ids = rows::on_call_at(tx, now, force)?;
            ids.extend(crate::rota::everybody_on_call(tx, force, now)?);
            ids.sort_unstable();
            ids.dedup();
            for id in ids {
                if let (State::OnCall { until, .. }, Some(person)) =
                    (crate::duty_state(tx, id, now)?, people::by_id(tx, id)?)
                {
                    all.push((NamedPerson::from(person), until));
                }
            }
            all.sort_by(|(one, _), (two, _)| one.name.cmp(&two.name));
            Ok(all)
        })
        .await
}

/// Reads one person's duty: now, the next two weeks, and the records behind it.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for an actor who may not see it.
pub async fn duty_of(app: &App, permit: PermitWithin<SeeDuty>, id: PersonId) -> Result<DutyRead, AppError> {
    let now = app.world().now();
    app.store()
        .read(move |tx| {
            let person = people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
            permit.reaches_person(&person)?;
            let today = day_of(now);
            let window = super::window(now);
            let roster = super::roster(tx, id, window)?;
            let may_manage = may_manage(permit.actor(), &person);
            let assignments = rows::assignments(tx, id)?
                .into_iter()
                .map(|(row, written)| (row.into(), written.name))
                .collect();
            let periods =
                rows::periods(tx, id, now, window.until, 200)?.into_iter().map(PeriodView::from).collect();
            let days = (0..AHEAD).map(|ahead| day(&roster, today.saturating_add(ahead.days()), ahead == 0));
            Ok(DutyRead {
                state: roster.state_at(now),
                days: days.collect(),
                assignments,
                periods,
                patterns: if may_manage { patterns(tx, Some(person.force))? } else { Vec::new() },
                may_manage,
                shows_kind: shows_kind(permit.actor(), &person),
                person: person.into(),
            })
        })
        .await
}

/// Returns a person's duty state at any time.
///
/// # Errors
/// As [`duty_of`].
pub async fn duty_at(
    app: &App,
    permit: PermitWithin<SeeDuty>,
    id: PersonId,
    at: Timestamp,
) -> Result<State, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let person = people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
            permit.reaches_person(&person)?;
            crate::duty_state(tx, id, at)
        })
        .await
}

/// Lists the patterns by name.
///
/// # Errors
/// Only if the database does not answer.
pub async fn duty_patterns(app: &App, permit: Permit<SeeDuty>) -> Result<Vec<PatternView>, AppError> {
    let force = permit.scope().force();
    app.store().read(move |tx| patterns(tx, force)).await
}

/// Looks up one pattern.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force.
pub async fn duty_pattern(
    app: &App,
    permit: Permit<ManageDuty>,
    id: PatternId,
) -> Result<PatternView, AppError> {
    app.store()
        .read(move |tx| {
            let row = rows::pattern_by_id(tx, id)?.ok_or_else(|| AppError::not_found("pattern", id))?;
            permit.reaches(row.force)?;
            Ok(row.into())
        })
        .await
}

fn patterns(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<PatternView>, AppError> {
    Ok(rows::patterns(tx, force)?.into_iter().map(PatternView::from).collect())
}

fn may_manage(actor: &kernel::access::Actor, person: &Person) -> bool {
    permit_within::<ManageDuty>(actor).is_ok_and(|permit| permit.reaches_person(person).is_ok())
}

fn shows_kind(actor: &kernel::access::Actor, person: &Person) -> bool {
    actor.person == Some(person.id) || may_manage(actor, person)
}

fn day(roster: &duty::Roster, day: Day, first: bool) -> DayRead {
    let next = day.saturating_add(1.day());
    let (start, end) = (midnight(day), midnight(next));
    let begins = |stretch: &(Timestamp, Timestamp)| first || (start <= stretch.0 && stretch.0 < end);
    let part = |period: &&duty::Period| period.start < end && period.end > start;
    let on_call = roster.periods.iter().filter(part).filter(|one| one.kind == duty::PeriodKind::OnCall);
    let away = roster.periods.iter().filter(part).find_map(|one| match one.kind {
        duty::PeriodKind::Absence(kind) => Some(kind),
        _ => None,
    });
    let noon = start.plus(Span::from_secs(12 * 3600));
    DayRead {
        day,
        duty: roster.duty_between(day, day).into_iter().filter(begins).collect(),
        on_call: on_call.map(|one| (one.start, one.end)).collect(),
        away,
        known: !matches!(roster.state_at(noon), State::NotKnown { .. }),
    }
}

/// Returns the title of a period: its own word, or the kind of absence where that may be shown.
#[must_use]
pub fn period_title(kind: PeriodKind, absence: &str, shows_kind: bool) -> String {
    match kind {
        PeriodKind::Shift => "Shift".into(),
        PeriodKind::Replaced => "Pattern does not apply".into(),
        PeriodKind::OnCall => "On call".into(),
        PeriodKind::Absence if shows_kind => {
            absence.parse::<AbsenceKind>().map_or("On leave", AbsenceKind::title).to_owned()
        }
        PeriodKind::Absence => "On leave".into(),
    }
}
