//! What is measured, one after the other, each rate beside the machine's own limit in the same minute.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bench::estate::{self, Estate, Planned};
use bench::folder::Folder;
use bench::report::{Line, grouped};
use bench::server::Server;
use bench::wire::{self, Connection};
use bench::{judge, permits, signatures, world};
use devices_sim::{Device, DeviceSpec, KeyPool, Link, Model, Temper};

/// Connections of the load client: as many devices speak at once.
const CONNECTIONS: usize = 64;
/// Commands for each connection in the round-trip run.
const COMMANDS: usize = 300;
/// Devices judged with what is stored of it.
const STORED: usize = 500;
/// Devices enrolled in the enrolment run.
const ENROLMENTS: usize = 200;

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Clause judgements on one core.
    Judgements,
    /// Decisions on who may do what, on one core.
    Permits,
    /// Signed check-ins.
    CheckIns,
    /// Command round trips.
    RoundTrips,
    /// Enrolments.
    Enrolments,
    /// A file of fifty thousand people.
    Import,
}

/// The databases to measure on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum On {
    Sqlite,
    Postgresql,
}

/// One run of the benchmark.
pub(crate) struct Run {
    pub(crate) program: PathBuf,
    pub(crate) policy: PathBuf,
    pub(crate) lasting: Duration,
    pub(crate) devices: usize,
    /// Empty for everything.
    pub(crate) only: Vec<Part>,
}

/// The findings so far, each shown as it comes.
#[derive(Default)]
pub(crate) struct Lines(pub(crate) Vec<Line>);

impl Lines {
    pub(crate) fn add(&mut self, line: Line) {
        say(&line.to_string());
        self.0.push(line);
    }
}

pub(crate) fn say(text: &str) {
    println!("{text}");
}

impl Run {
    pub(crate) fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// Measures everything on one engine, each on a database of its own.
    pub(crate) fn on(
        &self,
        engine: &str,
        database: &dyn Fn() -> Option<String>,
        lines: &mut Lines,
    ) -> anyhow::Result<()> {
        if self.wants(Part::Import) {
            self.import(engine, database(), lines)?;
        }
        if [Part::CheckIns, Part::RoundTrips, Part::Enrolments].into_iter().any(|part| self.wants(part)) {
            self.service(engine, database(), lines)?;
        }
        Ok(())
    }

    pub(crate) fn judgements(&self, lines: &mut Lines) -> anyhow::Result<()> {
        say("Judging clauses on one core ...");
        let (rate, met) = judge::judgements(&self.policy, self.lasting)?;
        let what = format!("clauses judged a second on one core ({met:.0} of 1,000 met)");
        lines.add(Line::rate(what, rate, "/s", "2,000,000/s", 2_000_000.0));
        let stored = judge::stored(STORED)?;
        let device = |what: &str, rate: f64| {
            let what = format!(
                "SQLite: devices judged a second, one after the other, {} findings each, {what}",
                stored.findings
            );
            Line::plain(what, format!("{} /s", grouped(rate)))
        };
        lines.add(device("all of them new and entered in the ledger", stored.changed));
        lines.add(device("none changed", stored.confirmed));
        Ok(())
    }

    pub(crate) fn permits(&self, lines: &mut Lines) -> anyhow::Result<()> {
        say("Deciding who may do what, on one core ...");
        let found = permits::permits(&self.policy, self.lasting)?;
        let rate = |what: &str, rate: f64| Line::plain(what, format!("{} /s", grouped(rate)));
        lines.add(rate("permits a second on one core, asked before", found.remembered));
        lines.add(rate("permits a second on one core, worked out by Cedar", found.decided));
        let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
        lines.add(Line::plain("asking about 10,000 people one by one", milliseconds(found.one_by_one)));
        let what = "a line manager's list out of 10,000 people, 99th percentile (SQLite)";
        lines.add(Line::plain(what, milliseconds(found.list)));
        Ok(())
    }

