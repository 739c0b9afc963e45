//! Decides who may do what: a use case takes a [`Permit`] that only this module can make.
//! A list takes the [`Scope`] that the permit carries.
//!
//! The access policies in force decide (`policy/access/`, crate `access`); the resulting matrix is reviewed there. A [`Permit`]
//! covers the things of a whole force. Some people may see only what is their own, or what belongs to those whom they manage: use
//! cases that serve them too take a [`PermitWithin`], and check each thing against it.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

pub use ::access::*;
use domain::{Force, PersonId, Timestamp};
use store::people::Person;

use crate::App;

/// Somebody, or something, that asks for an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Name in the ledger and on the pages, such as `person:…`, `command-line:…` or `system`.
    pub name: String,
    /// Name as it is shown to people.
    pub shown: String,
    /// Their entry in the register, if they have one.
    pub person: Option<PersonId>,
    /// Their roles.
    pub roles: Roles,
    /// Force that they are confined to; `None` where they serve all.
    pub force: Option<Force>,
    /// Roles that they also have in every other force.
    pub everywhere: Roles,
    pub(crate) proof: Proof,
    by: By,
}

/// Somebody who does something, by both their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voice<'a> {
    /// Name in the ledger.
    pub name: &'a str,
    /// Name as it is shown to people.
    pub shown: &'a str,
}

impl Voice<'static> {
    /// The service itself.
    pub const SYSTEM: Self = Self { name: "system", shown: "system" };
}

impl<'a> From<&'a Actor> for Voice<'a> {
    fn from(actor: &'a Actor) -> Self {
        Self { name: &actor.name, shown: &actor.shown }
    }
}

/// Evidence that the person behind a session is present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proof {
    /// Time of the latest proof; `None` where there is none.
    pub at: Option<Timestamp>,
    /// Set where the only proof is a link that somebody made on the server.
    pub by_link: bool,
}

/// Way in which an actor makes a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comes {
    /// Signed in on the pages.
    SignedIn,
    /// On the server's own command line, or the service itself.
    OnTheServer,
    /// With an API token.
    WithToken,
}

/// Authority that decides what an actor may do.
#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    /// Access policies in force when the actor came in.
    Policies(Arc<Policies>),
    /// No policy: used for the server itself, and for its command line, whose user can read its keys and change its files anyway.
    /// So a mistake in the access policies can always be corrected from the command line.
    Nothing,
    /// API token of that name: allows what its scope names, in its force, and nothing else whatever the policies say.
    Token(ApiScope, String),
}

/// Known facts about somebody before access control decides.
#[derive(Debug, Clone)]
pub struct Who {
    /// Name in the ledger.
    pub name: String,
    /// Name as it is shown to people.
    pub shown: String,
    /// Their entry in the register, if they have one.
    pub person: Option<PersonId>,
    /// Their roles.
    pub roles: Roles,
    /// Force that they are confined to; `None` where they serve all.
    pub force: Option<Force>,
    /// Roles that they also have in every other force.
    pub everywhere: Roles,
}

/// Makes an actor who is subject to the access policies in force.
#[must_use]
pub fn actor(app: &App, who: Who) -> Actor {
    Actor {
        name: who.name,
        shown: who.shown,
        person: who.person,
        roles: who.roles,
        force: who.force,
        everywhere: who.everywhere,
        proof: Proof::default(),
        by: By::Policies(Arc::clone(app.policy().access())),
    }
}

impl Actor {
    /// Makes the actor who runs the program on the server: the operating system let them read the settings file and the keys.
    #[must_use]
    pub fn command_line(user: &str) -> Self {
        Self::unbound(format!("command-line:{user}"), format!("{user} on the server"))
    }

    /// Makes the actor for the server itself, which carries out what follows from the rules.
    #[must_use]
    pub fn system() -> Self {
        Self::unbound("system".into(), "Lanyard".into())
    }

    fn unbound(name: String, shown: String) -> Self {
        let roles = Roles::from(Role::Administrator);
        Self {
            name,
            shown,
            person: None,
            roles,
            force: None,
            everywhere: roles,
            proof: Proof::default(),
            by: By::Nothing,
        }
    }

    /// Returns the only force whose things they can see; `None` where one of their roles covers all.
    #[must_use]
    pub fn confined_to(&self) -> Option<Force> {
        self.force.filter(|_| self.everywhere.is_empty())
    }

    /// Makes the actor for an API token: it has no entry in the register and no role.
    pub fn token(id: &str, name: &str, scope: ApiScope, force: Force) -> Self {
        Self {
            name: format!("token:{id}"),
            shown: format!("API token {name}"),
            person: None,
            roles: Roles::NONE,
            everywhere: Roles::NONE,
            force: Some(force),
            proof: Proof::default(),
            by: By::Token(scope, name.to_owned()),
        }
    }

    /// Returns the name of the API token that made the request; `None` for people.
    pub fn token_name(&self) -> Option<&str> {
        match &self.by {
            By::Token(_, name) => Some(name),
            By::Policies(_) | By::Nothing => None,
        }
    }

