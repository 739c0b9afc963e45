//! A private PostgreSQL server for one test process, from the installed package, reachable by a socket only
//! (or by TLS on the loopback address, where a test asks for that).
//!
//! Who cleans up? A shell that outlives the test by an instant: it holds the read end of a pipe whose write end is ours
//! alone. However this process ends, by return, panic or SIGKILL, the pipe closes, and the shell stops the server and
//! removes its folder. Starting takes about half a second, so a process has one server and each test a database of it.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio_postgres::NoTls;

const ROLE: &str = "lanyard";
/// Debian's `nobody` and `nogroup`: the server refuses to run as root.
const NOBODY: u32 = 65_534;

/// Stops the server and removes everything once standard input ends; `$1` bin folder, `$2` our folder, then options.
const KEEPER: &str = r#"
bin=$1; dir=$2; shift 2
"$bin/postgres" -D "$dir/data" "$@" >"$dir/log" 2>&1 &
server=$!
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$dir"
"#;

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    keeper: Child,
    folder: PathBuf,
    /// The port: also part of the socket's name.
    port: u16,
    databases: AtomicU32,
}

impl Postgres {
    /// Starts a server that does not flush to disk: for tests. None, and a line saying so, where it is not installed.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_with(5432, None, &["fsync=off", "full_page_writes=off", "shared_buffers=32MB"])
    }

    /// Starts a server that also listens on a free port of the loopback address, and there takes TLS connections only,
    /// with this certificate chain and key, PEM.
    #[must_use]
    pub fn start_encrypted(certificate: &str, key: &str) -> Option<Self> {
        let free =
            TcpListener::bind(("127.0.0.1", 0)).expect("a free port").local_addr().expect("its number");
        let settings = ["fsync=off", "listen_addresses=127.0.0.1", "ssl=on"];
        Self::start_with(free.port(), Some((certificate, key)), &settings)
    }

    /// Starts a server that commits as durably as a real one: for measurements.
    #[must_use]
    pub fn start_durable() -> Option<Self> {
        Self::start_with(5432, None, &["fsync=on", "shared_buffers=128MB"])
    }

    /// Returns the server of this process; the first call starts it.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    #[expect(clippy::print_stderr, reason = "a skipped test must say so")]
    fn start_with(port: u16, tls: Option<(&str, &str)>, settings: &[&str]) -> Option<Self> {
        let Some(bin) = installed() else {
            eprintln!("skipped: PostgreSQL is not installed");
            return None;
        };
        let folder =
            tempfile::Builder::new().prefix("lanyard-pg-").tempdir().expect("make a temporary folder").keep();
        if is_root() {
            chown(&folder, Some(NOBODY), Some(NOBODY)).expect("give the server its folder");
        }
        initialise(&bin, &folder);
        if let Some((certificate, key)) = tls {
            let data = folder.join("data");
            private(&data.join("server.crt"), certificate);
            private(&data.join("server.key"), key);
            private(&data.join("pg_hba.conf"), "local all all trust\nhostssl all all 127.0.0.1/32 trust\n");
        }
        let keeper = keep(&bin, &folder, port, settings);
        let server = Self { keeper, folder, port, databases: AtomicU32::new(0) };
        server.wait_until_ready();
        Some(server)
    }

    /// Makes an empty database and returns how to reach it, in libpq's `host=.. user=.. dbname=..` words.
    #[must_use]
    pub fn fresh_database(&self) -> String {
        let name = format!("scratch_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.run("postgres", &format!("CREATE DATABASE {name}")).expect("make a database");
        self.url(&name)
    }

    /// Makes an empty database and returns how to reach it under a name of the loopback address, as a URL.
    #[must_use]
    pub fn fresh_database_at(&self, host: &str) -> String {
        let socket = self.fresh_database();
        let name = socket.rsplit_once("dbname=").map_or("", |(_, name)| name);
        format!("postgresql://{ROLE}@{host}:{}/{name}", self.port)
    }

    /// Closes every client's connection to the server, as a restart of it would, and returns once they are closed.
    pub fn disconnect_all(&self) {
        let sql = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        self.run("postgres", sql).expect("close the connections");
    }

    fn url(&self, database: &str) -> String {
        format!("host={} port={} user={ROLE} dbname={database}", self.folder.display(), self.port)
    }

    fn run(&self, database: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
        run_on(&self.url(database), sql)
    }

    fn wait_until_ready(&self) {
        let began = Instant::now();
        while let Err(error) = self.run("postgres", "SELECT 1") {
            if began.elapsed() > Duration::from_secs(20) {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("PostgreSQL did not start: {error}\n{log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Runs statements on a database directly.
///
/// # Errors
/// What the server says.
pub fn run_on(url: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    // On a thread of its own, so that a test may call this from inside its runtime.
    std::thread::scope(|scope| {
        let work = scope.spawn(|| {
            crate::block_on(async {
                let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
                tokio::spawn(connection);
                client.batch_execute(sql).await
            })
        });
        work.join().expect("a helper thread")
    })
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        drop(self.keeper.wait());
    }
}

/// Returns the newest installed version's programs, where Debian puts them.
fn installed() -> Option<PathBuf> {
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let found = fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path());
    let newest = found.filter(|path| path.join("bin/initdb").exists()).max_by_key(|path| version(path))?;
    Some(newest.join("bin"))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Returns a command as the user the server may run as.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "--"]).arg(program);
    command
}

fn initialise(bin: &Path, folder: &Path) {
    let made = unprivileged(&bin.join("initdb"))
        .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username", ROLE, "--pgdata"])
        .arg(folder.join("data"))
        .current_dir(folder)
        .output();
    match made {
        Ok(made) if made.status.success() => {}
        Ok(made) => panic!("initdb failed: {}", String::from_utf8_lossy(&made.stderr)),
        Err(error) if error.kind() == ErrorKind::NotFound => panic!("setpriv (util-linux) is needed as root"),
        Err(error) => panic!("initdb failed: {error}"),
    }
}

/// Writes a file that only the server may read.
fn private(file: &Path, content: &str) {
    fs::write(file, content).expect("write a file of the server");
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("keep it private");
    if is_root() {
        chown(file, Some(NOBODY), Some(NOBODY)).expect("give it to the server");
    }
}

fn keep(bin: &Path, folder: &Path, port: u16, settings: &[&str]) -> Child {
    let mut command = unprivileged(Path::new("/bin/sh"));
    command.args(["-c", KEEPER, "keeper"]).arg(bin).arg(folder);
    command.arg("-k").arg(folder).args(["-c", "listen_addresses=", "-c", &format!("port={port}")]);
    for setting in settings {
        command.args(["-c", setting]);
    }
    // A group of its own: the terminal's Ctrl-C is for the test; the pipe tells the keeper.
    command
        .process_group(0)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("start PostgreSQL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_separate_and_nothing_stays_behind() {
        let Some(server) = Postgres::start() else { return };
        assert_ne!(server.fresh_database(), server.fresh_database());
        let folder = server.folder.clone();
        assert!(folder.join("data").exists());
        drop(server);
        assert!(!folder.exists());
    }
}
