//! The service, its people and its devices, for one attack.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use domain::{
    CaseId, CommandId, CommandState, Deed, DeviceId, Effect, PersonId, PlaceId, PlaceKind, Span, Standing,
    Timestamp,
};
use kernel::access::{Actor, ApiScope, Role, permit};
use kernel::roles::GroupRole;
use kernel::{App, AppConfig, PolicyInForce};
use people_app::NewPerson;
use people_app::grants::NewGrant;
use sign_in_app::sessions::SignedIn;
use sign_in_app::tokens::NewToken;
use store::commands::Command;
use store::{Store, StoreConfig, StoreError, Tx, assets};
use testkit::TestWorld;

use super::{Figure, Harm, Thief};

/// The groups that the force's settings map to roles: known to anyone who can read the documentation.
pub(super) const ADMINISTRATORS: &str = "Lanyard administrators";

const DAY: Span = Span::from_secs(24 * 3600);

/// Who ordered the locks that contain the lost devices, as the ledger names them.
pub(super) const CONTAINED_BY: &str = "command-line:desk";
/// Every tenth device is lost and its lock on the way; every tenth lies in a store. Others are with their holder.
const LOST: usize = 3;
const STORED: usize = 7;

/// A device of the estate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) id: DeviceId,
    /// The lock that contains it, where it is lost.
    pub(super) lock: Option<CommandId>,
    /// Whether it lies in a store.
    pub(super) stored: bool,
}

/// Who had a device and where it was before the attack.
type Before = (Option<PersonId>, Standing, Option<PlaceId>);

/// A service that is ready to be served.
pub(super) struct Prepared {
    app: App,
    world: TestWorld,
    devices: Vec<Target>,
    before: Vec<Before>,
    elsewhere: PlaceId,
}

/// A service that is attacked.
pub(super) struct Stage {
    pub(super) app: App,
    pub(super) world: TestWorld,
    pub(super) client: reqwest::Client,
    /// Where the pages are.
    pub(super) pages: String,
    /// Where devices and directories come.
    pub(super) doors: String,
    /// Every device of the estate, of Norfolk.
    pub(super) devices: Vec<Target>,
    before: Vec<Before>,
    /// A store in which nothing lies yet.
    pub(super) elsewhere: PlaceId,
    /// An ordinary holder, who has an account of their own.
    pub(super) accomplice: PersonId,
}

fn config() -> AppConfig {
    AppConfig {
        organisation: "Bench".into(),
        certificate_lifetime: DAY,
        keep_raw: DAY,
        keep_commands: DAY,
        keep_ledger_details: DAY,
        session_idle: DAY,
        session_lifetime: DAY,
        group_roles: vec![GroupRole {
            group: ADMINISTRATORS.into(),
            role: Role::Administrator,
            everywhere: true,
        }],
        ..seeds::config("http://localhost")
    }
}

impl Prepared {
    pub(super) fn on(database: &StoreConfig, policy: &Path, devices: usize) -> anyhow::Result<Self> {
        let world = testkit::world();
        let store = Store::open(database)?;
        store::migrate(&store)?;
        let estate = crate::estate::grow(&store, &seeds::authority(&world), &world.world(), 0, devices)?;
        let folder: PathBuf = policy.to_owned();
        let files = policy::Files::read(&folder)?;
        let policy = PolicyInForce::load(files, &policy::Overrides::new(), "Bench", &seeds::platforms())?;
        let app = App::new(store, world.world(), config(), seeds::keys(&world), policy);
        let found: Vec<DeviceId> = estate.speakers.iter().map(|speaker| speaker.device).collect();
        let to = world.world();
        let (devices, before, elsewhere) = app.store().write_blocking(move |tx| {
            let (store, elsewhere) = (place(tx, &to, "Store")?, place(tx, &to, "Elsewhere")?);
            let (mut devices, mut before) = (Vec::new(), Vec::new());
            for (at, id) in found.into_iter().enumerate() {
                let stored = at % 10 == STORED;
                if stored {
                    put_away(tx, id, store)?;
                }
                let lock = if at % 10 == LOST { Some(lose(tx, &to, id)?) } else { None };
                before.push(state(tx, id)?);
                devices.push(Target { id, lock, stored });
            }
            Ok::<_, StoreError>((devices, before, elsewhere))
        })?;
        Ok(Self { app, world, devices, before, elsewhere })
    }

