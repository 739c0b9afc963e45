//! The verbs of the command line, a file each.

pub(crate) mod assets;
pub(crate) mod backup;
pub(crate) mod break_glass;
mod cells;
pub(crate) mod compile;
pub(crate) mod custody;
pub(crate) mod devices;
pub(crate) mod draft;
pub(crate) mod duty;
pub(crate) mod enrol;
pub(crate) mod explain;
pub(crate) mod import;
pub(crate) mod ledger_book;
mod ledger_verify;
pub(crate) mod orders;
pub(crate) mod people;
pub(crate) mod people_end;
pub(crate) mod policy;
pub(crate) mod registers;
mod registers_show;
pub(crate) mod roles;
pub(crate) mod serving;
pub(crate) mod settings;
pub(crate) mod terms;
pub(crate) mod tokens;
