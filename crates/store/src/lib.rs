//! The only crate that knows SQL.
//!
//! The statements of a capability stand in the folder of its name, and so does the table that it owns (`docs/layers.toml`).
//! `database` runs closures as transactions on SQLite or PostgreSQL; `migrations` holds the schema. Every other
//! module is one family of tables: its rows, each declared once with its columns (`row!`), its statements, each written once for
//! both engines and saying what it answers with (`statements!`), and typed functions over them that take a [`Tx`]. Rows go no
//! further than the use cases, which make of them what pages and the gateway need.
//!
//! Not here: deciding anything (the `app` crates), and any text of SQL elsewhere in the workspace.

// A folder for the tables of each capability; modules are named without it, because a table is known by its own name.
#[path = "notices/alarms.rs"]
pub mod alarms;
#[path = "devices/apple_enrolments.rs"]
pub mod apple_enrolments;
#[path = "custody/assets.rs"]
pub mod assets;
#[path = "duty/calendar_addresses.rs"]
pub mod calendar_addresses;
#[path = "notices/caps.rs"]
pub mod caps;
#[path = "cases/case_files.rs"]
pub mod case_files;
#[path = "cases/case_steps.rs"]
pub mod case_steps;
#[path = "cases/cases.rs"]
pub mod cases;
#[path = "devices/certificates.rs"]
pub mod certificates;
#[path = "devices/check_ins.rs"]
pub mod check_ins;
#[path = "devices/commands.rs"]
pub mod commands;
#[path = "notices/contacts.rs"]
pub mod contacts;
#[path = "devices/containment.rs"]
pub mod containment;
#[path = "custody/counts.rs"]
pub mod counts;
#[path = "notices/deliveries.rs"]
pub mod deliveries;
#[path = "devices/devices.rs"]
pub mod devices;
#[path = "compliance/document_records.rs"]
pub mod document_records;
#[path = "duty/duty.rs"]
pub mod duty;
#[path = "duty/duty_series.rs"]
pub mod duty_series;
#[path = "devices/enrolments.rs"]
pub mod enrolments;
#[path = "people/erasure.rs"]
pub mod erasure;
#[path = "people/events.rs"]
pub mod events;
#[path = "terms/exemptions.rs"]
pub mod exemptions;
#[path = "help/faults.rs"]
pub mod faults;
#[path = "compliance/finding_batches.rs"]
pub mod finding_batches;
#[path = "compliance/findings.rs"]
pub mod findings;
#[path = "devices/freezes.rs"]
pub mod freezes;
#[path = "people/grants.rs"]
pub mod grants;
#[path = "people/groups.rs"]
pub mod groups;
#[path = "custody/handovers.rs"]
pub mod handovers;
#[path = "devices/holds.rs"]
pub mod holds;
#[path = "kernel/imports.rs"]
pub mod imports;
#[path = "incidents/incident_entries.rs"]
pub mod incident_entries;
#[path = "incidents/incidents.rs"]
pub mod incidents;
#[path = "kernel/jobs.rs"]
pub mod jobs;
#[path = "sign-in/kept_forms.rs"]
pub mod kept_forms;
#[path = "ledger/ledger.rs"]
pub mod ledger;
#[path = "ledger/ledger_cosignatures.rs"]
pub mod ledger_cosignatures;
#[path = "ledger/ledger_details.rs"]
pub mod ledger_details;
#[path = "ledger/ledger_guard.rs"]
pub mod ledger_guard;
#[path = "kernel/locks.rs"]
pub mod locks;
#[path = "losses/loss_calls.rs"]
pub mod loss_calls;
#[path = "losses/loss_figures.rs"]
pub mod loss_figures;
#[path = "losses/loss_reports.rs"]
pub mod loss_reports;
#[path = "devices/messages.rs"]
pub mod messages;
#[path = "notices/notice_calls.rs"]
pub mod notice_calls;
#[path = "notices/notices.rs"]
pub mod notices;
#[path = "off-duty/off_duty.rs"]
pub mod off_duty;
#[path = "devices/orders.rs"]
pub mod orders;
#[path = "devices/own_tables.rs"]
pub mod own_tables;
#[path = "sign-in/passkeys.rs"]
pub mod passkeys;
#[path = "people/people.rs"]
pub mod people;
#[path = "people/people_directory.rs"]
pub mod people_directory;
#[path = "permissions/permissions.rs"]
pub mod permissions;
#[path = "compliance/policy_waiting.rs"]
pub mod policy_waiting;
#[path = "packs/populations.rs"]
pub mod populations;
#[path = "devices/profiles.rs"]
pub mod profiles;
#[path = "devices/pushes.rs"]
pub mod pushes;
#[path = "terms/reminders.rs"]
pub mod reminders;
#[path = "kernel/replan.rs"]
pub mod replan;
#[path = "help/resets.rs"]
pub mod resets;
#[path = "duty/rota_covers.rs"]
pub mod rota_covers;
#[path = "duty/rota_overrides.rs"]
pub mod rota_overrides;
#[path = "duty/rotas.rs"]
pub mod rotas;
#[path = "compliance/running.rs"]
pub mod running;
#[path = "sign-in/sessions.rs"]
pub mod sessions;
#[path = "sign-in/sign_in.rs"]
pub mod sign_in;
#[path = "people/takeovers.rs"]
pub mod takeovers;
#[path = "terms/terms.rs"]
pub mod terms;
#[path = "terms/terms_asked.rs"]
pub mod terms_asked;
#[path = "sign-in/tokens.rs"]
pub mod tokens;

