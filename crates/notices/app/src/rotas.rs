//! Tells people of on-call rotas: of changes that concern them, of requests for cover, and the owner of gaps weeks before.

use domain::local_time::{day_in_words, day_of, local};
use domain::{CoverId, PersonId, RotaId, Timestamp};
use duty::State;
use duty_app::rota::{self, CoverSaid, Trouble, Warning};
use kernel::access::Role;
use kernel::record::Record;
use kernel::{App, AppError, Work, digest_hex, jobs};
use serde_json::json;
use store::{Tx, grants};

use crate::{Notice, Reason, Told, notify};

/// Most people who are told in place of an owner who has left.
const MOST_TOLD: u32 = 20;
/// Most troubles that a notice lists.
const MOST_LISTED: usize = 8;

/// Tells the people of a rota's overrides what changed for them, and the owner what is wrong in the next weeks where some of it is
/// new; schedules the next daily check. A second run tells nobody anything new.
///
/// # Errors
/// Only if the database does not answer.
pub async fn follow_rota(app: &App, id: RotaId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            tell_people(&app, tx, id)?;
            let Some(warning) = rota::owner_warning(&app, tx, id)? else { return Ok(()) };
            if warning.is_news {
                tell_owner(Work { app: &app, tx, now }, &warning)?;
            }
            rota::note_told(tx, &warning)?;
            let next = rota::next_warning(now);
            jobs::ask_job(&app, tx, jobs::Kind::FollowRota, &id.to_string(), next)
        })
        .await
}

fn tell_people(app: &App, tx: &mut Tx<'_>, id: RotaId) -> Result<(), AppError> {
    for word in rota::words_due(app, tx, id)? {
        let state = if word.is_withdrawn { "withdrawn" } else { "made" };
        for (person, subject, body) in &word.to {
            let key = format!("rota-override:{}:{state}", word.id);
            let link = format!("/duty/rotas/{id}");
            notify(app, tx, Notice::routine(*person, key, subject.as_str()).body(body.as_str()).link(link))?;
        }
        rota::note_word(app, tx, &word)?;
    }
    Ok(())
}

/// Tells the people of a request for cover how it stands, and ends one that nobody agreed to before its span began. A second run tells
/// nobody anything new.
///
/// # Errors
/// Only if the database does not answer.
pub async fn follow_cover(app: &App, id: CoverId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let Some(word) = rota::cover_due(Work { app: &app, tx, now }, id)? else { return Ok(()) };
            for said in &word.to {
                let key = format!("rota-cover:{id}:{}", word.state.as_str());
                let notice = Notice::routine(said.to, key, said.subject.as_str());
                let notice = notice.because(reason_of(tx, said, now)?);
                notify(&app, tx, notice.body(said.body.as_str()).link(said.link.as_str()))?;
            }
            rota::note_cover_told(tx, &word, now)?;
            match word.lapses_at {
                Some(at) => jobs::ask_job(&app, tx, jobs::Kind::FollowCover, &id.to_string(), at),
                None => Ok(()),
            }
        })
        .await
}

/// Returns why somebody is told of a request: that a shift stays theirs is what they are on call for, and does not wait until it is
/// over. Where their duty is not known, routine notices reach them sooner.
fn reason_of(tx: &mut Tx<'_>, said: &CoverSaid, now: Timestamp) -> Result<Reason, AppError> {
    if !said.stays_theirs {
        return Ok(Reason::Routine);
    }
    Ok(match duty_app::duty_state(tx, said.to, now)? {
        State::NotKnown { .. } => Reason::Routine,
        _ => Reason::OnCall,
    })
}

fn tell_owner(Work { app, tx, now }: Work<'_, '_>, warning: &Warning) -> Result<(), AppError> {
    let rota = &warning.rota;
    let to: Vec<PersonId> = if warning.owner_left {
        let leads = grants::list(
            tx,
            &grants::GrantFilter {
                force: Some(rota.force),
                role: Role::ServiceDeskLead.as_str(),
                after: None,
            },
            now,
            MOST_TOLD,
        )?;
        leads.into_iter().map(|one| one.grant.person).collect()
    } else {
        vec![warning.owner]
    };
    let digest: String = digest_hex(warning.told.as_bytes()).chars().take(16).collect();
    let key = format!("rota-trouble:{}:{}:{digest}", rota.id, day_of(now));
    let mut told = 0;
    for person in to {
        let notice = Notice::routine(person, key.as_str(), format!("The rota {} needs attention", rota.name))
            .body(listed(warning))
            .link(format!("/duty/rotas/{}", rota.id));
        told += usize::from(matches!(notify(app, tx, notice)?, Told::Now | Told::Held { .. }));
    }
    let record = Record::new("system", "duty.rota.warned", format!("rota:{}", rota.id))
        .force(rota.force)
        .detail(json!({ "name": rota.name, "troubles": warning.troubles.len(), "told": told }));
    app.enter(tx, now, record)
}

fn listed(warning: &Warning) -> String {
    let wall = |at: Timestamp| format!("{}, {}", day_in_words(local(at).date()), local(at).strftime("%H:%M"));
    let mut lines: Vec<String> = Vec::new();
    for trouble in warning.troubles.iter().take(MOST_LISTED) {
        lines.push(match trouble {
            Trouble::Gap(gap) => {
                let missing = match gap.missing.len() {
                    0 => String::new(),
                    _ => format!(" ({} away)", gap.missing.join(", ")),
                };
                format!("Nobody is on call from {} to {}{missing}.", wall(gap.start), wall(gap.end))
            }
            Trouble::NoWay(name) => format!("{name} is on call and has no verified way of being reached."),
            Trouble::LacksRole(name, role) => {
                format!("{name} is on call without the role {}: an administrator gives it.", role.title())
            }
        });
    }
    let more = warning.troubles.len().saturating_sub(MOST_LISTED);
    if more > 0 {
        lines.push(format!("There are {more} more."));
    }
    lines.push("Open the rota, then override it, change its layers or correct the register.".to_owned());
    lines.join("\n")
}
