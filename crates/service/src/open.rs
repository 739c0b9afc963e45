//! From settings to use cases: opens the database, loads the keys and the rules.
//!
//! A verb works on the same database as a running service (SQLite takes turns, PostgreSQL has its own). It goes by the
//! rules that are *in force* there, which may be older than those in the policy folder until the service is restarted.

use anyhow::{Context, anyhow, bail};
use domain::{DeviceId, Force, PersonId, World};
use kernel::access::{Action, Actor, Permit, PermitWithin, permit, permit_within};
use kernel::named::{NamedDevice, NamedPerson};
use kernel::{App, PolicyInForce};
use policy::Files;
use std::path::Path;
use store::{MIGRATIONS, Store, StoreConfig, devices, people};

use crate::config::Config;
use crate::private_files;
use crate::{keys, system, vendors};

/// An open service and who is asking.
pub struct Opened {
    /// The use cases.
    pub app: App,
    /// Whoever runs the program.
    pub actor: Actor,
}

impl Opened {
    /// Returns the permit for one use case.
    ///
    /// # Errors
    /// Where access control refuses.
    pub fn permit<A: Action>(&self) -> anyhow::Result<Permit<A>> {
        Ok(permit(&self.actor)?)
    }

    /// Returns a permit that reaches what is one's own too; whoever runs the program has the whole.
    ///
    /// # Errors
    /// As access control says.
    pub fn permit_within<A: Action>(&self) -> anyhow::Result<PermitWithin<A>> {
        Ok(permit_within(&self.actor)?)
    }

    /// Returns a device by serial number or id.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn device(&self, which: &str) -> anyhow::Result<NamedDevice> {
        let which = which.trim().to_owned();
        let asked = which.clone();
        let found = self
            .app
            .store()
            .read(move |tx| match which.parse::<DeviceId>() {
                Ok(id) => devices::by_id(tx, id),
                Err(_) => devices::by_serial(tx, &which.to_ascii_uppercase()),
            })
            .await?;
        found.map(NamedDevice::from).ok_or_else(|| {
            anyhow!("no device {asked} stands in the register; `lanyard asset list` shows them")
        })
    }

    /// Returns a person by id, or by number; the force only where several have that number.
    ///
    /// # Errors
    /// Where there is none, or one in each force.
    pub async fn person(&self, which: &str, force: Option<Force>) -> anyhow::Result<NamedPerson> {
        let which = which.trim().to_owned();
        let asked = which.clone();
        let forces = self.app.forces();
        let found = self
            .app
            .store()
            .read(move |tx| {
                if let Ok(id) = which.parse::<PersonId>() {
                    return Ok::<_, store::StoreError>(people::by_id(tx, id)?.into_iter().collect());
                }
                let mut found = Vec::new();
                for one in forces.into_iter().filter(|one| force.is_none_or(|wanted| wanted == *one)) {
                    found.extend(people::by_number(tx, one, &which)?);
                }
                Ok(found)
            })
            .await?;
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(person), None) => Ok(person.into()),
            (None, _) => Err(anyhow!(
                "there is nobody with the number or id {asked}; `lanyard person list` shows everybody"
            )),
            (Some(_), Some(_)) => Err(anyhow!(
                "more than one force has somebody with the number {asked}; say which with --force"
            )),
        }
    }
}

/// Opens the database of some settings. The schema is not touched. Every verb that works on a database comes through here, so
/// none of them touches one that a newer program has changed.
///
/// # Errors
/// Where it cannot be opened, or its schema is newer than this program.
pub fn store(config: &Config) -> anyhow::Result<Store> {
    if let StoreConfig::Sqlite { path, .. } = &config.database
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
        && !folder.exists()
    {
        private_files::folder(folder)?;
    }
    let store = Store::open(&config.database)?;
    let (version, newest) = (store.schema_version()?, newest());
    if version > newest {
        bail!(
            "the database has schema {version} and this program knows {newest}: a newer program has been at it; run that one, or \
             restore a backup from before the upgrade"
        );
    }
    Ok(store)
}

