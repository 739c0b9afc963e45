//! Turns a check as written into one that can be run: parameters resolved, every name and type verified.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use domain::{FactName, Grade, Platform, Span};

use crate::bound::{Asks, BoundArm, BoundCheck, Expected, Node, PROFILES, Resolved};
use crate::check::{ParamName, ParameterName};
use crate::{Arm, Check, FactTest, FactType, Given, Kind, Predicate, Test, Value};

/// Largest depth of nesting; it bounds the recursion of judging.
const DEEPEST: usize = 12;

/// Greatest age at which what a device reported still counts: thirteen weeks.
const REPORT: Span = Span::from_secs(91 * 86_400);
/// Greatest age at which what a person wrote down still counts: ten years.
const RECORD: Span = Span::from_secs(522 * 7 * 86_400);
/// Greatest age that a test of a time may allow: a year.
const YEAR: Span = Span::from_secs(366 * 86_400);

/// Source of what a check refers to outside itself.
pub trait Lookup {
    /// Returns the type of a registered fact.
    fn fact(&self, name: &str) -> Option<FactType>;
    /// Returns whether devices of a platform ever report a registered fact.
    fn reports(&self, platform: Platform, name: &str) -> bool;
    /// Returns whether the check is of a former version of the policy, from before these questions were asked.
    fn is_former(&self) -> bool {
        false
    }
    /// Returns what a fact means, in words for people, such as "A passcode is set"; returns the name itself if there are none.
    fn means(&self, name: &str) -> String;
    /// Returns the effective value of a force parameter, a span as [`Value::Span`].
    fn parameter(&self, name: &str) -> Option<Value>;
}

/// Reason why a check cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}{message}")]
pub struct Flaw {
    /// Place in the check.
    pub place: Place,
    /// Word that is wrong, as written, if there is one.
    pub about: Option<String>,
    /// Message that says what is wrong, and what to write instead.
    pub message: String,
}

/// Part of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Check as a whole.
    Whole,
    /// Parameters of the check.
    Params,
    /// Values that a clause or a case gives for the parameters.
    Set,
    /// Arm of that index.
    Arm(usize),
    /// Case of that index.
    Case(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Params => f.write_str("params: "),
            Self::Set => f.write_str("set: "),
            Self::Arm(index) => write!(f, "arm {}: ", index.saturating_add(1)),
            Self::Case(index) => write!(f, "case {}: ", index.saturating_add(1)),
        }
    }
}

impl Check {
    /// Resolves the check with these values for its parameters, the others taking their defaults.
    ///
    /// # Errors
    /// Every reason why the check cannot be used: unknown facts, parameters and values, values of the wrong type, arms
    /// that are incomplete, that name a platform twice or that can never be used, empty `all` or `any`.
    pub fn bind(&self, set: &BTreeMap<String, Given>, lookup: &dyn Lookup) -> Result<BoundCheck, Vec<Flaw>> {
        let mut binder = Binder::new(lookup);
        binder.params(&self.params);
        binder.place = Place::Set;
        binder.set(set);
        binder.place = Place::Whole;
        if self.asks.trim().is_empty() {
            binder.flaw(None, "asks is empty; write what is true when the check is met");
        }
        if self.on.is_empty() {
            binder.flaw(None, "there is no [[on]] arm, so nothing could ever be known; write at least one");
        }
        let mut arms: Vec<BoundArm> = Vec::new();
        for (index, arm) in self.on.iter().enumerate() {
            binder.place = Place::Arm(index);
            binder.reachable(arm, self.on.get(..index).unwrap_or_default());
            arms.extend(binder.arm(arm));
        }
        if binder.flaws.is_empty() {
            Ok(BoundCheck { asks: self.asks.clone(), arms, nothing_used: Arc::from(Vec::new()) })
        } else {
            Err(binder.flaws)
        }
    }
}

