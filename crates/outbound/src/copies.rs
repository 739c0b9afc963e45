//! Copies signed checkpoints to places that the database's owner does not control: a folder that only grows, the force's syslog,
//! an address on the web, a mailbox. A checkpoint says nothing about the content of the ledger, and nobody who carries it can
//! forge its signature, so none of these ways needs to be secret.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{Secret, Timestamp};

use crate::mail::{Letter, Mail};

/// The time limit for a service.
const LONGEST: Duration = Duration::from_secs(15);
/// Facility 13, log audit, severity 5, notice (RFC 5424 section 6.2.1).
const PRIORITY: u8 = 13 * 8 + 5;
/// The socket of this machine's own syslog.
const LOCAL: &str = "/dev/log";

/// A place that copies go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A folder: one file for each checkpoint, never overwritten.
    Folder(PathBuf),
    /// This machine's syslog.
    Syslog,
    /// A syslog server, by TCP (RFC 6587): with UDP a loss would go unnoticed. Host and port.
    SyslogTcp(String),
    /// An address that accepts the note by POST.
    Web(String),
    /// A mailbox.
    Mail(String),
}

/// A checkpoint to be copied.
#[derive(Debug, Clone)]
pub struct Copy {
    /// The protective marking for the subject of a letter.
    pub marking: String,
    /// The signed note.
    pub note: String,
    /// The number of entries it covers.
    pub size: u64,
    /// The start of its root, in hexadecimal digits.
    pub root: String,
    /// When it was signed.
    pub at: Timestamp,
}

/// The error for a text that does not name a place for copies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no place for copies: write a folder, \"syslog\", \"syslog://HOST:PORT\", \"https://...\" or \"mailto:ADDRESS\""
)]
pub struct NoTarget(String);

/// The reason why a copy did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A file or a connection failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A request failed.
    #[error("{0}")]
    Web(String),
    /// A mail failed.
    #[error("{0}")]
    Mail(String),
}

impl Target {
    /// Reads a place from the settings; a relative folder is taken relative to `folder`.
    ///
    /// # Errors
    /// [`NoTarget`] if the text names no place.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, NoTarget> {
        let refuse = || NoTarget(text.to_owned());
        let strange = |c: char| c.is_whitespace() || c.is_control();
        if text.is_empty() || text.contains(|c: char| c.is_control()) {
            return Err(refuse());
        }
        if text == "syslog" {
            return Ok(Self::Syslog);
        }
        if let Some(server) = text.strip_prefix("syslog://") {
            let port = server.rsplit_once(':').and_then(|(host, port)| {
                (!host.is_empty()).then_some(())?;
                port.parse::<u16>().ok()
            });
            return if port.is_some() && !server.contains(strange) {
                Ok(Self::SyslogTcp(server.to_owned()))
            } else {
                Err(refuse())
            };
        }
        if let Some(address) = text.strip_prefix("mailto:") {
            let whole =
                address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
            return if whole && !address.contains(strange) {
                Ok(Self::Mail(address.to_owned()))
            } else {
                Err(refuse())
            };
        }
        let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        if text.starts_with("https://") || here.iter().any(|here| text.starts_with(here)) {
            return if text.contains(strange) { Err(refuse()) } else { Ok(Self::Web(text.to_owned())) };
        }
        if text.contains("://") {
            return Err(refuse());
        }
        Ok(Self::Folder(folder.join(text)))
    }

    /// Names the place for people, without the parts of an address that may be secret.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Folder(folder) => folder.display().to_string(),
            Self::Syslog => "syslog".to_owned(),
            Self::SyslogTcp(server) => format!("syslog://{server}"),
            Self::Web(address) => {
                let plain = address.split(['?', '#']).next().unwrap_or_default();
                match plain
                    .split_once("://")
                    .and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?.1)))
                {
                    Some((scheme, rest)) => format!("{scheme}://{rest}"),
                    None => plain.to_owned(),
                }
            }
            Self::Mail(address) => format!("mailto:{address}"),
        }
    }

    /// Delivers a copy. `Ok` means that the place accepted it.
    ///
    /// # Errors
    /// [`CopyError`]; the same copy may be delivered again.
    pub async fn deliver(&self, mail: Option<&Mail>, copy: &Copy) -> Result<(), CopyError> {
        match self {
            Self::Web(address) => post(address, copy).await,
            Self::Mail(address) => {
                let Some(mail) = mail else {
                    return Err(CopyError::Mail(
                        "there is no mail relay: write [mail] in the settings file".into(),
                    ));
                };
                mail.send(&letter(address, copy)).await.map_err(|error| CopyError::Mail(error.to_string()))
            }
            Self::Folder(_) | Self::Syslog | Self::SyslogTcp(_) => {
                let (target, copy) = (self.clone(), copy.clone());
                let done = tokio::task::spawn_blocking(move || match &target {
                    Self::Folder(folder) => keep(folder, &copy),
                    Self::SyslogTcp(server) => send(server, &copy),
                    _ => log_here(Path::new(LOCAL), &copy),
                });
                Ok(done.await.map_err(|_| io::Error::other("copying broke off"))??)
            }
        }
    }
}

