//! The service: its settings, keys and log, and how the parts are joined and served.
//!
//! The only crate that reads the environment, the clock and the terminal; everything else is handed what it needs. Not here: the
//! command line (`lanyard`) and invented people and devices (`simulation`).

pub mod channels;
pub mod config;
pub mod keys;
pub mod log;
pub mod open;
pub mod out;
pub mod policy_folder;
pub mod private_files;
pub mod serve;
pub mod system;
pub mod tls_files;
pub mod vendors;