struct Binder<'a> {
    lookup: &'a dyn Lookup,
    /// Effective values; `None` for one whose own flaw was reported already.
    params: BTreeMap<String, Option<Value>>,
    flaws: Vec<Flaw>,
    place: Place,
    /// Facts and groups that the current arm reads, collected while its predicates are walked.
    used: BTreeSet<FactName>,
    groups: BTreeSet<String>,
}

impl<'a> Binder<'a> {
    fn new(lookup: &'a dyn Lookup) -> Self {
        let (used, groups) = (BTreeSet::new(), BTreeSet::new());
        Self { lookup, params: BTreeMap::new(), flaws: Vec::new(), place: Place::Params, used, groups }
    }

    fn flaw(&mut self, about: Option<&str>, message: impl Into<String>) {
        let (place, about) = (self.place.clone(), about.map(str::to_owned));
        self.flaws.push(Flaw { place, about, message: message.into() });
    }

    fn params(&mut self, params: &BTreeMap<String, Given>) {
        for (name, given) in params {
            let value = match given {
                Given::Value(value) => Some(value.clone().as_default()),
                Given::Parameter(ParameterName { parameter }) => self.parameter(parameter),
                Given::Param(ParamName { param }) => {
                    self.flaw(
                        Some(param),
                        format!("the default of \"{name}\" may not be another param; write a value"),
                    );
                    None
                }
            };
            self.params.insert(name.clone(), value);
        }
    }

    fn parameter(&mut self, name: &str) -> Option<Value> {
        let value = self.lookup.parameter(name);
        if value.is_none() {
            self.flaw(
                Some(name),
                format!(
                    "no force parameter \"{name}\" that a check can use; parameters.toml lists what there is"
                ),
            );
        }
        value
    }

    fn set(&mut self, set: &BTreeMap<String, Given>) {
        for (name, given) in set {
            let Some(default) = self.params.get(name).cloned() else {
                let known = self.params.keys().cloned().collect::<Vec<_>>().join(", ");
                self.flaw(Some(name), format!("the check has no param \"{name}\"; it has: {known}"));
                continue;
            };
            let value = match given {
                Given::Value(value) => Some(value.clone()),
                Given::Parameter(ParameterName { parameter }) => self.parameter(parameter),
                Given::Param(ParamName { param }) => {
                    self.flaw(
                        Some(param),
                        "a value may not be another param here; write it, or a { parameter }",
                    );
                    None
                }
            };
            if let (Some(default), Some(value)) = (default, value) {
                let kind = default.kind();
                let fitting = value.clone().into_kind(kind);
                if fitting.is_none() {
                    self.flaw(Some(name), format!("\"{name}\" is {kind}, but {value} is {}", value.kind()));
                }
                self.params.insert(name.clone(), fitting);
            }
        }
    }

    /// Returns the value of that type, or a flaw.
    fn resolve(&mut self, given: &Given, kind: Kind) -> Option<Value> {
        let value = match given {
            Given::Value(value) => value.clone(),
            Given::Parameter(ParameterName { parameter }) => self.parameter(parameter)?,
            Given::Param(ParamName { param }) => {
                let Some(value) = self.params.get(param).cloned() else {
                    self.flaw(
                        Some(param),
                        format!("no param \"{param}\"; name it under params with its default"),
                    );
                    return None;
                };
                value?
            }
        };
        let fitting = value.clone().into_kind(kind);
        if fitting.is_none() {
            self.flaw(None, format!("{value} is {}, but {kind} is wanted here", value.kind()));
        }
        fitting
    }

    /// Reports an arm whose platforms are all taken by earlier arms: it would never apply, and a reader would think it does.
    fn reachable(&mut self, arm: &Arm, earlier: &[Arm]) {
        let mut seen = BTreeSet::new();
        for platform in &arm.platforms {
            if !seen.insert(*platform) {
                self.flaw(Some(platform.as_str()), format!("{platform} is named twice; name it once"));
            }
            let taken = |want: Option<bool>| {
                earlier.iter().any(|arm| arm.platforms.contains(platform) && arm.supervised == want)
            };
            let shadowed = taken(None)
                || (arm.supervised.is_some() && taken(arm.supervised))
                || (taken(Some(true)) && taken(Some(false)));
            if shadowed {
                self.flaw(
                    Some(platform.as_str()),
                    format!(
                        "an earlier arm already answers for {platform}; this one would never be used for it"
                    ),
                );
            }
        }
        if arm.platforms.is_empty() {
            self.flaw(None, "platforms is empty; name at least one");
        }
    }

