//! `lanyard simulate`: a fleet against a running server, with figures at the end.
//!
//! Two ways to the profiles: a folder of them (`--profiles`), for a server elsewhere; or the server's own settings file
//! (`--config`), with which people and devices are entered into its register first. Only this machine's servers unless
//! `--allow-remote` says otherwise: pointed at a real service, it would fill its register and ledger with inventions.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use custody_app::register::NewDevice;
use devices_sim::{Device, DeviceSpec, KeyPool, Link, Model, Temper};
use domain::DeviceKind;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::App;
use kernel::access::{Actor, permit};
use people_app::NewPerson;
use tokio::task::JoinSet;

use super::profiles::{Profiles, leads_to};
use super::tally::{Counts, Tally};
use service::open::Opened;
use service::out::Out;
use service::{config, open, serve, system};

/// Devices that one invented person holds.
const DEVICES_EACH: u64 = 50;
/// Keys that are shared among the devices of a larger fleet.
const KEYS: usize = 8;
/// A fleet up to this size has a key of its own for each device.
const SMALL: u64 = 40;
/// How long the server gets to queue what a device that enrolled is to have.
const SETTLE: Duration = Duration::from_secs(2);
/// Sessions in which a device that enrolled takes what is queued for it.
const SESSIONS: usize = 3;

/// Arguments.
#[derive(Debug, Args)]
pub struct Simulate {
    /// The server's address, as in its profiles.
    #[arg(long, value_name = "URL")]
    server: String,
    /// How many devices.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    devices: u64,
    /// A folder of enrolment profiles named SERIAL.mobileconfig; left out, they are made with the settings file.
    #[arg(long, value_name = "DIR")]
    profiles: Option<PathBuf>,
    /// Go on with check-ins after enrolling.
    #[arg(long)]
    load: bool,
    /// For how long, with --load.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Devices that speak at the same time.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=4096))]
    parallel: u16,
    /// What all behaviour follows from: the same number, the same fleet.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A server on another machine. Its register and ledger will hold invented people and devices for good.
    #[arg(long)]
    allow_remote: bool,
}

impl Simulate {
    /// Runs simulated devices against a server until they are done.
    ///
    /// # Errors
    /// Settings that cannot be used, and a server that cannot be reached.
    pub fn run(&self, settings: Option<&Path>) -> anyhow::Result<()> {
        let server = self.server.trim_end_matches('/');
        if !self.allow_remote && !config::is_this_machine(server) {
            bail!(
                "{server} is not on this machine, and a simulation leaves invented devices in the register and the ledger of \
                 a server; say --allow-remote if it is there for that"
            );
        }
        match &self.profiles {
            Some(folder) => {
                serve::runtime()?.block_on(self.go(Profiles::Folder(folder.clone()), self.in_folder(folder)?))
            }
            None => open::run_on(&serve::runtime()?, settings, async |opened| {
                let fleet: Vec<DeviceSpec> =
                    (0..self.devices).map(|number| DeviceSpec::of_fleet(number, self.seed)).collect();
                enter(opened, &fleet).await?;
                let profiles = Profiles::Made { app: opened.app.clone(), actor: opened.actor.clone() };
                self.go(profiles, fleet).await
            }),
        }
    }

    /// Returns the devices for which a folder has profiles.
    fn in_folder(&self, folder: &Path) -> anyhow::Result<Vec<DeviceSpec>> {
        let shown = folder.display();
        let mut serials: Vec<String> = std::fs::read_dir(folder)
            .with_context(|| format!("the folder {shown} cannot be read"))?
            .filter_map(|entry| {
                entry.ok()?.file_name().to_str()?.strip_suffix(".mobileconfig").map(str::to_owned)
            })
            .collect();
        serials.sort();
        serials.truncate(usize::try_from(self.devices)?);
        if serials.is_empty() {
            bail!(
                "there is no profile in {shown}; make some with: lanyard enrol apple --serial S --out {shown}/S.mobileconfig"
            );
        }
        let spec = |(serial, number): (String, u64)| {
            DeviceSpec::plausible(Model::Iphone, &serial, Temper::Honest, self.seed.wrapping_add(number))
        };
        Ok(serials.into_iter().zip(0..).map(spec).collect())
    }

