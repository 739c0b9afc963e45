//! Makes printed documents: signed records as PDF, labels as QR and bar codes.
//!
//! Every function turns values into bytes: the same value gives the same bytes, today and next year, so that a document can be
//! made again and compared with the stored one. The font is part of the program.
//!
//! Not here: what a record says (`app`), and pages on screen (`web`).

mod document;
mod error;
mod font;
mod label;
mod layout;
mod pdf;

pub use document::{Block, Document, Row};
pub use error::PaperError;
pub use label::{Bars, Label, LabelError, Qr};
