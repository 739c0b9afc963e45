//! Makes packs: findings with everything that a stranger needs to believe them, as one signed file.

mod choose;
mod make;

pub use choose::{Draw, Population, Wanted};
pub use make::{Ask, MadePack, make_pack};
