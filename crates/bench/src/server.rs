//! The service under measurement: the real program in a process of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use domain::Secret;
use store::{PostgresTls, Store, StoreConfig};

/// A service that can be started, killed and started again on the same data.
pub struct Server {
    program: PathBuf,
    folder: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
    database: StoreConfig,
    child: Option<Child>,
}

impl Server {
    /// Prepares a settings file and a data folder in `folder`, on a free port. `policy` is the policy folder;
    /// `postgres` the address of an empty PostgreSQL database, or `None` for SQLite.
    ///
    /// # Errors
    /// Where the files cannot be written.
    pub fn prepare(
        program: &Path,
        folder: &Path,
        policy: &Path,
        postgres: Option<String>,
    ) -> anyhow::Result<Self> {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let (table, database) = match postgres {
            Some(url) => {
                let table = format!("postgres = \"{url}\"\n");
                (
                    table,
                    StoreConfig::Postgres {
                        url: Secret::new(url),
                        connections: crate::estate::CONNECTIONS,
                        tls: PostgresTls::default(),
                    },
                )
            }
            None => {
                let path = folder.join("data/lanyard.sqlite");
                ("sqlite = \"data/lanyard.sqlite\"\n".to_owned(), StoreConfig::Sqlite { path, readers: 1 })
            }
        };
        let settings = format!(
            "organisation = \"Bench\"\naddress = \"http://{address}\"\nlisten = \"{address}\"\npolicy = {:?}\n\
             # A few devices stand for a whole force here: each speaks far more often than a real one may.\n\
             [limits]\ndevice_messages_a_minute = 0\n[log]\nlevel = \"warn\"\n[database]\n{table}",
            policy.display().to_string()
        );
        std::fs::write(folder.join("lanyard.toml"), settings)?;
        Ok(Self { program: program.to_owned(), folder: folder.to_owned(), address, database, child: None })
    }

    /// Adds sections to the settings file.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn add_settings(&self, sections: &str) -> anyhow::Result<()> {
        let path = self.folder.join("lanyard.toml");
        let text = std::fs::read_to_string(&path)?;
        Ok(std::fs::write(path, format!("{text}{sections}"))?)
    }

    /// Returns the data folder with the keys.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Opens the database while the service runs.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn store(&self) -> anyhow::Result<Store> {
        Ok(Store::open(&self.database)?)
    }

    /// Starts the service and waits until it answers; how long that took.
    ///
    /// # Errors
    /// Where it ends, or does not answer within a minute.
    pub fn start(&mut self) -> anyhow::Result<Duration> {
        let log = std::fs::File::create(self.folder.join("serve.log"))?;
        let started = Instant::now();
        let mut child = Command::new(&self.program)
            .args(["serve", "--config"])
            .arg(self.folder.join("lanyard.toml"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} cannot be started", self.program.display()))?;
        while !answers(self.address) {
            if let Some(status) = child.try_wait()? {
                bail!("the service ended with {status}: {}", self.log());
            }
            if started.elapsed() > Duration::from_secs(60) {
                child.kill()?;
                bail!("the service does not answer: {}", self.log());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        self.child = Some(child);
        Ok(started.elapsed())
    }

    /// Returns what the service has logged.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("serve.log")).unwrap_or_default()
    }

    /// Returns memory in use, in mebibytes: the resident set of the service's process.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn memory_mib(&self) -> anyhow::Result<f64> {
        self.memory("VmRSS:")
    }

    /// Returns the most memory that was in use since the start, in mebibytes.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn peak_memory_mib(&self) -> anyhow::Result<f64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, which: &'static str) -> anyhow::Result<f64> {
        let id = self.child.as_ref().context("the service does not run")?.id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let kib: f64 = status
            .lines()
            .find_map(|line| line.strip_prefix(which)?.trim().strip_suffix(" kB")?.trim().parse().ok())
            .with_context(|| format!("the process tells no {which}"))?;
        Ok(kib / 1024.0)
    }

    /// Kills the service as a power cut would: SIGKILL, nothing is finished.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let mut child = self.child.take().context("the service does not run")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Nothing is left to say it to; the process must not outlive its measurement.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Returns whether something at that address answers a request with 200.
fn answers(address: SocketAddr) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100)) else {
        return false;
    };
    let asked = stream.set_read_timeout(Some(Duration::from_secs(2))).and_then(|()| {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    });
    let mut answer = [0_u8; 12];
    asked.is_ok() && stream.read_exact(&mut answer).is_ok() && answer.ends_with(b" 200")
}
