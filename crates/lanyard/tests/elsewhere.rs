//! The demo with the rules of an invented force of another country: no page, file or verb speaks of the force whose rules are
//! shipped, and no page shows a raw id in place of what it names.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_lanyard");
/// Words of the shipped rules.
const FOREIGN: [&str; 11] = [
    "Norfolk",
    "norfolk",
    "Suffolk",
    "suffolk",
    "MDU-",
    "UPD-",
    "OFFICIAL",
    "Europe/London",
    "x4747",
    "extension 4747",
    "Constabular",
];
/// Most pages that one person looks at.
const MOST: usize = 250;

struct Demo {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Demo {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(BINARY)
            .args(["demo", "--data", "demo", "--port", &port.to_string(), "--policy"])
            .arg(policy())
            .current_dir(folder.path())
            .env_remove("LANYARD_CONFIG")
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, folder, port }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn verb(&self, arguments: &[&str]) -> String {
        let settings = self.folder.path().join("demo/lanyard.toml");
        let mut command = Command::new(BINARY);
        command.arg("--config").arg(settings).args(arguments).env_remove("LANYARD_CONFIG");
        let output = command.output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn policy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/policies/uferstadt").canonicalize().unwrap()
}

/// A person who has signed in.
struct Visitor {
    client: reqwest::Client,
    address: String,
    cookie: String,
}

impl Visitor {
    /// Signs in as the persona at a place; `None` if there is none.
    async fn enter(address: &str, persona: usize) -> Option<Self> {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let page = client.get(format!("{address}/sign-in")).send().await.unwrap();
        let begun = cookie(&page);
        let text = page.text().await.unwrap();
        if !text.contains(&format!("value=\"{persona}\"")) {
            return None;
        }
        let sent = client
            .post(format!("{address}/sign-in"))
            .header("Sec-Fetch-Site", "same-origin")
            .header("Origin", address)
            .header("Cookie", begun)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(format!("persona={persona}&next=%2F"))
            .send()
            .await
            .unwrap();
        let (status, cookie) = (sent.status(), cookie(&sent));
        assert!(status.is_redirection() && !cookie.is_empty(), "{status}: {}", sent.text().await.unwrap());
        Some(Self { client, address: address.to_owned(), cookie })
    }

    async fn get(&self, path: &str) -> (u16, String, String) {
        let request = self.client.get(format!("{}{path}", self.address)).header("Cookie", &self.cookie);
        let answer = request.send().await.unwrap();
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.unwrap();
        (status, kind.unwrap_or_default(), String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn cookie(answer: &reqwest::Response) -> String {
    let set = answer.headers().get_all("set-cookie").iter();
    let pairs = set.filter_map(|set| set.to_str().ok()?.split(';').next().map(str::to_owned));
    pairs.collect::<Vec<_>>().join("; ")
}

/// Returns the paths that a page leads to.
fn links(html: &str) -> impl Iterator<Item = String> {
    html.split("href=\"").skip(1).filter_map(|rest| {
        let path = rest.split('"').next()?.split('#').next()?.replace("&amp;", "&").replace("&#38;", "&");
        (path.starts_with('/') && !path.starts_with("/assets") && !path.contains("sign-out")).then_some(path)
    })
}

/// Returns where a text speaks of the shipped rules.
fn foreign(text: &str) -> Option<String> {
    let word = FOREIGN.iter().find(|word| text.contains(**word))?;
    let place = text.find(word)?;
    let around: String =
        text.chars().skip(text[..place].chars().count().saturating_sub(60)).take(140).collect();
    Some(format!("{word}: …{around}…"))
}

/// Returns the first word that a page shows of the form `device:01a22f8d-...`: an id that nobody put into words.
fn raw_subject(html: &str) -> Option<&str> {
    let shown = html.split('<').filter_map(|part| part.split_once('>').map(|(_, text)| text));
    shown.flat_map(str::split_whitespace).find(|word| {
        word.split_once(':').is_some_and(|(kind, id)| {
            let named = kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            let parts: Vec<&str> = id.split('-').collect();
            named && parts.len() == 5 && parts.first().is_some_and(|part| part.len() == 8)
        })
    })
}

#[test]
fn a_raw_subject_is_found() {
    let id = "01a22f8d-0000-7000-8000-000000000000";
    assert!(raw_subject(&format!("<p class=\"device:{id}\">Proof: <em>loss:{id}</em></p>")).is_some());
    for fine in [
        "<a href=\"/ledger?subject=device:1\">x</a>",
        "<p>due: 2026-11-30</p>",
        "<code>{&#34;by&#34;:1}</code>",
    ] {
        assert_eq!(raw_subject(fine), None);
    }
}

async fn look_round(visitor: &Visitor, persona: usize, found: &mut BTreeSet<String>) -> usize {
    let (mut seen, mut next) = (BTreeSet::new(), VecDeque::from(["/".to_owned()]));
    while let Some(path) = next.pop_front() {
        // One page of each kind of list is enough: its filters and next pages say nothing new.
        if seen.len() >= MOST || !seen.insert(path.clone()) {
            continue;
        }
        let (status, kind, text) = visitor.get(&path).await;
        assert!(status < 500, "{persona} {path}: {status} {text}");
        found.extend(foreign(&text).map(|what| format!("persona {persona}, {path}: {what}")));
        if kind.starts_with("text/html") {
            found.extend(raw_subject(&text).map(|what| format!("persona {persona}, {path}: raw {what}")));
            next.extend(links(&text).filter(|link| link.matches('=').count() < 2));
        }
    }
    seen.len()
}

#[test]
fn nothing_speaks_of_another_force() {
    // The client wants a TLS provider even for plain HTTP.
    rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap();
    let demo = Demo::start();
    let address = format!("http://127.0.0.1:{}", demo.port);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut found, mut pages, mut personas) = (BTreeSet::new(), 0, 0);
    runtime.block_on(async {
        let end = Instant::now() + Duration::from_secs(120);
        while !demo.log().contains("Choose who you are") {
            assert!(Instant::now() < end, "the demo does not start: {}", demo.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        while let Some(visitor) = Visitor::enter(&address, personas).await {
            pages += look_round(&visitor, personas, &mut found).await;
            personas += 1;
        }
        let anybody =
            Visitor { client: reqwest::Client::new(), address: address.clone(), cookie: String::new() };
        let (_, _, sign_in) = anybody.get("/sign-in").await;
        assert!(
            sign_in.contains("NUR FÜR DEN DIENSTGEBRAUCH") && sign_in.contains("Polizei Uferstadt"),
            "{sign_in}"
        );
    });
    for verb in [
        &["person", "list"][..],
        &["device", "list", "--json"],
        &["role", "list"],
        &["token", "list"],
        &["policy", "list"],
        &["register", "list"],
        &["order", "held"],
        &["alarm", "list"],
        &["--help"],
    ] {
        found.extend(foreign(&demo.verb(verb)).map(|what| format!("{verb:?}: {what}")));
    }
    assert!(personas >= 9 && pages > 500, "{personas} personas saw {pages} pages");
    assert!(
        found.is_empty(),
        "{} places:\n{}",
        found.len(),
        found.into_iter().collect::<Vec<_>>().join("\n")
    );
}
