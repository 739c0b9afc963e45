//! Grants or refuses a request, ends a permission before its time, and confirms that one is still needed.

use domain::{PermissionId, PermissionState, Span, Timestamp};
use policy::PermissionRegister;
use store::permissions::{self, Permission};

use super::state::{self, Answer, NotTaken, Ruling};
use super::{changes_devices, when, who};
use kernel::access::{AskPermission, DecidePermission, Permit, Voice};
use kernel::{App, AppError, Work, jobs};

/// A decision as sent by a form.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// Whether it is granted.
    pub grant: bool,
    /// The reason, in words.
    pub because: String,
    /// The conditions.
    pub conditions: String,
    /// The first day, `2026-12-01`; empty for now.
    pub from: String,
    /// The last day, to its end; empty for the day that was asked for.
    pub until: String,
    /// The permission's version that the form showed.
    pub version: i64,
}

/// A review as sent by a form.
#[derive(Debug, Clone, Default)]
pub struct Review {
    /// Why it is still needed, in words.
    pub finding: String,
    /// The last day, to its end, where it is to end sooner; empty where it stays.
    pub until: String,
    /// The permission's version that the form showed.
    pub version: i64,
}

impl From<NotTaken> for AppError {
    fn from(why: NotTaken) -> Self {
        Self::Conflict(why.to_string())
    }
}

/// Grants or refuses a request; where two people must agree, the first agreement waits for the second.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid day, [`AppError::Conflict`] where it is decided already, the actor's role
/// does not decide there, or the actor asked for it.
pub async fn decide_permission(
    app: &App,
    permit: Permit<DecidePermission>,
    id: PermissionId,
    decision: Decision,
) -> Result<PermissionState, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let grant = crate::permission_of_version(tx, &permit, id, decision.version)?;
            let because = one_line("because", &decision.because)?;
            let conditions = match decision.conditions.trim() {
                "" => None,
                given => Some(one_line("conditions", given)?),
            };
            let register = register_of(&app, &grant)?;
            let answer = match decision.grant {
                true => granted(&register, &grant, &decision, conditions, now)?,
                false => Answer::Refuse,
            };
            let who = who(tx, permit.actor(), &register, &grant)?;
            let two = !register.second.is_empty();
            let next = state::decide(&grant, &who, two, Ruling { answer, says: &because }, now)?;
            if next.state == PermissionState::Granted && changes_devices(&register) {
                crate::effect::try_out(&app, tx, &next)?;
            }
            let (action, says) = words(next.state, &because);
            let by = Voice::from(permit.actor());
            crate::write_permission(Work { app: &app, tx, now }, &next, by, action, &says)?;
            after_decision(Work { app: &app, tx, now }, &next)?;
            Ok(next.state)
        })
        .await
}

fn after_decision(Work { app, tx, now }: Work<'_, '_>, next: &Permission) -> Result<(), AppError> {
    match next.state {
        PermissionState::Granted => {
            kernel::jobs::ask_job(app, tx, jobs::Kind::Permission, &next.id.to_string(), now)?;
            crate::follow::tell_about_permission(
                app,
                tx,
                next,
                "granted",
                next.decision.as_deref().unwrap_or_default(),
            )
        }
        PermissionState::Refused => {
            permissions::drop_secret(tx, next.id)?;
            crate::follow::tell_about_permission(
                app,
                tx,
                next,
                "refused",
                next.decision.as_deref().unwrap_or_default(),
            )
        }
        _ => Ok(()),
    }
}

/// Withdraws a request, or ends a permission before its time. The requester may, and anyone who decides in the
/// register.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] where it has ended or is not theirs.
pub async fn withdraw_permission(
    app: &App,
    permit: Permit<AskPermission>,
    id: PermissionId,
    because: &str,
    version: i64,
) -> Result<(), AppError> {
    let because = because.to_owned();
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let grant = crate::permission_of_version(tx, &permit, id, version)?;
            let because = one_line("why", &because)?;
            let register = register_of(&app, &grant)?;
            let who = who(tx, permit.actor(), &register, &grant)?;
            let next = state::withdraw(&grant, &who, &because, now)?;
            let by = Voice::from(permit.actor());
            let says = format!("Ended it: {because}");
            crate::write_permission(Work { app: &app, tx, now }, &next, by, "permission.withdrawn", &says)?;
            if let Some(person) =
                grant.person.filter(|_| grant.state == PermissionState::Granted && !who.asked)
            {
                let work = Work { app: &app, tx, now };
                notices_app::affected::note_person(work, grant.force, person, by.name)?;
            }
            crate::follow::end_effect(Work { app: &app, tx, now }, &next, &register)?;
            crate::follow::tell_about_permission(&app, tx, &next, "ended", &because)
        })
        .await
}

