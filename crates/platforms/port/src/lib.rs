//! The port between Lanyard and the vendors of platforms: our own words for orders, settings, answers and enrolment, and the
//! trait [`Vendor`] that a platform implements.
//!
//! A vendor translates and knows its devices: what they can be told, what they report, how they are reached, how they enrol. It
//! decides nothing. Holds, approvals, caps, freezes and permits read [`Order`] and its [`domain::Effect`], which the row of a
//! command keeps, and never a vendor's name for it.
//!
//! Pure: a vendor is given what it needs as values ([`Supplies`], [`Target`]) and returns bytes and facts. What a vendor alone
//! has to keep of an enrolment it names itself ([`Vendor::needs`]); where that is stored is the service's business.

mod answer;
mod enrol;
mod order;
mod reach;
mod settings;
mod vendor;

pub use answer::{Answer, Location, Report, Stage, Unreadable};
pub use enrol::{Begin, CheckIn, EnrolmentFile, Keepsake, Kept, Message, Offer, Ready, Speaker, User};
pub use order::{Lane, Order, Question};
pub use reach::{PushClient, Reaching, Unreached};
pub use settings::{Bundle, CannotCompile, Compiled, Group, Publisher};
pub use vendor::{CannotPrepare, Supplies, Target, Vendor, Weight};
