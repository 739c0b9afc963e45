//! Pages about one's own way in: where one is signed in, the passkeys of break-glass administrators,
//! and what was typed when a session ended.

pub mod kept;
pub mod passkeys;
pub mod sessions;
