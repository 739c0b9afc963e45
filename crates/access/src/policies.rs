//! The policies, and the questions they answer.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use domain::Force;

use crate::relation::Relation;
use crate::roles::Roles;

/// The largest number of cached answers; when it is exceeded the cache is emptied. There are far fewer different questions unless
/// people have very many different sets of roles.
const MOST_REMEMBERED: usize = 100_000;

/// The floor's name among the files; the names of a force's own files begin with a folder.
pub(crate) const FLOOR_FILE: &str = "floor.cedar";

/// The question whether a person in these roles may do this to a thing of that force and relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Question {
    /// Every role that they have.
    pub roles: Roles,
    /// The force that they are limited to; `None` if they serve all.
    pub home: Option<Force>,
    /// The action's name.
    pub action: &'static str,
    /// The thing's force.
    pub force: Force,
    /// The relation of the thing to them.
    pub relation: Relation,
}

/// The answer and the policies that decided, for an auditor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether the action is allowed.
    pub allowed: bool,
    /// The names of the policies that decided, in order; empty if no policy permits it.
    pub because: Vec<String>,
}

/// The access policies of a force over the floor. Asking is cheap; share one.
pub struct Policies {
    set: PolicySet,
    /// Each policy: its name, its file, its content.
    sources: Vec<(String, String, String)>,
    forces: Vec<Force>,
    authorizer: Authorizer,
    remembered: Mutex<HashMap<Question, Arc<Answer>>>,
}

impl Policies {
    pub(crate) fn of(set: PolicySet, mut sources: Vec<(String, String, String)>, forces: Vec<Force>) -> Self {
        sources.sort();
        Self { set, sources, forces, authorizer: Authorizer::new(), remembered: Mutex::default() }
    }

    /// Returns the answer, from the cache if the same was asked before.
    pub fn ask(&self, question: Question) -> Arc<Answer> {
        let lock = || self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = lock().get(&question) {
            return Arc::clone(answer);
        }
        let answer = Arc::new(self.decide(&question));
        let mut remembered = lock();
        if remembered.len() >= MOST_REMEMBERED {
            remembered.clear();
        }
        remembered.insert(question, Arc::clone(&answer));
        answer
    }

    /// Returns the forces whose things the policies speak of.
    #[must_use]
    pub fn forces(&self) -> &[Force] {
        &self.forces
    }

    /// Returns the file of a policy.
    #[must_use]
    pub fn file_of(&self, name: &str) -> Option<&str> {
        self.sources.iter().find(|(id, ..)| id == name).map(|(_, file, _)| file.as_str())
    }

    /// Returns the name and content of each of the force's own policies, in order of name, without comments and layout, and
    /// independent of the file it is in. A digest is made of them.
    pub fn own(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.sources.iter().filter(|(_, file, _)| file != FLOOR_FILE);
        own.map(|(id, _, text)| (id.as_str(), text.as_str()))
    }

    /// Decides a question. If the answer cannot be computed, the action is denied.
    fn decide(&self, question: &Question) -> Answer {
        self.try_to_decide(question).unwrap_or_else(|_| Answer { allowed: false, because: Vec::new() })
    }

    fn try_to_decide(&self, question: &Question) -> Result<Answer, Box<dyn std::error::Error>> {
        let (who, what) = (uid("Person", "asking")?, uid("Action", question.action)?);
        let request = Request::new(who, what, uid("Thing", "asked")?, Context::empty(), None)?;
        let response = self.authorizer.is_authorized(&request, &self.set, &self.entities(question)?);
        // Cedar skips a policy that fails; if that policy is a forbid, a permit would decide alone.
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_string().into());
        }
        let mut because: Vec<String> = response.diagnostics().reason().map(ToString::to_string).collect();
        because.sort();
        // A caller without a role may do nothing, even if a policy allows all principals.
        let allowed = response.decision() == Decision::Allow && !question.roles.is_empty();
        Ok(Answer { allowed, because })
    }

    fn entities(&self, question: &Question) -> Result<Entities, Box<dyn std::error::Error>> {
        let one = |kind, id: &str| uid(kind, id).map(RestrictedExpression::new_entity_uid);
        let reached = self.forces.iter().filter(|force| question.home.is_none_or(|home| home == **force));
        let forces = reached.map(|force| one("Force", force.as_str())).collect::<Result<Vec<_>, _>>()?;
        let forces = HashMap::from([("forces".to_owned(), RestrictedExpression::new_set(forces))]);
        let roles = question.roles.iter().map(|role| uid("Role", role.as_str()));
        let who = Entity::new(uid("Person", "asking")?, forces, roles.collect::<Result<HashSet<_>, _>>()?)?;
        let about = HashMap::from([
            ("force".to_owned(), one("Force", question.force.as_str())?),
            ("relation".to_owned(), one("Relation", question.relation.as_str())?),
        ]);
        let thing = Entity::new(uid("Thing", "asked")?, about, HashSet::new())?;
        let group = uid("Action", if crate::schema::is_read(question.action) { "read" } else { "change" })?;
        let action = Entity::new_no_attrs(uid("Action", question.action)?, HashSet::from([group]));
        Ok(Entities::from_entities([who, thing, action], None)?)
    }
}

fn uid(kind: &'static str, id: &str) -> Result<EntityUid, Box<dyn std::error::Error>> {
    let kind: EntityTypeName = kind.parse()?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

impl Default for Policies {
    /// Makes a set without any policy: nobody may do anything.
    fn default() -> Self {
        Self::of(PolicySet::new(), Vec::new(), Vec::new())
    }
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Policies({})", self.sources.len())
    }
}

impl PartialEq for Policies {
    fn eq(&self, other: &Self) -> bool {
        self.own().eq(other.own())
    }
}

impl Eq for Policies {}
