//! The scripts that make the schema, and bringing a database up to date with them.

use crate::{Applied, Migration, Store, StoreError};

/// Every script, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "foundations", sql: include_str!("../migrations/0001_foundations.sql") },
    Migration {
        version: 2,
        name: "policy_overrides",
        sql: include_str!("../migrations/0002_policy_overrides.sql"),
    },
    Migration {
        version: 3,
        name: "people_directory",
        sql: include_str!("../migrations/0003_people_directory.sql"),
    },
    Migration { version: 4, name: "case_steps", sql: include_str!("../migrations/0004_case_steps.sql") },
    Migration { version: 5, name: "notices", sql: include_str!("../migrations/0005_notices.sql") },
    Migration { version: 6, name: "duty", sql: include_str!("../migrations/0006_duty.sql") },
    Migration { version: 7, name: "terms", sql: include_str!("../migrations/0007_terms.sql") },
    Migration { version: 8, name: "role_grants", sql: include_str!("../migrations/0008_role_grants.sql") },
    Migration { version: 9, name: "custody", sql: include_str!("../migrations/0009_custody.sql") },
    Migration { version: 10, name: "reminders", sql: include_str!("../migrations/0010_reminders.sql") },
    Migration { version: 11, name: "directory", sql: include_str!("../migrations/0011_directory.sql") },
    Migration { version: 12, name: "sign_in", sql: include_str!("../migrations/0012_sign_in.sql") },
    Migration { version: 13, name: "off_duty", sql: include_str!("../migrations/0013_off_duty.sql") },
    Migration { version: 14, name: "exemptions", sql: include_str!("../migrations/0014_exemptions.sql") },
    Migration { version: 15, name: "permissions", sql: include_str!("../migrations/0015_permissions.sql") },
    Migration { version: 16, name: "break_glass", sql: include_str!("../migrations/0016_break_glass.sql") },
    Migration { version: 17, name: "kept_forms", sql: include_str!("../migrations/0017_kept_forms.sql") },
    Migration { version: 18, name: "file_imports", sql: include_str!("../migrations/0018_file_imports.sql") },
    Migration { version: 19, name: "use_off_duty", sql: include_str!("../migrations/0019_use_off_duty.sql") },
    Migration {
        version: 20,
        name: "nobody_alone_people",
        sql: include_str!("../migrations/0020_nobody_alone_people.sql"),
    },
    Migration {
        version: 21,
        name: "import_answers",
        sql: include_str!("../migrations/0021_import_answers.sql"),
    },
    Migration { version: 22, name: "ledger_guard", sql: include_str!("../migrations/0022_ledger_guard.sql") },
    Migration {
        version: 23,
        name: "roles_asked_by",
        sql: include_str!("../migrations/0023_roles_asked_by.sql"),
    },
    Migration {
        version: 24,
        name: "enrolment_replays",
        sql: include_str!("../migrations/0024_enrolment_replays.sql"),
    },
    Migration {
        version: 25,
        name: "apple_clients",
        sql: include_str!("../migrations/0025_apple_clients.sql"),
    },
    Migration {
        version: 26,
        name: "calendar_series",
        sql: include_str!("../migrations/0026_calendar_series.sql"),
    },
    Migration { version: 27, name: "orders", sql: include_str!("../migrations/0027_orders.sql") },
    Migration { version: 28, name: "platforms", sql: include_str!("../migrations/0028_platforms.sql") },
    Migration { version: 29, name: "rotas", sql: include_str!("../migrations/0029_rotas.sql") },
    Migration { version: 30, name: "losses", sql: include_str!("../migrations/0030_losses.sql") },
    Migration { version: 31, name: "job_lanes", sql: include_str!("../migrations/0031_job_lanes.sql") },
    Migration {
        version: 32,
        name: "findings_in_the_ledger",
        sql: include_str!("../migrations/0032_findings_in_the_ledger.sql"),
    },
    Migration { version: 33, name: "channels", sql: include_str!("../migrations/0033_channels.sql") },
    Migration { version: 34, name: "help", sql: include_str!("../migrations/0034_help.sql") },
    Migration { version: 35, name: "incidents", sql: include_str!("../migrations/0035_incidents.sql") },
    Migration { version: 36, name: "outcomes", sql: include_str!("../migrations/0036_outcomes.sql") },
    Migration { version: 37, name: "covers", sql: include_str!("../migrations/0037_covers.sql") },
    Migration {
        version: 38,
        name: "calendar_addresses",
        sql: include_str!("../migrations/0038_calendar_addresses.sql"),
    },
    Migration {
        version: 39,
        name: "policy_waiting",
        sql: include_str!("../migrations/0039_policy_waiting.sql"),
    },
    Migration {
        version: 40,
        name: "document_records",
        sql: include_str!("../migrations/0040_document_records.sql"),
    },
    Migration {
        version: 41,
        name: "delivery_of_changes",
        sql: include_str!("../migrations/0041_delivery_of_changes.sql"),
    },
];

/// Applies what is missing of [`MIGRATIONS`] and returns what that was. Blocks.
///
/// # Errors
/// `Migration` when the database is newer than this program, or an applied script has since changed.
pub fn migrate(store: &Store) -> Result<Vec<Applied>, StoreError> {
    store.migrate(MIGRATIONS)
}
