//! A small management server of the tests' own: it knows the protocol only as far as a device can see it, checks every
//! signature, and hands out whatever commands a test has put in.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, put};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use devices_sim::{KeyPool, Link};
use domain::{Clock, Entropy, Secret, Span, Timestamp, World};
use pki::cms::{self, Signer, VerifyOptions};
use pki::scep::{self, ScepOptions};
use pki::{DeviceCa, RsaBits, Subject, Validity};
use plist::{Dictionary, Value};

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);
const YEAR: Span = Span::from_secs(365 * 86_400);
pub(crate) const CHALLENGE: &str = "one-time-word";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        NOW
    }
}

struct Counting(std::sync::atomic::AtomicU64);

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        for octet in out {
            let count = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, std::sync::atomic::Ordering::Relaxed);
            *octet = u8::try_from(count >> 56).unwrap();
        }
    }
}

pub(crate) fn world() -> World {
    World::new(Arc::new(Noon), Arc::new(Counting(1.into())))
}

pub(crate) static CA: LazyLock<DeviceCa> = LazyLock::new(|| {
    DeviceCa::generate(
        "Fake Server Authority",
        RsaBits::Rsa2048,
        Validity::lasting(NOW.minus(YEAR), YEAR),
        [1; 16],
    )
    .unwrap_or_else(|why| panic!("{why}"))
});

