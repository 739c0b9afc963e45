//! Reading `forces.toml`: the forces that the policy is for.

use std::collections::BTreeSet;

use domain::{Force, local_time};

use super::Loader;
use super::documents::each;
use crate::forces::{Contact, DateForm, ForceDetails, Forces};
use crate::reader::{Node, Source};

const FILE: &str = "forces.toml";
/// Most forces of one installation.
const MOST: usize = 50;

impl Loader<'_> {
    pub(super) fn forces(&mut self) {
        let Some(text) = self.files.get(FILE) else {
            self.sink.add(FILE, None, "the file is missing; it names your forces: see docs/policy-format.md");
            return;
        };
        let former = self.library.registers.former;
        if let Some(forces) =
            self.with_root(Source::whole(FILE, text), "the file", |root| forces(root, former))
        {
            self.library.forces = forces;
        }
    }
}

fn forces(root: &Node<'_>, former: bool) -> Option<Forces> {
    let (time_zone, marking) = (root.must_text("time_zone"), root.must_text("marking"));
    let emergency = root.must_text("emergency");
    let (profile_prefix, dates) = (root.must_text("profile_prefix"), root.opt::<String>("dates"));
    let entries = each(&root.tables("force", "a force"), |node| force(node, former));
    if entries.is_empty() {
        root.problem("force", "there is no force; write a [[force]] for each that is served");
    }
    if entries.len() > MOST {
        root.problem("force", format!("there are more than {MOST} forces; one installation serves no more"));
    }
    let mut seen = BTreeSet::new();
    for entry in &entries {
        for name in [entry.word.to_string(), entry.title.to_lowercase(), entry.short.to_lowercase()]
            .into_iter()
            .collect::<BTreeSet<_>>()
        {
            if !seen.insert(name.clone()) {
                root.problem("force", format!("two forces are called \"{name}\"; names tell them apart"));
            }
        }
    }
    let time_zone = time_zone?;
    if local_time::find_zone(&time_zone).is_none() {
        root.problem(
            "time_zone",
            format!("\"{time_zone}\" is no time zone; write one such as \"Europe/Berlin\""),
        );
    }
    let dates = match dates.as_deref() {
        None => DateForm::default(),
        Some(word) => match DateForm::ALL.iter().find(|(known, _)| *known == word) {
            Some((_, form)) => *form,
            None => {
                let known = DateForm::ALL.map(|(known, _)| known).join(", ");
                root.problem("dates", format!("\"{word}\" is no form of dates; there are: {known}"));
                return None;
            }
        },
    };
    let calling_code = root.opt::<String>("calling_code");
    let is_code =
        |code: &String| (1..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    if calling_code.as_ref().is_some_and(|code| !is_code(code)) {
        root.problem("calling_code", "write the country's calling code without a plus sign, such as \"44\"");
    }
    let (marking, emergency, profile_prefix) = (marking?, emergency?, profile_prefix?);
    Some(Forces { entries, time_zone, dates, marking, emergency, calling_code, profile_prefix })
}

fn force(node: &Node<'_>, former: bool) -> Option<ForceDetails> {
    let (word, title, short) = (node.must_text("word"), node.must_text("title"), node.must_text("short"));
    let desk = node.table("service_desk", "the service desk").and_then(|node| contact(&node, former));
    let officer = node.table("duty_officer", "the duty officer").and_then(|node| contact(&node, former));
    for (key, is) in [("service_desk", node.has("service_desk")), ("duty_officer", node.has("duty_officer"))]
    {
        if !is {
            node.problem(
                key,
                format!("a force has no \"{key}\"; write {key} = {{ name = \"...\", number = \"...\" }}"),
            );
        }
    }
    let word = word?.parse::<Force>().map_err(|error| node.problem("word", error.to_string())).ok()?;
    Some(ForceDetails {
        word,
        title: title?.into(),
        short: short?,
        service_desk: desk?,
        duty_officer: officer?,
    })
}

fn contact(node: &Node<'_>, former: bool) -> Option<Contact> {
    let (name, number) = (node.must_text("name"), node.must_text("number"));
    let outside = if node.has("outside") { node.must_text("outside") } else { None };
    node.finish();
    let (name, number) = (name?, number?);
    // A version that was in force is read as it was.
    if !former && !node.has("outside") && is_extension(&number) {
        node.problem(
            "number",
            format!(
                "\"{number}\" is an extension, which other telephones do not reach; write what anybody rings under \"outside\", such as \
                 outside = \"101, then ask for extension 12\""
            ),
        );
    }
    Some(Contact { name, number, outside })
}

/// Returns whether a number is written as an extension: an x and digits.
fn is_extension(number: &str) -> bool {
    let digits = number.trim().strip_prefix(['x', 'X']);
    digits.is_some_and(|digits| digits.trim().bytes().all(|byte| byte.is_ascii_digit()))
}
