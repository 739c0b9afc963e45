//! `lanyard demo`: the whole product on this machine, with invented people and simulated devices.
//!
//! It is the same service as `serve`, on 127.0.0.1, and the devices enrol with it over HTTP. What a visitor does stays:
//! the next start goes on where this one ended. The one thing that `serve` does not have is signing in by choosing who
//! to be.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use custody_app::register::NewDevice;
use devices_sim::{Device, KeyPool, Link};
use domain::{EnrolmentState, Force, PersonId, Span};
use indicatif::{ProgressBar, ProgressStyle};
use kernel::App;
use kernel::access::{Actor, ApiScope, Role, permit};
use kernel::forces::Forces;
use people_app::NewPerson;
use people_app::grants::NewGrant;
use sign_in_app::tokens::NewToken;
use store::devices::DeviceFilter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;

use super::cast::{self, Cast};
use super::fleet::{Fleet, Surroundings};
use super::hand_overs;
use super::profiles::Profiles;
use super::tally::Tally;
use super::texts::{self, TextProvider};
use super::{numbers, registers, rosters};
use service::config::Config;
use service::out::{Out, note};
use service::serve::Running;
use service::{log, serve, system};
use service::{policy_folder, private_files};

/// The settings file that the demo writes for itself and for other verbs.
const SETTINGS: &str = "lanyard.toml";
/// What is remembered of the simulated devices.
const FLEET: &str = "fleet.json";
/// The key of the stand-in for the provider of texts.
const TEXTS_KEY: &str = "texts.key";
/// Where the demo listens if nobody says otherwise.
const PORT: u16 = 8080;

/// Arguments.
#[derive(Debug, Args)]
pub struct Demo {
    /// Where everything of the demo is kept. Remove it to start afresh.
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,
    /// The port to listen on; left out, that of the last time, or 8080.
    #[arg(long)]
    port: Option<u16>,
    /// The policy folder.
    #[arg(long, value_name = "DIR", default_value = "policy")]
    policy: PathBuf,
}

impl Demo {
    /// Runs the demonstration until it is stopped.
    ///
    /// # Errors
    /// What keeps the service from starting.
    pub fn run(&self) -> anyhow::Result<()> {
        // The stand-in for the provider of texts listens wherever there is room; the link to it is on the start page.
        let texts = TextProvider::find_port()?;
        let config = self.settings(texts.local_addr()?.port())?;
        log::start(&config.log);
        serve::runtime()?.block_on(live(&config, texts))
    }

    /// Writes the settings of this start and reads them back.
    fn settings(&self, texts: u16) -> anyhow::Result<Config> {
        let policy = self.policy.canonicalize().ok().filter(|policy| policy.is_dir()).with_context(|| {
            format!("there is no policy folder at {}: run from the folder that holds it, or name it with --policy DIR", self.policy.display())
        })?;
        private_files::folder(&self.data)?;
        let file = self.data.join(SETTINGS);
        let before =
            file.exists().then(|| Config::read(&file)).transpose()?.map(|config| config.listen.port());
        let port = match (self.port, before) {
            (Some(port), Some(before)) if port != before && self.data.join(FLEET).exists() => bail!(
                "the simulated devices of {0} were enrolled on port {before} and know no other; leave --port out, or choose \
                 another folder with --data",
                self.data.display()
            ),
            (Some(port), _) => port,
            (None, before) => before.unwrap_or(PORT),
        };
        private_files::write_state(&self.data.join(TEXTS_KEY), TextProvider::key().as_bytes())?;
        private_files::write_state(
            &file,
            settings_text(Ports { service: port, texts }, &policy, &policy_folder::forces_in(&policy)?)?
                .as_bytes(),
        )?;
        Config::read(&file)
    }
}

/// Where the demonstration listens.
#[derive(Clone, Copy)]
struct Ports {
    /// The service.
    service: u16,
    /// The stand-in for the provider of texts.
    texts: u16,
}

fn settings_text(ports: Ports, policy: &Path, forces: &Forces) -> anyhow::Result<String> {
    let organisation = serde_json::to_string(&format!("{} (demo)", forces.together()))?;
    let policy = serde_json::to_string(policy.to_str().context("the policy folder's name is not UTF-8")?)?;
    let Ports { service: port, texts } = ports;
    let template = texts::TEMPLATE;
    Ok(format!(
        "# Written by `lanyard demo` on every start. With it other verbs look at the demo, such as\n\
         #   lanyard --config THIS-FILE device list\n\
         organisation = {organisation}\n\
         address = \"http://127.0.0.1:{port}\"\n\
         listen = \"127.0.0.1:{port}\"\n\
         data = \".\"\n\
         policy = {policy}\n\
         [sms]\n\
         provider = \"govuk-notify\"\n\
         address = \"http://127.0.0.1:{texts}\"\n\
         key_file = \"{TEXTS_KEY}\"\n\
         template = \"{template}\"\n\
         [devices]\n\
         refresh_every = \"2m\"\n\
         [sessions]\n\
         idle = \"12h\"\n\
         [log]\n\
         level = \"error\"\n"
    ))
}

