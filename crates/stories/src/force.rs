//! A force of a few people with real (simulated) devices, seeded through the use cases, and a browser to look at it with.

use axum::Router;
use cases_app::read::{CaseFilter, StepRead};
use custody_app::read::HandoverFilter;
use custody_app::register::NewDevice;
use custody_app::register::import::Devices;
use custody_app::{How, NewHandover, NewItem, NewPlace, Signed, Signing};
use devices_app::commands::{Order, Ordered};
use devices_sim::{Device, DeviceSpec, Link, Model, Temper};
use domain::{
    BurstId, CaseId, CommandId, Condition, CountId, DeviceId, DeviceKind, EventId, Force, HandoverId,
    HandoverKind, HandoverState, IdentityCheck, ImportId, PermissionId, PersonId, PlaceId, PlaceKind, Secret,
    Side, Span, StepId, TokenId,
};
use duty_app::{Calendars, Rosters};
use kernel::access::{Actor, ApiScope, Role, SeeDevices, permit};
use kernel::imports::{Kind, NewFile};
use kernel::roles::GroupRole;
use kernel::{App, AppConfig, PolicyInForce, imports};
use people_app::grants::NewGrant;
use people_app::import::People;
use people_app::movers::NewEvent;
use permissions_app::{Asked, NewPermission};
use sign_in_app::sessions::SignedIn;
use sign_in_app::tokens::NewToken;
use testkit::TestWorld;

pub use seeds::root;

pub use crate::browser::{Answer, Browser};

/// The seeded force.
pub struct Seeded {
    /// The use cases.
    pub app: App,
    /// The clock and the randomness.
    pub world: TestWorld,
    /// The pages.
    pub router: Router,
    /// The simulated devices' client.
    pub link: Link,
    /// Norfolk's phone, enrolled, supervised, honest.
    pub phone: DeviceId,
    /// The same, as the simulated device.
    pub phone_sim: Device,
    /// Norfolk's Mac, enrolled, its protection switched off: it breaches clauses.
    pub mac: DeviceId,
    /// The same, as the simulated device.
    pub mac_sim: Device,
    /// Suffolk's tablet, in the register only.
    pub tablet: DeviceId,
    /// Who holds the phone.
    pub holder: PersonId,
    /// Norfolk, has accepted nothing.
    pub newcomer: PersonId,
    /// An event of the phone's holder that asks for nothing.
    pub event: EventId,
}

/// Returns what the pages' tests set otherwise: sessions that outlive the days that a test lets pass, and groups with roles.
fn settings(config: &mut AppConfig) {
    // By name: browsers use passkeys at no other address.
    config.address = config.address.replace("127.0.0.1", "localhost");
    config.session_idle = Span::from_secs(1800 * 1000);
    config.session_lifetime = Span::from_secs(12 * 3600 * 1000);
    let groups =
        [("Lanyard service desk", Role::ServiceDeskAnalyst), ("Lanyard leads", Role::ServiceDeskLead)];
    config.group_roles =
        groups.map(|(group, role)| GroupRole { group: group.into(), role, everywhere: false }).into();
}

/// Returns the shipped policy, with files changed by the test.
pub fn shipped_policy(change: impl FnOnce(&mut policy::Files)) -> PolicyInForce {
    seeds::policy_with(change, &policy::Overrides::new())
}

/// Returns the personas of the tests' demonstration.
pub fn personas() -> Vec<web::Persona> {
    vec![web::Persona {
        name: "Morgan Ash".into(),
        role: Role::ServiceDeskLead,
        force: Some(domain::samples::NORFOLK),
        person: None,
        says: "One screen: person, devices, cases".into(),
    }]
}

/// Runs a test on a seeded force.
pub fn with_force<F: Future<Output = ()>>(test: impl FnOnce(Seeded) -> F) {
    let scratch = testkit::scratch_sqlite();
    testkit::block_on(async { test(Seeded::start(&scratch.config).await).await });
}

/// Returns the same, with the file that the database lies in.
pub fn with_database<F: Future<Output = ()>>(test: impl FnOnce(Seeded, std::path::PathBuf) -> F) {
    let scratch = testkit::scratch_sqlite();
    let store::StoreConfig::Sqlite { path, .. } = scratch.config.clone() else { panic!("a file") };
    testkit::block_on(async { test(Seeded::start(&scratch.config).await, path).await });
}