    /// Measures the running service on one engine.
    fn service(&self, engine: &str, postgres: Option<String>, lines: &mut Lines) -> anyhow::Result<()> {
        let folder = Folder::make()?;
        let mut server = Server::prepare(&self.program, folder.path(), &self.policy, postgres)?;
        let first = server.start()?;
        lines.add(Line::plain(
            format!("{engine}: first start, keys and tables made"),
            format!("{} ms", first.as_millis()),
        ));
        let ca = estate::authority(&server.data())?;
        let store = server.store()?;
        let world = world::real();
        let mut size = 0;
        let mut spoken = None;
        for wanted in [1000, 10_000, self.devices] {
            if wanted <= size {
                continue;
            }
            say(&format!("{engine}: an estate of {} devices ...", grouped(precise(wanted))));
            let estate = estate::grow(&store, &ca, &world, size, wanted)?;
            size = wanted;
            // What a database learns of its tables by itself within minutes; rows arrived here faster than they ever do.
            store.analyse()?;
            if self.wants(Part::CheckIns) {
                self.check_ins(engine, &server, &estate, lines)?;
            }
            if wanted == 10_000 {
                let memory = server.memory_mib()?;
                let mut line = Line::plain(
                    format!("{engine}: memory with 10,000 devices, after that load"),
                    format!("{memory:.0} MiB"),
                );
                line.aim = "150 MiB";
                line.reached = Some(memory <= 150.0);
                lines.add(line);
                if self.wants(Part::RoundTrips) {
                    self.round_trips(engine, &server, &estate, &store, lines)?;
                }
                if self.wants(Part::Enrolments) {
                    self.enrolments(engine, &server, lines)?;
                }
            }
            spoken = Some(estate);
        }
        spoken.context("an estate")?;
        server.kill()?;
        let again = server.start()?;
        let mut line = Line::plain(
            format!("{engine}: start with an existing database of {} devices", grouped(precise(size))),
            format!("{} ms", again.as_millis()),
        );
        line.aim = "1 s";
        line.reached = Some(again <= Duration::from_secs(1));
        lines.add(line);
        server.kill()
    }

    fn check_ins(
        &self,
        engine: &str,
        server: &Server,
        estate: &Estate,
        lines: &mut Lines,
    ) -> anyhow::Result<()> {
        let requests = estate.speakers.iter().map(estate::idle).collect::<anyhow::Result<Vec<_>>>()?;
        // The first minute's contact of each device is written down; that belongs to the load, so it is not left out.
        let rate = wire::on_one_thread(wire::replay(server.address, &requests, CONNECTIONS, self.lasting))?;
        let limit = signatures::limit(Duration::from_secs(2))?;
        let devices = grouped(precise(estate.size));
        let what = format!("{engine}: signed check-ins a second, {devices} devices");
        lines.add(Line::rate(what, rate, "/s", "12,000/s", 12_000.0));
        let share = rate * 100.0 / limit.bare;
        let what =
            format!("{engine}: of the {}/s bare RSA-2048 verifications beside it", grouped(limit.bare));
        lines.add(Line { what, got: format!("{share:.0} %"), aim: "40 %", reached: Some(share >= 40.0) });
        let share = rate * 100.0 / limit.message;
        let what =
            format!("{engine}: of the {}/s whole message verifications beside it", grouped(limit.message));
        lines.add(Line::plain(what, format!("{share:.0} %")));
        Ok(())
    }

    fn round_trips(
        &self,
        engine: &str,
        server: &Server,
        estate: &Estate,
        store: &store::Store,
        lines: &mut Lines,
    ) -> anyhow::Result<()> {
        say(&format!("{engine}: signing {} answers ...", grouped(precise(CONNECTIONS * COMMANDS))));
        let world = world::real();
        let mut plans = Vec::new();
        for speaker in estate.speakers.iter().take(CONNECTIONS) {
            plans.push((estate::idle(speaker)?, estate::plan(store, &world, speaker, COMMANDS)?));
        }
        say(&format!("{engine}: answering ..."));
        let started = Instant::now();
        let address = server.address;
        let done = wire::on_one_thread(async {
            let runs = plans.iter().map(|(idle, planned)| answer_all(address, idle, planned));
            futures_util::future::try_join_all(runs).await
        })?;
        let count: usize = done.into_iter().sum();
        let rate = precise(count) / started.elapsed().as_secs_f64();
        let (aim, least) = if engine == "SQLite" { ("8,000/s", 8000.0) } else { ("3,000/s", 3000.0) };
        lines.add(Line::rate(
            format!("{engine}: command round trips a second, each durable"),
            rate,
            "/s",
            aim,
            least,
        ));
        Ok(())
    }

