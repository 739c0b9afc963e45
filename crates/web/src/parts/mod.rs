//! Parts that several pages share: lists, forms, charts. Their markup is in `templates/parts/`, as macros.

pub mod chart;
pub mod form;
pub mod listing;
pub mod terms;
pub(crate) mod upload;
