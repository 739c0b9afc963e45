//! A loaded policy: every document, clause and register, with their references known to hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use compliance::Check;
use domain::{ClauseId, Fact, FactValue, SettingKey, SettingValue, Span, Timestamp};

use crate::forces::Forces;
use crate::forms::FormType;
use crate::model::{Clause, Document, Note};
use crate::permissions::PermissionRegister;
use crate::procedures::{CaseType, MoverEvent};
use crate::registers::{
    Baseline, EFFECTIVE, Parameter, RegisteredFact, Registers, SINCE_1970, Setting, VocabularyEntry,
};
use crate::value::ParameterValue;
use crate::working_days::WorkingDays;

/// The force's rules.
#[derive(Debug, Clone, Default)]
pub struct Library {
    pub(crate) forces: Forces,
    /// The documents, in order of id.
    pub documents: Vec<Document>,
    /// Every clause: by document, then section, then number, as on paper.
    pub clauses: Vec<Clause>,
    /// The settings files by name.
    pub settings: BTreeMap<String, Setting>,
    /// The checks by name.
    pub checks: BTreeMap<String, Check>,
    /// The baselines by name.
    pub baselines: BTreeMap<String, Baseline>,
    /// The types of case by name.
    pub cases: BTreeMap<String, CaseType>,
    /// The forms of incidents by name.
    pub forms: BTreeMap<String, FormType>,
    /// The events in people's working lives, in the order of the file.
    pub movers: Vec<MoverEvent>,
    pub(crate) working_days: WorkingDays,
    /// Who may do what.
    pub access: Arc<access::Policies>,
    /// The registers of permissions and exceptions by name.
    pub permissions: BTreeMap<String, PermissionRegister>,
    pub(crate) registers: Registers,
}

