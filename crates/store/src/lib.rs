//! The only crate that knows SQL.
//!
//! `database` runs closures as transactions on SQLite or PostgreSQL; `migrations` holds the schema. Every other
//! module is one family of tables: its statements, each written once for both engines, and typed functions over them
//! that take a [`Tx`]. Rows never leave this crate as rows.
//!
//! Not here: deciding anything (`app`), and any text of SQL elsewhere in the workspace.

pub mod alarms;
pub mod apple_enrolments;
pub mod assets;
pub mod caps;
pub mod case_steps;
pub mod cases;
pub mod certificates;
pub mod check_ins;
pub mod commands;
pub mod containment;
pub mod counts;
pub mod devices;
pub mod duty;
pub mod duty_series;
pub mod enrolments;
pub mod erasure;
pub mod events;
pub mod exemptions;
pub mod findings;
pub mod freezes;
pub mod grants;
pub mod groups;
pub mod handovers;
pub mod holds;
pub mod imports;
pub mod jobs;
pub mod kept_forms;
pub mod ledger;
pub mod ledger_details;
pub mod ledger_guard;
pub mod locks;
pub mod messages;
pub mod notices;
pub mod off_duty;
pub mod orders;
pub mod own_tables;
pub mod passkeys;
pub mod people;
pub mod people_directory;
pub mod permissions;
pub mod profiles;
pub mod pushes;
pub mod reminders;
pub mod replan;
pub mod sessions;
pub mod sign_in;
pub mod takeovers;
pub mod terms;
pub mod terms_asked;
pub mod tokens;

mod migrations;
mod record;

pub(crate) use database::statements;
pub use database::{
    Applied, Engine, Migration, PostgresTls, Row, Soundness, SslMode, Statement, Store, StoreConfig,
    StoreError, Tx, Value, id,
};
pub use migrations::{MIGRATIONS, migrate};
pub(crate) use record::{force_word, like, single_count};

/// Returns every statement of every module: a test prepares each on both engines.
#[must_use]
pub fn all_statements() -> Vec<&'static Statement> {
    [
        database::STATEMENTS,
        alarms::ALL,
        apple_enrolments::ALL,
        assets::ALL,
        caps::ALL,
        case_steps::ALL,
        cases::ALL,
        certificates::ALL,
        check_ins::ALL,
        commands::ALL,
        containment::ALL,
        counts::ALL,
        devices::ALL,
        duty::ALL,
        duty_series::ALL,
        enrolments::ALL,
        erasure::ALL,
        events::ALL,
        exemptions::ALL,
        findings::ALL,
        freezes::ALL,
        grants::ALL,
        handovers::ALL,
        groups::ALL,
        holds::ALL,
        imports::ALL,
        jobs::ALL,
        kept_forms::ALL,
        ledger::ALL,
        ledger_details::ALL,
        ledger_guard::ALL,
        messages::ALL,
        notices::ALL,
        off_duty::ALL,
        orders::ALL,
        passkeys::ALL,
        people::ALL,
        people_directory::ALL,
        permissions::ALL,
        permissions::lists::ALL,
        profiles::ALL,
        pushes::ALL,
        reminders::ALL,
        replan::ALL,
        sessions::ALL,
        sign_in::ALL,
        takeovers::ALL,
        terms::ALL,
        terms_asked::ALL,
        tokens::ALL,
    ]
    .concat()
}