    fn arm(&mut self, arm: &Arm) -> Option<BoundArm> {
        let reasons = [&arm.not_applicable, &arm.never_met];
        if reasons.into_iter().flatten().any(|because| because.trim().is_empty()) {
            self.flaw(None, "the reason is empty; write why");
            return None;
        }
        let asks = match (&arm.not_applicable, &arm.never_met, arm.needs, &arm.stale_after, &arm.expect) {
            (Some(because), None, None, None, None) => Asks::NotApplicable(because.clone()),
            (None, Some(because), None, None, None) => Asks::Never(because.clone()),
            (None, never, Some(needs), Some(stale_after), Some(expect)) => {
                if needs == Grade::Acknowledged && never.is_none() && !self.lookup.is_former() {
                    self.flaw(
                        Some("acknowledged"),
                        "what a device merely acknowledged never shows that the check is met; write never_met with the reason",
                    );
                }
                let (stale_after, expect) = (self.span(stale_after), self.node(expect, 0));
                let used = std::mem::take(&mut self.used);
                self.reported(arm, &used);
                let groups = std::mem::take(&mut self.groups);
                self.lasting(needs, stale_after, expect.as_ref());
                Asks::Facts(Expected {
                    needs,
                    stale_after: stale_after?,
                    expect: expect?,
                    used: used.into_iter().collect(),
                    groups,
                    never: never.clone(),
                })
            }
            _ => {
                self.flaw(
                    None,
                    "write needs, stale_after and expect, or not_applicable or never_met with the reason, not a mixture",
                );
                return None;
            }
        };
        Some(BoundArm { platforms: arm.platforms.clone(), supervised: arm.supervised, asks })
    }

    /// Reports lengths of time that outlast what they are about: nothing would ever be too old.
    fn lasting(&mut self, needs: Grade, stale_after: Option<Span>, expect: Option<&Node>) {
        let (Some(stale_after), Some(expect)) = (stale_after, expect) else { return };
        if self.lookup.is_former() {
            return;
        }
        // What a person wrote down lasts; a time that is judged by its own age may lie back as far.
        let most = if needs == Grade::Stated || expect.is_about_time() { RECORD } else { REPORT };
        if stale_after > most {
            self.flaw(
                Some("stale_after"),
                format!("stale_after is {stale_after}; a report of that age says nothing of today: write {most} or less"),
            );
        }
        if let Some(span) = expect.spans().find(|span| *span > YEAR) {
            self.flaw(Some("within"), format!("within is {span}; write {YEAR} or less"));
        }
    }

    /// Reports a fact that a platform of the arm never reports: the arm could never be met there, and a reader would think it can.
    fn reported(&mut self, arm: &Arm, used: &BTreeSet<FactName>) {
        for name in used.iter().filter(|name| self.lookup.fact(name.as_str()).is_some()) {
            for platform in arm.platforms.iter().filter(|one| !self.lookup.reports(**one, name.as_str())) {
                self.flaws.push(Flaw {
                    place: self.place.clone(),
                    about: Some(name.as_str().to_owned()),
                    message: format!(
                        "{} devices never report \"{name}\"; give {platform} an arm of its own, or write who reports it under \
                         reported_on",
                        platform.title()
                    ),
                });
            }
        }
    }

