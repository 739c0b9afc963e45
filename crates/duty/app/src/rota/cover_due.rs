//! Finds what people have to be told of a request for cover, and ends one that nobody agreed to before its span began.

use domain::{CoverId, CoverState, PersonId, Timestamp};
use kernel::{AppError, Work};
use store::rota_covers::{self as covers, CoverEnd, CoverRow};
use store::rotas::{self as rows, RotaRow};
use store::{Tx, people};

use super::cover::enter_end;
use super::warn::wall;

/// The page on which people answer and ask.
const OWN_PAGE: &str = "/me/on-call";

/// What one person is told of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverSaid {
    /// The person.
    pub to: PersonId,
    /// One line.
    pub subject: String,
    /// A sentence or more.
    pub body: String,
    /// The page that it links to.
    pub link: String,
    /// Whether they asked and the shift stays theirs.
    pub stays_theirs: bool,
}

/// What the people of a request have to be told now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverWord {
    /// The request.
    pub id: CoverId,
    /// Its state.
    pub state: CoverState,
    /// Each person with what they are told; empty where they know.
    pub to: Vec<CoverSaid>,
    /// When it lapses if nobody answers; `None` once it has ended.
    pub lapses_at: Option<Timestamp>,
}

/// Returns what the people of a request have to be told, after it has lapsed where its time has come; `None` for a request that is no
/// longer kept.
///
/// # Errors
/// Only if the database does not answer.
pub fn cover_due(Work { app, tx, now }: Work<'_, '_>, id: CoverId) -> Result<Option<CoverWord>, AppError> {
    let Some(mut cover) = covers::by_id(tx, id)? else { return Ok(None) };
    let Some(rota) = rows::by_id(tx, cover.rota)? else { return Ok(None) };
    if cover.state == CoverState::Asked && (cover.start <= now || rota.retired_at.is_some()) {
        let state = CoverState::Lapsed;
        // Somebody may have answered at this moment: then their answer holds, and its own job tells of it.
        if !covers::end(tx, id, &CoverEnd { state, at: now, change: None })? {
            return Ok(None);
        }
        enter_end(Work { app, tx, now }, &cover, "system", state)?;
        cover = CoverRow { state, ended_at: Some(now), told_at: None, ..cover };
    }
    let to = if cover.told_at.is_some() { Vec::new() } else { said(tx, &rota, &cover)? };
    let lapses_at = (cover.state == CoverState::Asked).then_some(cover.start);
    Ok(Some(CoverWord { id, state: cover.state, to, lapses_at }))
}

/// Notes that the people of a request were told.
///
/// # Errors
/// Only if the database does not answer.
pub fn note_cover_told(tx: &mut Tx<'_>, word: &CoverWord, now: Timestamp) -> Result<(), AppError> {
    Ok(covers::set_told(tx, word.id, now)?)
}

fn said(tx: &mut Tx<'_>, rota: &RotaRow, cover: &CoverRow) -> Result<Vec<CoverSaid>, AppError> {
    let mut name = |id: PersonId| {
        Ok::<_, AppError>(people::by_id(tx, id)?.map(|person| person.name).unwrap_or_default())
    };
    let (asks, asked) = (name(cover.person)?, name(cover.with)?);
    let what = format!("on the rota {} from {} to {}", rota.name, wall(cover.start), wall(cover.end));
    let own = |to: PersonId, subject: &str, body: String| CoverSaid {
        to,
        subject: subject.to_owned(),
        body,
        link: OWN_PAGE.to_owned(),
        stays_theirs: false,
    };
    let asker =
        |subject: &str, body: String| CoverSaid { stays_theirs: true, ..own(cover.person, subject, body) };
    Ok(match cover.state {
        CoverState::Asked => {
            let body = format!(
                "{asks} asks you to take their shift {what}. The reason given: {} Agree or decline before it begins. Until you \
                 agree it stays theirs.",
                ended_sentence(&cover.reason)
            );
            vec![own(cover.with, "You are asked to take a shift on call", body)]
        }
        // The two people are told of the override itself.
        CoverState::Agreed if [cover.person, cover.with].contains(&rota.owner) => Vec::new(),
        CoverState::Agreed => vec![CoverSaid {
            to: rota.owner,
            subject: "Two people agreed who takes a shift".to_owned(),
            body: format!(
                "{asked} takes the shift of {asks} {what}. {asks} asked on {}, and {asked} agreed on {}. On the page of the rota \
                 you can withdraw this override.",
                wall(cover.asked_at),
                wall(cover.ended_at.unwrap_or(cover.asked_at))
            ),
            link: format!("/duty/rotas/{}", rota.id),
            stays_theirs: false,
        }],
        CoverState::Declined => {
            let body = format!("{asked} does not take your shift {what}. It stays yours; ask somebody else.");
            vec![asker("Your request for cover was declined", body)]
        }
        CoverState::Withdrawn => {
            let body = format!("{asks} no longer asks you to take their shift {what}.");
            vec![own(cover.with, "A request for cover was taken back", body)]
        }
        CoverState::Lapsed => {
            let subject = "A request for cover has lapsed";
            let to_asker =
                format!("{asked} did not agree in time to take your shift {what}. It stays yours.");
            let to_asked =
                format!("You did not agree in time to take the shift of {asks} {what}. It stays theirs.");
            vec![asker(subject, to_asker), own(cover.with, subject, to_asked)]
        }
    })
}

/// Returns a text that ends as a sentence does.
fn ended_sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
