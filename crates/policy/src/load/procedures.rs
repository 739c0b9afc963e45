//! Reading `cases/<type>.toml` and `movers.toml`, and what depends on them: every procedure that a clause names and every
//! case type that a breach or an event opens must be there.

use std::collections::{BTreeMap, BTreeSet};

use compliance::Given;
use domain::{ClauseId, SettingValue};
use jiff::civil::Date;

use super::documents::each;
use super::{Loader, limits};
use crate::model::KeptBy;
use crate::procedures::{CaseStep, CaseType, Chase, MoverEvent, StepDue};
use crate::reader::{Node, Source};
use crate::value::ParameterValue;
use crate::words::{Actor, Closes, Proof};
use crate::working_days::WorkingDays;

/// The case type of a breach whose clause names no other; it needs no file.
const BREACH: &str = "breach";
/// The force parameter with the days off beside weekends.
const DAYS_OFF: &str = "bank-holidays";
/// Most days or months that an event counts.
const MOST: i64 = 366;
const MOVERS: &str = "movers.toml";

impl Loader<'_> {
    pub(super) fn procedures(&mut self) {
        let files = super::names(self.files, "cases/");
        self.library.working_days = self.days_off();
        self.library.movers = self.movers();
        self.library.cases = self.case_types(&files);
        self.opened(&files);
    }

    fn days_off(&self) -> WorkingDays {
        let Some(parameter) = self.library.registers.parameters.get(DAYS_OFF) else {
            return WorkingDays::default();
        };
        let ParameterValue::Setting(SettingValue::List(days)) = &parameter.value else {
            let message = format!("parameter \"{DAYS_OFF}\" must be a list of days");
            self.sink.add("parameters.toml", None, message);
            return WorkingDays::default();
        };
        WorkingDays::without(days.iter().filter_map(|text| match text.parse::<Date>() {
            Ok(day) => Some(day),
            Err(_) => {
                let message = format!("{DAYS_OFF}: \"{text}\" is not a day such as 2026-12-25");
                self.sink.add("parameters.toml", None, message);
                None
            }
        }))
    }

    fn movers(&self) -> Vec<MoverEvent> {
        let Some(text) = self.files.get(MOVERS) else { return Vec::new() };
        let read = self.with_root(Source::whole(MOVERS, text), "the file", |root| {
            let events = each(&root.tables("event", "an event"), |node| self.mover(node));
            let mut seen = BTreeSet::new();
            for event in &events {
                if !seen.insert(event.name.as_str()) {
                    root.problem("event", format!("event \"{}\" is there twice; keep one", event.name));
                }
            }
            for (event, ended) in events.iter().flat_map(|event| event.ends.iter().map(move |e| (event, e))) {
                if !events.iter().any(|known| known.name == *ended) {
                    let message = format!("event \"{}\" ends \"{ended}\", which is no event", event.name);
                    root.problem("event", message);
                }
            }
            Some(events)
        });
        read.unwrap_or_default()
    }

    fn mover(&self, node: &Node<'_>) -> Option<MoverEvent> {
        let (name, title, date) = (node.must_text("name"), node.must_text("title"), node.must_text("date"));
        let (until, place, tells) = (node.opt("until"), node.opt("place"), node.must_text("tells"));
        let (clause, opens) = (node.opt::<ClauseId>("clause"), node.opt::<String>("opens"));
        let days_before = self.count(node, "working_days_before");
        let unless_within_months = self.count(node, "unless_within_months");
        let follows = node.opt("follows");
        let ends = node.opt("ends").unwrap_or_default();
        let private = node.opt("private").unwrap_or_default();
        if let Some(clause) = &clause {
            self.known_clause(node, clause);
        }
        if opens.is_none() && (clause.is_some() || node.has("working_days_before")) {
            node.problem("name", "an event that asks for something opens a case; name its type in \"opens\"");
        }
        Some(MoverEvent {
            name: name?,
            title: title?,
            date: date?,
            until,
            clause,
            opens,
            days_before: days_before.unwrap_or_default(),
            place,
            tells: tells?,
            unless_within_months,
            follows,
            ends,
            private,
        })
    }

    fn known_clause(&self, node: &Node<'_>, clause: &ClauseId) {
        if !self.clauses_missing && self.library.clause(clause).is_none() {
            node.problem("clause", format!("there is no clause {clause}"));
        }
    }

    /// Returns a whole number from 0 up, written or a force parameter's.
    fn count(&self, node: &Node<'_>, key: &'static str) -> Option<i64> {
        let given = if node.has(key) { node.opt::<Given>(key)? } else { return None };
        let found = match &given {
            Given::Value(compliance::Value::Count(count)) => Some(*count),
            Given::Parameter(name) => match self.library.registers.parameters.get(&name.parameter) {
                Some(parameter) => match parameter.value {
                    ParameterValue::Setting(SettingValue::Count(count)) => Some(count),
                    _ => None,
                },
                None => None,
            },
            _ => None,
        };
        let found = found.filter(|count| (0..=MOST).contains(count));
        if found.is_none() {
            node.problem(
                key,
                format!(
                    "{key} is a whole number from 0 to {MOST}, or {{ parameter = \"name\" }} of one that is"
                ),
            );
        }
        found
    }

    fn case_types(&self, files: &BTreeSet<String>) -> BTreeMap<String, CaseType> {
        let mut types = BTreeMap::new();
        for name in files {
            let file = format!("cases/{name}.toml");
            let Some(text) = self.files.get(&file) else { continue };
            let read = self.with_root(Source::whole(&file, text), "a case type", |root| self.case_type(root));
            if let Some(read) = read {
                types.insert(name.clone(), read);
            }
        }
        types
    }

    fn case_type(&self, root: &Node<'_>) -> Option<CaseType> {
        let title = root.must_text("title");
        let closes = root.opt("closes").unwrap_or(Closes::Steps);
        let owner = root.opt("owner").unwrap_or(Actor::ServiceDesk);
        let steps = each(&root.tables("step", "a step"), |node| self.step(node));
        let chases = each(&root.tables("chase", "a chase"), |node| self.chase(node));
        let mut seen = BTreeSet::new();
        for step in &steps {
            if !seen.insert(step.name.as_str()) {
                root.problem("step", format!("step \"{}\" is there twice; keep one", step.name));
            }
        }
        for of in chases.iter().filter_map(|chase| chase.of.as_ref()) {
            if !steps.iter().any(|step| step.name == *of) {
                root.problem("chase", format!("a chase is of \"{of}\", which is no step here"));
            }
        }
        if closes == Closes::Receipt && !steps.iter().any(|step| step.proof == Proof::Receipt) {
            root.problem("closes", "only a receipt closes it, and no step asks for one");
        }
        let sealed = root.opt("sealed").unwrap_or_default();
        Some(CaseType { title: title?, closes, sealed, owner, steps, chases })
    }

    fn step(&self, node: &Node<'_>) -> Option<CaseStep> {
        let (name, title, who) = (node.must_text("name"), node.must_text("title"), node.must("who"));
        let proof = node.opt("proof").unwrap_or(Proof::Note);
        let clause = node.opt::<ClauseId>("clause");
        if let Some(clause) = &clause {
            self.known_clause(node, clause);
        }
        let due = self.due(node);
        let each_item = node.opt("each_item").unwrap_or_default();
        let if_nothing_held = node.opt("if_nothing_held").unwrap_or_default();
        let later = node.opt("later").unwrap_or_default();
        let only: Vec<String> = node.opt("only").unwrap_or_default();
        for event in &only {
            if self.library.mover(event).is_none() {
                node.problem("only", format!("movers.toml has no event \"{event}\""));
            }
        }
        Some(CaseStep {
            name: name?,
            title: title?,
            who: who?,
            proof,
            clause,
            due: due?,
            each_item,
            if_nothing_held,
            only,
            later,
        })
    }

    fn due(&self, node: &Node<'_>) -> Option<StepDue> {
        let within = self.limit_at(node, "within");
        self.limit_at_most(node, "within", within.as_ref().and_then(Option::as_ref), limits::WORK);
        let due = node.opt::<String>("due");
        match (within?, due.as_deref()) {
            (Some(limit), None) => Some(StepDue::Within(limit)),
            (None, Some("case-date")) => Some(StepDue::CaseDate),
            (None, None) => Some(StepDue::Never),
            (None, Some(_)) => {
                node.problem("due", "due is \"case-date\"; a length of time stands under \"within\"");
                None
            }
            (Some(_), Some(_)) => {
                node.problem("due", "a step has \"within\" or \"due\", not both");
                None
            }
        }
    }

    fn chase(&self, node: &Node<'_>) -> Option<Chase> {
        let (to, of) = (node.must("to"), node.opt("of"));
        let (before, after) = (self.limit_at(node, "before")?, self.limit_at(node, "after")?);
        for (key, limit) in [("before", &before), ("after", &after)] {
            self.limit_at_most(node, key, limit.as_ref(), limits::WORK);
        }
        let (after, by) = match (before, after) {
            (Some(by), None) => (false, by),
            (None, Some(by)) => (true, by),
            _ => {
                node.problem("to", "a chase has either \"before\" or \"after\"");
                return None;
            }
        };
        Some(Chase { to: to?, of, after, by })
    }

    /// Checks that every case type that is named has a file, readable or not.
    fn opened(&self, files: &BTreeSet<String>) {
        let missing = |kind: &str| kind != BREACH && !files.contains(kind);
        for clause in &self.library.clauses {
            let procedures = clause.kept_by.iter().filter_map(|kept| match kept {
                KeptBy::Procedure { procedure, .. } => Some(procedure.as_str()),
                _ => None,
            });
            let opens = clause.rules().map(|rule| rule.opens.as_str());
            // What is asked and decided in a register needs no case.
            let procedures = procedures.filter(|kind| !self.register_does(kind));
            for kind in procedures.chain(opens).filter(|kind| missing(kind)) {
                let message = format!(
                    "there is neither a case type cases/{kind}.toml, which says what is to be done, nor a register \
                     that does it"
                );
                self.at_word(&clause.file, kind, &message);
            }
        }
        for event in &self.library.movers {
            if let Some(kind) = event.opens.as_deref().filter(|kind| missing(kind)) {
                let message =
                    format!("event \"{}\" opens a case of a type without cases/{kind}.toml", event.name);
                self.at_word(MOVERS, kind, &message);
            }
        }
    }
}
