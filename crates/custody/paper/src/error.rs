//! The reasons why a document could not be made.

/// Reason why a document could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// Font of the program that cannot be read.
    #[error("the font that is built in cannot be read; build the program again")]
    Font,
    /// Document that breaks the rules of PDF/UA-1.
    #[error("the document \"{title}\" could not be written as PDF: {why}")]
    Pdf {
        /// Title of the document.
        title: String,
        /// Description of what was wrong.
        why: String,
    },
}
