//! Makes packs: findings with everything an outsider needs to check them, as one signed file.

mod choose;
mod make;

pub use choose::{Draw, Population, Wanted};
pub use make::{Ask, MadePack, make_pack};
