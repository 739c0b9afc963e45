//! Names the forces that are served, and refuses words that are none of them.

use domain::Force;
pub use policy::{Contact, ForceDetails, ForceName, Forces};

use crate::{App, AppError};

impl App {
    /// Returns a force with the name that the policy in force gives it.
    #[must_use]
    pub fn force_name(&self, force: Force) -> ForceName {
        self.policy().forces().name(force)
    }

    /// Returns the full name of a force.
    #[must_use]
    pub fn force_title(&self, force: Force) -> String {
        self.force_name(force).title().to_owned()
    }

    /// Returns the words of all forces that are served.
    #[must_use]
    pub fn forces(&self) -> Vec<Force> {
        self.policy().forces().words()
    }

    /// Returns the force that was chosen for something new. Where there is only one, it need not be chosen.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for the field `force` where none was chosen, or one that is not served.
    pub fn chosen_force(&self, chosen: Option<Force>) -> Result<Force, AppError> {
        let policy = self.policy();
        let forces = policy.forces();
        match chosen.or_else(|| forces.only()) {
            Some(force) if forces.entry(force).is_some() => Ok(force),
            _ => Err(AppError::invalid("force", format!("choose one of these forces: {}", forces.listed()))),
        }
    }
}
