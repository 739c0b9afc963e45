//! People's own ways of being reached: each lists theirs, proves that they work, and orders them.
//!
//! A way counts once its person has sent back the code that was sent to it. Adding a number replaces none: the old one works until
//! the new one is proved and the old one is taken away.

mod change;
mod codes;
mod replies;

pub use codes::{send_method_code, verify_method};
pub use replies::{Answering, Come, StopWord, answer, note_outcome, stop_or_start, who_sent, wrong_codes};

use change::{Change, tell_others};
use codes::send_code;
use domain::{Channel, ContactMethodId, DeliveryState, PhoneNumber, Timestamp};
use kernel::access::{AcceptOwn, Permit, SeeOwn};
use kernel::record::Record;
use kernel::{App, AppError, Work, reach};
use serde_json::json;
use store::contacts::{self, ContactMethod};
use store::locks::{self, Lock};
use store::people::Person;
use store::{Tx, deliveries, people};

/// Most ways of one person.
const MOST: usize = 6;
/// The longest mail address, in characters.
const LONGEST_ADDRESS: usize = 200;

/// One way of being reached, as its person sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct MethodView {
    /// Its id; `None` for the mail address of the register, which cannot be changed here.
    pub id: Option<ContactMethodId>,
    /// Its channel.
    pub channel: Channel,
    /// The address or number.
    pub address: String,
    /// Whether it is the mail address of the register.
    pub of_register: bool,
    /// Whether it is verified.
    pub verified: bool,
    /// When its person answered a text with a word that stops them.
    pub stopped_at: Option<Timestamp>,
    /// Until when a code is outstanding.
    pub code_until: Option<Timestamp>,
    /// What became of the last code that was sent to it.
    pub code_sent: CodeSent,
    /// The minutes without an answer after which the next one is tried.
    pub wait_minutes: i64,
}

/// What became of a code that was sent to a way of being reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CodeSent {
    /// It is not handed over yet.
    Going,
    /// Its provider took it, as far as is known.
    #[default]
    Sent,
    /// It could not be sent, or nobody knows whether it came, for this reason.
    Failed(String),
}

impl std::fmt::Debug for MethodView {
    /// Leaves the address out: it is a person's own.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MethodView({:?} {})", self.id, self.channel.as_str())
    }
}

/// A person's own ways of being reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnMethods {
    /// The ways, in the order in which they are tried.
    pub methods: Vec<MethodView>,
    /// Whether at least one of them works.
    pub reachable: bool,
    /// Whether this service can send texts.
    pub texts: bool,
}

/// Reads the reader's own ways of being reached; `None` for somebody who is not in the register of people.
///
/// # Errors
/// Only if the database does not answer.
pub async fn own_methods(app: &App, permit: Permit<SeeOwn>) -> Result<Option<OwnMethods>, AppError> {
    let (app, texts) = (app.clone(), app.config().texts);
    app.clone()
        .store()
        .read(move |tx| {
            let Some(id) = permit.actor().person else { return Ok(None) };
            let Some(person) = people::by_id(tx, id)? else { return Ok(None) };
            let rows = contacts::of_person(tx, id)?;
            let email = person.email.clone().filter(|email| !email.trim().is_empty());
            let is_placed = rows.iter().any(|row| row.address.is_none());
            let mut methods = Vec::new();
            for row in rows {
                let code_sent = code_sent(tx, &row)?;
                methods.extend(view(row, email.as_deref(), code_sent));
            }
            if let Some(email) = email.filter(|_| !is_placed) {
                methods.push(of_register(email));
            }
            let reachable = !reach::ways(&app, tx, &person)?.is_empty();
            Ok(Some(OwnMethods { methods, reachable, texts }))
        })
        .await
}

/// Looks up what became of the code of a way that is not proved yet.
fn code_sent(tx: &mut Tx<'_>, row: &ContactMethod) -> Result<CodeSent, AppError> {
    if row.code.is_none() {
        return Ok(CodeSent::Sent);
    }
    let Some(newest) = deliveries::newest(tx, row.person, row.id, "code")? else { return Ok(CodeSent::Sent) };
    Ok(match newest.state {
        DeliveryState::Pending | DeliveryState::Sending => CodeSent::Going,
        DeliveryState::Failed | DeliveryState::Uncertain => {
            CodeSent::Failed(newest.why.unwrap_or_else(|| "nobody knows why".into()))
        }
        _ => CodeSent::Sent,
    })
}

