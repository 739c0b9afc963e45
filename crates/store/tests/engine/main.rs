//! The engine against real databases. One program, because each that uses PostgreSQL starts a server of its own.

mod backup;
mod common;
mod kill;
mod lost;
mod migrations;
mod tls;
mod transactions;
