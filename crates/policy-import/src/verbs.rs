//! The verbs and phrases that bind, in six languages, and what denies them.

use std::ops::Range;

use policy::Modality::{self, May, Must, MustNot, Should, ShouldNot};

use super::language::Language;
use super::speech::{Bound, Word};

/// What a phrase says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Says {
    Fixed(Modality),
    Verb(Pair),
}

/// What a verb says, and what it says when it is denied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    yes: Modality,
    no: Modality,
    /// It binds only with *zu* behind it: `ist ... zu melden`.
    with_zu: bool,
}

const fn verb_of(yes: Modality, no: Modality) -> Says {
    Says::Verb(Pair { yes, no, with_zu: false })
}

const MUST: Says = verb_of(Must, MustNot);
const SHOULD: Says = verb_of(Should, ShouldNot);
const MAY: Says = verb_of(May, MustNot);
const ZU: Says = Says::Verb(Pair { yes: Must, no: MustNot, with_zu: true });
const NO: Says = Says::Fixed(MustNot);

type Phrases = &'static [(&'static str, Says)];

/// Longer phrases stand before those that they begin with. A star stands for any end of the last word.
const ENGLISH: Phrases = &[
    ("will be allowed to", Says::Fixed(May)),
    ("will be able to", Says::Fixed(May)),
    ("is not required to", Says::Fixed(May)),
    ("are not required to", Says::Fixed(May)),
    ("need not", Says::Fixed(May)),
    ("not permitted", NO),
    ("not permissible", NO),
    ("not allow*", NO),
    ("not recommended", Says::Fixed(ShouldNot)),
    ("are advised not to", Says::Fixed(ShouldNot)),
    ("is advised not to", Says::Fixed(ShouldNot)),
    ("is required to", Says::Fixed(Must)),
    ("are required to", Says::Fixed(Must)),
    ("is to be", Says::Fixed(Must)),
    ("are to be", Says::Fixed(Must)),
    ("are advised to", Says::Fixed(Should)),
    ("is advised to", Says::Fixed(Should)),
    ("is recommended", Says::Fixed(Should)),
    ("is permitted", Says::Fixed(May)),
    ("are permitted", Says::Fixed(May)),
    ("prohibited", NO),
    ("forbidden", NO),
    ("cannot", NO),
    ("can not", NO),
    ("must", MUST),
    ("shall", MUST),
    ("will", MUST),
    ("should", SHOULD),
    ("ought", SHOULD),
    ("may", MAY),
];

const GERMAN: Phrases = &[
    ("nicht erlaubt", NO),
    ("nicht zulässig", NO),
    ("nicht gestattet", NO),
    ("nicht verpflichtet", Says::Fixed(May)),
    ("verboten", NO),
    ("untersagt", NO),
    ("unzulässig", NO),
    ("erlaubt", Says::Fixed(May)),
    ("zulässig", Says::Fixed(May)),
    ("gestattet", Says::Fixed(May)),
    ("verpflichtet", Says::Fixed(Must)),
    ("wird empfohlen", Says::Fixed(Should)),
    ("muss", verb_of(Must, May)),
    ("muß", verb_of(Must, May)),
    ("müssen", verb_of(Must, May)),
    ("darf", MAY),
    ("dürfen", MAY),
    ("soll", SHOULD),
    ("sollen", SHOULD),
    ("sollte", SHOULD),
    ("sollten", SHOULD),
    ("kann", MAY),
    ("können", MAY),
    ("ist", ZU),
    ("sind", ZU),
    ("hat", ZU),
    ("haben", ZU),
];

const FRENCH: Phrases = &[
    ("interdit*", NO),
    ("tenu de", Says::Fixed(Must)),
    ("tenus de", Says::Fixed(Must)),
    ("recommandé", Says::Fixed(Should)),
    ("autorisé*", Says::Fixed(May)),
    ("doit", MUST),
    ("doivent", MUST),
    ("devra", MUST),
    ("devront", MUST),
    ("devrait", SHOULD),
    ("devraient", SHOULD),
    ("peut", MAY),
    ("peuvent", MAY),
];

