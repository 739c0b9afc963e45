//! Says where the numbering of a text was not understood, so that nobody takes a heap of text for a draft.

use super::outline::Item;

/// The average length of a clause, in words, from which on a text was probably not understood.
const LONG: usize = 250;

/// Notes for the reader of the draft; none if the text was read as it should be.
pub(super) fn notes(numbered: bool, clauses: &[Item]) -> Vec<String> {
    let mut notes = Vec::new();
    if !numbered {
        notes.push(
            "no numbering was found in the text: each paragraph and list item is drafted as a clause"
                .to_owned(),
        );
    }
    let words: usize = clauses.iter().map(|item| item.text.split_whitespace().count()).sum();
    if words > clauses.len().saturating_mul(LONG) {
        notes.push(format!(
            "{words} words became {} clause(s): the numbering of this text was not read; put each clause on a line that \
             begins with its number, such as 3.1, and draft the text again",
            clauses.len()
        ));
    }
    notes
}
