//! A stand-in for GOV.UK Notify on this machine: it keeps the provider's rules strictly, sends nothing anywhere, and shows what it was
//! given. The demonstration and tests use it.

mod http;
mod page;

use std::collections::{BTreeMap, VecDeque};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{PhoneNumber, Span, Timestamp, World};
use serde::Deserialize;
use serde_json::Value;

/// The id of its service, of its key's secret and of its template.
const SERVICE: &str = "26785a09-ab16-4eb0-8407-a37497a57506";
const SECRET: &str = "3d844edf-8d35-48ac-975b-e847b4f122b0";
/// The id of the template whose text is `((message))`.
pub const TEMPLATE: &str = "f33517ff-2a88-4f6e-b855-c550268ce08a";
/// The largest difference of clocks.
const CLOCK: Span = Span::from_secs(30);
/// Texts of the same words to one number in an hour, and texts to one number in an hour, after which the networks drop them.
const SAME: usize = 20;
const ALL: usize = 100;
const HOUR: Span = Span::from_secs(3600);
/// Requests in a minute.
const A_MINUTE: usize = 3000;
/// Numbers that are accepted and to which nothing is ever sent.
const NEVER_SENT: [&str; 3] = ["+447700900000", "+447700900111", "+447700900222"];
/// Most texts that are kept.
const KEPT: usize = 500;

/// What becomes of texts to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// They arrive.
    Delivers,
    /// They are refused, with this status and type of error.
    Refuses(u16, &'static str),
    /// They are accepted, and do not arrive: with this state in the end.
    FailsLate(&'static str),
    /// They are accepted, and nothing more is ever known of them.
    IsSilent,
}

/// A text that it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its id.
    pub id: String,
    /// The reference that came with it.
    pub reference: String,
    /// The number.
    pub to: String,
    /// What it says.
    pub says: String,
    /// When it came.
    pub at: Timestamp,
    /// What becomes of it.
    pub state: &'static str,
}

/// A text that somebody sent to the service.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reply {
    id: String,
    from: String,
    says: String,
    at: Timestamp,
}

#[derive(Default)]
struct State {
    texts: VecDeque<Text>,
    replies: VecDeque<Reply>,
    behaviours: BTreeMap<String, Behaviour>,
    asked: VecDeque<Timestamp>,
    daily: Option<usize>,
    /// How many milliseconds its clock is ahead of the world's.
    ahead: i64,
}

/// The stand-in; cheap to clone.
#[derive(Clone)]
pub struct TextProvider {
    world: World,
    state: Arc<Mutex<State>>,
    /// Where it listens.
    pub address: SocketAddr,
}

/// The reason why it refuses a request: status, type of error, words.
struct Refusal(u16, &'static str, &'static str);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewText {
    phone_number: String,
    template_id: String,
    personalisation: BTreeMap<String, Value>,
    reference: Option<String>,
    sms_sender_id: Option<String>,
}