const SPANISH: Phrases = &[
    ("prohibid*", NO),
    ("debería*", SHOULD),
    ("debe", MUST),
    ("deben", MUST),
    ("deberá", MUST),
    ("deberán", MUST),
    ("puede", MAY),
    ("pueden", MAY),
    ("podrá", MAY),
    ("podrán", MAY),
];

const ITALIAN: Phrases = &[
    ("vietat*", NO),
    ("dovrebbe*", SHOULD),
    ("deve", MUST),
    ("devono", MUST),
    ("può", MAY),
    ("possono", MAY),
];

const DUTCH: Phrases = &[
    ("verboden", NO),
    ("moet", MUST),
    ("moeten", MUST),
    ("dient", MUST),
    ("dienen", MUST),
    ("behoort", SHOULD),
    ("behoren", SHOULD),
    ("mag", MAY),
    ("mogen", MAY),
];

/// Words that begin a condition or a reason.
pub(super) const CONDITIONS: [&str; 28] = [
    "if", "when", "where", "whenever", "wherever", "unless", "until", "while", "whilst", "although",
    "because", "since", "before", "once", "wenn", "falls", "sofern", "soweit", "solange", "sobald", "wer",
    "bevor", "si", "lorsque", "cuando", "se", "quando", "indien",
];
/// Words that one part of a sentence is joined to another with.
pub(super) const JOINS: [&str; 10] = ["and", "or", "but", "und", "oder", "et", "ou", "y", "e", "en"];
/// Words that begin a clause about the noun before them.
pub(super) const RELATIVES: [&str; 8] = ["who", "which", "whom", "whose", "that", "qui", "que", "che"];
pub(super) const GERMAN_RELATIVES: [&str; 12] =
    ["der", "die", "das", "dem", "den", "deren", "dessen", "welche", "welcher", "welches", "dass", "daß"];
/// Adverbs that may stand between a verb and its *not*; those that end in *ly* may too.
const ADVERBS: [&str; 6] = ["also", "then", "therefore", "still", "ever", "however"];
const NEVER: [&[&str]; 6] = [
    &["at", "no", "time"],
    &["under", "no", "circumstances"],
    &["in", "no", "circumstances"],
    &["on", "no", "account"],
    &["in", "no", "event"],
    &["in", "no", "case"],
];

/// Returns the length and meaning of the phrase that the words begin with.
pub(super) fn verb(words: &[Word], language: Language) -> Option<(usize, Says)> {
    if language == Language::English
        && let Some(found) = order(words)
    {
        return Some(found);
    }
    let phrases = match language {
        Language::English => ENGLISH,
        Language::German => GERMAN,
        Language::French => FRENCH,
        Language::Spanish => SPANISH,
        Language::Italian => ITALIAN,
        Language::Dutch => DUTCH,
    };
    phrases.iter().find_map(|(phrase, says)| begins_with(words, phrase).map(|length| (length, *says)))
}

/// Reads `Do not ...` and `Never ...` where a sentence begins, `please do not` and `and do not`.
fn order(words: &[Word]) -> Option<(usize, Says)> {
    let first = words.first()?;
    let starts = first.before == Bound::Sentence;
    if starts && first.text == "never" {
        return Some((1, NO));
    }
    let offset = usize::from(["please", "and"].contains(&first.text.as_str()));
    let denied = begins_with(words.get(offset..)?, "do not").is_some();
    (denied && (starts || offset == 1)).then_some((offset.saturating_add(2), NO))
}

/// Returns how many words the phrase has if the words begin with it.
pub(super) fn begins_with(words: &[Word], phrase: &str) -> Option<usize> {
    let mut length = 0_usize;
    for part in phrase.split(' ') {
        let word = words.get(length).map(|word| word.text.as_str())?;
        let same = match part.strip_suffix('*') {
            Some(stem) => word.starts_with(stem),
            None => word == part,
        };
        if !same {
            return None;
        }
        length = length.saturating_add(1);
    }
    Some(length)
}

/// Where a verb stands.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// Its words.
    pub(super) verb: Range<usize>,
    /// The part of the sentence, between commas and the like.
    pub(super) part: Range<usize>,
}