    async fn go(&self, profiles: Profiles, fleet: Vec<DeviceSpec>) -> anyhow::Result<()> {
        let count = u64::try_from(fleet.len())?;
        let keys = if count <= SMALL { KeyPool::fresh() } else { KeyPool::sharing(KEYS)? };
        let around = Around {
            link: Link::new(system::world(), keys)?,
            profiles,
            server: self.server.trim_end_matches('/').to_owned(),
            tally: Arc::default(),
        };
        let devices: Vec<Device> = fleet
            .into_iter()
            .zip(0..)
            .map(|(spec, number)| Device::new(spec, self.seed.wrapping_add(number)))
            .collect();
        let began = Instant::now();
        let devices = around.enrol_all(devices, self.parallel).await?;
        let enrolling = Stage { took: began.elapsed(), counts: around.tally.counts() };
        let began = Instant::now();
        let until = began + Duration::from_secs(if self.load { self.seconds } else { 0 });
        let before = around.tally.counts();
        around.speak(devices, self.parallel, until).await?;
        let speaking = Stage { took: began.elapsed(), counts: around.tally.counts() };
        summary(count, &enrolling, &before, &speaking)?;
        match speaking.counts.failed() {
            0 => Ok(()),
            failed => Err(anyhow!("{failed} errors; see above")),
        }
    }
}

/// What the devices of one run share.
#[derive(Clone)]
struct Around {
    link: Link,
    profiles: Profiles,
    server: String,
    tally: Arc<Tally>,
}

impl Around {
    /// Enrols every device and lets it take its settings; gives those that enrolled.
    async fn enrol_all(&self, devices: Vec<Device>, parallel: u16) -> anyhow::Result<Vec<Device>> {
        let bar = bar("enrolling", u64::try_from(devices.len())?);
        let mut waiting = devices.into_iter();
        let mut busy = JoinSet::new();
        let mut enrolled = Vec::new();
        loop {
            while busy.len() < usize::from(parallel) {
                let Some(device) = waiting.next() else { break };
                let around = self.clone();
                busy.spawn(async move { around.enrol(device).await });
            }
            let Some(done) = busy.join_next().await else { break };
            bar.inc(1);
            match done? {
                Ok(device) => {
                    self.tally.enrolled();
                    enrolled.push(device);
                }
                Err(error) => self.tally.error(&error),
            }
        }
        bar.finish();
        Ok(enrolled)
    }

    async fn enrol(&self, mut device: Device) -> anyhow::Result<Device> {
        let profile = self.profiles.of(&device.spec().serial.clone()).await?;
        leads_to(&profile, &self.server)?;
        device.enrol(&self.link, &profile).await?;
        Ok(device)
    }

    /// Lets every device hold its first sessions; then, until the time is over, one after the other all over again.
    async fn speak(&self, devices: Vec<Device>, parallel: u16, until: Instant) -> anyhow::Result<()> {
        tokio::time::sleep(SETTLE).await;
        let bar = bar("speaking", u64::try_from(devices.len())?);
        let workers = usize::from(parallel).min(devices.len()).max(1);
        let mut shares: Vec<Vec<Device>> = (0..workers).map(|_| Vec::new()).collect();
        for (device, place) in devices.into_iter().zip((0..workers).cycle()) {
            if let Some(share) = shares.get_mut(place) {
                share.push(device);
            }
        }
        let mut busy = JoinSet::new();
        for mut share in shares {
            let (around, bar) = (self.clone(), bar.clone());
            busy.spawn(async move {
                for device in &mut share {
                    for _ in 0..SESSIONS {
                        around.session(device).await;
                    }
                    bar.inc(1);
                }
                while Instant::now() < until && share.iter().any(Device::is_enrolled) {
                    for device in &mut share {
                        around.session(device).await;
                    }
                }
            });
        }
        while let Some(done) = busy.join_next().await {
            done?;
        }
        bar.finish();
        Ok(())
    }

    async fn session(&self, device: &mut Device) {
        // One that was wiped by its temper has left the fleet: a profile works once.
        if device.is_enrolled() {
            match device.session(&self.link).await {
                Ok(summary) => self.tally.session(&summary),
                Err(error) => self.tally.error(&error),
            }
        }
    }
}

