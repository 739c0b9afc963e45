//! What access control costs: decisions a second on one core, remembered and worked out by Cedar, and a line manager's list
//! out of 10,000 people.

use std::path::Path;
use std::time::{Duration, Instant};

use domain::{PersonId, Timestamp};
use kernel::PolicyInForce;
use kernel::access::{ACTIONS, Policies, Question, Relation, Role, Roles};
use store::people::{self, Called, Person, Related};
use store::{Store, StoreError};

/// People of the list.
const PEOPLE: u32 = 10_000;
/// Those of them whom the manager manages.
const MANAGED: u32 = 12;
/// Rows of one page.
const ROWS: u32 = 100;
/// Times that the list is read.
const LISTS: usize = 200;

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub struct Permits {
    /// Decisions a second that were asked before, as nearly all are.
    pub remembered: f64,
    /// Decisions a second that Cedar works out.
    pub decided: f64,
    /// The 99th percentile of a line manager's list.
    pub list: Duration,
    /// How long it takes to ask about 10,000 people one by one.
    pub one_by_one: Duration,
}

/// Measures all of it, each rate for that long.
///
/// # Errors
/// Where the policy does not load or the database does not answer.
pub fn permits(folder: &Path, lasting: Duration) -> anyhow::Result<Permits> {
    let policy = PolicyInForce::load(
        policy::Files::read(folder)?,
        &policy::Overrides::new(),
        "Bench",
        &seeds::platforms(),
    )?;
    let policies = policy.access();
    let roles = |bits: u32| Role::ALL.iter().copied().filter(move |role| bits & (1 << (*role as u32)) != 0);
    let mut sets = 0_u32;
    let decided = rate(lasting, || {
        // Another set of roles each time, so that nothing is remembered.
        sets = sets.wrapping_add(1);
        ask_all(policies, roles(sets % (1 << Role::ALL.len())).collect())
    });
    let usual = Roles::from(Role::Holder).with(Role::LineManager);
    let remembered = rate(lasting, || ask_all(policies, usual));
    let started = Instant::now();
    for person in 0..PEOPLE {
        let relation = if person < MANAGED { Relation::Manages } else { Relation::None };
        std::hint::black_box(policies.ask(question(usual, "see people", relation)));
    }
    let one_by_one = started.elapsed();
    Ok(Permits { remembered, decided, list: list()?, one_by_one })
}

fn question(roles: Roles, action: &'static str, relation: Relation) -> Question {
    Question {
        roles,
        home: Some(domain::samples::NORFOLK),
        action,
        force: domain::samples::NORFOLK,
        relation,
    }
}

/// Asks for every action, and says how many questions that were.
fn ask_all(policies: &Policies, roles: Roles) -> u32 {
    let mut asked = 0;
    for action in ACTIONS {
        std::hint::black_box(policies.ask(question(roles, action, Relation::None)));
        asked += 1;
    }
    asked
}

fn rate(lasting: Duration, mut some: impl FnMut() -> u32) -> f64 {
    let (started, mut all) = (Instant::now(), 0_u64);
    while started.elapsed() < lasting {
        all += u64::from(some());
    }
    all as f64 / started.elapsed().as_secs_f64()
}

fn person(number: u32) -> Person {
    let at = Timestamp::from_millis(0);
    let name = format!("Officer {:05}", number.wrapping_mul(7919) % PEOPLE);
    let one = Person::new(
        person_id(number),
        domain::samples::NORFOLK,
        Called { number: &number.to_string(), name: &name, role: "officer" },
        at,
    );
    Person { line_manager: (1..=MANAGED).contains(&number).then(|| person_id(0)), ..one }
}

fn person_id(number: u32) -> PersonId {
    PersonId::from_uuid(uuid::Uuid::from_u128(u128::from(number) + 1))
}

/// Returns the 99th percentile of a line manager's list, whose scope is a WHERE.
fn list() -> anyhow::Result<Duration> {
    let scratch = testkit::scratch_sqlite();
    let store = Store::open(&scratch.config)?;
    store::migrate(&store)?;
    testkit::block_on(async move {
        store
            .write(|tx| (0..PEOPLE).try_for_each(|number| people::add(tx, &person(number))))
            .await
            .map_err(anyhow::Error::from)?;
        let mut times = Vec::with_capacity(LISTS);
        for _ in 0..LISTS {
            let started = Instant::now();
            let only = Related { me: person_id(0), own: true, managed: true };
            let found = store
                .read(move |tx| {
                    let filter =
                        people::PeopleFilter { force: Some(domain::samples::NORFOLK), ..Default::default() };
                    people::list(tx, &filter, Some(only), None, ROWS)
                })
                .await
                .map_err(|error: StoreError| anyhow::Error::from(error))?;
            anyhow::ensure!(
                found.len() == 13,
                "the scope reaches the manager and twelve people, not {}",
                found.len()
            );
            times.push(started.elapsed());
        }
        times.sort();
        Ok(times.get(LISTS * 99 / 100).copied().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_is_of_something() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
        let found = permits(&folder, Duration::from_millis(20)).expect("the shipped policy decides");
        assert!(found.remembered > 0.0 && found.decided > 0.0, "{found:?}");
        assert!(found.list > Duration::ZERO && found.one_by_one > Duration::ZERO, "{found:?}");
    }
}
