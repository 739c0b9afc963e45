//! The service and the demo as programs: started, asked over HTTP, worked on beside, stopped by a signal.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_lanyard");

fn policy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy").canonicalize().unwrap()
}

/// A port that nobody listens on just now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).current_dir(folder).env_remove("LANYARD_CONFIG").output().unwrap()
}

fn good(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A program that is stopped when the test ends, however it ends.
struct Running(Child);

impl Running {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let log = fs::File::options().create(true).append(true).open(folder.join("log")).unwrap();
        let child = Command::new(BINARY)
            .args(arguments)
            .current_dir(folder)
            .env_remove("LANYARD_CONFIG")
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// Stops it as a service manager does; whether it ended in order.
    fn stop(mut self, signal: &str) -> bool {
        let told = Command::new("kill").args([signal, &self.0.id().to_string()]).status().unwrap();
        assert!(told.success());
        let until = Instant::now() + Duration::from_secs(40);
        while Instant::now() < until {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("it does not stop");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already wherever the test did what it should.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Status line and body of a GET; nothing where nobody answers.
fn get(port: u16, path: &str) -> Option<(String, String)> {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(connection, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.lines().next()?.to_owned(), body.to_owned()))
}

fn until<T>(what: &str, folder: &Path, mut found: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(90);
    while Instant::now() < end {
        if let Some(found) = found() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{what} did not happen\n{}", fs::read_to_string(folder.join("log")).unwrap_or_default());
}

fn ready(folder: &Path, port: u16) {
    until("an answer", folder, || get(port, "/readyz").filter(|(status, _)| status.contains(" 200 ")));
}

#[test]
fn a_start_with_a_weaker_policy_goes_on_by_the_one_in_force_and_says_so_once() {
    let folder = tempfile::tempdir().unwrap();
    let (place, port) = (folder.path(), free_port());
    let settings = format!(
        "organisation = \"Test\"\naddress = \"http://127.0.0.1:{port}\"\nlisten = \"127.0.0.1:{port}\"\npolicy = \"{}\"\n",
        policy().display()
    );
    let log = || fs::read_to_string(place.join("log")).unwrap();
    let warned = || log().matches("weaker than the policy in force").count();
    for (parameters, warnings) in [
        ("", 0),
        ("[parameters]\nlock-timeout-minutes = 10\n", 1),
        ("", 1),
        ("[parameters]\nunused-after = \"90d\"\n", 2),
    ] {
        fs::write(place.join("lanyard.toml"), format!("{settings}{parameters}")).unwrap();
        let service = Running::start(place, &["serve"]);
        ready(place, port);
        assert!(service.stop("-TERM"), "{}", log());
        assert_eq!(warned(), warnings, "{parameters}\n{}", log());
    }
    assert_eq!(log().matches("brought the policy folder into force").count(), 1, "{}", log());
}

#[test]
fn a_service_is_worked_on_while_it_runs_and_stops_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (place, port) = (folder.path(), free_port());
    let settings = format!(
        "organisation = \"Test\"\naddress = \"http://127.0.0.1:{port}\"\nlisten = \"127.0.0.1:{port}\"\npolicy = \"{}\"\n",
        policy().display()
    );
    fs::write(place.join("lanyard.toml"), settings).unwrap();
    let service = Running::start(place, &["serve"]);
    ready(place, port);
    assert!(get(port, "/healthz").unwrap().0.contains(" 200 "));
    let (status, page) = get(port, "/sign-in").unwrap();
    assert!(status.contains(" 200 "), "{status}");
    assert!(!page.contains("name=\"persona\""), "nobody can choose who to be in earnest");
    let link = good(place, &["sign-in-link", "--name", "Ann Example"]);
    let (_, path) = link.trim().split_once(&format!(":{port}")).unwrap();
    assert!(get(port, path).unwrap().0.contains(" 200 "), "{path}");

    let server = format!("http://127.0.0.1:{port}");
    let said = good(place, &["simulate", "--server", &server, "--devices", "4", "--seed", "3"]);
    assert!(said.contains("enrolled") && said.contains("Acknowledged"), "{said}");
    let devices: Value = serde_json::from_str(&good(place, &["device", "list", "--json"])).unwrap();
    assert_eq!(devices.as_array().unwrap().len(), 4, "{devices}");
    let serial = devices.pointer("/0/serial").unwrap().as_str().unwrap().to_owned();
    let explained = until("a judgement", place, || {
        let output = run(place, &["explain", &serial, "MDU-6.1", "--json"]);
        output.status.success().then(|| serde_json::from_slice::<Value>(&output.stdout).unwrap())
    });
    assert_eq!(explained.pointer("/replayed").unwrap(), "same", "{explained}");
    let said = good(place, &["explain", &serial, "mdu-6.1"]);
    for words in ["As of", "Checks, on", "Facts", "Judged again from this: the same outcome", "clause digest"]
    {
        assert!(said.contains(words), "{words} is not in:\n{said}");
    }
    assert!(good(place, &["device", "refresh", &serial, "--reason", "test"]).contains("queued"));

    good(place, &["ledger", "export", "--out", "ledger.jsonl"]);
    good(place, &["ledger", "verify", "ledger.jsonl", "--key", "data/ledger.pub"]);
    good(place, &["backup", "saved"]);
    assert!(service.stop("-TERM"), "{}", fs::read_to_string(place.join("log")).unwrap());
    let log = fs::read_to_string(place.join("log")).unwrap();
    assert!(log.contains("stopped") && !log.contains(&serial), "no serial number in the log:\n{log}");
    good(place, &["restore", "saved", "--into", "again"]);

    // What is in force is in the database, parameters included: verbs go by it, whatever has become of folder and settings.
    let settings = fs::read_to_string(place.join("lanyard.toml")).unwrap();
    let gone = settings.replace(&policy().display().to_string(), "gone");
    fs::write(place.join("lanyard.toml"), &gone).unwrap();
    assert!(good(place, &["terms", "accept", "--person", "SIM00000"]).contains("mobile-device-use"));
    fs::write(place.join("lanyard.toml"), gone + "[parameters]\nlock-timeout-minutes = 3\n").unwrap();
    let other = run(place, &["terms", "accept", "--person", "SIM00000"]);
    assert!(
        other.status.success(),
        "new parameters wait for the service: {}",
        String::from_utf8_lossy(&other.stderr)
    );
}

#[test]
fn another_name_gets_no_page_and_what_anybody_can_cause_is_no_fault_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let (place, port) = (folder.path(), free_port());
    let settings = format!(
        "organisation = \"Test\"\naddress = \"https://mdm.force.example\"\nnames = [\"lanyard.force.example\"]\n\
         listen = \"127.0.0.1:{port}\"\npolicy = \"{}\"\n[tls]\nbehind_proxy = true\naddress_header = \"X-Forwarded-For\"\n",
        policy().display()
    );
    fs::write(place.join("lanyard.toml"), settings).unwrap();
    let service = Running::start(place, &["serve"]);
    ready(place, port);
    let ask = |name: &str, path: &str, more: &str| {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(connection, "GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n{more}\r\n").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    };
    for own in ["mdm.force.example", "MDM.force.example:443", "lanyard.force.example"] {
        let page = ask(own, "/sign-in", "");
        assert!(page.starts_with("HTTP/1.1 200"), "{own}: {page}");
        assert!(page.contains("strict-transport-security: max-age=31536000"), "{page}");
    }
    for other in ["evil.example", "127.0.0.1", "localhost", ""] {
        let page = ask(other, "/sign-in", "");
        assert!(
            page.starts_with("HTTP/1.1 421") && page.contains("Go to https://mdm.force.example"),
            "{page}"
        );
        assert!(ask(other, "/readyz", "").starts_with("HTTP/1.1 200"), "a balancer asks by address");
    }
    let again = ask("mdm.force.example", "/sign-in?next=/%0b", "");
    assert!(again.starts_with("HTTP/1.1 200"), "{again}");

    let token = good(place, &["token", "make", "--name", "directory", "--force", "norfolk"]);
    let with = format!("Authorization: Bearer {}\r\n", token.trim());
    assert!(ask("mdm.force.example", "/scim/v2/Bulk", &with).starts_with("HTTP/1.1 501"));
    for wrong in
        ["/scim/v2/Users", "/nowhere", "/sign-in/no-such-link", "/scep?operation=PKIOperation&message=AAAA"]
    {
        ask("mdm.force.example", wrong, "");
    }
    assert!(service.stop("-TERM"));
    let log = fs::read_to_string(place.join("log")).unwrap();
    assert!(!log.contains("ERROR"), "{log}");
    let warned = log
        .lines()
        .filter(|line| line.contains("WARN") && !line.contains("no push") && !line.contains("no mail"));
    assert_eq!(warned.count(), 0, "{log}");
    assert!(log.contains("status=501"), "{log}");
}

#[test]
fn a_body_that_its_head_refuses_does_not_cost_the_sender_the_answer() {
    const LONG: usize = 16 * 1024 * 1024;
    let folder = tempfile::tempdir().unwrap();
    let (place, port) = (folder.path(), free_port());
    let settings = format!(
        "organisation = \"Test\"\naddress = \"http://127.0.0.1:{port}\"\nlisten = \"127.0.0.1:{port}\"\npolicy = \"{}\"\n",
        policy().display()
    );
    fs::write(place.join("lanyard.toml"), settings).unwrap();
    let service = Running::start(place, &["serve"]);
    ready(place, port);
    for round in 0..10 {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let head =
            format!("PUT /apple/mdm HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {LONG}\r\n\r\n");
        connection.write_all(head.as_bytes()).unwrap();
        // The answer is there long before all of this is sent.
        connection.write_all(&vec![b' '; LONG]).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 413") && answer.contains("connection: close"),
            "{round}: {answer}"
        );
    }
    assert!(service.stop("-TERM"));
}

#[test]
fn a_proxy_that_hides_everybody_is_named_by_the_check_of_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let settings = format!(
        "organisation = \"Test\"\naddress = \"https://mdm.force.example\"\nlisten = \"127.0.0.1:1\"\npolicy = \"{}\"\n\
         [tls]\nbehind_proxy = true\n",
        policy().display()
    );
    fs::write(folder.path().join("lanyard.toml"), &settings).unwrap();
    assert!(good(folder.path(), &["config", "check"]).contains("warning: [tls] behind_proxy is on"));
    let named = settings + "address_header = \"X-Forwarded-For\"\n";
    fs::write(folder.path().join("lanyard.toml"), named).unwrap();
    assert!(!good(folder.path(), &["config", "check"]).contains("warning"));
}