impl TextProvider {
    /// Finds a free port of this machine for it.
    ///
    /// # Errors
    /// Where there is none.
    pub fn find_port() -> std::io::Result<TcpListener> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    }

    /// Starts it; must be called inside a runtime.
    ///
    /// # Errors
    /// Where the port cannot be used.
    pub fn start(world: World, listener: TcpListener) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let provider = Self { world, state: Arc::default(), address: listener.local_addr()? };
        let router = http::router(provider.clone());
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the stand-in for the provider of texts ended");
            }
        });
        Ok(provider)
    }

    /// Returns its API key.
    #[must_use]
    pub fn key() -> String {
        format!("stand-in-{SERVICE}-{SECRET}")
    }

    /// Sets what becomes of texts to a number.
    pub fn behave(&self, number: &str, behaviour: Behaviour) {
        self.lock().behaviours.insert(number.to_owned(), behaviour);
    }

    /// Sets how many texts it takes in a day.
    pub fn limit_a_day(&self, most: usize) {
        self.lock().daily = Some(most);
    }

    /// Sets how many seconds its clock is ahead of the service's; behind, if negative.
    pub fn run_ahead(&self, seconds: i64) {
        self.lock().ahead = seconds.saturating_mul(1000);
    }

    /// Returns the time by its own clock.
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.world.now().millis().saturating_add(self.lock().ahead))
    }

    /// Returns the texts that it accepted, the oldest first.
    #[must_use]
    pub fn texts(&self) -> Vec<Text> {
        self.lock().texts.iter().cloned().collect()
    }

    /// Lets somebody send a text to the service; returns its id.
    pub fn reply(&self, from: &str, says: &str) -> String {
        let (id, at) = (self.world.uuid().to_string(), self.world.now());
        let reply = Reply { id: id.clone(), from: from.to_owned(), says: says.to_owned(), at };
        let mut state = self.lock();
        state.replies.push_back(reply);
        while state.replies.len() > KEPT {
            state.replies.pop_front();
        }
        id
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks the token of a request as the provider does.
    fn admit(&self, token: Option<&str>) -> Result<(), Refusal> {
        let now = self.now();
        let wrong = |why| Refusal(403, "AuthError", why);
        let token =
            token.ok_or(Refusal(401, "AuthError", "Unauthorized: authentication token must be provided"))?;
        let (signed, tag) = token.rsplit_once('.').ok_or(wrong("Invalid token: not enough segments"))?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| wrong("Invalid token: signature"))?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        hmac::verify(&key, signed.as_bytes(), &tag).map_err(|_| wrong("Invalid token: API key not found"))?;
        let part = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
            serde_json::from_slice::<Value>(&bytes).ok()
        };
        let (head, claims) = signed.split_once('.').ok_or(wrong("Invalid token"))?;
        let (head, claims) = part(head).zip(part(claims)).ok_or(wrong("Invalid token"))?;
        let says = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        if says(&head, "alg").as_deref() != Some("HS256") || says(&head, "typ").as_deref() != Some("JWT") {
            return Err(wrong("Invalid token: algorithm used is not HS256"));
        }
        if says(&claims, "iss").as_deref() != Some(SERVICE) {
            return Err(wrong("Invalid token: service not found"));
        }
        let issued = claims.get("iat").and_then(Value::as_i64).ok_or(wrong("Invalid token: iat"))?;
        let apart = now.millis().div_euclid(1000) - issued;
        if apart.abs() * 1000 > CLOCK.millis() {
            return Err(wrong("Error: Your system clock must be accurate to within 30 seconds"));
        }
        Ok(())
    }

    /// Takes a text in; returns its id, or why it is refused.
    fn take(&self, new: NewText) -> Result<Text, Refusal> {
        let (now, id) = (self.world.now(), self.world.uuid().to_string());
        let invalid = |why| Refusal(400, "ValidationError", why);
        if !(7..=15).contains(&new.phone_number.len()) {
            return Err(invalid("phone_number is too long or too short"));
        }
        let to = PhoneNumber::read(&new.phone_number, Some("44"))
            .map_err(|_| invalid("phone_number Not a valid number"))?;
        if new.template_id != TEMPLATE || new.sms_sender_id.is_some() {
            return Err(Refusal(400, "BadRequestError", "Template or sender not found"));
        }
        let says = match (new.personalisation.get("message"), new.personalisation.len()) {
            (Some(Value::String(says)), 1) if !says.is_empty() && says.chars().count() <= 918 => says.clone(),
            _ => return Err(Refusal(400, "BadRequestError", "Missing personalisation: message")),
        };
        let mut state = self.lock();
        let is_recent = |at: Timestamp, span: Span| at > now.minus(span);
        state.asked.retain(|at| is_recent(*at, Span::from_secs(60)));
        if state.asked.len() >= A_MINUTE {
            return Err(Refusal(429, "RateLimitError", "Exceeded rate limit"));
        }
        state.asked.push_back(now);
        let today = state.texts.iter().filter(|text| is_recent(text.at, Span::from_secs(24 * 3600))).count();
        if state.daily.is_some_and(|most| today >= most) {
            return Err(Refusal(429, "TooManyRequestsError", "Exceeded send limits for today"));
        }
        let behaviour = state.behaviours.get(to.as_str()).copied().unwrap_or(Behaviour::Delivers);
        if let Behaviour::Refuses(status, kind) = behaviour {
            return Err(Refusal(status, kind, "refused"));
        }
        let to_it: Vec<&Text> =
            state.texts.iter().filter(|text| text.to == to.as_str() && is_recent(text.at, HOUR)).collect();
        let same = to_it.iter().filter(|text| text.says == says).count();
        let is_dropped = same >= SAME || to_it.len() >= ALL || NEVER_SENT.contains(&to.as_str());
        let text = Text {
            id,
            reference: new.reference.unwrap_or_default(),
            to: to.as_str().to_owned(),
            says,
            at: now,
            state: match behaviour {
                _ if is_dropped => "sending",
                Behaviour::FailsLate(state) => state,
                Behaviour::IsSilent => "sending",
                Behaviour::Delivers | Behaviour::Refuses(..) => "delivered",
            },
        };
        state.texts.push_back(text.clone());
        while state.texts.len() > KEPT {
            state.texts.pop_front();
        }
        Ok(text)
    }

    /// Returns the state of a text, by its id.
    fn state_of(&self, id: &str) -> Option<Text> {
        self.lock().texts.iter().find(|text| text.id == id).cloned()
    }
}
