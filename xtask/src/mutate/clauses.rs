//! Weakens clauses: what they ask for, by what they are kept, how strongly they speak.

use toml::{Table, Value};

use super::Mutation;
use super::tree::{Tree, at, list, take_out, ten_times, text};

pub(super) fn weakened(path: &str, text: &str) -> anyhow::Result<Vec<Mutation>> {
    let tree = Tree::read(path, text)?;
    let mut made = Vec::new();
    for (modality, weaker) in [("must", "should"), ("must-not", "may"), ("should", "may"), ("may", "states")]
    {
        made.extend(tree.with("clause speaks less strongly", weaker, |head| {
            (super::tree::text(head, "modality") == modality).then_some(())?;
            head.insert("modality".to_owned(), weaker.into());
            Some(())
        }));
    }
    made.extend(tree.with("clause limited to one kind of device", "ipad", |head| {
        let limits = [("kinds".to_owned(), Value::Array(vec!["ipad".into()]))].into_iter().collect();
        head.insert("applies_to".to_owned(), Value::Table(limits));
        Some(())
    }));
    made.extend(tree.with("exception added", "everybody", |head| {
        let one: Table = [("who".to_owned(), "Everybody".into())].into_iter().collect();
        let exceptions = head.entry("exceptions").or_insert_with(|| Value::Array(Vec::new()));
        exceptions.as_array_mut()?.push(Value::Table(one));
        Some(())
    }));
    made.extend(tree.with("time of an exception ten times as long", "expires", |head| {
        let one = at(head, "exceptions", 0)?;
        let longer = ten_times(one.get("expires")?)?;
        one.insert("expires".to_owned(), longer);
        Some(())
    }));
    for index in 0..list(&tree.head, "report_to").len() {
        made.extend(tree.with("nobody is told any more", format!("report_to {}", index + 1), |head| {
            take_out(head, "report_to", index)
        }));
    }
    for (index, part) in tree.tables("asks").into_iter().enumerate() {
        made.extend(asked(&tree, index, part));
    }
    for (index, kept) in tree.tables("kept_by").into_iter().enumerate() {
        made.extend(kept_by(&tree, index, kept));
    }
    let mut gone = Mutation { kind: "clause removed", what: path.to_owned(), ..Mutation::default() };
    gone.gone.push(path.to_owned());
    made.push(gone);
    Ok(made)
}

fn asked(tree: &Tree, index: usize, part: &Table) -> Vec<Mutation> {
    let place = format!("asks {} \"{}\"", index + 1, text(part, "part"));
    let mut made = Vec::new();
    made.extend(tree.with("part removed", &place, |head| take_out(head, "asks", index)));
    for key in ["agreed", "check", "procedure", "record"] {
        made.extend(tree.with("part kept by less", format!("{place}: {key}"), |head| {
            at(head, "asks", index)?.remove(key).map(drop)
        }));
    }
    for setting in 0..list(part, "settings").len() {
        made.extend(tree.with("part kept by less", format!("{place}: setting {}", setting + 1), |head| {
            take_out(at(head, "asks", index)?, "settings", setting)
        }));
    }
    made.extend(tree.with("part kept by nobody", &place, |head| {
        let part = at(head, "asks", index)?;
        part.get("nobody").is_none().then_some(())?;
        let what = part.get("part")?.clone();
        part.clear();
        part.insert("part".to_owned(), what);
        part.insert("nobody".to_owned(), "Nobody keeps it".into());
        Some(())
    }));
    made
}

fn kept_by(tree: &Tree, index: usize, kept: &Table) -> Vec<Mutation> {
    let by = ["setting", "check", "acceptance", "procedure", "record", "nothing"];
    let by = by.into_iter().find(|key| kept.contains_key(*key)).unwrap_or_default();
    let place = format!("kept_by {} ({by} {})", index + 1, text(kept, by));
    let mut made = Vec::new();
    made.extend(tree.with("way of keeping removed", &place, |head| take_out(head, "kept_by", index)));
    made.extend(tree.with("way of keeping removed, with what asks for it", &place, |head| {
        take_out(head, "kept_by", index)?;
        let mut unasked: Vec<Value> = list(head, "asks").to_vec();
        let name = match by {
            "setting" => return None,
            "acceptance" => None,
            _ => Some(Value::from(text(kept, by))),
        };
        for part in unasked.iter_mut().filter_map(Value::as_table_mut) {
            match &name {
                None => drop(part.remove("agreed")),
                Some(name) if part.get(by) == Some(name) => drop(part.remove(by)),
                Some(_) => {}
            }
            if part.len() == 1 {
                part.insert("nobody".to_owned(), "Nobody keeps it".into());
            }
        }
        head.insert("asks".to_owned(), Value::Array(unasked));
        Some(())
    }));
    made.extend(way(tree, index, kept, &place));
    made
}

/// Weakens one way of keeping a clause.
fn way(tree: &Tree, index: usize, kept: &Table, place: &str) -> Vec<Mutation> {
    let mut made = Vec::new();
    let mut with = |kind, change: &dyn Fn(&mut Table) -> Option<()>| {
        made.extend(tree.with(kind, place, |head| change(at(head, "kept_by", index)?)));
    };
    let judged = kept.contains_key("check");
    for (kind, grace) in [
        ("grace of a fortnight", "14d"),
        ("grace of a quarter", "90d"),
        ("grace of a hundred years", "5200w"),
    ] {
        with(kind, &|kept| {
            judged.then_some(())?;
            kept.insert("grace".to_owned(), grace.into());
            Some(())
        });
    }
    for (kind, key) in [("limit ten times as long", "within"), ("reminder ten times as rare", "again_after")]
    {
        with(kind, &|kept| {
            let longer = ten_times(kept.get(key)?).unwrap_or_else(|| "366d".into());
            kept.insert(key.to_owned(), longer);
            Some(())
        });
        with("limit taken out", &|kept| kept.remove(key).map(drop));
    }
    with("question taken out", &|kept| {
        kept.remove("answers");
        kept.remove("correct");
        kept.remove("question").map(drop)
    });
    for key in ["lapsed", "restricts"] {
        with("restriction taken out", &|kept| kept.remove(key).map(drop));
    }
    with("breach opens another case", &|kept| {
        judged.then_some(())?;
        let other = if text(kept, "opens") == "breach" { "desk-case" } else { "breach" };
        kept.insert("opens".to_owned(), other.into());
        Some(())
    });
    for (key, value) in kept.get("set").and_then(Value::as_table).into_iter().flatten() {
        let Some(count) = value.as_integer() else { continue };
        for moved in [count - 1, count + 1, 1] {
            with("value that a clause gives its check moved", &|kept| {
                kept.get_mut("set")?.as_table_mut()?.insert(key.clone(), moved.into());
                Some(())
            });
        }
    }
    made
}
