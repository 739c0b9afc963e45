//! Drafting a document folder from a plain-text policy, so that a force does not start from an empty page.
//!
//! Numbers are found however the paper writes them (`6.2`, `1)`, `a.`, `(a)`, `ABC001`, `§ 4`, `Article 3`, `III.`, or none
//! at all), bullets under a clause are lettered, continuation lines are joined, the cover's fields are read, and every clause
//! is marked as not yet bound. Nothing is decided here: the draft loads, and `lanyard policy list` shows what is left to do.
//!
//! **No line is lost.** Each line that is not blank has one [`Place`]: a clause, a heading, a field of the cover, the title, the
//! table of contents, a header or footer, or the list of what was not understood.

mod actors;
mod contents;
mod cover;
mod dates;
mod furniture;
mod heads;
mod labels;
mod language;
mod levels;
mod lines;
mod marker;
mod numbers;
mod outline;
mod phrases;
mod plain;
mod roman;
mod speech;
mod style;
mod unread;
mod verbs;
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
    /// The files, by their path inside a policy folder: `document.toml`, then one for each clause.
    pub files: Vec<(String, String)>,
    /// How many clauses were drafted.
    pub clauses: usize,
    /// Every line that is not blank, in the order of the text, with its place.
    pub lines: Vec<PlacedLine>,
    /// What a reader of the draft should look at first.
    pub notes: Vec<String>,
}

/// A line that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedLine {
    /// Its number, counted from 1.
    pub line: usize,
    /// The line without white space around it.
    pub text: String,
    /// Where it went.
    pub place: Place,
}

/// Where a line went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Into a clause.
    Clause {
        /// The place of its file in [`Draft::files`].
        file: usize,
    },
    /// Into the title of a section or clause.
    Heading,
    /// Into a field of the document, or the note that keeps what no field has a place for.
    Cover,
    /// It is the title of the document.
    Title,
    /// The table of contents.
    Contents,
    /// A page number, header or footer.
    EveryPage,
    /// Nowhere: it was not understood.
    Nowhere {
        /// Why.
        why: &'static str,
    },
}

impl Draft {
    /// Returns the lines that were not understood, and why.
    pub fn not_understood(&self) -> impl Iterator<Item = (&PlacedLine, &'static str)> {
        self.lines.iter().filter_map(|line| match line.place {
            Place::Nowhere { why } => Some((line, why)),
            _ => None,
        })
    }
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
    #[error(
        "no clause was found in the text: it is empty, or a cover and an index and nothing else; give a text that has the rules"
    )]
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
    let language = language::Language::of(text);
    let lines = lines::read(text, language);
    let reading = outline::Reading { title: &options.title, language, dates: dates::order(text) };
    let outline = outline::outline(&lines, &reading);
    if outline.clauses.is_empty() {
        return Err(ImportError::Nothing);
    }
    Ok(write::draft(outline, &lines, &write::Drafting { options, language }))
}
