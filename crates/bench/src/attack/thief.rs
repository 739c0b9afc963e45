//! Who is stolen, and what each of them tries.

use devices_app::commands::Order;
use devices_app::enrolment::revoke_certificates;
use kernel::access::{Actor, Role, permit};
use people_app::grants::NewGrant;

use super::stage::{ADMINISTRATORS, CONTAINED_BY, Stage, Target};

/// Whose account, token or server was stolen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thief {
    /// A service desk analyst.
    Analyst,
    /// A service desk lead.
    Lead,
    /// An administrator.
    Administrator,
    /// A person of information security.
    InformationSecurity,
    /// The API token of a directory, and the accounts of the directory that it may send.
    ScimToken,
    /// The command line of the server.
    ServerRoot,
}

/// Ways to hinder a device, by the words of its page.
const HARSH: [&str; 4] = ["lock", "lost-mode", "restart", "shut-down"];
/// Ways to destroy what is on it.
const DESTRUCTIVE: [&str; 2] = ["erase", "clear-passcode"];
/// Devices that are tried again in every step after the first, when most orders are held already.
const AGAIN: usize = 25;

impl Thief {
    /// Every one of them.
    pub const ALL: [Self; 6] = [
        Self::Analyst,
        Self::Lead,
        Self::Administrator,
        Self::InformationSecurity,
        Self::ScimToken,
        Self::ServerRoot,
    ];

    /// Returns the words of the table.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Analyst => "analyst",
            Self::Lead => "lead",
            Self::Administrator => "administrator",
            Self::InformationSecurity => "information security",
            Self::ScimToken => "SCIM token",
            Self::ServerRoot => "server root",
        }
    }

    /// Returns the people of the estate: number, name, role.
    pub(super) const fn people() -> [(&'static str, &'static str, Role); 6] {
        [
            ("1001", "Ari Abbott", Role::ServiceDeskAnalyst),
            ("1002", "Lee Lacey", Role::ServiceDeskLead),
            ("1003", "Lou Larkin", Role::ServiceDeskLead),
            ("1004", "Ada Marsh", Role::Administrator),
            ("1005", "Bo Nunn", Role::Administrator),
            ("1006", "Ira Price", Role::InformationSecurity),
        ]
    }

    /// Returns the collar number of the stolen account.
    const fn number(self) -> Option<&'static str> {
        match self {
            Self::Analyst => Some("1001"),
            Self::Lead => Some("1002"),
            Self::Administrator => Some("1004"),
            Self::InformationSecurity => Some("1006"),
            Self::ScimToken | Self::ServerRoot => None,
        }
    }

    /// Tries everything once; on every device the first time.
    pub(super) async fn try_everything(self, stage: &Stage, first: bool) -> anyhow::Result<()> {
        let accomplice = || stage.sign_in_as(stage.accomplice);
        match self {
            Self::ServerRoot => {
                root(stage, first).await?;
                // Links for two people who may destroy: one asks, the other agrees.
                let (one, other) = (by_link(stage, "1002").await?, by_link(stage, "1003").await?);
                orders(stage, &one, first).await?;
                approve(stage, &other).await?;
                approve(stage, &one).await?;
                strip(stage, &one, &other, first).await
            }
            Self::ScimToken => {
                directory(stage, &stage.directory_token().await?).await?;
                let cookie = accomplice().await?;
                orders(stage, &cookie, first).await?;
                strip(stage, &cookie, &cookie, first).await?;
                approve(stage, &cookie).await
            }
            _ => {
                let own = stage.sign_in(self.number().unwrap_or_default()).await?;
                roles(stage, &own).await?;
                orders(stage, &own, first).await?;
                let other = accomplice().await?;
                orders(stage, &other, first).await?;
                strip(stage, &own, &other, first).await?;
                strip(stage, &other, &own, first).await?;
                approve(stage, &other).await?;
                approve(stage, &own).await?;
                roles(stage, &other).await
            }
        }
    }
}

