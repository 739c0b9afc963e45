//! Finds what is wrong with a rota in the next weeks, and what its people have to be told.
//!
//! Telling people is for the capability `notices`: its job asks here what is new, tells it, and says so.

use domain::local_time::{day_in_words, day_of, instant, local};
use domain::{OverrideId, OverrideKind, PersonId, RotaId, Timestamp};
use jiff::ToSpan;
use kernel::access::Role;
use kernel::{App, AppError, Work};
use store::Tx;
use store::rota_overrides::{self as overrides, OverrideRow};
use store::{people, rotas as rows};

use super::change::{GapRead, gap_keys, shown};
use super::fields::ahead;
use super::load::{Loaded, Window, load};
use super::read::RotaView;
use store::rotas::RotaRow;

/// The local hour of the daily check.
const CHECK_AT: i8 = 6;
/// Most gaps of a rota that are told apart.
const MOST_GAPS: usize = 100;

/// Something that is wrong with a rota in the next weeks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody is on call for a time.
    Gap(GapRead),
    /// Somebody is on call and has no verified way of being reached.
    NoWay(String),
    /// Somebody is on call and does not have the role that the rota is asked for: their name, and the role.
    LacksRole(String, Role),
}

/// What the owner of a rota is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The rota.
    pub rota: RotaView,
    /// The person who is told of gaps.
    pub owner: PersonId,
    /// Whether the owner has left the force.
    pub owner_left: bool,
    /// Everything that is wrong.
    pub troubles: Vec<Trouble>,
    /// Whether some of it was not told before.
    pub is_news: bool,
    /// What [`note_told`] keeps once the warning is told.
    pub told: String,
    /// What it kept before.
    told_before: String,
}

/// What the people of one override are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The override.
    pub id: OverrideId,
    /// Whether it was withdrawn.
    pub is_withdrawn: bool,
    /// Each person with one line and a sentence or two.
    pub to: Vec<(PersonId, String, String)>,
}

/// Returns the time of the next daily check of a rota.
#[must_use]
pub fn next_warning(now: Timestamp) -> Timestamp {
    let today = day_of(now);
    let check = |day: domain::Day| instant(day.at(CHECK_AT, 0, 0, 0));
    if check(today) > now { check(today) } else { check(today.saturating_add(1.day())) }
}

/// Returns what is wrong with a rota in use; `None` for a retired one.
///
/// # Errors
/// Only if the database does not answer.
pub fn owner_warning(app: &App, tx: &mut Tx<'_>, id: RotaId) -> Result<Option<Warning>, AppError> {
    let (now, until) = (app.world().now(), app.world().now().plus(ahead(app)));
    let Some(row) = rows::by_id(tx, id)?.filter(|row| row.retired_at.is_none()) else { return Ok(None) };
    let owner = people::by_id(tx, row.owner)?;
    let owner_left = owner.is_none_or(|owner| owner.ended_at.is_some() || owner.force != row.force);
    let loaded = load(tx, row, Window::new(now, until))?;
    let (troubles, keys) = found(Work { app, tx, now }, &loaded, until)?;
    let is_news = keys.iter().any(|key| !is_known(key, &loaded.row.told));
    let (owner, told_before) = (loaded.row.owner, loaded.row.told.clone());
    let (told, rota) = (keys.join("\n"), loaded.row.into());
    Ok(Some(Warning { rota, owner, owner_left, troubles, is_news, told, told_before }))
}

/// Returns the troubles of a rota in a window, gaps first, with the words by which each is known again.
///
/// # Errors
/// Only if the database does not answer.
pub(super) fn found(
    Work { app, tx, now }: Work<'_, '_>,
    loaded: &Loaded,
    until: Timestamp,
) -> Result<(Vec<Trouble>, Vec<String>), AppError> {
    let mut gaps = loaded.rota.gaps(now, until);
    gaps.truncate(MOST_GAPS);
    let mut keys = gap_keys(&gaps, now, until);
    let mut troubles: Vec<Trouble> = shown(loaded, &gaps).into_iter().map(Trouble::Gap).collect();
    let role: Option<Role> = loaded.row.role.parse().ok();
    for person in loaded.rota.people_between(now, until) {
        let Some(known) = loaded.people.get(&person).filter(|one| one.ended_at.is_none()) else { continue };
        if !loaded.reaches(app, person) {
            keys.push(format!("address {person}"));
            troubles.push(Trouble::NoWay(known.name.clone()));
        }
        if let Some(role) = role
            && kernel::roles::standing_of(tx, person, now)?.is_none_or(|one| !one.roles.has(role))
        {
            keys.push(format!("role {person} {role}"));
            troubles.push(Trouble::LacksRole(known.name.clone(), role));
        }
    }
    Ok((troubles, keys))
}

