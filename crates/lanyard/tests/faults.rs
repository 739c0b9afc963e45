//! What goes wrong around the program: a newer schema, a damaged database, keys of another one, a full disk, a stopped node.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod place;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use place::{Place, ready};
use rusqlite::Connection;

const BINARY: &str = env!("CARGO_BIN_EXE_lanyard");

fn database(place: &Place) -> Connection {
    Connection::open(place.path("data/lanyard.sqlite")).unwrap()
}

/// Every verb, as it is typed, from the program's own help.
fn verbs(place: &Place, prefix: &[&str], found: &mut Vec<String>) {
    let help = place.good(&[prefix, &["--help"]].concat());
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A description that needs another line goes on further to the right.
    let verb = |line: &'_ str| line.strip_prefix("  ").filter(|verb| !verb.starts_with(' ')).is_some();
    let below: Vec<&str> = listed
        .filter(|line| verb(line))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    if below.is_empty() {
        found.push(prefix.join(" "));
    }
    for verb in below {
        verbs(place, &[prefix, &[verb]].concat(), found);
    }
}

/// What each verb that opens the database needs to be typed whole.
const ARGUMENTS: &[(&str, &[&str])] = &[
    ("alarm list", &[]),
    ("asset add", &["--force", "norfolk", "--serial", "F4X", "--kind", "iphone"]),
    ("asset give", &["F4X"]),
    ("asset import", &["file.csv", "--force", "norfolk"]),
    ("asset label", &["F4X"]),
    ("asset list", &[]),
    ("backup", &["saved"]),
    ("break-glass end", &["Ann"]),
    ("break-glass invite", &["--name", "Ann"]),
    ("break-glass list", &[]),
    ("custody list", &[]),
    ("custody verify", &["1001"]),
    ("device found", &["F4X", "--reason", "x"]),
    ("device list", &[]),
    ("device lock", &["F4X", "--reason", "x"]),
    ("device lost", &["F4X", "--reason", "x", "--message", "x"]),
    ("device refresh", &["F4X", "--reason", "x"]),
    ("device restart", &["F4X", "--reason", "x"]),
    ("device revoke", &["F4X", "--reason", "x"]),
    ("duty import", &["file.csv", "--force", "norfolk"]),
    ("duty state", &["1234"]),
    ("enrol", &["apple", "--serial", "F4X"]),
    ("explain", &["F4X", "MDU-6.6"]),
    ("ledger accept", &["--checkpoint", "file.csv", "--reason", "x"]),
    ("ledger ask-witness", &[]),
    ("ledger checkpoint", &[]),
    ("ledger cosigned", &["file.csv"]),
    ("ledger export", &[]),
    ("ledger prove", &["00000000-0000-7000-8000-000000000000"]),
    ("ledger witness", &["file.csv", "--ledger", "x"]),
    ("migrate", &[]),
    ("order call-off", &["--force", "norfolk", "--reason", "x"]),
    ("order cancel", &["00000000-0000-7000-8000-000000000000", "--reason", "x"]),
    ("order freeze", &["--force", "norfolk", "--reason", "x"]),
    ("order held", &[]),
    ("pack", &["--document", "mobile-device-use", "--out", "pack.zip"]),
    ("person add", &["--force", "norfolk", "--number", "1", "--name", "A"]),
    ("person end", &["--person", "1234"]),
    ("person erase", &["--due"]),
    ("person event", &["--force", "norfolk", "--number", "1234", "--kind", "leaver", "--on", "2026-12-31"]),
    ("person import", &["file.csv", "--force", "norfolk"]),
    ("person list", &[]),
    ("policy original", &["mobile-device-use", "file.csv"]),
    ("register ask", &["private-hubs", "--because", "x", "--until", "2026-12-31"]),
    ("register decide", &["P-101", "--because", "x", "--grant"]),
    ("register end", &["P-101", "--because", "x"]),
    ("register list", &[]),
    ("register review", &["P-101", "--finding", "x"]),
    ("register show", &["P-101"]),
    ("role end", &["--person", "norfolk/1234", "--role", "auditor", "--reason", "x"]),
    ("role give", &["--person", "norfolk/1234", "--role", "auditor", "--reason", "x"]),
    ("role list", &[]),
    ("serve", &[]),
    ("sign-in-link", &["--name", "Ann"]),
    ("terms accept", &["--person", "1234"]),
    ("terms status", &[]),
    ("token end", &["00000000-0000-7000-8000-000000000000"]),
    ("token list", &[]),
    ("token make", &["--name", "x", "--force", "norfolk"]),
];
/// Verbs that open no database, or one of their own.
const OTHERS: &[&str] = &[
    "config check",
    "config example",
    "demo",
    "ledger verify",
    "policy cells",
    "policy check",
    "policy compile",
    "policy diff",
    "policy import",
    "policy list",
    "policy show",
    "restore",
    "simulate",
    "verify",
];

