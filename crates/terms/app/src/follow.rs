//! Follows up terms that a person has not accepted: asks, reminds, tells the line manager, and at last restricts the device.
//!
//! The restriction ends by itself when the terms are accepted. There is one job for each person, scheduled for the
//! next of these times. Each step is recorded with the request to accept that it belongs to, so that a second run of
//! the job does nothing. `notices` decides when each notice is delivered: nobody gets one off duty.

use domain::{MissingTerms, PersonId, Span, Timestamp};
use duty::State;
use serde_json::json;
use store::locks::{self, Lock};
use store::people::Person;
use store::terms_asked::TermsStanding;
use store::{Tx, devices, people, terms_asked};

use super::standing::parameter_span;
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};
use notices_app::Notice;

const DAY: Span = Span::from_secs(24 * 3600);
/// How long the holder has to be on duty before their device is restricted.
const START_OF_DUTY: Span = Span::from_secs(2 * 3600);
/// When a reminder is sent, and when the line manager is told, where the policy has no parameter for it.
const REMIND_AFTER: Span = Span::from_secs(7 * 24 * 3600);
const MANAGER_AFTER: Span = Span::from_secs(10 * 24 * 3600);

/// Takes the steps that are due for a person, and schedules the job for the next one.
pub async fn follow_terms(app: &App, person: PersonId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| follow_terms_in(Work { app: &app, tx, now }, person)).await
}

fn follow_terms_in(Work { app, tx, now }: Work<'_, '_>, id: PersonId) -> Result<(), AppError> {
    locks::take(tx, Lock::Person(id))?;
    let Some(person) = people::by_id(tx, id)?.filter(|person| person.ended_at.is_none()) else {
        return Ok(());
    };
    let mut next: Option<Timestamp> = None;
    for mut standing in terms_asked::of_person(tx, id)? {
        if standing.missing == MissingTerms::Nothing {
            continue;
        }
        let before = standing.clone();
        let due = step(Work { app, tx, now }, &person, &mut standing)?;
        if standing != before {
            terms_asked::put(tx, id, &standing)?;
        }
        next = [next, due].into_iter().flatten().min();
    }
    match next {
        Some(at) => kernel::jobs::ask_job(app, tx, jobs::Kind::FollowTerms, &id.to_string(), at),
        None => Ok(()),
    }
}

/// Takes the due steps for one document; returns when to check again.
fn step(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
    standing: &mut TermsStanding,
) -> Result<Option<Timestamp>, AppError> {
    let Some((asked, due)) = standing.asked_at.zip(standing.due_at) else { return Ok(None) };
    let policy = app.policy();
    let remind = asked.plus(parameter_span(&policy, "terms-remind-after", REMIND_AFTER));
    let manager = asked.plus(parameter_span(&policy, "terms-manager-after", MANAGER_AFTER));
    tell_of_terms(app, tx, person.id, standing, "asked")?;
    if remind <= now && standing.reminded_at.is_none() {
        tell_of_terms(app, tx, person.id, standing, "reminded")?;
        standing.reminded_at = Some(now);
        note(Work { app, tx, now }, person, standing, "terms.reminded", "holder")?;
    }
    // Only binding terms justify telling the manager and restricting the device; clauses to be known are only asked.
    if standing.missing != MissingTerms::Terms {
        return Ok(Some(remind).filter(|at| *at > now));
    }
    if manager <= now && standing.manager_told_at.is_none() {
        if let Some(manager) = person.line_manager {
            tell_manager(app, tx, manager, person, standing)?;
            note(Work { app, tx, now }, person, standing, "terms.reminded", "line-manager")?;
        }
        standing.manager_told_at = Some(now);
    }
    if due <= now && standing.lapsed_at.is_none() && can_lapse(app, tx, person, &standing.document)? {
        if let Some(until) = away_until(tx, person, now)? {
            return Ok(Some(until));
        }
        standing.lapsed_at = Some(now);
        note(Work { app, tx, now }, person, standing, "terms.lapsed", "grace-over")?;
        configure_devices_of(Work { app, tx, now }, person.id)?;
    }
    Ok([remind, manager, due].into_iter().filter(|at| *at > now).min())
}

/// Returns whether anything follows from a lapse: the policy says so for the document, and the person has a device.
fn can_lapse(app: &App, tx: &mut Tx<'_>, person: &Person, document: &str) -> Result<bool, AppError> {
    let policy = app.policy();
    let restricts =
        policy.library().clauses_in(document).any(|clause| clause.lapsed_settings().next().is_some());
    Ok(restricts && devices::of_holder(tx, person.id)?.iter().any(|device| device.retired_at.is_none()))
}

