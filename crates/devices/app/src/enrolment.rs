//! Enrols devices: the gate, the profile, and the check-in messages that begin and end management.

mod carry;
mod gate;
mod keepsake;
mod messages;
mod profile;
mod replay;
mod revoke;
mod take_over;

pub use gate::gate;
pub use messages::check_in;
pub use profile::{make_enrolment_profile, make_replacing_profile};

pub use gate::GateRefusal;
pub use messages::{CheckInReply, Proof, Sender};
pub use profile::EnrolmentFile;
pub use revoke::revoke_now;
pub use revoke::{CertificateShown, Revoked, certificates_of, revoke_certificates};
