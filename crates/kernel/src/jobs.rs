//! Schedules the server's own work, by kind.
//! A job is scheduled inside the transaction that makes it necessary.

use domain::{DeviceId, JobId, PersonId, Timestamp};
use store::{Tx, jobs};

pub use store::jobs::Lane;

use crate::{App, AppError, Work};

/// Kind of job, which says what it does to its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Judges every clause for a device.
    JudgeDevice,
    /// Judges the acceptance clauses for a person.
    JudgePerson,
    /// Judges the records and procedures of a document.
    JudgeDocument,
    /// Brings a device's profiles into line with the policy.
    Configure,
    /// Opens, updates or closes the case for a breach.
    Breach,
    /// Reminds the person whom a case waits for, and notices when it is late.
    FollowCase,
    /// Ends a hand-over that nobody signed in time.
    ExpireHandover,
    /// Reminds the people who have terms to accept, and restricts their devices once the deadline has passed.
    FollowTerms,
    /// Opens the case in which a month's sign-ins off duty are reviewed.
    OffDutyReview,
    /// Begins, warns of or ends an entry of a register.
    Permission,
    /// Warns that an API token ends soon.
    FollowToken,
    /// Enters in the ledger that a role has lapsed, and notifies the person who had it.
    LapseGrant,
    /// Ends an order that nobody approved in time.
    ExpireOrder,
    /// Ends a burst that nobody released in time.
    ExpireBurst,
    /// Performs what was held and has been released.
    PerformHeld,
    /// Checks the notices that wait for a person again after their duty has changed.
    LookAtNotices,
    /// Tells people of changes of a rota, and its owner of gaps in the next weeks.
    FollowRota,
    /// Tells people of a request for cover, and ends one that nobody agreed to before its span began.
    FollowCover,
    /// Takes the call about a loss a step further.
    AdvanceCall,
    /// Calls the next people who can decide on something that waits for a second person.
    FollowApproval,
    /// Looks at the calls about a device that answered an order which contains it.
    FollowContainment,
    /// Locks the device that its holder reported lost, where the force has said beforehand that the report does.
    LockReported,
    /// Takes the request about a device's password further.
    FollowReset,
    /// Looks after a device that enrolled again without having been erased by order.
    FollowWiped,
    /// Reminds the holder of a device whose battery is low before their shift.
    FollowBattery,
    /// Opens the form that belongs to a case.
    OpenForm,
    /// Warns before an incident's clock ends, and notices when its form is late.
    FollowIncident,
    /// Ends a weaker policy that somebody asked for and that was not confirmed in time.
    LapsePolicy,
    /// Tells the owner of a document that its review is overdue, and opens or ends the cases of that.
    FollowReview,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::JudgeDevice,
        Self::JudgePerson,
        Self::JudgeDocument,
        Self::Configure,
        Self::Breach,
        Self::FollowCase,
        Self::ExpireHandover,
        Self::FollowTerms,
        Self::OffDutyReview,
        Self::Permission,
        Self::FollowToken,
        Self::LapseGrant,
        Self::ExpireOrder,
        Self::ExpireBurst,
        Self::PerformHeld,
        Self::LookAtNotices,
        Self::FollowRota,
        Self::FollowCover,
        Self::AdvanceCall,
        Self::FollowApproval,
        Self::FollowContainment,
        Self::LockReported,
        Self::FollowReset,
        Self::FollowWiped,
        Self::FollowBattery,
        Self::OpenForm,
        Self::FollowIncident,
        Self::LapsePolicy,
        Self::FollowReview,
    ];

    /// Returns the word in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JudgeDevice => "judge-device",
            Self::JudgePerson => "judge-person",
            Self::JudgeDocument => "judge-document",
            Self::Configure => "configure",
            Self::Breach => "breach",
            Self::FollowCase => "follow-case",
            Self::ExpireHandover => "expire-handover",
            Self::FollowTerms => "follow-terms",
            Self::OffDutyReview => "off-duty-review",
            Self::Permission => "permission",
            Self::FollowToken => "follow-token",
            Self::LapseGrant => "lapse-grant",
            Self::ExpireOrder => "expire-order",
            Self::ExpireBurst => "expire-burst",
            Self::PerformHeld => "perform-held",
            Self::LookAtNotices => "look-at-notices",
            Self::FollowRota => "follow-rota",
            Self::FollowCover => "follow-cover",
            Self::AdvanceCall => "advance-call",
            Self::FollowApproval => "follow-approval",
            Self::FollowContainment => "follow-containment",
            Self::LockReported => "lock-reported",
            Self::FollowReset => "follow-reset",
            Self::FollowWiped => "follow-wiped",
            Self::FollowBattery => "follow-battery",
            Self::OpenForm => "open-form",
            Self::FollowIncident => "follow-incident",
            Self::LapsePolicy => "lapse-policy",
            Self::FollowReview => "follow-review",
        }
    }
}

