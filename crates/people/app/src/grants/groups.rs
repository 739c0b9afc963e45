//! Roles from the directory's groups, by the settings' `group_roles`.
//!
//! What a sign-in says of somebody's groups is signed by the directory for that one person at that moment. What a SCIM token
//! says is as good as the token: it gives roles of its own force only, and a role that destroys, approves or administers waits
//! until the person's own sign-in says the same, or an administrator confirms it.

use domain::{GrantId, Timestamp};
use store::Tx;
use store::grants::{self, Grant};
use store::locks::{self, Lock};
use store::people::Person;

use super::give::Giving;
use kernel::roles::{GroupRole, Standing, is_strong, standing_of};

use super::{AUDITOR_LONGEST, is_granted};
use kernel::access::Role;
use kernel::{App, AppError};

/// Who names somebody's groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names<'a> {
    /// The signed claim of their own sign-in.
    SignIn,
    /// An API token, as the ledger names it.
    Token(&'a str),
}

/// A role that somebody's groups make.
struct Made<'a> {
    rule: &'a GroupRole,
    both_forces: bool,
}

impl Made<'_> {
    /// Whether a grant is this one, whoever named the group then.
    fn is_of(&self, grant: &Grant) -> bool {
        grant.said_by == self.rule.group && grant.role == self.rule.role.as_str()
    }

    /// Whether a grant is what is said now, so that nothing is to be changed.
    fn is_same(&self, grant: &Grant, names: Names<'_>) -> bool {
        self.is_of(grant)
            && match names {
                // What the sign-in says counts at once, and over what the settings say.
                Names::SignIn => !grant.waits && grant.both_forces == self.both_forces,
                // A token takes nothing away that the sign-in gave, as long as the person is in the group.
                Names::Token(_) => true,
            }
    }
}

/// Makes a person's grants from the directory what their groups say; gives what they may be asked for then. A group that
/// makes auditors does so once, for at most [`AUDITOR_LONGEST`]: when that is over, membership alone gives no more.
///
/// # Errors
/// [`AppError::NotFound`] for who is not on the books; else where the database does not answer.
pub fn take_groups(
    app: &App,
    tx: &mut Tx<'_>,
    person: &Person,
    (groups, names): (&[&str], Names<'_>),
    now: Timestamp,
) -> Result<Standing, AppError> {
    locks::take(tx, Lock::Roles)?;
    let from_sign_in = names == Names::SignIn;
    let made: Vec<Made<'_>> = app
        .config()
        .group_roles
        .iter()
        .filter(|rule| groups.contains(&rule.group.as_str()) && is_granted(rule.role))
        .map(|rule| Made { rule, both_forces: rule.both_forces && from_sign_in })
        .collect();
    let open: Vec<Grant> =
        grants::open(tx, person.id)?.into_iter().filter(|grant| grant.from_directory).collect();
    let by = match names {
        Names::SignIn => format!("person:{}", person.id),
        Names::Token(token) => token.to_owned(),
    };
    for grant in open.iter().filter(|grant| !made.iter().any(|one| one.is_same(grant, names))) {
        let replaced = made.iter().any(|one| one.is_of(grant));
        let why = if replaced { "replaced by what the sign-in says" } else { "no longer in the group" };
        crate::grants::give::close_grant(app, tx, person, grant, ("system", why), now)?;
    }
    for one in made.into_iter().filter(|one| !open.iter().any(|grant| one.is_same(grant, names))) {
        let role = one.rule.role;
        let grant = Grant {
            id: GrantId::from_uuid(app.world().uuid()),
            person: person.id,
            role: role.as_str().to_owned(),
            both_forces: one.both_forces,
            from_directory: true,
            said_by: one.rule.group.clone(),
            reason: String::new(),
            granted_at: now,
            until: (role == Role::Auditor).then(|| now.plus(AUDITOR_LONGEST)),
            ended: None,
            waits: !from_sign_in && is_strong(app.policy().access(), role),
            confirmed: None,
            asked_by: (!from_sign_in).then(|| by.clone()),
        };
        crate::grants::give::enter_grant(app, tx, &Giving { whose: person, grant: &grant, role, by: &by })?;
    }
    standing_of(tx, person.id, now)?.ok_or_else(|| AppError::not_found("person", person.id))
}
