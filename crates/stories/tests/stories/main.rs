//! The stories of `stories/`, each told to the running pages. A file here has the name of its story.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test stops at the first thing that is wrong, and a story is told from its beginning to its end"
)]

mod a_fault_reported;
mod a_forgotten_password_by_telephone;
mod a_gap_in_the_rota;
mod a_joiner_by_scim;
mod a_lapsed_acceptance;
mod a_leaver_returns_everything;
mod a_manager_sees_their_own_people;
mod a_private_hub_for_a_month;
mod a_read_with_a_reason;
mod a_risk_accepted_and_lapsed;
mod a_sample_for_the_auditor;
mod a_stock_count;
mod a_suspension;
mod a_written_permission;
mod a_wrong_row_in_the_import;
mod accepting_the_terms;
mod an_auditor_whose_access_ends;
mod an_off_duty_sign_in;
mod an_unused_phone;
mod break_glass;
mod desk;
mod erasing_a_leaver;
mod from_the_first_day_to_a_career_break;
mod issued_and_signed;
mod maternity_leave;
mod movers;
mod nobody_else_repairs_it;
mod nobody_is_rung_off_duty;
mod reading;
mod registers;
mod returned_at_the_counter;
mod sign_in_with_the_directory;
mod the_clocks_go_back;
mod the_form_and_the_clock;
mod the_report_at_03_07;
mod the_session_ran_out;
mod the_terms_change;
mod the_vpn_was_used_off_duty;
mod the_wall_between_forces;

use stories::{authenticator, force as common, issuer};
