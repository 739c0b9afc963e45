//! Two walls, walked along as everybody who could look over them. Whoever serves one force finds no id and no name of the other, on no
//! page, in no list, CSV, export, proof or document. Nobody finds what is kept from them about themselves.
//!
//! The test walks: it opens every address of the table, then follows every link that it finds. What it must not find it takes from
//! the database itself, so that a new table is watched without a line here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use axum::http::StatusCode;
use custody_app::NewPlace;
use custody_app::register::NewDevice;
use devices_app::commands::Order;
use devices_app::holds::NewHold;
use devices_sim::{Model, Temper};
use domain::{CaseId, DeviceId, DeviceKind, Force, PersonId, PlaceKind, Secret};
use kernel::access::{Role, permit};
use people_app::NewPerson;
use people_app::grants::NewGrant;
use people_app::movers::NewEvent;
use permissions_app::NewPermission;
use sign_in_app::sessions::SignedIn;
use sign_in_app::tokens::NewToken;
use store::cases::{self, Case};
use web::routes;

use crate::access::path_of;
use crate::common::{Browser, Seeded, enrol, root, with_database};

/// Stands in every name, number and text of Suffolk.
const MARK: &str = "QZSUF";
/// The most pages that one reader opens.
const MOST: usize = 350;

/// Everything of a force in the database that is an id: of every table that knows forces.
fn ids_of(path: &Path, force: Force) -> BTreeSet<String> {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut tables = database
        .prepare("SELECT m.name FROM sqlite_schema m WHERE m.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'force')
            AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'id')")
        .unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut ids = BTreeSet::new();
    for table in tables {
        let mut rows = database.prepare(&format!("SELECT id FROM {table} WHERE force = ?1")).unwrap();
        let found = rows.query_map([force.as_str()], |row| row.get::<_, String>(0)).unwrap();
        ids.extend(found.map(Result::unwrap).filter(|id| id.len() == 36));
    }
    ids
}

/// Suffolk, as full as Norfolk is: people, a device under management that breaches a clause, orders, a hold, a place, a hand-over's
/// parts, a permission, an event, a token, roles, sessions.
async fn fill_suffolk(seeded: &mut Seeded) -> (PersonId, DeviceId) {
    let app = seeded.app.clone();
    let person = NewPerson {
        force: Some(domain::samples::SUFFOLK),
        number: format!("{MARK}1"),
        name: format!("PC {MARK} Gray"),
        role: "officer".into(),
        unit: Some(format!("{MARK} Response")),
        email: Some(format!("{MARK}1@force.test")),
        ..NewPerson::default()
    };
    let holder = people_app::add_person(&app, permit(&root()).unwrap(), person).await.unwrap();
    for document in app.policy().all_terms().keys() {
        terms_app::accept_terms(&app, permit(&root()).unwrap(), holder, document, "page").await.unwrap();
    }
    let serial = format!("{MARK}MAC1");
    let device = NewDevice {
        serial: serial.clone(),
        kind: DeviceKind::Mac,
        force: domain::samples::SUFFOLK,
        holder: Some(holder),
        asset_tag: Some(format!("SC-{MARK}")),
    };
    let device = custody_app::register::add_device(&app, permit(&root()).unwrap(), device).await.unwrap();
    let mut mac = enrol(&app, &seeded.link, Model::Mac, &serial, Temper::Tampered).await;
    for _ in 0..4 {
        seeded.pass(10).await;
        mac.session(&seeded.link).await.unwrap();
    }
    seeded.pass(49 * 3600).await;
    mac.session(&seeded.link).await.unwrap();
    seeded.pass(10).await;
    let place = NewPlace {
        force: Some(domain::samples::SUFFOLK),
        kind: Some(PlaceKind::Store),
        name: format!("{MARK} stores"),
        approved_by: format!("{MARK} Director"),
    };
    let place = custody_app::add_place(&app, permit(&root()).unwrap(), place).await.unwrap();
    custody_app::open_count(&app, permit(&root()).unwrap(), Some(place)).await.unwrap();
    let event =
        NewEvent { kind: "leaver".into(), on: "2030-01-07".into(), source: "page", ..NewEvent::default() };
    people_app::movers::record_event(&app, permit(&root()).unwrap(), holder, event).await.unwrap();
    let asked = NewPermission {
        register: "private-hubs".into(),
        once: "walls".into(),
        device: serial,
        because: format!("{MARK} at home"),
        until: seeded.day(30),
        fields: [("place".into(), format!("{MARK} house")), ("network".into(), format!("{MARK}-HUB"))].into(),
        security: "wpa2-personal".into(),
        passphrase: Some(Secret::new("kittens in the rain".into())),
        ..NewPermission::default()
    };
    permissions_app::ask_permission(&app, permit(&root()).unwrap(), asked).await.unwrap();
    let token = NewToken {
        name: format!("{MARK} directory"),
        scope: kernel::access::ApiScope::Scim,
        force: Some(domain::samples::SUFFOLK),
        days: 90,
    };
    sign_in_app::tokens::make_token(&app, permit(&root()).unwrap(), token).await.unwrap();
    order_and_hold(seeded, device, MARK).await;
    let grant =
        NewGrant { role: Some(Role::PolicyOwner), reason: format!("{MARK} policy"), ..NewGrant::default() };
    people_app::grants::grant_role(&app, permit(&root()).unwrap(), holder, grant).await.unwrap();
    let who = SignedIn {
        name: format!("{MARK} Gray"),
        person: Some(holder),
        roles: Role::Holder.into(),
        force: Some(domain::samples::SUFFOLK),
        how: "test",
    };
    sign_in_app::sessions::begin_session(&app, who).await.unwrap();
    (holder, device)
}