/// Orders a way to hinder and a way to destroy each device, of those that the device pages offer.
async fn orders(stage: &Stage, cookie: &str, first: bool) -> anyhow::Result<()> {
    let most = if first { stage.devices.len() } else { AGAIN };
    for (place, target) in stage.devices.iter().enumerate().take(most) {
        let path = format!("/devices/{}/actions", target.id);
        for words in [&HARSH[..], &DESTRUCTIVE[..]] {
            let Some(word) = words.get(place % words.len()) else { continue };
            let (reason, message, phone) =
                (format!("reason-{word}"), format!("message-{word}"), format!("phone-{word}"));
            let fields = [
                ("action", *word),
                (reason.as_str(), "stolen from a car"),
                (message.as_str(), "Call 101"),
                (phone.as_str(), "101"),
            ];
            stage.post(cookie, &path, &fields).await?;
        }
    }
    Ok(())
}

/// Takes each device from its holder, out of use, out of its store, out of management or out of its containment, by one of the ways
/// that the pages offer; each way on as many devices as the others. The second of the two signs where two must.
async fn strip(stage: &Stage, cookie: &str, other: &str, first: bool) -> anyhow::Result<()> {
    let most = if first { stage.devices.len() } else { AGAIN };
    let mut moved = Vec::new();
    for (place, target) in stage.devices.iter().enumerate().take(most) {
        let to = |page: &str| format!("/devices/{}/{page}", target.id);
        let led = match (target, place / 10 % 4, place % 4) {
            (Target { lock: Some(lock), .. }, turn, _) if turn % 2 == 0 => {
                stage.post(cookie, &format!("/commands/{lock}/take-back"), &[]).await?
            }
            (Target { lock: Some(_), .. }, ..) => {
                let fields = [("action", "lost-mode-off"), ("reason-lost-mode-off", "found")];
                stage.post(cookie, &to("actions"), &fields).await?
            }
            (Target { stored: true, .. }, turn, _) if turn % 2 == 0 => {
                moved.push(*target);
                continue;
            }
            (Target { stored: true, .. }, ..) => {
                stage.post(cookie, &to("restate"), &[("to", "retired"), ("why", "old")]).await?
            }
            (_, _, 0) => stage.post(cookie, &to("holder"), &[("holder", "")]).await?,
            (_, _, 1) => stage.post(cookie, &to("withdraw"), &[("why", "lost"), ("lock", "yes")]).await?,
            (_, _, 2) => stage.post(cookie, &to("restate"), &[("to", "missing"), ("why", "gone")]).await?,
            _ => stage.post(cookie, &to("certificates"), &[("reason", "a key was copied")]).await?,
        };
        if led.is_empty() {
            // What this account may not do to it, it tries in another way.
            stage.post(cookie, &to("holder"), &[("holder", "")]).await?;
        }
    }
    for target in moved {
        move_away(stage, cookie, other, target).await?;
    }
    let all = [("call-off-force", "norfolk"), ("asked-by", CONTAINED_BY), ("call-off-why", "clearing up")];
    stage.post(cookie, "/held/call-off", &all).await?;
    Ok(())
}

/// Moves a device into another store: one gives it, the other takes it.
async fn move_away(stage: &Stage, giver: &str, taker: &str, target: Target) -> anyhow::Result<()> {
    let (device, place) = (target.id.to_string(), stage.elsewhere.to_string());
    let fields =
        [("kind", "transfer"), ("device", device.as_str()), ("place", place.as_str()), ("condition", "good")];
    let led = stage.post(giver, "/custody/new", &fields).await?;
    let Some(id) = led.strip_prefix("/custody/").and_then(|rest| rest.split('?').next()) else {
        return Ok(());
    };
    let shown = stage.shown(id.parse()?).await?;
    for (cookie, side) in [(giver, "giver"), (taker, "receiver")] {
        let fields = [("side", side), ("shown", shown.as_str()), ("confirm", "yes")];
        stage.post(cookie, &format!("/custody/{id}/sign"), &fields).await?;
    }
    Ok(())
}

/// Agrees to everything that waits for a second person.
async fn approve(stage: &Stage, cookie: &str) -> anyhow::Result<()> {
    for command in stage.asked().await? {
        stage.post(cookie, &format!("/commands/{command}/approve"), &[("reason", "yes")]).await?;
    }
    Ok(())
}

