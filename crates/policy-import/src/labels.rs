//! What covers call their fields, in several languages.

/// What a label stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Owner,
    Holder,
    Author,
    Version,
    Published,
    Review,
    Marking,
    Approval,
    Legal,
    Related,
    Kind,
    /// It has no place in `document.toml`, and is kept in a note.
    Other,
}

/// Labels in small letters, without a colon.
const LABELS: [(&str, Field); 90] = [
    ("policy owner", Field::Owner),
    ("policy owners", Field::Owner),
    ("document owner", Field::Owner),
    ("owner", Field::Owner),
    ("owning department", Field::Owner),
    ("responsible department", Field::Owner),
    ("executive lead", Field::Owner),
    ("lead director", Field::Owner),
    ("issuing office", Field::Owner),
    ("issued by", Field::Owner),
    ("herausgeber", Field::Owner),
    ("zuständig", Field::Owner),
    ("verantwortlich", Field::Owner),
    ("federführung", Field::Owner),
    ("responsable", Field::Owner),
    ("policy holder", Field::Holder),
    ("document holder", Field::Holder),
    ("custodian", Field::Holder),
    ("author", Field::Author),
    ("authors", Field::Author),
    ("policy author", Field::Author),
    ("written by", Field::Author),
    ("verfasser", Field::Author),
    ("bearbeitung", Field::Author),
    ("auteur", Field::Author),
    ("autor", Field::Author),
    ("version", Field::Version),
    ("version number", Field::Version),
    ("version no", Field::Version),
    ("revision", Field::Version),
    ("issue number", Field::Version),
    ("fassung", Field::Version),
    ("versión", Field::Version),
    ("publication date", Field::Published),
    ("published date", Field::Published),
    ("published", Field::Published),
    ("effective date", Field::Published),
    ("effective", Field::Published),
    ("date of issue", Field::Published),
    ("issue date", Field::Published),
    ("date issued", Field::Published),
    ("issued", Field::Published),
    ("in force from", Field::Published),
    ("gültig ab", Field::Published),
    ("in kraft ab", Field::Published),
    ("inkrafttreten", Field::Published),
    ("en vigueur", Field::Published),
    ("fecha", Field::Published),
    ("review date", Field::Review),
    ("next review", Field::Review),
    ("next review date", Field::Review),
    ("date of next review", Field::Review),
    ("review by", Field::Review),
    ("review due", Field::Review),
    ("expiry date", Field::Review),
    ("gültig bis", Field::Review),
    ("überprüfung", Field::Review),
    ("nächste überprüfung", Field::Review),
    ("wiedervorlage", Field::Review),
    ("classification", Field::Marking),
    ("security classification", Field::Marking),
    ("marking", Field::Marking),
    ("protective marking", Field::Marking),
    ("einstufung", Field::Marking),
    ("approved by", Field::Approval),
    ("approval", Field::Approval),
    ("ratified by", Field::Approval),
    ("authorised by", Field::Approval),
    ("authorized by", Field::Approval),
    ("legal sign off", Field::Approval),
    ("genehmigt durch", Field::Approval),
    ("approuvé par", Field::Approval),
    ("legal basis", Field::Legal),
    ("legislation", Field::Legal),
    ("rechtsgrundlage", Field::Legal),
    ("rechtsgrundlagen", Field::Legal),
    ("base légale", Field::Legal),
    ("base legal", Field::Legal),
    ("related documents", Field::Related),
    ("other related documents", Field::Related),
    ("related policies", Field::Related),
    ("mitgeltende unterlagen", Field::Related),
    ("document type", Field::Kind),
    ("reference", Field::Other),
    ("policy number", Field::Other),
    ("order number", Field::Other),
    ("circular number", Field::Other),
    ("aktenzeichen", Field::Other),
    ("supersedes", Field::Other),
    ("risk rating", Field::Other),
];
/// More labels that are kept in a note.
const OTHERS: [&str; 22] = [
    "ref",
    "document number",
    "document ref",
    "document reference",
    "circular no",
    "general order",
    "az",
    "geschäftszeichen",
    "rescinds",
    "replaces",
    "ersetzt",
    "governing policy",
    "policy holder's ref",
    "distribution",
    "verteiler",
    "geltungsbereich",
    "department spoc",
    "app checked",
    "target audience",
    "to",
    "accreditation standards",
    "subject",
];
/// Returns what a label stands for.
pub(super) fn field(label: &str) -> Option<Field> {
    let label = label.trim_matches(['*', '_', ' ']).trim_end_matches([':', '.']).to_lowercase();
    let known = LABELS.iter().find(|(known, _)| *known == label).map(|(_, field)| *field);
    known.or_else(|| OTHERS.contains(&label.as_str()).then_some(Field::Other))
}

/// Recognises the title of a law: a year, or a word that laws are called.
pub(super) fn is_law(text: &str) -> bool {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let year = |word: &&str| word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    let named = |word: &&str| ["Regulations", "Regulation", "Legislation", "Loi", "Ley"].contains(word);
    let gesetz = |word: &&str| word.ends_with("gesetz") || word.ends_with("verordnung");
    let year = words.iter().any(|word| year(word) && word.bytes().all(|b| b.is_ascii_digit()));
    let named = (words.iter().any(named) && (2..=6).contains(&words.len())) || words.iter().any(gesetz);
    text.starts_with(char::is_uppercase) && !text.ends_with('.') && words.len() <= 25 && (year || named)
}
