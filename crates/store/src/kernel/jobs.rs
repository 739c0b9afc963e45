//! The server's own work: what follows from a use case is a job row in its transaction.
//!
//! A job is identified by kind and subject. Scheduled again while it waits, it stays one row; scheduled again while it
//! runs, it runs once more. Any node may claim a due job; a job whose lease timed out is claimed again, so a job must be
//! idempotent.

use domain::{JobId, Span, Timestamp};

use crate::{StoreError, Tx, Value, statements, values};

/// How soon a due job is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Before all others, however many of those wait: a lost device, or the next attempt to reach a person.
    Urgent,
    /// In turn.
    Ordinary,
}

impl Lane {
    const fn number(self) -> i64 {
        match self {
            Self::Urgent => 0,
            Self::Ordinary => 1,
        }
    }
}

/// A job to be scheduled.
#[derive(Debug, Clone, Copy)]
pub struct NewJob<'a> {
    /// Its id, if there is none of this kind and subject.
    pub id: JobId,
    /// What to do.
    pub kind: &'static str,
    /// Its subject.
    pub subject: &'a str,
    /// How soon it is run once it is due; the same for all jobs of a kind.
    pub lane: Lane,
    /// When it is due.
    pub run_at: Timestamp,
}

/// A claimed job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub kind: String,
    /// Its subject.
    pub subject: String,
    /// How often it was tried before, unfinished tries included.
    pub attempts: i64,
    /// When the lease times out. After that another node may have claimed the job, and this one must not write its result.
    pub lease_until: Timestamp,
}

statements! {
    // Scheduling a waiting job again makes it earlier, never later; scheduling a running one keeps the new time for afterwards. A
    // schedule that changes nothing writes nothing: a device that answers ten questions schedules its judgement ten times.
    pub(crate) JOB_ASK = "INSERT INTO job (id, kind, subject, run_at, created_at, lane) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (kind, subject) DO UPDATE SET dead_at = NULL,
        attempts = CASE WHEN job.dead_at IS NOT NULL THEN 0 ELSE job.attempts END,
        run_at = CASE WHEN job.lease_until = 0 AND (job.dead_at IS NOT NULL OR job.run_at > excluded.run_at)
            THEN excluded.run_at ELSE job.run_at END,
        next_at = CASE WHEN job.lease_until = 0 THEN NULL
            WHEN job.next_at IS NULL OR job.next_at > excluded.run_at THEN excluded.run_at ELSE job.next_at END
        WHERE job.dead_at IS NOT NULL OR (job.lease_until = 0 AND job.run_at > excluded.run_at)
            OR (job.lease_until <> 0 AND (job.next_at IS NULL OR job.next_at > excluded.run_at))";
    JOB_CLAIM: (JobId, String, String, i64) = "WITH due AS MATERIALIZED (SELECT id FROM job
        WHERE dead_at IS NULL AND lane = $4 AND run_at <= $1
        AND lease_until <= $1 ORDER BY run_at LIMIT $2 {skip_locked})
        UPDATE job SET attempts = CASE WHEN lease_until > 0 THEN attempts + 1 ELSE attempts END, lease_until = $3
        WHERE id IN (SELECT id FROM due) AND dead_at IS NULL AND run_at <= $1 AND lease_until <= $1
        RETURNING id, kind, subject, attempts";
    // The lease identifies the claim: if another node has claimed the job since, these change nothing.
    JOB_DONE = "DELETE FROM job WHERE id = $1 AND lease_until = $2 AND next_at IS NULL";
    JOB_AGAIN = "UPDATE job SET lease_until = 0, attempts = 0, run_at = next_at, next_at = NULL
        WHERE id = $1 AND lease_until = $2 AND next_at IS NOT NULL";
    // A job that was scheduled again while it ran is not given up: something has changed since.
    JOB_FAILED = "UPDATE job SET lease_until = 0, next_at = NULL, last_error = $2, run_at = $3,
        attempts = CASE WHEN next_at IS NOT NULL THEN 0 ELSE attempts + 1 END,
        dead_at = CASE WHEN next_at IS NOT NULL THEN NULL ELSE CAST($4 AS BIGINT) END WHERE id = $1 AND lease_until = $5";
    JOB_DEAD: (String, String, Option<String>, Timestamp) = "SELECT kind, subject, last_error, dead_at
        FROM job WHERE dead_at IS NOT NULL ORDER BY dead_at DESC LIMIT $1";
}

/// Schedules a job; keeps an earlier schedule.
pub fn ask(tx: &mut Tx<'_>, new: &NewJob<'_>, now: Timestamp) -> Result<(), StoreError> {
    let values = values!(new: id, kind, subject, run_at, (now), (new.lane.number()));
    tx.later(&JOB_ASK, values)
}

/// Claims up to `limit` due jobs of a lane for as long as `lease`.
pub fn claim(
    tx: &mut Tx<'_>,
    now: Timestamp,
    lane: Lane,
    lease: Span,
    limit: u32,
) -> Result<Vec<Job>, StoreError> {
    let lease_until = now.plus(lease);
    let params = [now.into(), limit.into(), lease_until.into(), lane.number().into()];
    let claimed = tx.rows(&JOB_CLAIM, &params)?.into_iter();
    Ok(claimed
        .map(|(id, kind, subject, attempts)| Job { id, kind, subject, attempts, lease_until })
        .collect())
}

/// Removes a finished job. If it was scheduled again meanwhile, keeps it and runs it once more at that time.
pub fn done(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    let claim = [Value::id(job.id), job.lease_until.into()];
    if tx.execute(&JOB_DONE, &claim)? == 0 {
        tx.execute(&JOB_AGAIN, &claim)?;
    }
    Ok(())
}

/// Notes that a job failed: retries it at `again_at`, or gives it up if that is `None`.
pub fn failed(
    tx: &mut Tx<'_>,
    job: &Job,
    now: Timestamp,
    again_at: Option<Timestamp>,
    error: &str,
) -> Result<(), StoreError> {
    let dead = again_at.is_none().then_some(now);
    let again_at = again_at.unwrap_or(now);
    let params = [Value::id(job.id), error.into(), again_at.into(), dead.into(), job.lease_until.into()];
    tx.execute(&JOB_FAILED, &params).map(drop)
}

/// Returns the latest jobs given up: kind, subject, error, when.
pub fn dead(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<(String, String, String, Timestamp)>, StoreError> {
    let dead = tx.rows(&JOB_DEAD, &[limit.into()])?.into_iter();
    Ok(dead.map(|(kind, subject, error, at)| (kind, subject, error.unwrap_or_default(), at)).collect())
}
