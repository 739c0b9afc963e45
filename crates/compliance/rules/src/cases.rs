//! Runs the cases that a check carries with it.

use std::collections::BTreeMap;

use domain::{Fact, FactName, FactValue, Facts, Grade, Span, Timestamp};

use crate::beside::Names;
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

    /// Binds the check as a case asks, and makes up the device of the case.
    pub(crate) fn staged(&self, case: &Case, lookup: &dyn Lookup) -> Result<(BoundCheck, Facts), String> {
        let bound = self
            .bind(&case.set, lookup)
            .map_err(|flaws| flaws.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        let names = Names { params: &self.params, set: &case.set, lookup };
        let facts = case.reported(&names, bound.needs(case))?;
        Ok((bound, facts))
    }

    fn run(&self, case: &Case, lookup: &dyn Lookup) -> Result<(), String> {
        let (bound, facts) = self.staged(case, lookup)?;
        let outcome = evaluate(&bound, &case.subject(), &facts, CASE_NOW).outcome;
        if outcome.word() == case.want.word() {
            return Ok(());
        }
        let reason = outcome.reason();
        let because = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        Err(format!("\"{}\" wants {}, but is {}{because}", case.says, case.want.word(), outcome.word()))
    }
}

impl Case {
    /// Returns the device of the case, apart from its facts.
    pub(crate) const fn subject(&self) -> SubjectState<'_> {
        SubjectState {
            platform: self.platform,
            supervised: self.supervised,
            expected_profiles: &self.expected_profiles,
        }
    }

    fn reported(&self, names: &Names<'_>, needs: Grade) -> Result<Facts, String> {
        let lookup = names.lookup;
        let at = CASE_NOW.minus(self.age.as_ref().map_or(Ok(Span::default()), |age| age.resolved(names))?);
        self.facts
            .iter()
            .map(|(name, fact)| {
                let value = match fact {
                    CaseFact::Value(value) => value.clone().into_fact(),
                    CaseFact::Ago { ago } => FactValue::Count(CASE_NOW.minus(ago.resolved(names)?).millis()),
                    CaseFact::Beside(beside) => beside.resolved(names)?.into_fact(),
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
