//! Joiners, movers and leavers: who comes, goes or is away, and what must be handed over for it.

pub mod form;
pub mod list;
pub mod needed;
pub mod show;