    fn enrolments(&self, engine: &str, server: &Server, lines: &mut Lines) -> anyhow::Result<()> {
        say(&format!("{engine}: enrolling {ENROLMENTS} devices ..."));
        let profiles = self.make_profiles(server)?;
        let keys = Arc::new(KeyPool::sharing(8)?);
        let waiting = std::sync::Mutex::new(VecDeque::from(profiles));
        let enrolled = AtomicU64::new(0);
        let started = Instant::now();
        wire::on_one_thread(async {
            let link = Link { client: reqwest::Client::new(), world: world::real(), keys };
            let workers = (0..16).map(|_| async {
                loop {
                    let next =
                        waiting.lock().map_err(|_| anyhow::anyhow!("the queue is poisoned"))?.pop_front();
                    let Some((serial, profile)) = next else { return Ok(()) };
                    let spec = DeviceSpec::plausible(Model::Iphone, &serial, Temper::Honest, 1);
                    Device::new(spec, 1).enrol(&link, &profile).await?;
                    enrolled.fetch_add(1, Ordering::Relaxed);
                }
            });
            futures_util::future::try_join_all(workers).await.map(|_: Vec<()>| ())
        })?;
        let count = usize::try_from(enrolled.load(Ordering::Relaxed))?;
        let rate = precise(count) / started.elapsed().as_secs_f64();
        let what = format!("{engine}: enrolments a second, the devices' own keys at work on the same cores");
        lines.add(Line::plain(what, format!("{rate:.0} /s")));
        Ok(())
    }

    /// Registers devices and makes their enrolment profiles, by the command line as a person would.
    fn make_profiles(&self, server: &Server) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
        let folder = server.data();
        let config = folder.parent().context("a folder")?.join("lanyard.toml");
        let run = |arguments: &[&str]| -> anyhow::Result<Vec<u8>> {
            let out = std::process::Command::new(&self.program)
                .args(arguments)
                .arg("--config")
                .arg(&config)
                .output()?;
            if !out.status.success() {
                bail!("lanyard {}: {}", arguments.join(" "), String::from_utf8_lossy(&out.stderr));
            }
            Ok(out.stdout)
        };
        run(&[
            "person",
            "add",
            "--force",
            "norfolk",
            "--number",
            "E1",
            "--name",
            "Bench Enroller",
            "--role",
            "officer",
        ])?;
        run(&["terms", "accept", "--person", "E1"])?;
        (0..ENROLMENTS)
            .map(|number| {
                let serial = format!("ENROL{number:05}");
                run(&[
                    "asset", "add", "--serial", &serial, "--kind", "iphone", "--force", "norfolk",
                    "--holder", "E1",
                ])?;
                let profile = run(&["enrol", "apple", "--serial", &serial, "--unsigned"])?;
                Ok((serial, profile))
            })
            .collect()
    }
}

/// Returns one device: idle, then an answer to each command until there are none; returns how many were acknowledged.
async fn answer_all(
    address: std::net::SocketAddr,
    idle: &[u8],
    planned: &[Planned],
) -> anyhow::Result<usize> {
    let mut connection = Connection::open(address).await?;
    let mut answer = connection.send(idle).await?;
    let mut done = 0;
    for plan in planned {
        let wanted = plan.id.to_string();
        if answer.status != 200 || !answer.body.windows(wanted.len()).any(|part| part == wanted.as_bytes()) {
            bail!(
                "expected the command {wanted}, got {}: {}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            );
        }
        answer = connection.send(&plan.answer).await?;
        done += 1;
    }
    if answer.status != 200 {
        bail!("the last answer was taken with {}", answer.status);
    }
    Ok(done)
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below the precision of a double")]
fn precise(count: usize) -> f64 {
    count as f64
}
