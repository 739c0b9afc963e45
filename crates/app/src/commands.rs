//! Commands: asked for, approved where two people must agree, queued, delivered, answered.

mod configure;
mod deliver;
mod order;
mod spec;

pub(crate) use order::managed;
pub use order::{Order, Ordered};
pub use spec::Spec;
pub(crate) use spec::token_place;
