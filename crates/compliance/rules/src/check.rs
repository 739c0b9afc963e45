//! Represents a check as in its file: `policy/checks/<name>.toml`.
//! Shapes only; `bind` checks what they mean together.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Grade, Platform, Span};
use serde::{Deserialize, Serialize};

use crate::Value;

/// Check as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Statement that is true when the check is met.
    pub asks: String,
    /// Parameters with their defaults, which also give their types.
    #[serde(default)]
    pub params: BTreeMap<String, Given>,
    /// Arms; the first that fits the device is used.
    #[serde(default)]
    pub on: Vec<Arm>,
    /// Cases of the check.
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

/// Condition of the check on some platforms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// Platforms that it applies to.
    pub platforms: Vec<Platform>,
    /// Limit to supervised (true) or unsupervised (false) devices; absent: for both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervised: Option<bool>,
    /// Weakest grade of fact that it accepts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Grade>,
    /// Age beyond which a fact no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_after: Option<Given>,
    /// Condition on the facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Predicate>,
    /// Reason, instead of the three above, why the question does not arise on these platforms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<String>,
    /// Reason why nothing that these platforms report can show that the check is met. Alone, or beside a condition that can only
    /// show that it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub never_met: Option<String>,
}

/// Value, or the name of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a value, { param = \"name\" } for one of the check's own, or { parameter = \"name\" } for one of the force's"
)]
pub enum Given {
    /// Value itself.
    Value(Value),
    /// Parameter of the check itself.
    Param(ParamName),
    /// Parameter of the force.
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

/// Reference to a parameter of the check: `{ param = "..." }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamName {
    /// Name of a parameter of this check.
    pub param: String,
}

/// Reference to a force parameter: `{ parameter = "..." }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterName {
    /// Name of a force parameter.
    pub parameter: String,
}

/// Condition on facts. The set is closed on purpose: every judgement can be explained in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// All of these conditions.
    All(Vec<Self>),
    /// At least one of these conditions.
    Any(Vec<Self>),
    /// Negation of this condition.
    Not(Box<Self>),
    /// Test of one fact.
    Fact(FactTest),
    /// Installed profile that was compiled for a clause group.
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

/// Test of an installed profile: `{ group = "mdu-6" }`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileTest {
    /// Clause group of the profile.
    pub group: String,
}

/// Name of a fact and exactly one test of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenFactTest", into = "WrittenFactTest")]
pub struct FactTest {
    /// Name of the fact in the register.
    pub name: String,
    /// Test of the fact.
    pub test: Test,
}

/// Test of one fact.
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
    /// The fact is a list that contains all of these.
    ContainsAll(Given),
    /// The fact is a list that contains none of these.
    ContainsNone(Given),
    /// The fact is a list that contains nothing but these; it may be empty.
    Only(Given),
    /// The fact is a text, and one of these.
    OneOf(Given),
}

macro_rules! fact_tests {
    ($($field:ident => $variant:ident),*) => {
        impl Test {
            /// Returns the value with which the fact is compared.
            #[must_use]
            pub const fn given(&self) -> &Given {
                match self {
                    $(Self::$variant(given) => given),*
                }
            }
        }

        /// [`FactTest`] as written: one key per test, so that an unknown one is refused by name.
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

/// Example with the outcome that the check must reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Description of the example.
    pub says: String,
    /// Platform of the device in it.
    pub platform: Platform,
    /// Supervision of the device; absent: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervised: Option<bool>,
    /// Facts that were reported.
    #[serde(default)]
    pub facts: BTreeMap<String, CaseFact>,
    /// Grade of those facts; absent: what the arm needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// Age of the facts; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<CaseSpan>,
    /// UUIDs of the profiles that the server would have installed, by clause group.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expected_profiles: BTreeMap<String, String>,
    /// Values for the check's parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, Given>,
    /// Outcome that the check must reach.
    pub want: Want,
}

/// Value of a fact in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a value, { ago = \"7d\" } for a time, or { param = \"name\", plus = 1 } for a value beside another"
)]
pub enum CaseFact {
    /// Value itself.
    Value(Value),
    /// Time this long before the case is judged.
    Ago {
        /// Length of time before the case is judged.
        ago: CaseSpan,
    },
    /// Value of the check or of the force, or one beside it: such a case stays true whatever a force chooses.
    Beside(Beside),
}

/// Length of time in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a length of time such as 7d, or { parameter = \"name\", plus = \"1d\" } for one beside another"
)]
pub enum CaseSpan {
    /// Length itself.
    Span(Span),
    /// Length of the check or of the force, or one beside it.
    Beside(Beside),
}

/// Value near one that the check compares with: `{ param = "minutes", plus = 1 }`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// Name of a parameter of this check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// Name of a force parameter, instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Part of a list that is taken; absent: all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<Take>,
    /// Number, length of time or list that is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plus: Option<Value>,
    /// Number or length of time that is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minus: Option<Value>,
}

/// Part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Take {
    /// Its first item alone.
    One,
    /// Everything but its first item.
    AllButOne,
}

/// One of the outcomes of a check, without its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Want {
    /// The facts show that the clause is met.
    Met,
    /// A person wrote it down, and nothing more is asked.
    OnRecord,
    /// The facts show that it is not met.
    NotMet,
    /// The facts do not show either.
    NotKnown,
    /// The question does not arise.
    NotApplicable,
}

impl Want {
    /// Returns the word, as [`domain::Outcome::word`] does.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::OnRecord => "on-record",
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
