//! Reviews off-duty access (MDU-5.5): asks people what it was for, and shows a reviewer the figures by unit and month.
//!
//! It concerns people who signed in off duty or away. It covers sign-ins to this service, and the logs of other
//! systems where the force feeds them in (`feed`). It does not cover what devices report: a check-in proves that a
//! device is switched on, and nothing in its reports tells a person's use from the device's own activity. One sign-in
//! for each day and system is recorded; none for people on call or whose duty is *not known*. Small groups are never
//! shown by themselves, and nobody is ranked. The reasons are in `docs/off-duty-review.md`.

mod feed;

pub use feed::report_use;

use domain::local_time::{day_of, instant};
use domain::{CaseId, Day, Force, PersonId, SignInId, Span, Timestamp};
use duty::State;
use jiff::ToSpan;
use serde_json::json;
use store::locks::{self, Lock};
use store::off_duty::{self, OffDutyUse};
use store::people::Person;
use store::{Tx, people};

pub use feed::{Choice, MOST_ROWS, Reported, RowFault, UseRow};

use cases_app::Opening;
use kernel::access::{AcceptOwn, Permit, ReviewOffDuty, SeeOwn};
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};
use notices_app::Notice;

/// The case type in which a month is reviewed.
const REVIEW: &str = "access-review";
/// Groups smaller than this are not shown by themselves.
pub const FEWEST: i64 = 5;

/// The purpose of a sign-in off duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A live incident.
    LiveIncident,
    /// Recalled to duty, or on duty although the roster says otherwise.
    Recalled,
    /// Other policing work.
    Policing,
    /// One's own rota, leave, device or terms, which needs no reason.
    OwnAffairs,
    /// It was somebody else, not them.
    NotMe,
}

impl Purpose {
    /// Every answer, with its words.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::LiveIncident, "live-incident", "A live incident"),
        (Self::Recalled, "recalled", "I was recalled to duty, or at work although the roster says otherwise"),
        (Self::Policing, "policing", "Other policing work"),
        (Self::OwnAffairs, "own-affairs", "My own affairs: my rota, my leave, my device, my terms"),
        (Self::NotMe, "not-me", "It was not me"),
    ];

    /// Parses an answer.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known, _)| *known == word).map(|(purpose, ..)| purpose)
    }

    fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, ..)| *one == self).map_or("", |(_, word, _)| word)
    }
}

/// The figures of a month by unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthRead {
    /// Units with enough people, in the order of their names.
    pub units: Vec<UnitMonth>,
    /// All other units together; `None` where there are none, or where they are too few even together.
    pub others: Option<UnitMonth>,
    /// Whether anybody is left out of the figures because there are too few of them.
    pub hidden: bool,
    /// The case in which the month is reviewed.
    pub case: Option<CaseId>,
}

/// A month of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitMonth {
    /// The unit; empty if it was not known.
    pub unit: String,
    /// How many people.
    pub people: i64,
    /// What they were asked about: each person's days, and on a day each system.
    pub asked: i64,
    /// Of those, with a stated policing purpose.
    pub policing: i64,
    /// Of those, for the person's own affairs.
    pub own_affairs: i64,
    /// Of those, without an answer.
    pub unanswered: i64,
}

impl From<store::off_duty::UnitMonth> for UnitMonth {
    fn from(row: store::off_duty::UnitMonth) -> Self {
        Self {
            unit: row.unit,
            people: row.people,
            asked: row.asked,
            policing: row.policing,
            own_affairs: row.own_affairs,
            unanswered: row.unanswered,
        }
    }
}

/// A use off duty, as the person whose it is sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnUse {
    /// Its id.
    pub id: SignInId,
    /// Which system; empty for this service.
    pub system: String,
    /// When, the first time on that day that is known.
    pub at: Timestamp,
}

impl From<OffDutyUse> for OwnUse {
    fn from(row: OffDutyUse) -> Self {
        Self { id: row.id, system: row.system, at: row.at }
    }
}

/// Records a sign-in of somebody who is off duty or away, and schedules the review of the month.
pub fn note_sign_in(app: &App, tx: &mut Tx<'_>, person: PersonId, at: Timestamp) -> Result<(), AppError> {
    match people::by_id(tx, person)? {
        Some(person) => note_use(app, tx, &person, at, "").map(drop),
        None => Ok(()),
    }
}