impl Library {
    /// Returns the clause of that id.
    #[must_use]
    pub fn clause(&self, id: &ClauseId) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.id == *id)
    }

    /// Returns the clause of that id, whatever the case in which someone typed it.
    #[must_use]
    pub fn find_clause(&self, id: &str) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.id.as_str().eq_ignore_ascii_case(id))
    }

    /// Returns the document of that id.
    #[must_use]
    pub fn document(&self, id: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// Returns the clauses of a document, in order.
    pub fn clauses_in<'a>(&'a self, document: &'a str) -> impl Iterator<Item = &'a Clause> {
        self.clauses.iter().filter(move |clause| clause.document == document)
    }

    /// Returns the clauses of a baseline, in order.
    pub fn clauses_of<'a>(&'a self, baseline: &'a Baseline) -> impl Iterator<Item = &'a Clause> {
        self.clauses.iter().filter(|clause| {
            baseline.documents.contains(&clause.document) && !baseline.except.contains(&clause.id)
        })
    }

    /// Returns the editor's notes that name a clause.
    pub fn notes_on<'a>(&'a self, clause: &'a Clause) -> impl Iterator<Item = &'a Note> {
        self.document(&clause.document)
            .into_iter()
            .flat_map(|document| &document.notes)
            .filter(|note| note.clauses.contains(&clause.id))
    }

    /// Returns the forces that the policy is for.
    #[must_use]
    pub const fn forces(&self) -> &Forces {
        &self.forces
    }

    /// Returns the force parameters by name.
    #[must_use]
    pub const fn parameters(&self) -> &BTreeMap<String, Parameter> {
        &self.registers.parameters
    }

    /// Returns the register of facts.
    #[must_use]
    pub const fn facts(&self) -> &BTreeMap<String, RegisteredFact> {
        &self.registers.facts
    }

    /// Returns a fact as people read it: what it means, and its value with its unit.
    #[must_use]
    pub fn in_words(&self, fact: &Fact) -> (String, String) {
        let name = fact.name.as_str();
        let unit = match name.strip_prefix(EFFECTIVE) {
            Some(key) => self.vocabulary().get(&SettingKey::new(key)).and_then(|known| known.unit.as_deref()),
            None => self.facts().get(name).and_then(|known| known.unit.as_deref()),
        };
        let value = match (&fact.value, unit) {
            (FactValue::Count(millis), Some(SINCE_1970)) => Timestamp::from_millis(*millis).to_string(),
            (FactValue::Count(1), Some(unit)) => format!("1 {}", unit.strip_suffix('s').unwrap_or(unit)),
            (FactValue::Count(count), Some(unit)) => format!("{count} {unit}"),
            (FactValue::List(items), _) if items.is_empty() => "none".to_owned(),
            (value, _) => value.to_string(),
        };
        (self.lookup().means(name), value)
    }

    /// Returns the register of settings.
    #[must_use]
    pub const fn vocabulary(&self) -> &BTreeMap<SettingKey, VocabularyEntry> {
        &self.registers.vocabulary
    }

    /// Returns the clause under which the service does what it calls by that name in the ledger, if the force named one.
    /// A line for the action with its reason (`check-in.refused/no-holder`) goes before one for the action alone.
    #[must_use]
    pub fn clause_of_action(&self, action: &str, reason: Option<&str>) -> Option<&ClauseId> {
        let actions = &self.registers.actions;
        reason.and_then(|reason| actions.get(&format!("{action}/{reason}"))).or_else(|| actions.get(action))
    }

    /// Returns the kind of event of that name.
    #[must_use]
    pub fn mover(&self, name: &str) -> Option<&MoverEvent> {
        self.movers.iter().find(|event| event.name == name)
    }

    /// Returns the form that belongs to cases of a type, with its name.
    #[must_use]
    pub fn form_of(&self, case: &str) -> Option<(&str, &FormType)> {
        let belongs = |form: &FormType| form.cases.iter().any(|kind| kind == case);
        self.forms.iter().find(|(_, form)| belongs(form)).map(|(name, form)| (name.as_str(), form))
    }

    /// Returns the force's working days.
    #[must_use]
    pub const fn working_days(&self) -> &WorkingDays {
        &self.working_days
    }

    /// Returns a parameter that is a length of time; `None` if there is none of that name and type.
    #[must_use]
    pub fn span(&self, parameter: &str) -> Option<Span> {
        match self.parameters().get(parameter).map(|parameter| &parameter.value) {
            Some(ParameterValue::Span(span)) => Some(*span),
            _ => None,
        }
    }

    /// Returns a parameter that is a whole number; `None` if there is none of that name and type.
    #[must_use]
    pub fn count(&self, parameter: &str) -> Option<i64> {
        match self.parameters().get(parameter).map(|parameter| &parameter.value) {
            Some(ParameterValue::Setting(SettingValue::Count(count))) => Some(*count),
            _ => None,
        }
    }

    /// Returns a parameter that is a text; `None` if there is none of that name and type.
    #[must_use]
    pub fn text(&self, parameter: &str) -> Option<&str> {
        match self.parameters().get(parameter).map(|parameter| &parameter.value) {
            Some(ParameterValue::Setting(SettingValue::Text(text))) => Some(text),
            _ => None,
        }
    }

    /// Returns a parameter that is a list of texts; `None` if there is none of that name and type.
    #[must_use]
    pub fn texts(&self, parameter: &str) -> Option<&std::collections::BTreeSet<String>> {
        match self.parameters().get(parameter).map(|parameter| &parameter.value) {
            Some(ParameterValue::Setting(SettingValue::List(list))) => Some(list),
            _ => None,
        }
    }

    /// Returns the register whose entries are the work of that procedure.
    #[must_use]
    pub fn register_of_procedure(&self, procedure: &str) -> Option<&PermissionRegister> {
        self.permissions.values().find(|register| register.procedure.as_deref() == Some(procedure))
    }

    /// Returns what checks may refer to: for binding a check outside the loader.
    #[must_use]
    pub fn lookup(&self) -> &dyn compliance::Lookup {
        &self.registers
    }
}
