//! The server's own work, by kind. A job is asked for inside the transaction that makes it necessary.

use domain::{DeviceId, JobId, PersonId, Timestamp};
use store::{Tx, jobs};

use crate::{App, AppError};

/// What a job does to its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Judge every clause for a device.
    JudgeDevice,
    /// Judge the acceptance clauses for a person.
    JudgePerson,
    /// Judge the records and procedures of a document.
    JudgeDocument,
    /// Bring a device's profiles to what the policy wants.
    Configure,
    /// Open, rejoin or close the case that a breach calls for.
    Breach,
    /// Remind whom a case waits for, and notice when it is late.
    FollowCase,
    /// End a hand-over that nobody signed in time.
    ExpireHandover,
    /// Remind whoever has terms to accept, and restrict their devices once the time for it is over.
    FollowTerms,
    /// Open the case in which a month's sign-ins off duty are reviewed.
    OffDutyReview,
    /// Begin, warn of or end an entry of a register.
    Permission,
    /// Tell that an API token ends soon.
    FollowToken,
    /// Enter that a role has lapsed, and tell whoever had it.
    LapseGrant,
    /// End an order that nobody agreed to in time.
    ExpireOrder,
    /// End a burst that nobody released in time.
    ExpireBurst,
    /// Do what was held and is released.
    PerformHeld,
    /// Look again at the notices that wait for a person, whose duty is another now.
    LookAtNotices,
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
    ];

    /// The word in the table.
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
    jobs::ask(tx, id, kind.as_str(), subject, run_at, app.world().now())?;
    app.leave_work();
    Ok(())
}

/// Configures and judges a device by the rules as they now are for it.
pub fn bring_to_rules(app: &App, tx: &mut Tx<'_>, device: DeviceId, now: Timestamp) -> Result<(), AppError> {
    ask_job(app, tx, Kind::Configure, &device.to_string(), now)?;
    ask_job(app, tx, Kind::JudgeDevice, &device.to_string(), now)
}

/// Has a person judged, and with that their standing brought up to date: after whatever changes what concerns them.
pub fn ask_standing(app: &App, tx: &mut Tx<'_>, person: PersonId, now: Timestamp) -> Result<(), AppError> {
    ask_job(app, tx, Kind::JudgePerson, &person.to_string(), now)
}

/// Has the notices that wait for a person looked at again.
pub fn look_at_notices_again(app: &App, tx: &mut Tx<'_>, person: PersonId) -> Result<(), AppError> {
    ask_job(app, tx, Kind::LookAtNotices, &person.to_string(), app.world().now())
}
