//! Checks that a second person is not the same human being as the one who asked.
//! Another entry, session, role, force, command line or token of the same human being does not count.
//!
//! Nobody can see who sits at the screen, so the rules use what the register and the ledger know, and refuse in doubt: there is
//! always somebody else who can agree. [`one_human`] compares two entries of the register; [`another_human_for`] also considers
//! how each of them made the request, who made the one entry and gave it its role, and since when.
//!
//! These are not signs of one human being: the same telephone number or unit (people share desks), and the same passkey, because
//! one passkey belongs to one account.

use domain::{Force, PersonId, Span, Timestamp};
use store::grants::{self, Grant};
use store::ledger::{self, LedgerFilter};
use store::people::Person;
use store::{Tx, passkeys, people, sessions, tokens};

use crate::access::{Action, Actor, Comes, Policies, Question, Relation, Role};
use crate::roles::is_strong;
use crate::{AppError, Work};

/// Time for which a change by one person to another's entry or role makes the two count as one, and for which a role from the
/// directory approves nothing.
pub const SPAN: Span = Span::from_secs(24 * 3600);
/// Largest number of ledger entries about one person that are searched.
const LOOKED_AT: u32 = 500;

/// Sign that two entries of the register are, or may be, one human being.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// Same entry.
    Entry,
    /// Same identifier in the directory.
    Account,
    /// Same user name, in any force.
    UserName,
    /// Same work address.
    Email,
    /// Same collar or staff number, in any force.
    Number,
    /// Same name, whatever its order or rank, and whatever is in brackets.
    Name,
}

impl Same {
    /// Returns whether the sign leaves no doubt: two people may share a name, or a number in several forces.
    const fn is_certain(self) -> bool {
        !matches!(self, Self::Number | Self::Name)
    }

    /// Says what both have in common, as part of a sentence.
    const fn words(self) -> &'static str {
        match self {
            Self::Entry => "are the same entry of the register",
            Self::Account => "have the same account in the directory",
            Self::UserName => "have the same user name",
            Self::Email => "have the same email address",
            Self::Number => "have the same collar or staff number",
            Self::Name => "have the same name",
        }
    }
}

/// Returns the first sign that two entries of the register are one human being, as far as the register can tell, or `None`. In
/// doubt they are one.
#[must_use]
pub fn one_human(one: &Person, other: &Person) -> Option<Same> {
    let both = |one: Option<&str>, other: Option<&str>| {
        one.zip(other).is_some_and(|(one, other)| !plain(one).is_empty() && plain(one) == plain(other))
    };
    if one.id == other.id {
        Some(Same::Entry)
    } else if both(one.external_id.as_deref(), other.external_id.as_deref()) {
        Some(Same::Account)
    } else if both(one.user_name.as_deref(), other.user_name.as_deref()) {
        Some(Same::UserName)
    } else if both(one.email.as_deref(), other.email.as_deref()) {
        Some(Same::Email)
    } else if both(Some(&one.number), Some(&other.number)) {
        Some(Same::Number)
    } else if is_one_name(&one.name, &other.name) {
        Some(Same::Name)
    } else {
        None
    }
}

fn plain(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Words before a name that give a rank or title and are not part of the name.
const TITLES: [&str; 19] = [
    "pc", "dc", "ps", "ds", "sgt", "insp", "di", "ci", "dci", "supt", "pcso", "mr", "mrs", "ms", "miss",
    "mx", "dr", "sir", "dame",
];

/// Returns the words of a name in sorted order, without titles and text in brackets.
fn words_of(name: &str) -> Vec<String> {
    let outside: String = name
        .chars()
        .scan(0_u32, |depth, c| {
            match c {
                '(' | '[' => *depth += 1,
                ')' | ']' => *depth = depth.saturating_sub(1),
                _ => {}
            }
            Some(if *depth > 0 || matches!(c, ')' | ']') { ' ' } else { c })
        })
        .collect();
    let mut words: Vec<String> = outside
        .split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty() && !TITLES.contains(&word.as_str()))
        .collect();
    words.sort_unstable();
    words
}

/// Returns whether two names could be one person's. A name without any words of its own could be anybody's.
fn is_one_name(one: &str, other: &str) -> bool {
    let (one, other) = (words_of(one), words_of(other));
    one.is_empty() || other.is_empty() || one == other
}

/// Actor who asked, as far as the name in the ledger tells.
enum Asker {
    /// Entry of the register.
    Entry(Box<Person>),
    /// Person who is not in the register, by the name of their session.
    Named(String),
    /// User of the command line on the server.
    Server,
    /// Service itself, which carries out the rules.
    Service,
    /// Actor who can no longer be identified.
    Unknown,
}

