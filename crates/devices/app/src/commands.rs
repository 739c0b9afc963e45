//! Handles commands to devices: ordered, approved where two people must agree, queued, delivered, answered.

mod agree;
mod configure;
mod deliver;
mod look;
mod lost_mode;
mod order;
mod queue;
mod reset;
mod spec;
mod supplies;
mod unreadable;

pub use agree::{approve, take_back};
pub use configure::configure_device;
pub use configure::refresh_due;
pub use deliver::last_raw;
pub use deliver::{hand_over, take_answer};
pub(crate) use deliver::{keep_raw, sealed_raw};
pub use lost_mode::is_in_lost_mode;
pub use order::{order, order_destruction, order_in, order_location};
pub use reset::{AgreedReset, ResetWay, call_off_reset, look_soon, order_agreed_reset, way_to_reset};

pub use agree::take_back_now;
pub use agree::{Agreed, consent_under_hold};
pub use order::Ordered;
pub use order::managed;
pub use platform_port::Order;
pub use spec::Spec;
pub(crate) use spec::resealed;
pub use unreadable::{Unreadable, close_unreadable};
