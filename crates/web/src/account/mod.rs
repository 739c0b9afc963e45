//! Pages about one's own way in: where one is signed in.

pub mod sessions;
