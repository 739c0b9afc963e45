//! Holds what every use case needs: one use case is one function, one transaction and one ledger entry.
//!
//! What follows from a use case is a job row in the same transaction, which the `worker` runs later. Use cases for people take a
//! [`access::Permit`]; those for a device take what its signature proved. This crate has no HTTP, no HTML and no SQL.

pub mod access;
pub mod bound;
pub mod days;
pub mod error;
pub mod fields;
pub mod forces;
pub mod health;
pub mod imports;
pub mod intake;
pub mod jobs;
pub mod limits;
pub mod named;
pub mod platforms;
pub mod policy_in_force;
pub mod presence;
pub mod reach;
pub mod record;
pub mod roles;
pub mod seal;
pub mod second;
pub mod sees;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod todo;
pub mod words;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use domain::{Cap, DeviceId, Span, Timestamp, World};
use store::Store;
use tokio::sync::Notify;

pub use error::AppError;
pub use policy_in_force::PolicyInForce;
pub use record::{digest_hex, is_same_secret};

/// Settings from the settings file that the use cases need.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// Address where devices and people reach the service, without a slash at the end: `https://mdm.force.example`.
    pub address: String,
    /// Policy folder, where a change can be previewed before it is brought into force; `None` where there is none.
    pub policy_folder: Option<PathBuf>,
    /// Name of the force as devices show it.
    pub organisation: String,
    /// Second address for check-ins, where the force wants one.
    pub checkin_address: Option<String>,
    /// Time for which an enrolment profile may be used.
    pub challenge_lifetime: Span,
    /// Lifetime of a device's certificate.
    pub certificate_lifetime: Span,
    /// Interval at which a device is asked for its state.
    pub refresh_every: Span,
    /// Time for which raw messages are kept.
    pub keep_raw: Span,
    /// Time for which finished commands are kept.
    pub keep_commands: Span,
    /// Time for which the private details of ledger entries are kept.
    pub keep_ledger_details: Span,
    /// Folder in which the node records what it signed last; `None` only where nothing of it outlives the process.
    pub ledger_folder: Option<PathBuf>,
    /// Time for which people are kept by name after they left.
    pub keep_ended_people: Span,
    /// Time after which an unused session ends.
    pub session_idle: Span,
    /// Longest time that a session lasts.
    pub session_lifetime: Span,
    /// Roles that the directory's groups give to their members.
    pub group_roles: Vec<roles::GroupRole>,
    /// Whether mail can be sent: a relay is configured.
    pub mail: bool,
    /// Whether texts can be sent: a provider of them is configured.
    pub texts: bool,
    /// Older algorithms allowed in SCEP, each at a cost that [`pki::scep::ScepOptions`] names.
    pub scep: pki::scep::ScepOptions,
}

/// Context of the use cases, with everything that they need. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    world: World,
    config: AppConfig,
    ca: pki::DeviceCa,
    sealer: seal::Sealer,
    ledger_key: ledger::SigningKey,
    policy: RwLock<Arc<PolicyInForce>>,
    platforms: platforms::Platforms,
    work: Notify,
    urgent_work: Notify,
    letters: Notify,
    pub refusals: Mutex<Refusals>,
    limits: limits::Limits,
    of_node: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    health: health::Health,
}

/// Refusals of this minute, counted for each device and for all unknown callers together, so that nobody can fill the ledger with
/// them.
#[derive(Default)]
struct Refusals {
    pub minute: i64,
    pub noted: HashMap<Option<DeviceId>, u32>,
}

/// Refusals of unknown callers that are entered in the ledger each minute; further ones are only logged.
pub const STRANGERS_A_MINUTE: u32 = 60;
/// Refusals of one known device that are entered in the ledger each minute.
pub const DEVICE_A_MINUTE: u32 = 10;

/// What a step of a use case works with. A step takes it whole and hands it on, so that all steps of a use case share one transaction
/// and one time.
pub struct Work<'a, 'tx> {
    /// The context of the use case.
    pub app: &'a App,
    /// Its transaction.
    pub tx: &'a mut store::Tx<'tx>,
    /// The time at which it happens.
    pub now: Timestamp,
}

/// Keys of the service; each is stored in its own file that only the service can read.
pub struct Keys {
    /// Device certificate authority.
    pub ca: pki::DeviceCa,
    /// Sealer for secrets at rest.
    pub sealer: seal::Sealer,
    /// Key that signs checkpoints.
    pub ledger: ledger::SigningKey,
}

impl Inner {
    const fn work(&self, lane: jobs::Lane) -> &Notify {
        match lane {
            jobs::Lane::Urgent => &self.urgent_work,
            jobs::Lane::Ordinary => &self.work,
        }
    }
}

