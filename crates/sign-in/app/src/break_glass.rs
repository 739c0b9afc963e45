//! Keeps the break-glass accounts: administrators who sign in with a passkey while the directory is down.
//!
//! An account is marked on the server's own command line and nowhere else. The invitation is a one-time link, and in
//! the session that it opens the first passkey is registered. Only an administrator can have one: a person of the
//! register who has that role there, or a name that the register does not know.
//!
//! Whenever one is used, every administrator and information security are told: that is what makes it safe to have.

use domain::{PersonId, Secret, Timestamp};
use serde_json::json;
use store::passkeys::{self, Account};
use store::sessions::Link;
use store::{Tx, people, sessions};

use crate::sessions::{keep_link, owner_of};
use kernel::access::{Permit, Role, RunService};
use kernel::record::{Record, force_of};
use kernel::roles::break_glass_place;
use kernel::roles::standing_of;
use kernel::{App, AppError, Work, digest_hex};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

/// The owner of a break-glass account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Administrator {
    /// A person of the register, who has the role there.
    Person(PersonId),
    /// Somebody whom the register does not know: 1 to 100 characters.
    Name(String),
}

/// Marks an account as break-glass and makes its one-time link, with which its owner registers a passkey. Inviting
/// somebody again makes another link and changes nothing else.
///
/// # Errors
/// [`AppError::NotFound`] for a person who is not on the books, [`AppError::Invalid`] for one who is not an
/// administrator and for an invalid name.
pub async fn invite_break_glass(
    app: &App,
    permit: Permit<RunService>,
    who: Administrator,
) -> Result<Secret<String>, AppError> {
    let token = crate::random_text(app);
    let (app, now, digest) = (app.clone(), app.world().now(), digest_hex(token.expose().as_bytes()));
    app.clone().store()
            .write(move |tx| {
                let link = administrator(tx, who, now)?;
                let account = Account {
                    owner: owner_of(link.person, &link.name),
                    name: link.name.clone(),
                    person: link.person,
                    marked_at: now,
                };
                passkeys::mark(tx, &account)?;
                keep_link(tx, &digest, &link, now)?;
                let record = Record::new(&permit.actor().name, "break-glass.invited", break_glass_place(&account.owner))
                    .force_if(force_of(tx, link.person)?)
                    .detail(json!({ "name": account.name }));
                app.enter(tx, now, record)?;
                let subject = format!("Break-glass: {} was invited on the server", account.name);
                let body = "By the link that was made they sign in as an administrator and register a passkey. If nobody expected \
                            this, end the account on the server with lanyard break-glass end, and find out who made it.";
                raise_break_glass(Work { app: &app, tx, now }, &account.owner, subject, body.into())
            })
            .await?;
    Ok(token)
}

/// An administrator who may get in while the directory is down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// Whose sessions are theirs.
    pub owner: String,
    /// Their name as it is shown.
    pub name: String,
    /// When it was marked as such.
    pub marked_at: Timestamp,
}

impl From<passkeys::Account> for AccountView {
    fn from(row: passkeys::Account) -> Self {
        Self { owner: row.owner, name: row.name, marked_at: row.marked_at }
    }
}

/// Lists every break-glass account.
///
/// # Errors
/// Only if the database does not answer.
pub async fn break_glass_accounts(
    app: &App,
    _permit: Permit<RunService>,
) -> Result<Vec<AccountView>, AppError> {
    let all = app.store().read(passkeys::accounts).await.map_err(AppError::from)?;
    Ok(all.into_iter().map(AccountView::from).collect())
}

/// Ends a break-glass account, its passkeys, and the sessions that they began. Ending it twice changes nothing.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such account.
pub async fn end_break_glass(app: &App, permit: Permit<RunService>, owner: &str) -> Result<(), AppError> {
    let (app, now, owner) = (app.clone(), app.world().now(), owner.to_owned());
    app.clone().store()
            .write(move |tx| {
                let person = passkeys::account_of(tx, &owner)?.and_then(|account| account.person);
                if !passkeys::end_account(tx, &owner, now)? {
                    return Err(AppError::not_found("break-glass account", owner));
                }
                sessions::end_by_passkey(tx, &owner, "")?;
                let by = permit.actor();
                let record = Record::new(&by.name, "break-glass.ended", break_glass_place(&owner))
                    .force_if(force_of(tx, person)?);
                app.enter(tx, now, record)?;
                let subject = format!("Break-glass: {} ended an account", by.shown);
                let body = "Nobody signs in with it or with its passkeys any more. If nobody expected this, invite its owner again \
                            on the server with lanyard break-glass invite.";
                let (kind, link) = (AlarmKind::BreakGlass, "/passkeys".to_owned());
                let (by, body) = (by.name.clone(), body.to_owned());
                alarms::raise(Work { app: &app, tx, now }, Alarm { force: None, kind, by, subject, body, link })
            })
            .await
}

/// Tells every administrator and information security, in every force, what happened to a passkey.
pub(super) fn tell_of_break_glass(
    Work { app, tx, now }: Work<'_, '_>,
    passkey: &passkeys::Passkey,
    line: &str,
    more: &str,
) -> Result<(), AppError> {
    let subject = format!("Break-glass: {} {line}", passkey.account.name);
    let body = format!("The passkey is called {}. {more}", passkey.label);
    raise_break_glass(Work { app, tx, now }, &passkey.account.owner, subject, body)
}

/// Raises an alarm whose cause is the account's owner, so that somebody else has to deal with it.
fn raise_break_glass(
    Work { app, tx, now }: Work<'_, '_>,
    owner: &str,
    subject: String,
    body: String,
) -> Result<(), AppError> {
    let (kind, link) = (AlarmKind::BreakGlass, "/passkeys".to_owned());
    let alarm = Alarm { force: None, kind, by: break_glass_place(owner), subject, body, link };
    alarms::raise(Work { app, tx, now }, alarm)
}

/// Looks up who is invited, and refuses one who is not an administrator.
fn administrator(tx: &mut Tx<'_>, who: Administrator, now: Timestamp) -> Result<Link, AppError> {
    let role = Role::Administrator.as_str().to_owned();
    match who {
        Administrator::Name(name) => {
            Ok(Link { name: kernel::fields::text("name", &name, 100)?, role, person: None })
        }
        Administrator::Person(id) => {
            let person = people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
            if !is_administrator(tx, id, now)? {
                let why = "they are no administrator, or have left: give them the role first";
                return Err(AppError::invalid("person", why));
            }
            Ok(Link { name: person.name, role, person: Some(id) })
        }
    }
}

/// Returns whether a person is on the books and an administrator now.
pub(super) fn is_administrator(tx: &mut Tx<'_>, person: PersonId, now: Timestamp) -> Result<bool, AppError> {
    Ok(standing_of(tx, person, now)?.is_some_and(|standing| standing.roles.has(Role::Administrator)))
}
