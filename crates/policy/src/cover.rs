//! What the cover of a document says beside its owner and its dates.

use serde::Serialize;

use crate::reader::from_words;
use crate::words::words;

words! {
    /// In which form the original is kept.
    OriginalForm {
        /// The signed paper as a PDF.
        Pdf = "pdf" / "PDF",
        /// The text as it was published.
        Text = "text" / "Text",
    }
}

/// The further lines of a document's cover.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Cover {
    /// How great its risk is thought to be.
    pub risk_rating: Option<String>,
    /// What the cover says of the check against Authorised Professional Practice.
    pub app_checked: Option<String>,
    /// What the cover says of the check against the Code of Ethics.
    pub code_of_ethics: Option<String>,
    /// The policy that it sits under.
    pub governing_policy: Option<String>,
    /// Whom to ask about it, as a role.
    pub contact: Option<String>,
    /// The role in this service of the people who are told that its review is overdue.
    pub owner_role: Option<String>,
    /// The signed original.
    pub original: Option<Original>,
}

impl Cover {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The original of a document, known by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Original {
    /// SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Its form.
    pub form: OriginalForm,
    /// Where it lies, or what is to be known of it.
    pub note: Option<String>,
}
