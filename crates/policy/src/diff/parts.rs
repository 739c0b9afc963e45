//! What changes of the work that follows from rules: types of case, events in working lives, registers, forces.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::{Change, PolicyDiff, heading, what};
use crate::library::Library;

/// What sort of part it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartKind {
    /// A type of case, with its steps and limits.
    Case,
    /// A form of incidents.
    Form,
    /// An event in a working life.
    Mover,
    /// A register of permissions or exceptions.
    Register,
    /// A force.
    Force,
}

impl PartKind {
    /// Returns its name, as a heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Case => "Types of case",
            Self::Form => "Forms of incidents",
            Self::Mover => "Events in working lives",
            Self::Register => "Registers",
            Self::Force => "Forces",
        }
    }
}

/// A part that came, went or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartChange {
    /// What sort of part.
    pub kind: PartKind,
    /// Its name in the files.
    pub name: String,
    /// Its title, the new one where there is one.
    pub title: String,
    /// What happened.
    pub change: Change,
    /// Which of its lines differ, by their names in the files: `steps`, `owner`.
    pub fields: Vec<String>,
}

/// A part as it is compared: its title, and its lines by name.
struct Part {
    title: String,
    lines: BTreeMap<String, serde_json::Value>,
}

fn part(title: &str, of: &impl Serialize) -> Part {
    // These are plain structs with names for fields: they are always objects.
    let lines = match serde_json::to_value(of) {
        Ok(serde_json::Value::Object(lines)) => lines.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    Part { title: title.to_owned(), lines }
}

type Parts = BTreeMap<(PartKind, String), Part>;

fn of(library: &Library) -> Parts {
    let cases =
        library.cases.iter().map(|(name, case)| ((PartKind::Case, name.clone()), part(&case.title, case)));
    let forms =
        library.forms.iter().map(|(name, form)| ((PartKind::Form, name.clone()), part(&form.title, form)));
    let movers =
        library.movers.iter().map(|event| ((PartKind::Mover, event.name.clone()), part(&event.title, event)));
    let registers = library
        .permissions
        .iter()
        .map(|(name, register)| ((PartKind::Register, name.clone()), part(&register.title, register)));
    let forces = library.forces().iter();
    let forces = forces.map(|force| ((PartKind::Force, force.word.to_string()), part(&force.title, force)));
    let mut common = part("What all forces share", library.forces());
    // Each force is compared by itself.
    common.lines.remove("entries");
    let common = ((PartKind::Force, "forces.toml".to_owned()), common);
    cases.chain(forms).chain(movers).chain(registers).chain(forces).chain([common]).collect()
}

pub(super) fn parts(old: &Library, new: &Library) -> Vec<PartChange> {
    let (old, new) = (of(old), of(new));
    let keys: BTreeSet<&(PartKind, String)> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let (was, is) = (old.get(key), new.get(key));
            let fields = match (was, is) {
                (Some(was), Some(is)) => differing(&was.lines, &is.lines),
                _ => Vec::new(),
            };
            let same = was.is_some() && is.is_some() && fields.is_empty();
            (!same).then(|| PartChange {
                kind: key.0,
                name: key.1.clone(),
                title: is.or(was).map(|part| part.title.clone()).unwrap_or_default(),
                change: what(was, is),
                fields,
            })
        })
        .collect()
}

fn differing(
    was: &BTreeMap<String, serde_json::Value>,
    is: &BTreeMap<String, serde_json::Value>,
) -> Vec<String> {
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    names.into_iter().filter(|name| was.get(*name) != is.get(*name)).cloned().collect()
}

pub(super) fn tell(diff: &PolicyDiff, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for kind in [PartKind::Case, PartKind::Form, PartKind::Mover, PartKind::Register, PartKind::Force] {
        let of: Vec<&PartChange> = diff.parts.iter().filter(|part| part.kind == kind).collect();
        heading(f, kind.title(), &of)?;
        for part in of {
            let fields =
                if part.fields.is_empty() { String::new() } else { format!(" ({})", part.fields.join(", ")) };
            writeln!(f, "  {} {} {}{fields}", part.change.sign(), part.name, part.title)?;
        }
    }
    Ok(())
}