    /// Enters the people, gives them their roles while the service is set up, and serves it two days later.
    pub(super) async fn serve(self) -> anyhow::Result<Stage> {
        let root = Actor::command_line("root");
        compliance_app::policy_change::bring_into_force(&self.app, permit(&root)?).await?;
        let accomplice = person(&self.app, "9999", "Casey Crane").await?;
        for (number, name, role) in Thief::people() {
            let id = person(&self.app, number, name).await?;
            let new = NewGrant { role: Some(role), reason: "their work".into(), ..NewGrant::default() };
            people_app::grants::grant_role(&self.app, permit(&root)?, id, new).await?;
        }
        for (number, ..) in Thief::people() {
            sign_in(&self.app, number).await?;
        }
        self.world.clock.advance(Span::from_secs(48 * 3600));
        let pages = listen(web::router(self.app.clone(), web::Options::default())).await?;
        let doors = listen(gateway::router(self.app.clone(), gateway::Options::default())).await?;
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let Self { app, world, devices, before, elsewhere } = self;
        Ok(Stage { app, world, client, pages, doors, devices, before, elsewhere, accomplice })
    }
}

fn place(tx: &mut Tx<'_>, world: &domain::World, name: &str) -> Result<PlaceId, StoreError> {
    let id = PlaceId::from_uuid(world.uuid());
    let place = assets::Place {
        id,
        force: domain::samples::NORFOLK,
        kind: PlaceKind::Store,
        name: name.to_owned(),
        created_at: world.now(),
        closed_at: None,
    };
    assets::add_place(tx, &place)?;
    Ok(id)
}

/// Takes a device from its holder into a store.
fn put_away(tx: &mut Tx<'_>, id: DeviceId, store: PlaceId) -> Result<(), StoreError> {
    store::devices::set_holder(tx, id, None)?;
    let Some(device) = store::devices::by_id(tx, id)? else { return Ok(()) };
    let before = assets::of(tx, &device)?;
    let there = assets::Asset { standing: Standing::InStore, place: Some(store), ..before.clone() };
    assets::restand(tx, id, &before, &there).map(drop)
}

/// Opens the case of a lost device, and queues the lock that contains it; the lock.
fn lose(tx: &mut Tx<'_>, world: &domain::World, id: DeviceId) -> Result<CommandId, StoreError> {
    let (case, now) = (CaseId::from_uuid(world.uuid()), world.now());
    let loss = store::cases::Case {
        id: case,
        number: 0,
        kind: "lost-device".into(),
        force: domain::samples::NORFOLK,
        device: Some(id),
        person: None,
        clause: None,
        title: "Left in a taxi".into(),
        opened_at: now,
        due_at: None,
        owner: None,
        closed: None,
        closed_how: None,
    };
    store::cases::open(tx, &loss)?;
    let enrolment = store::devices::by_id(tx, id)?.and_then(|device| device.enrolment);
    let lock = Command {
        id: CommandId::from_uuid(world.uuid()),
        enrolment: enrolment.unwrap_or_else(|| domain::EnrolmentId::from_uuid(world.uuid())),
        word: "lock".into(),
        lane: 0,
        spec: r#"{"do":"lock","message":null,"phone_number":null}"#.into(),
        state: CommandState::Queued,
        asked_by: CONTAINED_BY.into(),
        reason: Some("lost".into()),
        case: Some(case),
        queued_at: now,
        delivered_at: None,
        deliveries: 0,
        finished_at: None,
        error: None,
        deed: Deed::Lock,
        effect: Effect::Harsh,
        burst: None,
        expires_at: None,
        approved_by: None,
    };
    store::commands::add(tx, &lock)?;
    Ok(lock.id)
}

