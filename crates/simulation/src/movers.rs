//! Who comes, goes and is away in the demo, so that its pages of movers and leavers show something.

use domain::{PersonId, Span};
use kernel::App;
use kernel::access::{Actor, permit};
use people_app::movers::NewEvent;

/// The place of a person among the demo's people, what happens to them, and in how many days.
const EVENTS: [(usize, &str, i64); 7] = [
    (2, "leaver", 12),
    (9, "leaver", -2),
    (11, "family-leave", 26),
    (16, "career-break", 40),
    (23, "secondment", 5),
    (27, "suspension", 0),
    (44, "start", 7),
];

/// Records what happens, for whom nothing is recorded yet.
pub(super) async fn seed(app: &App, people: &[PersonId], actor: &Actor) -> anyhow::Result<()> {
    let today = app.world().now();
    for (place, kind, days) in EVENTS {
        // Another policy may have other events.
        if app.policy().library().mover(kind).is_none() {
            continue;
        }
        let Some(person) = people.get(place).copied() else { continue };
        let known = app.store().read(move |tx| store::events::of_person(tx, person)).await?;
        if !known.is_empty() {
            continue;
        }
        let away = Span::from_secs(days.abs().saturating_mul(24 * 3600));
        let at = if days < 0 { today.minus(away) } else { today.plus(away) };
        let on: String = at.to_string().chars().take(10).collect();
        let new = NewEvent { kind: kind.to_owned(), on, source: "directory", ..NewEvent::default() };
        people_app::movers::record_event(app, permit(actor)?, person, new).await?;
    }
    Ok(())
}
