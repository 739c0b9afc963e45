//! That a token ends is told before it does: to who made it, and to the administrators who can make another.

use std::collections::BTreeSet;

use domain::{PersonId, Span, Timestamp, TokenId, local_time};
use serde_json::json;
use store::tokens::{self, Token};
use store::{Tx, grants};

use super::WARN;
use crate::access::Role;
use crate::notices::{Notice, Told};
use crate::record::Record;
use crate::{App, AppError, jobs};

/// How long before its end a token is spoken of, in days.
const WARNINGS: [(Span, i64); 2] = [(WARN, 14), (Span::from_secs(2 * 24 * 3600), 2)];
/// Administrators who are told, at most.
const MOST_TOLD: u32 = 100;

/// When a token is spoken of. What is due when it is made is no news to who made it.
fn warnings(token: &Token) -> impl Iterator<Item = (Timestamp, i64)> {
    let made = token.created_at;
    let at = |(before, days): (Span, i64)| (token.expires_at.minus(before), days);
    WARNINGS.map(at).into_iter().filter(move |(at, _)| *at > made)
}

/// Has a token looked at when it is next spoken of.
pub(super) fn watch_token(app: &App, tx: &mut Tx<'_>, token: &Token, now: Timestamp) -> Result<(), AppError> {
    match warnings(token).map(|(at, _)| at).find(|at| *at > now) {
        Some(next) => crate::jobs::ask_job(app, tx, jobs::Kind::FollowToken, &token.id.to_string(), next),
        None => Ok(()),
    }
}

/// Tells that a token ends soon, where that is due; run twice it tells nobody anything new.
pub(crate) async fn follow_token(app: &App, id: TokenId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let Some(token) = tokens::by_id(tx, id)? else { return Ok(()) };
            if token.ended_at.is_some() || token.expires_at <= now {
                return Ok(());
            }
            if let Some((_, days)) = warnings(&token).filter(|(at, _)| *at <= now).last() {
                tell_of_token(&app, tx, &token, days, now)?;
            }
            watch_token(&app, tx, &token, now)
        })
        .await
}

fn tell_of_token(
    app: &App,
    tx: &mut Tx<'_>,
    token: &Token,
    days: i64,
    now: Timestamp,
) -> Result<(), AppError> {
    let maker = token.created_by.strip_prefix("person:").and_then(|id| id.parse::<PersonId>().ok());
    let mut to: BTreeSet<PersonId> = maker.into_iter().collect();
    let administrators = grants::list(tx, (None, Role::Administrator.as_str()), now, None, MOST_TOLD)?;
    let of_force = administrators.into_iter().filter(|one| one.grant.both_forces || one.force == token.force);
    to.extend(of_force.map(|one| one.grant.person));
    let mut told = 0;
    for person in to {
        let notice = Notice::routine(
            person,
            format!("token:{}:{days}", token.id),
            format!("An API token ends soon: {}", token.name),
        )
        .body(format!(
            "It works until {}. Make a new one, enter it where this one is used, then end this one.",
            local_time::day_of(token.expires_at)
        ))
        .link("/tokens");
        let news = matches!(crate::notices::notify(app, tx, notice)?, Told::Now | Told::Held { .. });
        told += usize::from(news);
    }
    if told == 0 {
        return Ok(());
    }
    let record = Record::new("system", "api-token.ends-soon", format!("token:{}", token.id))
        .force(token.force)
        .detail(json!({ "name": token.name, "days_before": days, "told": told }));
    app.enter(tx, now, record)
}

#[cfg(test)]
mod tests {
    use domain::Force;

    use super::*;
    use crate::access::{Actor, ApiScope, Roles, Who, permit};
    use crate::grants::NewGrant;
    use crate::people::NewPerson;
    use crate::testing::{Bench, on_bench};
    use crate::tokens::NewToken;

    const DAY: i64 = 24 * 3600;

    async fn administrator(app: &App, number: &str, force: Force) -> PersonId {
        let desk = Actor::command_line("test");
        let new = NewPerson {
            force: Some(force),
            number: number.into(),
            name: format!("Admin {number}"),
            role: "staff".into(),
            ..NewPerson::default()
        };
        let id = crate::people::add_person(app, permit(&desk).unwrap(), new).await.unwrap();
        let role = NewGrant { role: Some(Role::Administrator), reason: "test".into(), ..NewGrant::default() };
        crate::grants::grant_role(app, permit(&desk).unwrap(), id, role).await.unwrap();
        id
    }

    async fn told(app: &App, person: PersonId) -> usize {
        let unread = app.store().read(move |tx| store::notices::of_person(tx, person, true, 50));
        unread.await.unwrap().iter().filter(|notice| notice.key.starts_with("token:")).count()
    }

    async fn pass(bench: &Bench, days: i64) {
        bench.world.clock.advance(Span::from_secs(days * DAY));
        while crate::jobs::run_jobs(&bench.app, 50).await.unwrap() > 0 {}
    }

    async fn made(bench: &Bench, days: u32) -> TokenId {
        let maker = crate::access::actor(
            &bench.app,
            Who {
                name: format!("person:{}", bench.person),
                shown: "PC Ames".into(),
                person: Some(bench.person),
                roles: Role::Administrator.into(),
                force: Some(Force::Norfolk),
                both: Roles::NONE,
            },
        );
        let new = NewToken { name: "Entra".into(), scope: ApiScope::Scim, force: Some(Force::Norfolk), days };
        crate::tokens::make_token(&bench.app, permit(&maker).unwrap(), new).await.unwrap().0
    }

    #[test]
    fn who_made_it_and_the_forces_administrators_are_told_twice_and_no_more() {
        on_bench(|bench| async move {
            let norfolk = administrator(&bench.app, "A1", Force::Norfolk).await;
            let suffolk = administrator(&bench.app, "A2", Force::Suffolk).await;
            let id = made(&bench, 90).await;
            pass(&bench, 75).await;
            assert_eq!(told(&bench.app, norfolk).await, 0, "too soon");
            for (days, notices) in [(1, 1), (5, 1), (7, 2), (1, 2)] {
                pass(&bench, days).await;
                super::follow_token(&bench.app, id).await.unwrap();
                assert_eq!(told(&bench.app, norfolk).await, notices);
                assert_eq!(told(&bench.app, bench.person).await, notices, "who made it");
            }
            assert_eq!(told(&bench.app, suffolk).await, 0, "the wall");
            let entries = bench.app.store().read(|tx| {
                let action = "api-token.ends-soon".to_owned();
                store::ledger::list(tx, &store::ledger::LedgerFilter { action, ..Default::default() }, 10)
            });
            assert_eq!(entries.await.unwrap().len(), 2);
        });
    }

    #[test]
    fn nobody_is_told_of_one_that_ended_or_was_made_for_a_day() {
        on_bench(|bench| async move {
            let ended = made(&bench, 30).await;
            made(&bench, 1).await;
            let desk = Actor::command_line("test");
            crate::tokens::end_token(&bench.app, permit(&desk).unwrap(), ended).await.unwrap();
            for _ in 0..31 {
                pass(&bench, 1).await;
            }
            assert_eq!(told(&bench.app, bench.person).await, 0);
        });
    }

    #[test]
    fn a_service_that_was_off_tells_the_last_of_two_alone() {
        on_bench(|bench| async move {
            made(&bench, 20).await;
            pass(&bench, 19).await;
            assert_eq!(told(&bench.app, bench.person).await, 1);
        });
    }
}
