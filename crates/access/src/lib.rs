//! Decides who may do what: by role, action, force and relationship, with the Cedar policies of `policy/access/`.
//!
//! A force may read and change those policies like its other rules. The parts that it may not change are in `floor.cedar`, in
//! this crate: the separation of the forces, that an auditor changes nothing, that no person approves their own request, and that
//! administrators can always repair access. A `forbid` of the floor beats every `permit` of the folder, so a policy that would
//! break one of these cannot take effect, however it is written.
//!
//! A question has few possible values, so an answer is computed once ([`Policies::ask`]) and cached.
//!
//! Not here: who a person is and which roles they have (`kernel::access`), and their relation to a thing; both are passed in as
//! values. Nothing here reads a file, a clock or a database.

mod actions;
mod api_scope;
mod load;
mod policies;
mod relation;
mod roles;
mod schema;
mod table;

pub use actions::*;
pub use api_scope::ApiScope;
pub use load::Problem;
pub use policies::{Answer, Policies, Question};
pub use relation::Relation;
pub use roles::{Role, Roles};
pub use schema::schema;
pub use table::{Cell, ROLE_COLUMNS, cell, letters, table};
