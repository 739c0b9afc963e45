//! Reading `forms/<name>.toml`: the forms of incidents, and the types of case that they belong to.

use std::collections::{BTreeMap, BTreeSet};

use domain::Span;

use super::documents::each;
use super::{Loader, limits};
use crate::forms::{BreachKind, FormClock, FormField, FormType, NOT_KNOWN};
use crate::reader::{Node, Source};
use crate::words::{AnswerKind, Half, Proof};

/// A reporter answers fewer questions than ten.
const MOST_ASKED: usize = 9;
/// Most questions of a form.
const MOST_FIELDS: usize = 40;
/// Names that the page of a form has of its own.
const TAKEN: [&str; 7] = ["version", "do", "form", "kind", "joins", "more", "file"];
/// The steps of cases that a form ends.
const OF_A_FORM: [Proof; 3] = [Proof::Form, Proof::Assessment, Proof::Decision];

impl Loader<'_> {
    /// Needs the clauses and the types of case.
    pub(super) fn forms(&mut self) {
        let mut forms = BTreeMap::new();
        for name in &super::names(self.files, "forms/") {
            let file = format!("forms/{name}.toml");
            let Some(text) = self.files.get(&file) else { continue };
            let read = self.with_root(Source::whole(&file, text), "a form", |root| self.form(root));
            if let Some(form) = read {
                forms.insert(name.clone(), form);
            }
        }
        self.library.forms = forms;
        self.steps_of_forms();
    }

    fn form(&self, root: &Node<'_>) -> Option<FormType> {
        let (title, cases) = (root.must_text("title"), root.must::<Vec<String>>("cases"));
        let goes_to = root.must("goes_to");
        let (within, keep) = (self.must_limit(root, "within"), self.must_limit(root, "keep"));
        self.limit_at_most(root, "within", within.as_ref(), limits::NOTIFY);
        self.limit_at_most(root, "keep", keep.as_ref(), limits::KEEP);
        let clock = match root.has("clock") {
            true => Some(root.table("clock", "the clock").and_then(|node| self.clock(&node))),
            false => None,
        };
        let (own_report, by_hand, referral) =
            (root.opt("own_report"), root.opt("by_hand"), root.opt("referral"));
        let kinds = each(&root.tables("kind", "a kind of breach"), |node| self.breach_kind(node));
        let fields = each(&root.tables("field", "a field"), field);
        let form = FormType {
            title: title?,
            cases: cases?,
            goes_to: goes_to?,
            within: within?,
            keep: keep?,
            clock: match clock {
                Some(read) => Some(read?),
                None => None,
            },
            own_report,
            by_hand,
            referral,
            kinds,
            fields,
        };
        self.fits_its_cases(root, &form);
        fits_its_fields(root, &form);
        Some(form)
    }

    fn must_limit(&self, node: &Node<'_>, key: &'static str) -> Option<crate::model::Limit> {
        let limit = self.limit_at(node, key)?;
        if limit.is_none() {
            node.problem(key, format!("a form has no \"{key}\"; write a length of time such as \"24h\""));
        }
        limit
    }

    fn clock(&self, node: &Node<'_>) -> Option<FormClock> {
        let (regulator, law) = (node.must_text("regulator"), node.must_text("law"));
        let within = self.must_limit(node, "within");
        self.limit_at_most(node, "within", within.as_ref(), limits::NOTIFY);
        let mut warn_before = node.opt::<Vec<Span>>("warn_before").unwrap_or_default();
        warn_before.sort_unstable_by(|one, other| other.cmp(one));
        node.finish();
        let within = within?;
        if warn_before.iter().any(|before| *before <= Span::default()) {
            node.problem("warn_before", "a warning comes before the end; the end itself is one too");
        }
        // A force that chooses a shorter time leaves out what would come before the beginning.
        warn_before.retain(|before| *before < within.span);
        Some(FormClock { regulator: regulator?, law: law?, within, warn_before })
    }

    fn breach_kind(&self, node: &Node<'_>) -> Option<BreachKind> {
        let (name, title, clause) = (node.must_text("name"), node.must_text("title"), node.opt("clause"));
        if let Some(clause) = clause.as_ref().filter(|clause| !self.knows(clause)) {
            node.problem("clause", format!("there is no clause {clause}"));
        }
        Some(BreachKind { name: name?, title: title?, clause })
    }

    /// Checks that the types of case are there, and that those which a form opens are its own.
    fn fits_its_cases(&self, root: &Node<'_>, form: &FormType) {
        let known = |kind: &str| self.library.cases.get(kind);
        for kind in &form.cases {
            match known(kind) {
                None => root.problem("cases", format!("there is no case type cases/{kind}.toml")),
                Some(of) if of.sealed => {
                    root.problem(
                        "cases",
                        format!("cases of the type \"{kind}\" are sealed, and a form is not"),
                    );
                }
                Some(of) if !of.steps.iter().any(|step| step.proof == Proof::Form) => root.problem(
                    "cases",
                    format!(
                        "no step of cases/{kind}.toml has proof = \"form\", so nobody would be asked for it"
                    ),
                ),
                Some(_) => {}
            }
        }
        for (key, kind) in [("own_report", &form.own_report), ("by_hand", &form.by_hand)] {
            if kind.as_ref().is_some_and(|kind| !form.cases.contains(kind)) {
                root.problem(key, format!("{key} names a type of case that \"cases\" does not"));
            }
        }
        if form.own_report.is_some() && form.kinds.is_empty() {
            root.problem("own_report", "nobody could say what they report; write a [[kind]] for each");
        }
        if form.referral.as_ref().is_some_and(|kind| known(kind).is_none_or(|of| !of.sealed)) {
            root.problem("referral", "a referral is a type of case with sealed = true");
        }
    }

    /// Checks that no case has two forms, and that every step that only a form ends has one.
    fn steps_of_forms(&self) {
        // A form that could not be read has its problem already.
        let unread = self.library.forms.len() < super::names(self.files, "forms/").len();
        for (name, kind) in &self.library.cases {
            let forms = self.library.forms.values().filter(|form| form.cases.contains(name)).count();
            if forms > 1 {
                self.sink.add(
                    &format!("cases/{name}.toml"),
                    None,
                    "two forms name this type of case; keep one",
                );
            }
            let waits = kind.steps.iter().find(|step| OF_A_FORM.contains(&step.proof));
            if let Some(step) = waits.filter(|_| forms == 0 && !unread) {
                let message =
                    format!("step \"{}\" waits for a form, and none in forms/ names this type", step.name);
                self.at_word(&format!("cases/{name}.toml"), &step.name, &message);
            }
        }
    }
}