/// Returns the newest schema that this program knows.
pub fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

/// Brings an empty database up to date, and refuses one that needs `lanyard migrate` first.
fn schema(store: &Store) -> anyhow::Result<()> {
    let newest = newest();
    match store.schema_version()? {
        0 => {
            store::migrate(store)?;
        }
        version if version < newest => bail!(
            "the database has schema {version} and this program needs {newest}: stop the service, then run `lanyard migrate`"
        ),
        _ => {}
    }
    Ok(())
}

/// Returns the rules of the policy folder.
///
/// # Errors
/// Every problem of them.
pub fn policy_in_folder(config: &Config) -> anyhow::Result<PolicyInForce> {
    let shown = config.policy.display();
    if !config.policy.is_dir() {
        bail!("there is no policy folder at {shown}; name it in the settings file with policy = \"...\"");
    }
    Files::read(&config.policy)
        .map_err(kernel::policy_in_force::PolicyError::from)
        .and_then(|files| {
            let platforms = vendors::platforms(config);
            PolicyInForce::load(files, &config.parameters, &config.organisation, &platforms)
        })
        .with_context(|| format!("the rules in {shown} cannot be taken into use"))
}

/// Returns the rules that are in force in the database, or those of the folder where none ever were.
fn policy(store: &Store, config: &Config) -> anyhow::Result<PolicyInForce> {
    let (organisation, platforms) = (config.organisation.clone(), vendors::platforms(config));
    match store.read_blocking(move |tx| PolicyInForce::in_force(tx, &organisation, &platforms))? {
        Some(policy) => Ok(policy),
        None => policy_in_folder(config),
    }
}

/// Joins the parts around a database, with the keys that it belongs to.
///
/// # Errors
/// Keys or rules that cannot be used, and keys of another database.
pub fn join(config: &Config, store: Store, world: World, policy: PolicyInForce) -> anyhow::Result<App> {
    let keys = keys::load_or_make(config, &world, kernel::bound::has_keys(&store)?)?;
    let app = App::new(store, world, config.for_app(), keys, policy);
    kernel::bound::check(&app)?;
    Ok(app)
}

/// Takes the keys of the data folder for the database's own, whatever it was in use with before.
///
/// # Errors
/// Keys that cannot be used, a database that does not answer.
pub fn accept_keys(config: &Config) -> anyhow::Result<()> {
    let store = store(config)?;
    let (world, policy) = (system::world(), policy(&store, config)?);
    let keys = keys::load_or_make(config, &world, false)?;
    let app = App::new(store, world, config.for_app(), keys, policy);
    let actor = Actor::command_line(&system::user());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(ledger_app::keys::accept(&app, permit(&actor)?))?)
}

/// Opens the service of a settings file, runs a verb on it, and closes it.
///
/// # Errors
/// What opening or the verb said.
pub fn run<T>(
    settings: Option<&Path>,
    verb: impl AsyncFnOnce(&Opened) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    run_on(&tokio::runtime::Builder::new_current_thread().enable_all().build()?, settings, verb)
}

/// Does what [`run`] does, on a runtime of the caller's.
///
/// # Errors
/// As [`run`].
pub fn run_on<T>(
    runtime: &tokio::runtime::Runtime,
    settings: Option<&Path>,
    verb: impl AsyncFnOnce(&Opened) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let config = Config::load(settings)?;
    private_files::folder(&config.data)?;
    let store = store(&config)?;
    schema(&store)?;
    let policy = policy(&store, &config)?;
    let app = join(&config, store, system::world(), policy)?;
    let opened = Opened { app, actor: Actor::command_line(&system::user()) };
    runtime.block_on(async {
        let done = verb(&opened).await;
        opened.app.store().clone().close().await;
        done
    })
}