fn bar(words: &'static str, count: u64) -> ProgressBar {
    let bar = ProgressBar::new(count);
    if let Ok(style) = ProgressStyle::with_template("{msg:10} {bar:40} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(words);
    bar
}

/// A part of a run that is over.
struct Stage {
    /// How long it took.
    took: Duration,
    /// The counts at its end.
    counts: Counts,
}

fn summary(count: u64, enrolment: &Stage, before: &Counts, speech: &Stage) -> anyhow::Result<()> {
    let Stage { took: enrolling, counts: enrolled } = enrolment;
    let Stage { took: speaking, counts } = speech;
    let rate = |many: u64, time: &Duration| {
        let tenths = u128::from(many) * 10_000 / time.as_millis().max(1);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    let sessions = counts.sessions.saturating_sub(before.sessions);
    let answered = counts.answered().saturating_sub(before.answered());
    let seconds = |time: &Duration| format!("{} s", time.as_secs());
    let mut rows = vec![
        ["devices".to_owned(), count.to_string(), String::new(), String::new()],
        [
            "enrolled".to_owned(),
            enrolled.enrolled.to_string(),
            rate(enrolled.enrolled, enrolling),
            seconds(enrolling),
        ],
        ["sessions".to_owned(), sessions.to_string(), rate(sessions, speaking), seconds(speaking)],
        ["commands answered".to_owned(), answered.to_string(), rate(answered, speaking), seconds(speaking)],
    ];
    for (status, many) in &counts.answers {
        rows.push([format!("  {status}"), many.to_string(), String::new(), String::new()]);
    }
    rows.push(["errors".to_owned(), counts.failed().to_string(), String::new(), String::new()]);
    let mut out = Out::new();
    out.table(["WHAT", "COUNT", "A SECOND", "IN"], &rows)?;
    for (words, many) in &counts.errors {
        out.line(format_args!("  {many} x {words}"))?;
    }
    Ok(out.finish()?)
}

/// Enters the fleet and its holders into the register of a server, as far as they are not there.
async fn enter(opened: &Opened, fleet: &[DeviceSpec]) -> anyhow::Result<()> {
    let bar = bar("entering", u64::try_from(fleet.len())?);
    let mut holders = Vec::new();
    let holders_needed = u64::try_from(fleet.len())?.div_ceil(DEVICES_EACH);
    for number in 0..holders_needed {
        holders.push(holder(&opened.app, &opened.actor, number).await?);
    }
    let force = opened.app.chosen_force(opened.app.forces().first().copied())?;
    let mut busy = JoinSet::new();
    for (spec, place) in fleet.iter().zip(0_u64..) {
        let holder = usize::try_from(place / DEVICES_EACH).ok().and_then(|place| holders.get(place).copied());
        let (app, actor, serial, kind) =
            (opened.app.clone(), opened.actor.clone(), spec.serial.clone(), kind(spec.model));
        busy.spawn(async move {
            let wanted = serial.clone();
            if app.store().read(move |tx| store::devices::by_serial(tx, &wanted)).await?.is_none() {
                let new = NewDevice { serial, kind, force, holder, asset_tag: None };
                custody_app::register::add_device(&app, permit(&actor)?, new).await?;
            }
            Ok::<_, anyhow::Error>(())
        });
        // Many at once share a commit; too many would only wait in memory.
        if busy.len() >= 256 {
            busy.join_next().await.transpose()?.transpose()?;
            bar.inc(1);
        }
    }
    while let Some(done) = busy.join_next().await {
        done??;
        bar.inc(1);
    }
    bar.finish();
    Ok(())
}

const fn kind(model: Model) -> DeviceKind {
    match model {
        Model::Iphone => DeviceKind::Iphone,
        Model::Ipad => DeviceKind::Ipad,
        Model::Mac => DeviceKind::Mac,
    }
}

/// Returns an invented person who has accepted the terms.
async fn holder(app: &App, actor: &Actor, number: u64) -> anyhow::Result<domain::PersonId> {
    let number = format!("SIM{number:05}");
    let wanted = number.clone();
    let force = app.chosen_force(app.forces().first().copied())?;
    let found = app.store().read(move |tx| store::people::by_number(tx, force, &wanted)).await?;
    let id = match found {
        Some(person) => person.id,
        None => {
            let name = format!("Simulated holder {number}");
            let new = NewPerson {
                force: Some(force),
                number,
                name,
                role: "simulated".into(),
                ..NewPerson::default()
            };
            people_app::add_person(app, permit(actor)?, new).await?
        }
    };
    for document in app.policy().all_terms().keys() {
        terms_app::accept_terms(app, permit(actor)?, id, document, "command-line").await?;
    }
    Ok(id)
}
