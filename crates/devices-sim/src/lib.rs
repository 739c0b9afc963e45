//! Simulated iPhones, iPads and Macs that use the real protocols with a server.
//!
//! A simulated device is given what a real one is given: an enrolment profile. From there it talks HTTP: it fetches the
//! authority's certificate, asks for its own by SCEP, checks in, and then answers commands until there are none left.
//! It keeps a state that commands change and answers show, so that a server which asks for a setting can see whether
//! it took effect, and it has a [`Temper`], because the interesting devices are the ones that do not behave.
//!
//! It shares no code with the server's protocol crate, on purpose: an error in how a message is read or written there
//! would otherwise be made the same way here, and cancel out. Only cryptography is shared ([`pki`]).
//!
//! Everything a device does follows from its seed, the time it is given and what the server says; only keys and nonces
//! are random. Not here: user channels on Macs, declarative management, automated enrolment, installing apps.

mod answer;
mod apps;
mod device;
mod error;
mod identity;
mod link;
mod old_signature;
mod passcode;
mod profile;
mod replies;
mod restrictions;
mod rng;
mod session;
mod spec;
mod state;
mod value;

pub use device::Device;
pub use error::{SimError, Step};
pub use link::{KeyPool, Link};
pub use passcode::Passcode;
pub use profile::EnrolmentProfile;
pub use session::{Answered, Ended, SessionSummary};
pub use spec::{DeviceSpec, Model, Temper};
