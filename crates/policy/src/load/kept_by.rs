//! Reading `[[kept_by]]`: each is exactly one of setting, check, acceptance, procedure, record, nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use compliance::Given;
use domain::Span;

use super::{Loader, limits};
use crate::model::{KeptBy, Limit, Question, Rule};
use crate::reader::Node;
use crate::value::ParameterValue;
use crate::words::{AcceptanceKind, RecordKind};

const KINDS: [&str; 5] = ["setting", "acceptance", "procedure", "record", "nothing"];
/// How long a breach may last before a case opens, where the clause does not say: one day.
const GRACE: Span = Span::from_secs(86_400);
const OPENS: &str = "breach";

impl Loader<'_> {
    pub(super) fn kept_by(&self, root: &Node<'_>) -> Option<Vec<KeptBy>> {
        let nodes = root.tables("kept_by", "a kept_by");
        if nodes.is_empty() {
            root.problem(
                "kept_by",
                "nothing says how the clause is kept; write [[kept_by]], if only nothing = \"why\"",
            );
            return None;
        }
        let read: Vec<Option<KeptBy>> = nodes
            .iter()
            .map(|node| {
                let kept = self.kept(node);
                // The keys of the other kinds are unknown to this one, and are reported as such.
                if kept.is_some() {
                    node.finish();
                }
                kept
            })
            .collect();
        read.into_iter().collect()
    }

    fn kept(&self, node: &Node<'_>) -> Option<KeptBy> {
        let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| node.has(kind)).collect();
        match kinds.as_slice() {
            [] if node.has("check") => self.detection(node),
            ["setting"] => self.setting_and_check(node),
            ["acceptance"] => self.acceptance(node),
            ["procedure"] => {
                let within = self.limit(node);
                let procedure = node.must_text("procedure");
                let restricts = node.opt::<String>("restricts");
                if let Some(name) = restricts.as_ref().filter(|name| !self.setting_files.contains(*name)) {
                    node.problem("restricts", format!("there is no settings/{name}.toml"));
                }
                Some(KeptBy::Procedure { procedure: procedure?, within: within?, restricts })
            }
            ["record"] => self.record(node),
            ["nothing"] => Some(KeptBy::Nothing { why: node.must_text("nothing")? }),
            [] => {
                node.problem("", format!("none of {}, check; write exactly one", KINDS.join(", ")));
                None
            }
            several => {
                node.problem("", format!("several of {}; write one [[kept_by]] each", several.join(", ")));
                None
            }
        }
    }

    fn record(&self, node: &Node<'_>) -> Option<KeptBy> {
        let (record, class) = (node.must("record"), node.opt("class"));
        if class.is_some() && record.is_some_and(|record| record != RecordKind::Register) {
            node.problem(
                "class",
                "only the asset register has classes; leave class out, or write record = \"register\"",
            );
        }
        Some(KeptBy::Record { record: record?, class })
    }

    fn setting_and_check(&self, node: &Node<'_>) -> Option<KeptBy> {
        let setting = node.must_text("setting");
        if let Some(name) = setting.as_ref().filter(|name| !self.setting_files.contains(*name)) {
            node.problem("setting", format!("there is no settings/{name}.toml"));
        }
        if !node.has("check") {
            node.problem(
                "setting",
                "a setting without a check: nobody would know whether devices obey; name a check",
            );
            return None;
        }
        let rule = self.rule(node);
        Some(KeptBy::Setting { setting: setting?, rule: rule? })
    }

    fn detection(&self, node: &Node<'_>) -> Option<KeptBy> {
        match node.opt::<String>("kind").as_deref() {
            Some("detection") => {}
            Some(other) => {
                node.problem("kind", format!("kind \"{other}\" is not known; write \"detection\""))
            }
            None => node.problem("check", "a check without a setting needs kind = \"detection\""),
        }
        let confidence = node.must_text("confidence");
        let rule = self.rule(node);
        Some(KeptBy::Detection { confidence: confidence?, rule: rule? })
    }

    fn rule(&self, node: &Node<'_>) -> Option<Rule> {
        let set =
            if node.has("set") { node.opt::<BTreeMap<String, Given>>("set") } else { Some(BTreeMap::new()) };
        let grace = node.opt("grace").unwrap_or(GRACE);
        self.at_most(node, "grace", Some(grace), limits::GRACE);
        let opens = node.opt("opens").unwrap_or_else(|| OPENS.to_owned());
        let name = node.must_text("check")?;
        if !self.check_files.contains(&name) {
            node.problem("check", format!("there is no checks/{name}.toml"));
            return None;
        }
        // A check that is there but could not be read has its own problems already.
        let check = self.library.checks.get(&name)?;
        let set = set?;
        match check.bind(&set, &self.library.registers) {
            Ok(bound) => Some(Rule { check: name, set, grace, opens, bound: Arc::new(bound) }),
            Err(flaws) => {
                for flaw in flaws {
                    node.problem("set", format!("check {name}: {flaw}"));
                }
                None
            }
        }
    }

    fn acceptance(&self, node: &Node<'_>) -> Option<KeptBy> {
        let (acceptance, again_after) = (node.must("acceptance"), node.opt("again_after"));
        self.at_most(node, "again_after", again_after, limits::AGAIN);
        let question = self.question(node);
        if again_after.is_some() && acceptance != Some(AcceptanceKind::Reminder) {
            node.problem(
                "again_after",
                "only a reminder is asked again; leave again_after out, or write a reminder",
            );
        }
        let lapsed = node.opt::<String>("lapsed");
        if let Some(name) = lapsed.as_ref().filter(|name| !self.setting_files.contains(*name)) {
            node.problem("lapsed", format!("there is no settings/{name}.toml"));
        }
        if lapsed.is_some() && acceptance != Some(AcceptanceKind::Terms) {
            node.problem("lapsed", "only terms lapse; leave lapsed out, or write terms");
        }
        Some(KeptBy::Acceptance { acceptance: acceptance?, question: question?, again_after, lapsed })
    }

    /// Reads the question: `None` if it is wrong, `Some(None)` if there is none.
    fn question(&self, node: &Node<'_>) -> Option<Option<Question>> {
        if !["question", "answers", "correct"].into_iter().any(|key| node.has(key)) {
            return Some(None);
        }
        let (text, answers, correct) =
            (node.must_text("question"), node.must::<Vec<String>>("answers"), node.must::<usize>("correct"));
        let question = Question { text: text?, answers: answers?, correct: correct? };
        if question.answers.len() < 2 {
            node.problem("answers", "a question needs at least two answers to choose from");
        }
        if question.correct >= question.answers.len() {
            node.problem("correct", "correct counts the answers from 0, and is beyond the last of them");
        }
        Some(Some(question))
    }

    /// Returns the time limit of a procedure: `None` if it is wrong, `Some(None)` if there is none.
    fn limit(&self, node: &Node<'_>) -> Option<Option<Limit>> {
        let limit = self.limit_at(node, "within")?;
        self.limit_at_most(node, "within", limit.as_ref(), limits::WORK);
        Some(limit)
    }

    /// Returns a length of time, written or a force parameter's: `None` if it is wrong, `Some(None)` if there is none.
    pub(super) fn limit_at(&self, node: &Node<'_>, key: &'static str) -> Option<Option<Limit>> {
        if !node.has(key) {
            return Some(None);
        }
        let wrong = |message: String| {
            node.problem(key, message);
            None
        };
        match node.opt::<Given>(key)? {
            Given::Value(compliance::Value::Text(text)) => match text.parse() {
                Ok(span) => Some(Some(Limit { span, parameter: None })),
                Err(fault) => wrong(format!("{key}: {fault}")),
            },
            Given::Parameter(name) => {
                let name = name.parameter;
                match self.library.registers.parameters.get(&name).map(|p| &p.value) {
                    Some(ParameterValue::Span(span)) => {
                        Some(Some(Limit { span: *span, parameter: Some(name) }))
                    }
                    Some(_) => wrong(format!("parameter \"{name}\" is not a length of time")),
                    None => wrong(format!("no parameter \"{name}\"; parameters.toml lists them")),
                }
            }
            _ => wrong(format!("{key} is a length of time such as \"1h\", or {{ parameter = \"name\" }}")),
        }
    }
}
