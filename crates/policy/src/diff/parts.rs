//! What changes beside clauses, settings, checks and parameters' values: types of case, forms, events in working lives, registers,
//! forces, and what the registers of facts, settings and parameters say of their entries.

use std::collections::{BTreeMap, BTreeSet};

use compliance::Direction;
use serde::Serialize;
use serde_json::Value;

use super::direction::{of_presence, of_value, weakest};
use super::{Change, what};
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
    /// An entry of the register of facts.
    Fact,
    /// An entry of the register of settings.
    Vocabulary,
    /// What is said of a force parameter, its value apart: its bounds, its owner.
    Parameter,
    /// A settings file by itself, whether or not another clause asks for as much.
    Settings,
    /// The clause under which the service does something.
    Action,
    /// A named choice of clauses.
    Baseline,
}

impl PartKind {
    /// Every sort, in the order in which they are shown.
    pub const ALL: [Self; 11] = [
        Self::Case,
        Self::Form,
        Self::Mover,
        Self::Register,
        Self::Force,
        Self::Fact,
        Self::Vocabulary,
        Self::Parameter,
        Self::Settings,
        Self::Action,
        Self::Baseline,
    ];

    /// Returns its name, as a heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Case => "Types of case",
            Self::Form => "Forms of incidents",
            Self::Mover => "Events in working lives",
            Self::Register => "Registers",
            Self::Force => "Forces",
            Self::Fact => "Facts",
            Self::Vocabulary => "Meaning of settings",
            Self::Parameter => "Bounds of parameters",
            Self::Settings => "Settings files",
            Self::Action => "Actions",
            Self::Baseline => "Baselines",
        }
    }

    /// Returns the direction in which the policy goes when such a part comes.
    const fn coming(self) -> Direction {
        match self {
            Self::Case | Self::Form | Self::Mover | Self::Force | Self::Baseline => Direction::Broader,
            // Whoever is let off something is let off a rule.
            Self::Register => Direction::Weaker,
            Self::Fact | Self::Vocabulary | Self::Settings => Direction::Stronger,
            Self::Parameter | Self::Action => Direction::Changed,
        }
    }

    /// Returns the direction in which the policy goes when such a part goes.
    const fn going(self) -> Direction {
        match self {
            // Nobody is let off any more; or they are, and nothing is written down.
            Self::Register => Direction::Changed,
            _ => self.coming().opposite(),
        }
    }

    /// Returns the direction of one line of such a part.
    fn line(self, name: &str, was: Option<&Value>, is: Option<&Value>) -> Direction {
        match (self, name) {
            (Self::Parameter | Self::Vocabulary, "at_least") => numbers(was, is),
            (Self::Parameter | Self::Vocabulary, "at_most")
            | (Self::Register, "longest" | "decide_within") => numbers(is, was),
            (Self::Fact | Self::Vocabulary, "reported_on") | (Self::Case, "steps" | "chases") => {
                items(was, is)
            }
            _ => Direction::Changed,
        }
    }
}

/// Returns the direction of a number or length of time of which the greater is the stronger.
fn numbers(was: Option<&Value>, is: Option<&Value>) -> Direction {
    let number = |value: Option<&Value>| -> Option<i64> {
        let value = value?;
        let value = value.get("span").unwrap_or(value);
        let span = || value.as_str()?.parse::<domain::Span>().ok().map(domain::Span::millis);
        value.as_i64().or_else(span)
    };
    match (number(was), number(is)) {
        (Some(was), Some(is)) => Direction::upwards(&was, &is).unwrap_or(Direction::Changed),
        _ => Direction::Changed,
    }
}