#[test]
fn no_verb_touches_a_database_with_a_newer_schema() {
    let place = Place::new();
    ready(&place);
    fs::write(place.path("file.csv"), "number,name\n1,A\n").unwrap();
    let rows = |table: &str| -> i64 {
        database(&place).query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    let tables = ["ledger_entry", "person", "device", "job", "session", "sign_in_link", "schema_migration"];
    database(&place)
        .execute(
            "INSERT INTO schema_migration (version, name, digest, applied_at) VALUES (9999, 'later', 'x', 0)",
            [],
        )
        .unwrap();
    let before: Vec<i64> = tables.iter().map(|table| rows(table)).collect();
    let (mut found, mut wrong, known) =
        (Vec::new(), Vec::new(), BTreeMap::from_iter(ARGUMENTS.iter().copied()));
    verbs(&place, &[], &mut found);
    for verb in found.iter().filter(|verb| !OTHERS.contains(&verb.as_str())) {
        let Some(arguments) = known.get(verb.as_str()) else { panic!("{verb} has no line in this test") };
        let typed: Vec<&str> = verb.split(' ').chain(arguments.iter().copied()).collect();
        let said = place.run(&typed);
        if said.code != 1 || !said.err.contains("a newer program has been at it") {
            wrong.push(format!("{typed:?}: {} {}", said.code, said.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(tables.iter().map(|table| rows(table)).collect::<Vec<_>>(), before);
    assert!(!place.path("saved").exists());
}

/// Damages the page at which a table that nothing looks at begins: so much of it that it cannot be opened any more, or the list
/// of free space in it, which only a look at the structure finds.
fn damage(place: &Place, bytes_of_it: std::ops::Range<usize>) {
    let page: u64 = {
        let open = database(place);
        open.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        open.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'off_duty_use'", [], |row| {
            row.get::<_, i64>(0)
        })
        .unwrap()
        .unsigned_abs()
    };
    let path = place.path("data/lanyard.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    let start = usize::try_from((page - 1) * 4096).unwrap();
    bytes.iter_mut().skip(start + bytes_of_it.start).take(bytes_of_it.len()).for_each(|byte| *byte ^= 0x5a);
    fs::write(path, bytes).unwrap();
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The service of a place, on a port of its own, stopped when the test ends.
struct Serving(Child, u16);

impl Serving {
    fn start(place: &Place, more: &str) -> Self {
        let port = free_port();
        let text = fs::read_to_string(place.path("lanyard.toml")).unwrap();
        let text = text.replace("127.0.0.1:8090", &format!("127.0.0.1:{port}")) + more;
        let file = place.path(&format!("serve-{port}.toml"));
        fs::write(&file, text).unwrap();
        let log = fs::File::create(place.path("log")).unwrap();
        let child = Command::new(BINARY)
            .args(["--config", file.to_str().unwrap(), "serve"])
            .current_dir(place.0.path())
            .env_remove("LANYARD_CONFIG")
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Self(child, port)
    }

    /// Waits for an answer of `readyz` that begins with a status and contains a text.
    fn says(&mut self, place: &Place, status: &str, text: &str) {
        let end = Instant::now() + Duration::from_secs(90);
        let mut last = String::new();
        while Instant::now() < end {
            last = get(self.1).unwrap_or_default();
            if last.contains(&format!(" {status} ")) && last.contains(text) {
                return;
            }
            assert!(self.0.try_wait().unwrap().is_none(), "it ended: {}", log(place));
            std::thread::sleep(Duration::from_millis(200));
        }
        panic!("{status} {text} was not said, but {last}\n{}", log(place));
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn log(place: &Place) -> String {
    fs::read_to_string(place.path("log")).unwrap_or_default()
}

fn get(port: u16) -> Option<String> {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).ok()?;
    connection.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(connection, "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    Some(answer)
}

#[test]
fn a_damaged_database_is_not_backed_up_and_does_not_become_ready() {
    let place = Place::new();
    ready(&place);
    place.good(&["backup", "whole"]);
    damage(&place, 1..3);
    let said = place.bad(&["backup", "saved"]);
    assert!(said.contains("the database is damaged") && said.contains("lanyard restore"), "{said}");
    assert!(!place.path("saved").exists());
    let mut serving = Serving::start(&place, "");
    serving.says(&place, "503", "the database is damaged");
    assert!(log(&place).contains("restore the latest backup"), "{}", log(&place));
    drop(serving);
    damage(&place, 0..64);
    for verb in ["backup again", "serve", "person list"] {
        let said = place.bad(&verb.split(' ').collect::<Vec<_>>());
        assert!(
            said.contains("the database is damaged") && said.contains("lanyard restore"),
            "{verb}: {said}"
        );
    }
}

#[test]
fn what_restore_prints_works_as_printed_from_another_folder() {
    let place = Place::new();
    ready(&place);
    place.good(&["backup", "saved"]);
    place.good(&["person", "add", "--force", "norfolk", "--number", "99", "--name", "After the backup"]);
    fs::create_dir(place.path("etc")).unwrap();
    let settings = fs::read_to_string(place.path("lanyard.toml")).unwrap()
        + "[database]\nsqlite = \"../data/lanyard.sqlite\"\n";
    fs::write(place.path("etc/own.toml"), &settings).unwrap();
    let said = place.good(&["--config", "etc/own.toml", "restore", "saved", "--into", "restored"]);
    let data = said.lines().find_map(|line| line.trim().strip_prefix("data = ")).unwrap();
    assert!(data.starts_with("\"/"), "an absolute path: {said}");
    let people =
        |file: &str| place.json(&["--config", file, "person", "list", "--json"]).as_array().unwrap().len();

    // Half of the advice: the old database with the restored keys, which are its own, is the old one; without the settings'
    // own database it is the restored one.
    let sqlite = said.lines().find_map(|line| line.trim().strip_prefix("sqlite = ")).unwrap();
    let sqlite = sqlite.split('#').next().unwrap().trim();
    let followed = settings.replace("organisation", &format!("data = {data}\norganisation"));
    let followed = followed.replace("\"../data/lanyard.sqlite\"", sqlite);
    fs::write(place.path("etc/own.toml"), followed).unwrap();
    assert_eq!(people("etc/own.toml"), 1, "the state of the backup");
    assert_eq!(people("lanyard.toml"), 2);
}

#[test]
fn a_database_and_the_keys_of_another_are_refused_and_no_keys_are_made_for_one_in_use() {
    let (one, other) = (Place::new(), Place::new());
    ready(&one);
    ready(&other);
    let copied = |name: &str| fs::copy(other.path("data").join(name), one.path("data").join(name)).unwrap();
    let kept = fs::read(one.path("data/seal.key")).unwrap();
    copied("seal.key");
    let said = one.bad(&["person", "list"]);
    assert!(said.contains("do not belong together") && said.contains("seal.key"), "{said}");
    fs::remove_file(one.path("data/seal.key")).unwrap();
    let said = one.bad(&["person", "list"]);
    assert!(said.contains("seal.key is missing") && said.contains("restore a backup"), "{said}");
    assert!(!one.path("data/seal.key").exists(), "none was made");
    fs::write(one.path("data/seal.key"), kept).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(one.path("data/seal.key"), mode).unwrap();
    one.good(&["person", "list"]);
    copied("ledger.key");
    assert!(one.bad(&["person", "list"]).contains("ledger.key"));
    assert!(one.good(&["migrate", "--accept-keys"]).contains("the database's own"));
    one.good(&["person", "list"]);
}

#[test]
fn config_check_reads_what_the_service_reads() {
    let place = Place::new();
    assert!(place.good(&["config", "check"]).contains("the settings are whole"));
    let settings = fs::read_to_string(place.path("lanyard.toml")).unwrap();
    let mut wrong = Vec::new();
    let mut check = |more: &str, says: &[&str]| {
        fs::write(place.path("odd.toml"), settings.clone() + more).unwrap();
        let said = place.run(&["--config", "odd.toml", "config", "check"]);
        if said.code != 1 || !says.iter().all(|part| said.err.contains(part)) {
            wrong.push(format!("{more}: {} {}", said.code, said.err));
        }
    };
    fs::write(place.path("srv.pem"), "no certificate").unwrap();
    fs::write(place.path("srv.key"), "no key").unwrap();
    check("[tls]\ncertificate = \"srv.pem\"\nkey = \"srv.key\"\n", &["srv.pem", "no certificate in PEM"]);
    check(
        "[mail]\nserver = \"m.test\"\nfrom = \"a@b.test\"\ntrust = \"gone.pem\"\n",
        &["[mail]", "gone.pem"],
    );
    check(
        "[mail]\nserver = \"m.test\"\nfrom = \"a@b.test\"\nuser = \"u\"\npassword_file = \"gone.txt\"\n",
        &["gone.txt"],
    );
    check(
        "[database]\npostgres = \"postgresql://u@db.test/x\"\nsslmode = \"verify-full\"\ntrust = \"gone.pem\"\n",
        &["[database]", "gone.pem"],
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // The rules are read as the service reads them: without the folder of access there is nobody who may do anything.
    let own = place.path("rules");
    copy(Path::new(&place::policy()), &own);
    fs::remove_dir_all(own.join("access")).unwrap();
    fs::write(place.path("odd.toml"), settings.replace(&place::policy(), own.to_str().unwrap())).unwrap();
    let said = place.bad(&["--config", "odd.toml", "config", "check"]);
    assert!(said.contains("access"), "{said}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            drop(fs::copy(entry.path(), target))
        }
    }
}

/// A small disk of memory, unmounted when the test ends; none where this account may not mount.
struct Small(std::path::PathBuf);

impl Small {
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir(at).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs", at.to_str().unwrap()])
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_told_by_readyz_and_over_when_there_is_room_again() {
    let place = Place::new();
    let Some(small) = Small::mount(&place.path("data")) else {
        std::io::stdout().write_all(b"skipped: this account may not mount a small disk\n").unwrap();
        return;
    };
    let mut serving = Serving::start(&place, "");
    serving.says(&place, "200", "ready");
    let fill = small.0.join("fill");
    let mut file = fs::File::create(&fill).unwrap();
    while file.write_all(&[0; 65536]).is_ok() {}
    drop(file);
    serving.says(&place, "503", "the disk is full");
    assert!(log(&place).contains("make room"), "{}", log(&place));
    fs::remove_file(&fill).unwrap();
    serving.says(&place, "200", "ready");
    drop(serving);
    place.good(&["person", "list"]);
}
