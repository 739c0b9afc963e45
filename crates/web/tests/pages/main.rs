//! The pages as a service, on a seeded database: who may open what, what each shows, what each form does.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test stops at the first thing that is wrong, and a story is told from its beginning to its end"
)]

mod access;
#[path = "../checker/mod.rs"]
mod checker;
mod custody;
mod directory;
mod documents;
mod exemptions;
mod figures;
mod forms;
mod held;
mod limits;
mod lists;
mod loss_desk;
mod losses;
mod me;
mod nobody_alone;
mod on_call;
mod parts;
mod passkeys;
mod shown;
mod signing_in;
mod walls;

use stories::{authenticator, force as common, issuer};
