//! Pages about one's own way in: where one is signed in, and the passkeys of break-glass administrators.

pub mod passkeys;
pub mod sessions;
