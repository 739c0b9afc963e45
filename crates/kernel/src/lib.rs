//! What Lanyard does: one use case is one function is one transaction is one ledger entry.
//!
//! What follows from a use case is a job row in the same transaction, run later by the `worker`. People's use cases take
//! a [`access::Permit`]; a device's take what its signature proved. No HTTP, no HTML and no SQL here.

pub mod access;
pub mod bound;
pub mod days;
pub mod error;
pub mod fields;
pub mod health;
pub mod imports;
pub mod intake;
pub mod jobs;
pub mod limits;
pub mod platforms;
pub mod policy_in_force;
pub mod presence;
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
pub use record::digest_hex;

/// What the settings file decides for the use cases.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// Where devices and people reach the service, without a slash at the end: `https://mdm.force.example`.
    pub address: String,
    /// The policy folder, where a change can be looked at before it is brought into force; `None` where there is none.
    pub policy_folder: Option<PathBuf>,
    /// The force's name as devices show it.
    pub organisation: String,
    /// A second address for check-ins, where the force wants two.
    pub checkin_address: Option<String>,
    /// How long an enrolment profile may be used.
    pub challenge_lifetime: Span,
    /// How long a device's certificate lasts.
    pub certificate_lifetime: Span,
    /// How often a device is asked for its state.
    pub refresh_every: Span,
    /// How long raw messages are kept.
    pub keep_raw: Span,
    /// How long finished commands are kept.
    pub keep_commands: Span,
    /// How long the private details of ledger entries are kept.
    pub keep_ledger_details: Span,
    /// The folder in which the node remembers what it signed last; `None` only where nothing of it outlives the process.
    pub ledger_folder: Option<PathBuf>,
    /// How long after they left people are kept by name.
    pub keep_ended_people: Span,
    /// How long a session lasts without use, and at most.
    pub session_idle: Span,
    /// How long a session lasts at most.
    pub session_lifetime: Span,
    /// What the directory's groups make of their members.
    pub group_roles: Vec<roles::GroupRole>,
    /// Older algorithms in SCEP, each at a cost that [`pki::scep::ScepOptions`] names.
    pub scep: pki::scep::ScepOptions,
}

/// The use cases, with all that they need. Cheap to clone.
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
    pub refusals: Mutex<Refusals>,
    limits: limits::Limits,
    of_node: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    health: health::Health,
}

/// Refusals of this minute, counted so that nobody can fill the ledger with them: those of one device, and those of all
/// whom nobody knows.
#[derive(Default)]
struct Refusals {
    pub minute: i64,
    pub noted: HashMap<Option<DeviceId>, u32>,
}

/// Refusals of strangers that go into the ledger each minute; further ones are in the log only.
pub const STRANGERS_A_MINUTE: u32 = 60;
/// The same for one known device.
pub const DEVICE_A_MINUTE: u32 = 10;

/// Keys of the service; each lies in a file of its own that only the service can read.
pub struct Keys {
    /// The device certificate authority.
    pub ca: pki::DeviceCa,
    /// What secrets at rest are sealed under.
    pub sealer: seal::Sealer,
    /// What checkpoints are signed with.
    pub ledger: ledger::SigningKey,
}

impl App {
    /// Joins the parts. The policy still has to be brought into force: [`compliance_app::policy_change::bring_into_force`]. Devices are managed by the
    /// vendors that it was compiled for.
    #[must_use]
    pub fn new(store: Store, world: World, config: AppConfig, keys: Keys, policy: PolicyInForce) -> Self {
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
            refusals: Mutex::default(),
            limits: limits::Limits::default(),
            of_node: Mutex::default(),
        }))
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn answers(&self) -> Result<(), AppError> {
        self.store().read(|tx| store::sessions::meta(tx, "policy").map(drop)).await.map_err(AppError::from)
    }

    /// Clock and randomness.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &AppConfig {
        &self.0.config
    }

    /// The device certificate authority.
    #[must_use]
    pub fn ca(&self) -> &pki::DeviceCa {
        &self.0.ca
    }

    /// The vendors whose devices are managed.
    #[must_use]
    pub fn platforms(&self) -> &platforms::Platforms {
        &self.0.platforms
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<PolicyInForce> {
        Arc::clone(&self.0.policy.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a policy into use on this node.
    pub fn set_policy(&self, policy: Arc<PolicyInForce>) {
        *self.0.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
    }

    /// Returns what secrets at rest are sealed with.
    pub fn sealer(&self) -> &seal::Sealer {
        &self.0.sealer
    }

    /// Returns what this node knows of its own health.
    pub fn health(&self) -> &health::Health {
        &self.0.health
    }

    /// Returns the limits on what people try.
    pub fn limits(&self) -> &limits::Limits {
        &self.0.limits
    }

    /// Returns the key with which checkpoints are signed.
    pub fn ledger_key(&self) -> &ledger::SigningKey {
        &self.0.ledger_key
    }

    /// The public key that checkpoints are verified with, in the published form.
    #[must_use]
    pub fn ledger_key_text(&self) -> String {
        self.ledger_key().verifier().to_string()
    }

    /// Returns what a capability keeps in the memory of this node, made where it is not there yet: one value of each type.
    pub fn of_node<T: Any + Send + Sync>(&self, make: impl FnOnce(&AppConfig) -> T) -> Arc<T> {
        let mut all = self.0.of_node.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Ok(kept)) = all.get(&TypeId::of::<T>()).map(|kept| Arc::clone(kept).downcast()) {
            return kept;
        }
        let made = Arc::new(make(&self.0.config));
        all.insert(TypeId::of::<T>(), Arc::clone(&made) as Arc<dyn Any + Send + Sync>);
        made
    }

    /// Returns what a cap is set to, by the force or by default.
    #[must_use]
    pub fn limit(&self, cap: Cap) -> i64 {
        self.policy().library().count(cap.parameter()).unwrap_or_else(|| cap.default_limit())
    }

    /// Resolves when somebody left work for the worker of this node. Other nodes' work is found by looking.
    pub async fn work_left(&self) {
        self.0.work.notified().await;
    }

    /// Whether another refusal, of that device or of a stranger, may go into the ledger this minute.
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

    /// Wakes the worker of this node.
    pub fn leave_work(&self) {
        self.0.work.notify_one();
    }
}