impl App {
    /// Joins the parts. The policy still has to be brought into force: [`compliance_app::policy_change::bring_into_force`]. The
    /// service manages devices of the vendors that the policy was compiled for.
    #[must_use]
    pub fn new(store: Store, world: World, config: AppConfig, keys: Keys, policy: PolicyInForce) -> Self {
        policy.keep_time();
        let health = health::Health::new(world.now(), world.steady());
        Self(Arc::new(Inner {
            health,
            store,
            world,
            config,
            ca: keys.ca,
            sealer: keys.sealer,
            ledger_key: keys.ledger,
            platforms: policy.platforms().clone(),
            policy: RwLock::new(Arc::new(policy)),
            work: Notify::new(),
            urgent_work: Notify::new(),
            letters: Notify::new(),
            refusals: Mutex::default(),
            limits: limits::Limits::default(),
            of_node: Mutex::default(),
        }))
    }

    /// Returns the store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Checks that the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn answers(&self) -> Result<(), AppError> {
        self.store().read(|tx| store::sessions::meta(tx, "policy").map(drop)).await.map_err(AppError::from)
    }

    /// Returns the clock and the source of randomness.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// Returns the settings.
    #[must_use]
    pub fn config(&self) -> &AppConfig {
        &self.0.config
    }

    /// Returns the device certificate authority.
    #[must_use]
    pub fn ca(&self) -> &pki::DeviceCa {
        &self.0.ca
    }

    /// Returns the vendors whose devices are managed.
    #[must_use]
    pub fn platforms(&self) -> &platforms::Platforms {
        &self.0.platforms
    }

    /// Returns the policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<PolicyInForce> {
        Arc::clone(&self.0.policy.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a policy into use on this node, and its clock for the whole process.
    pub fn set_policy(&self, policy: Arc<PolicyInForce>) {
        policy.keep_time();
        *self.0.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
    }

    /// Returns the sealer for secrets at rest.
    pub fn sealer(&self) -> &seal::Sealer {
        &self.0.sealer
    }

    /// Returns what this node knows of its own health.
    pub fn health(&self) -> &health::Health {
        &self.0.health
    }

    /// Returns the rate limits on attempts.
    pub fn limits(&self) -> &limits::Limits {
        &self.0.limits
    }

    /// Returns the key with which checkpoints are signed.
    pub fn ledger_key(&self) -> &ledger::SigningKey {
        &self.0.ledger_key
    }

    /// Returns the public key that verifies checkpoints, in the published form.
    #[must_use]
    pub fn ledger_key_text(&self) -> String {
        self.ledger_key().verifier().to_string()
    }

    /// Returns what a capability keeps in the memory of this node, one value of each type; makes it if it does not exist yet.
    pub fn of_node<T: Any + Send + Sync>(&self, make: impl FnOnce(&AppConfig) -> T) -> Arc<T> {
        let mut all = self.0.of_node.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Ok(kept)) = all.get(&TypeId::of::<T>()).map(|kept| Arc::clone(kept).downcast()) {
            return kept;
        }
        let made = Arc::new(make(&self.0.config));
        all.insert(TypeId::of::<T>(), Arc::clone(&made) as Arc<dyn Any + Send + Sync>);
        made
    }

    /// Returns the value of a cap, set by the force or by default.
    #[must_use]
    pub fn limit(&self, cap: Cap) -> i64 {
        self.policy().library().count(cap.parameter()).unwrap_or_else(|| cap.default_limit())
    }

    /// Resolves when work of a lane was left for the worker of this node. The worker finds other nodes' work by polling.
    pub async fn work_left(&self, lane: jobs::Lane) {
        self.0.work(lane).notified().await;
    }

    /// Returns whether another refusal, of that device or of an unknown caller, may be entered in the ledger this minute.
    pub fn may_note_refusal(&self, device: Option<DeviceId>, now: Timestamp) -> bool {
        let mut refusals = self.0.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.millis().div_euclid(60_000);
        if refusals.minute != minute {
            *refusals = Refusals { minute, noted: HashMap::new() };
        }
        let noted = refusals.noted.entry(device).or_default();
        *noted = noted.saturating_add(1);
        *noted <= if device.is_some() { DEVICE_A_MINUTE } else { STRANGERS_A_MINUTE }
    }

    /// Wakes the worker of this node for work of a lane.
    pub fn leave_work(&self, lane: jobs::Lane) {
        self.0.work(lane).notify_one();
    }

    /// Resolves when something to send was left for the worker of this node. The worker finds other nodes' by polling.
    pub async fn letters_left(&self) {
        self.0.letters.notified().await;
    }

    /// Wakes the loop of this node's worker that sends what people are told.
    pub fn leave_letters(&self) {
        self.0.letters.notify_one();
    }
}