async fn live(config: &Config, texts: TcpListener) -> anyhow::Result<()> {
    let texts = TextProvider::start(system::world(), texts)?;
    let app = serve::app(config).await?;
    let cast = Cast::of(app.forces()).context("the policy names no force")?;
    let people = seed(&app, &cast).await?;
    let fleet = fleet(&app, &config.data.join(FLEET)).await?;
    let running = Running::start(config, app, pages(&cast, &people, &texts)).await?;
    answers(running.listens).await?;
    greet(config)?;
    let proving = tokio::spawn(numbers::prove(running.app.clone(), texts.clone()));
    let tally = Arc::new(Tally::default());
    let around = Surroundings {
        link: Link::new(system::world(), KeyPool::fresh())?,
        profiles: Profiles::Made { app: running.app.clone(), actor: actor() },
        tally: Arc::clone(&tally),
    };
    let (stop, stopped) = watch::channel(false);
    let living = tokio::spawn(async move {
        let enrolled = fleet.enrolled().await;
        let bar = tokio::spawn(progress(Arc::clone(&around.tally), enrolled, fleet.size()));
        let lived = fleet.live(&around, stopped).await;
        bar.abort();
        lived
    });
    serve::stop_signal().await?;
    note("stopping; run it again to go on from here");
    // The fleet listens until its last state is written; where it has ended already, its own words follow below.
    let _ = stop.send(true);
    proving.abort();
    let lived = living.await?;
    running.stop().await?;
    lived
}

fn actor() -> Actor {
    Actor::command_line("demo")
}

/// Enters the people and devices that are not there yet; gives everybody's id by place.
async fn seed(app: &App, cast: &Cast) -> anyhow::Result<Vec<PersonId>> {
    let mut ids = Vec::with_capacity(cast::PEOPLE);
    for one in cast.people() {
        let (force, number) = (one.force, one.number.clone());
        let found = app.store().read(move |tx| store::people::by_number(tx, force, &number)).await?;
        let id = match found {
            Some(person) => person.id,
            None => {
                let new = NewPerson {
                    force: Some(one.force),
                    number: one.number,
                    name: one.name,
                    email: None,
                    role: one.role.to_owned(),
                    unit: Some(one.unit.to_owned()),
                    ..NewPerson::default()
                };
                people_app::add_person(app, permit(&actor())?, new).await?
            }
        };
        if one.accepts {
            for document in app.policy().all_terms().keys() {
                terms_app::accept_terms(app, permit(&actor())?, id, document, "on a page").await?;
            }
        }
        ids.push(id);
    }
    roles(app, cast, &ids).await?;
    if sign_in_app::tokens::tokens(app, permit(&actor())?).await?.is_empty() {
        let name = "Directory of the demonstration".to_owned();
        let new = NewToken { name, scope: ApiScope::Scim, force: cast.forces().first().copied(), days: 10 };
        // Nobody is told the token: it is there to be seen in the list, and about to expire.
        sign_in_app::tokens::make_token(app, permit(&actor())?, new).await?;
    }
    for kit in cast.devices() {
        let serial = kit.serial.clone();
        if app.store().read(move |tx| store::devices::by_serial(tx, &serial)).await?.is_none() {
            let holder = kit.holder.and_then(|place| ids.get(place).copied());
            let new = NewDevice {
                serial: kit.serial,
                kind: kit.kind,
                force: kit.force,
                holder,
                asset_tag: Some(kit.tag),
            };
            custody_app::register::add_device(app, permit(&actor())?, new).await?;
        }
    }
    super::movers::seed(app, &ids, &actor()).await?;
    let forces = cast.people().into_iter().map(|one| one.force);
    let people: Vec<(PersonId, Force)> = ids.iter().copied().zip(forces).collect();
    rosters::seed(app, &actor(), &people).await?;
    hand_overs::seed(app, cast, &actor()).await?;
    registers::seed(app, cast, &ids, &actor()).await?;
    super::incidents::seed(app, cast, &ids).await?;
    Ok(ids)
}

/// Gives the people whom a visitor can be the role that they are there for, for as long as an auditor may have it.
async fn roles(app: &App, cast: &Cast, people: &[PersonId]) -> anyhow::Result<()> {
    let last_day = app.world().now().plus(Span::from_secs(30 * 24 * 3600));
    for (place, visitor) in cast::PERSONAS.iter().enumerate() {
        let Some(person) = people.get(cast::persona_person(place)).copied() else { continue };
        let has = people_app::grants::roles_of(app, person)
            .await?
            .is_some_and(|standing| standing.roles.has(visitor.role));
        if !has && !matches!(visitor.role, Role::Holder | Role::LineManager) {
            let new = NewGrant {
                role: Some(visitor.role),
                everywhere: cast.force_of_visitor(visitor).is_none() && cast.forces().len() > 1,
                last_day: match visitor.role {
                    Role::Auditor => domain::local_time::day_of(last_day).to_string(),
                    _ => String::new(),
                },
                reason: visitor.says.to_owned(),
            };
            people_app::grants::grant_role(app, permit(&actor())?, person, new).await?;
        }
    }
    Ok(())
}

