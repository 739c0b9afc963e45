//! The rosters of the demo: three patterns, somebody on call, somebody on leave, a few whose duty nobody entered, and two rotas
//! for each force.

use anyhow::Context as _;
use domain::{Force, PersonId, Span};
use duty_app::rota::{Kept, NewLayer, NewRota, add_rota};
use duty_app::{NewAssignment, NewPattern, NewPeriod};
use kernel::App;
use kernel::access::{Actor, ManageDuty, PermitWithin, Role, SeeDuty, permit};
use people_app::grants::NewGrant;

use crate::cast;

/// One person in this many has no roster: what is not entered is not known, and the board says so.
const WITHOUT: usize = 9;

const SHIFTS: &str = "E 07:00-16:00\nL 14:00-23:00\nN 22:00-07:00";

fn may(actor: &Actor) -> anyhow::Result<PermitWithin<ManageDuty>> {
    Ok(permit::<ManageDuty>(actor)?.into())
}

/// Enters rosters for the people, unless that was done when the demo first ran, who stand in the order of the cast with their
/// forces.
///
/// # Errors
/// What the use cases say.
pub(crate) async fn seed(app: &App, actor: &Actor, people: &[(PersonId, Force)]) -> anyhow::Result<()> {
    if !duty_app::duty_patterns(app, permit::<SeeDuty>(actor)?).await?.is_empty() {
        return Ok(());
    }
    let now = app.world().now();
    let (month, day) = (now.minus(Span::from_secs(40 * 24 * 3600)), |at: domain::Timestamp| {
        at.to_string().chars().take(10).collect::<String>()
    });
    let mut patterns = Vec::new();
    for force in app.forces() {
        for (name, shape, days) in
            [("Response", "cycle", "E E L L N N - - - -"), ("Office hours", "week", "D D D D D - -")]
        {
            let shifts = if shape == "week" { "D 08:00-17:00" } else { SHIFTS };
            let new = NewPattern {
                force: Some(force),
                name: name.to_owned(),
                shape: shape.to_owned(),
                shifts: shifts.to_owned(),
                days: days.to_owned(),
            };
            patterns.push((force, shape, duty_app::add_pattern(app, permit(actor)?, new).await?));
        }
    }
    for force in app.forces() {
        rotas(app, actor, force, people).await?;
    }
    for (place, (person, force)) in people.iter().enumerate() {
        if place % WITHOUT == WITHOUT - 1 {
            continue;
        }
        let shape = if place % 3 == 0 { "week" } else { "cycle" };
        let Some((.., id)) = patterns.iter().find(|(of, kind, _)| of == force && *kind == shape) else {
            continue;
        };
        let new = NewAssignment {
            pattern: id.to_string(),
            from: day(month),
            until: String::new(),
            place: if shape == "cycle" { (place % 10 + 1).to_string() } else { String::new() },
        };
        duty_app::put_on_pattern(app, may(actor)?, *person, new).await?;
        let (kind, start, end) = match place % 10 {
            3 => ("on-call", now.minus(Span::from_secs(24 * 3600)), now.plus(Span::from_secs(2 * 24 * 3600))),
            6 => ("annual-leave", now, now.plus(Span::from_secs(4 * 24 * 3600))),
            _ => continue,
        };
        let new = NewPeriod { kind: kind.to_owned(), start: day(start), end: day(end) };
        duty_app::add_duty_period(app, may(actor)?, *person, new).await?;
    }
    Ok(())
}

/// Enters a rota for the duty officer and one for on-call engineers, by the week; the first people of the force take turns, and are
/// given the role that the rota is asked for.
async fn rotas(app: &App, actor: &Actor, force: Force, people: &[(PersonId, Force)]) -> anyhow::Result<()> {
    // A visitor who is a holder looks at the pages of a holder, and has no other role.
    let visited: Vec<PersonId> =
        cast::HOLDERS.iter().filter_map(|(place, _)| people.get(*place)).map(|(id, _)| *id).collect();
    let mut there = Vec::new();
    for (id, _) in people.iter().filter(|(id, of)| *of == force && !visited.contains(id)) {
        let id = *id;
        let person = app.store().read(move |tx| store::people::by_id(tx, id)).await?;
        there.extend(person.filter(|person| person.ended_at.is_none()));
    }
    let began = domain::local_time::day_of(app.world().now().minus(Span::from_secs(35 * 24 * 3600)));
    for (name, role, skip, count) in
        [("Duty officer", Role::DutyOfficer, 0, 3), ("On-call engineer", Role::OnCallEngineer, 3, 4)]
    {
        let mut turns: Vec<String> = Vec::new();
        for person in there.iter().skip(skip).take(count) {
            let reason = format!("Takes turns on the rota {name}");
            let new = NewGrant { role: Some(role), reason, ..NewGrant::default() };
            people_app::grants::grant_role(app, permit(actor)?, person.id, new).await?;
            turns.push(person.number.clone());
        }
        let owner = there.first().map(|person| person.number.clone()).filter(|_| !turns.is_empty());
        let Some(owner) = owner else { continue };
        let new = NewRota {
            force: Some(force),
            name: name.to_owned(),
            role: role.as_str().to_owned(),
            owner,
            ..NewRota::default()
        };
        let layer = || NewLayer {
            name: "Week by week".to_owned(),
            people: turns.join("\n"),
            turn: "1".to_owned(),
            unit: "weeks".to_owned(),
            first: format!("{began} 09:00"),
            ..NewLayer::default()
        };
        // A gap that stands in the demo's data is shown like any other: the demo accepts it.
        if let Kept::WouldLeave(gaps) =
            add_rota(app, permit(actor)?, new.clone(), layer(), String::new()).await?
        {
            let made = add_rota(app, permit(actor)?, new, layer(), gaps.seen).await?;
            matches!(made, Kept::Made(_))
                .then_some(())
                .context("the rota of the demo has other gaps than it showed")?;
        }
    }
    Ok(())
}
