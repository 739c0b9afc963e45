//! Runs the server's own work: claims due jobs and passes each to the capability that does it.

mod held;

use domain::Span;
use store::jobs;

use kernel::jobs::{Kind, Lane};
use kernel::{App, AppError};

/// Most attempts before a job is given up and shown to the people who run the service.
const MOST_ATTEMPTS: i64 = 8;
/// Returns how long a claimed job may run before another node takes it. It is also how long the work of a process that was
/// killed waits.
const fn lease(lane: Lane) -> Span {
    match lane {
        Lane::Urgent => Span::from_secs(15),
        Lane::Ordinary => Span::from_secs(120),
    }
}

/// Claims and runs up to `limit` due jobs, the urgent ones first; returns the number claimed.
///
/// # Errors
/// Fails where the database does not answer, or the policy in force cannot be read; a job that fails is scheduled for
/// a retry.
pub async fn run_jobs(app: &App, limit: u32) -> Result<usize, AppError> {
    let urgent = run_lane(app, Lane::Urgent, limit).await?;
    Ok(urgent + run_lane(app, Lane::Ordinary, limit).await?)
}

/// Claims and runs up to `limit` due jobs that are urgent, as [`run_jobs`] does.
///
/// # Errors
/// As [`run_jobs`].
pub async fn run_urgent_jobs(app: &App, limit: u32) -> Result<usize, AppError> {
    run_lane(app, Lane::Urgent, limit).await
}

async fn run_lane(app: &App, lane: Lane, limit: u32) -> Result<usize, AppError> {
    kernel::policy_in_force::follow_policy(app).await?;
    if !kernel::health::clock_is_right(app) {
        return Ok(0);
    }
    let now = app.world().now();
    let claimed = app
        .store()
        .write(move |tx| jobs::claim(tx, now, lane, lease(lane), limit).map_err(AppError::from))
        .await?;
    let count = claimed.len();
    for job in claimed {
        // A node that was stopped for a while, or had slow jobs before this one, has lost the lease to another.
        if app.world().now() >= job.lease_until {
            continue;
        }
        let outcome = match job.attempts {
            // Each attempt ended with its process, or the database was unavailable: another attempt would end in the
            // same way.
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
        Kind::JudgeDevice => compliance_app::judge_device(app, job.subject.parse().map_err(bad)?).await,
        Kind::FollowTerms => terms_app::follow_terms(app, job.subject.parse().map_err(bad)?).await,
        Kind::JudgePerson => compliance_app::judge_person(app, job.subject.parse().map_err(bad)?).await,
        Kind::JudgeDocument => compliance_app::judge_document(app, &job.subject).await,
        Kind::FollowReview => compliance_app::reviews::follow_review(app, &job.subject).await,
        Kind::LapsePolicy => {
            compliance_app::waiting::lapse_weaker(app, job.subject.parse().map_err(bad)?).await
        }
        Kind::Configure => {
            devices_app::commands::configure_device(app, job.subject.parse().map_err(bad)?).await
        }
        Kind::OffDutyReview => off_duty_app::open_off_duty_review(app, &job.subject).await,
        Kind::FollowCase => cases_app::follow_case(app, job.subject.parse().map_err(bad)?).await,
        Kind::ExpireHandover => custody_app::expire_handover(app, job.subject.parse().map_err(bad)?).await,
        Kind::Breach => {
            let (device, clause) = job.subject.split_once('/').unwrap_or_default();
            let clause = clause.parse().map_err(bad)?;
            compliance_app::breach::follow_breach(app, device.parse().map_err(bad)?, clause).await
        }
        Kind::Permission => permissions_app::follow_permission(app, job.subject.parse().map_err(bad)?).await,
        Kind::FollowToken => sign_in_app::tokens::follow_token(app, job.subject.parse().map_err(bad)?).await,
        Kind::LapseGrant => people_app::grants::lapse_grant(app, job.subject.parse().map_err(bad)?).await,
        Kind::ExpireOrder => devices_app::caps::expire_order(app, job.subject.parse().map_err(bad)?).await,
        Kind::ExpireBurst => devices_app::caps::expire(app, job.subject.parse().map_err(bad)?).await,
        Kind::PerformHeld => held::perform(app, job.subject.parse().map_err(bad)?).await,
        Kind::AdvanceCall => losses_app::advance_call(app, job.subject.parse().map_err(bad)?).await,
        Kind::FollowApproval => devices_app::caps::follow_approval(app, &job.subject).await,
        Kind::FollowContainment => {
            losses_app::follow_containment(app, job.subject.parse().map_err(bad)?).await
        }
        Kind::LockReported => losses_app::lock_reported(app, job.subject.parse().map_err(bad)?).await,
        Kind::FollowReset => help_app::resets::follow_reset(app, job.subject.parse().map_err(bad)?).await,
        Kind::FollowWiped => help_app::follow_wiped(app, job.subject.parse().map_err(bad)?).await,
        Kind::FollowBattery => help_app::follow_battery(app, job.subject.parse().map_err(bad)?).await,
        Kind::LookAtNotices => {
            notices_app::look_at_notices_again(app, job.subject.parse().map_err(bad)?).await
        }
        Kind::OpenForm => incidents_app::open_form_of(app, job.subject.parse().map_err(bad)?).await,
        Kind::FollowIncident => incidents_app::follow_incident(app, job.subject.parse().map_err(bad)?).await,
        Kind::FollowRota => notices_app::rotas::follow_rota(app, job.subject.parse().map_err(bad)?).await,
        Kind::FollowCover => notices_app::rotas::follow_cover(app, job.subject.parse().map_err(bad)?).await,
    }
}
