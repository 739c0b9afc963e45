//! Codes that prove a way of being reached: sent to it, and entered by its person.

use domain::{Channel, ContactMethodId, Secret, Span};
use kernel::access::{AcceptOwn, Permit};
use kernel::{App, AppError, Work, digest_hex};
use store::contacts::{self, Code, ContactMethod};
use store::{Tx, deliveries};

use super::change::{Change, tell_others};
use super::{enter, own_method};
use crate::deliveries::{Outgoing, queue};
use crate::{Notice, notify};

/// How long a code works.
const CODE_LIFE: Span = Span::from_secs(15 * 60);
/// How often a code may be tried.
const MOST_TRIES: i64 = 5;
/// The shortest time between two codes for one way.
const BETWEEN_CODES: Span = Span::from_secs(60);
/// Most codes that one person is sent in an hour.
const CODES_AN_HOUR: i64 = 5;
const HOUR: Span = Span::from_secs(3600);

/// Sends a code to a way that is not verified. Each code differs, so that networks take no text for a repetition.
pub(super) fn send_code(Work { app, tx, now }: Work<'_, '_>, method: &ContactMethod) -> Result<(), AppError> {
    let wait =
        method.code_sent_at.map(|at| at.plus(BETWEEN_CODES).since(now)).filter(|wait| wait.millis() > 0);
    if let Some(wait) = wait {
        return Err(AppError::TooMany { wait });
    }
    if deliveries::count(tx, method.person, "code", now.minus(HOUR))? >= CODES_AN_HOUR {
        return Err(AppError::invalid(
            "address",
            format!("you were sent {CODES_AN_HOUR} codes in the last hour: wait an hour, then try again"),
        ));
    }
    let number = u32::from_be_bytes(app.world().bytes::<4>()) % 1_000_000;
    let digits = format!("{number:06}");
    let code = Code { digest: digest(method.id, &digits), until: now.plus(CODE_LIFE), tries: 0 };
    if !contacts::set_code(tx, method.id, &code, now)? {
        return Err(AppError::Conflict("it is verified already".into()));
    }
    let policy = app.policy();
    let marking = &policy.forces().marking;
    let text = format!(
        "{marking}. {digits} is your code for Lanyard, the device manager of {}. It works for 15 minutes. You asked for no code? Then do \
         nothing.",
        app.config().organisation
    );
    let out = Outgoing {
        key: format!("code:{}:{}", method.id, now.millis()),
        purpose: "code",
        person: method.person,
        method: Some(method.id),
        channel: method.channel,
        text: Secret::new(text),
    };
    queue(app, tx, &out)
}

fn digest(id: ContactMethodId, digits: &str) -> String {
    digest_hex(format!("{id}:{digits}").as_bytes())
}

/// Sends another code to a way that is not verified; the one before no longer works.
///
/// # Errors
/// [`AppError::TooMany`] within a minute of the last one, [`AppError::Invalid`] beyond the limit of an hour.
pub async fn send_method_code(
    app: &App,
    permit: Permit<AcceptOwn>,
    id: ContactMethodId,
) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let method = own_method(tx, &permit, id)?;
            send_code(Work { app: &app, tx, now }, &method)
        })
        .await
}

/// Takes the code that was sent to a way: from then on it counts. The person's other ways hear of it at once, because a way that somebody else
/// added would take calls away from them.
///
/// # Errors
/// [`AppError::Invalid`] for a wrong or expired code, and after five tries.
pub async fn verify_method(
    app: &App,
    permit: Permit<AcceptOwn>,
    id: ContactMethodId,
    typed: &str,
) -> Result<(), AppError> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(20).collect();
    let (app, now) = (app.clone(), app.world().now());
    let verified = app
        .clone()
        .store()
        .write(move |tx| {
            let method = own_method(tx, &permit, id)?;
            if method.verified_at.is_some() {
                return Ok(true);
            }
            if !contacts::try_code(tx, id, now, MOST_TRIES)? {
                return Err(AppError::invalid(
                    "code",
                    "this code has expired, or was tried too often: send another one and enter that",
                ));
            }
            // The try is kept, so a wrong code is no error of this transaction.
            if !contacts::verify(tx, id, &digest(id, &digits), now)? {
                return Ok(false);
            }
            tell(&app, tx, &method)?;
            enter(&app, tx, &permit, "contact.verified", &method)?;
            Ok::<_, AppError>(true)
        })
        .await?;
    if verified {
        Ok(())
    } else {
        Err(AppError::invalid("code", "this is not the code that was sent: look again"))
    }
}

/// Tells a person of a way that they proved: at once on their other ways, and on their own page.
fn tell(app: &App, tx: &mut Tx<'_>, method: &ContactMethod) -> Result<(), AppError> {
    tell_others(app, tx, method, Change::Proved)?;
    let what = if method.channel == Channel::Text { "mobile number" } else { "mail address" };
    let key = format!("contact-verified:{}", method.id);
    let notice = Notice::routine(method.person, key, format!("You can be reached by a new {what}"))
        .body("You added and proved it. If that was not you, take it away and tell information security at once.")
        .link("/me/contacts");
    notify(app, tx, notice).map(drop)
}