impl Kind {
    /// Returns how soon a due job of this kind is run.
    #[must_use]
    pub const fn lane(self) -> Lane {
        match self {
            Self::AdvanceCall
            | Self::FollowApproval
            | Self::FollowContainment
            | Self::LockReported
            | Self::FollowReset => Lane::Urgent,
            _ => Lane::Ordinary,
        }
    }
}

/// Schedules a job for `run_at`; keeps an earlier schedule.
pub fn ask_job(
    app: &App,
    tx: &mut Tx<'_>,
    kind: Kind,
    subject: &str,
    run_at: Timestamp,
) -> Result<(), AppError> {
    let id = JobId::from_uuid(app.world().uuid());
    let new = jobs::NewJob { id, kind: kind.as_str(), subject, lane: kind.lane(), run_at };
    jobs::ask(tx, &new, app.world().now())?;
    app.leave_work(kind.lane());
    Ok(())
}

/// Does a step for each thing of a list. One that fails does not keep the others from theirs; the first failure is returned once all
/// were tried, so that a job is retried and a loop of the worker logs it. Returns the number of things.
///
/// # Errors
/// The first failure of a step.
pub async fn each<T, F, W>(all: Vec<T>, step: F) -> Result<usize, AppError>
where
    F: Fn(T) -> W,
    W: Future<Output = Result<(), AppError>>,
{
    let count = all.len();
    let mut first = None;
    for one in all {
        if let Err(error) = step(one).await {
            first = first.or(Some(error));
        }
    }
    first.map_or(Ok(count), Err)
}

/// Schedules a device to be configured and judged by the present rules.
pub fn bring_to_rules(Work { app, tx, now }: Work<'_, '_>, device: DeviceId) -> Result<(), AppError> {
    ask_job(app, tx, Kind::Configure, &device.to_string(), now)?;
    ask_job(app, tx, Kind::JudgeDevice, &device.to_string(), now)
}

/// Schedules a person to be judged, which also updates their standing; called after anything that concerns them changes.
pub fn ask_standing(Work { app, tx, now }: Work<'_, '_>, person: PersonId) -> Result<(), AppError> {
    ask_job(app, tx, Kind::JudgePerson, &person.to_string(), now)
}

/// Schedules a new check of the notices that wait for a person.
pub fn look_at_notices_again(app: &App, tx: &mut Tx<'_>, person: PersonId) -> Result<(), AppError> {
    ask_job(app, tx, Kind::LookAtNotices, &person.to_string(), app.world().now())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn one_that_fails_stands_in_nobody_s_way_and_is_not_forgotten() {
        testkit::block_on(async {
            let tried = RefCell::new(Vec::new());
            let step = |number: i32| {
                tried.borrow_mut().push(number);
                async move {
                    if number % 2 == 0 { Err(AppError::Fault(format!("number {number}"))) } else { Ok(()) }
                }
            };
            let failed = each(vec![1, 2, 3, 4, 5], step).await.unwrap_err();
            assert_eq!((failed.to_string().contains("number 2"), tried.take()), (true, vec![1, 2, 3, 4, 5]));
            assert_eq!(each(vec![1, 3], step).await.unwrap(), 2);
            assert_eq!(each(Vec::new(), step).await.unwrap(), 0);
        });
    }
}
