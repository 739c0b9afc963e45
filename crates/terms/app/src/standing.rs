//! Keeps each person's standing to the terms: what they have accepted, what is missing, and since when they are asked.
//!
//! Only an acceptance of a clause in its current wording counts.

use std::collections::BTreeMap;

use domain::{DeviceId, MissingTerms, PersonId, Span, Timestamp};
use policy::{ParameterValue, Proof};
use store::locks::{self, Lock};
use store::people::Person;
use store::terms_asked::TermsStanding;
use store::{Tx, case_steps, devices, people, terms, terms_asked};

use kernel::policy_in_force::{About, PolicyInForce, Terms};
use kernel::{App, AppError, Work, jobs};

/// How long a person has to accept, where the policy has no parameter for it.
pub(super) const GRACE: Span = Span::from_secs(14 * 24 * 3600);

/// Everything that a person has accepted, by clause and wording.
#[derive(Debug, Clone, Default)]
pub(crate) struct Accepted(BTreeMap<String, BTreeMap<String, Timestamp>>);

impl Accepted {
    pub(crate) fn of(tx: &mut Tx<'_>, person: PersonId) -> Result<Self, AppError> {
        Ok(Self::from(terms::of_person(tx, person)?.as_slice()))
    }

    /// Returns when that wording was last accepted.
    pub(crate) fn at(&self, clause: &str, wording: &str) -> Option<Timestamp> {
        self.0.get(clause)?.get(wording).copied()
    }

    /// Returns when the clause was last accepted in any wording.
    pub(crate) fn ever(&self, clause: &str) -> Option<Timestamp> {
        self.0.get(clause)?.values().max().copied()
    }
}

impl From<&[terms::Acceptance]> for Accepted {
    fn from(acceptances: &[terms::Acceptance]) -> Self {
        let mut all: BTreeMap<String, BTreeMap<String, Timestamp>> = BTreeMap::new();
        for acceptance in acceptances {
            for (clause, wording) in &acceptance.clauses {
                let at = all.entry(clause.clone()).or_default().entry(wording.clone()).or_default();
                *at = (*at).max(acceptance.accepted_at);
            }
        }
        Self(all)
    }
}

/// Returns a length of time that the force sets, or `otherwise` where its policy has no such parameter.
pub(crate) fn parameter_span(policy: &PolicyInForce, name: &str, otherwise: Span) -> Span {
    match policy.library().parameters().get(name).map(|parameter| &parameter.value) {
        Some(ParameterValue::Span(span)) => *span,
        _ => otherwise,
    }
}

/// A document with the terms that it asks people to accept.
struct Asking<'a> {
    document: &'a str,
    terms: &'a Terms,
    /// The time for which standings are worked out.
    now: Timestamp,
    /// How long a person has to accept.
    grace: Span,
}

/// Works out a person's standing to one document now, given their last one; `None` where it asks nothing of them.
fn stands(
    asking: &Asking<'_>,
    about: &About,
    accepted: &Accepted,
    old: Option<&TermsStanding>,
) -> Option<TermsStanding> {
    let Asking { document, terms, now, grace } = *asking;
    let asked: Vec<_> = terms.asked.iter().filter(|clause| clause.is_asked(about)).collect();
    if asked.is_empty() {
        return None;
    }
    let (mut missing, mut accepted_at) = (MissingTerms::Nothing, None);
    for clause in asked {
        accepted_at = accepted_at.max(accepted.ever(clause.id.as_str()));
        match accepted.at(clause.id.as_str(), &clause.wording) {
            None if clause.terms => missing = MissingTerms::Terms,
            None if missing == MissingTerms::Nothing => missing = MissingTerms::Awareness,
            _ => {}
        }
    }
    let digest = terms.offered(about).0;
    let fresh = TermsStanding {
        document: document.to_owned(),
        digest,
        missing,
        accepted_at,
        asked_at: None,
        due_at: None,
        reminded_at: None,
        manager_told_at: None,
        lapsed_at: None,
        adjusted: None,
    };
    let was = old.map_or(MissingTerms::Nothing, |old| old.missing);
    Some(match (missing, old) {
        (MissingTerms::Nothing, _) => fresh,
        // A second change while the first is still unread does not extend the deadline; binding terms on top of
        // clauses to be known do.
        (_, Some(old)) if was == missing || was == MissingTerms::Terms => {
            let (digest, missing) = (fresh.digest, fresh.missing);
            TermsStanding { digest, missing, accepted_at, ..old.clone() }
        }
        _ => TermsStanding { asked_at: Some(now), due_at: Some(now.plus(grace)), ..fresh },
    })
}