/// What the server has heard and will say.
#[derive(Default)]
pub(crate) struct Book {
    /// Every message, check-ins and answers, in order, as decoded.
    pub(crate) heard: Vec<Dictionary>,
    /// Commands still to be sent; one stays in front until it is answered other than by "not now".
    pub(crate) queue: VecDeque<Dictionary>,
    /// Commands that the device put off.
    pub(crate) put_off: Vec<Dictionary>,
    /// What signing times were on the messages.
    pub(crate) times: Vec<Timestamp>,
    /// Statuses to answer with instead, for the next requests on the command URL.
    pub(crate) refuse: VecDeque<StatusCode>,
    /// Status to answer check-ins with instead.
    pub(crate) refuse_check_in: Option<(&'static str, StatusCode)>,
    /// The challenge is spent.
    pub(crate) spent: bool,
}

pub(crate) struct Server {
    pub(crate) base: String,
    pub(crate) book: Arc<Mutex<Book>>,
    pub(crate) link: Link,
}

impl Server {
    /// Starts on a free port of this machine.
    pub(crate) async fn start() -> Self {
        // The client is built without a TLS provider of its own; plain HTTP needs none, building it does.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let book = Arc::new(Mutex::new(Book::default()));
        let routes = Router::new()
            .route("/scep", get(scep_get).post(scep_post))
            .route("/checkin", put(check_in))
            .route("/mdm", put(commands))
            .with_state(book.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        static KEYS: LazyLock<Arc<KeyPool>> = LazyLock::new(|| match KeyPool::sharing(3) {
            Ok(pool) => Arc::new(pool),
            Err(why) => panic!("{why}"),
        });
        let link = Link { client: reqwest::Client::new(), world: world(), keys: KEYS.clone() };
        Self { base, book, link }
    }

    pub(crate) fn push(&self, name: &str, more: impl IntoIterator<Item = (&'static str, Value)>) {
        let mut command = Dictionary::new();
        command.insert("RequestType".into(), name.into());
        command.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
        let mut envelope = Dictionary::new();
        let mut book = self.book.lock().unwrap();
        envelope
            .insert("CommandUUID".into(), format!("{name}-{}", book.queue.len() + book.heard.len()).into());
        envelope.insert("Command".into(), command.into());
        book.queue.push_back(envelope);
    }

    /// Returns the last answer to a command of that name.
    pub(crate) fn answer(&self, name: &str) -> Dictionary {
        let book = self.book.lock().unwrap();
        let ours = |message: &&Dictionary| {
            message.get("CommandUUID").and_then(Value::as_string).is_some_and(|uuid| uuid.starts_with(name))
        };
        book.heard.iter().rev().find(ours).unwrap_or_else(|| panic!("no answer to {name}")).clone()
    }

    pub(crate) fn check_ins(&self) -> Vec<String> {
        let book = self.book.lock().unwrap();
        let kinds = book.heard.iter().filter_map(|message| message.get("MessageType")?.as_string());
        kinds.map(str::to_owned).collect()
    }

    pub(crate) fn profile(&self) -> Vec<u8> {
        let scep = format!(
            "<dict><key>URL</key><string>{base}/scep</string><key>Challenge</key><string>{CHALLENGE}</string>
             <key>Subject</key><array><array><array><string>CN</string><string>asked-for</string></array></array></array>
             <key>CAFingerprint</key><data>{digest}</data></dict>",
            base = self.base,
            digest = STANDARD.encode(CA.certificate().sha256()),
        );
        self.profile_with(&scep)
    }

    pub(crate) fn profile_with(&self, scep: &str) -> Vec<u8> {
        let base = &self.base;
        let text = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>
            <key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
            <key>PayloadIdentifier</key><string>test.enrolment</string><key>PayloadUUID</key><string>E-1</string>
            <key>PayloadContent</key><array>
            <dict><key>PayloadType</key><string>com.apple.security.scep</string><key>PayloadUUID</key>
            <string>S-1</string><key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>test.scep</string><key>PayloadContent</key>{scep}</dict>
            <dict><key>PayloadType</key><string>com.apple.mdm</string><key>PayloadUUID</key><string>M-1</string>
            <key>PayloadVersion</key><integer>1</integer>
            <key>PayloadIdentifier</key><string>test.mdm</string>
            <key>IdentityCertificateUUID</key><string>S-1</string><key>Topic</key><string>com.apple.mgmt.test</string>
            <key>ServerURL</key><string>{base}/mdm</string><key>CheckInURL</key><string>{base}/checkin</string>
            <key>SignMessage</key><true/><key>CheckOutWhenRemoved</key><true/></dict>
            </array></dict></plist>"#
        );
        text.into_bytes()
    }

    pub(crate) fn signed_profile(&self) -> Vec<u8> {
        let signer = Signer { key: CA.key(), certificate: CA.certificate(), chain: &[] };
        cms::sign_attached(&self.profile(), &signer, Some(NOW)).unwrap()
    }
}

type Shared = State<Arc<Mutex<Book>>>;

async fn scep_get(Query(query): Query<Vec<(String, String)>>, State(book): Shared) -> impl IntoResponse {
    let value = |key: &str| query.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
    match value("operation").as_deref() {
        Some("GetCACaps") => ScepOptions::default().capabilities().into_bytes(),
        Some("GetCACert") => CA.certificate().der().to_vec(),
        Some("PKIOperation") => {
            certify(&book, &scep::message_from_query(&value("message").unwrap()).unwrap())
        }
        other => panic!("{other:?}"),
    }
}

async fn scep_post(State(book): Shared, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    assert_eq!(headers["content-type"], scep::PKI_MESSAGE_TYPE);
    certify(&book, &body)
}

fn certify(book: &Mutex<Book>, message: &[u8]) -> Vec<u8> {
    let world = world();
    let message = scep::decode(message, &CA, &ScepOptions::default(), NOW, world.entropy()).unwrap();
    let mut book = book.lock().unwrap();
    let fits = message.request.challenge() == Some(&Secret::new(CHALLENGE.to_owned())) && !book.spent;
    if message.purpose == scep::Purpose::First && !fits {
        return scep::failure(&CA, &message.exchange, scep::FailInfo::BadRequest, world.entropy()).unwrap();
    }
    book.spent = true;
    let subject =
        Subject { common_name: "chosen-by-server".into(), organisation: "Test Constabulary".into() };
    let validity = Validity::lasting(NOW.minus(YEAR), YEAR);
    let issued = CA.issue(&message.request, &subject, validity, world.bytes()).unwrap();
    scep::success(&CA, &message, &issued, world.entropy()).unwrap()
}

/// Checks the signature, as any server must, and decodes.
fn accept(book: &mut Book, headers: &HeaderMap, body: &[u8]) -> Dictionary {
    let signature = STANDARD.decode(headers["mdm-signature"].as_bytes()).unwrap();
    let signed = cms::verify_detached(&signature, body, &VerifyOptions::default()).unwrap();
    let certificate = pki::Certificate::parse(&signed.certificate).unwrap();
    certificate.check_issued_by(CA.certificate()).unwrap();
    assert_eq!(certificate.common_name(), Some("chosen-by-server"));
    book.times.push(signed.signing_time.unwrap());
    let message = Value::from_reader(std::io::Cursor::new(body)).unwrap().into_dictionary().unwrap();
    book.heard.push(message.clone());
    message
}

async fn check_in(State(book): Shared, headers: HeaderMap, body: Bytes) -> StatusCode {
    assert_eq!(headers["content-type"], "application/x-apple-aspen-mdm-checkin");
    let mut book = book.lock().unwrap();
    let message = accept(&mut book, &headers, &body);
    let kind = message.get("MessageType").unwrap().as_string();
    match book.refuse_check_in {
        Some((which, status)) if Some(which) == kind => status,
        _ => StatusCode::OK,
    }
}

async fn commands(State(book): Shared, headers: HeaderMap, body: Bytes) -> (StatusCode, Vec<u8>) {
    assert_eq!(headers["content-type"], "application/x-apple-aspen-mdm");
    let mut book = book.lock().unwrap();
    let message = accept(&mut book, &headers, &body);
    if let Some(status) = book.refuse.pop_front() {
        return (status, b"refused by the test".to_vec());
    }
    let answered = message.get("CommandUUID");
    if book.queue.front().is_some_and(|command| command.get("CommandUUID") == answered) {
        let command = book.queue.pop_front().unwrap();
        if message.get("Status").and_then(Value::as_string) == Some("NotNow") {
            book.put_off.push(command);
        }
    }
    let mut reply = Vec::new();
    if let Some(command) = book.queue.front() {
        Value::Dictionary(command.clone()).to_writer_xml(&mut reply).unwrap();
    }
    (StatusCode::OK, reply)
}