fn view(row: ContactMethod, email: Option<&str>, code_sent: CodeSent) -> Option<MethodView> {
    Some(MethodView {
        id: Some(row.id),
        channel: row.channel,
        of_register: row.address.is_none(),
        verified: row.verified_at.is_some(),
        stopped_at: row.stopped_at,
        code_until: row.code.as_ref().map(|code| code.until),
        code_sent,
        wait_minutes: row.wait_minutes,
        address: row.address.or_else(|| email.map(str::to_owned))?,
    })
}

fn of_register(email: String) -> MethodView {
    MethodView {
        id: None,
        channel: Channel::Mail,
        address: email,
        of_register: true,
        verified: true,
        stopped_at: None,
        code_until: None,
        code_sent: CodeSent::Sent,
        wait_minutes: reach::WAIT_MINUTES,
    }
}

/// Returns the person who acts, with the lock under which their ways are changed.
fn own(tx: &mut Tx<'_>, permit: &Permit<AcceptOwn>) -> Result<Person, AppError> {
    let nobody = || AppError::Conflict("you are not in the register of people: tell the Service Desk".into());
    let id = permit.actor().person.ok_or_else(nobody)?;
    locks::take(tx, Lock::Person(id))?;
    people::by_id(tx, id)?.filter(|person| person.ended_at.is_none()).ok_or_else(nobody)
}

/// Reads the address of a new way.
fn address(app: &App, channel: Channel, typed: &str) -> Result<String, AppError> {
    match channel {
        Channel::Text if !app.config().texts => {
            Err(AppError::invalid("address", "this service sends no texts; add a mail address"))
        }
        Channel::Text => {
            let policy = app.policy();
            let number = PhoneNumber::read(typed, policy.forces().calling_code.as_deref());
            let number = number.map_err(|error| AppError::invalid("address", error.to_string()))?;
            Ok(number.as_str().to_owned())
        }
        Channel::Mail => {
            let typed = kernel::fields::text("address", typed, LONGEST_ADDRESS)?;
            let is_address = typed.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty()
                    && host.contains('.')
                    && !host.contains('@')
                    && !typed.contains([' ', '<', '>', ',', ';'])
            });
            if is_address {
                Ok(typed)
            } else {
                Err(AppError::invalid("address", "write one mail address, such as name@example.com"))
            }
        }
        Channel::Hook => Err(AppError::invalid("channel", "choose mail or text")),
    }
}

/// Adds a way of being reached, tried before the others, and sends a code to it. It counts once the code came back.
///
/// # Errors
/// [`AppError::Invalid`] for an address that cannot be one, or that the person has already; [`AppError::Conflict`] beyond the limits.
pub async fn add_method(
    app: &App,
    permit: Permit<AcceptOwn>,
    channel: Channel,
    typed: &str,
) -> Result<(), AppError> {
    let address = address(app, channel, typed)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let person = own(tx, &permit)?;
            let rows = placed(&app, tx, &person)?;
            if rows.len() > MOST {
                return Err(AppError::invalid(
                    "address",
                    format!("you have {MOST} already: take one away first"),
                ));
            }
            let method = ContactMethod {
                id: ContactMethodId::from_uuid(app.world().uuid()),
                person: person.id,
                channel,
                address: Some(address),
                place: rows.iter().map(|row| row.place).min().unwrap_or_default() - 1,
                wait_minutes: reach::WAIT_MINUTES,
                added_at: now,
                verified_at: None,
                stopped_at: None,
                code: None,
                code_sent_at: None,
            };
            if !contacts::add(tx, &method)? {
                return Err(AppError::invalid("address", "you have this one already"));
            }
            send_code(Work { app: &app, tx, now }, &method)?;
            enter(&app, tx, &permit, "contact.added", &method)
        })
        .await
}

