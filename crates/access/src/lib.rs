//! Who may do what: role, action, force and relationship, decided by the Cedar policies of `policy/access/`.
//!
//! A force may read and change those policies like its other rules. What it may not change is in `floor.cedar`, in
//! this crate: the separation of the forces, that an auditor changes nothing, that no person approves their own request, and
//! that administrators can always repair access. A `forbid` of the floor beats every `permit` of the folder, so a
//! policy that would break one of these cannot take effect, however it is written.
//!
//! A question has few possible values, so an answer is worked out once ([`Policies::ask`]) and remembered.
//!
//! Not here: who a person is and which roles they have (`app::access`), and how they stand to a thing; both come in as
//! values. Nothing here reads a file, a clock or a database.

mod actions;
mod api_scope;
mod load;
mod policies;
mod roles;
mod schema;
mod table;

pub use actions::*;
pub use api_scope::ApiScope;
pub use load::Problem;
pub use policies::{Answer, Policies, Question, Relation};
pub use roles::{Role, Roles};
pub use schema::schema;
pub use table::{Cell, ROLE_COLUMNS, cell, letters, table};