fn field(node: &Node<'_>) -> Option<FormField> {
    let (name, half, ask) = (node.must_text("name"), node.must("half"), node.must_text("ask"));
    let (hint, kind) = (node.opt("hint").unwrap_or_default(), node.must("type"));
    let options: Vec<String> = node.opt("options").unwrap_or_default();
    let (known, only) = (node.opt("known"), node.opt("only").unwrap_or_default());
    let optional = node.opt("optional").unwrap_or_default();
    let (name, kind) = (name?, kind?);
    if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        node.problem("name", "a field's name is small letters, digits and hyphens");
    }
    if TAKEN.contains(&name.as_str()) {
        node.problem("name", format!("the form has a field \"{name}\" of its own; choose another name"));
    }
    if (kind == AnswerKind::Text) != options.is_empty() || options.len() == 1 {
        node.problem("options", "a choice has at least two options, and words have none");
    }
    if options.iter().any(|option| option.contains(';') || option == NOT_KNOWN || option.trim().is_empty()) {
        node.problem(
            "options",
            format!("an option is no \"{NOT_KNOWN}\", which is always one, and has no semicolon"),
        );
    }
    Some(FormField { name, half: half?, ask: ask?, hint, kind, options, known, only, optional })
}

fn fits_its_fields(root: &Node<'_>, form: &FormType) {
    if form.fields.len() > MOST_FIELDS {
        root.problem("field", format!("a form asks at most {MOST_FIELDS} questions"));
    }
    for case in &form.cases {
        let mut names = BTreeSet::new();
        for field in form.fields.iter().filter(|field| field.is_asked_in(case)) {
            if !names.insert(field.name.as_str()) {
                root.problem(
                    "field",
                    format!("\"{}\" is asked twice in cases of {case}; keep one", field.name),
                );
            }
        }
        for half in [Half::Reporter, Half::Assessor] {
            let asked = form.asked(half, case).count();
            if asked == 0 {
                root.problem("field", format!("{} asks nothing in cases of {case}", half.title()));
            }
            if half == Half::Reporter && asked > MOST_ASKED {
                root.problem(
                    "field",
                    format!("a reporter answers at most {MOST_ASKED} questions, and {case} has {asked}"),
                );
            }
        }
    }
    let strange = form.fields.iter().flat_map(|field| &field.only).find(|only| !form.cases.contains(only));
    if let Some(only) = strange {
        root.problem("field", format!("a field is only for \"{only}\", which \"cases\" does not name"));
    }
}
