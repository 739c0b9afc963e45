//! Explains a finding, today or at a time in the past: reads it from the evidence, and judges it again from that.

use compliance::{SubjectState, evaluate};
use domain::{ClauseId, EntryId, EvidenceId, Facts, Outcome, Subject, Timestamp, WhyNotKnown};
use store::findings::{self, Evidence};
use store::{Tx, devices, people};

use super::basis::Basis;
use super::compare::{Compared, compare};
use super::running::{Heard, heard_at};
use kernel::access::{PermitWithin, SeeDetections, SeeFindings};
use kernel::policy_in_force::kept;
use kernel::{App, AppError, PolicyInForce, access};

/// Explanation of a finding.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// Subject of the finding.
    pub subject: Subject,
    /// Clause that was judged.
    pub clause: ClauseId,
    /// Time for which it is explained.
    pub at: Timestamp,
    /// Evidence in force at that time.
    pub evidence: EvidenceView,
    /// Basis of the judgement.
    pub basis: Basis,
    /// Result of judging again from what the evidence holds.
    pub replayed: Replayed,
    /// Whether the ledger says the same.
    pub in_ledger: InLedger,
    /// What could be heard at that time.
    pub heard: Heard,
    /// Earlier and later judgements, newest first: time and outcome.
    pub history: Vec<(Timestamp, Outcome)>,
}

impl Explanation {
    /// Returns the outcome at the time for which it is explained: not known where nothing can have been heard, whatever the
    /// evidence from before says.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.heard {
            Heard::Silent { from, .. } => {
                Outcome::NotKnown(WhyNotKnown::Stale { what: "anything".to_owned(), last: from })
            }
            Heard::Running | Heard::NotKept => self.evidence.outcome.clone(),
        }
    }
}

/// The evidence of a judgement, as it is shown; its basis stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceView {
    /// Its id.
    pub id: EvidenceId,
    /// The outcome.
    pub outcome: Outcome,
    /// When it was first so judged.
    pub judged_at: Timestamp,
    /// When the same judgement was last reached.
    pub confirmed_at: Timestamp,
    /// Digest of the policy in force.
    pub policy_digest: String,
    /// Digest of the clause.
    pub clause_digest: String,
}

impl From<findings::Evidence> for EvidenceView {
    fn from(row: findings::Evidence) -> Self {
        Self {
            id: row.id,
            outcome: row.outcome,
            judged_at: row.judged_at,
            confirmed_at: row.confirmed_at,
            policy_digest: row.policy_digest,
            clause_digest: row.clause_digest,
        }
    }
}

/// Result of judging again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// Same outcome, by the rules of that time.
    Same,
    /// Different outcome: the evaluator changed, or the evidence did.
    Different(Outcome),
    /// No result, with the reason why it cannot be judged again.
    NotPossible(String),
}

/// Result of comparing a finding and its evidence with the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InLedger {
    /// The entry says the same.
    Agrees {
        /// The entry.
        entry: EntryId,
        /// The time of the judgement, as the ledger has it.
        at: Timestamp,
    },
    /// Something was forged, altered or removed; each in a sentence.
    Differs(Vec<String>),
}

/// Explains a finding as it was at a time, by default now.
///
/// # Errors
/// [`AppError::Conflict`] for a time in the future, where the clause had ceased to ask anything by then, and where evidence that
/// the ledger names is missing;
/// [`AppError::NotFound`] if nothing had been judged by then and the ledger names nothing that is missing; [`AppError::Denied`] for
/// another force, for what is neither the reader's nor their people's if only those are permitted, and for a detection without
/// permission for detections.
pub async fn explain(
    app: &App,
    permit: PermitWithin<SeeFindings>,
    subject: Subject,
    clause: &ClauseId,
    at: Option<Timestamp>,
) -> Result<Explanation, AppError> {
    let now = app.world().now();
    let (app, clause, at) = (app.clone(), clause.clone(), at.unwrap_or(now));
    if at > now {
        return Err(AppError::Conflict(format!(
            "{at} is in the future: nobody knows yet what will be found; give a time until {now}"
        )));
    }
    app.clone()
        .store()
        .read(move |tx| {
            may_explain(tx, &app.policy(), &permit, &subject, &clause)?;
            let compared = compare(tx, &subject, Some(&clause))?;
            let evidence = findings::evidence_at(tx, &subject, &clause, at)?
                .ok_or_else(|| missing(&compared, &clause, at))?;
            let in_ledger = in_ledger(&compared, &evidence, at)?;
            let basis: Basis =
                serde_json::from_str(&evidence.basis).map_err(|error| unreadable(&compared, &error))?;
            let replayed = replay(&app, tx, &evidence, &basis)?;
            let history = findings::evidence_history(tx, &subject, &clause, 50)?
                .into_iter()
                .map(|old| (old.judged_at, old.outcome))
                .collect();
            Ok(Explanation {
                subject,
                clause,
                at,
                evidence: evidence.into(),
                basis,
                replayed,
                in_ledger,
                heard: heard_at(tx, at, now)?,
                history,
            })
        })
        .await
}