    /// Returns the actor with a proof, given at that time, that they are present.
    #[must_use]
    pub fn proven(self, at: Timestamp) -> Self {
        let proof = Proof { at: Some(at), ..self.proof };
        self.with_proof(proof)
    }

    /// Returns the actor with this proof that they are present.
    pub fn with_proof(self, proof: Proof) -> Self {
        Self { proof, ..self }
    }

    /// Returns the way in which they make the request.
    pub const fn comes(&self) -> Comes {
        match self.by {
            By::Policies(_) => Comes::SignedIn,
            By::Nothing => Comes::OnTheServer,
            By::Token(..) => Comes::WithToken,
        }
    }

    /// Returns the forces of which it must be asked what they may do there.
    fn forces(&self) -> Vec<Force> {
        match &self.by {
            By::Policies(policies) => policies.forces().to_vec(),
            By::Nothing | By::Token(..) => self.force.into_iter().collect(),
        }
    }

    fn may(&self, action: &'static str, force: Force, relation: Relation) -> bool {
        match &self.by {
            By::Nothing => true,
            By::Token(scope, _) => self.force == Some(force) && scope.actions().contains(&action),
            By::Policies(policies) => {
                // In another force, an actor has only the roles that they hold for every force.
                let (roles, home) = match self.force {
                    Some(home) if home != force => (self.everywhere, None),
                    home => (self.roles, home),
                };
                policies.ask(Question { roles, home, action, force, relation }).allowed
            }
        }
    }

    /// Returns what a person is to them.
    #[must_use]
    pub fn relation_to(&self, person: &Person) -> Relation {
        match self.person {
            Some(me) if me == person.id => Relation::Own,
            Some(me) if person.line_manager == Some(me) => Relation::Manages,
            _ => Relation::None,
        }
    }
}

/// Forces whose things a permit covers: one, or every force that the policy serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope(Option<Force>);

impl Scope {
    /// Returns the one force for a WHERE clause, or `None` for all.
    #[must_use]
    pub const fn force(self) -> Option<Force> {
        self.0
    }

    /// Returns whether things of that force are within the scope.
    #[must_use]
    pub fn covers(self, force: Force) -> bool {
        self.0.is_none_or(|own| own == force)
    }
}

/// Extent of a permit that may cover only a few people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everybody in the scope.
    Force(Scope),
    /// Oneself, and the people whom one manages, within the force.
    Related {
        /// The force.
        force: Force,
        /// Person who asks.
        me: PersonId,
        /// Set where they may act on themselves.
        own: bool,
        /// Set where they may act on people who name them as line manager.
        managed: bool,
    },
    /// Nobody.
    Nothing,
}

/// Refusal of an action: who asked, what for, and where to turn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the role {role} may not {action}{wall}; ask an administrator if your role is wrong", role = .roles.title())]
pub struct Denied {
    /// Roles of the actor who asked.
    pub roles: Roles,
    /// Action that they asked for.
    pub action: &'static str,
    /// Reason for the refusal beyond the roles; empty where there is none.
    pub wall: &'static str,
}

const OTHER_FORCE: &str = " there: it belongs to another force";
const NOT_YOURS: &str = " there: it is neither yours nor of anybody whom you manage";
/// Says why somebody may not look at what concerns themselves; follows the name of the thing and its place.
pub const ABOUT_YOU: &str =
    " there: it is about you or what you have or had, and somebody else must see to it";
const YOUR_OWN: &str = " there: you asked for it yourself, and somebody else must agree";

/// Proof that an actor may do `A` to the things of a whole force. Only [`permit`] makes one.
pub struct Permit<A: Action> {
    actor: Actor,
    scope: Scope,
    action: PhantomData<fn() -> A>,
}

impl<A: Action> Permit<A> {
    /// Returns the actor who has the permit.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Returns the forces that the permit covers.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Refuses a thing of another force.
    ///
    /// # Errors
    /// [`Denied`] if the force is not within the permit's scope.
    pub fn reaches(&self, force: Force) -> Result<(), Denied> {
        let wall = OTHER_FORCE;
        if self.scope.covers(force) { Ok(()) } else { Err(self.denied(wall)) }
    }

    /// Refuses what the actor may not do to what is their own, such as approving their own request.
    ///
    /// # Errors
    /// [`Denied`] if the policies forbid it.
    pub fn reaches_own(&self, force: Force) -> Result<(), Denied> {
        if self.actor.may(A::NAME, force, Relation::Own) { Ok(()) } else { Err(self.denied(YOUR_OWN)) }
    }

    /// Makes the refusal for what concerns the actor.
    pub fn about_oneself(&self) -> Denied {
        self.denied(ABOUT_YOU)
    }

    /// Makes the refusal for what belongs to another force, or to none of those that the permit covers.
    pub fn over_wall(&self) -> Denied {
        self.denied(OTHER_FORCE)
    }

    fn denied(&self, wall: &'static str) -> Denied {
        Denied { roles: self.actor.roles, action: A::NAME, wall }
    }
}

