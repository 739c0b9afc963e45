//! A check as in its file: `policy/checks/<name>.toml`. Shapes only; what they mean together is in `bind`.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Grade, Platform, Span};
use serde::{Deserialize, Serialize};

use crate::Value;

/// A check as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What it asks, as a statement that is true when the check is met.
    pub asks: String,
    /// Its parameters with their defaults, which also give their types.
    #[serde(default)]
    pub params: BTreeMap<String, Given>,
    /// Its arms; the first that fits the device is used.
    #[serde(default)]
    pub on: Vec<Arm>,
    /// Its own cases.
    #[serde(default, rename = "case")]
    pub cases: Vec<Case>,
}

impl Check {
    /// Returns the force parameters that it names anywhere outside its cases.
    #[must_use]
    pub fn parameters(&self) -> BTreeSet<&str> {
        let mut given: Vec<&Given> = self.params.values().collect();
        for arm in &self.on {
            given.extend(&arm.stale_after);
            if let Some(expect) = &arm.expect {
                expect.gather(&mut given);
            }
        }
        given.into_iter().filter_map(Given::parameter).collect()
    }
}

/// What the check asks of some platforms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// The platforms it is for.
    pub platforms: Vec<Platform>,
    /// Only for supervised (true) or unsupervised (false) devices; absent: for both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervised: Option<bool>,
    /// The weakest grade of fact that it leans on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Grade>,
    /// The age beyond which a fact no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_after: Option<Given>,
    /// The condition on the facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Predicate>,
    /// Instead of the three above: why the question does not arise on these platforms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<String>,
}

/// A value, or the name of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a value, { param = \"name\" } for one of the check's own, or { parameter = \"name\" } for one of the force's"
)]
pub enum Given {
    /// The value itself.
    Value(Value),
    /// One of the check's own parameters.
    Param(ParamName),
    /// One of the force's parameters.
    Parameter(ParameterName),
}

impl Given {
    /// Returns the force parameter that it names.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::Parameter(name) => Some(&name.parameter),
            Self::Value(_) | Self::Param(_) => None,
        }
    }
}

/// `{ param = "..." }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamName {
    /// The name of a parameter of this check.
    pub param: String,
}

/// `{ parameter = "..." }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterName {
    /// The name of a force parameter.
    pub parameter: String,
}

/// A condition on facts. The set is closed on purpose: every judgement can be explained in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// All of these.
    All(Vec<Self>),
    /// At least one of these.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// One fact.
    Fact(FactTest),
    /// The profile compiled for a clause group is installed.
    Profile(ProfileTest),
}

impl Predicate {
    /// Collects every value in it, however deep.
    fn gather<'a>(&'a self, into: &mut Vec<&'a Given>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.gather(into)),
            Self::Not(inner) => inner.gather(into),
            Self::Fact(test) => into.push(test.test.given()),
            Self::Profile(_) => {}
        }
    }
}

/// `{ group = "mdu-6" }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileTest {
    /// The clause group.
    pub group: String,
}

/// A fact's name and exactly one test of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenFactTest", into = "WrittenFactTest")]
pub struct FactTest {
    /// The fact, as the register names it.
    pub name: String,
    /// The test.
    pub test: Test,
}

/// A test of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// The fact has this value: true, false or text.
    Is(Given),
    /// The fact is a count of at least this.
    AtLeast(Given),
    /// The fact is a count of at most this.
    AtMost(Given),
    /// The fact is a time in milliseconds since 1970, not longer ago than this span.
    Within(Given),
    /// The fact is a list with all of these in it.
    ContainsAll(Given),
    /// The fact is a list with none of these in it.
    ContainsNone(Given),
    /// The fact is a list with nothing but these in it; it may be empty.
    Only(Given),
    /// The fact is a text, and one of these.
    OneOf(Given),
}

