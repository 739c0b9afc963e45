//! Weakens what clauses lean on: settings, parameters and what a force chooses, the registers, work and documents.

use policy::{Merge, Overrides};
use toml::{Table, Value};

use super::tree::{Tree, at, list, take_out, ten_times, text};
use super::{Base, Mutation};

type Made = anyhow::Result<Vec<Mutation>>;

/// Weakens each value of a settings file.
pub(super) fn setting(base: &Base, path: &str, text: &str) -> Made {
    let tree = Tree::read(path, text)?;
    let mut made = Vec::new();
    let Some(values) = tree.head.get("values").and_then(Value::as_table) else { return Ok(made) };
    for (key, value) in values {
        let merge =
            base.library.vocabulary().get(&domain::SettingKey::new(key.as_str())).map(|known| known.merge);
        let mut set = |kind, value: Option<Value>| {
            made.extend(tree.with(kind, key, |head| {
                head.get_mut("values")?.as_table_mut()?.insert(key.clone(), value?);
                Some(())
            }));
        };
        set("setting turned round", value.as_bool().map(|is| (!is).into()));
        let step = if merge == Some(Merge::Max) { -1 } else { 1 };
        set("setting moved by one", value.as_integer().map(|is| (is + step).into()));
        set("setting halved", value.as_integer().map(|is| (is / 2).into()));
        set("setting of 0", value.as_integer().map(|_| 0.into()));
        set("setting of 1000", value.as_integer().map(|_| 1000.into()));
        for index in 0..value.as_array().map_or(0, Vec::len) {
            let mut fewer = value.as_array().cloned().unwrap_or_default();
            fewer.remove(index);
            set("item taken out of a setting", Some(Value::Array(fewer)));
        }
        made.extend(tree.with("setting taken out", key, |head| {
            head.get_mut("values")?.as_table_mut()?.remove(key.as_str()).map(drop)
        }));
        made.extend(unasked(base, &tree, key)?);
    }
    let mut gone = Mutation { kind: "settings file removed", what: path.to_owned(), ..Mutation::default() };
    gone.gone.push(path.to_owned());
    made.push(gone);
    Ok(made)
}

/// Takes a setting out of its file and of every part of a clause that names it.
fn unasked(base: &Base, tree: &Tree, key: &str) -> anyhow::Result<Option<Mutation>> {
    let name = tree.path.trim_start_matches("settings/").trim_end_matches(".toml");
    let Some(mut mutation) = tree.with("setting taken out, with what asks for it", key, |head| {
        head.get_mut("values")?.as_table_mut()?.remove(key).map(drop)
    }) else {
        return Ok(None);
    };
    for clause in
        base.library.clauses.iter().filter(|clause| clause.settings().any(|setting| setting == name))
    {
        let Some(text) = base.files.get(&clause.file) else { continue };
        let mut tree = Tree::read(&clause.file, text)?;
        let mut parts: Vec<Value> = list(&tree.head, "asks").to_vec();
        for part in parts.iter_mut().filter_map(Value::as_table_mut) {
            if let Some(settings) = part.get_mut("settings").and_then(Value::as_array_mut) {
                settings.retain(|setting| setting.as_str() != Some(key));
                if settings.is_empty() {
                    part.remove("settings");
                }
            }
            if part.len() == 1 {
                part.insert("nobody".to_owned(), "Nobody keeps it".into());
            }
        }
        tree.head.insert("asks".to_owned(), Value::Array(parts));
        mutation.files.insert(clause.file.clone(), tree.text());
    }
    Ok(Some(mutation))
}