impl Seeded {
    async fn start(database: &store::StoreConfig) -> Self {
        let seeds::Started { app, world, link } =
            seeds::start(database, gateway::Options::default(), settings).await;
        Self::people_and_devices(app, world, link).await
    }

    async fn people_and_devices(app: App, world: TestWorld, link: Link) -> Self {
        let holder =
            seeds::person(&app, seeds::officer(domain::samples::NORFOLK, "1234", "PC Ames"), true).await;
        let other =
            seeds::person(&app, seeds::officer(domain::samples::NORFOLK, "88", "Sgt <b>Byrd</b>"), true)
                .await;
        let newcomer =
            seeds::person(&app, seeds::officer(domain::samples::NORFOLK, "4410", "DC Cole"), false).await;
        seeds::person(&app, seeds::officer(domain::samples::SUFFOLK, "77", "PC Fox"), true).await;
        let phone =
            register(&app, domain::samples::NORFOLK, "F4GXQ2ABCD", DeviceKind::Iphone, Some(holder)).await;
        let mac = register(&app, domain::samples::NORFOLK, "C02XK1MAC1", DeviceKind::Mac, Some(other)).await;
        let tablet = register(&app, domain::samples::SUFFOLK, "DMPT1TABLET", DeviceKind::Ipad, None).await;
        let phone_sim = enrol(&app, &link, Model::Iphone, "F4GXQ2ABCD", Temper::Honest).await;
        let mac_sim = enrol(&app, &link, Model::Mac, "C02XK1MAC1", Temper::Tampered).await;
        let change = NewEvent {
            kind: "role-change".into(),
            on: "2030-01-07".into(),
            carries_device: true,
            source: "page",
            ..NewEvent::default()
        };
        let event =
            people_app::movers::record_event(&app, permit(&root()).unwrap(), holder, change).await.unwrap();
        let router = web::router(
            app.clone(),
            web::Options { personas: personas(), secure_cookies: false, ..web::Options::default() },
        );
        let mut seeded = Self {
            app,
            world,
            router,
            link,
            phone,
            phone_sim,
            mac,
            mac_sim,
            tablet,
            holder,
            newcomer,
            event,
        };
        seeded.settle().await;
        // A breach outlives its grace, so that cases open.
        seeded.pass(49 * 3600).await;
        seeded.settle().await;
        ledger_app::checkpoint_ledger(&seeded.app).await.unwrap();
        seeded
    }

    /// Sessions and time, until the devices have their settings and have reported them.
    pub async fn settle(&mut self) {
        for _ in 0..4 {
            self.pass(10).await;
            self.phone_sim.session(&self.link).await.unwrap();
            self.mac_sim.session(&self.link).await.unwrap();
        }
        self.pass(10).await;
    }

    /// Lets time pass and runs every job that is due by then.
    pub async fn pass(&self, seconds: i64) {
        seeds::pass(&self.app, &self.world, seconds).await;
    }

    /// Returns a browser of nobody.
    pub fn nobody(&self) -> Browser {
        Browser::of(self.router.clone())
    }

    /// Returns a browser of somebody signed in whom the register does not know.
    pub async fn browser(&self, role: Role, force: Option<Force>) -> Browser {
        let name = format!("{} <script>", role.title());
        self.browser_as(SignedIn { name, person: None, roles: role.into(), force, how: "test" }).await
    }

    /// Returns a browser of somebody in the register, signed in as a holder.
    pub async fn browser_of(&self, person: PersonId, force: Force) -> Browser {
        let (name, roles) = ("Holder <script>".into(), Role::Holder.into());
        self.browser_as(SignedIn { name, person: Some(person), roles, force: Some(force), how: "test" }).await
    }

    /// Returns the same, after they were given a role.
    pub async fn browser_in_role(&self, person: PersonId, role: Role, force: Force) -> Browser {
        let new = NewGrant { role: Some(role), reason: "test".into(), ..NewGrant::default() };
        people_app::grants::grant_role(&self.app, permit(&root()).unwrap(), person, new).await.unwrap();
        self.browser_of(person, force).await
    }