fn asker(tx: &mut Tx<'_>, asked_by: &str) -> Result<Asker, AppError> {
    Ok(match asked_by.split_once(':') {
        Some(("person", id)) => match id.parse::<PersonId>() {
            Ok(id) => people::by_id(tx, id)?.map_or(Asker::Unknown, |person| Asker::Entry(Box::new(person))),
            Err(_) => Asker::Unknown,
        },
        Some(("session", digest)) => sessions::name_of(tx, digest)?.map_or(Asker::Unknown, Asker::Named),
        Some(("command-line", _)) => Asker::Server,
        Some(("break-glass", _)) => {
            let all = passkeys::accounts(tx)?;
            let found =
                all.into_iter().find(|account| crate::roles::break_glass_place(&account.owner) == asked_by);
            found.map_or(Asker::Unknown, |account| Asker::Named(account.name))
        }
        // A token counts as the person who made it, because they can use it.
        Some(("token", id)) => match id.parse().ok().map(|id| tokens::by_id(tx, id)).transpose()?.flatten() {
            Some(token) if !token.created_by.starts_with("token:") => return asker(tx, &token.created_by),
            _ => Asker::Unknown,
        },
        None if asked_by == "system" => Asker::Service,
        _ => Asker::Unknown,
    })
}

/// Stakes of a comparison of two actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtStake {
    /// Daily work, in which two people with the same name meet: only a sign that leaves no doubt makes them one.
    DailyWork,
    /// Whole force: in doubt they are one.
    Force,
}

/// Returns whether an actor of the ledger and the actor who asks could be one human being. [`one_human`] compares two entries of
/// the register; a one-time sign-in link proves a name and nothing more, so the same name counts as the same person, and a
/// session that is no longer known counts as anybody.
pub fn could_be_one(
    tx: &mut Tx<'_>,
    first: &str,
    second: &Actor,
    at_stake: AtStake,
) -> Result<bool, AppError> {
    if first == second.name {
        return Ok(true);
    }
    let me = second.person.map(|id| people::by_id(tx, id)).transpose()?.flatten();
    Ok(match (asker(tx, first)?, me) {
        (Asker::Entry(one), Some(me)) => {
            one_human(&one, &me).is_some_and(|same| at_stake == AtStake::Force || same.is_certain())
        }
        (Asker::Entry(one), None) => is_one_name(&one.name, &second.shown),
        (Asker::Named(name), _) => is_one_name(&name, &second.shown),
        // The operating system knows the command line's user, and the server itself asks for nothing that needs two people.
        (Asker::Server | Asker::Service, _) => false,
        (Asker::Unknown, _) => true,
    })
}

/// Refuses a second person who may be the same human being as the one who asked, or whose role for this action does not count
/// yet.
///
/// # Errors
/// [`AppError::Conflict`], which says why and who can agree instead.
pub fn another_human_for<A: Action>(
    Work { app, tx, now }: Work<'_, '_>,
    asked_by: &str,
    actor: &Actor,
    force: Force,
) -> Result<(), AppError> {
    let me = approver(tx, actor)?;
    let doubt = match asker(tx, asked_by)? {
        _ if asked_by == actor.name => Some("you asked for it yourself".to_owned()),
        Asker::Entry(other) => one_human(&other, &me).map(|same| {
            format!("you and the person who asked {}, so Lanyard treats you as one person", same.words())
        }),
        Asker::Named(name) => is_one_name(&name, &me.name)
            .then(|| "you and the person who asked have the same name, so Lanyard treats you as one person".to_owned()),
        Asker::Server if actor.proof.by_link => Some(
            "it was asked for on the server, and you signed in by a link that was made there. Sign in another way".to_owned(),
        ),
        Asker::Server | Asker::Service => None,
        Asker::Unknown => Some("it is no longer known who asked: have it asked for again".to_owned()),
    };
    if let Some(doubt) = doubt {
        return Err(other_must(&doubt));
    }
    if entered_by(tx, me.id, asked_by, now)? {
        return Err(other_must(
            "the person who asked added or changed your entry in the register within the last day",
        ));
    }
    may_approve_yet(app.policy().access(), tx, &Ask { by: asked_by, action: A::NAME, force, now }, &me)
}

