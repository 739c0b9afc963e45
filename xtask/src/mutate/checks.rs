//! Weakens checks: conditions, bounds, arms, cases.

use compliance::{Check, Place};
use toml::{Table, Value};

use super::tree::{Tree, at, list, take_out, ten_times, text};
use super::{Base, Mutation};

type Made = anyhow::Result<Vec<Mutation>>;

/// Where a condition stands in another: the keys and indices that lead to it.
type Path = Vec<Step>;

#[derive(Debug, Clone)]
enum Step {
    Key(&'static str),
    Index(usize),
}

pub(super) fn weakened(base: &Base, path: &str, text: &str) -> Made {
    let tree = Tree::read(path, text)?;
    let mut made = Vec::new();
    for (arm, table) in tree.tables("on").into_iter().enumerate() {
        made.extend(arms(&tree, arm, table));
        let mut paths = Vec::new();
        if let Some(expect) = table.get("expect") {
            walk(expect, vec![], &mut paths);
        }
        for place in paths {
            made.extend(conditions(&tree, arm, &place));
        }
    }
    made.extend(params(&tree));
    made.extend(cases(&tree));
    // The same again, with the cases gone that would have told.
    let silenced: Vec<Mutation> =
        made.iter().filter_map(|mutation| silenced(base, &tree, mutation)).collect();
    made.extend(silenced);
    let mut gone =
        Mutation { kind: "check removed with its file", what: path.to_owned(), ..Mutation::default() };
    gone.gone.push(path.to_owned());
    made.push(gone);
    Ok(made)
}

/// Collects the place of every condition inside another.
fn walk(value: &Value, here: Path, into: &mut Vec<Path>) {
    let Some(table) = value.as_table() else { return };
    for key in ["all", "any"] {
        for (index, part) in list(table, key).iter().enumerate() {
            let mut there = here.clone();
            there.extend([Step::Key(if key == "all" { "all" } else { "any" }), Step::Index(index)]);
            walk(part, there, into);
        }
    }
    if let Some(inner) = table.get("not") {
        let mut there = here.clone();
        there.push(Step::Key("not"));
        walk(inner, there, into);
    }
    into.push(here);
}

fn find<'a>(value: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(*key),
        Step::Index(index) => value.get_mut(*index),
    })
}

fn expect<'a>(head: &'a mut Table, arm: usize, path: &[Step]) -> Option<&'a mut Value> {
    find(at(head, "on", arm)?.get_mut("expect")?, path)
}

fn conditions(tree: &Tree, arm: usize, path: &Path) -> Vec<Mutation> {
    let mut made = Vec::new();
    let place = format!("arm {}, {path:?}", arm + 1);
    if let [before @ .., Step::Key("all" | "any"), Step::Index(index)] = path.as_slice() {
        made.extend(tree.with("condition removed", &place, |head| {
            let parent = expect(head, arm, before)?.as_table_mut()?;
            let key = if parent.contains_key("all") { "all" } else { "any" };
            let items = parent.get_mut(key)?.as_array_mut()?;
            (items.len() > 1).then(|| items.remove(*index)).map(drop)
        }));
    }
    made.extend(tree.with("all turned into any", &place, |head| {
        let table = expect(head, arm, path)?.as_table_mut()?;
        let parts = table.remove("all")?;
        table.insert("any".to_owned(), parts);
        Some(())
    }));
    made.extend(bounds(tree, arm, path));
    made.extend(tree.with("test turned round", &place, |head| {
        let test = expect(head, arm, path)?.get_mut("fact")?.as_table_mut()?;
        let is = test.get("is")?.as_bool()?;
        test.insert("is".to_owned(), (!is).into());
        Some(())
    }));
    made.extend(tree.with("test asks for any value", &place, |head| {
        let whole = expect(head, arm, path)?;
        whole.get("fact")?.get("is")?.as_bool()?;
        let mut other = whole.clone();
        let test = other.get_mut("fact")?.as_table_mut()?;
        let is = test.get("is")?.as_bool()?;
        test.insert("is".to_owned(), (!is).into());
        *whole = Value::Table(
            [("any".to_owned(), Value::Array(vec![whole.clone(), other]))].into_iter().collect(),
        );
        Some(())
    }));
    made
}

/// Moves the bounds of one test.
fn bounds(tree: &Tree, arm: usize, path: &Path) -> Vec<Mutation> {
    let mut made = Vec::new();
    let place = format!("arm {}, {path:?}", arm + 1);
    for (kind, key, step) in [
        ("bound moved by one", "at_least", -1),
        ("bound moved by one", "at_most", 1),
        ("bound moved far", "at_least", -1000),
    ] {
        made.extend(tree.with(kind, format!("{place}: {key}"), |head| {
            let test = expect(head, arm, path)?.get_mut("fact")?.as_table_mut()?;
            let bound = test.get(key)?.as_integer()?;
            test.insert(key.to_owned(), bound.checked_add(step)?.into());
            Some(())
        }));
    }
    for (key, instead) in [("at_least", 0), ("at_most", 1000)] {
        made.extend(tree.with("bound written over the parameter", format!("{place}: {key}"), |head| {
            let test = expect(head, arm, path)?.get_mut("fact")?.as_table_mut()?;
            test.get(key)?.as_table()?;
            test.insert(key.to_owned(), instead.into());
            Some(())
        }));
    }
    made.extend(tree.with("time of a test written over the parameter", &place, |head| {
        let test = expect(head, arm, path)?.get_mut("fact")?.as_table_mut()?;
        test.get("within")?;
        test.insert("within".to_owned(), "360d".into());
        Some(())
    }));
    made
}