    async fn browser_as(&self, who: SignedIn) -> Browser {
        let token = sign_in_app::sessions::begin_session(&self.app, who).await.unwrap();
        Browser::with_cookie(self.router.clone(), format!("lanyard-demo={}", token.expose()))
    }

    /// Returns an entry of a register, asked for the phone; the same one however often it is asked for.
    pub async fn entry(&self) -> PermissionId {
        let new = NewPermission {
            register: "private-hubs".into(),
            once: "the-one-of-the-access-tests".into(),
            device: "F4GXQ2ABCD".into(),
            because: "on call from home <script>".into(),
            until: self.day(30),
            fields: [("place".into(), "at home".into()), ("network".into(), "AMES-HUB".into())].into(),
            security: "wpa2-personal".into(),
            passphrase: Some(Secret::new("kittens in the rain".into())),
            ..NewPermission::default()
        };
        match permissions_app::ask_permission(&self.app, permit(&root()).unwrap(), new).await.unwrap() {
            Asked::Entered(id) => id,
            Asked::ToMend(faults) => panic!("{faults:?}"),
        }
    }

    /// Returns a day so many days from now, as a form takes it.
    pub fn day(&self, ahead: i64) -> String {
        self.world.now().plus(Span::from_secs(ahead * 24 * 3600)).to_string()[..10].to_owned()
    }

    /// Returns some open case.
    pub async fn case(&self) -> CaseId {
        let filter = CaseFilter { state: "open".into(), ..CaseFilter::default() };
        let (cases, _) =
            cases_app::read::cases(&self.app, permit(&root()).unwrap(), filter, 100).await.unwrap();
        cases.iter().find(|case| case.case.kind == "breach").expect("a breach opened a case").case.id
    }

    /// Returns a step of an open case that a note does, with its case.
    pub async fn step(&self) -> (CaseId, StepId) {
        let filter = CaseFilter { state: "open".into(), ..CaseFilter::default() };
        let (cases, _) =
            cases_app::read::cases(&self.app, permit(&root()).unwrap(), filter, 100).await.unwrap();
        for case in cases {
            let read =
                cases_app::read::case(&self.app, permit(&root()).unwrap(), case.case.id).await.unwrap();
            let waits = |step: &&StepRead| step.step.done.is_none() && step.step.proof_kind == "note";
            if let Some(step) = read.steps.iter().find(waits) {
                return (case.case.id, step.step.id);
            }
        }
        panic!("no open case has a step that a note does");
    }

    /// Returns Norfolk's store; entered when first asked for.
    pub async fn store(&self) -> PlaceId {
        self.place(PlaceKind::Store, "ICT stores, Norwich").await
    }

    /// Returns a place in which nothing stands, and which may be closed.
    pub async fn cupboard(&self) -> PlaceId {
        self.place(PlaceKind::Store, "Cupboard").await
    }

    /// Returns a place of Norfolk by its name; entered when first asked for.
    pub async fn place(&self, kind: PlaceKind, name: &str) -> PlaceId {
        let all = custody_app::places(&self.app, permit(&root()).unwrap(), false).await.unwrap();
        if let Some(found) =
            all.iter().find(|place| place.name == name && place.force == domain::samples::NORFOLK)
        {
            return found.id;
        }
        let new = NewPlace {
            force: Some(domain::samples::NORFOLK),
            kind: Some(kind),
            name: name.into(),
            approved_by: "Director of ICT".into(),
        };
        custody_app::add_place(&self.app, permit(&root()).unwrap(), new).await.unwrap()
    }

    /// Returns a device of Norfolk that stands in its store.
    pub async fn spare(&self, serial: &str) -> DeviceId {
        let new = NewDevice {
            serial: serial.into(),
            kind: DeviceKind::Iphone,
            force: domain::samples::NORFOLK,
            holder: None,
            asset_tag: Some(format!("NC-{serial}")),
        };
        custody_app::register::add_device(&self.app, permit(&root()).unwrap(), new).await.unwrap()
    }