/// Collects what decides which clauses concern a person: their job, and the kinds of device that they have or are to
/// get.
pub fn about(tx: &mut Tx<'_>, person: &Person) -> Result<About, AppError> {
    let devices = devices::of_holder(tx, person.id)?;
    // A case that waits for their acceptance ends with a device in their hands.
    let steps = case_steps::open_of_person(tx, person.id)?;
    Ok(About {
        expects: steps.iter().any(|step| step.proof_kind == Proof::Acceptance.as_str()),
        kinds: devices
            .iter()
            .filter(|device| device.retired_at.is_none())
            .map(|device| device.kind)
            .collect(),
        roles: [person.role.to_lowercase()].into(),
    })
}

/// Brings a person's recorded standing up to date, and schedules what follows from it. A second run changes nothing.
pub fn stand(Work { app, tx, now }: Work<'_, '_>, person: &Person) -> Result<Vec<TermsStanding>, AppError> {
    // The lock keeps this from overwriting what a reminder or an acceptance writes at the same moment.
    locks::take(tx, Lock::Person(person.id))?;
    let policy = app.policy();
    let grace = parameter_span(&policy, "terms-grace", GRACE);
    let (about, accepted) = (self::about(tx, person)?, Accepted::of(tx, person.id)?);
    let before = terms_asked::of_person(tx, person.id)?;
    let mut all = Vec::new();
    for (document, terms) in policy.all_terms() {
        let old = before.iter().find(|old| old.document == *document);
        let new = stands(&Asking { document, terms, now, grace }, &about, &accepted, old);
        if let Some(new) = new.as_ref().filter(|new| Some(*new) != old) {
            terms_asked::put(tx, person.id, new)?;
        }
        all.extend(new);
    }
    for gone in before.iter().filter(|old| !all.iter().any(|new| new.document == old.document)) {
        terms_asked::forget(tx, person.id, &gone.document)?;
    }
    if all != before {
        crate::follow::follow_standing(Work { app, tx, now }, person, &before, &all)?;
    }
    Ok(all)
}

