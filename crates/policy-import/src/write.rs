//! From an outline to files.

use std::collections::BTreeSet;
use std::fmt::Write;

use policy::Modality;

use super::outline::{Item, Outline};
use super::phrases::{modality, slug, title};
use super::{Draft, ImportOptions};

/// The placeholder in a draft for what the force must decide.
const NOT_NAMED: &str = "not yet named";

pub(super) fn draft(outline: Outline, options: &ImportOptions) -> Draft {
    let folder = format!("documents/{}", options.id);
    let mut files = vec![(format!("{folder}/document.toml"), document(&outline, options))];
    let unnumbered: BTreeSet<&Option<String>> =
        outline.clauses.iter().filter(|item| item.number.is_none()).map(|item| &item.section).collect();
    let says = speaks(&outline);
    for ((index, item), says) in outline.clauses.iter().enumerate().zip(says) {
        // Where some clause of a section has no number, all of them keep the order of the paper by their place.
        let place = unnumbered.contains(&item.section).then_some(index.saturating_add(1));
        let name = Some(item.title.clone().unwrap_or_else(|| title(&item.text)));
        // A text without a letter, such as a full stop on a line of its own, gives no title.
        let name = name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| item.key.clone());
        let slug = slug(&name);
        let dash = if slug.is_empty() { "" } else { "-" };
        let path = format!("{folder}/clauses/{}{dash}{slug}.md", item.key.to_ascii_lowercase());
        files.push((path, clause(item, &name, place, says, options)));
    }
    let mut notes = outline.notes;
    notes.push(format!(
        "{} clauses are drafted and none is bound yet: say in each how it is kept",
        outline.clauses.len()
    ));
    notes.push(
        "owner, marking, version and dates are not read from the text: fill in document.toml".to_owned(),
    );
    Draft { files, clauses: outline.clauses.len(), not_drafted: outline.left, notes }
}

fn document(outline: &Outline, options: &ImportOptions) -> String {
    let mut text = format!(
        "id = {}\nprefix = {}\ntitle = {}\nkind = \"policy\"\nmarking = \"OFFICIAL\"\nversion = \"draft\"\n\
         version_is_ours = true\nowner = {}\n",
        quoted(&options.id),
        quoted(&options.prefix),
        quoted(&options.title),
        quoted(NOT_NAMED),
    );
    let used: BTreeSet<&str> = outline.clauses.iter().filter_map(|item| item.section.as_deref()).collect();
    for (number, title) in &outline.sections {
        put(
            &mut text,
            format_args!("\n[[section]]\nnumber = {}\ntitle = {}\n", quoted(number), quoted(title)),
        );
        if !used.contains(number.as_str()) {
            put(&mut text, format_args!("# no clause was found under it\n"));
        }
    }
    let left: Vec<usize> = outline.left.iter().map(|left| left.line).collect();
    let note = format!(
        "Drafted from a text of {} lines with something on them: {} clauses. Not drafted: {} lines{}{}.",
        outline.lines,
        outline.clauses.len(),
        left.len(),
        if left.is_empty() { "" } else { ", numbers " },
        ranges(&left),
    );
    put(&mut text, format_args!("\n[[note]]\nflag = \"DRAFT\"\nclauses = []\ntext = {}\n", quoted(&note)));
    text
}

fn clause(item: &Item, name: &str, place: Option<usize>, says: Modality, options: &ImportOptions) -> String {
    let mut text = format!("+++\nid = {}\n", quoted(&format!("{}-{}", options.prefix, item.key)));
    put(&mut text, format_args!("title = {}\n", quoted(name)));
    if let Some(number) = &item.number {
        put(&mut text, format_args!("number = {}\n", quoted(number)));
    }
    if let Some(section) = &item.section {
        put(&mut text, format_args!("section = {}\n", quoted(section)));
    }
    if let Some(place) = place {
        put(&mut text, format_args!("place = {place}\n"));
    }
    put(&mut text, format_args!("actors = [\"everyone\"]\nmodality = \"{says}\"\n"));
    put(
        &mut text,
        format_args!(
            "\n[[asks]]\npart = {}\nnobody = {}\n\n[[kept_by]]\nnothing = {}\n+++\n",
            quoted(name),
            quoted("not yet bound: say what the clause asks for, part by part"),
            quoted("not yet bound: say how this clause is kept")
        ),
    );
    put(
        &mut text,
        format_args!(
            "{}
",
            item.text
        ),
    );
    text
}

/// Returns the modality of each clause. A list item without a verb has that of the sentence before it, which it completes.
fn speaks(outline: &Outline) -> Vec<Modality> {
    let mut says: Vec<Modality> = Vec::with_capacity(outline.clauses.len());
    for item in &outline.clauses {
        let above = item.parent.and_then(|at| says.get(at)).copied();
        says.push(modality(&item.text).or(above).unwrap_or(Modality::States));
    }
    says
}

/// Writes numbers as `1-3, 7, 9-10`.
fn ranges(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.saturating_add(1) >= *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let shown: Vec<String> = runs
        .iter()
        .map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") })
        .collect();
    shown.join(", ")
}

/// Returns a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Appends a line: writing to a string cannot fail.
fn put(text: &mut String, part: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(part);
}
