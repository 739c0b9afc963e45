//! The demo's permissions and exceptions: one that waits, one in force that adds a network, one that lapses soon, and a
//! risk that two people agreed to carry. Each is asked and decided by the people whom a visitor can be.

use anyhow::{Context as _, bail};
use domain::{Force, PermissionId, PersonId, Secret, Span};
use kernel::App;
use kernel::access::{Actor, Role, Roles, Who, permit};
use permissions_app::read::PermissionFilter;
use permissions_app::{Asked, Decision, NewPermission};

use super::cast::{self, Cast};

/// Places among the people: the officer whom a visitor can be, and whoever runs an account.
const HOLDER: usize = 0;
const EDITOR: usize = 4;
/// The place among the devices of one whose passcode is too short.
const WEAK: usize = 10;
/// Places among those whom a visitor can be.
const SECURITY: usize = 3;
const OWNER: usize = 5;

/// Enters the entries, unless there are any.
///
/// # Errors
/// Where a use case refuses, which the cast is made not to bring about.
pub(super) async fn seed(app: &App, cast: &Cast, people: &[PersonId], desk: &Actor) -> anyhow::Result<()> {
    if !permissions_app::read::permissions(app, permit(desk)?, PermissionFilter::default(), 1)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let by = Deciders::of(app, cast, people)?;
    let policy = app.policy();
    let has = |register: &str| policy.library().permissions.contains_key(register);
    if has("written-permissions") {
        let club = new(app, "written-permissions", 60, "I look after the force's running club");
        let club = fields(club, &[("information", "The rota of the force's running club")]);
        ask(app, &by.holder, club).await?;
    }
    if has("private-hubs") {
        hub(app, &by).await?;
    }
    if has("official-accounts") {
        account(app, cast, desk, &by).await?;
    }
    let judged = policy.library().clauses.iter().find(|clause| clause.rules().next().is_some());
    if let Some(clause) = judged.filter(|_| has("risk-acceptances")) {
        risk(app, desk, &by, clause.id.as_str()).await?;
    }
    Ok(())
}

/// The people who ask and decide.
struct Deciders {
    holder: Actor,
    security: Actor,
    owner: Actor,
}

impl Deciders {
    fn of(app: &App, cast: &Cast, people: &[PersonId]) -> anyhow::Result<Self> {
        let visitor = |place: usize| {
            let visitor = cast::PERSONAS.get(place).context("the cast has personas")?;
            let at = cast::persona_person(place);
            let force = cast.force_of_visitor(visitor);
            actor(app, cast, people, Seat { place: at, role: visitor.role, force })
        };
        let force = cast.forces().first().copied();
        Ok(Self {
            holder: actor(app, cast, people, Seat { place: HOLDER, role: Role::Holder, force })?,
            security: visitor(SECURITY)?,
            owner: visitor(OWNER)?,
        })
    }
}

async fn hub(app: &App, by: &Deciders) -> anyhow::Result<()> {
    let hub = NewPermission {
        device: cast::serial_at(HOLDER),
        security: "wpa2-personal".to_owned(),
        passphrase: Some(Secret::new("an invented password".to_owned())),
        ..new(app, "private-hubs", 30, "On call from home this month")
    };
    let hub = fields(hub, &[("place", "At home"), ("network", "ABBOTT-HOME")]);
    let hub = ask(app, &by.holder, hub).await?;
    decide(app, &by.security, hub, "The hub has WPA2 and belongs to the officer").await
}

async fn account(app: &App, cast: &Cast, desk: &Actor, by: &Deciders) -> anyhow::Result<()> {
    let editor = cast.people().into_iter().nth(EDITOR).context("the cast has people")?;
    let account = NewPermission {
        person: editor.number,
        force: Some(editor.force),
        ..new(app, "official-accounts", 20, "Runs the account of the neighbourhood team")
    };
    let account = fields(account, &[("account", "@ExamplePolice"), ("app", "com.atebits.Tweetie2")]);
    let account = ask(app, desk, account).await?;
    decide(app, &by.owner, account, "Trained, and named in the communications plan").await
}

async fn risk(app: &App, desk: &Actor, by: &Deciders, clause: &str) -> anyhow::Result<()> {
    let risk = NewPermission {
        device: cast::serial_at(WEAK),
        clause: clause.to_owned(),
        ..new(app, "risk-acceptances", 90, "Its screen no longer takes letters; a new one is ordered")
    };
    let said = [
        ("risk", "Whoever finds it guesses the passcode"),
        ("instead", "It stays in the control room"),
        ("ends-with", "The new phone arrives"),
    ];
    let risk = ask(app, desk, fields(risk, &said)).await?;
    decide(app, &by.security, risk, "Small, as long as it stays indoors").await?;
    decide(app, &by.owner, risk, "Until the new phone arrives, and no longer").await
}

/// Somebody's place among the people, in a role.
struct Seat {
    place: usize,
    role: Role,
    /// The force that they serve; `None` where they serve all.
    force: Option<Force>,
}

fn actor(
    app: &App,
    cast: &Cast,
    people: &[PersonId],
    Seat { place, role, force }: Seat,
) -> anyhow::Result<Actor> {
    let person = people.get(place).copied().context("the cast has people")?;
    let shown = cast.people().into_iter().nth(place).context("the cast has people")?.name;
    let everywhere = if force.is_none() { role.into() } else { Roles::NONE };
    let name = format!("person:{person}");
    let person = Some(person);
    Ok(kernel::access::actor(app, Who { name, shown, person, roles: role.into(), force, everywhere }))
}

fn new(app: &App, register: &str, days: i64, because: &str) -> NewPermission {
    let until = app.world().now().plus(Span::from_secs(days.saturating_mul(24 * 3600)));
    NewPermission {
        register: register.to_owned(),
        once: app.world().uuid().to_string(),
        because: because.to_owned(),
        until: domain::local_time::day_of(until).to_string(),
        ..NewPermission::default()
    }
}

fn fields(new: NewPermission, fields: &[(&str, &str)]) -> NewPermission {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    NewPermission { fields, ..new }
}

async fn ask(app: &App, by: &Actor, new: NewPermission) -> anyhow::Result<PermissionId> {
    match permissions_app::ask_permission(app, permit(by)?, new).await? {
        Asked::Entered(id) => Ok(id),
        Asked::ToMend(faults) => bail!("an entry of the demo's registers has faults: {faults:?}"),
    }
}

/// Grants an entry, or agrees to it as the first of two.
async fn decide(app: &App, by: &Actor, id: PermissionId, because: &str) -> anyhow::Result<()> {
    let version = permissions_app::read::permission(app, permit(by)?, id).await?.row.grant.version;
    let decision = Decision { grant: true, because: because.to_owned(), version, ..Decision::default() };
    permissions_app::decide_permission(app, permit(by)?, id, decision).await?;
    Ok(())
}