/// Writes a file of its own, which is complete when it appears under its name. Never overwrites an existing one.
fn keep(folder: &Path, copy: &Copy) -> io::Result<()> {
    let name = format!("checkpoint-{:012}-{}.txt", copy.size, copy.root);
    let path = folder.join(&name);
    if let Ok(there) = fs::read_to_string(&path) {
        let other = io::Error::other(format!("{} is there and holds something else", path.display()));
        return if there == copy.note { Ok(()) } else { Err(other) };
    }
    let beside = folder.join(format!(".{name}"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(&beside)?;
    file.write_all(copy.note.as_bytes())?;
    file.sync_all()?;
    // A link, unlike a rename, refuses to replace a file.
    let linked = fs::hard_link(&beside, &path);
    fs::remove_file(&beside)?;
    linked?;
    File::open(folder)?.sync_all()
}

/// Returns the note on one line, which `lanyard ledger verify --checkpoint` can read from a log.
fn line(copy: &Copy) -> String {
    let note = serde_json::Value::String(copy.note.clone());
    format!("ledger checkpoint of {} entries: {note}", copy.size)
}

fn send(server: &str, copy: &Copy) -> io::Result<()> {
    let address = server.to_socket_addrs()?.next();
    let address = address.ok_or_else(|| io::Error::other(format!("{server} has no address")))?;
    let mut stream = TcpStream::connect_timeout(&address, LONGEST)?;
    stream.set_write_timeout(Some(LONGEST))?;
    let message = format!("<{PRIORITY}>1 {} - lanyard - checkpoint - {}", copy.at, line(copy));
    write!(stream, "{} {message}", message.len())?;
    stream.flush()
}

fn log_here(socket: &Path, copy: &Copy) -> io::Result<()> {
    let sender = UnixDatagram::unbound()?;
    sender.set_write_timeout(Some(LONGEST))?;
    sender.send_to(format!("<{PRIORITY}>lanyard: {}", line(copy)).as_bytes(), socket).map(drop)
}

async fn post(address: &str, copy: &Copy) -> Result<(), CopyError> {
    let said = |error: reqwest::Error| CopyError::Web(error.without_url().to_string());
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(LONGEST)
        .build()
        .map_err(said)?;
    let request =
        client.post(address).header("content-type", "text/plain; charset=utf-8").body(copy.note.clone());
    let status = request.send().await.map_err(said)?.status();
    if status.is_success() { Ok(()) } else { Err(CopyError::Web(format!("it answered {status}"))) }
}

fn letter(address: &str, copy: &Copy) -> Letter {
    Letter {
        id: format!("ledger-checkpoint-{}-{}", copy.size, copy.root),
        to: Secret::new(address.to_owned()),
        subject: format!("{} - Checkpoint of the ledger at {} entries", copy.marking, copy.size),
        text: format!(
            "Keep this letter. With it anybody can prove later that no entry before it was changed or dropped:\n\
             save the lines below as a file and run: lanyard ledger verify EXPORT --key KEY --checkpoint FILE\n\n{}",
            copy.note
        ),
        at: copy.at,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;

    use super::*;

    fn copy(size: u64) -> Copy {
        let note = format!("a.example\n{size}\nAAAA\n\n\u{2014} a.example BBBB\n");
        Copy {
            marking: "OFFICIAL".into(),
            note,
            size,
            root: "00ff00ff".into(),
            at: Timestamp::from_millis(1_790_000_000_000),
        }
    }

    #[test]
    fn places_are_read_and_what_is_none_is_refused() {
        let read = |text: &str| Target::parse(text, Path::new("/etc/lanyard"));
        assert_eq!(read("copies").unwrap(), Target::Folder("/etc/lanyard/copies".into()));
        assert_eq!(read("/srv/copies").unwrap(), Target::Folder("/srv/copies".into()));
        assert_eq!(read("syslog://logs.example:601").unwrap(), Target::SyslogTcp("logs.example:601".into()));
        assert_eq!(read("mailto:audit@force.example").unwrap(), Target::Mail("audit@force.example".into()));
        let web = read("https://user:secret@witness.example/in?token=secret").unwrap();
        assert_eq!(web.name(), "https://witness.example/in");
        for bad in [
            "",
            "syslog://logs.example",
            "http://witness.example/",
            "ftp://x",
            "mailto:nobody",
            "https://a b",
            "syslog://:1",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_folder_keeps_each_once_and_never_writes_over_one() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::Folder(folder.path().to_owned());
        for size in [1, 2, 2] {
            target.deliver(None, &copy(size)).await.unwrap();
        }
        let files =
            || fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
        assert_eq!(files().len(), 2);
        assert!(files().iter().any(|file| fs::read_to_string(file).unwrap() == copy(2).note));
        let other = Copy { note: "something else".into(), ..copy(2) };
        let refused = target.deliver(None, &other).await.unwrap_err().to_string();
        assert!(refused.contains("holds something else"), "{refused}");
        let gone = Target::Folder(folder.path().join("gone"));
        assert!(gone.deliver(None, &copy(1)).await.is_err());
        assert!(Target::Mail("a@b.example".into()).deliver(None, &copy(1)).await.is_err());
    }

    #[tokio::test]
    async fn a_syslog_server_gets_one_framed_line() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::SyslogTcp(listener.local_addr().unwrap().to_string());
        target.deliver(None, &copy(7)).await.unwrap();
        let mut text = String::new();
        listener.accept().unwrap().0.read_to_string(&mut text).unwrap();
        let (length, message) = text.split_once(' ').unwrap();
        assert_eq!(length.parse::<usize>().unwrap(), message.len());
        assert!(message.starts_with("<109>1 2026-09-21T") && !message.contains('\n'), "{message}");
        let quoted = &message[message.find('"').unwrap()..];
        assert_eq!(serde_json::from_str::<String>(quoted).unwrap(), copy(7).note);
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("log");
        let here = UnixDatagram::bind(&socket).unwrap();
        log_here(&socket, &copy(7)).unwrap();
        let mut bytes = [0; 1000];
        let read = here.recv(&mut bytes).unwrap();
        assert!(bytes[..read].starts_with(b"<109>lanyard: ledger checkpoint of 7 entries: \""));
    }

    #[tokio::test]
    async fn an_address_that_does_not_take_it_is_an_error() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let taken = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let kept = taken.clone();
        let take = axum::routing::post(move |body: String| async move { kept.lock().unwrap().push(body) });
        let router = axum::Router::new().route("/in", take);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Target::Web(format!("http://{address}/in?token=1")).deliver(None, &copy(3)).await.unwrap();
        assert_eq!(*taken.lock().unwrap(), [copy(3).note]);
        let refused = Target::Web(format!("http://{address}/nowhere")).deliver(None, &copy(3)).await;
        assert!(refused.unwrap_err().to_string().contains("404"));
    }
}