async fn order_and_hold(seeded: &Seeded, device: DeviceId, mark: &str) {
    let app = &seeded.app;
    let lock = Order::Lock { message: Some(mark.into()), phone_number: None };
    devices_app::commands::order(app, permit(&root()).unwrap(), device, lock, &format!("{mark} reason"))
        .await
        .unwrap();
    let hold = NewHold { reference: format!("{mark}/HOLD/1"), why: format!("{mark} inquiry") };
    devices_app::holds::place_hold(app, permit(&root()).unwrap(), device, hold).await.unwrap();
}

/// A sealed case about somebody.
async fn sealed_case(seeded: &Seeded, force: Force, person: PersonId) -> CaseId {
    let id = CaseId::from_uuid(seeded.app.world().uuid());
    let case = Case {
        id,
        number: 0,
        kind: "voicemail-access".into(),
        force,
        device: None,
        person: Some(person),
        clause: None,
        title: "Messages".into(),
        opened_at: seeded.app.world().now(),
        due_at: None,
        owner: None,
        closed: None,
        closed_how: None,
    };
    seeded.app.store().write(move |tx| cases::open(tx, &case)).await.unwrap();
    id
}

/// Opens everything that a reader can come to, and says where it found what it must not.
struct Walk<'a> {
    browser: &'a Browser,
    who: String,
    seen: BTreeSet<String>,
    ahead: VecDeque<String>,
    opened: usize,
    wrong: Vec<String>,
}

impl<'a> Walk<'a> {
    fn new(browser: &'a Browser, who: String) -> Self {
        let (seen, ahead) = (BTreeSet::new(), VecDeque::new());
        Self { browser, who, seen, ahead, opened: 0, wrong: Vec::new() }
    }

    fn go(&mut self, path: &str) {
        let ours = path.starts_with('/') && !path.starts_with("/assets") && !path.starts_with("/sign-out");
        if ours && self.seen.insert(path.to_owned()) {
            self.ahead.push_back(path.to_owned());
        }
    }

