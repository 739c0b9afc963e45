//! Which language a text is in, by the small words that it uses most.

/// A language whose rules for binding words are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
    French,
    Spanish,
    Italian,
    Dutch,
}

/// Small words that stand in every paragraph of one language and seldom in another.
const SMALL_WORDS: [(Language, &[&str]); 6] = [
    (Language::English, &["the", "of", "and", "to", "is", "or", "be", "for", "by"]),
    (Language::German, &["der", "die", "und", "das", "ist", "nicht", "ein", "von", "mit", "sind"]),
    (Language::French, &["le", "les", "et", "est", "des", "une", "du", "pas", "dans", "pour"]),
    (Language::Spanish, &["el", "los", "las", "y", "una", "del", "por", "que", "para", "se"]),
    (Language::Italian, &["il", "di", "e", "gli", "della", "che", "non", "per", "dei", "sono"]),
    (Language::Dutch, &["het", "een", "van", "en", "niet", "zijn", "wordt", "voor", "met", "bij"]),
];

impl Language {
    /// Returns the language whose small words the text has most of; English where it has none.
    pub(super) fn of(text: &str) -> Self {
        let mut counts = [0_usize; SMALL_WORDS.len()];
        for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
            let word = word.to_lowercase();
            for (count, (_, small)) in counts.iter_mut().zip(SMALL_WORDS) {
                *count = count.saturating_add(usize::from(small.contains(&word.as_str())));
            }
        }
        let most = counts.iter().max().copied().unwrap_or_default();
        let first = counts.iter().zip(SMALL_WORDS).find(|(count, _)| **count == most);
        first.map_or(Self::English, |(_, (language, _))| language)
    }

    /// Returns its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "German",
            Self::French => "French",
            Self::Spanish => "Spanish",
            Self::Italian => "Italian",
            Self::Dutch => "Dutch",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_language_is_known_by_its_small_words() {
        let cases = [
            ("A phone must be locked by the holder.", Language::English),
            ("Das Gerät ist nach der Schicht mit dem Code zu sperren.", Language::German),
            ("Le téléphone est remis dans les locaux du service.", Language::French),
            ("El teléfono no se presta y las claves se guardan.", Language::Spanish),
            ("Il telefono non è prestato e gli agenti sono avvisati.", Language::Italian),
            ("Het toestel wordt niet uitgeleend en is van de dienst.", Language::Dutch),
            ("1.1 2.2", Language::English),
        ];
        for (text, want) in cases {
            assert_eq!(Language::of(text), want, "{text}");
        }
    }
}