/// Records that somebody used a system (empty: this one) if they were off duty or away; returns whether that is new.
fn note_use(
    app: &App,
    tx: &mut Tx<'_>,
    person: &Person,
    at: Timestamp,
    system: &str,
) -> Result<bool, AppError> {
    let state = duty_app::duty_state(tx, person.id, at)?;
    if !matches!(state, State::OffDuty { .. } | State::OnLeave { .. }) {
        return Ok(false);
    }
    let new = OffDutyUse {
        id: SignInId::from_uuid(app.world().uuid()),
        person: person.id,
        force: person.force,
        unit: person.unit.clone().unwrap_or_default(),
        day: day_of(at),
        system: system.to_owned(),
        at,
        purpose: None,
    };
    if !off_duty::add(tx, &new)? {
        return Ok(false);
    }
    let (key, what) = match system {
        "" => (format!("off-duty-sign-in:{}", new.day), "signed in".to_owned()),
        system => (format!("off-duty-use:{}:{system}", new.day), format!("used {system}")),
    };
    let subject = format!("You {what} while off duty: say what it was for, if you like");
    let notice = Notice::routine(person.id, key, subject)
            .body("Nothing follows from leaving it. If it was not you, say so: somebody may have used your account.")
            .link("/me/off-duty");
    notices_app::notify(app, tx, notice)?;
    let (month, next) = month_of(new.day);
    let run_at = instant(next.at(9, 0, 0, 0));
    kernel::jobs::ask_job(app, tx, jobs::Kind::OffDutyReview, &format!("{}/{month}", person.force), run_at)?;
    Ok(true)
}

/// Lists the caller's own sign-ins off duty without a stated purpose; none for somebody who is not in the register of
/// people.
///
/// # Errors
/// Only if the database does not answer.
pub async fn own_off_duty_sign_ins(app: &App, permit: Permit<SeeOwn>) -> Result<Vec<OwnUse>, AppError> {
    let Some(person) = permit.actor().person else { return Ok(Vec::new()) };
    app.store()
        .read(move |tx| Ok(off_duty::open_of(tx, person)?.into_iter().map(OwnUse::from).collect()))
        .await
}

/// Records the purpose of one of the caller's own sign-ins. The answer that it was somebody else opens a case at
/// once.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else's sign-in, [`AppError::Conflict`] where the purpose was stated before.
pub async fn state_purpose(
    app: &App,
    permit: Permit<AcceptOwn>,
    id: SignInId,
    purpose: Purpose,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let own = off_duty::by_id(tx, id)?.filter(|one| permit.actor().person == Some(one.person));
            let own = own.ok_or_else(|| AppError::not_found("sign-in", id))?;
            if !off_duty::state(tx, id, purpose.word(), now)? {
                return Err(AppError::Conflict("you have said what it was for; nothing was changed".into()));
            }
            if purpose == Purpose::NotMe {
                let what = if own.system.is_empty() {
                    "the sign-in".into()
                } else {
                    format!("the use of {}", own.system)
                };
                let says = format!("Says that {what} on {} was not theirs.", own.day);
                let opening = Opening {
                    kind: REVIEW,
                    force: own.force,
                    device: None,
                    person: Some(own.person),
                    clause: cases_app::clause_of_procedure(&app, REVIEW),
                    title: "An access that the person says was not theirs".into(),
                    date: None,
                    event: None,
                    place: None,
                    items: Vec::new(),
                    says: (&permit.actor().shown, &says),
                };
                cases_app::open_case(Work { app: &app, tx, now }, &opening)?;
            }
            let record = Record::new(
                &permit.actor().name,
                "off-duty.stated",
                format!("person:{}", own.person),
            )
            .force(own.force)
            .detail(json!({ "day": own.day.to_string(), "system": own.system, "purpose": purpose.word() }));
            app.enter(tx, now, record)
        })
        .await
}

/// Returns the figures of a force's month by unit, with small groups hidden. Reading them is recorded in the ledger.
///
/// # Errors
/// [`AppError::Denied`] for another force, [`AppError::Invalid`] for an invalid month.
pub async fn off_duty_month(
    app: &App,
    permit: Permit<ReviewOffDuty>,
    force: Force,
    month: &str,
) -> Result<MonthRead, AppError> {
    permit.reaches(force)?;
    let first: Day = format!("{month}-01")
        .parse()
        .map_err(|_| AppError::invalid("month", "write a month such as 2026-11"))?;
    let (month, next) = month_of(first);
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let units = off_duty::by_unit(tx, force, first, next)?.into_iter().map(UnitMonth::from).collect();
            let case = off_duty::review_of(tx, force, &month)?;
            let record =
                Record::new(&permit.actor().name, "off-duty.reviewed", format!("month:{month}")).force(force);
            app.enter(tx, now, record)?;
            Ok(hide_few(units, case))
        })
        .await
}