/// Gives the accomplice, and a second entry of oneself, every role; confirms what waits; makes a token.
async fn roles(stage: &Stage, cookie: &str) -> anyhow::Result<()> {
    let entry = [("force", "norfolk"), ("number", "1004b"), ("name", "Sam Smith"), ("role", "staff")];
    stage.post(cookie, "/people/add", &entry).await?;
    let mut to = vec![stage.accomplice];
    to.extend(stage.person("1004b").await.ok());
    for person in to {
        let path = format!("/people/{person}/roles");
        for role in [Role::Administrator, Role::ServiceDeskLead, Role::InformationSecurity] {
            let fields = [("action", "give"), ("role", role.as_str()), ("reason", "their work")];
            stage.post(cookie, &path, &fields).await?;
        }
        let read =
            people_app::grants::person_roles(&stage.app, permit(&Actor::command_line("look"))?, person)
                .await?;
        for grant in read.grants.iter().filter(|read| read.to_confirm) {
            let id = grant.grant.id.to_string();
            let fields = [("action", "confirm"), ("confirm", id.as_str()), ("confirm-reason", "their work")];
            stage.post(cookie, &path, &fields).await?;
        }
    }
    let token = [("name", "Directory"), ("scope", "scim"), ("force", "norfolk"), ("days", "90")];
    stage.post(cookie, "/tokens", &token).await?;
    Ok(())
}

/// Takes over those who may destroy, makes new people, and puts all of them and the accomplice into the group of administrators.
async fn directory(stage: &Stage, token: &str) -> anyhow::Result<()> {
    const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
    const WORK: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

    let mut members = Vec::new();
    for number in ["1002", "1004", "9999", "8001"] {
        let body = format!(
            r#"{{"schemas":["{USER}","{WORK}"],"userName":"thief-{number}","externalId":"thief-{number}","displayName":"Casey Crane","active":true,"{WORK}":{{"employeeNumber":"{number}"}}}}"#
        );
        let id = stage.scim(token, "/Users", body).await?;
        if id.len() == 36 {
            members.push(format!(r#"{{"value":"{id}"}}"#));
        }
    }
    let members = members.join(",");
    let body = format!(r#"{{"schemas":["{GROUP}"],"displayName":"{ADMINISTRATORS}","members":[{members}]}}"#);
    stage.scim(token, "/Groups", body).await?;
    Ok(())
}

/// Returns a link that the server makes for a person, opened: the cookie's value.
async fn by_link(stage: &Stage, number: &str) -> anyhow::Result<String> {
    let root = Actor::command_line("root");
    let person = stage.person(number).await?;
    let link = sign_in_app::sessions::make_sign_in_link_for(&stage.app, permit(&root)?, person).await?;
    let opened = sign_in_app::sessions::use_sign_in_link(&stage.app, link.expose(), "").await?;
    Ok(opened.map(domain::Secret::into_exposed).unwrap_or_default())
}

/// Tries what the command line offers, and what a program could try that calls the use cases as the command line does.
async fn root(stage: &Stage, first: bool) -> anyhow::Result<()> {
    let root = Actor::command_line("root");
    let most = if first { stage.devices.len() } else { AGAIN };
    for (place, target) in stage.devices.iter().enumerate().take(most) {
        // Refused or held is what is being measured.
        let (app, id) = (&stage.app, target.id);
        let lock = Order::Lock { message: None, phone_number: None };
        let _ = devices_app::commands::order(app, permit(&root)?, id, lock, "stolen").await;
        let _ =
            devices_app::commands::order_destruction(app, permit(&root)?, id, Order::Erase, "stolen").await;
        let _ = match (place % 2, target.lock) {
            (_, Some(_)) => {
                devices_app::commands::order(app, permit(&root)?, id, Order::LostModeOff, "found")
                    .await
                    .is_ok()
            }
            (0, None) => custody_app::register::set_holder(app, permit(&root)?, id, None).await.is_ok(),
            _ => revoke_certificates(app, permit(&root)?, id, "a key was copied").await.is_ok(),
        };
    }
    for command in stage.asked().await? {
        let _ = devices_app::commands::approve(&stage.app, permit(&root)?, command, "yes").await;
    }
    let new =
        NewGrant { role: Some(Role::Administrator), reason: "their work".into(), ..NewGrant::default() };
    let _ = people_app::grants::grant_role(&stage.app, permit(&root)?, stage.accomplice, new).await;
    Ok(())
}