#[test]
fn the_service_speaks_tls_itself_and_keeps_its_key_private() {
    let folder = tempfile::tempdir().unwrap();
    let (place, port) = (folder.path(), free_port());
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    fs::write(place.join("tls.pem"), made.cert.pem()).unwrap();
    fs::write(place.join("tls.key"), made.signing_key.serialize_pem()).unwrap();
    let settings = format!(
        "organisation = \"Test\"\naddress = \"https://localhost:{port}\"\nlisten = \"127.0.0.1:{port}\"\npolicy = \"{}\"\n\
         [tls]\ncertificate = \"tls.pem\"\nkey = \"tls.key\"\n[log]\nformat = \"json\"\n",
        policy().display()
    );
    fs::write(place.join("lanyard.toml"), settings).unwrap();
    let open = run(place, &["serve"]);
    let said = String::from_utf8_lossy(&open.stderr).into_owned();
    assert!(
        !open.status.success() && said.contains("chmod 600"),
        "a key that others can read is refused: {said}"
    );
    fs::set_permissions(place.join("tls.key"), fs::Permissions::from_mode(0o600)).unwrap();
    let service = Running::start(place, &["serve"]);
    // Fails only where another test of this program was first, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap()])
        .build()
        .unwrap();
    let url = format!("https://localhost:{port}/readyz");
    until("an answer over TLS", place, || {
        let answer = testkit::block_on(async { client.get(&url).send().await });
        answer.ok().filter(|answer| answer.status().is_success())
    });
    assert!(get(port, "/readyz").is_none(), "nothing is answered in the clear");
    assert!(service.stop("-TERM"));
    let log = fs::read_to_string(place.join("log")).unwrap();
    let last = log.lines().rfind(|line| line.starts_with('{')).unwrap();
    assert!(serde_json::from_str::<Value>(last).is_ok(), "{last}");
}

