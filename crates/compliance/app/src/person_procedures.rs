//! Judges whether the procedures of a person's working life were done in time, such as handing everything back.
//!
//! Applies only where a case about them concerns the clause: somebody who never left is not judged on leaving. The finding of a
//! person who has left stays, since an auditor asks about exactly those.

use domain::PersonId;
use policy::{Clause, KeptBy};
use store::cases;

use super::apply::Judged;
use super::basis::Basis;
use super::procedure::{procedure_outcome, says_nothing};
use kernel::{AppError, PolicyInForce, Work};

/// Judges the procedures that a person's cases belong to. A clause that is also kept by an acceptance is judged by the
/// acceptance.
pub(super) fn judge_procedures_of(
    Work { app, tx, now }: Work<'_, '_>,
    policy: &PolicyInForce,
    person: PersonId,
) -> Result<Vec<Judged>, AppError> {
    // A finding on somebody's page would reveal that there is a sealed case about them.
    let mut kinds = cases::kinds_of_person(tx, person)?;
    kinds.retain(|kind| !cases_app::is_sealed(app, kind));
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for clause in policy.library().clauses.iter().filter(|clause| !is_accepted(clause)) {
        for kept in &clause.kept_by {
            let KeptBy::Procedure { procedure, .. } = kept else { continue };
            let by_form = policy.library().forms.contains_key(procedure);
            if !by_form && !kinds.contains(procedure) {
                continue;
            }
            let work = Work { app, tx, now };
            let (outcome, words) = procedure_outcome(work, policy, &clause.id, procedure, Some(person))?;
            if says_nothing(&words) {
                continue;
            }
            all.push(Judged {
                clause: clause.id.clone(),
                clause_digest: clause.digest(),
                outcome,
                basis: Basis::Record { says: vec![words] },
            });
        }
    }
    Ok(all)
}

fn is_accepted(clause: &Clause) -> bool {
    clause.kept_by.iter().any(|kept| matches!(kept, KeptBy::Acceptance { .. }))
}