/// Says why there is no evidence: nothing had been judged, or what was judged is gone.
fn missing(compared: &Compared, clause: &ClauseId, at: Timestamp) -> AppError {
    match (compared.line_at(clause, at), compared.faults.first()) {
        (None, None) => AppError::not_found("judgement by then on", clause),
        (None, Some(fault)) => AppError::Conflict(format!(
            "no judgement on {clause} is kept, and {fault}: tell information security, and restore a backup that verifies"
        )),
        (Some(one), _) => AppError::Conflict(format!(
            "the ledger entry {} says that {} was judged {} at {}, and the compliance evidence is gone: tell information security, and restore a backup from before it went",
            one.entry, one.line.clause, one.line.outcome, one.line.at
        )),
    }
}

/// Says why a basis cannot be read: it was tampered with, or this program does not know it.
fn unreadable(compared: &Compared, error: &serde_json::Error) -> AppError {
    match compared.faults.first() {
        Some(fault) => AppError::Conflict(format!(
            "{fault}. Tell information security, and restore a backup that verifies"
        )),
        None => AppError::fault(error),
    }
}

/// Compares the evidence in force at a time with the line in force then.
fn in_ledger(compared: &Compared, evidence: &Evidence, at: Timestamp) -> Result<InLedger, AppError> {
    let mut says: Vec<String> = compared.faults.iter().map(|fault| fault.says.clone()).collect();
    match compared.line_at(&evidence.clause, at) {
        Some(one) if one.line.is_end() && says.is_empty() => {
            return Err(AppError::Conflict(format!(
                "since {} the clause {} asks nothing of it; give an earlier time to see what was found before",
                one.line.at, evidence.clause
            )));
        }
        Some(one) if one.line.evidence == Some(evidence.id) && says.is_empty() => {
            return Ok(InLedger::Agrees { entry: one.entry, at: one.line.at });
        }
        Some(one) if one.line.evidence == Some(evidence.id) => {}
        _ => says.push(format!(
            "the compliance evidence {} is not the one that the ledger has for then",
            evidence.id
        )),
    }
    Ok(InLedger::Differs(says))
}

fn replay(app: &App, tx: &mut Tx<'_>, evidence: &Evidence, basis: &Basis) -> Result<Replayed, AppError> {
    let Basis::Device { platform, supervised, facts, expected_profiles, granted, .. } = basis else {
        return Ok(Replayed::NotPossible(
            "only judgements of devices by their facts are judged again".into(),
        ));
    };
    let policy = app.policy();
    let then;
    let library = if policy.digest() == evidence.policy_digest {
        policy.library()
    } else {
        match kept(tx, &evidence.policy_digest) {
            Ok(Some(library)) => then = library,
            Ok(None) => {
                return Ok(Replayed::NotPossible("the policy of that time is no longer kept".into()));
            }
            Err(AppError::Conflict(why)) => return Ok(Replayed::NotPossible(why)),
            Err(error) => return Err(error),
        }
        &then
    };
    let Some(clause) = library.clause(&evidence.clause) else {
        return Ok(Replayed::NotPossible("the clause is not in the policy of that time".into()));
    };
    let facts: Facts = facts.iter().cloned().collect();
    let state = SubjectState { platform: *platform, supervised: *supervised, expected_profiles };
    let worst = clause
        .rules()
        .map(|rule| {
            let bound = library.bound_with(rule, &granted.values);
            evaluate(&bound, &state, &facts, evidence.judged_at).outcome
        })
        .max_by_key(Outcome::severity);
    Ok(match worst {
        Some(outcome) if outcome.word() == evidence.outcome.word() => Replayed::Same,
        Some(outcome) => Replayed::Different(outcome),
        None => Replayed::NotPossible("the clause has no check in the policy of that time".into()),
    })
}

/// Refuses a finding that the permit does not cover.
pub(crate) fn may_explain(
    tx: &mut Tx<'_>,
    policy: &PolicyInForce,
    permit: &PermitWithin<SeeFindings>,
    subject: &Subject,
    clause: &ClauseId,
) -> Result<(), AppError> {
    match subject {
        Subject::Device(id) => {
            let device = devices::by_id(tx, *id)?.ok_or_else(|| AppError::not_found("device", id))?;
            let holder = device.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
            permit.reaches_held(device.force, holder.as_ref())?;
            if policy.is_detection(clause.as_str()) {
                access::permit_within::<SeeDetections>(permit.actor())?
                    .reaches_held(device.force, holder.as_ref())?;
            }
        }
        Subject::Person(id) => {
            let person = people::by_id(tx, *id)?.ok_or_else(|| AppError::not_found("person", id))?;
            permit.reaches_person(&person)?;
        }
        // A document is open to everybody whose permit is not limited to a few people.
        Subject::Document(_) => drop(access::permit::<SeeFindings>(permit.actor())?),
    }
    Ok(())
}