/// Returns the simulated devices, as they were left; one that the register no longer calls enrolled starts afresh.
async fn fleet(app: &App, file: &Path) -> anyhow::Result<Fleet> {
    let filter = DeviceFilter { state: Some(EnrolmentState::Enrolled), ..DeviceFilter::default() };
    let limit = u32::try_from(cast::DEVICES).unwrap_or(u32::MAX);
    let enrolled = app.store().read(move |tx| store::devices::page(tx, &filter, limit)).await?;
    let enrolled: BTreeSet<String> = enrolled.into_iter().map(|device| device.serial).collect();
    let keep = |device: &Device| !device.is_enrolled() || enrolled.contains(&device.spec().serial);
    Fleet::remembered(file, keep, cast::simulated().into_iter().map(|(spec, seed)| Device::new(spec, seed)))
}

/// Returns the pages, with everybody whom a visitor can be.
fn pages(cast: &Cast, people: &[PersonId], texts: &TextProvider) -> web::Options {
    let names = cast.people();
    let personas = cast::PERSONAS
        .iter()
        .enumerate()
        .filter_map(|(place, visitor)| {
            let place = cast::persona_person(place);
            Some(web::Persona {
                name: names.get(place)?.name.clone(),
                role: visitor.role,
                force: cast.force_of_visitor(visitor),
                person: people.get(place).copied(),
                says: visitor.says.to_owned(),
            })
        })
        .chain(cast::HOLDERS.iter().filter_map(|(place, says)| {
            let name = names.get(*place)?;
            Some(web::Persona {
                name: name.name.clone(),
                role: Role::Holder,
                force: Some(name.force),
                person: people.get(*place).copied(),
                says: (*says).to_owned(),
            })
        }))
        .collect();
    let texts = Some(format!("http://{}/", texts.address));
    web::Options { personas, texts, secure_cookies: false, ..web::Options::default() }
}

/// Asks the service over HTTP whether it is there, until it says so.
async fn answers(listens: SocketAddr) -> anyhow::Result<()> {
    let asked = async {
        loop {
            if ask(listens).await.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(15), asked).await;
    waited.with_context(|| format!("the service does not answer on {listens}; the log says why"))
}

async fn ask(listens: SocketAddr) -> std::io::Result<String> {
    let mut connection = tokio::net::TcpStream::connect(listens).await?;
    connection.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    connection.take(4096).read_to_string(&mut answer).await?;
    Ok(answer)
}

fn greet(config: &Config) -> anyhow::Result<()> {
    let mut out = Out::new();
    out.line(format_args!("Lanyard's demo: {}", config.address))?;
    out.line("Everything in it is invented. Choose who you are and look round; Ctrl-C stops it, the next start goes on.")?;
    out.line(format_args!(
        "Other verbs look at it with --config {}; remove that folder to start afresh.",
        config.data.join(SETTINGS).display()
    ))?;
    Ok(out.finish()?)
}

/// Shows how far enrolling is; on a screen only.
async fn progress(tally: Arc<Tally>, already: usize, all: usize) {
    if already >= all {
        return;
    }
    let (already, all) = (u64::try_from(already).unwrap_or_default(), u64::try_from(all).unwrap_or_default());
    let bar = ProgressBar::new(all);
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len}") {
        bar.set_style(style);
    }
    bar.set_message("devices enrol");
    while bar.position() < all {
        bar.set_position(already.saturating_add(tally.counts().enrolled).min(all));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    bar.finish_with_message("devices are enrolled; their settings are on the way");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_writes_settings_that_can_be_read() {
        let text = settings_text(
            Ports { service: 8080, texts: 8081 },
            Path::new("/some \"where\"/policy"),
            &Forces::default(),
        )
        .unwrap();
        let config = Config::from_text(&text, SETTINGS, Path::new("/demo")).unwrap();
        assert_eq!(config.address, "http://127.0.0.1:8080");
        assert_eq!(config.policy, Path::new("/some \"where\"/policy"));
        assert!(config.listen.ip().is_loopback());
    }

    #[test]
    fn a_devices_door_on_another_port_is_refused_once_devices_know_one() {
        let folder = tempfile::tempdir().unwrap();
        let demo = |port| Demo {
            data: folder.path().join("demo"),
            port,
            policy: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy"),
        };
        assert_eq!(demo(Some(9001)).settings(9101).unwrap().listen.port(), 9001);
        assert_eq!(demo(None).settings(9102).unwrap().listen.port(), 9001);
        assert_eq!(demo(Some(9002)).settings(9103).unwrap().listen.port(), 9002);
        private_files::write_state(&folder.path().join("demo").join(FLEET), b"[]").unwrap();
        assert!(demo(Some(9003)).settings(9104).unwrap_err().to_string().contains("port 9002"));
    }
}
