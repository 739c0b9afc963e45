//! Keeps security incidents: the form of a case in two halves, the clock of telling the regulator, and what people decide.
//!
//! Which questions are asked, and which cases get a form, is the policy's (`policy/forms/`); when the clock ends and what may be
//! decided is in `incidents-rules`. What people write is sealed, and erased with the person or when its time is over.

pub mod breach;
pub mod export;
pub mod read;

mod answers;
mod assess;
mod clock;
mod facts;
mod fill;
mod follow;
mod keep;
mod open;
mod refer;

pub use answers::{Answers, Fault};
pub use assess::assess;
pub use clock::{Decided, decide};
pub use fill::{Filled, Saved, add_for, add_own, attach_own, fill_for, fill_own};
pub use follow::{follow_incident, follow_overdue_incidents};
pub use keep::forget;
pub use open::{NewForm, NewIncident, follow_device, open_by_hand, open_form, open_form_of, opens_by_hand};
pub use refer::refer;

/// How a clock stands and what is decided of it, for the pages.
pub use incidents::clock::{ClockState, Decision};
