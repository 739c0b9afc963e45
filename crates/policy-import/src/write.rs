//! From an outline to files.

use std::collections::BTreeSet;
use std::fmt::Write;

use policy::{Actor, Modality};

use super::cover::Cover;
use super::language::Language;
use super::lines::Line;
use super::outline::{Item, Outline, Went};
use super::phrases::{slug, title};
use super::speech::speech;
use super::{Draft, ImportOptions, Place, PlacedLine};

/// The placeholder in a draft for what the force must decide.
const NOT_NAMED: &str = "not yet named";
/// Most years from the day of publication to the review that the loader takes.
const REVIEW_YEARS: u16 = 5;
/// How many clauses a note names.
const NAMED: usize = 12;

/// What the files are written with.
pub(super) struct Drafting<'a> {
    pub(super) options: &'a ImportOptions,
    pub(super) language: Language,
}

/// What a clause says, its own or that of the sentence that it ends.
#[derive(Debug, Clone)]
struct Voice {
    modality: Option<Modality>,
    actors: Vec<Actor>,
}

pub(super) fn draft(outline: Outline, lines: &[Line<'_>], drafting: &Drafting<'_>) -> Draft {
    let options = drafting.options;
    let folder = format!("documents/{}", options.id);
    let placed = placed(lines, &outline.went);
    let mut files = vec![(format!("{folder}/document.toml"), document(&outline, &placed, options))];
    // Where some clause of a section has no number, or one of several words, all keep the order of the paper by their place.
    let loose = |item: &&Item| item.number.as_ref().is_none_or(|number| number.contains([' ', '(']));
    let unordered: BTreeSet<&Option<String>> =
        outline.clauses.iter().filter(loose).map(|item| &item.section).collect();
    let voices = voices(&outline, drafting.language);
    for ((index, item), voice) in outline.clauses.iter().enumerate().zip(&voices) {
        let place = unordered.contains(&item.section).then_some(index.saturating_add(1));
        let name = Some(item.title.clone().unwrap_or_else(|| title(&item.text)));
        // A text without a letter, such as a full stop on a line of its own, gives no title.
        let name = name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| item.key.clone());
        let slug = slug(&name);
        let dash = if slug.is_empty() { "" } else { "-" };
        let path = format!("{folder}/clauses/{}{dash}{slug}.md", item.key.to_ascii_lowercase());
        let head = Head { name: &name, place, voice, options };
        files.push((path, clause(item, &head)));
    }
    let mut notes = outline.notes;
    notes.extend(doubts(&outline.clauses, &voices, drafting));
    notes.extend(cover_notes(&outline.cover));
    notes.push(format!(
        "{} clauses are drafted and none is bound yet: say in each how it is kept",
        outline.clauses.len()
    ));
    Draft { files, clauses: outline.clauses.len(), lines: placed, notes }
}

