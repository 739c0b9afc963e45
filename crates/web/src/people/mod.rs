//! Holders: who has what, and which terms they have accepted.

pub mod accepted;
pub mod access;
pub mod add;
pub mod alarms;
pub mod covert;
pub mod edit;
pub mod end;
pub mod exemptions;
pub mod list;
pub mod roles;
pub mod show;
pub mod terms;