    fn node(&mut self, predicate: &Predicate, depth: usize) -> Option<Node> {
        if depth >= DEEPEST {
            self.flaw(None, format!("predicates are nested more than {DEEPEST} deep; split the check"));
            return None;
        }
        let deeper = depth.saturating_add(1);
        match predicate {
            Predicate::All(parts) => self.parts(parts, "all", deeper).map(Node::All),
            Predicate::Any(parts) => self.parts(parts, "any", deeper).map(Node::Any),
            Predicate::Not(inner) => Some(Node::Not(Box::new(self.node(inner, deeper)?))),
            Predicate::Profile(profile) => {
                self.used.insert(FactName::new(PROFILES));
                self.groups.insert(profile.group.clone());
                Some(Node::Profile(profile.group.clone()))
            }
            Predicate::Fact(test) => {
                let name = FactName::new(test.name.as_str());
                self.used.insert(name.clone());
                let means = self.lookup.means(name.as_str());
                Some(Node::Fact { means, test: self.fact(test)?, name })
            }
        }
    }

    fn parts(&mut self, parts: &[Predicate], word: &str, depth: usize) -> Option<Vec<Node>> {
        if parts.is_empty() {
            self.flaw(
                Some(word),
                format!("{word} is empty, so it would say something of every device; fill it"),
            );
            return None;
        }
        // Every part is walked even after one has failed, so that each flaw is reported.
        let nodes: Vec<Option<Node>> = parts.iter().map(|part| self.node(part, depth)).collect();
        nodes.into_iter().collect()
    }

    fn fact(&mut self, test: &FactTest) -> Option<Resolved> {
        let name = test.name.as_str();
        let Some(fact_type) = self.lookup.fact(name) else {
            self.flaw(Some(name), format!("no fact \"{name}\"; facts.toml lists what devices report"));
            return None;
        };
        let (wants, resolved) = match &test.test {
            Test::Is(given) if fact_type == FactType::Bool => {
                (FactType::Bool, self.bool(given).map(Resolved::IsBool))
            }
            Test::Is(given) => (FactType::Text, self.text(given).map(Resolved::IsText)),
            Test::AtLeast(given) => (FactType::Count, self.count(given).map(Resolved::AtLeast)),
            Test::AtMost(given) => (FactType::Count, self.count(given).map(Resolved::AtMost)),
            Test::Within(given) => (FactType::Count, self.span(given).map(Resolved::Within)),
            Test::ContainsAll(given) => (FactType::List, self.filled(given).map(Resolved::ContainsAll)),
            Test::ContainsNone(given) => (FactType::List, self.filled(given).map(Resolved::ContainsNone)),
            Test::Only(given) => (FactType::List, self.list(given).map(Resolved::Only)),
            Test::OneOf(given) => (FactType::Text, self.filled(given).map(Resolved::OneOf)),
        };
        if wants != fact_type {
            self.flaw(Some(name), format!("the test wants {wants}, but the fact \"{name}\" is {fact_type}"));
            return None;
        }
        resolved
    }

    fn bool(&mut self, given: &Given) -> Option<bool> {
        let Value::Bool(yes) = self.resolve(given, Kind::Bool)? else { return None };
        Some(yes)
    }

    fn count(&mut self, given: &Given) -> Option<i64> {
        let Value::Count(count) = self.resolve(given, Kind::Count)? else { return None };
        Some(count)
    }

    fn text(&mut self, given: &Given) -> Option<String> {
        let Value::Text(text) = self.resolve(given, Kind::Text)? else { return None };
        Some(text)
    }

    fn span(&mut self, given: &Given) -> Option<Span> {
        let Value::Span(span) = self.resolve(given, Kind::Span)? else { return None };
        Some(span)
    }

    fn list(&mut self, given: &Given) -> Option<BTreeSet<String>> {
        let Value::List(items) = self.resolve(given, Kind::List)? else { return None };
        Some(items)
    }

    /// Returns a list that is not empty: these tests against an empty one would give the same result for every device.
    fn filled(&mut self, given: &Given) -> Option<BTreeSet<String>> {
        let items = self.list(given)?;
        if items.is_empty() {
            self.flaw(None, "the list is empty, so the test would say the same of every device; fill it");
            return None;
        }
        Some(items)
    }
}