/// Returns the direction of a list of which more is stronger; a change of an item cannot be told.
fn items(was: Option<&Value>, is: Option<&Value>) -> Direction {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (was, is) = (list(was), list(is));
    if is.len() < was.len() {
        Direction::Weaker
    } else if was.iter().all(|item| is.contains(item)) && is.len() > was.len() {
        Direction::Stronger
    } else {
        Direction::Changed
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
    /// In which direction it goes.
    pub direction: Direction,
}

/// A part as it is compared: its title, and its lines by name.
struct Part {
    title: String,
    lines: BTreeMap<String, Value>,
}

fn part(title: &str, of: &impl Serialize) -> Part {
    let lines: BTreeMap<String, Value> = match serde_json::to_value(of) {
        Ok(Value::Object(lines)) => lines.into_iter().collect(),
        Ok(other) => BTreeMap::from([("clause".to_owned(), other)]),
        Err(_) => BTreeMap::new(),
    };
    let lines = lines.into_iter().map(|(name, line)| (name, as_written(line))).collect();
    Part { title: title.to_owned(), lines }
}

/// Takes out the lengths of time that force parameters gave: their change is told with the parameter.
fn as_written(mut line: Value) -> Value {
    match &mut line {
        Value::Object(fields) => {
            if fields.get("parameter").is_some_and(Value::is_string) {
                fields.remove("span");
            }
            fields.values_mut().for_each(|field| *field = as_written(field.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = as_written(item.take())),
        _ => {}
    }
    line
}

type Parts = BTreeMap<(PartKind, String), Part>;

fn of(library: &Library) -> Parts {
    let mut parts = Parts::new();
    let mut add = |kind, name: &str, part: Part| parts.insert((kind, name.to_owned()), part);
    for (name, case) in &library.cases {
        add(PartKind::Case, name, part(&case.title, case));
    }
    for (name, form) in &library.forms {
        add(PartKind::Form, name, part(&form.title, form));
    }
    for event in &library.movers {
        add(PartKind::Mover, &event.name, part(&event.title, event));
    }
    for (name, register) in &library.permissions {
        add(PartKind::Register, name, part(&register.title, register));
    }
    for force in library.forces().iter() {
        add(PartKind::Force, force.word.as_str(), part(&force.title, force));
    }
    let mut common = part("What all forces share", library.forces());
    // Each force is compared by itself.
    common.lines.remove("entries");
    add(PartKind::Force, "forces.toml", common);
    for (name, fact) in library.facts() {
        add(PartKind::Fact, name, part(&fact.means, fact));
    }
    for (key, entry) in library.vocabulary() {
        add(PartKind::Vocabulary, key.as_str(), part(&entry.means, entry));
    }
    for (name, parameter) in library.parameters() {
        let mut said = part("", parameter);
        // The value in force is compared by itself.
        for line in ["value", "overridden", "default"] {
            said.lines.remove(line);
        }
        add(PartKind::Parameter, name, said);
    }
    for (name, clause) in &library.registers.actions {
        add(PartKind::Action, name, part("", clause));
    }
    for (name, baseline) in &library.baselines {
        add(PartKind::Baseline, name, part(&baseline.title, baseline));
    }
    parts
}

pub(super) fn parts(before: &Library, after: &Library) -> Vec<PartChange> {
    let (old, new) = (of(before), of(after));
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
                direction: match (was, is) {
                    (Some(was), Some(is)) => weakest(
                        fields
                            .iter()
                            .map(|field| Some(key.0.line(field, was.lines.get(field), is.lines.get(field)))),
                    ),
                    (None, _) => key.0.coming(),
                    (Some(_), None) => key.0.going(),
                },
                fields,
            })
        })
        .chain(settings_files(before, after))
        .collect()
}

/// Compares settings files by themselves: what devices are sent is the strictest of several, so one that is loosened need not show
/// there.
fn settings_files(old: &Library, new: &Library) -> Vec<PartChange> {
    super::differing(&old.settings, &new.settings)
        .filter_map(|(name, was, is)| {
            let none = BTreeMap::new();
            let values = |setting: Option<&crate::Setting>| {
                setting.map_or_else(|| none.clone(), |file| file.values.clone())
            };
            let (before, after) = (values(was), values(is));
            let mut directions = Vec::new();
            let mut fields = Vec::new();
            for (key, asked, asks) in super::differing(&before, &after) {
                let entry = new.vocabulary().get(key).or_else(|| old.vocabulary().get(key));
                let (merge, stronger) =
                    (entry.map(|known| known.merge), entry.and_then(|known| known.stronger));
                let direction = match (asked, asks) {
                    // The change of a parameter is told with the parameter.
                    (Some(was), Some(is)) if was.parameter.is_some() && was.parameter == is.parameter => {
                        continue;
                    }
                    (Some(was), Some(is)) => of_value(&was.value, &is.value, merge, stronger),
                    (was, is) => of_presence(was.is_some(), is.is_some(), merge, stronger),
                };
                directions.push(direction.or(Some(Direction::Changed)));
                fields.push(key.to_string());
            }
            let title = is.or(was).map(|file| file.title.clone()).unwrap_or_default();
            let renamed = was.map(|file| &file.title) != is.map(|file| &file.title);
            (renamed || !fields.is_empty()).then(|| PartChange {
                kind: PartKind::Settings,
                name: name.clone(),
                title,
                change: what(was, is),
                direction: weakest(directions),
                fields,
            })
        })
        .collect()
}

fn differing(was: &BTreeMap<String, Value>, is: &BTreeMap<String, Value>) -> Vec<String> {
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    names.into_iter().filter(|name| was.get(*name) != is.get(*name)).cloned().collect()
}
