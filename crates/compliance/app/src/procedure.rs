//! Judges procedures: whether people did them in time, with proof.
//!
//! A procedure is met when every case that was due so far was closed in time with every step done; not met when one ran
//! late, or ended with something missing; not known when nothing has been due yet, or when somebody closed a case by hand
//! with steps left undone, which proves nothing.

use domain::{ClauseId, Outcome, PersonId, Span, WhyNotKnown};
use store::Tx;
use store::case_steps::{self, CaseTally, Judged};
use store::incidents::{self, JudgedForms};

use super::document::not_known;
use kernel::{AppError, PolicyInForce, Work};

/// Parameter for the time that a closed case counts for or against a procedure.
const JUDGED_OVER: &str = "procedures-judged-over";
/// Time that a closed case counts where the policy has no such parameter.
const A_YEAR: Span = Span::from_secs(365 * 24 * 3600);
/// Number of cases that a finding names.
const NAMED: u32 = 10;

/// Judges a procedure under a clause, for everybody or for one person: returns the outcome, and its basis in words.
pub(super) fn procedure_outcome(
    Work { tx, now, .. }: Work<'_, '_>,
    policy: &PolicyInForce,
    clause: &ClauseId,
    kind: &str,
    person: Option<PersonId>,
) -> Result<(Outcome, String), AppError> {
    let over = policy.library().span(JUDGED_OVER).unwrap_or(A_YEAR);
    if policy.library().forms.contains_key(kind) {
        return form_outcome(tx, &JudgedForms { form: kind, person, since: now.minus(over), now });
    }
    let judged = Judged { kind, clause, person, since: now.minus(over), now };
    let standing = case_steps::standing(tx, &judged)?;
    if policy.library().cases.get(kind).is_some_and(|kind| kind.sealed) {
        let words = "cases of this type are sealed, so neither they nor how many there are is said here";
        return Ok((outcome(&standing, words), words.to_owned()));
    }
    let named: Vec<String> = case_steps::judged_cases(tx, &judged, NAMED)?
        .into_iter()
        .map(|(_, number, late)| if late { format!("C-{number} late") } else { format!("C-{number}") })
        .collect();
    let words = format!("{}: {}", says(&standing), named.join(", "));
    let words = words.trim_end_matches(": ").to_owned();
    Ok((outcome(&standing, &words), words))
}

/// Judges a procedure that is done on a form: met where every form that was due was sent in time, wherever its case is by then.
fn form_outcome(tx: &mut Tx<'_>, judged: &JudgedForms<'_>) -> Result<(Outcome, String), AppError> {
    let standing = incidents::standing(tx, judged)?;
    let named: Vec<String> = incidents::judged(tx, judged, NAMED)?
        .into_iter()
        .map(|form| if form.late { format!("C-{} late", form.number) } else { format!("C-{}", form.number) })
        .collect();
    let CaseTally { all, late, unproven, good } = standing;
    let waiting = all.saturating_sub(late).saturating_sub(unproven).saturating_sub(good);
    let words = format!(
        "{all} forms: {good} sent in time, {late} late, {unproven} missing from a closed case, {waiting} not due yet: {}",
        named.join(", ")
    );
    let words = words.trim_end_matches(": ").to_owned();
    Ok((outcome(&standing, &words), words))
}

/// Returns whether no case at all concerns the clause.
pub(super) fn says_nothing(words: &str) -> bool {
    words.starts_with("0 cases") || words.starts_with("0 forms")
}

fn says(standing: &CaseTally) -> String {
    let CaseTally { all, late, unproven, good } = standing;
    let waiting = all.saturating_sub(*late).saturating_sub(*unproven).saturating_sub(*good);
    format!(
        "{all} cases: {good} done in time, {late} late or with something missing, {unproven} closed without proof, \
         {waiting} not due yet"
    )
}

fn outcome(standing: &CaseTally, words: &str) -> Outcome {
    match standing {
        CaseTally { all: 0, .. } => not_known("a case of this type"),
        CaseTally { late: 1.., .. } => Outcome::NotMet { because: words.to_owned() },
        CaseTally { unproven: 1.., .. } => {
            Outcome::NotKnown(WhyNotKnown::NeverReported { what: "proof for what was closed by hand".into() })
        }
        CaseTally { good: 1.., .. } => Outcome::Met,
        CaseTally { .. } => not_known("a case that was due"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absence_never_reads_as_good() {
        let of =
            |all, late, unproven, good| outcome(&CaseTally { all, late, unproven, good }, "words").word();
        assert_eq!(of(0, 0, 0, 0), "not-known", "nothing ever happened");
        assert_eq!(of(3, 0, 0, 0), "not-known", "nothing was due yet");
        assert_eq!(of(3, 0, 0, 2), "met", "what was due was done");
        assert_eq!(of(3, 0, 1, 2), "not-known", "closed by hand proves nothing");
        assert_eq!(of(9, 1, 1, 7), "not-met", "one late case is late");
    }
}
