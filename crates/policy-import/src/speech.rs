//! How strongly a sentence speaks, and to whom: the verb nearest to its subject, and the role that the subject names.
//!
//! A verb in a condition or behind *who* does not bind: "Officers who may be called out must ..." says *must*.

use std::ops::Range;

use policy::{Actor, Modality};

use super::actors;
use super::language::Language;
use super::verbs::{self, Says, Spot};

/// A word of a sentence, in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// What stands between it and the word before.
    pub(super) before: Bound,
}

/// What divides two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bound {
    None,
    /// A comma, a bracket, a dash, a colon or a semicolon.
    Part,
    Sentence,
}

/// What a clause says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Speech {
    /// `None` if no verb of it binds anyone.
    pub(super) modality: Option<Modality>,
    /// Empty if no role that is known is its subject.
    pub(super) actors: Vec<Actor>,
}

/// A verb that binds.
#[derive(Debug, Clone, Copy)]
struct Hit {
    at: usize,
    end: usize,
    says: Modality,
    sort: Sort,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Main,
    /// In a clause that begins with *if*, *when* and the like.
    Condition,
    /// Behind *who*, *which* and the like.
    Relative,
}

/// Reads a clause.
pub(super) fn speech(text: &str, language: Language) -> Speech {
    let words = words(text);
    let hit = nearest(&words, language);
    // "While driving, a member:" has its verbs in the list that follows.
    let announces = text.trim_end().ends_with(':').then_some((words.len(), words.len()));
    let actors = actors::actors(&words, hit.map(|hit| (hit.at, hit.end)).or(announces), language);
    Speech { modality: hit.map(|hit| hit.says), actors }
}

/// Returns how strongly a sentence binds; `None` if it does not.
pub(super) fn binds(text: &str, language: Language) -> Option<Modality> {
    nearest(&words(text), language).map(|hit| hit.says)
}

/// Splits a text into words.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut word, mut before) = (String::new(), Bound::Sentence);
    let mut letters = text.chars().filter(|c| !matches!(c, '*' | '_' | '`')).peekable();
    while let Some(c) = letters.next() {
        if c.is_alphanumeric() || (matches!(c, '\'' | '’') && !word.is_empty()) {
            word.extend(c.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.push(Word { text: std::mem::take(&mut word), before });
            before = Bound::None;
        }
        let next = letters.peek();
        let bound = match c {
            '.' if next.is_some_and(|next| next.is_alphanumeric()) => Bound::None,
            // "z.B.", "Abs.", "No."
            '.' if words.last().is_some_and(|last| ABBREVIATIONS.contains(&last.text.as_str())) => {
                Bound::None
            }
            '.' | '!' | '?' | '。' => Bound::Sentence,
            ',' | ';' | ':' | '(' | ')' | '–' | '—' | '\u{0}'..='\u{1f}' if c != '\n' && c != '\t' => {
                Bound::Part
            }
            _ => Bound::None,
        };
        before = before.max(bound);
    }
    if !word.is_empty() {
        words.push(Word { text: word, before });
    }
    words
}

/// Words that a full stop follows within a sentence.
const ABBREVIATIONS: [&str; 15] =
    ["abs", "nr", "art", "z", "b", "e", "g", "i", "no", "para", "ff", "bzw", "ggf", "ca", "u"];

/// Returns the verb that decides: of the first sentence with a verb in its main clause, the first such verb. A verb in a
/// condition decides where its sentence has no other, as where no comma ends the condition.
fn nearest(words: &[Word], language: Language) -> Option<Hit> {
    let mut fallback = None;
    let mut first = 0;
    while first < words.len() {
        let behind = first.saturating_add(1);
        let last =
            (behind..words.len()).find(|at| words.get(*at).is_some_and(|w| w.before == Bound::Sentence));
        let last = last.unwrap_or(words.len());
        let hits = hits(words, &(first..last), language);
        if let Some(main) = hits.iter().find(|hit| hit.sort == Sort::Main) {
            return Some(*main);
        }
        if let Some(condition) = hits.iter().rev().find(|hit| hit.sort == Sort::Condition) {
            return Some(*condition);
        }
        fallback = fallback.or_else(|| hits.first().copied());
        first = last;
    }
    fallback
}

fn hits(words: &[Word], sentence: &Range<usize>, language: Language) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut at = sentence.start;
    while at < sentence.end {
        let found = words.get(at..sentence.end).and_then(|behind| verbs::verb(behind, language));
        let Some((length, says)) = found else {
            at = at.saturating_add(1);
            continue;
        };
        let end = at.saturating_add(length);
        let part = part_of(words, at, sentence);
        let says = match says {
            Says::Fixed(says) => Some(says),
            Says::Verb(pair) => {
                let spot = Spot { verb: at..end, part: part.clone() };
                verbs::weighed(words, &spot, pair, language)
            }
        };
        if let Some(says) = says {
            let sort = sort(words, at, &part, hits.last(), language);
            hits.push(Hit { at, end, says, sort });
        }
        at = end;
    }
    hits
}

/// Returns the part of a sentence, between commas and the like, that a word stands in.
fn part_of(words: &[Word], at: usize, sentence: &Range<usize>) -> Range<usize> {
    let divides = |at: &usize| words.get(*at).is_some_and(|word| word.before >= Bound::Part);
    let start = (sentence.start..=at).rev().find(divides).unwrap_or(sentence.start);
    let end = (at.saturating_add(1)..sentence.end).find(divides).unwrap_or(sentence.end);
    start..end
}