fn placed(lines: &[Line<'_>], went: &[Went]) -> Vec<PlacedLine> {
    let place = |went: Went| match went {
        // The first file is the document's.
        Went::Clause(at) => Place::Clause { file: at.saturating_add(1) },
        Went::Heading => Place::Heading,
        Went::Cover => Place::Cover,
        Went::Title => Place::Title,
        Went::Contents => Place::Contents,
        Went::EveryPage => Place::EveryPage,
        Went::Nowhere(why) => Place::Nowhere { why },
    };
    let placed = lines.iter().zip(went).map(|(line, went)| PlacedLine {
        line: line.number,
        text: line.whole.to_owned(),
        place: place(*went),
    });
    placed.collect()
}

/// Says which clauses name no role and which have no verb that binds.
fn doubts(clauses: &[Item], voices: &[Voice], drafting: &Drafting<'_>) -> Vec<String> {
    let of = |is: fn(&Voice) -> bool| -> Vec<&str> {
        clauses.iter().zip(voices).filter(|(_, voice)| is(voice)).map(|(item, _)| item.key.as_str()).collect()
    };
    let named = |keys: &[&str]| {
        let more = keys.len().saturating_sub(NAMED);
        let shown = keys.iter().copied().take(NAMED).collect::<Vec<_>>().join(", ");
        if more == 0 { shown } else { format!("{shown} and {more} more") }
    };
    let mut notes = Vec::new();
    let no_actor = of(|voice| voice.actors.is_empty());
    if !no_actor.is_empty() {
        notes.push(format!(
            "{} clauses name no role that is known, and are drafted for everyone; say who must act in {}",
            no_actor.len(),
            named(&no_actor)
        ));
    }
    let no_verb = of(|voice| voice.modality.is_none());
    if !no_verb.is_empty() {
        notes.push(format!(
            "{} clauses have no verb that binds, read as {}, and are drafted as statements; say how strongly they speak: {}",
            no_verb.len(),
            drafting.language.name(),
            named(&no_verb)
        ));
    }
    notes
}

fn cover_notes(cover: &Cover) -> Vec<String> {
    let missing = [
        ("owner", cover.owner.is_none()),
        ("marking", cover.marking.is_none()),
        ("version", cover.version.is_none()),
        ("published", cover.published.is_none()),
        ("review_by", cover.review_by.is_none()),
    ];
    let missing: Vec<&str> = missing.iter().filter(|(_, missing)| *missing).map(|(name, _)| *name).collect();
    let mut notes: Vec<String> = cover.doubts.clone();
    if !missing.is_empty() {
        notes.push(format!("{} not read from the text: fill in document.toml", missing.join(", ")));
    }
    if let (Some(day), Some(fault)) = (cover.review_by, review_fault(cover)) {
        notes.push(format!("review_by {day} is a comment in document.toml: {fault}; put the dates right"));
    }
    if cover.author.is_some() {
        notes.push("the author is a name as the cover has it: a role is better in document.toml".to_owned());
    }
    notes
}

/// Returns why the loader would refuse the review date, if it would.
fn review_fault(cover: &Cover) -> Option<&'static str> {
    let review_by = cover.review_by?;
    match cover.published {
        None => Some("it counts from the day of publication, which was not read"),
        Some(published) if review_by.is_within_years_of(published, REVIEW_YEARS) => None,
        Some(_) => Some("it is not after the day of publication, or more than five years after it"),
    }
}

fn document(outline: &Outline, placed: &[PlacedLine], options: &ImportOptions) -> String {
    let mut text = String::new();
    head(&mut text, &outline.cover, options);
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
    let left: Vec<(usize, &str)> = placed
        .iter()
        .filter(|line| matches!(line.place, Place::Nowhere { .. }))
        .map(|line| (line.line, line.text.as_str()))
        .collect();
    let numbers: Vec<usize> = left.iter().map(|(number, _)| *number).collect();
    let missed = if left.is_empty() { "none".to_owned() } else { ranges(&numbers) };
    let note = format!(
        "Drafted from a text of {} lines with something on them: {} clauses. Lines that were not understood: {missed}.",
        placed.len(),
        outline.clauses.len(),
    );
    put(&mut text, format_args!("\n[[note]]\nflag = \"DRAFT\"\nclauses = []\ntext = {}\n", quoted(&note)));
    if !outline.cover.others.is_empty() {
        let cover = format!("On the cover: {}", outline.cover.others.join("; "));
        put(
            &mut text,
            format_args!("\n[[note]]\nflag = \"COVER\"\nclauses = []\ntext = {}\n", quoted(&cover)),
        );
    }
    if !left.is_empty() {
        put(
            &mut text,
            format_args!("\n# Not understood; put each line where it belongs, or strike it out:\n"),
        );
    }
    for (number, line) in left {
        // A comment of TOML has no control characters.
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        put(&mut text, format_args!("# {number}: {line}\n"));
    }
    text
}

