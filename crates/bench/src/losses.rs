//! `bench losses`: devices reported lost under load, and how soon each is locked.
//!
//! The real program serves an estate whose devices check in all the time. Holders who are signed in report theirs lost on their own
//! page, in a force that has said beforehand that such a report locks the device. A stand-in of the push service hears what the
//! service pushes, and the lost device connects and answers as a device does that is online. Meanwhile the program may be killed,
//! again and again. Each figure is a time on this machine's clock since the report was first sent.

mod client;
mod found;
mod pushes;
mod stage;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use domain::Timestamp;

use crate::folder::Folder;
use crate::server::Server;
use crate::{estate, wire, world};

pub use found::{Figures, lines};

/// What is asked of a run.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The program.
    pub program: PathBuf,
    /// The policy folder.
    pub policy: PathBuf,
    /// An empty PostgreSQL database; `None` for SQLite.
    pub postgres: Option<String>,
    /// Devices of the estate.
    pub devices: usize,
    /// Devices reported lost, [`estate::SPEAKERS`] at most.
    pub losses: usize,
    /// The time over which the reports are spread.
    pub over: Duration,
    /// Check-ins a second meanwhile.
    pub check_ins: u32,
    /// How often the program is killed meanwhile.
    pub kills: usize,
}

/// How long what was reported may take to be finished after the last report: longer than the leases of jobs and pushes, which
/// have to end before another process takes what a killed one had begun.
const PATIENCE: Duration = Duration::from_secs(90);

/// Reports the losses, and returns how each went.
///
/// # Errors
/// Where the service cannot be prepared or started, or something of it cannot be read afterwards.
pub fn run(wanted: &Wanted) -> anyhow::Result<Figures> {
    let folder = Folder::make()?;
    let pushes = pushes::start(folder.path())?;
    let mut server =
        Server::prepare(&wanted.program, folder.path(), &wanted.policy, wanted.postgres.clone())?;
    server.add_settings(&stage::settings(&pushes.address, wanted.losses))?;
    server.start()?;
    server.kill()?;
    let (store, world) = (server.store()?, world::real());
    let ca = estate::authority(&server.data())?;
    let estate = estate::grow(&store, &ca, &world, 0, wanted.devices)?;
    let losses = stage::enter(&store, &world, &estate, wanted.losses)?;
    let idle = estate.speakers.iter().map(estate::idle).collect::<anyhow::Result<Vec<_>>>()?;
    server.start()?;

    let over = AtomicBool::new(false);
    let (address, began) = (server.address, Instant::now());
    let ran = std::thread::scope(|scope| {
        let heard = pushes.heard;
        let clients = scope.spawn(|| {
            let all = client::Client { address, losses: &losses, idle: &idle, began, over: &over, wanted };
            let sent = wire::on_one_thread(all.run(heard));
            over.store(true, Ordering::SeqCst);
            sent
        });
        let killed = kill_again_and_again(&mut server, wanted, &over);
        let sent = clients.join().map_err(|_| anyhow::anyhow!("the thread of the clients panicked"))??;
        anyhow::Ok((sent, killed?))
    })?;
    let (ran, kills) = ran;
    let figures =
        found::read(&store, &losses, &ran.seen, &server.log()).context("what became of the losses")?;
    Ok(Figures { check_ins_a_second: ran.check_ins_a_second, kills, ..figures })
}

/// Kills the program as often as is asked, spread over the time of the reports, and starts it again each time; returns how often.
fn kill_again_and_again(server: &mut Server, wanted: &Wanted, over: &AtomicBool) -> anyhow::Result<usize> {
    let kills = u32::try_from(wanted.kills).unwrap_or(u32::MAX);
    let Some(every) = wanted.over.checked_div(kills) else { return Ok(0) };
    let mut killed = 0;
    for number in 0..wanted.kills {
        // At many different moments, the same ones in every run.
        let shift = Duration::from_millis(u64::try_from(number).unwrap_or_default() * 37 % 180);
        std::thread::sleep(every + shift);
        if over.load(Ordering::SeqCst) {
            break;
        }
        server.kill()?;
        server.start()?;
        killed += 1;
    }
    Ok(killed)
}

/// One device that is reported lost.
pub(crate) struct Loss {
    /// The device, which can speak.
    pub(crate) speaker: estate::Speaker,
    /// Its token for pushes, as a number.
    pub(crate) token: usize,
    /// The cookie of its holder.
    pub(crate) cookie: String,
}

/// When things happened to a loss, as the clients saw it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    /// When the report was first sent.
    pub(crate) sent: Option<Timestamp>,
    /// When the report was answered: the loss is known from here on.
    pub(crate) taken: Option<Timestamp>,
    /// When the first push came.
    pub(crate) pushed: Option<Timestamp>,
    /// How often the report was sent.
    pub(crate) tries: u32,
}