/// Lists the documents with terms that a person is asked to accept and has not. Enrolment is refused until there are
/// none.
pub fn terms_missing(app: &App, tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<String>, AppError> {
    let Some(person) = people::by_id(tx, person)? else { return Ok(Vec::new()) };
    let (about, accepted) = (self::about(tx, &person)?, Accepted::of(tx, person.id)?);
    let policy = app.policy();
    let missing = policy.all_terms().iter().filter(|(_, terms)| {
        terms.asked.iter().any(|clause| {
            clause.terms
                && clause.is_asked(&about)
                && accepted.at(clause.id.as_str(), &clause.wording).is_none()
        })
    });
    Ok(missing.map(|(document, _)| document.clone()).collect())
}

/// Schedules what follows when a device passes from one holder to another: a restriction belongs to the holder and
/// moves with them, and the devices that each has decide what they are asked to accept.
pub fn holder_changed(
    Work { app, tx, now }: Work<'_, '_>,
    device: DeviceId,
    from: Option<PersonId>,
    to: Option<PersonId>,
) -> Result<(), AppError> {
    // A person's permissions move with them, and decide by which rules the device is judged.
    kernel::jobs::bring_to_rules(Work { app, tx, now }, device)?;
    from.into_iter().chain(to).try_for_each(|person| jobs::ask_standing(Work { app, tx, now }, person))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::policy_in_force::AskedClause;

    fn terms(clauses: &[(&str, &str, bool)]) -> Terms {
        let asked: Vec<AskedClause> = clauses
            .iter()
            .map(|(id, wording, terms)| AskedClause {
                id: id.parse().unwrap(),
                wording: (*wording).to_owned(),
                terms: *terms,
                everyone: true,
                kinds: Vec::new(),
                roles: Vec::new(),
            })
            .collect();
        let clauses = asked.iter().map(|clause| (clause.id.to_string(), clause.wording.clone())).collect();
        Terms { digest: String::new(), clauses, asked }
    }

    fn accepted(pairs: &[(&str, &str)], at: i64) -> Accepted {
        let clauses = pairs.iter().map(|(id, wording)| ((*id).to_owned(), (*wording).to_owned())).collect();
        let acceptance = terms::Acceptance {
            document: "d".into(),
            terms_digest: "x".into(),
            accepted_at: Timestamp::from_millis(at),
            shown: "page".into(),
            clauses,
        };
        Accepted::from([acceptance].as_slice())
    }

    const DAY: Span = Span::from_secs(24 * 3600);
    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn asking(terms: &Terms, millis: i64) -> Asking<'_> {
        Asking { document: "d", terms, now: at(millis), grace: DAY }
    }

    #[test]
    fn nobody_stands_well_by_silence() {
        let terms = terms(&[("A-1", "v1", true)]);
        let asked = stands(&asking(&terms, 5), &About::default(), &Accepted::default(), None).unwrap();
        assert_eq!(
            (asked.missing, asked.asked_at, asked.accepted_at),
            (MissingTerms::Terms, Some(at(5)), None)
        );
        assert_eq!(asked.due_at, Some(at(5).plus(DAY)));
        let later = stands(&asking(&terms, 9), &About::default(), &Accepted::default(), Some(&asked));
        assert_eq!(later.as_ref(), Some(&asked), "asking again gives no new time");
    }

    #[test]
    fn a_new_wording_asks_again_and_a_former_one_that_returns_does_not() {
        let (old, new) = (terms(&[("A-1", "v1", true)]), terms(&[("A-1", "v2", true)]));
        let has = accepted(&[("A-1", "v1")], 3);
        let first = stands(&asking(&old, 5), &About::default(), &has, None).unwrap();
        assert_eq!((first.missing, first.accepted_at), (MissingTerms::Nothing, Some(at(3))));
        let asked = stands(&asking(&new, 7), &About::default(), &has, Some(&first)).unwrap();
        assert_eq!((asked.missing, asked.asked_at), (MissingTerms::Terms, Some(at(7))));
        let back = stands(&asking(&old, 8), &About::default(), &has, Some(&asked)).unwrap();
        assert_eq!((back.missing, back.asked_at, back.due_at), (MissingTerms::Nothing, None, None));
    }

    #[test]
    fn what_is_only_to_be_known_is_asked_and_blocks_nothing() {
        let both = terms(&[("A-1", "v1", true), ("A-2", "v1", false)]);
        let has = accepted(&[("A-1", "v1")], 3);
        let asked = stands(&asking(&both, 5), &About::default(), &has, None).unwrap();
        assert_eq!((asked.missing, asked.asked_at), (MissingTerms::Awareness, Some(at(5))));
        // Terms that come on top are asked anew.
        let more = terms(&[("A-1", "v2", true), ("A-2", "v1", false)]);
        let again = stands(&asking(&more, 9), &About::default(), &has, Some(&asked)).unwrap();
        assert_eq!((again.missing, again.asked_at), (MissingTerms::Terms, Some(at(9))));
    }
}