/// Writes the fields of the document, those of the cover where it has them.
fn head(text: &mut String, cover: &Cover, options: &ImportOptions) {
    let field = |value: &Option<String>, none: &str| quoted(value.as_deref().unwrap_or(none));
    let procedure = cover.procedure || options.title.to_lowercase().contains("procedure");
    put(
        text,
        format_args!(
            "id = {}\nprefix = {}\ntitle = {}\nkind = \"{}\"\nmarking = {}\nversion = {}\n",
            quoted(&options.id),
            quoted(&options.prefix),
            quoted(&options.title),
            if procedure { "procedure" } else { "policy" },
            field(&cover.marking, "OFFICIAL"),
            field(&cover.version, "draft"),
        ),
    );
    if cover.version.is_none() {
        put(text, format_args!("version_is_ours = true\n"));
    }
    if let Some(day) = cover.published {
        put(text, format_args!("published = {day}\n"));
    }
    if let Some(day) = cover.review_by {
        let comment = if review_fault(cover).is_some() { "# " } else { "" };
        put(text, format_args!("{comment}review_by = {day}\n"));
    }
    put(text, format_args!("owner = {}\n", field(&cover.owner, NOT_NAMED)));
    for (key, value) in [("holder", &cover.holder), ("author", &cover.author)] {
        if let Some(value) = value {
            put(text, format_args!("{key} = {}\n", quoted(value)));
        }
    }
    for approval in &cover.approvals {
        put(text, format_args!("\n[[approval]]\nbody = {}\n", quoted(&approval.body)));
        if let Some(day) = approval.on {
            put(text, format_args!("on = {day}\n"));
        }
        if let Some(note) = &approval.note {
            put(text, format_args!("note = {}\n", quoted(note)));
        }
    }
    for (table, titles) in [("legal_basis", &cover.legal_basis), ("related", &cover.related)] {
        for title in titles {
            put(text, format_args!("\n[[{table}]]\ntitle = {}\n", quoted(title)));
        }
    }
}

/// What a clause's file has beside the clause.
struct Head<'a> {
    name: &'a str,
    place: Option<usize>,
    voice: &'a Voice,
    options: &'a ImportOptions,
}

fn clause(item: &Item, head: &Head<'_>) -> String {
    let mut text = format!("+++\nid = {}\n", quoted(&format!("{}-{}", head.options.prefix, item.key)));
    put(&mut text, format_args!("title = {}\n", quoted(head.name)));
    if let Some(number) = &item.number {
        put(&mut text, format_args!("number = {}\n", quoted(number)));
    }
    if let Some(section) = &item.section {
        put(&mut text, format_args!("section = {}\n", quoted(section)));
    }
    if let Some(place) = head.place {
        put(&mut text, format_args!("place = {place}\n"));
    }
    let everyone = [Actor::Everyone];
    let actors = if head.voice.actors.is_empty() { everyone.as_slice() } else { &head.voice.actors };
    let actors: Vec<String> = actors.iter().map(|actor| quoted(actor.as_str())).collect();
    let modality = head.voice.modality.unwrap_or(Modality::States);
    put(&mut text, format_args!("actors = [{}]\nmodality = \"{modality}\"\n", actors.join(", ")));
    put(
        &mut text,
        format_args!(
            "\n[[asks]]\npart = {}\nnobody = {}\n\n[[kept_by]]\nnothing = {}\n+++\n{}\n",
            quoted(head.name),
            quoted("not yet bound: say what the clause asks for, part by part"),
            quoted("not yet bound: say how this clause is kept"),
            item.text
        ),
    );
    text
}

/// Returns what each clause says. A list item without a verb speaks as the sentence before it, which it completes.
fn voices(outline: &Outline, language: Language) -> Vec<Voice> {
    let mut voices: Vec<Voice> = Vec::with_capacity(outline.clauses.len());
    for item in &outline.clauses {
        let own = speech(&item.text, language);
        let parent = item.parent.and_then(|at| Some((outline.clauses.get(at)?, voices.get(at)?)));
        let above = parent.map(|(above, voice)| leading(above, voice, language));
        let (modality, actors) = match above {
            Some(above) if own.modality.is_none() => (above.modality, above.actors),
            Some(above) if own.actors.is_empty() => (own.modality, above.actors),
            _ => (own.modality, own.actors),
        };
        voices.push(Voice { modality, actors });
    }
    voices
}

/// Returns what the sentence that announces a list says: the last of its clause, if that has a verb of its own.
fn leading(above: &Item, voice: &Voice, language: Language) -> Voice {
    let last = above.text.rsplit_once(". ").filter(|(_, last)| last.trim_end().ends_with(':'));
    let own = last.map(|(_, last)| speech(last, language)).filter(|own| own.modality.is_some());
    own.map_or_else(|| voice.clone(), |own| Voice { modality: own.modality, actors: own.actors })
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