/// Weakens each parameter: its default, its bounds, and what a force chooses instead.
pub(super) fn parameters(path: &str, text: &str) -> Made {
    let tree = Tree::read(path, text)?;
    let mut made = Vec::new();
    for (index, parameter) in tree.tables("parameter").into_iter().enumerate() {
        let name = super::tree::text(parameter, "name").to_owned();
        let weakest = match super::tree::text(parameter, "stronger") {
            "more" => "at_least",
            _ => "at_most",
        };
        if let Some(bound) = parameter.get(weakest) {
            made.extend(tree.with("default at its weakest", &name, |head| {
                at(head, "parameter", index)?.insert("default".to_owned(), bound.clone()).map(drop)
            }));
            made.extend(
                (parameter.get("default") != Some(bound))
                    .then(|| chosen("force chooses the weakest", &name, bound.clone())),
            );
        }
        for key in ["at_least", "at_most"] {
            let Some(bound) = parameter.get(key) else { continue };
            let beyond = beyond(bound, key == "at_most");
            made.extend(chosen_beyond(&name, beyond.clone()));
            made.extend(tree.with("bound of a parameter widened", format!("{name}: {key}"), |head| {
                at(head, "parameter", index)?.insert(key.to_owned(), beyond?).map(drop)
            }));
            made.extend(tree.with("bound of a parameter taken out", format!("{name}: {key}"), |head| {
                at(head, "parameter", index)?.remove(key).map(drop)
            }));
        }
        made.extend(tree.with("direction of a parameter turned round", &name, |head| {
            let parameter = at(head, "parameter", index)?;
            let other = if parameter.get("stronger")?.as_str()? == "more" { "less" } else { "more" };
            parameter.insert("stronger".to_owned(), other.into()).map(drop)
        }));
        made.extend(lists(&tree, index, parameter));
    }
    Ok(made)
}

fn beyond(bound: &Value, greater: bool) -> Option<Value> {
    match bound {
        Value::Integer(count) => Some(if greater { count * 10 + 1 } else { count - 1 }.into()),
        value => {
            let span: domain::Span = value.as_str()?.parse().ok()?;
            let seconds = span.millis() / 1000;
            (greater || seconds > 0)
                .then(|| format!("{}s", if greater { seconds * 10 } else { seconds / 2 }).into())
        }
    }
}

fn chosen(kind: &'static str, name: &str, value: Value) -> Mutation {
    let what = format!("lanyard.toml: {name} = {value}");
    Mutation { kind, what, overrides: Overrides::from([(name.to_owned(), value)]), ..Mutation::default() }
}

fn chosen_beyond(name: &str, value: Option<Value>) -> Option<Mutation> {
    value.map(|value| chosen("force chooses beyond a bound", name, value))
}

/// Weakens a parameter that is a list or a text.
fn lists(tree: &Tree, index: usize, parameter: &Table) -> Vec<Mutation> {
    let name = text(parameter, "name");
    let mut made = Vec::new();
    match parameter.get("default") {
        Some(Value::Array(items)) => {
            let stronger = text(parameter, "stronger");
            for item in 0..items.len().min(12) {
                made.extend(tree.with(
                    "item taken out of a parameter",
                    format!("{name}: item {}", item + 1),
                    |head| {
                        (stronger != "less").then_some(())?;
                        at(head, "parameter", index)?
                            .get_mut("default")?
                            .as_array_mut()
                            .map(|items| drop(items.remove(item)))
                    },
                ));
            }
            made.push(chosen("force chooses nothing", name, Value::Array(Vec::new())));
        }
        Some(Value::String(_)) if text(parameter, "type") == "text" => {
            made.push(chosen("force chooses nothing", name, "".into()));
            made.push(chosen(
                "force chooses a placeholder",
                name,
                "https://proxy.force.example/proxy.pac".into(),
            ));
            made.extend(tree.with("text of a parameter changed", name, |head| {
                at(head, "parameter", index)?.insert("default".to_owned(), "nobody".into()).map(drop)
            }));
        }
        Some(Value::Boolean(is)) => made.push(chosen("force chooses the weakest", name, (!is).into())),
        _ => {}
    }
    made
}

/// Weakens the registers of settings, facts, events and actions.
pub(super) fn entries(path: &str, text: &str) -> Made {
    let tree = Tree::read(path, text)?;
    let key = ["setting", "fact", "event", "action"].into_iter().find(|key| tree.head.contains_key(*key));
    let Some(key) = key else { return Ok(Vec::new()) };
    let mut made = Vec::new();
    for (index, entry) in tree.tables(key).into_iter().enumerate() {
        let name = super::tree::text(entry, if key == "setting" { "key" } else { "name" }).to_owned();
        made.extend(tree.with("entry of a register removed", &name, |head| take_out(head, key, index)));
        let mut with = |kind, change: &dyn Fn(&mut Table) -> Option<()>| {
            made.extend(tree.with(kind, &name, |head| change(at(head, key, index)?)));
        };
        with("stricter side of a setting turned round", &|entry| {
            let other = match entry.get("merge")?.as_str()? {
                "any" => "all",
                "all" => "any",
                "max" => "min",
                "min" => "max",
                "union" => "intersection",
                _ => "union",
            };
            entry.insert("merge".to_owned(), other.into()).map(drop)
        });
        for platform in 0..list(entry, "reported_on").len() {
            with("platform that reports taken out", &|entry| take_out(entry, "reported_on", platform));
        }
        for (bound, value) in [("at_least", 0), ("at_most", 1000)] {
            with("bound of a setting widened", &|entry| {
                entry.get(bound)?;
                entry.insert(bound.to_owned(), value.into()).map(drop)
            });
        }
        for line in ["opens", "clause", "working_days_before", "ends"] {
            with("line of an event or action removed", &|entry| entry.remove(line).map(drop));
        }
    }
    Ok(made)
}