    /// Opens what is ahead, and what that leads to.
    async fn on(mut self, forbidden: &BTreeSet<String>) -> Vec<String> {
        while let Some(path) = self.ahead.pop_front().filter(|_| self.opened < MOST) {
            let answer = self.browser.get(&path).await;
            assert!(!answer.status.is_server_error(), "{path} as {}: {}", self.who, answer.text());
            if answer.status == StatusCode::SEE_OTHER {
                let to = answer.leads_to().to_owned();
                self.go(&to);
            }
            if answer.status != StatusCode::OK {
                continue;
            }
            self.opened += 1;
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            for word in forbidden.iter().filter(|word| text.contains(word.as_str())) {
                let around = text.split(word.as_str()).next().unwrap_or_default();
                let before: String =
                    around.chars().rev().take(160).collect::<Vec<_>>().into_iter().rev().collect();
                self.wrong.push(format!(
                    "{path} as {}: {word} after …{}",
                    self.who,
                    before.replace('\n', " ")
                ));
            }
            for link in text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                self.go(&link.replace("&amp;", "&"));
            }
        }
        assert!(self.opened > 5, "{} came nowhere", self.who);
        self.wrong
    }
}

/// Every address of the table that is read, about things of Norfolk.
async fn paths(seeded: &Seeded) -> Vec<String> {
    let mut paths = Vec::new();
    for route in routes().iter().filter(|route| route.method == "GET") {
        paths.push(path_of(route, seeded).await);
    }
    paths
}