/// Confirms that a permission is still needed, and shortens it where an earlier end is given.
///
/// # Errors
/// [`AppError::Invalid`] for an invalid day, [`AppError::Conflict`] where it is not in force or not theirs.
pub async fn review_permission(
    app: &App,
    permit: Permit<DecidePermission>,
    id: PermissionId,
    review: Review,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let grant = crate::permission_of_version(tx, &permit, id, review.version)?;
            let finding = one_line("finding", &review.finding)?;
            let sooner = sooner(review.until.trim(), now)?;
            let register = register_of(&app, &grant)?;
            if sooner.is_some_and(|sooner| grant.ends_at.is_some_and(|end| sooner > end)) {
                let says = "a review never makes it longer; for longer, it is asked afresh";
                return Err(AppError::invalid("sooner", says));
            }
            let who = who(tx, permit.actor(), &register, &grant)?;
            let next = state::review(&grant, &who, sooner, now)?;
            let by = Voice::from(permit.actor());
            let says = format!("Reviewed it: {finding}");
            crate::write_permission(Work { app: &app, tx, now }, &next, by, "permission.reviewed", &says)?;
            kernel::jobs::ask_job(&app, tx, jobs::Kind::Permission, &id.to_string(), now)
        })
        .await
}

pub(super) fn register_of(app: &App, grant: &Permission) -> Result<PermissionRegister, AppError> {
    app.policy().library().permissions.get(&grant.register).cloned().ok_or_else(|| {
        AppError::Conflict(format!(
            "the force's rules no longer have the register {}; an administrator can bring it back",
            grant.register
        ))
    })
}

/// Joins the lines of a pasted text into one, and checks it.
fn one_line(field: &'static str, value: &str) -> Result<String, AppError> {
    kernel::fields::text(field, &value.split_whitespace().collect::<Vec<_>>().join(" "), 500)
}

fn sooner(day: &str, now: Timestamp) -> Result<Option<Timestamp>, AppError> {
    if day.is_empty() {
        return Ok(None);
    }
    when::end_of(day)
        .filter(|end| *end > now)
        .map(Some)
        .ok_or_else(|| AppError::invalid("sooner", "enter a day that is still to come, such as 2026-12-31"))
}

fn words(state: PermissionState, because: &str) -> (&'static str, String) {
    match state {
        PermissionState::Agreed => ("permission.agreed", format!("Agreed as the first of two: {because}")),
        PermissionState::Refused => ("permission.refused", format!("Refused it: {because}")),
        _ => ("permission.granted", format!("Granted it: {because}")),
    }
}

/// Works out the start and end of a grant: always with an end, and never longer than the register allows.
fn granted(
    register: &PermissionRegister,
    grant: &Permission,
    decision: &Decision,
    conditions: Option<String>,
    now: Timestamp,
) -> Result<Answer, AppError> {
    if let (Some(starts_at), Some(ends_at)) = (grant.starts_at, grant.ends_at) {
        // The second person agrees to the start, end and conditions that the first one set.
        return Ok(Answer::Grant { starts_at, ends_at, conditions });
    }
    let bad_day = "enter a day, such as 2026-12-31";
    let starts_at = match decision.from.trim() {
        "" => now,
        day => when::start_of(day).ok_or_else(|| AppError::invalid("from", bad_day))?.max(now),
    };
    let ends_at = match decision.until.trim() {
        "" => grant.wanted_until,
        day => when::end_of(day).ok_or_else(|| AppError::invalid("until", bad_day))?,
    };
    if ends_at <= starts_at {
        return Err(AppError::invalid("until", "enter a last day that comes after the first"));
    }
    if ends_at > starts_at.plus(register.longest).plus(Span::from_secs(24 * 3600)) {
        let longest = kernel::words::span(register.longest);
        return Err(AppError::invalid(
            "until",
            format!("enter an earlier day: {longest} is the longest in this register"),
        ));
    }
    Ok(Answer::Grant { starts_at, ends_at, conditions })
}
