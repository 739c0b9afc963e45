//! Commands: asked for, approved where two people must agree, queued, delivered, answered.

mod agree;
mod configure;
mod deliver;
mod look;
mod order;
mod queue;
mod spec;
mod unreadable;

pub use agree::{Agreed, consent_under_hold};
pub(crate) use order::managed;
pub use order::{Order, Ordered};
pub use spec::Spec;
pub(crate) use spec::token_place;
pub use unreadable::{Unreadable, close_unreadable};