    /// Returns a hand-over that both have signed.
    pub async fn handover(&self) -> HandoverId {
        let done = HandoverFilter { state: Some(HandoverState::Complete), kind: None };
        let found =
            custody_app::read::handovers(&self.app, permit(&root()).unwrap(), done, None, 1).await.unwrap();
        if let Some(found) = found.first() {
            return found.handover.id;
        }
        let device = self.spare("SPARE0001").await;
        self.issue(device, "1234", "PC Ames").await
    }

    /// Issues a device to somebody, signed by both at the counter.
    pub async fn issue(&self, device: DeviceId, number: &str, name: &str) -> HandoverId {
        let new = NewHandover {
            kind: HandoverKind::Issue,
            items: vec![NewItem {
                device,
                condition: Condition::Good,
                with_it: "Charger".into(),
                missing: String::new(),
                note: String::new(),
            }],
            also: Vec::new(),
            receiver: number.into(),
            place: Some(self.store().await),
            due_back_at: None,
            disposal: None,
            certificate: String::new(),
            note: String::new(),
        };
        let id = custody_app::draft_handover(&self.app, permit(&root()).unwrap(), new).await.unwrap();
        let shown =
            custody_app::read::handover(&self.app, permit(&root()).unwrap(), id).await.unwrap().digest;
        let desk = || permit(&root()).unwrap();
        let own = Signing { side: Side::Giver, shown: &shown, how: How::OwnSignIn };
        custody_app::sign_at_desk(&self.app, desk(), id, own).await.unwrap();
        let counter = How::Counter { check: IdentityCheck::WarrantCard, name: name.into() };
        let theirs = Signing { side: Side::Receiver, shown: &shown, how: counter };
        let signed = custody_app::sign_at_desk(&self.app, desk(), id, theirs).await.unwrap();
        assert_eq!(signed, Signed::Complete);
        id
    }

    /// Returns some stock count.
    pub async fn count(&self) -> CountId {
        let found = custody_app::counts(&self.app, permit(&root()).unwrap()).await.unwrap();
        match found.first() {
            Some((count, _)) => count.id,
            None => custody_app::open_count(&self.app, permit(&root()).unwrap(), Some(self.store().await))
                .await
                .unwrap(),
        }
    }

    /// Returns a file of people of Norfolk that waits.
    pub async fn import(&self) -> ImportId {
        self.given::<People>("hr.csv", b"Number,Name,Role\n1234,PC Ames,sergeant\n9,,officer\n").await
    }

    /// Returns a file of devices of Norfolk that waits.
    pub async fn import_of_devices(&self) -> ImportId {
        self.given::<Devices>("assets.csv", b"Serial,Category,Maker\nF4FILE0001,Phones,Apple\n,Phones,\n")
            .await
    }

    /// Returns a table of rosters of Norfolk that waits.
    pub async fn import_of_rosters(&self) -> ImportId {
        self.given::<Rosters>("leave.csv", b"number,kind,start\n1234,sick,2027-01-01\n").await
    }

    /// Returns the calendar of somebody of Norfolk that waits.
    pub async fn import_of_a_calendar(&self) -> ImportId {
        // Somebody whom no route takes off the books.
        let new = seeds::officer(domain::samples::NORFOLK, "7788", "PC Gage");
        match people_app::add_person(&self.app, permit(&root()).unwrap(), new).await {
            Ok(_) | Err(kernel::AppError::Conflict(_) | kernel::AppError::Invalid { .. }) => {}
            Err(other) => panic!("{other}"),
        }
        let text = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20270101T070000\nDTEND:20270101T150000\nSUMMARY:Early\n\
                     END:VEVENT\nEND:VCALENDAR\n";
        self.given::<Calendars>("gage.ics", text).await
    }

    async fn given<K: Kind>(&self, name: &str, rows: &[u8]) -> ImportId {
        // Each look takes one, and few may wait at once: whoever gives it is another.
        let by = Actor::command_line(&self.world.world().uuid().to_string());
        let (name, force, bytes) = (name.into(), Some(domain::samples::NORFOLK), rows.to_vec());
        let file = NewFile { name, force, about: "7788".into(), bytes };
        imports::start::<K>(&self.app, permit(&by).unwrap(), file).await.unwrap()
    }

