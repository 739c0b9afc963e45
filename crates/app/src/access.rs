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
use domain::{Force, PersonId};
use store::people::Person;
use store::{Tx, people, sessions};

use crate::{App, AppError};

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
    by: By,
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

impl App {
    /// Somebody, under the access policies in force.
    #[must_use]
    pub fn actor(&self, who: Who) -> Actor {
        Actor {
            name: who.name,
            shown: who.shown,
            person: who.person,
            roles: who.roles,
            force: who.force,
            both: who.both,
            by: By::Policies(Arc::clone(self.policy().access())),
        }
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
        Self { name, shown, person: None, roles, force: None, both: roles, by: By::Nothing }
    }

    /// The force whose things alone they can see; `None` where some role of theirs is over both.
    #[must_use]
    pub fn confined_to(&self) -> Option<Force> {
        self.force.filter(|_| self.both.is_empty())
    }

    /// Whoever comes with an API token: nobody of the register, and without a role.
    pub(crate) fn token(id: &str, name: &str, scope: ApiScope, force: Force) -> Self {
        Self {
            name: format!("token:{id}"),
            shown: format!("API token {name}"),
            person: None,
            roles: Roles::NONE,
            both: Roles::NONE,
            force: Some(force),
            by: By::Token(scope, name.to_owned()),
        }
    }

    /// The name of the API token that came; `None` for people.
    pub(crate) fn token_name(&self) -> Option<&str> {
        match &self.by {
            By::Token(_, name) => Some(name),
            By::Policies(_) | By::Nothing => None,
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
    pub(crate) fn covers(&self, force: Force, relation: Relation) -> bool {
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
pub(crate) fn may_held<A: Action>(actor: &Actor, force: Force, holder: Option<&Person>) -> bool {
    permit_within::<A>(actor).is_ok_and(|permit| permit.reaches_held(force, holder).is_ok())
}

/// Whether an actor of the ledger and somebody who is asking could be one human being. Two people of the register are
/// two; a one-time sign-in link proves a name and nothing more, so the same name counts as the same person, and a session
/// that is no longer known counts as anybody.
pub(crate) fn may_be_one_person(tx: &mut Tx<'_>, first: &str, second: &Actor) -> Result<bool, AppError> {
    if first == second.name {
        return Ok(true);
    }
    let name = match (first.split_once(':'), second.person) {
        (Some(("person", _)), Some(_)) => return Ok(false),
        (Some(("person", id)), None) => match id.parse::<PersonId>() {
            Ok(id) => people::by_id(tx, id)?.map(|person| person.name),
            Err(_) => None,
        },
        (Some(("session", digest)), _) => sessions::name_of(tx, digest)?,
        // The command line's user is known to the operating system, the server itself asks for nothing that needs two.
        _ => return Ok(false),
    };
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    Ok(name.is_none_or(|name| plain(&name) == plain(&second.shown)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESK: &str = r#"
@id("desk")
permit (principal in Role::"service-desk-analyst", action in [Action::"see devices", Action::"command devices"], resource);
@id("own")
permit (principal, action == Action::"see people", resource) when { resource.relation == Relation::"own" };
@id("suffolk-only")
permit (principal in Role::"hr", action == Action::"see people", resource) when { resource.force == Force::"suffolk" };
@id("all")
permit (principal in Role::"auditor", action, resource);
"#;

    fn actor(roles: &str, force: Option<Force>) -> Actor {
        let policies = Policies::load([("access/a.cedar", DESK)].into_iter()).unwrap();
        Actor {
            name: "person:1".into(),
            shown: "A".into(),
            person: Some(PersonId::from_uuid(uuid::Uuid::nil())),
            roles: roles.parse().unwrap(),
            force,
            both: Roles::NONE,
            by: By::Policies(Arc::new(policies)),
        }
    }

    fn person(id: u128, force: Force) -> Person {
        let id = PersonId::from_uuid(uuid::Uuid::from_u128(id));
        Person::new(id, force, "1", "A", "officer", domain::Timestamp::from_millis(0))
    }

    #[test]
    fn the_force_is_a_wall() {
        let analyst = actor("service-desk-analyst", Some(Force::Norfolk));
        let permit: Permit<SeeDevices> = permit(&analyst).unwrap();
        assert!(permit.reaches(Force::Norfolk).is_ok());
        let refused = permit.reaches(Force::Suffolk).unwrap_err();
        assert!(refused.to_string().contains("other force"), "{refused}");
    }

    #[test]
    fn several_roles_add_up_and_an_auditor_among_them_takes_away_every_change() {
        let both = actor("service-desk-analyst holder", None);
        assert!(permit::<CommandDevices>(&both).is_ok());
        let refused = permit::<ManagePeople>(&both).unwrap_err();
        assert!(refused.to_string().contains("Service desk analyst may not manage people"), "{refused}");
        let auditing = actor("service-desk-analyst auditor", None);
        assert!(permit::<SeeDevices>(&auditing).is_ok() && permit::<CommandDevices>(&auditing).is_err());
        assert!(permit::<SeeDevices>(&actor("", None)).is_err());
    }

    #[test]
    fn who_may_see_their_own_gets_no_permit_over_the_force() {
        let holder = actor("holder", Some(Force::Norfolk));
        assert!(permit::<SeePeople>(&holder).is_err());
        let within = permit_within::<SeePeople>(&holder).unwrap();
        assert!(within.reaches_person(&person(0, Force::Norfolk)).is_ok());
        let managed = Person { line_manager: holder.person, ..person(7, Force::Norfolk) };
        assert_eq!(holder.relation_to(&managed), Relation::Manages);
        let refused = within.reaches_person(&managed).unwrap_err();
        assert!(refused.to_string().contains("neither yours"), "{refused}");
        assert!(
            within.reaches_person(&person(0, Force::Suffolk)).is_err(),
            "not even their own over the wall"
        );
        let me = holder.person.unwrap();
        let own = Reach::Related { force: Force::Norfolk, me, own: true, managed: false };
        assert_eq!(within.reach(), own);
        let nobody = Actor { person: None, ..holder };
        assert!(permit_within::<SeePeople>(&nobody).is_err(), "who is nobody owns nothing");
    }

    #[test]
    fn a_policy_for_one_force_gives_a_scope_of_that_force() {
        let both = permit::<SeePeople>(&actor("hr", None)).unwrap();
        assert_eq!(both.scope().force(), Some(Force::Suffolk));
        assert!(permit::<SeePeople>(&actor("hr", Some(Force::Norfolk))).is_err());
    }

    #[test]
    fn a_token_may_do_what_its_scope_names_in_its_force() {
        let token = Actor::token("1", "Entra", ApiScope::Scim, Force::Suffolk);
        let permit: Permit<ProvisionPeople> = super::permit(&token).unwrap();
        assert_eq!(permit.scope().force(), Some(Force::Suffolk));
        assert!(super::permit::<SeePeople>(&token).is_err() && super::permit::<RunService>(&token).is_err());
        assert!(permit_within::<SeePeople>(&token).is_err());
        let feed = Actor::token("2", "VPN", ApiScope::DeviceUse, Force::Suffolk);
        assert!(
            super::permit::<ReportUse>(&feed).is_ok() && super::permit::<ProvisionPeople>(&feed).is_err()
        );
    }

    #[test]
    fn the_command_line_is_bound_by_no_policy() {
        assert!(permit::<RunService>(&Actor::command_line("root")).is_ok());
        assert!(permit::<ApproveDestruction>(&Actor::system()).is_ok());
    }
}
