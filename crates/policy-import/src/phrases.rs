//! Small judgements on wording: the title of a clause, how to name its file, where a text may end.

/// Returns the first words of a clause, as a title until someone writes a better one.
pub(super) fn title(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !matches!(c, '*' | '`' | '[' | ']')).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let kept: Vec<&str> = words.iter().copied().take(9).collect();
    let short = kept.join(" ");
    let short: String = short.trim_end_matches(['.', ',', ';', ':']).chars().take(90).collect();
    if words.len() > kept.len() { format!("{short} ...") } else { short }
}

/// Turns a text into small letters, digits and hyphens, for a file's name.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= 40 {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Returns the first letters of the first two words outside brackets, in capitals: `Operational Security` is `OS`.
pub(super) fn initials(heading: &str) -> String {
    let outside = heading.split('(').next().unwrap_or_default();
    let letters: String = outside
        .split_whitespace()
        .filter_map(|word| word.chars().find(char::is_ascii_alphabetic))
        .take(2)
        .collect();
    if letters.is_empty() { "B".to_owned() } else { letters.to_ascii_uppercase() }
}

/// Returns whether a text ends where a sentence or a list item may end.
pub(super) fn ended(text: &str) -> bool {
    text.trim_end_matches(['*', '_', '"', '\'', '”', '’']).ends_with(['.', '!', '?', ':', ';', ')'])
}

/// Returns the letter of that index: a to z, then aa, ab.
pub(super) fn letter(index: usize) -> String {
    let of = |n: usize| char::from(b'a'.saturating_add(u8::try_from(n % 26).unwrap_or_default()));
    match index.checked_div(26) {
        Some(0) | None => of(index).to_string(),
        Some(lap) => format!("{}{}", of(lap.saturating_sub(1)), of(index)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_initials() {
        assert_eq!([letter(0), letter(25), letter(26), letter(27)], ["a", "z", "aa", "ab"]);
        assert_eq!(initials("Operational Security"), "OS");
        assert_eq!(initials("Personal Security (and of others)"), "PS");
        assert_eq!(initials("1 2"), "B");
    }
}
