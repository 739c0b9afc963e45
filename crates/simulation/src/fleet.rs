//! A fleet of simulated devices that goes on by itself, and is remembered between two starts of the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use devices_sim::{Device, Ended, Link};
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::task::JoinSet;

use super::profiles::Profiles;
use super::tally::Tally;
use service::private_files;

/// Devices that enrol at the same time.
const ENROLLING: usize = 4;
/// How often the state of the fleet is written down.
const SAVE_EVERY: Duration = Duration::from_secs(10);
/// A first session follows enrolment after so long: by then the server has queued what it wants.
const SETTLE: Duration = Duration::from_secs(2);
/// The pause between two sessions is this and up to [`SPREAD`] more, so that devices do not march in step.
const PAUSE: Duration = Duration::from_secs(20);
const SPREAD: Duration = Duration::from_secs(40);
/// Sessions come closer together while there is something to do, and for the first few after enrolling: the server may
/// not have got round to queueing yet.
const EARLY: Duration = Duration::from_secs(3);
const EARLY_SESSIONS: u32 = 10;
/// How long before somebody switches on a device that was shut down.
const SWITCHED_OFF: Duration = Duration::from_secs(180);

/// One device, and whoever wants to look at it.
type Member = Arc<Mutex<Device>>;

/// What all devices share.
#[derive(Clone)]
pub struct Surroundings {
    /// The way to the server.
    pub link: Link,
    /// Where profiles come from.
    pub profiles: Profiles,
    /// What happened.
    pub tally: Arc<Tally>,
}

/// The devices, by serial number.
pub struct Fleet {
    members: BTreeMap<String, Member>,
    file: PathBuf,
}

impl Fleet {
    /// Reads the remembered devices, as far as `keep` takes them, and adds those that are missing.
    ///
    /// # Errors
    /// Where the file is there and cannot be read.
    pub fn remembered(
        file: &Path,
        keep: impl Fn(&Device) -> bool,
        all: impl Iterator<Item = Device>,
    ) -> anyhow::Result<Self> {
        let mut members: BTreeMap<String, Member> = BTreeMap::new();
        if file.exists() {
            let text = private_files::read_state(file)?;
            let known: Vec<Device> = serde_json::from_slice(text.expose()).with_context(|| {
                format!("{} cannot be read; remove it, and the devices enrol anew", file.display())
            })?;
            for device in known.into_iter().filter(keep) {
                members.insert(device.spec().serial.clone(), Arc::new(Mutex::new(device)));
            }
        }
        for device in all {
            members.entry(device.spec().serial.clone()).or_insert_with(|| Arc::new(Mutex::new(device)));
        }
        Ok(Self { members, file: file.to_owned() })
    }

    /// Returns how many devices there are.
    pub fn size(&self) -> usize {
        self.members.len()
    }

    /// Returns how many are enrolled, as far as they know.
    pub async fn enrolled(&self) -> usize {
        let mut count = 0;
        for member in self.members.values() {
            count += usize::from(member.lock().await.is_enrolled());
        }
        count
    }

    /// Writes the state down, private keys included: readable by its owner alone, whole or not at all.
    async fn save(&self) -> anyhow::Result<()> {
        let mut devices = Vec::with_capacity(self.members.len());
        for member in self.members.values() {
            devices.push(member.lock().await.clone());
        }
        let file = self.file.clone();
        tokio::task::spawn_blocking(move || private_files::write_state(&file, &serde_json::to_vec(&devices)?))
            .await?
    }

    /// Keeps every device going until `stop` turns true, then writes the state down a last time.
    ///
    /// # Errors
    /// Where the state cannot be written.
    pub async fn live(&self, around: &Surroundings, mut stop: watch::Receiver<bool>) -> anyhow::Result<()> {
        let gate = Arc::new(Semaphore::new(ENROLLING));
        let mut lives = JoinSet::new();
        for member in self.members.values() {
            lives.spawn(live(Arc::clone(member), around.clone(), Arc::clone(&gate), stop.clone()));
        }
        while !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(SAVE_EVERY) => self.save().await?,
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        while lives.join_next().await.is_some() {}
        self.save().await
    }
}

/// Runs the life of one device.
async fn live(member: Member, around: Surroundings, gate: Arc<Semaphore>, mut stop: watch::Receiver<bool>) {
    let mut early = 0;
    while !*stop.borrow() {
        let pause = match turn(&member, &around, &gate, &mut early).await {
            Ok(Some(pause)) => pause,
            Ok(None) => return,
            Err(error) => {
                tracing::debug!(%error, "a simulated device met with an error");
                around.tally.error(&error);
                later(&around.link)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

/// Does one thing after the other: enrols the device or holds a session. Gives the pause until the next turn; none where the
/// device will do nothing more.
async fn turn(
    member: &Member,
    around: &Surroundings,
    gate: &Semaphore,
    early: &mut u32,
) -> anyhow::Result<Option<Duration>> {
    let mut device = member.lock().await;
    if !device.is_enrolled() {
        let _turn = gate.acquire().await?;
        let profile = around.profiles.of(&device.spec().serial.clone()).await?;
        device.enrol(&around.link, &profile).await?;
        around.tally.enrolled();
        *early = EARLY_SESSIONS;
        return Ok(Some(SETTLE));
    }
    let summary = device.session(&around.link).await?;
    around.tally.session(&summary);
    *early = early.saturating_sub(1);
    Ok(match summary.ended {
        Ended::Drained if summary.answered.is_empty() && *early == 0 => Some(later(&around.link)),
        Ended::Drained | Ended::Restarting => Some(EARLY),
        Ended::WantsEnrolment => Some(SETTLE),
        Ended::SwitchedOff => Some(SWITCHED_OFF),
        // What was ordered stays so: an erased device lies in a drawer.
        Ended::Silent | Ended::Erased | Ended::Unenrolled => None,
    })
}

fn later(link: &Link) -> Duration {
    let spread =
        u64::from_be_bytes(link.world.bytes()) % u64::try_from(SPREAD.as_millis()).unwrap_or(1).max(1);
    PAUSE + Duration::from_millis(spread)
}