#[test]
fn the_same_verbs_work_on_postgresql() {
    let Some(server) = testkit::Postgres::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (place, port) = (folder.path(), free_port());
    let settings = format!(
        "organisation = \"Test\"\naddress = \"http://127.0.0.1:{port}\"\nlisten = \"127.0.0.1:{port}\"\npolicy = \"{}\"\n\
         [database]\npostgres = \"{}\"\nconnections = 4\n",
        policy().display(),
        server.fresh_database()
    );
    fs::write(place.join("lanyard.toml"), settings).unwrap();
    good(place, &["person", "add", "--force", "suffolk", "--number", "7", "--name", "Ann Example"]);
    let service = Running::start(place, &["serve"]);
    ready(place, port);
    let address = format!("http://127.0.0.1:{port}");
    good(place, &["simulate", "--server", &address, "--devices", "2"]);
    assert!(good(place, &["person", "list"]).contains("Ann Example"));
    good(place, &["ledger", "export", "--out", "ledger.jsonl"]);
    good(place, &["ledger", "verify", "ledger.jsonl", "--key", "data/ledger.pub"]);
    assert!(service.stop("-TERM"));
    let backup = run(place, &["backup", "saved"]);
    assert!(String::from_utf8_lossy(&backup.stderr).contains("pg_dump"), "PostgreSQL has tools of its own");
    assert!(!place.join("saved").exists() && !place.join("saved.partial").exists());
}

