//! Runs the cases that a check carries with it.

use std::collections::BTreeMap;

use domain::{Fact, FactName, FactValue, Facts, Grade, Timestamp};

use crate::bound::{Asks, BoundArm, Expected};
use crate::{BoundCheck, Case, CaseFact, Check, Flaw, Lookup, Place, SubjectState, Want, evaluate};

/// Time at which every case is judged: 2026-01-01T00:00:00Z.
pub const CASE_NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// Case that cannot be run, or whose outcome differs from the one that it expects.
pub type CaseFailure = Flaw;

impl Check {
    /// Runs every case, and requires at least one each for not met, not known and the best that it can come to: met, or on record
    /// where it rests on a person's word.
    ///
    /// The values of [`Check::params`] apply, not those that some clause gives; a case may `set` its own.
    #[must_use]
    pub fn failing_cases(&self, lookup: &dyn Lookup) -> Vec<CaseFailure> {
        let mut failures = Vec::new();
        for want in self.wanted(lookup) {
            if !self.cases.iter().any(|case| case.want == want) {
                failures.push(Flaw {
                    place: Place::Whole,
                    about: None,
                    message: format!(
                        "no [[case]] wants \"{}\"; write one for each that can come out",
                        want.word()
                    ),
                });
            }
        }
        for (index, case) in self.cases.iter().enumerate() {
            if let Err(message) = self.run(case, lookup) {
                failures.push(Flaw { place: Place::Case(index), about: None, message });
            }
        }
        failures
    }

    /// Returns the outcomes of which the check needs a case.
    fn wanted(&self, lookup: &dyn Lookup) -> Vec<Want> {
        let (met, recorded) = self.bind(&BTreeMap::new(), lookup).map_or((true, false), |bound| bound.best());
        let mut wanted = vec![Want::NotMet, Want::NotKnown];
        wanted.extend(met.then_some(Want::Met));
        wanted.extend(recorded.then_some(Want::OnRecord));
        wanted
    }

    fn run(&self, case: &Case, lookup: &dyn Lookup) -> Result<(), String> {
        let bound = self
            .bind(&case.set, lookup)
            .map_err(|flaws| flaws.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        let facts = case.reported(lookup, bound.needs(case))?;
        let subject = SubjectState {
            platform: case.platform,
            supervised: case.supervised,
            expected_profiles: &case.expected_profiles,
        };
        let outcome = evaluate(&bound, &subject, &facts, CASE_NOW).outcome;
        if outcome.word() == case.want.word() {
            return Ok(());
        }
        let reason = outcome.reason();
        let because = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        Err(format!("\"{}\" wants {}, but is {}{because}", case.says, case.want.word(), outcome.word()))
    }
}

impl Case {
    fn reported(&self, lookup: &dyn Lookup, needs: Grade) -> Result<Facts, String> {
        let at = CASE_NOW.minus(self.age.unwrap_or_default());
        self.facts
            .iter()
            .map(|(name, fact)| {
                let value = match fact {
                    CaseFact::Value(value) => value.clone().into_fact(),
                    CaseFact::Ago { ago } => FactValue::Count(CASE_NOW.minus(*ago).millis()),
                };
                match lookup.fact(name) {
                    None => Err(format!("no fact \"{name}\"; facts.toml lists what devices report")),
                    Some(kind) if !kind.fits(&value) => {
                        Err(format!("the fact \"{name}\" is {kind}, not \"{value}\""))
                    }
                    Some(_) if !lookup.reports(self.platform, name) => {
                        Err(format!("{} devices never report \"{name}\"", self.platform.title()))
                    }
                    Some(_) => Ok(Fact {
                        name: FactName::new(name.as_str()),
                        value,
                        grade: self.grade.unwrap_or(needs),
                        at,
                        source: "case".to_owned(),
                    }),
                }
            })
            .collect()
    }
}

impl BoundCheck {
    /// Returns the grade that the case's device needs: of the first arm for its platform and supervision.
    fn needs(&self, case: &Case) -> Grade {
        let fits = |arm: &&BoundArm| {
            arm.platforms.contains(&case.platform)
                && (arm.supervised.is_none() || arm.supervised == case.supervised)
        };
        match self.arms.iter().find(fits).map(|arm| &arm.asks) {
            Some(Asks::Facts(Expected { needs, .. })) => *needs,
            _ => Grade::Reported,
        }
    }
}