/// Returns when to check again for somebody who is away, because a device is never restricted in its holder's
/// absence. Treats somebody whose duty is not known as present.
fn away_until(tx: &mut Tx<'_>, person: &Person, now: Timestamp) -> Result<Option<Timestamp>, AppError> {
    let state = duty_app::duty_state(tx, person.id, now)?;
    // They get some time on duty first, so that they find the notice before the restriction.
    let first = match state {
        State::OnLeave { .. } => DAY,
        State::OffDuty { .. } => START_OF_DUTY,
        State::OnDuty { .. } | State::OnCall { .. } | State::NotKnown { .. } => return Ok(None),
    };
    Ok(Some(state.next_start().map_or_else(|| now.plus(DAY), |start| start.plus(first))))
}

/// Schedules the steps that follow from what is missing, and ends a restriction whose cause is gone. The caller has
/// written the standings.
pub(super) fn follow_standing(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
    before: &[TermsStanding],
    after: &[TermsStanding],
) -> Result<(), AppError> {
    if after.iter().any(|standing| standing.missing != MissingTerms::Nothing) {
        kernel::jobs::ask_job(app, tx, jobs::Kind::FollowTerms, &person.id.to_string(), now)?;
    }
    for old in before.iter().filter(|old| old.lapsed_at.is_some()) {
        let still = after.iter().any(|new| new.document == old.document && new.lapsed_at.is_some());
        if !still {
            lapse_ended(Work { app, tx, now }, person, old)?;
        }
    }
    Ok(())
}

fn lapse_ended(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
    standing: &TermsStanding,
) -> Result<(), AppError> {
    note(Work { app, tx, now }, person, standing, "terms.lapse-ended", "nothing-overdue")?;
    configure_devices_of(Work { app, tx, now }, person.id)
}

fn configure_devices_of(Work { app, tx, now }: Work<'_, '_>, person: PersonId) -> Result<(), AppError> {
    for device in devices::of_holder(tx, person)? {
        kernel::jobs::ask_job(app, tx, jobs::Kind::Configure, &device.id.to_string(), now)?;
    }
    Ok(())
}

/// Returns whether a holder's terms have lapsed, so that their devices are restricted.
pub fn has_lapsed(tx: &mut Tx<'_>, holder: PersonId) -> Result<bool, AppError> {
    Ok(terms_asked::of_person(tx, holder)?.iter().any(|standing| standing.lapsed_at.is_some()))
}

fn title(app: &App, document: &str) -> String {
    let policy = app.policy();
    policy.library().document(document).map_or_else(|| document.to_owned(), |known| known.title.clone())
}

/// Notifies the person. The key makes one notice of each request, however often the job runs.
fn tell_of_terms(
    app: &App,
    tx: &mut Tx<'_>,
    to: PersonId,
    standing: &TermsStanding,
    what: &str,
) -> Result<(), AppError> {
    let title = self::title(app, &standing.document);
    let asked = standing.asked_at.map_or(0, Timestamp::millis);
    let subject = match (what, standing.accepted_at) {
        ("reminded", _) => format!("Still to be accepted: {title}"),
        (_, Some(_)) => format!("The terms have changed: {title}"),
        (_, None) => format!("Read and accept the terms: {title}"),
    };
    let notice = Notice::routine(to, format!("terms-{what}:{}:{asked}", standing.document), subject)
            .body(
                "Read them on your own page and accept them there. You can stop and go on later, and ask for another way \
                 of reading them.",
            )
            .link(format!("/me/terms/{}", standing.document));
    notices_app::notify(app, tx, notice)?;
    Ok(())
}

fn tell_manager(
    app: &App,
    tx: &mut Tx<'_>,
    to: PersonId,
    about: &Person,
    standing: &TermsStanding,
) -> Result<(), AppError> {
    let title = self::title(app, &standing.document);
    let asked = standing.asked_at.map_or(0, Timestamp::millis);
    let key = format!("terms-manager:{}:{}:{asked}", about.id, standing.document);
    let notice = Notice::routine(to, key, format!("{} has not accepted: {title}", about.name)).body(
            "See that they get time on duty for it. Their device is restricted once the time that the force gives is over.",
        );
    notices_app::notify(app, tx, notice)?;
    Ok(())
}

fn note(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
    standing: &TermsStanding,
    action: &'static str,
    reason: &'static str,
) -> Result<(), AppError> {
    let record = Record::new("system", action, format!("person:{}", person.id))
        .force(person.force)
        .reason(reason)
        .detail(json!({ "document": standing.document, "asked": standing.asked_at, "due": standing.due_at }));
    app.enter(tx, now, record)
}
