//! Sessions of people. How they prove who they are is for the pages; here a proof becomes a cookie's digest.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Force, PersonId, Secret, Span, Timestamp};
use serde_json::json;
use store::Tx;
use store::sessions::{self, Session};

use crate::access::{Actor, Permit, Role, Roles, RunService, Who};
use crate::grants::{Standing, standing_of};
use crate::record::Record;
use crate::{App, AppError, digest_hex};

/// How long a one-time sign-in link lives.
const LINK_LIFE: Span = Span::from_secs(15 * 60);
/// The last-seen time is kept to the minute.
const SEEN_GRAIN: Span = Span::from_secs(60);

/// Who signed in, for a new session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Name as it is shown.
    pub name: String,
    /// Who, where they are in the register.
    pub person: Option<PersonId>,
    /// The roles of somebody who is not in the register. A person's are looked up with every request.
    pub roles: Roles,
    /// The force that somebody who is not in the register is confined to.
    pub force: Option<Force>,
    /// How they proved it: a word for the ledger.
    pub how: &'static str,
}

impl App {
    /// Begins a session; the cookie's value.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn begin_session(&self, who: SignedIn) -> Result<Secret<String>, AppError> {
        let token = URL_SAFE_NO_PAD.encode(self.world().bytes::<32>());
        let now = self.world().now();
        let session = Session {
            digest: digest_hex(token.as_bytes()),
            name: who.name,
            person: who.person,
            roles: who.roles.to_string(),
            force: who.force,
            created_at: now,
            seen_at: now,
            expires_at: now.plus(self.config().session_lifetime),
        };
        let app = self.clone();
        self.store()
            .write(move |tx| {
                sessions::add(tx, &session)?;
                let standing = standing(tx, &session, now)?;
                let actor = app
                    .actor_of(&session, standing)?
                    .ok_or_else(|| AppError::Conflict("who left the force cannot sign in".into()))?;
                let record = Record::new(&actor.name, "session.begun", format!("role:{}", actor.roles))
                    .reason(who.how)
                    .detail(json!({ "name": session.name }));
                app.enter(tx, now, record)
            })
            .await?;
        Ok(Secret::new(token))
    }

    /// The actor behind a cookie; `None` where there is no such session or it is over.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn actor_of_cookie(&self, token: &str) -> Result<Option<Actor>, AppError> {
        if token.len() > 100 {
            return Ok(None);
        }
        let (digest, now) = (digest_hex(token.as_bytes()), self.world().now());
        let looked_up = digest.clone();
        let found = self.store().read(move |tx| {
            let Some(session) = sessions::by_digest(tx, &looked_up)? else { return Ok::<_, AppError>(None) };
            let standing = standing(tx, &session, now)?;
            Ok(Some((session, standing)))
        });
        let Some((session, standing)) = found.await? else { return Ok(None) };
        if session.expires_at <= now || now.since(session.seen_at) >= self.config().session_idle {
            return Ok(None);
        }
        if now.since(session.seen_at) >= SEEN_GRAIN {
            self.store()
                .write(move |tx| sessions::set_seen(tx, &digest, now))
                .await
                .map_err(AppError::from)?;
        }
        self.actor_of(&session, standing)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn end_session(&self, token: &str) -> Result<(), AppError> {
        let digest = digest_hex(token.as_bytes());
        self.store().write(move |tx| sessions::end(tx, &digest)).await.map_err(AppError::from)?;
        Ok(())
    }

    /// Makes a one-time sign-in link for an administrator, from the command line of the server: the way in before a
    /// directory is connected, and when it is down. Gives the token; it lives fifteen minutes.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a name that cannot be.
    pub async fn make_sign_in_link(
        &self,
        permit: Permit<RunService>,
        name: &str,
        role: Role,
    ) -> Result<Secret<String>, AppError> {
        let name = crate::people::text("name", name, 100)?;
        let token = URL_SAFE_NO_PAD.encode(self.world().bytes::<32>());
        let (app, now, digest) = (self.clone(), self.world().now(), digest_hex(token.as_bytes()));
        self.store()
            .write(move |tx| {
                sessions::add_link(tx, &digest, (&name, role.as_str()), now, now.plus(LINK_LIFE))?;
                let record = Record::new(&permit.actor().name, "sign-in-link.made", format!("role:{role}"))
                    .detail(json!({ "name": name }));
                app.enter(tx, now, record)
            })
            .await?;
        Ok(Secret::new(token))
    }

    /// Spends a sign-in link; the cookie's value, or `None` where the link is unknown, spent or expired.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn use_sign_in_link(&self, token: &str) -> Result<Option<Secret<String>>, AppError> {
        let (digest, now) = (digest_hex(token.as_bytes()), self.world().now());
        let spent = self
            .store()
            .write(move |tx| sessions::use_link(tx, &digest, now))
            .await
            .map_err(AppError::from)?;
        let Some((name, role)) = spent else { return Ok(None) };
        let roles = role.parse().map_err(|error| AppError::fault(&error))?;
        let who = SignedIn { name, person: None, roles, force: None, how: "one-time-link" };
        self.begin_session(who).await.map(Some)
    }

    /// Who somebody is now; `None` for a person who has left.
    fn actor_of(&self, session: &Session, standing: Option<Standing>) -> Result<Option<Actor>, AppError> {
        let who = match (session.person, standing) {
            (Some(person), Some(standing)) => Who {
                name: format!("person:{person}"),
                shown: session.name.clone(),
                person: Some(person),
                roles: standing.roles,
                force: Some(standing.force),
                both: standing.both,
            },
            (Some(_), None) => return Ok(None),
            (None, _) => {
                let roles = session.roles.parse().map_err(|error| AppError::fault(&error))?;
                Who {
                    name: format!("session:{}", session.digest.get(..16).unwrap_or_default()),
                    shown: session.name.clone(),
                    person: None,
                    roles,
                    force: session.force,
                    both: Roles::NONE,
                }
            }
        };
        Ok(Some(self.actor(who)))
    }
}

/// A person's roles at this moment: one that was ended or is past its time does not count any more.
fn standing(tx: &mut Tx<'_>, session: &Session, now: Timestamp) -> Result<Option<Standing>, AppError> {
    session.person.map(|person| standing_of(tx, person, now)).transpose().map(Option::flatten)
}