/// Returns whether a trouble was told before: by the same words, or, for a gap, before it began or before its end came into
/// the window.
fn is_known(key: &str, told: &str) -> bool {
    let parts = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        (words.next(), words.next(), words.next())
    };
    let (kind, start, end) = parts(key);
    told.lines().any(|line| {
        let known = parts(line);
        let is_open = |word: &Option<String>| word.as_deref() == Some("open");
        line == key
            || (known.0 == kind && is_open(&start) && known.2 == end)
            || (known.0 == kind && known.1 == start && is_open(&known.2))
    })
}

/// Keeps what was told of a rota.
///
/// # Errors
/// Only if the database does not answer.
pub fn note_told(tx: &mut Tx<'_>, warning: &Warning) -> Result<(), AppError> {
    if warning.told == warning.told_before {
        return Ok(());
    }
    Ok(rows::set_told(tx, warning.rota.id, &warning.told)?)
}

/// Returns what the people of a rota's overrides have to be told: of overrides made or withdrawn since.
///
/// # Errors
/// Only if the database does not answer.
pub fn words_due(app: &App, tx: &mut Tx<'_>, id: RotaId) -> Result<Vec<Word>, AppError> {
    let now = app.world().now();
    let Some(rota) = rows::by_id(tx, id)? else { return Ok(Vec::new()) };
    let mut words = Vec::new();
    for row in overrides::untold(tx, id)? {
        let to = if row.end <= now { Vec::new() } else { told_of(tx, &rota, &row)? };
        words.push(Word { id: row.id, is_withdrawn: row.withdrawn_at.is_some(), to });
    }
    Ok(words)
}

/// Notes that the people of an override were told.
///
/// # Errors
/// Only if the database does not answer.
pub fn note_word(app: &App, tx: &mut Tx<'_>, word: &Word) -> Result<(), AppError> {
    Ok(overrides::set_told(tx, word.id, app.world().now())?)
}

fn told_of(
    tx: &mut Tx<'_>,
    rota: &RotaRow,
    row: &OverrideRow,
) -> Result<Vec<(PersonId, String, String)>, AppError> {
    let when = format!("from {} to {}", wall(row.start), wall(row.end));
    let mut name = |id: PersonId| {
        Ok::<_, AppError>(people::by_id(tx, id)?.map(|person| person.name).unwrap_or_default())
    };
    let withdrawn = row.withdrawn_at.is_some();
    let subject = if withdrawn {
        format!("A change of the rota {} no longer applies", rota.name)
    } else {
        format!("The rota {} has changed for you", rota.name)
    };
    let reason = if withdrawn { String::new() } else { format!(" The reason given: {}", row.reason) };
    let not = if withdrawn { "It no longer applies that " } else { "" };
    let said = |fact: String| (subject.clone(), format!("{not}{fact} {when}.{reason}"));
    let mut all = Vec::new();
    let mut tell = |id: PersonId, fact: String| {
        let (subject, body) = said(fact);
        all.push((id, subject, body));
    };
    match (row.kind, row.with) {
        (OverrideKind::Replace, Some(with)) => {
            let (out, stands_in) = (name(row.person)?, name(with)?);
            tell(with, format!("you are on call in place of {out}"));
            tell(row.person, format!("{stands_in} is on call in your place"));
        }
        (OverrideKind::Add, _) => tell(row.person, "you are on call".to_owned()),
        (OverrideKind::Remove | OverrideKind::Replace, _) => {
            tell(row.person, "you are not on call".to_owned());
        }
    }
    for (_, _, body) in &mut all {
        let mut letters = body.chars();
        *body = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    }
    Ok(all)
}

/// Writes a time by the wall clock, such as `7 December 2026, 09:00`.
pub(super) fn wall(at: Timestamp) -> String {
    format!("{}, {}", day_in_words(local(at).date()), local(at).strftime("%H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_known_again_while_time_passes() {
        let told = "gap A B\ngap C open";
        assert!(is_known("gap A B", told));
        assert!(is_known("gap open B", told), "it has begun");
        assert!(is_known("gap C D", told), "its end has come into sight");
        assert!(is_known("gap open open", told), "it has begun and its end is not in sight");
        assert!(!is_known("gap A E", told), "it has grown");
        assert!(!is_known("gap open E", told));
        assert!(!is_known("gap E F", told));
        assert!(!is_known("address 1", told));
        assert!(is_known("address 1", "address 1"));
        assert!(is_known("role 1 duty-officer", "role 1 duty-officer"));
        assert!(!is_known("role 1 duty-officer", "role 1 on-call-engineer"), "the rota is for another role");
        assert!(!is_known("gap A B", ""));
    }
}
