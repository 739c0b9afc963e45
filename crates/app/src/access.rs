//! Who may do what. Authorisation is a value: a use case takes a [`Permit`] that only this module can make, and a list
//! takes the [`Scope`] that the permit carries.
//!
//! The matrix below is the whole of it; a test prints it to `access.golden.txt`, which is reviewed like code.

mod actions;
mod matrix;

use std::fmt;
use std::marker::PhantomData;

use domain::{Force, PersonId};

pub use actions::*;
pub use matrix::{Role, table};

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// How the ledger and the pages name them, such as `person:…`, `command-line:…` or `system`.
    pub name: String,
    /// As it is shown to people.
    pub shown: String,
    /// Who, where they are in the register.
    pub person: Option<PersonId>,
    /// Their role.
    pub role: Role,
    /// The force that they are confined to; `None` where the role serves both.
    pub force: Option<Force>,
}

impl Actor {
    /// Whoever runs the program on the server: the operating system let them read the settings file and the keys.
    #[must_use]
    pub fn command_line(user: &str) -> Self {
        Self {
            name: format!("command-line:{user}"),
            shown: format!("{user} on the server"),
            person: None,
            role: Role::Administrator,
            force: None,
        }
    }

    /// The server itself, carrying out what follows from the rules.
    #[must_use]
    pub fn system() -> Self {
        Self {
            name: "system".into(),
            shown: "Lanyard".into(),
            person: None,
            role: Role::Administrator,
            force: None,
        }
    }
}

/// The forces whose things a permit reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope(Option<Force>);

impl Scope {
    /// For a WHERE: the one force, or `None` for both.
    #[must_use]
    pub const fn force(self) -> Option<Force> {
        self.0
    }

    /// Whether things of that force are within it.
    #[must_use]
    pub fn covers(self, force: Force) -> bool {
        self.0.is_none_or(|own| own == force)
    }
}

/// Refused: who, what, and where to turn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {role} may not {action}{wall}; ask an administrator if your role is wrong", role = .role.title())]
pub struct Denied {
    /// The role that asked.
    pub role: Role,
    /// What it asked for.
    pub action: &'static str,
    /// Empty, or that the thing is another force's.
    pub wall: &'static str,
}

/// Proof that an actor may do `A`. Only [`permit`] makes one.
pub struct Permit<A: Action> {
    actor: Actor,
    scope: Scope,
    action: PhantomData<fn() -> A>,
}

impl<A: Action> Permit<A> {
    /// Who was permitted.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Over whose things.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Refuses a thing behind the wall between the forces.
    ///
    /// # Errors
    /// [`Denied`] if the force is not within the permit's scope.
    pub fn reaches(&self, force: Force) -> Result<(), Denied> {
        if self.scope.covers(force) {
            Ok(())
        } else {
            Err(Denied {
                role: self.actor.role,
                action: A::NAME,
                wall: " there: it belongs to the other force",
            })
        }
    }
}

impl<A: Action> fmt::Debug for Permit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({} by {})", A::NAME, self.actor.name)
    }
}

/// Asks whether the actor may do `A`.
///
/// # Errors
/// [`Denied`] if the matrix says no.
pub fn permit<A: Action>(actor: &Actor) -> Result<Permit<A>, Denied> {
    if matrix::allows(actor.role, A::NAME) {
        let scope = Scope(actor.force);
        return Ok(Permit { actor: actor.clone(), scope, action: PhantomData });
    }
    Err(Denied { role: actor.role, action: A::NAME, wall: "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn analyst(force: Option<Force>) -> Actor {
        Actor {
            name: "person:1".into(),
            shown: "A".into(),
            person: None,
            role: Role::ServiceDeskAnalyst,
            force,
        }
    }

    #[test]
    fn the_force_is_a_wall() {
        let permit: Permit<SeeDevices> = permit(&analyst(Some(Force::Norfolk))).unwrap();
        assert!(permit.reaches(Force::Norfolk).is_ok());
        let refused = permit.reaches(Force::Suffolk).unwrap_err();
        assert!(refused.to_string().contains("other force"), "{refused}");
    }

    #[test]
    fn a_role_gets_what_the_matrix_says_and_no_more() {
        assert!(permit::<CommandDevices>(&analyst(None)).is_ok());
        let refused = permit::<ManagePeople>(&Actor { role: Role::Auditor, ..analyst(None) }).unwrap_err();
        assert!(refused.to_string().contains("Auditor"), "{refused}");
    }

    #[test]
    fn the_matrix_is_the_reviewed_one() {
        let golden = include_str!("access/access.golden.txt");
        assert_eq!(
            table(),
            golden,
            "roles or actions changed: review the table and write it to access.golden.txt"
        );
    }
}