    /// Returns an API token of Norfolk.
    pub async fn token(&self) -> TokenId {
        let new = NewToken {
            name: "Entra".into(),
            scope: ApiScope::Scim,
            force: Some(domain::samples::NORFOLK),
            days: 90,
        };
        sign_in_app::tokens::make_token(&self.app, permit(&root()).unwrap(), new).await.unwrap().0
    }

    /// Returns an alarm of Norfolk that nobody has seen to.
    pub async fn alarm(&self) -> domain::AlarmId {
        let open = || notices_app::alarms::list(&self.app, permit(&root()).unwrap(), true, None, 50);
        let norfolk = |all: Vec<notices_app::alarms::AlarmRead>| {
            all.into_iter()
                .find(|read| read.alarm.force == Some(domain::samples::NORFOLK))
                .map(|read| read.alarm.id)
        };
        if let Some(known) = norfolk(open().await.unwrap()) {
            return known;
        }
        self.token().await;
        norfolk(open().await.unwrap()).expect("a token was made, which is told")
    }

    /// Returns Norfolk's duty pattern, entered when it is first asked for.
    pub async fn pattern(&self) -> domain::PatternId {
        if let Some(known) =
            duty_app::duty_patterns(&self.app, permit(&root()).unwrap()).await.unwrap().first()
        {
            return known.id;
        }
        let new = duty_app::NewPattern {
            force: Some(domain::samples::NORFOLK),
            name: "Response".into(),
            shape: "cycle".into(),
            shifts: "E 07:00-16:00\nL 14:00-23:00\nN 22:00-07:00".into(),
            days: "E E L L N N - - - -".into(),
        };
        duty_app::add_pattern(&self.app, permit(&root()).unwrap(), new).await.unwrap()
    }

    /// Returns an entry of the ledger about a person of Norfolk, covered by a checkpoint.
    pub async fn ledger_entry(&self) -> domain::EntryId {
        ledger_app::checkpoint_ledger(&self.app).await.unwrap();
        let rows = self.app.store().read(|tx| store::ledger::from_place(tx, 0, 1000)).await.unwrap();
        let about = |row: &&store::ledger::Entry| {
            row.action == "person.added" && row.force == Some(domain::samples::NORFOLK)
        };
        rows.iter().find(about).expect("somebody was entered").id
    }

    /// Returns a burst that is held: locks beyond what may go in an hour.
    pub async fn burst(&self) -> BurstId {
        let open = self.app.store().read(|tx| store::orders::bursts(tx, None)).await.unwrap();
        if let Some(open) = open.first() {
            return open.id;
        }
        loop {
            let lock = Order::Lock { message: None, phone_number: None };
            let placed =
                devices_app::commands::order(&self.app, permit(&root()).unwrap(), self.phone, lock, "a test")
                    .await
                    .unwrap();
            if let Ordered::Held { burst, .. } = placed {
                return burst;
            }
        }
    }

    /// Returns a loss of Norfolk's of which nobody knows which device it is; the same one however often it is asked for.
    pub async fn loss(&self) -> domain::LossId {
        let new = losses_app::report::NewReport {
            force: Some(domain::samples::NORFOLK),
            answers: losses_app::Answers::default(),
            form: "the loss of the tests".into(),
        };
        losses_app::report::report_publicly(&self.app, new).await.unwrap().loss
    }

    /// Returns the latest command of a device.
    pub async fn command(&self, device: DeviceId) -> CommandId {
        let read = overview_app::device::device(&self.app, permit::<SeeDevices>(&root()).unwrap(), device)
            .await
            .unwrap();
        read.commands.iter().flatten().next().expect("a command").id
    }
}

async fn register(
    app: &App,
    force: Force,
    serial: &str,
    kind: DeviceKind,
    holder: Option<PersonId>,
) -> DeviceId {
    let asset_tag = Some(format!("{}-{}", force.as_str(), &serial[..4]));
    let new = NewDevice { serial: serial.into(), kind, force, holder, asset_tag };
    custody_app::register::add_device(app, permit(&root()).unwrap(), new).await.unwrap()
}

/// Enrols a registered device with a simulated one.
pub async fn enrol(app: &App, link: &Link, model: Model, serial: &str, temper: Temper) -> Device {
    seeds::enrol(app, link, DeviceSpec::plausible(model, serial, temper, 7), 7).await
}
