//! The force of a run: a holder with a session for each device that will be lost, and people who are on call.

use domain::{GrantId, PeriodId, PeriodKind, PersonId, Span, Timestamp, World};
use kernel::access::Role;
use store::duty::PeriodRow;
use store::grants::Grant;
use store::people::{Called, Person};
use store::sessions::{self, Session};
use store::{Store, StoreError, Tx, devices, duty, grants, people};

use super::Loss;
use crate::estate::{Estate, SPEAKERS};

const DAY: Span = Span::from_secs(24 * 3600);

/// Returns the settings of the service: where it pushes, and that the report of a holder locks. The limit of containments an
/// hour is raised to the number of losses; what it does otherwise is measured by the attack table.
pub(super) fn settings(push_address: &str, losses: usize) -> String {
    format!(
        "[push]\ncertificate = \"push.pem\"\nkey = \"push.key\"\ntopic = \"com.apple.mgmt.External.bench\"\n\
         address = \"{push_address}\"\ntrust = \"push-ca.pem\"\n\
         [parameters]\nloss-contain-on-report = \"holder\"\nloss-containment-an-hour = {}\n",
        losses.max(1)
    )
}

/// Gives each device that will be lost a holder of its own who is signed in, and puts two people on call.
pub(super) fn enter(
    store: &Store,
    world: &World,
    estate: &Estate,
    losses: usize,
) -> anyhow::Result<Vec<Loss>> {
    anyhow::ensure!(
        losses <= estate.speakers.len(),
        "the estate has only {} speakers",
        estate.speakers.len()
    );
    let every = (estate.size / SPEAKERS).max(1);
    let mut all = Vec::with_capacity(losses);
    for (place, speaker) in estate.speakers.iter().take(losses).enumerate() {
        let cookie = format!("bench-{}", world.uuid());
        all.push(Loss { speaker: speaker.clone(), token: place * every, cookie });
    }
    let (rows, world) = (
        all.iter().map(|loss| (loss.speaker.device, loss.cookie.clone())).collect::<Vec<_>>(),
        world.clone(),
    );
    store.write_blocking(move |tx| {
        let now = world.now();
        for (number, (device, cookie)) in rows.iter().enumerate() {
            let id = person(tx, &world, &format!("L{number}"), now)?;
            devices::set_holder(tx, *device, Some(id))?;
            sessions::add(tx, &session(id, cookie, now))?;
        }
        for (number, role) in [("C1", Role::OnCallEngineer), ("C2", Role::DutyOfficer)] {
            let id = person(tx, &world, number, now)?;
            put_on_call(tx, &world, id, role)?;
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(all)
}

fn person(tx: &mut Tx<'_>, world: &World, number: &str, now: Timestamp) -> Result<PersonId, StoreError> {
    let id = PersonId::from_uuid(world.uuid());
    let name = format!("Bench {number}");
    people::add(
        tx,
        &Person::new(id, domain::samples::NORFOLK, Called { number, name: &name, role: "officer" }, now),
    )?;
    Ok(id)
}

fn session(person: PersonId, cookie: &str, now: Timestamp) -> Session {
    Session {
        digest: kernel::digest_hex(cookie.as_bytes()),
        name: format!("{person}"),
        person: Some(person),
        roles: Role::Holder.as_str().to_owned(),
        force: Some(domain::samples::NORFOLK),
        created_at: now,
        seen_at: now,
        expires_at: now.plus(DAY),
        how: "directory".into(),
        browser: String::new(),
        owner: format!("person:{person}"),
        proven_at: None,
    }
}

fn put_on_call(tx: &mut Tx<'_>, world: &World, person: PersonId, role: Role) -> Result<(), StoreError> {
    let now = world.now();
    let grant = Grant {
        id: GrantId::from_uuid(world.uuid()),
        person,
        role: role.as_str().to_owned(),
        everywhere: false,
        from_directory: false,
        said_by: "bench".into(),
        reason: "on call in this run".into(),
        granted_at: now,
        until: None,
        ended: None,
        waits: false,
        confirmed: None,
        asked_by: None,
    };
    grants::add(tx, &grant)?;
    let period = PeriodRow {
        id: PeriodId::from_uuid(world.uuid()),
        person,
        kind: PeriodKind::OnCall,
        absence: String::new(),
        start: now.minus(DAY),
        end: now.plus(DAY),
        source: "page".into(),
    };
    duty::add_period(tx, &period, now).map(drop)
}