#[test]
fn whoever_serves_one_force_finds_nothing_of_the_other() {
    with_database(|mut seeded, path| async move {
        // Suffolk is filled last, so that the first page of the ledger shows it.
        let at = paths(&seeded).await;
        fill_suffolk(&mut seeded).await;
        ledger_app::checkpoint_ledger(&seeded.app).await.unwrap();
        let other = ids_of(&path, domain::samples::SUFFOLK);
        assert!(other.len() > 30, "Suffolk is as full as Norfolk: {}", other.len());
        let mut forbidden = other.clone();
        forbidden.insert(MARK.to_owned());
        // Who serves all finds it wherever they look, so that finding nothing means something.
        let both = seeded.browser(Role::InformationSecurity, None).await;
        let mut walk = Walk::new(&both, "information security of both".into());
        at.iter().for_each(|path| walk.go(path));
        let found: BTreeSet<String> = walk.on(&forbidden).await.iter().map(|place| page_of(place)).collect();
        for page in ["/people", "/devices", "/cases", "/ledger", "/ledger.csv", "/ledger/export", "/"] {
            assert!(found.contains(page), "{page} is not among {found:?}");
        }
        let mut wrong = Vec::new();
        for role in Role::ALL {
            let browser = seeded.browser(*role, Some(domain::samples::NORFOLK)).await;
            let mut walk = Walk::new(&browser, format!("{role} of Norfolk"));
            at.iter().for_each(|path| walk.go(path));
            for list in [
                "/people",
                "/devices",
                "/cases",
                "/custody",
                "/events",
                "/registers/entries",
                "/ledger",
                "/notices",
            ] {
                walk.go(&format!("{list}?force=suffolk"));
                walk.go(&format!("{list}?q={}", &MARK[..4]));
            }
            wrong.extend(walk.on(&forbidden).await);
            // And the other's own addresses, as somebody might guess them, say nothing.
            for id in &other {
                for first in [
                    "devices",
                    "people",
                    "cases",
                    "ledger",
                    "commands",
                    "events",
                    "custody",
                    "registers/entries",
                ] {
                    let answer = browser.get(&format!("/{first}/{id}")).await;
                    let said = String::from_utf8_lossy(&answer.body).contains(MARK);
                    if answer.status == StatusCode::OK || said {
                        wrong.push(format!("/{first}/{id} as {role} of Norfolk: {}", answer.status));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
    });
}

#[test]
fn nobody_finds_what_is_kept_from_them_about_themselves() {
    with_database(|mut seeded, path| async move {
        let me = seeded.holder;
        seeded.settle().await;
        let before = entries(&path);
        order_and_hold(&seeded, seeded.phone, "QZHIDE").await;
        let fiso = seeded.browser(Role::Fiso, Some(domain::samples::NORFOLK)).await;
        let covert = fiso.post(&format!("/people/{me}/covert"), &[("reason", "QZHIDE covert")]).await;
        assert_eq!(covert.status, StatusCode::OK, "{}", covert.text());
        let sealed = sealed_case(&seeded, domain::samples::NORFOLK, me).await;
        let psd = seeded.browser(Role::PsdInvestigator, Some(domain::samples::NORFOLK)).await;
        let opened = psd.post(&format!("/cases/{sealed}/read"), &[("reason", "QZHIDE sealed")]).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.text());
        let commands: Vec<String> = {
            let phone = seeded.phone;
            let all =
                seeded.app.store().read(move |tx| store::commands::of_device(tx, phone, 100)).await.unwrap();
            all.iter().map(|command| command.id.to_string()).collect()
        };
        ledger_app::checkpoint_ledger(&seeded.app).await.unwrap();
        let mut forbidden: BTreeSet<String> = entries(&path)
            .into_iter()
            .filter(|(id, action)| {
                let about = ["device.hold.", "device.lock.", "person.covert.", "case.sealed."];
                !before.contains_key(id) && about.iter().any(|about| action.starts_with(about))
            })
            .map(|(id, _)| id)
            .collect();
        assert_eq!(forbidden.len(), 4, "a hold, an order, two reads: {forbidden:?}");
        forbidden.extend(commands);
        forbidden.extend([
            "QZHIDE".to_owned(),
            sealed.to_string(),
            "hold.placed".into(),
            "covert.read".into(),
        ]);
        forbidden.extend([
            "Device hold placed".to_owned(),
            "Person covert read".into(),
            "Case sealed read".into(),
        ]);
        let at = paths(&seeded).await;
        let mut wrong = Vec::new();
        for role in Role::ALL.iter().filter(|role| !matches!(role, Role::Holder | Role::LineManager)) {
            // A stranger of the role finds them, so that what follows is no proof of nothing.
            if *role == Role::Auditor {
                let other = seeded.browser(*role, Some(domain::samples::NORFOLK)).await;
                assert!(other.page("/ledger?kind=device.").await.contains("Device hold placed"));
                assert!(
                    other.page(&format!("/devices/{}", seeded.phone)).await.contains("A legal hold stands")
                );
            }
            let last_day = if *role == Role::Auditor { seeded.day(30) } else { String::new() };
            let grant =
                NewGrant { role: Some(*role), last_day, reason: "test".into(), ..NewGrant::default() };
            people_app::grants::grant_role(&seeded.app, permit(&root()).unwrap(), me, grant).await.unwrap();
            let browser = seeded.browser_of(me, domain::samples::NORFOLK).await;
            let mut walk = Walk::new(&browser, format!("{role}, about themselves"));
            at.iter().for_each(|path| walk.go(path));
            for kind in ["device.", "person.", "case.", "command."] {
                walk.go(&format!("/ledger?kind={kind}"));
                walk.go(&format!("/ledger.csv?kind={kind}"));
            }
            wrong.extend(walk.on(&forbidden).await);
            for id in forbidden.iter().filter(|word| word.len() == 36) {
                for path in [
                    format!("/ledger/{id}"),
                    format!("/ledger/{id}/proof"),
                    format!("/commands/{id}"),
                    format!("/cases/{id}"),
                ] {
                    let status = browser.get(&path).await.status;
                    if status == StatusCode::OK {
                        wrong.push(format!("{path} as {role}, about themselves"));
                    }
                }
            }
            end_roles(&seeded, me).await;
        }
        assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
    });
}

/// The page of a place where something was found.
fn page_of(place: &str) -> String {
    place.split([' ', '?']).next().unwrap_or_default().to_owned()
}

/// Every entry of the ledger with its action.
fn entries(path: &Path) -> BTreeMap<String, String> {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut rows = database.prepare("SELECT id, action FROM ledger_entry").unwrap();
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

async fn end_roles(seeded: &Seeded, person: PersonId) {
    let now = seeded.app.world().now();
    let all = seeded.app.store().read(move |tx| store::grants::of_person(tx, person)).await.unwrap();
    for grant in all {
        seeded.app.store().write(move |tx| store::grants::end(tx, grant.id, now, "test")).await.unwrap();
    }
}
