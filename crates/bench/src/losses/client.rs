//! The clients of a run: devices that check in, holders that report, and lost devices that answer when they are pushed.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{Loss, PATIENCE, Seen, Wanted};
use crate::estate;
use crate::wire::Connection;
use crate::world;

/// Connections over which the estate checks in.
const CONNECTIONS: usize = 32;
/// How long a client waits before it connects again to a service that is not there.
const AGAIN: Duration = Duration::from_millis(100);

/// What the clients saw of a run.
pub(super) struct Ran {
    /// What was seen of each loss.
    pub(super) seen: Vec<Seen>,
    /// Check-ins that were answered, a second.
    pub(super) check_ins_a_second: f64,
}

/// Everything that speaks to the service.
pub(super) struct Client<'a> {
    pub(super) address: SocketAddr,
    pub(super) losses: &'a [Loss],
    pub(super) idle: &'a [Vec<u8>],
    pub(super) began: Instant,
    pub(super) over: &'a AtomicBool,
    pub(super) wanted: &'a Wanted,
}

impl Client<'_> {
    /// Runs until every loss was reported and its device has answered, or the time for it is over.
    pub(super) async fn run(&self, heard: UnboundedReceiver<usize>) -> anyhow::Result<Ran> {
        let seen = Mutex::new(vec![Seen::default(); self.losses.len()]);
        let checked_in = AtomicUsize::new(0);
        let work = async {
            let reports = (0..self.losses.len()).map(|place| self.report(place, &seen));
            let reports = futures_util::future::try_join_all(reports);
            let (reported, answered) = futures_util::future::join(reports, self.devices(heard, &seen)).await;
            reported?;
            answered?;
            self.over.store(true, Ordering::SeqCst);
            anyhow::Ok(())
        };
        let noise = (0..CONNECTIONS).map(|number| self.check_in(number, &checked_in));
        let noise = futures_util::future::join_all(noise);
        let (done, _) = futures_util::future::join(work, noise).await;
        done?;
        let answered = u32::try_from(checked_in.into_inner()).unwrap_or(u32::MAX);
        let check_ins_a_second = f64::from(answered) / self.began.elapsed().as_secs_f64();
        let seen = seen.into_inner().map_err(|_| anyhow::anyhow!("a client panicked"))?;
        Ok(Ran { seen, check_ins_a_second })
    }

    fn limit(&self) -> Instant {
        self.began + self.wanted.over + PATIENCE
    }

    /// Checks in over one connection at its share of the rate.
    async fn check_in(&self, number: usize, count: &AtomicUsize) {
        let every = Duration::from_secs_f64(
            f64::from(u32::try_from(CONNECTIONS).unwrap_or(u32::MAX))
                / f64::from(self.wanted.check_ins.max(1)),
        );
        let mut tick = tokio::time::interval(every);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut connection = None;
        for request in self.idle.iter().cycle().skip(number * self.idle.len() / CONNECTIONS) {
            tick.tick().await;
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            if connection.is_none() {
                connection = Connection::open(self.address).await.ok();
            }
            // A broken connection is what a kill looks like from the device's side.
            let answered = match connection.as_mut() {
                Some(open) => open.send(request).await.is_ok(),
                None => false,
            };
            if answered {
                count.fetch_add(1, Ordering::Relaxed);
            } else {
                connection = None;
            }
        }
    }

    /// Reports one loss at its time; sends the same form again until it is answered, as a person does.
    async fn report(&self, place: usize, seen: &Mutex<Vec<Seen>>) -> anyhow::Result<()> {
        let loss = self.losses.get(place).context("a loss")?;
        let share = f64::from(u32::try_from(place)?) / f64::from(u32::try_from(self.losses.len().max(1))?);
        tokio::time::sleep_until((self.began + self.wanted.over.mul_f64(share)).into()).await;
        let body = format!(
            "form=bench-loss-{place}-{}&device={}&how=lost&state=not-known&last-day=not-known",
            loss.cookie, loss.speaker.device
        );
        let request = format!(
            "POST /me/lost HTTP/1.1\r\nHost: {}\r\nCookie: lanyard-demo={}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            loss.cookie,
            body.len()
        );
        note(seen, place, |one| one.sent = Some(world::real().now()));
        while Instant::now() < self.limit() {
            note(seen, place, |one| one.tries += 1);
            match self.send_once(request.as_bytes()).await {
                Ok(answer) if answer.status == 200 => {
                    note(seen, place, |one| one.taken = Some(world::real().now()));
                    return Ok(());
                }
                Ok(answer) => bail!(
                    "a report was answered with {}: {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.body)
                ),
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
        }
        bail!("a report was not answered in time")
    }

    async fn send_once(&self, request: &[u8]) -> anyhow::Result<crate::wire::Answer> {
        Connection::open(self.address).await?.send(request).await
    }

    /// Lets each lost device connect once it is pushed, and answer what waits for it.
    async fn devices(
        &self,
        mut heard: UnboundedReceiver<usize>,
        seen: &Mutex<Vec<Seen>>,
    ) -> anyhow::Result<()> {
        let by_token: HashMap<usize, usize> =
            self.losses.iter().enumerate().map(|(place, loss)| (loss.token, place)).collect();
        let mut running = futures_util::stream::FuturesUnordered::new();
        let mut answered = vec![false; self.losses.len()];
        loop {
            if answered.iter().all(|done| *done) {
                return Ok(());
            }
            tokio::select! {
                token = heard.recv() => {
                    let token = token.context("the stand-in of the push service ended")?;
                    let Some(place) = by_token.get(&token).copied() else { continue };
                    note(seen, place, |one| {
                        if one.pushed.is_none() && one.sent.is_some() {
                            one.pushed = Some(world::real().now());
                        }
                    });
                    running.push(async move { (place, self.answer(place).await) });
                }
                Some((place, contained)) = futures_util::StreamExt::next(&mut running), if !running.is_empty() => {
                    if contained? && let Some(done) = answered.get_mut(place) {
                        *done = true;
                    }
                }
                () = tokio::time::sleep_until(self.limit().into()) => return Ok(()),
            }
        }
    }

    /// Connects as the device and answers everything that waits; whether lost mode was among it.
    async fn answer(&self, place: usize) -> anyhow::Result<bool> {
        let speaker = &self.losses.get(place).context("a loss")?.speaker;
        let mut contained = false;
        while Instant::now() < self.limit() {
            match self.session(speaker, &mut contained).await {
                Ok(()) => return Ok(contained),
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
        }
        Ok(contained)
    }

    async fn session(&self, speaker: &estate::Speaker, contained: &mut bool) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.address).await?;
        let mut answer = connection.send(&estate::idle(speaker)?).await?;
        loop {
            anyhow::ensure!(answer.status == 200, "the service answered a device with {}", answer.status);
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            let Some(command) = between(&text, "<key>CommandUUID</key><string>", "</string>") else {
                return Ok(());
            };
            let lost_mode = text.contains("<string>EnableLostMode</string>");
            let reply = if text.contains("<string>DeviceInformation</string>") {
                estate::answer(speaker, command.parse()?)?
            } else {
                estate::acknowledge(speaker, command)?
            };
            answer = connection.send(&reply).await?;
            *contained |= lost_mode && answer.status == 200;
        }
    }
}

fn note(seen: &Mutex<Vec<Seen>>, place: usize, change: impl FnOnce(&mut Seen)) {
    if let Some(one) = seen.lock().ok().as_deref_mut().and_then(|all| all.get_mut(place)) {
        change(one);
    }
}

/// Returns the text between two marks, whatever white space stands between the tags.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let key = text.split_once(before.split_once("<string>")?.0)?.1;
    key.split_once("<string>")?.1.split_once(after).map(|(found, _)| found)
}
