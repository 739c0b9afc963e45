//! What people were told: one's own notices, what was not delivered, the exceptions, calling on somebody off duty.

pub mod call;
pub mod exceptions;
pub mod own;
pub mod sign_ins;
pub mod stuck;