impl<A: Action> fmt::Debug for Permit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({} by {})", A::NAME, self.actor.name)
    }
}

/// Checks whether the actor may do `A` to the things of a force, or of all.
///
/// A permit covers one force or all of them. Where the policies allow several and not all, it covers the actor's own force, or else
/// the first of them: less than the policies allow, and never more.
///
/// # Errors
/// [`Denied`] if the policies forbid it, or allow it only for what is the actor's own.
pub fn permit<A: Action>(actor: &Actor) -> Result<Permit<A>, Denied> {
    let may = |force: &Force| actor.may(A::NAME, *force, Relation::None);
    let scope = match &actor.by {
        By::Nothing => Some(Scope(None)),
        By::Token(..) => actor.force.filter(may).map(|force| Scope(Some(force))),
        By::Policies(policies) => {
            let reached: Vec<Force> = policies.forces().iter().copied().filter(may).collect();
            if !reached.is_empty() && reached.len() == policies.forces().len() {
                Some(Scope(None))
            } else {
                let home = actor.force.filter(|home| reached.contains(home));
                home.or_else(|| reached.first().copied()).map(|force| Scope(Some(force)))
            }
        }
    };
    let scope = scope.ok_or(Denied { roles: actor.roles, action: A::NAME, wall: "" })?;
    Ok(Permit { actor: actor.clone(), scope, action: PhantomData })
}

/// Proof that an actor may do `A` to something: either to everything of a force, or only to what is their own or belongs to the
/// people whom they manage. Only [`permit_within`] makes one.
pub struct PermitWithin<A: Action> {
    actor: Actor,
    action: PhantomData<fn() -> A>,
}

/// Checks whether the actor may do `A` to anything at all.
///
/// # Errors
/// [`Denied`] if the policies forbid it.
pub fn permit_within<A: Action>(actor: &Actor) -> Result<PermitWithin<A>, Denied> {
    let related = |relation: &Relation| *relation == Relation::None || actor.person.is_some();
    let mut relations = Relation::ALL.iter().filter(|relation| related(relation));
    let forces = actor.forces();
    let unbound = matches!(actor.by, By::Nothing);
    if unbound || relations.any(|relation| forces.iter().any(|force| actor.may(A::NAME, *force, *relation))) {
        return Ok(PermitWithin { actor: actor.clone(), action: PhantomData });
    }
    Err(Denied { roles: actor.roles, action: A::NAME, wall: "" })
}

impl<A: Action> PermitWithin<A> {
    /// Returns the actor who has the permit.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Refuses a person whom the permit does not cover.
    ///
    /// # Errors
    /// [`Denied`] for a person of another force, and, where only the actor and their people are permitted, for anybody else.
    pub fn reaches_person(&self, person: &Person) -> Result<(), Denied> {
        self.reaches(person.force, self.actor.relation_to(person))
    }

    /// Refuses a thing of a force that the permit does not cover; the thing counts as belonging to its holder or the person whom
    /// it concerns.
    ///
    /// # Errors
    /// As [`PermitWithin::reaches_person`].
    pub fn reaches_held(&self, force: Force, holder: Option<&Person>) -> Result<(), Denied> {
        self.reaches(force, holder.map_or(Relation::None, |holder| self.actor.relation_to(holder)))
    }

    /// Returns whether the permit covers things of that force in that relation.
    pub fn covers(&self, force: Force, relation: Relation) -> bool {
        self.actor.may(A::NAME, force, relation)
    }

    /// Returns the extent of the permit, for the WHERE clause of a list.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match (permit::<A>(&self.actor), self.actor.person, self.actor.force) {
            (Ok(whole), ..) => Reach::Force(whole.scope()),
            (Err(_), Some(me), Some(home)) => {
                let may = |relation| self.actor.may(A::NAME, home, relation);
                Reach::Related { force: home, me, own: may(Relation::Own), managed: may(Relation::Manages) }
            }
            _ => Reach::Nothing,
        }
    }

    fn reaches(&self, force: Force, relation: Relation) -> Result<(), Denied> {
        if self.actor.may(A::NAME, force, relation) {
            return Ok(());
        }
        let home = self.actor.force.is_none_or(|own| own == force);
        let wall = if home { NOT_YOURS } else { OTHER_FORCE };
        Err(Denied { roles: self.actor.roles, action: A::NAME, wall })
    }
}

impl<A: Action> From<Permit<A>> for PermitWithin<A> {
    fn from(permit: Permit<A>) -> Self {
        Self { actor: permit.actor, action: PhantomData }
    }
}

impl<A: Action> fmt::Debug for PermitWithin<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PermitWithin({} by {})", A::NAME, self.actor.name)
    }
}

/// Returns whether the actor may do `A` to a thing of that force that somebody holds or that concerns them.
pub fn may_held<A: Action>(actor: &Actor, force: Force, holder: Option<&Person>) -> bool {
    permit_within::<A>(actor).is_ok_and(|permit| permit.reaches_held(force, holder).is_ok())
}

#[cfg(test)]
mod tests;