/// Returns what a verb says where it stands: itself, its denial, or nothing if it is another word.
pub(super) fn weighed(words: &[Word], spot: &Spot, pair: Pair, language: Language) -> Option<Modality> {
    let before = texts(words, spot.part.start..spot.verb.start);
    let behind = texts(words, spot.verb.end..spot.part.end);
    match language {
        Language::English => english(words, &spot.verb, &before, pair),
        Language::German => german(&before, &behind, pair),
        Language::Dutch => {
            let denied = behind.iter().any(|word| ["niet", "geen", "nooit"].contains(word));
            Some(if denied { pair.no } else { pair.yes })
        }
        Language::French | Language::Spanish | Language::Italian => {
            let near = before.iter().rev().take(3);
            let denied = near.clone().any(|word| ["ne", "no", "non"].contains(word))
                || before
                    .first()
                    .is_some_and(|word| ["aucun", "aucune", "nul", "nadie", "nessuno"].contains(word));
            Some(if denied { pair.no } else { pair.yes })
        }
    }
}

fn texts(words: &[Word], range: Range<usize>) -> Vec<&str> {
    words.get(range).unwrap_or_default().iter().map(|word| word.text.as_str()).collect()
}

fn english(words: &[Word], verb: &Range<usize>, before: &[&str], pair: Pair) -> Option<Modality> {
    let (at, end) = (verb.start, verb.end);
    let word = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let last = before.last().copied().unwrap_or_default();
    // "1 May", "May 2025", "at will", "a must"
    if (word(at) == "may" && (is_number(last) || is_number(word(end)))) || ["at", "free", "a"].contains(&last)
    {
        return None;
    }
    let mut next = end;
    while next < end.saturating_add(2) && (ADVERBS.contains(&word(next)) || word(next).ends_with("ly")) {
        if word(next) == "only" {
            break;
        }
        next = next.saturating_add(1);
    }
    let rest = texts(words, next..words.len().min(next.saturating_add(3)));
    let refused = (word(next) == "not" && word(next.saturating_add(1)) != "only")
        || ["never", "neither"].contains(&word(next))
        || NEVER.iter().any(|never| rest == *never);
    let subject = before.iter().copied().find(|word| !JOINS.contains(word)).unwrap_or_default();
    let nobody =
        subject == "no" || before.iter().any(|word| ["nobody", "nothing", "none", "neither"].contains(word));
    Some(match () {
        () if refused || nobody => pair.no,
        () if word(next) == "only" && pair.yes == May => Must,
        () => pair.yes,
    })
}

fn german(before: &[&str], behind: &[&str], pair: Pair) -> Option<Modality> {
    if pair.with_zu && !with_zu(behind) {
        return None;
    }
    let denies = |word: &str| word.starts_with("kein") || ["niemals", "nie", "niemand"].contains(&word);
    let mut following = behind.iter().zip(behind.iter().skip(1).chain(std::iter::once(&"")));
    let not = following.any(|(word, next)| *word == "nicht" && !["nur", "allein"].contains(next));
    let only = behind.iter().take(3).any(|word| ["nur", "ausschließlich", "lediglich"].contains(word));
    Some(match () {
        () if not || behind.iter().chain(before).any(|word| denies(word)) => pair.no,
        () if only && pair.yes == May => Must,
        () => pair.yes,
    })
}

/// Recognises `zu melden` and `auszuschalten`.
fn with_zu(behind: &[&str]) -> bool {
    let prefixes = [
        "ab", "an", "auf", "aus", "bei", "durch", "ein", "fest", "her", "hin", "mit", "nach", "um", "vor",
        "weiter", "zurück", "zu",
    ];
    let infinitive = |word: &str| word.ends_with('n') && word.chars().count() > 3;
    let pairs = behind.iter().zip(behind.iter().skip(1));
    pairs.clone().any(|(word, next)| *word == "zu" && infinitive(next))
        || behind.iter().any(|word| {
            infinitive(word)
                && prefixes
                    .iter()
                    .any(|prefix| word.strip_prefix(prefix).is_some_and(|rest| rest.starts_with("zu")))
        })
}