/// Returns the register entry of the person who agrees.
fn approver(tx: &mut Tx<'_>, actor: &Actor) -> Result<Person, AppError> {
    let refused = |why: &str| Err(AppError::Conflict(why.to_owned()));
    let person = match (actor.comes(), actor.person) {
        (Comes::OnTheServer, _) => {
            return refused(
                "the command line is never a second person, because anybody who can use it could have asked as well: sign in to the \
                 pages as yourself, and agree there",
            );
        }
        (Comes::WithToken, _) => {
            return refused(
                "an API token is never a second person; agree on the pages, signed in as yourself",
            );
        }
        (Comes::SignedIn, person) => person,
    };
    let found = person.map(|id| people::by_id(tx, id)).transpose()?.flatten();
    match found.filter(|person| person.ended_at.is_none()) {
        Some(person) => Ok(person),
        None => refused(
            "you must be in the register to agree: sign in through the directory, or have a sign-in link made with --person",
        ),
    }
}

fn other_must(doubt: &str) -> AppError {
    AppError::Conflict(format!("somebody else must agree: {doubt}"))
}

/// Returns whether the asker entered or changed somebody's register entry within [`SPAN`], directly or with a token of theirs: it
/// may be a second entry of their own.
fn entered_by(tx: &mut Tx<'_>, person: PersonId, asked_by: &str, now: Timestamp) -> Result<bool, AppError> {
    let filter = LedgerFilter {
        action: "person.".to_owned(),
        subject: format!("person:{person}"),
        from: now.minus(SPAN).plus(Span::from_millis(1)),
        ..LedgerFilter::default()
    };
    for (entry, _) in ledger::list(tx, &filter, LOOKED_AT)? {
        let token = entry.actor.strip_prefix("token:").and_then(|id| id.parse().ok());
        let made_by =
            token.map(|id| tokens::by_id(tx, id)).transpose()?.flatten().map(|token| token.created_by);
        if entry.actor == asked_by || made_by.as_deref() == Some(asked_by) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Request to which somebody is to agree.
struct Ask<'a> {
    by: &'a str,
    action: &'static str,
    force: Force,
    now: Timestamp,
}

/// Reason why a valid role cannot approve something yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unripe {
    /// Role that the asker gave or confirmed too recently.
    FromAsker,
    /// Role that the directory gave too recently, and that nobody confirmed.
    FromDirectory,
}

/// Returns why a grant cannot approve what somebody asked for yet, or `None` if it can; `strong` means that its role destroys,
/// approves or administers.
pub fn unripe(grant: &Grant, strong: bool, asked_by: &str, now: Timestamp) -> Option<Unripe> {
    if now.since(grant.since()) >= SPAN {
        return None;
    }
    let confirmer = grant.confirmed.as_ref().map(|(_, by)| by.as_str());
    if confirmer == Some(asked_by) || (!grant.from_directory && grant.said_by == asked_by) {
        Some(Unripe::FromAsker)
    } else if grant.from_directory && strong && confirmer.is_none() {
        Some(Unripe::FromDirectory)
    } else {
        None
    }
}

/// Refuses an approver if none of their roles that permit the action may be used for this yet.
fn may_approve_yet(policies: &Policies, tx: &mut Tx<'_>, ask: &Ask<'_>, me: &Person) -> Result<(), AppError> {
    let mut why = None;
    for grant in grants::open(tx, me.id)?.iter().filter(|grant| grant.counts_at(ask.now)) {
        let Ok(role) = grant.role.parse::<Role>() else { continue };
        let home = (me.force == ask.force).then_some(me.force);
        let question = Question {
            roles: role.into(),
            home,
            action: ask.action,
            force: ask.force,
            relation: Relation::None,
        };
        let over = grant.everywhere || me.force == ask.force;
        if !over || !policies.ask(question).allowed {
            continue;
        }
        match unripe(grant, is_strong(policies, role), ask.by, ask.now) {
            None => return Ok(()),
            unripe => why = why.or(unripe),
        }
    }
    Err(match why {
        Some(Unripe::FromAsker) => {
            other_must("the person who asked gave you your role, or confirmed it, within the last day")
        }
        Some(Unripe::FromDirectory) => other_must(
            "the directory gave you your role within the last day; until a day has passed it approves nothing, unless an \
             administrator confirms it under Roles on your page",
        ),
        None => other_must("none of the roles that you were given lets you agree to this"),
    })
}

/// Returns whether an actor of the ledger and the actor who asks could be one human being, judged as for daily work:
/// [`could_be_one`].
pub fn may_be_one_person(tx: &mut Tx<'_>, first: &str, actor: &Actor) -> Result<bool, AppError> {
    could_be_one(tx, first, actor, AtStake::DailyWork)
}
