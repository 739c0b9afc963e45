//! lanyard
fn main() {}
