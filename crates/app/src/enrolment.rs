//! Enrolment: the gate, the profile, and the check-in messages that bring a device under management and out of it.

mod gate;
mod messages;
mod profile;

pub use gate::GateRefusal;
pub use messages::{CheckInReply, Sender};
pub use profile::EnrolmentFile;
