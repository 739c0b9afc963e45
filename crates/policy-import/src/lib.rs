//! Drafting a document folder from a plain-text policy, so that a force does not start from an empty page.
//!
//! Numbers are found however the paper writes them (`6.2`, `1)`, `a.`, `(a)`, `ABC001`, or none at all), bullets under a
//! clause are lettered, continuation lines are joined, and every clause is marked as not yet bound. Nothing is decided
//! here: the draft loads, and `lanyard policy list` shows what is left to do. **No line is lost**: what did not become
//! part of a clause is listed with its line number.

mod furniture;
mod lines;
mod outline;
mod phrases;
mod roman;
mod style;
mod unread;
mod write;

#[cfg(test)]
mod tests;

/// The longest text that is drafted, in bytes: some hundred times a long policy.
pub const MAX_IMPORT: usize = 1024 * 1024;

/// What to call the drafted document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// Its id and folder, such as `mobile-device-use`.
    pub id: String,
    /// The prefix of its clause ids, such as `MDU`: letters and digits, a letter first, 12 at most.
    pub prefix: String,
    /// Its title.
    pub title: String,
}

/// A drafted document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The files, by their path inside a policy folder.
    pub files: Vec<(String, String)>,
    /// How many clauses were drafted.
    pub clauses: usize,
    /// The lines that are part of no clause and no heading: cover, index, page furniture.
    pub not_drafted: Vec<LeftOver>,
    /// What a reader of the draft should look at first.
    pub notes: Vec<String>,
}

/// A line that is part of no clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOver {
    /// Its number, counted from 1.
    pub line: usize,
    /// The line.
    pub text: String,
    /// Why it was left.
    pub why: &'static str,
}

/// Options that cannot name a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The id is not a folder's name.
    #[error(
        "\"{0}\" cannot be a document's id: write small letters, digits and hyphens, such as mobile-device-use"
    )]
    Id(String),
    /// The prefix is not one.
    #[error("\"{0}\" cannot be a prefix: write 1 to 12 letters and digits, a letter first, such as MDU")]
    Prefix(String),
    /// The title is empty.
    #[error("the title is empty: write the title of the document")]
    Title,
    /// The text is longer than [`MAX_IMPORT`].
    #[error("the text is longer than {MAX_IMPORT} bytes: a policy is some dozen pages; draft it in parts")]
    TooLong,
    /// There is nothing to draft.
    #[error("no clause was found in the text: it is empty, or an index and nothing else")]
    Nothing,
}

/// Drafts a document folder from text.
///
/// # Errors
/// Options that cannot name a document, a text longer than [`MAX_IMPORT`], and one in which nothing is a clause.
pub fn import(text: &str, options: &ImportOptions) -> Result<Draft, ImportError> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if options.id.is_empty() || options.id.len() > 60 || !options.id.chars().all(word) {
        return Err(ImportError::Id(options.id.chars().take(60).collect()));
    }
    let prefix = &options.prefix;
    let letters = prefix.starts_with(|c: char| c.is_ascii_alphabetic());
    if !letters || prefix.len() > 12 || !prefix.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(ImportError::Prefix(prefix.chars().take(60).collect()));
    }
    if options.title.trim().is_empty() {
        return Err(ImportError::Title);
    }
    if text.len() > MAX_IMPORT {
        return Err(ImportError::TooLong);
    }
    let outline = outline::outline(&lines::read(text), &options.title);
    if outline.clauses.is_empty() { Err(ImportError::Nothing) } else { Ok(write::draft(outline, options)) }
}