macro_rules! fact_tests {
    ($($field:ident => $variant:ident),*) => {
        impl Test {
            /// Returns what the fact is held against.
            #[must_use]
            pub const fn given(&self) -> &Given {
                match self {
                    $(Self::$variant(given) => given),*
                }
            }
        }

        /// [`FactTest`] as written: one key a test, so that an unknown one is refused by name.
        #[derive(Debug, Clone, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct WrittenFactTest {
            name: String,
            $(#[serde(default, skip_serializing_if = "Option::is_none")] $field: Option<Given>,)*
        }

        impl TryFrom<WrittenFactTest> for FactTest {
            type Error = String;

            fn try_from(written: WrittenFactTest) -> Result<Self, String> {
                let mut tests = Vec::new();
                $(tests.extend(written.$field.map(Test::$variant));)*
                let found = tests.len();
                match (tests.pop(), found) {
                    (Some(test), 1) => Ok(Self { name: written.name, test }),
                    _ => Err(format!(
                        "the test of fact \"{}\" has {found} tests; write exactly one of {}",
                        written.name,
                        [$(stringify!($field)),*].join(", "),
                    )),
                }
            }
        }

        impl From<FactTest> for WrittenFactTest {
            fn from(test: FactTest) -> Self {
                let mut written = Self { name: test.name, ..Self::default() };
                match test.test {
                    $(Test::$variant(given) => written.$field = Some(given),)*
                }
                written
            }
        }
    };
}

fact_tests!(
    is => Is, at_least => AtLeast, at_most => AtMost, within => Within,
    contains_all => ContainsAll, contains_none => ContainsNone, only => Only, one_of => OneOf
);

/// One example with the outcome that the check must reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the example shows.
    pub says: String,
    /// The platform of the device in it.
    pub platform: Platform,
    /// Whether it is supervised; absent: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervised: Option<bool>,
    /// What was reported.
    #[serde(default)]
    pub facts: BTreeMap<String, CaseFact>,
    /// The grade of those facts; absent: what the arm needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// Their age; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Span>,
    /// The profile UUIDs that the server would have installed, by clause group.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expected_profiles: BTreeMap<String, String>,
    /// Values for the check's parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, Given>,
    /// The outcome that the check must reach.
    pub want: Want,
}

/// The value of a fact in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a value, or { ago = \"7d\" } for a time")]
pub enum CaseFact {
    /// This value.
    Value(Value),
    /// The time this long before the case is judged.
    Ago {
        /// How long.
        ago: Span,
    },
}

/// The four outcomes, without their reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Want {
    /// The facts show that the clause is met.
    Met,
    /// The facts show that it is not met.
    NotMet,
    /// The facts do not show either.
    NotKnown,
    /// The question does not arise.
    NotApplicable,
}

impl Want {
    /// Returns the word, as [`domain::Outcome::word`] says it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not-met",
            Self::NotKnown => "not-known",
            Self::NotApplicable => "not-applicable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Check, String> {
        toml::from_str(text).map_err(|e| e.message().to_owned())
    }

    #[test]
    fn unknown_keys_and_double_tests_are_refused() {
        let arm =
            |expect: &str| read(&format!("asks = \"x\"\n[[on]]\nplatforms = [\"ios\"]\nexpect = {expect}\n"));
        assert!(arm("{ fact = { name = \"a\", is = true } }").is_ok());
        assert!(arm("{ fact = { name = \"a\", is = true, at_least = 3 } }").unwrap_err().contains("2 tests"));
        assert!(arm("{ fact = { name = \"a\" } }").unwrap_err().contains("0 tests"));
        assert!(arm("{ fact = { name = \"a\", equals = 3 } }").unwrap_err().contains("equals"));
        assert!(arm("{ every = [] }").unwrap_err().contains("every"));
        assert!(read("asks = \"x\"\nseverity = 3\n").unwrap_err().contains("severity"));
        assert!(read("asks = \"x\"\n[[on]]\nplatforms = [\"symbian\"]\n").unwrap_err().contains("symbian"));
    }

    #[test]
    fn a_check_reads_back_as_written() {
        let check = read(
            "asks = \"x\"\nparams = { n = 9, d = { parameter = \"p\" } }\n[[on]]\nplatforms = [\"ios\"]\n\
             needs = \"reported\"\nstale_after = \"7d\"\n\
             expect = { all = [{ not = { fact = { name = \"a\", at_least = { param = \"n\" } } } }, { profile = { group = \"g\" } }] }\n\
             [[case]]\nsays = \"y\"\nplatform = \"ios\"\nfacts = { a = 3, b = { ago = \"3d\" } }\nwant = \"met\"\n",
        )
        .unwrap();
        let json = serde_json::to_string(&check).unwrap();
        assert_eq!(serde_json::from_str::<Check>(&json).unwrap(), check);
    }
}
