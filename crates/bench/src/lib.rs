//! Measuring the service, and attacking it (`attack`). To measure: an estate of any size prepared in a database, messages signed
//! beforehand, and a light client
//! that replays them.
//!
//! The client does as little as it can, because it runs on the cores of the service that it measures: requests are
//! ready bytes, answers are read for their status and length. docs/performance.md says what the figures mean,
//! which the program writes. Never linked into the product.

pub mod attack;
pub mod estate;
pub mod folder;
pub mod judge;
pub mod losses;
pub mod permits;
pub mod report;
pub mod server;
pub mod signatures;
pub mod wire;
pub mod world;
