//! Pages about one's own way in: where one is signed in, the passkeys of break-glass administrators,
//! what was typed when a session ended, and proving that one is there.

pub mod kept;
pub mod passkeys;
pub mod prove;
pub mod sessions;