fn sort(words: &[Word], at: usize, part: &Range<usize>, last: Option<&Hit>, language: Language) -> Sort {
    let before = words.get(part.start..at).unwrap_or_default();
    let text = |word: Option<&Word>| word.map(|word| word.text.clone()).unwrap_or_default();
    // "and if", "or where"
    let first = before.iter().find(|word| !verbs::JOINS.contains(&word.text.as_str()));
    if at > part.start && verbs::CONDITIONS.contains(&text(first).as_str()) {
        return Sort::Condition;
    }
    // "Should a device be lost, ...": the verb stands first and is no order.
    if at == part.start && text(words.get(at)) == "should" {
        return Sort::Condition;
    }
    let since = last.filter(|last| last.at >= part.start).map_or(part.start, |last| last.end);
    let relative = words.get(since..at).unwrap_or_default();
    let behind_who = relative.iter().any(|word| verbs::RELATIVES.contains(&word.text.as_str()));
    // German puts the verb of a subordinate clause last.
    let german = language == Language::German
        && at.saturating_add(1) == part.end
        && at > part.start.saturating_add(1)
        && verbs::GERMAN_RELATIVES.contains(&text(before.first()).as_str());
    if behind_who || german { Sort::Relative } else { Sort::Main }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Modality::{May, Must, MustNot, Should, ShouldNot};

    fn all(language: Language, cases: &[(&str, Option<Modality>)]) {
        for (text, want) in cases {
            assert_eq!(binds(text, language), *want, "{text}");
        }
    }

    #[test]
    fn the_verb_nearest_to_the_subject_speaks() {
        all(
            Language::English,
            &[
                ("You must lock it.", Some(Must)),
                ("It must never be left.", Some(MustNot)),
                ("Devices will *not* connect, but may roam.", Some(MustNot)),
                ("The use is **NOT** permitted.", Some(MustNot)),
                ("We do not allowed things.", Some(MustNot)),
                ("Staff should, and must, read it.", Some(Should)),
                ("A person may ask.", Some(May)),
                ("A footprint is data. Mayor Willard canned mustard.", None),
                ("Officers who may be called out must keep it charged.", Some(Must)),
                ("If the phone will not start, users should ring the desk.", Some(Should)),
                ("Where it must be lent, and no other is free, holders may ask.", Some(May)),
                ("Should a phone be lost, the holder must ring.", Some(Must)),
                ("If a phone is lost users must ring. Others may help.", Some(Must)),
                ("A list of phones that must be kept is a record. Users may see it.", Some(May)),
                ("From 1 May 2025 phones shall be locked.", Some(Must)),
            ],
        );
    }

    #[test]
    fn a_denial_is_heard() {
        all(
            Language::English,
            &[
                ("It should not be shared.", Some(ShouldNot)),
                ("It should never normally be shared.", Some(ShouldNot)),
                ("Users should not only lock it but hide it.", Some(Should)),
                ("Passwords must under no circumstances be told.", Some(MustNot)),
                ("Nothing must be left in sight.", Some(MustNot)),
                ("No officer shall lend it.", Some(MustNot)),
                ("No later than Friday, users must reply.", Some(Must)),
                ("Nobody may open it.", Some(MustNot)),
                ("Phones may only be used on duty.", Some(Must)),
                ("Holders need not reply.", Some(May)),
                ("Users who do not have one must ask.", Some(Must)),
                ("Do not lend it.", Some(MustNot)),
                ("Never lend it to:", Some(MustNot)),
                ("Officers must be careful not to drop it.", Some(Must)),
                ("It is not recommended to lend it.", Some(ShouldNot)),
            ],
        );
    }

    #[test]
    fn other_languages_bind_too() {
        all(
            Language::German,
            &[
                ("Das Gerät darf Dritten nicht überlassen werden.", Some(MustNot)),
                ("Das Gerät darf nur im Dienst genutzt werden.", Some(Must)),
                ("Der Verlust ist der Leitstelle unverzüglich zu melden.", Some(Must)),
                ("Geräte, die mitgenommen werden dürfen, sind auszuschalten.", Some(Must)),
                ("Der Code soll nicht notiert werden.", Some(ShouldNot)),
                ("Wer es verliert, muss anrufen.", Some(Must)),
                ("Niemand darf es öffnen.", Some(MustNot)),
                ("Die Nutzung ist untersagt.", Some(MustNot)),
                ("Er will gehen.", None),
                ("Private Gespräche sind zulässig.", Some(May)),
                ("Wenn es fehlt, kann ein Ersatz beantragt werden.", Some(May)),
            ],
        );
        all(
            Language::French,
            &[
                ("L'agent doit verrouiller l'appareil.", Some(Must)),
                ("L'agent ne doit pas le prêter.", Some(MustNot)),
                ("Il est interdit de le prêter.", Some(MustNot)),
                ("Le chef peut autoriser un prêt.", Some(May)),
            ],
        );
        all(
            Language::Spanish,
            &[
                ("El agente deberá bloquear el teléfono.", Some(Must)),
                ("No se debe prestar.", Some(MustNot)),
                ("El agente no podrá prestarlo.", Some(MustNot)),
            ],
        );
        all(
            Language::Italian,
            &[("L'agente non deve prestarlo.", Some(MustNot)), ("Può essere usato.", Some(May))],
        );
        all(Language::Dutch, &[("Het toestel mag niet worden uitgeleend.", Some(MustNot))]);
    }
}
