//! Reading `registers/<id>.toml`: the registers of permissions and exceptions.

use std::collections::{BTreeMap, BTreeSet};

use domain::Span;

use super::{Loader, limits};
use crate::model::KeptBy;
use crate::permissions::{FieldKind, PermissionEffect, PermissionField, PermissionFor, PermissionRegister};
use crate::reader::{Node, Source};
use crate::words::ValueType;

/// A request is a page, not a form of many.
const MOST_FIELDS: usize = 12;
/// Names that every request has of its own.
const TAKEN: [&str; 10] =
    ["person", "device", "clause", "because", "until", "from", "once", "version", "security", "passphrase"];

impl Loader<'_> {
    /// Needs the clauses: a register belongs to some.
    pub(super) fn permissions(&mut self) {
        let mut registers = BTreeMap::new();
        for id in &super::names(self.files, "registers/") {
            let file = format!("registers/{id}.toml");
            let Some(text) = self.files.get(&file) else { continue };
            let source = Source::whole(&file, text);
            if let Some(register) = self.with_root(source, "a register", |root| self.grant(root, id)) {
                registers.insert(id.clone(), register);
            }
        }
        self.library.permissions = registers;
        self.permission_procedures();
    }

    fn grant(&self, root: &Node<'_>, id: &str) -> Option<PermissionRegister> {
        let (title, says, about) = (root.must_text("title"), root.must_text("says"), root.must("about"));
        let (clauses, longest) = (root.must::<Vec<_>>("clauses"), root.must::<Span>("longest"));
        let warn_before = root.must::<Span>("warn_before");
        let (ask, decide) = (root.must::<Vec<_>>("ask"), root.must::<Vec<_>>("decide"));
        let second: Vec<String> = root.opt("second").unwrap_or_default();
        let decide_within = self.limit_at(root, "decide_within");
        self.at_most(root, "longest", longest, limits::AGAIN);
        self.limit_at_most(
            root,
            "decide_within",
            decide_within.as_ref().and_then(Option::as_ref),
            limits::WORK,
        );
        let (procedure, note) = (root.opt("procedure"), root.opt("note"));
        let fields = self.fields(root);
        let does = self.does(root, &fields);
        let register = PermissionRegister {
            id: id.to_owned(),
            title: title?,
            says: says?,
            clauses: clauses?,
            about: about?,
            ask: ask?,
            decide: decide?,
            second,
            decide_within: decide_within?,
            longest: longest?,
            warn_before: warn_before?,
            procedure,
            note,
            does: does?,
            fields,
            roles_line: root.line_of("decide"),
        };
        self.fits(root, &register);
        Some(register)
    }

    fn fits(&self, root: &Node<'_>, register: &PermissionRegister) {
        for (key, empty) in [
            ("clauses", register.clauses.is_empty() && register.about != PermissionFor::Clause),
            ("ask", register.ask.is_empty()),
            ("decide", register.decide.is_empty()),
        ] {
            if empty {
                root.problem(key, format!("{key} is empty; name at least one"));
            }
        }
        for clause in register.clauses.iter().filter(|id| !self.knows(id)) {
            root.problem("clauses", format!("there is no clause {clause}"));
        }
        if register.longest <= Span::default() {
            root.problem("longest", "an entry must be able to last; write a length of time such as \"26w\"");
        }
        if register.warn_before >= register.longest {
            root.problem(
                "warn_before",
                "the warning would come before the entry; make it shorter than longest",
            );
        }
        if register.about == PermissionFor::Clause && register.does != PermissionEffect::AcceptsRisk {
            root.problem(
                "about",
                "an entry for a clause accepts a risk; write does = { accepts_risk = true }",
            );
        }
    }

    fn fields(&self, root: &Node<'_>) -> Vec<PermissionField> {
        let nodes = root.tables("field", "a field");
        if nodes.len() > MOST_FIELDS {
            root.problem("field", format!("a register asks at most {MOST_FIELDS} fields"));
        }
        let mut names = BTreeSet::new();
        let mut fields = Vec::new();
        for node in &nodes {
            let field = self.field(node);
            node.finish();
            let Some(field) = field else { continue };
            if !names.insert(field.name.clone()) {
                node.problem("name", format!("\"{}\" is asked twice; keep one", field.name));
            }
            fields.push(field);
        }
        for kind in [FieldKind::Network, FieldKind::People] {
            if fields.iter().filter(|field| field.kind == kind).count() > 1 {
                root.problem("field", format!("a register asks for {} once at most", kind.title()));
            }
        }
        fields
    }

    fn field(&self, node: &Node<'_>) -> Option<PermissionField> {
        let (name, label, kind) = (node.must_text("name"), node.must_text("label"), node.must("type"));
        let hint = node.opt("hint").unwrap_or_default();
        let options: Vec<String> = node.opt("options").unwrap_or_default();
        let (parameter, optional) =
            (node.opt::<String>("parameter"), node.opt("optional").unwrap_or_default());
        let (name, kind) = (name?, kind?);
        if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            node.problem("name", "a field's name is small letters, digits and hyphens");
        }
        if TAKEN.contains(&name.as_str()) {
            node.problem(
                "name",
                format!("every request has a field \"{name}\" of its own; choose another name"),
            );
        }
        if (kind == FieldKind::Choice) != (options.len() >= 2) {
            node.problem("name", "a choice has at least two options, and nothing else has any");
        }
        match (kind, &parameter) {
            (FieldKind::App, Some(name)) => self.is_list(node, name, ValueType::List),
            (FieldKind::App, None) => {
                node.problem("name", "an app is chosen from a parameter's list; write parameter = \"...\"");
            }
            (_, Some(_)) => node.problem("parameter", "only an app is chosen from a parameter's list"),
            (_, None) => {}
        }
        Some(PermissionField { name, label: label?, hint, kind, options, parameter, optional })
    }

    fn is_list(&self, node: &Node<'_>, name: &str, wanted: ValueType) {
        match self.library.registers.parameters.get(name).map(|parameter| parameter.value.value_type()) {
            Some(is) if is == wanted => {}
            Some(is) => {
                node.problem("parameter", format!("parameter \"{name}\" is of type {is}, not {wanted}"))
            }
            None => node.problem("parameter", format!("no parameter \"{name}\"; parameters.toml lists them")),
        }
    }

    /// Reads what an entry does; `None` if it is wrong.
    fn does(&self, root: &Node<'_>, fields: &[PermissionField]) -> Option<PermissionEffect> {
        let Some(node) = root.table("does", "what it does") else {
            return (!root.has("does")).then_some(PermissionEffect::Nothing);
        };
        let (adds, takes_out) = (node.opt::<String>("adds"), node.opt::<String>("takes_out"));
        let (parameter, risk) = (node.opt::<String>("parameter"), node.opt::<bool>("accepts_risk"));
        node.finish();
        let (effect, field) = match (parameter, adds, takes_out, risk) {
            (None, None, None, Some(true)) => return Some(PermissionEffect::AcceptsRisk),
            (Some(parameter), Some(field), None, None) => {
                (PermissionEffect::Adds { parameter, field: field.clone() }, field)
            }
            (Some(parameter), None, Some(field), None) => {
                (PermissionEffect::TakesOut { parameter, field: field.clone() }, field)
            }
            _ => {
                root.problem(
                    "does",
                    "does is { parameter, adds }, { parameter, takes_out } or { accepts_risk = true }",
                );
                return None;
            }
        };
        let wanted = match fields.iter().find(|known| known.name == field).map(|known| known.kind) {
            Some(FieldKind::Network) => ValueType::Networks,
            Some(FieldKind::App) => ValueType::List,
            Some(_) => {
                root.problem("does", format!("field \"{field}\" is neither a network nor an app"));
                return None;
            }
            None => {
                root.problem("does", format!("there is no [[field]] \"{field}\""));
                return None;
            }
        };
        self.is_list(&node, effect.parameter().unwrap_or_default(), wanted);
        Some(effect)
    }

    /// Returns whether a procedure is done as entries of a register; one that could not be read may be the one.
    pub(super) fn register_does(&self, procedure: &str) -> bool {
        let unread = super::names(self.files, "registers/").len() > self.library.permissions.len();
        unread || self.library.register_of_procedure(procedure).is_some()
    }

    /// Checks that a register's procedure is one that some clause is kept by, and that no two registers share one.
    fn permission_procedures(&self) {
        let mut done: BTreeSet<&str> = BTreeSet::new();
        for register in self.library.permissions.values() {
            let Some(procedure) = register.procedure.as_deref() else { continue };
            let file = format!("registers/{}.toml", register.id);
            let keeps =
                self.library.clauses.iter().flat_map(|clause| &clause.kept_by).any(
                    |kept| matches!(kept, KeptBy::Procedure { procedure: known, .. } if known == procedure),
                );
            if !keeps && !self.clauses_missing {
                self.at_word(&file, procedure, &format!("no clause is kept by procedure \"{procedure}\""));
            }
            if !done.insert(procedure) {
                self.at_word(&file, procedure, "another register does this procedure too; keep one");
            }
        }
    }
}
