//! Looks up how a person can be reached: by their own ways in their own order, as far as they are verified.

use domain::{Channel, ContactMethodId, Secret};
use store::people::Person;
use store::{Tx, contacts};

use crate::{App, AppError};

/// The minutes after which the next way is tried, where its person has chosen none.
pub const WAIT_MINUTES: i64 = 3;

/// One way in which a person can be reached now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Its id; `None` for the mail address of the register.
    pub method: Option<ContactMethodId>,
    /// The channel.
    pub channel: Channel,
    /// The address or number.
    pub address: Secret<String>,
    /// The minutes without an answer after which the next way is tried.
    pub wait_minutes: i64,
}

/// Returns whether this service can send to people on a channel.
#[must_use]
pub fn sends(app: &App, channel: Channel) -> bool {
    match channel {
        Channel::Mail => app.config().mail,
        Channel::Text => app.config().texts,
        Channel::Hook => false,
    }
}

/// Returns the ways in which a person can be reached, in their order: verified, not stopped by themselves, and on a channel that this
/// service sends on.
///
/// # Errors
/// Only if the database does not answer.
pub fn ways(app: &App, tx: &mut Tx<'_>, person: &Person) -> Result<Vec<Way>, AppError> {
    Ok(proved(tx, person)?.into_iter().filter(|way| sends(app, way.channel)).collect())
}

/// Returns the ways that a person has proved and not stopped, in their order, whether this service sends on their channel or not. The
/// mail address of the register counts as proved; it comes last unless the person has given it another place.
///
/// # Errors
/// Only if the database does not answer.
pub fn proved(tx: &mut Tx<'_>, person: &Person) -> Result<Vec<Way>, AppError> {
    let of_register = person.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    let (mut ways, mut is_placed) = (Vec::new(), false);
    for method in contacts::of_person(tx, person.id)?.into_iter().filter(|method| method.counts()) {
        let address = match &method.address {
            Some(address) => Some(address.as_str()),
            None => {
                is_placed = true;
                of_register
            }
        };
        ways.extend(address.map(|address| Way {
            method: method.address.is_some().then_some(method.id),
            channel: method.channel,
            address: Secret::new(address.to_owned()),
            wait_minutes: method.wait_minutes,
        }));
    }
    if let Some(email) = of_register.filter(|_| !is_placed) {
        ways.push(Way {
            method: None,
            channel: Channel::Mail,
            address: Secret::new(email.to_owned()),
            wait_minutes: WAIT_MINUTES,
        });
    }
    Ok(ways)
}
