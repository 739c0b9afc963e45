//! Who may do what. Authorisation is a value: a use case takes a [`Permit`] that only this module can make, and a list
//! takes the [`Scope`] that the permit carries.
//!
//! The access policies in force decide (`policy/access/`, crate `access`); the matrix that they amount to is reviewed there.
//! A [`Permit`] is over the things of a whole force. Some people may see only what is their own, or of those whom they manage:
//! use cases that serve them too take a [`PermitWithin`], and ask it about each thing.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

pub use ::access::*;
use domain::{Force, PersonId, Timestamp};
use store::Tx;
use store::people::Person;

use crate::{App, AppError, second};

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// How the ledger and the pages name them, such as `person:…`, `command-line:…` or `system`.
    pub name: String,
    /// As it is shown to people.
    pub shown: String,
    /// Who, where they are in the register.
    pub person: Option<PersonId>,
    /// Their roles.
    pub roles: Roles,
    /// The force that they are confined to; `None` where they serve both.
    pub force: Option<Force>,
    /// Those of their roles that they have in the other force too.
    pub both: Roles,
    pub(crate) proof: Proof,
    by: By,
}

/// What shows that the person behind a session is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proof {
    /// When they last proved it; `None` where nothing says so.
    pub at: Option<Timestamp>,
    /// Whether all that proves it is a link that somebody made on the server.
    pub by_link: bool,
}

/// How an actor comes to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comes {
    /// Signed in on the pages.
    SignedIn,
    /// On the server's own command line, or the service itself.
    OnTheServer,
    /// With an API token.
    WithToken,
}

/// What decides on an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    /// The policies in force when they came in.
    Policies(Arc<Policies>),
    /// Nothing: the server itself, and whoever can read its keys and change its files anyway. So a mistake in the access
    /// policies can always be mended from the command line.
    Nothing,
    /// An API token of that name: what its scope names, in its force, and nothing else whatever the policies say.
    Token(ApiScope, String),
}

/// What is known of somebody before access control has a say.
#[derive(Debug, Clone)]
pub struct Who {
    /// How the ledger names them.
    pub name: String,
    /// As it is shown to people.
    pub shown: String,
    /// Who, where they are in the register.
    pub person: Option<PersonId>,
    /// Their roles.
    pub roles: Roles,
    /// The force that they are confined to; `None` where they serve both.
    pub force: Option<Force>,
    /// Those of their roles that they have in the other force too.
    pub both: Roles,
}

/// Somebody, under the access policies in force.
#[must_use]
pub fn actor(app: &App, who: Who) -> Actor {
    Actor {
        name: who.name,
        shown: who.shown,
        person: who.person,
        roles: who.roles,
        force: who.force,
        both: who.both,
        proof: Proof::default(),
        by: By::Policies(Arc::clone(app.policy().access())),
    }
}

impl Actor {
    /// Whoever runs the program on the server: the operating system let them read the settings file and the keys.
    #[must_use]
    pub fn command_line(user: &str) -> Self {
        Self::unbound(format!("command-line:{user}"), format!("{user} on the server"))
    }

    /// The server itself, carrying out what follows from the rules.
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
            both: roles,
            proof: Proof::default(),
            by: By::Nothing,
        }
    }

    /// The force whose things alone they can see; `None` where some role of theirs is over both.
    #[must_use]
    pub fn confined_to(&self) -> Option<Force> {
        self.force.filter(|_| self.both.is_empty())
    }

    /// Whoever comes with an API token: nobody of the register, and without a role.
    pub fn token(id: &str, name: &str, scope: ApiScope, force: Force) -> Self {
        Self {
            name: format!("token:{id}"),
            shown: format!("API token {name}"),
            person: None,
            roles: Roles::NONE,
            both: Roles::NONE,
            force: Some(force),
            proof: Proof::default(),
            by: By::Token(scope, name.to_owned()),
        }
    }

    /// The name of the API token that came; `None` for people.
    pub fn token_name(&self) -> Option<&str> {
        match &self.by {
            By::Token(_, name) => Some(name),
            By::Policies(_) | By::Nothing => None,
        }
    }

    /// The same, who proved at that time that they are there.
    #[must_use]
    pub fn proven(self, at: Timestamp) -> Self {
        let proof = Proof { at: Some(at), ..self.proof };
        self.with_proof(proof)
    }

    /// The same, with what shows that they are there.
    pub fn with_proof(self, proof: Proof) -> Self {
        Self { proof, ..self }
    }

    /// How they come to ask.
    pub const fn comes(&self) -> Comes {
        match self.by {
            By::Policies(_) => Comes::SignedIn,
            By::Nothing => Comes::OnTheServer,
            By::Token(..) => Comes::WithToken,
        }
    }

    fn may(&self, action: &'static str, force: Force, relation: Relation) -> bool {
        match &self.by {
            By::Nothing => true,
            By::Token(scope, _) => self.force == Some(force) && scope.actions().contains(&action),
            By::Policies(policies) => {
                // Over the wall somebody is only what they are for both forces.
                let (roles, home) = match self.force {
                    Some(home) if home != force => (self.both, None),
                    home => (self.roles, home),
                };
                policies.ask(Question { roles, home, action, force, relation }).allowed
            }
        }
    }

    /// What a person is to them.
    #[must_use]
    pub fn relation_to(&self, person: &Person) -> Relation {
        match self.person {
            Some(me) if me == person.id => Relation::Own,
            Some(me) if person.line_manager == Some(me) => Relation::Manages,
            _ => Relation::None,
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

/// How far a permit goes that may be over a few people only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Over everybody of the scope.
    Force(Scope),
    /// Over oneself, and over those whom one manages, within the force.
    Related {
        /// The force.
        force: Force,
        /// Who asks.
        me: PersonId,
        /// Over oneself.
        own: bool,
        /// Over those who name one as line manager.
        managed: bool,
    },
    /// Over nobody.
    Nothing,
}

/// Refused: who, what, and where to turn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the role {role} may not {action}{wall}; ask an administrator if your role is wrong", role = .roles.title())]
pub struct Denied {
    /// The roles that asked.
    pub roles: Roles,
    /// What they asked for.
    pub action: &'static str,
    /// Empty, or what stands in the way.
    pub wall: &'static str,
}

const OTHER_FORCE: &str = " there: it belongs to the other force";
const NOT_YOURS: &str = " there: it is neither yours nor of anybody whom you manage";
/// Why somebody may not look at what is about themselves, after the thing and where it is.
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
        let wall = OTHER_FORCE;
        if self.scope.covers(force) { Ok(()) } else { Err(self.denied(wall)) }
    }

    /// Refuses what the actor may not do to what is their own, such as approving what they asked for.
    ///
    /// # Errors
    /// [`Denied`] if the policies say no to it.
    pub fn reaches_own(&self, force: Force) -> Result<(), Denied> {
        if self.actor.may(A::NAME, force, Relation::Own) { Ok(()) } else { Err(self.denied(YOUR_OWN)) }
    }

    /// The refusal of what is about the actor.
    pub fn about_oneself(&self) -> Denied {
        self.denied(ABOUT_YOU)
    }

    /// The refusal of what belongs to another force, or to none of those that the permit reaches.
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