fn arms(tree: &Tree, arm: usize, table: &Table) -> Vec<Mutation> {
    let place = format!("arm {}", arm + 1);
    let mut made = Vec::new();
    let mut arm_with = |kind, change: &dyn Fn(&mut Table) -> Option<()>| {
        made.extend(tree.with(kind, &place, |head| change(at(head, "on", arm)?)));
    };
    arm_with("stale_after ten times as long", &|table| {
        let longer = ten_times(table.get("stale_after")?).unwrap_or_else(|| "70d".into());
        table.insert("stale_after".to_owned(), longer);
        Some(())
    });
    arm_with("stale_after of ten years", &|table| {
        table.get("stale_after")?;
        table.insert("stale_after".to_owned(), "521w".into());
        Some(())
    });
    arm_with("stale_after of a hundred years", &|table| {
        table.get("stale_after")?;
        table.insert("stale_after".to_owned(), "5200w".into());
        Some(())
    });
    for (kind, grade) in [("acknowledged is enough", "acknowledged"), ("a person's word is enough", "stated")]
    {
        arm_with(kind, &|table| {
            table.get("needs")?;
            table.insert("needs".to_owned(), grade.into());
            Some(())
        });
    }
    arm_with("never_met taken out", &|table| {
        table.get("expect")?;
        table.remove("never_met").map(drop)
    });
    arm_with("arm made not applicable", &|table| {
        let platforms = table.get("platforms")?.clone();
        table.clear();
        table.insert("platforms".to_owned(), platforms);
        table.insert("not_applicable".to_owned(), "It does not arise".into());
        Some(())
    });
    arm_with("arm says nothing can be told", &|table| {
        table.get("expect")?;
        let platforms = table.get("platforms")?.clone();
        table.clear();
        table.insert("platforms".to_owned(), platforms);
        table.insert("never_met".to_owned(), "Nothing can be told".into());
        Some(())
    });
    for index in 0..list(table, "platforms").len() {
        arm_with("platform taken out of an arm", &|table| take_out(table, "platforms", index));
    }
    arm_with("arm only for supervised devices", &|table| {
        table.insert("supervised".to_owned(), true.into());
        Some(())
    });
    made.extend(tree.with("arm removed", &place, |head| take_out(head, "on", arm)));
    made
}

fn params(tree: &Tree) -> Vec<Mutation> {
    let mut made = Vec::new();
    let Some(params) = tree.head.get("params").and_then(Value::as_table) else { return made };
    for (name, value) in params {
        let mut set = |kind, value: Value| {
            made.extend(tree.with(kind, format!("params.{name}"), |head| {
                head.get_mut("params")?.as_table_mut()?.insert(name.clone(), value);
                Some(())
            }));
        };
        if let Some(count) = value.as_integer() {
            set("own value of a check moved", (count - 1).into());
            set("own value of a check moved", (count + 1).into());
        }
        if let Some(items) = value.as_array() {
            for index in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(index);
                set("item taken out of a check's own list", Value::Array(fewer));
            }
        }
        if value.as_table().is_some() {
            set("force parameter written over", 1000.into());
        }
    }
    made
}

fn cases(tree: &Tree) -> Vec<Mutation> {
    let mut made = Vec::new();
    for (index, case) in tree.tables("case").into_iter().enumerate() {
        let place = format!("case {} \"{}\"", index + 1, text(case, "says"));
        made.extend(tree.with("case removed", &place, |head| take_out(head, "case", index)));
        made.extend(tree.with("case that wants another outcome", &place, |head| {
            let case = at(head, "case", index)?;
            let instead = if text(case, "want") == "met" { "not-met" } else { "met" };
            case.insert("want".to_owned(), instead.into());
            Some(())
        }));
    }
    made
}

/// Takes the cases out that would tell of a weakening.
fn silenced(base: &Base, tree: &Tree, mutation: &Mutation) -> Option<Mutation> {
    if mutation.kind.starts_with("case ") {
        return None;
    }
    let mut changed = Tree::read(&tree.path, mutation.files.get(&tree.path)?).ok()?;
    let check: Check = changed.head.clone().try_into().ok()?;
    let failing: Vec<usize> = check
        .failing_cases(base.library.lookup())
        .into_iter()
        .filter_map(|flaw| match flaw.place {
            Place::Case(index) => Some(index),
            _ => None,
        })
        .collect();
    if failing.is_empty() {
        return None;
    }
    let cases = changed.head.get_mut("case")?.as_array_mut()?;
    for index in failing.into_iter().rev() {
        cases.remove(index);
    }
    Some(Mutation {
        kind: "any of these, with the cases gone that would tell",
        what: format!("{} ({})", mutation.what, mutation.kind),
        files: [(tree.path.clone(), changed.text())].into(),
        ..Mutation::default()
    })
}