/// Opens the case for the review of a month, once.
pub async fn open_off_duty_review(app: &App, subject: &str) -> Result<(), AppError> {
    let bad = || AppError::Fault(format!("the subject {subject} of an off-duty review cannot be read"));
    let (force, month) = subject.split_once('/').ok_or_else(bad)?;
    let (force, month): (Force, String) = (force.parse().map_err(|_| bad())?, month.to_owned());
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Number(store::cases::NUMBER))?;
            if off_duty::review_of(tx, force, &month)?.is_some() {
                return Ok(());
            }
            let opening = Opening {
                kind: REVIEW,
                force,
                device: None,
                person: None,
                clause: cases_app::clause_of_procedure(&app, REVIEW),
                title: format!("Use off duty in {month}: review by unit"),
                date: Some(now.plus(Span::from_secs(28 * 24 * 3600))),
                event: None,
                place: None,
                items: Vec::new(),
                says: ("system", "The figures by unit stand under Duty, Use off duty."),
            };
            let case = cases_app::open_case(Work { app: &app, tx, now }, &opening)?;
            off_duty::opened_review(tx, force, &month, case)?;
            let record = Record::new("system", "case.opened", format!("case:{case}")).force(force);
            app.enter(tx, now, record)
        })
        .await
}

/// Returns the month of a day, as `2026-11`, and the first day after it.
fn month_of(day: Day) -> (String, Day) {
    let next = day.first_of_month().saturating_add(1.month());
    (day.strftime("%Y-%m").to_string(), next)
}

/// Combines small units, and hides them where they are too few even together. A hidden row could be worked out from a
/// total and all other rows, so there is no total where anybody is hidden.
fn hide_few(all: Vec<UnitMonth>, case: Option<CaseId>) -> MonthRead {
    let (units, few): (Vec<UnitMonth>, Vec<UnitMonth>) =
        all.into_iter().partition(|unit| unit.people >= FEWEST && !unit.unit.is_empty());
    let others = few.into_iter().reduce(|sum, one| UnitMonth {
        unit: String::new(),
        people: sum.people + one.people,
        asked: sum.asked + one.asked,
        policing: sum.policing + one.policing,
        own_affairs: sum.own_affairs + one.own_affairs,
        unanswered: sum.unanswered + one.unanswered,
    });
    let hidden = others.as_ref().is_some_and(|others| others.people < FEWEST);
    MonthRead { units, others: others.filter(|_| !hidden), hidden, case }
}

/// How long sign-ins off duty are kept: as long as the duty periods that they are judged by.
const KEEP: Span = Span::from_secs(100 * 24 * 3600);

/// Deletes sign-ins past their time; returns the number of rows.
///
/// # Errors
/// Only if the database does not answer.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp, batch: u32) -> Result<u64, AppError> {
    Ok(off_duty::forget(tx, now.minus(KEEP), batch)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(name: &str, people: i64) -> UnitMonth {
        let asked = people * 3;
        UnitMonth { unit: name.into(), people, asked, policing: 0, own_affairs: 0, unanswered: asked }
    }

    #[test]
    fn few_people_are_never_shown_by_themselves() {
        let read = hide_few(vec![unit("CID", 4), unit("Roads", 9), unit("Thetford", 2)], None);
        assert_eq!(read.units.len(), 1);
        assert_eq!(read.others.unwrap().people, 6, "together they are enough");
        let read = hide_few(vec![unit("CID", 4), unit("Roads", 9)], None);
        assert!(read.hidden && read.others.is_none(), "one who is hidden is in no row and in no sum");
        let read = hide_few(vec![unit("", 50)], None);
        assert!(read.units.is_empty() && read.others.unwrap().people == 50, "no unit is no unit of its own");
    }

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let (month, next) = month_of("2026-12-31".parse().unwrap());
        assert_eq!((month.as_str(), next.to_string().as_str()), ("2026-12", "2027-01-01"));
    }
}
