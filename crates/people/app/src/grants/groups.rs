//! Gives and ends roles according to a person's groups in the directory, by the settings' `group_roles`.
//!
//! The groups in a sign-in token are signed by the directory for that one person at that moment. Groups sent with a
//! SCIM token are only as trustworthy as the token: they give roles of its own force only, and a role that destroys,
//! approves or administers waits until the person's own sign-in names the same group, or an administrator confirms
//! it.

use domain::GrantId;
use store::grants::{self, Grant};
use store::locks::{self, Lock};
use store::people::Person;

use super::give::Giving;
use kernel::roles::{GroupRole, HeldRoles, is_strong, standing_of};

use super::{AUDITOR_LONGEST, is_granted};
use kernel::access::Role;
use kernel::{AppError, Work};

/// The source that named a person's groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names<'a> {
    /// The signed claim in the person's own sign-in.
    SignIn,
    /// An API token, as named in the ledger.
    Token(&'a str),
}

/// A role that follows from a person's groups.
struct Made<'a> {
    rule: &'a GroupRole,
    everywhere: bool,
}

impl Made<'_> {
    /// Returns whether a grant gives this role for this group, from either source.
    fn is_of(&self, grant: &Grant) -> bool {
        grant.said_by == self.rule.group && grant.role == self.rule.role.as_str()
    }

    /// Returns whether a grant matches what the source says now, so that nothing has to change.
    fn is_same(&self, grant: &Grant, names: Names<'_>) -> bool {
        self.is_of(grant)
            && match names {
                // Groups named by a sign-in count at once, over the forces that the settings give.
                Names::SignIn => !grant.waits && grant.everywhere == self.everywhere,
                // A token does not end a role that a sign-in gave, as long as the person is in the group.
                Names::Token(_) => true,
            }
    }
}

/// Brings a person's grants from the directory into line with their groups; returns their roles after that. A group
/// that makes auditors does so once, for at most [`AUDITOR_LONGEST`]: after that, membership alone gives the role no
/// more.
///
/// # Errors
/// [`AppError::NotFound`] for a person who is not on the books; otherwise only if the database does not answer.
pub fn take_groups(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
    groups: &[&str],
    names: Names<'_>,
) -> Result<HeldRoles, AppError> {
    locks::take(tx, Lock::Roles)?;
    let from_sign_in = names == Names::SignIn;
    let made: Vec<Made<'_>> = app
        .config()
        .group_roles
        .iter()
        .filter(|rule| groups.contains(&rule.group.as_str()) && is_granted(rule.role))
        .map(|rule| Made { rule, everywhere: rule.everywhere && from_sign_in })
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
        crate::grants::give::close_grant(Work { app, tx, now }, person, grant, "system", why)?;
    }
    for one in made.into_iter().filter(|one| !open.iter().any(|grant| one.is_same(grant, names))) {
        let role = one.rule.role;
        let grant = Grant {
            id: GrantId::from_uuid(app.world().uuid()),
            person: person.id,
            role: role.as_str().to_owned(),
            everywhere: one.everywhere,
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