/// Returns who has a device, and where it is.
fn state(tx: &mut Tx<'_>, id: DeviceId) -> Result<Before, StoreError> {
    let Some(device) = store::devices::by_id(tx, id)? else { return Ok((None, Standing::Disposed, None)) };
    let asset = assets::of(tx, &device)?;
    Ok((device.holder, asset.standing, asset.place))
}

/// Returns what was done to one device, and what of it waits for somebody: for each kind of harm.
fn marks(
    tx: &mut Tx<'_>,
    target: Target,
    before: &Before,
) -> Result<[(bool, bool); Harm::ALL.len()], StoreError> {
    let cut_off = store::certificates::shown(tx, target.id)?.iter().all(|shown| shown.revoked.is_some());
    let ordered_back = store::cases::of_device(tx, target.id)?.iter().any(|case| case.kind == "withdrawal");
    let gone = state(tx, target.id)? != *before || cut_off || ordered_back;
    let acts = store::orders::acts_on(tx, target.id)?;
    let mut marks = [(false, false), (false, false), (gone, !acts.is_empty())];
    for command in store::commands::of_device(tx, target.id, 50)? {
        let over = command.state == CommandState::Cancelled;
        if target.lock == Some(command.id) {
            marks[2].0 |= over;
            continue;
        }
        let mark = match command.effect {
            Effect::Destructive => &mut marks[0],
            Effect::Harsh => &mut marks[1],
            Effect::Stripping => &mut marks[2],
            Effect::Harmless => continue,
        };
        let waits = matches!(command.state, CommandState::Asked | CommandState::Held);
        mark.0 |= !waits && !over;
        mark.1 |= waits;
    }
    Ok(marks)
}

async fn listen(router: axum::Router) -> anyhow::Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn person(app: &App, number: &str, name: &str) -> anyhow::Result<PersonId> {
    let new = NewPerson { role: "staff".into(), ..seeds::officer(domain::samples::NORFOLK, number, name) };
    Ok(people_app::add_person(app, permit(&Actor::command_line("root"))?, new).await?)
}

async fn by_number(app: &App, number: &str) -> anyhow::Result<PersonId> {
    let wanted = number.to_owned();
    let found =
        app.store().read(move |tx| store::people::by_number(tx, domain::samples::NORFOLK, &wanted)).await?;
    Ok(found.with_context(|| format!("nobody has the number {number}"))?.id)
}

async fn sign_in(app: &App, number: &str) -> anyhow::Result<String> {
    session(app, by_number(app, number).await?).await
}

async fn session(app: &App, person: PersonId) -> anyhow::Result<String> {
    let (name, roles) = (format!("{person}"), Role::Holder.into());
    let who = SignedIn {
        name,
        person: Some(person),
        roles,
        force: Some(domain::samples::NORFOLK),
        how: "directory-and-password",
    };
    Ok(sign_in_app::sessions::begin_session(app, who).await?.into_exposed())
}

impl Stage {
    pub(super) fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// Lets time pass, and the service do what is due.
    pub(super) async fn pass(&self, span: Span) -> anyhow::Result<()> {
        self.world.clock.advance(span);
        while overview_app::work::run_jobs(&self.app, 200).await? > 0 {}
        notices_app::send_notices(&self.app, None, 1000).await?;
        Ok(())
    }

    /// Signs in anew as a person of the register: the cookie's value.
    pub(super) async fn sign_in(&self, number: &str) -> anyhow::Result<String> {
        sign_in(&self.app, number).await
    }

    pub(super) async fn sign_in_as(&self, person: PersonId) -> anyhow::Result<String> {
        session(&self.app, person).await
    }

    pub(super) async fn person(&self, number: &str) -> anyhow::Result<PersonId> {
        by_number(&self.app, number).await
    }

