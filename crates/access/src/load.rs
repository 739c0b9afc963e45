//! Parses text into policies, or reports every error in it by file and line.

use std::collections::BTreeSet;

use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use domain::Force;
use miette::Diagnostic;

use crate::policies::{FLOOR_FILE, Policies, Question};
use crate::relation::Relation;
use crate::roles::Role;
use crate::schema::schema;

const FLOOR: &str = include_str!("floor.cedar");
/// Longer messages of the language are cut: a policy may contain anything.
const LONGEST: usize = 400;

/// One error in the policies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, by the name that it was passed under.
    pub file: String,
    /// The line, counted from 1, where one can be named.
    pub line: Option<usize>,
    /// The error, and how to correct it.
    pub message: String,
}

impl Policies {
    /// Reads the `.cedar` files among those given (name and text), over the floor, for these forces.
    ///
    /// # Errors
    /// All errors: text that is not Cedar; roles, actions or relationships that do not exist; a policy without a name of its own;
    /// a policy that can never apply; and policies that would lock administrators out.
    pub fn load<'a>(
        files: impl Iterator<Item = (&'a str, &'a str)>,
        forces: &[Force],
    ) -> Result<Self, Vec<Problem>> {
        let told =
            |message: String| vec![Problem { file: "the program's own schema".into(), line: None, message }];
        let (schema, _) =
            Schema::from_cedarschema_str(&schema(forces)).map_err(|error| told(error.to_string()))?;
        let mut reader = Reader {
            validator: Validator::new(schema),
            set: PolicySet::new(),
            sources: Vec::new(),
            problems: Vec::new(),
        };
        reader.file(FLOOR_FILE, FLOOR);
        for (file, text) in files.filter(|(file, _)| file.ends_with(".cedar")) {
            reader.file(file, text);
        }
        let Reader { set, sources, mut problems, .. } = reader;
        let policies = Self::of(set, sources, forces.to_vec());
        if problems.is_empty() {
            problems = locked_out(&policies);
        }
        if problems.is_empty() { Ok(policies) } else { Err(problems) }
    }
}

struct Reader {
    validator: Validator,
    set: PolicySet,
    /// Each policy: its name, its file, its content without comments and layout.
    sources: Vec<(String, String, String)>,
    problems: Vec<Problem>,
}

impl Reader {
    fn file(&mut self, file: &str, text: &str) {
        let parsed: PolicySet = match text.parse() {
            Ok(parsed) => parsed,
            Err(errors) => {
                let errors: cedar_policy::ParseErrors = errors;
                for error in errors.iter() {
                    self.say(file, line_of(error, text), told(error));
                }
                return;
            }
        };
        let result = self.validator.validate(&parsed, ValidationMode::Strict);
        for error in result.validation_errors() {
            self.say(file, line_of(error, text), told(error));
        }
        for warning in result.validation_warnings() {
            self.say(file, line_of(warning, text), told(warning));
        }
        if parsed.templates().next().is_some() {
            self.say(
                file,
                None,
                "write out each policy; templates (?principal, ?resource) are not used here".into(),
            );
        }
        for policy in parsed.policies() {
            self.policy(file, text, policy);
        }
    }

    fn policy(&mut self, file: &str, text: &str, policy: &Policy) {
        let written = policy.to_string();
        let line = text.find(&written).map(|at| line_at(text, at));
        let Some(id) = policy.annotation("id").map(str::trim).filter(|id| !id.is_empty()) else {
            let message = "give the policy a name, on a line above it: @id(\"who-may-what\")";
            return self.say(file, line, message.into());
        };
        if self.set.add(policy.new_id(PolicyId::new(id))).is_err() {
            let other = self.sources.iter().find(|(name, ..)| name == id).map_or("", |(_, file, _)| file);
            return self.say(
                file,
                line,
                format!("another policy, in {other}, has the name \"{id}\" already"),
            );
        }
        let content = policy.to_json().map_or(written, |json| json.to_string());
        self.sources.push((id.to_owned(), file.to_owned(), content));
    }

    fn say(&mut self, file: &str, line: Option<usize>, message: String) {
        self.problems.push(Problem { file: file.to_owned(), line, message });
    }
}

/// Returns a problem for each action that administrators need for repairs and that a `forbid` of the folder takes away from them:
/// the floor permits these actions, but a `forbid` still beats that.
fn locked_out(policies: &Policies) -> Vec<Problem> {
    let mut problems = Vec::new();
    let actions =
        ["see policy", "see access", "manage access", "run service", "change policy", "confirm policy"];
    for action in actions {
        let answers = policies.forces().iter().map(|force| {
            policies.ask(Question {
                roles: Role::Administrator.into(),
                home: None,
                action,
                force: *force,
                relation: Relation::None,
            })
        });
        let forbidden: BTreeSet<String> =
            answers.filter(|answer| !answer.allowed).flat_map(|answer| answer.because.clone()).collect();
        for name in forbidden {
            let file = policies.file_of(&name).unwrap_or_default().to_owned();
            let message =
                format!("\"{name}\" would lock administrators out of \"{action}\"; exempt them from it");
            problems.push(Problem { file, line: None, message });
        }
    }
    problems
}

fn told(error: &impl Diagnostic) -> String {
    let mut message = error.to_string();
    if let Some(help) = error.help() {
        message = format!("{message}; {help}");
    }
    message.chars().take(LONGEST).collect()
}

fn line_of(error: &impl Diagnostic, text: &str) -> Option<usize> {
    let label = error.labels()?.next()?;
    Some(line_at(text, label.offset()))
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1)
}
