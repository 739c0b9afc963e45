//! People's pages: server-rendered, in the manner of the GOV.UK Design System. No task needs a script but the use of a
//! passkey, which browsers offer to nothing else (`assets/app.js`).
//!
//! A page is a pair: `src/<area>/<page>.rs` holds its `View`, plain data without lifetimes, and the template of the same
//! name under `templates/` holds its markup. Each view has samples; the tests render every one and check the markup
//! (`tests/samples.rs`), and `cargo run -p web --example gallery -- FOLDER` writes them out to be looked at.
//!
//! `routes` is the one table of addresses; `routes/*.rs` are the handlers, which ask access control, call one use case of
//! `app`, and turn what it gave into a view or send the browser on. `session` knows who is asking and makes a page of
//! whatever goes wrong.
//!
//! Not here: what a page may show (access control and use cases are in `app`), device traffic (`gateway`), JSON (`api`).

pub mod accessibility;
pub mod account;
pub mod answer;
pub mod assets;
mod browser;
pub mod cases;
pub mod csv;
pub mod custody;
pub mod devices;
pub mod documents;
pub mod duty;
mod filters;
pub mod format;
pub mod held;
pub mod imports;
mod kept;
pub mod ledger;
mod limits;
pub mod me;
pub mod movers;
mod notices;
pub mod overview;
pub mod parts;
pub mod people;
pub mod problem;
pub mod registers;
pub mod routes;
pub mod samples;
pub mod security_headers;
mod session;
pub mod shell;
pub mod sign_in;
mod site;
pub mod terms;
pub mod tokens;
pub mod told;
pub mod wall;

pub use site::{Options, Persona, router};