    /// Sends a form as the pages do; where it leads, or empty if it was refused.
    pub(super) async fn post(
        &self,
        cookie: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<String> {
        let percent = web_shell::parts::listing::percent;
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
        let answer = self
            .client
            .post(format!("{}{path}", self.pages))
            .header("cookie", format!("lanyard-demo={cookie}"))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(pairs.join("&"))
            .send()
            .await?;
        ensure!(!answer.status().is_server_error(), "{path}: {}", answer.status());
        let leads = answer.headers().get("location").and_then(|to| to.to_str().ok());
        Ok(leads.unwrap_or_default().to_owned())
    }

    /// Returns an API token that the force's directory has.
    pub(super) async fn directory_token(&self) -> anyhow::Result<String> {
        let root = Actor::command_line("root");
        let new = NewToken {
            name: "Directory".into(),
            scope: ApiScope::Scim,
            force: Some(domain::samples::NORFOLK),
            days: 90,
        };
        Ok(sign_in_app::tokens::make_token(&self.app, permit(&root)?, new).await?.1.into_exposed())
    }

    /// Sends something as the directory does; the id in the answer.
    pub(super) async fn scim(&self, token: &str, path: &str, body: String) -> anyhow::Result<String> {
        let answer = self
            .client
            .post(format!("{}/scim/v2{path}", self.doors))
            .bearer_auth(token)
            .header("content-type", "application/scim+json")
            .body(body)
            .send()
            .await?;
        ensure!(!answer.status().is_server_error(), "{path}: {}", answer.status());
        let text = answer.text().await?;
        let id = text.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next());
        Ok(id.unwrap_or_default().to_owned())
    }

    /// Returns the digest of what somebody who signs a hand-over is shown.
    pub(super) async fn shown(&self, id: domain::HandoverId) -> anyhow::Result<String> {
        let root = Actor::command_line("look");
        Ok(custody_app::read::handover(&self.app, permit(&root)?, id).await?.digest)
    }

    /// Commands that wait for a person to agree, of the first devices.
    pub(super) async fn asked(&self) -> anyhow::Result<Vec<domain::CommandId>> {
        let devices: Vec<DeviceId> = self.devices.iter().take(60).map(|target| target.id).collect();
        let found = self.app.store().read(move |tx| {
            let mut all = Vec::new();
            for device in devices {
                let of = store::commands::of_device(tx, device, 50)?;
                all.extend(of.into_iter().filter(|one| one.state == CommandState::Asked).map(|one| one.id));
            }
            Ok::<_, store::StoreError>(all)
        });
        Ok(found.await?)
    }

    /// Returns what was done to the devices since the start of the hour.
    pub(super) async fn figures(&self, thief: Thief, start: Timestamp) -> anyhow::Result<Vec<Figure>> {
        let (devices, before) = (self.devices.clone(), self.before.clone());
        let counted = self.app.store().read(move |tx| {
            let mut counted = [(0, 0); Harm::ALL.len()];
            for (target, before) in devices.into_iter().zip(&before) {
                let marks = marks(tx, target, before)?;
                for (count, (harmed, held)) in counted.iter_mut().zip(marks) {
                    count.0 += usize::from(harmed);
                    count.1 += usize::from(held && !harmed);
                }
            }
            Ok::<_, StoreError>(counted)
        });
        let told = self.told_after(start).await?;
        let rows = Harm::ALL.into_iter().zip(counted.await?);
        Ok(rows
            .map(|(harm, (harmed, held))| Figure { thief, harm, harmed, held, told_after: told })
            .collect())
    }

    /// Returns after how many seconds the first alarm had reached a person.
    async fn told_after(&self, start: Timestamp) -> anyhow::Result<Option<i64>> {
        let all = self.app.store().read(|tx| store::alarms::page(tx, None, false, None, 1000)).await?;
        let first = all
            .iter()
            .filter(|alarm| alarm.raised_at >= start && alarm.told > 0)
            .map(|alarm| alarm.raised_at)
            .min();
        Ok(first.map(|at| at.since(start).millis() / 1000))
    }
}