mod migrations;
mod record;

pub use database::{
    Applied, Engine, Migration, PostgresTls, Row, Soundness, SslMode, Statement, Store, StoreConfig,
    StoreError, Tx, Value, id,
};
pub(crate) use database::{FromColumns, Query, ToValues, row, statements, values};
pub use migrations::{MIGRATIONS, migrate};
pub(crate) use record::{force_word, like, single_count};

/// Returns every statement of every module: a test prepares each on both engines.
// long because every module has its line
#[must_use]
// long because each module of statements has its line
pub fn all_statements() -> Vec<&'static Statement> {
    [statements_a_to_h(), statements_i_to_z()].concat()
}

fn statements_a_to_h() -> Vec<&'static Statement> {
    [
        database::STATEMENTS,
        alarms::ALL,
        apple_enrolments::ALL,
        assets::ALL,
        calendar_addresses::ALL,
        caps::ALL,
        case_files::ALL,
        case_steps::ALL,
        cases::ALL,
        certificates::ALL,
        check_ins::ALL,
        commands::ALL,
        containment::ALL,
        contacts::ALL,
        counts::ALL,
        deliveries::ALL,
        devices::ALL,
        document_records::ALL,
        duty::ALL,
        duty_series::ALL,
        enrolments::ALL,
        erasure::ALL,
        events::ALL,
        exemptions::ALL,
        faults::ALL,
        finding_batches::ALL,
        findings::ALL,
        freezes::ALL,
        grants::ALL,
        handovers::ALL,
        groups::ALL,
        holds::ALL,
    ]
    .concat()
}

fn statements_i_to_z() -> Vec<&'static Statement> {
    [
        imports::ALL,
        incident_entries::ALL,
        incidents::ALL,
        jobs::ALL,
        kept_forms::ALL,
        ledger::ALL,
        ledger_cosignatures::ALL,
        ledger_details::ALL,
        ledger_guard::ALL,
        loss_calls::ALL,
        loss_figures::ALL,
        loss_reports::ALL,
        messages::ALL,
        notice_calls::ALL,
        notices::ALL,
        off_duty::ALL,
        orders::ALL,
        passkeys::ALL,
        people::ALL,
        people_directory::ALL,
        permissions::ALL,
        permissions::lists::ALL,
        policy_waiting::ALL,
        populations::ALL,
        profiles::ALL,
        pushes::ALL,
        reminders::ALL,
        replan::ALL,
        resets::ALL,
        running::ALL,
        rota_covers::ALL,
        rota_overrides::ALL,
        rotas::ALL,
        sessions::ALL,
        sign_in::ALL,
        takeovers::ALL,
        terms::ALL,
        terms_asked::ALL,
        tokens::ALL,
    ]
    .concat()
}
