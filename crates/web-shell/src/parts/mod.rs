//! Parts that several pages share: lists, forms, charts, timelines.
//!
//! Their markup is in `templates/parts/`, as macros.

pub mod chart;
pub mod choices;
pub mod form;
pub mod listing;
pub mod registers;
pub mod standing;
pub mod timeline;
pub mod upload;