#[test]
fn a_simulation_leaves_other_machines_alone_and_says_what_fails() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["simulate", "--server", "https://mdm.force.example", "--devices", "1"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("--allow-remote"));
    fs::create_dir(folder.path().join("profiles")).unwrap();
    let arguments = ["simulate", "--server", "http://127.0.0.1:9", "--profiles", "profiles"];
    let output = run(folder.path(), &arguments);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no profile in profiles"));
    fs::write(folder.path().join("profiles/SIM1.mobileconfig"), "not a profile").unwrap();
    let output = run(folder.path(), &arguments);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 x a real device would refuse the profile"));
}

#[test]
fn the_demo_shows_a_force_and_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (place, port) = (folder.path(), free_port().to_string());
    let policy = policy().display().to_string();
    let start = || Running::start(place, &["demo", "--data", "demo", "--port", &port, "--policy", &policy]);
    let count = |noun: &str| -> usize {
        let all = good(place, &["--config", "demo/lanyard.toml", noun, "list", "--json"]);
        serde_json::from_str::<Value>(&all).unwrap().as_array().unwrap().len()
    };
    let demo = start();
    let number = port.parse().unwrap();
    ready(place, number);
    assert_eq!((count("person"), count("asset")), (60, 80));
    // Each force's rotas have people with the role that the rota is asked for, beside the duty officer whom a visitor can be.
    let given = good(place, &["--config", "demo/lanyard.toml", "role", "list", "--json"]);
    let given: Vec<Value> = serde_json::from_str(&given).unwrap();
    // One of those on call has left by now.
    for role in ["duty-officer", "on-call-engineer"] {
        for force in ["norfolk", "suffolk"] {
            let theirs = given.iter().filter(|one| one["role"] == role && one["force"] == force).count();
            assert!(theirs >= 3, "{force} has {theirs} with the role {role}");
        }
    }
    let page = get(number, "/sign-in").unwrap().1;
    assert!(page.contains("Auditor") && page.contains("name=\"persona\""), "a visitor chooses who to be");
    until("enrolling", place, || (count("device") >= 8).then_some(()));
    assert!(demo.stop("-INT"), "{}", fs::read_to_string(place.join("log")).unwrap());
    let before = count("device");

    let again = start();
    ready(place, number);
    assert_eq!((count("person"), count("asset")), (60, 80));
    assert!(count("device") >= before, "those that had enrolled still are");
    until("enrolling to go on", place, || (count("device") > before.min(39)).then_some(()));
    assert!(again.stop("-INT"));
    let log = fs::read_to_string(place.join("log")).unwrap();
    assert!(log.contains(&format!("http://127.0.0.1:{port}")), "{log}");
}