/// Weakens types of case, registers of permissions and forms.
pub(super) fn work(path: &str, text: &str) -> Made {
    let tree = Tree::read(path, text)?;
    let mut made = Vec::new();
    for line in ["within", "longest", "decide_within", "keep"] {
        made.extend(tree.with("limit ten times as long", line, |head| {
            let longer = ten_times(head.get(line)?).unwrap_or_else(|| "366d".into());
            head.insert(line.to_owned(), longer).map(drop)
        }));
        made.extend(tree.with("limit taken out", line, |head| head.remove(line).map(drop)));
    }
    for line in ["closes", "sealed", "owner", "clock", "procedure"] {
        made.extend(tree.with("line of work removed", line, |head| head.remove(line).map(drop)));
    }
    for line in ["ask", "decide", "clauses"] {
        made.extend(tree.with("list of work shortened", line, |head| take_out(head, line, 0)));
    }
    for key in ["step", "chase", "field", "kind"] {
        for (index, item) in tree.tables(key).into_iter().enumerate() {
            let place = format!("{key} {} {}", index + 1, super::tree::text(item, "name"));
            made.extend(
                tree.with("step, reminder or field removed", &place, |head| take_out(head, key, index)),
            );
            for line in ["within", "after"] {
                made.extend(tree.with("limit ten times as long", format!("{place}: {line}"), |head| {
                    let step = at(head, key, index)?;
                    let longer = ten_times(step.get(line)?).unwrap_or_else(|| "366d".into());
                    step.insert(line.to_owned(), longer).map(drop)
                }));
            }
            for line in ["proof", "within", "due", "each_item", "clause"] {
                made.extend(tree.with("line of a step removed", format!("{place}: {line}"), |head| {
                    at(head, key, index)?.remove(line).map(drop)
                }));
            }
            made.extend(tree.with("field made optional", &place, |head| {
                (key == "field").then_some(())?;
                at(head, key, index)?.insert("optional".to_owned(), true.into());
                Some(())
            }));
        }
    }
    let mut gone = Mutation { kind: "file of work removed", what: path.to_owned(), ..Mutation::default() };
    gone.gone.push(path.to_owned());
    made.push(gone);
    Ok(made)
}

/// Weakens what stands on a document's own page.
pub(super) fn document(path: &str, text: &str) -> Made {
    let tree = Tree::read(path, text)?;
    let mut made = Vec::new();
    let date = |day: &str| -> Option<Value> { Some(Value::Datetime(day.parse().ok()?)) };
    for day in ["2090-01-01", "2022-09-01", "2028-02-01"] {
        made.extend(tree.with("review date moved", day, |head| {
            head.get("review_by")?;
            head.insert("review_by".to_owned(), date(day)?).map(drop)
        }));
    }
    made.extend(tree.with("review and publication moved", "2089", |head| {
        head.insert("published".to_owned(), date("2089-01-01")?);
        head.insert("review_by".to_owned(), date("2090-01-01")?).map(drop)
    }));
    for line in ["review_by", "published", "regulator", "notify_within", "holder"] {
        made.extend(tree.with("line of a document removed", line, |head| head.remove(line).map(drop)));
    }
    made.extend(tree.with("limit ten times as long", "notify_within", |head| {
        let longer = ten_times(head.get("notify_within")?)?;
        head.insert("notify_within".to_owned(), longer).map(drop)
    }));
    for key in ["approval", "legal_basis", "note"] {
        for index in 0..list(&tree.head, key).len() {
            made.extend(tree.with("approval, law or note removed", format!("{key} {}", index + 1), |head| {
                take_out(head, key, index)
            }));
        }
    }
    Ok(made)
}
