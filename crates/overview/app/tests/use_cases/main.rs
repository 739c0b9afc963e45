//! Use cases of several capabilities at once, against a database: what follows in one from what is done in another.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod alarms;
mod columns;
mod documents;
mod grants;
mod grants_by_two;
mod help;
mod imports;
mod incidents;
mod losses;
mod movers;
mod notices;
mod policy_in_force;
mod policy_waits;
mod rotas;
mod second;
mod terms;
mod tokens;