/// Asks whether the actor may do `A` to the things of a force, or of both.
///
/// # Errors
/// [`Denied`] if the policies say no, or yes to what is the actor's own only.
pub fn permit<A: Action>(actor: &Actor) -> Result<Permit<A>, Denied> {
    let may = |force| actor.may(A::NAME, force, Relation::None);
    let scope = match (may(Force::Norfolk), may(Force::Suffolk)) {
        (true, true) => Scope(None),
        (true, false) => Scope(Some(Force::Norfolk)),
        (false, true) => Scope(Some(Force::Suffolk)),
        (false, false) => return Err(Denied { roles: actor.roles, action: A::NAME, wall: "" }),
    };
    Ok(Permit { actor: actor.clone(), scope, action: PhantomData })
}

/// Proof that an actor may do `A` to something: to all that is a force's, or only to what is their own or of the people whom
/// they manage. Only [`permit_within`] makes one.
pub struct PermitWithin<A: Action> {
    actor: Actor,
    action: PhantomData<fn() -> A>,
}

/// Asks whether the actor may do `A` to anything at all.
///
/// # Errors
/// [`Denied`] if the policies say no.
pub fn permit_within<A: Action>(actor: &Actor) -> Result<PermitWithin<A>, Denied> {
    let related = |relation: &Relation| *relation == Relation::None || actor.person.is_some();
    let mut relations = Relation::ALL.iter().filter(|relation| related(relation));
    if relations.any(|relation| Force::ALL.iter().any(|force| actor.may(A::NAME, *force, *relation))) {
        return Ok(PermitWithin { actor: actor.clone(), action: PhantomData });
    }
    Err(Denied { roles: actor.roles, action: A::NAME, wall: "" })
}

impl<A: Action> PermitWithin<A> {
    /// Who was permitted.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Refuses a person whom the permit does not reach.
    ///
    /// # Errors
    /// [`Denied`] behind the wall, and for who is neither the actor nor one of their people where only those are permitted.
    pub fn reaches_person(&self, person: &Person) -> Result<(), Denied> {
        self.reaches(person.force, self.actor.relation_to(person))
    }

    /// Refuses a thing of a force that the permit does not reach; its holder, or whom it is about, decides whose it is.
    ///
    /// # Errors
    /// As [`PermitWithin::reaches_person`].
    pub fn reaches_held(&self, force: Force, holder: Option<&Person>) -> Result<(), Denied> {
        self.reaches(force, holder.map_or(Relation::None, |holder| self.actor.relation_to(holder)))
    }

    /// Whether it reaches things of that force in that relation.
    pub fn covers(&self, force: Force, relation: Relation) -> bool {
        self.actor.may(A::NAME, force, relation)
    }

    /// How far it goes, for the WHERE of a list.
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

/// Whether the actor may do `A` to a thing of that force that is held by, or about, somebody.
pub fn may_held<A: Action>(actor: &Actor, force: Force, holder: Option<&Person>) -> bool {
    permit_within::<A>(actor).is_ok_and(|permit| permit.reaches_held(force, holder).is_ok())
}

/// Whether an actor of the ledger and somebody who is asking could be one human being, in daily work:
/// [`second::could_be_one`].
pub fn may_be_one_person(tx: &mut Tx<'_>, first: &str, actor: &Actor) -> Result<bool, AppError> {
    second::could_be_one(tx, first, actor, second::AtStake::DailyWork)
}

#[cfg(test)]
mod tests;
