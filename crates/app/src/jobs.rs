//! The server's own work, by kind. A job is asked for inside the transaction that makes it necessary.

use domain::{JobId, Span, Timestamp};
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
}

impl Kind {
    const ALL: &[Self] = &[
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
        }
    }
}

/// Tries before a job is given up and shown to whoever runs the service.
const MOST_ATTEMPTS: i64 = 8;
/// How long a claimed job may run before another node takes it.
const LEASE: Span = Span::from_secs(120);

/// Asks for a job at or after a time; an earlier wish stands.
pub(crate) fn ask_job(
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

/// Claims and runs up to `limit` due jobs; how many were claimed.
///
/// # Errors
/// Where the database does not answer, or the policy in force cannot be read; a job that fails is put by and tried
/// again later.
pub async fn run_jobs(app: &App, limit: u32) -> Result<usize, AppError> {
    crate::policy_in_force::follow_policy(app).await?;
    if !crate::health::clock_is_right(app) {
        return Ok(0);
    }
    let now = app.world().now();
    let claimed =
        app.store().write(move |tx| jobs::claim(tx, now, LEASE, limit).map_err(AppError::from)).await?;
    let count = claimed.len();
    for job in claimed {
        // A node that was stopped for a while, or had slow jobs before this one, has lost it to another.
        if app.world().now() >= job.lease_until {
            continue;
        }
        let outcome = match job.attempts {
            // Each try ended with its process, or the database went away: whatever it is, another try is like it.
            MOST_ATTEMPTS.. => {
                Err(AppError::Fault("it was begun again and again and never came to its end".into()))
            }
            _ => run_job(app, &job).await,
        };
        let now = app.world().now();
        app.store()
            .write(move |tx| match outcome {
                Ok(()) => jobs::done(tx, &job).map_err(AppError::from),
                Err(error) => {
                    let error = error.to_string();
                    let given_up = job.attempts + 1 >= MOST_ATTEMPTS;
                    tracing::warn!(kind = job.kind, subject = job.subject, error, given_up, "a job failed");
                    let again =
                        (!given_up).then(|| now.plus(Span::from_secs(5_i64 << job.attempts.clamp(0, 10))));
                    jobs::failed(tx, &job, now, again, &error).map_err(AppError::from)
                }
            })
            .await?;
    }
    Ok(count)
}

async fn run_job(app: &App, job: &jobs::Job) -> Result<(), AppError> {
    let Some(kind) = Kind::ALL.iter().copied().find(|kind| kind.as_str() == job.kind) else {
        return Err(AppError::Fault(format!("no job of kind {}; a newer version asked for it", job.kind)));
    };
    let bad =
        |_| AppError::Fault(format!("the subject {} of a {} job cannot be read", job.subject, job.kind));
    match kind {
        Kind::JudgeDevice => crate::compliance::judge_device(app, job.subject.parse().map_err(bad)?).await,
        Kind::FollowTerms => crate::terms::follow_terms(app, job.subject.parse().map_err(bad)?).await,
        Kind::JudgePerson => crate::compliance::judge_person(app, job.subject.parse().map_err(bad)?).await,
        Kind::JudgeDocument => crate::compliance::judge_document(app, &job.subject).await,
        Kind::Configure => crate::commands::configure_device(app, job.subject.parse().map_err(bad)?).await,
        Kind::OffDutyReview => crate::off_duty::open_off_duty_review(app, &job.subject).await,
        Kind::FollowCase => crate::cases::follow_case(app, job.subject.parse().map_err(bad)?).await,
        Kind::ExpireHandover => crate::custody::expire_handover(app, job.subject.parse().map_err(bad)?).await,
        Kind::Breach => {
            let (device, clause) = job.subject.split_once('/').unwrap_or_default();
            let clause = clause.parse().map_err(bad)?;
            crate::cases::follow_breach(app, device.parse().map_err(bad)?, clause).await
        }
        Kind::Permission => {
            crate::permissions::follow_permission(app, job.subject.parse().map_err(bad)?).await
        }
        Kind::FollowToken => crate::tokens::follow_token(app, job.subject.parse().map_err(bad)?).await,
        Kind::LapseGrant => crate::grants::lapse_grant(app, job.subject.parse().map_err(bad)?).await,
        Kind::ExpireOrder => crate::caps::expire_order(app, job.subject.parse().map_err(bad)?).await,
        Kind::ExpireBurst => crate::caps::expire(app, job.subject.parse().map_err(bad)?).await,
        Kind::PerformHeld => crate::caps::perform(app, job.subject.parse().map_err(bad)?).await,
    }
}