/// Returns the ways of a person, the mail address of the register among them, so that it can be ordered like any other.
fn placed(app: &App, tx: &mut Tx<'_>, person: &Person) -> Result<Vec<ContactMethod>, AppError> {
    let mut rows = contacts::of_person(tx, person.id)?;
    if person.email.is_some() && rows.iter().all(|row| row.address.is_some()) {
        let now = app.world().now();
        let row = ContactMethod {
            id: ContactMethodId::from_uuid(app.world().uuid()),
            person: person.id,
            channel: Channel::Mail,
            address: None,
            place: rows.iter().map(|row| row.place).max().unwrap_or_default() + 1,
            wait_minutes: reach::WAIT_MINUTES,
            added_at: now,
            verified_at: Some(now),
            stopped_at: None,
            code: None,
            code_sent_at: None,
        };
        contacts::add(tx, &row)?;
        rows.push(row);
    }
    Ok(rows)
}

fn enter(
    app: &App,
    tx: &mut Tx<'_>,
    permit: &Permit<AcceptOwn>,
    action: &'static str,
    method: &ContactMethod,
) -> Result<(), AppError> {
    let person = people::by_id(tx, method.person)?;
    let record = Record::new(&permit.actor().name, action, format!("person:{}", method.person))
        .force_if(person.map(|person| person.force))
        .reason(method.channel.as_str())
        .detail(json!({ "method": method.id }));
    app.enter(tx, app.world().now(), record)
}

/// Returns a way of the person who acts.
fn own_method(
    tx: &mut Tx<'_>,
    permit: &Permit<AcceptOwn>,
    id: ContactMethodId,
) -> Result<ContactMethod, AppError> {
    let person = own(tx, permit)?;
    let method = contacts::by_id(tx, id)?.filter(|method| method.person == person.id);
    method.ok_or_else(|| AppError::not_found("way of being reached", id))
}

/// Moves a way one place up: it is tried earlier.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else's.
pub async fn raise_method(app: &App, permit: Permit<AcceptOwn>, id: ContactMethodId) -> Result<(), AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            let method = own_method(tx, &permit, id)?;
            let person = own(tx, &permit)?;
            let mut rows = placed(&app, tx, &person)?;
            if let Some(at) = rows.iter().position(|row| row.id == id).filter(|at| *at > 0) {
                rows.swap(at, at - 1);
            }
            for (row, place) in rows.iter().zip(0_i64..) {
                contacts::set(tx, row.id, place, row.wait_minutes)?;
            }
            enter(&app, tx, &permit, "contact.ordered", &method)
        })
        .await
}

/// Changes after how many minutes the next way is tried.
///
/// # Errors
/// [`AppError::Invalid`] for anything but 1 to 30 minutes.
pub async fn set_method_wait(
    app: &App,
    permit: Permit<AcceptOwn>,
    id: ContactMethodId,
    typed: &str,
) -> Result<(), AppError> {
    let minutes = typed.trim().parse::<i64>().ok().filter(|minutes| (1..=30).contains(minutes));
    let minutes =
        minutes.ok_or_else(|| AppError::invalid("wait", "write a whole number of minutes from 1 to 30"))?;
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            let method = own_method(tx, &permit, id)?;
            contacts::set(tx, id, method.place, minutes)?;
            enter(&app, tx, &permit, "contact.ordered", &method)
        })
        .await
}

/// Takes a way of being reached away. The person's other ways hear of it, if it was proved.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else's; [`AppError::Conflict`] for the mail address of the register.
pub async fn remove_method(
    app: &App,
    permit: Permit<AcceptOwn>,
    id: ContactMethodId,
) -> Result<(), AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            let method = own_method(tx, &permit, id)?;
            if method.address.is_none() {
                let why = "the address of the register stays: the Service Desk corrects it in the register";
                return Err(AppError::Conflict(why.into()));
            }
            contacts::remove(tx, id, method.person)?;
            if method.verified_at.is_some() {
                tell_others(&app, tx, &method, Change::Removed)?;
            }
            enter(&app, tx, &permit, "contact.removed", &method)
        })
        .await
}
