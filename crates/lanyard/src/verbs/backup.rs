//! `lanyard backup` and `lanyard restore`: the database and the keys, as one folder that can be checked.
//!
//! A backup holds everything that the service cannot make again, keys included: it is as sensitive as the service
//! itself, and is made readable by its owner alone. The policy folder and the settings file are the force's own and
//! stay where the force keeps them.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Soundness, Store, StoreConfig};

use service::config::Config;
use service::out::{Out, note};
use service::private_files;
use service::{config, keys, open, system};

/// The database inside a backup and a data folder.
const DATABASE: &str = "lanyard.sqlite";
/// The list of a backup's files.
const MANIFEST: &str = "manifest.json";
/// The form of backup that this program writes.
const FORM: u32 = 1;

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The new folder.
    to: PathBuf,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup's folder.
    from: PathBuf,
    /// The data folder to make; it must not be there yet.
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
}

/// What a backup holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    form: u32,
    made_at: Timestamp,
    /// The number of the database's schema.
    schema: i64,
    /// Each file with its SHA-256 digest in hex.
    files: BTreeMap<String, String>,
}

impl Backup {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        let config = Config::load(settings)?;
        if let StoreConfig::Sqlite { path, .. } = &config.database
            && !path.exists()
        {
            bail!("there is no database at {} yet, so there is nothing to back up", path.display());
        }
        let growing = Growing::begin(&self.to)?;
        let store = open::store(&config)?;
        if let Soundness::Damaged(said) = store.examine(true)? {
            bail!("nothing was backed up: {}", kernel::health::damaged(&said));
        }
        store.backup_to(&growing.file(DATABASE))?;
        let mut files = BTreeMap::new();
        files.insert(DATABASE.to_owned(), digest(&growing.file(DATABASE))?);
        for name in keys::FILES {
            let from = config.data.join(name);
            if from.exists() {
                files.insert(name.to_owned(), copy(&from, &growing.file(name))?);
            }
        }
        let made_at = system::world().now();
        let manifest = Manifest { form: FORM, made_at, schema: store.schema_version()?, files };
        write(&growing.file(MANIFEST), serde_json::to_string_pretty(&manifest)?.as_bytes())?;
        growing.finish()?;
        if config.ca.is_some() {
            note(
                "the device authority's key comes from outside and is not in this backup; see [ca] in the settings file",
            );
        }
        let mut out = Out::new();
        let count = manifest.files.len();
        out.line(format_args!(
            "{count} files in {}; it holds keys: keep it as safe as the service",
            self.to.display()
        ))?;
        Ok(out.finish()?)
    }
}

impl Restore {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        let manifest = manifest(&self.from)?;
        if manifest.schema > open::newest() {
            bail!(
                "the backup has schema {} and this program knows {}: restore it with the newer program that made it",
                manifest.schema,
                open::newest()
            );
        }
        let growing = Growing::begin(&self.into)?;
        for (name, expected) in &manifest.files {
            if copy(&self.from.join(name), &growing.file(name))? != *expected {
                bail!(
                    "{name} in {} is not the file that was backed up; use another backup",
                    self.from.display()
                );
            }
        }
        proved(&growing.file(DATABASE), manifest.schema)?;
        growing.finish()?;
        let mut out = Out::new();
        let into = std::path::absolute(&self.into)?;
        out.line(format_args!("restored the state of {} into {}", manifest.made_at, into.display()))?;
        for line in advice(&into, settings) {
            out.line(line)?;
        }
        out.line(
            "what was entered into the ledger since then is lost, so the service will sign nothing until you say that this was \
             meant: compare with the newest copy of a checkpoint (`lanyard ledger verify --checkpoint COPY`), then run \
             `lanyard ledger accept --checkpoint COPY --reason \"...\"`, which puts the gap on record",
        )?;
        Ok(out.finish()?)
    }
}

/// Returns what to change in the settings, as it is to be written there.
fn advice(into: &Path, settings: Option<&Path>) -> Vec<String> {
    let mut lines =
        vec!["next, in the settings file:".to_owned(), format!("  data = \"{}\"", into.display())];
    let file = config::file(settings).and_then(|file| Config::read(&file).ok());
    let own = |config: &Config| match &config.database {
        StoreConfig::Sqlite { path, .. } if *path != config.data.join(DATABASE) => Some(true),
        StoreConfig::Sqlite { .. } => Some(false),
        StoreConfig::Postgres { .. } => None,
    };
    match file.as_ref().map(own) {
        Some(Some(false)) => {}
        Some(Some(true)) => {
            lines.push("  [database]".to_owned());
            lines.push(format!(
                "  sqlite = \"{}\"    # in the place of the sqlite line that is there",
                into.join(DATABASE).display()
            ));
        }
        Some(None) => lines.push(
            "  [database]: take the postgres line out; a backup of this kind is one of SQLite".to_owned(),
        ),
        None => lines.push(format!(
            "  and where [database] has a line sqlite = \"...\", write sqlite = \"{}\" there",
            into.join(DATABASE).display()
        )),
    }
    lines.push("then start the service".to_owned());
    lines
}

/// Reads and checks the list of a backup.
fn manifest(from: &Path) -> anyhow::Result<Manifest> {
    let shown = from.display();
    let text = fs::read_to_string(from.join(MANIFEST))
        .with_context(|| format!("{shown} is no backup of Lanyard"))?;
    let manifest: Manifest =
        serde_json::from_str(&text).with_context(|| format!("the {MANIFEST} of {shown}"))?;
    if manifest.form != FORM {
        bail!(
            "{shown} was made by another version of the program (form {}); restore it with that one",
            manifest.form
        );
    }
    let known = |name: &String| name == DATABASE || keys::FILES.contains(&name.as_str());
    if let Some(strange) = manifest.files.keys().find(|name| !known(name)) {
        bail!("the {MANIFEST} of {shown} names {strange}, which is no file of a backup");
    }
    if !manifest.files.contains_key(DATABASE) {
        bail!("the {MANIFEST} of {shown} names no database; use another backup");
    }
    Ok(manifest)
}

/// Opens a copied database to see that it can be opened and is the one that the list speaks of.
fn proved(database: &Path, schema: i64) -> anyhow::Result<()> {
    let store = Store::open(&StoreConfig::Sqlite { path: database.to_owned(), readers: 1 })?;
    let found = store.schema_version()?;
    drop(store);
    if found != schema {
        bail!(
            "the database of the backup has schema {found} where {schema} was backed up; use another backup"
        );
    }
    Ok(())
}

/// A folder that grows under another name until it is whole, and goes away if it never is.
struct Growing {
    partial: PathBuf,
    to: PathBuf,
}

impl Growing {
    fn begin(to: &Path) -> anyhow::Result<Self> {
        if to.exists() {
            bail!("{} is there already; nothing is ever overwritten: name a new folder", to.display());
        }
        let Some(name) = to.file_name() else { bail!("{} names no folder", to.display()) };
        let partial = to.with_file_name(format!("{}.partial", name.to_string_lossy()));
        let made = fs::DirBuilder::new().mode(0o700).create(&partial);
        made.with_context(|| {
            format!("{0} cannot be made; if an interrupted run left it behind, remove {0}", partial.display())
        })?;
        Ok(Self { partial, to: to.to_owned() })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.partial.join(name)
    }

    /// Gives the folder its name, now that it is whole.
    fn finish(self) -> anyhow::Result<()> {
        let flushed = File::open(&self.partial).and_then(|folder| folder.sync_all());
        flushed.with_context(|| self.partial.display().to_string())?;
        fs::rename(&self.partial, &self.to)
            .with_context(|| format!("{} cannot be made", self.to.display()))?;
        private_files::sync_folder(&self.to);
        Ok(())
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        // After `finish` there is nothing of that name any more. What cannot be removed is named by the next run.
        let _ = fs::remove_dir_all(&self.partial);
    }
}

/// Copies a file, readable by its owner alone; gives its digest.
fn copy(from: &Path, to: &Path) -> anyhow::Result<String> {
    let reading = || format!("{} cannot be copied", from.display());
    let mut source = File::open(from).with_context(reading)?;
    let mut target =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).with_context(reading)?;
    std::io::copy(&mut source, &mut target).with_context(reading)?;
    target.sync_all().with_context(reading)?;
    digest(to)
}

fn write(to: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    made.and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    })
    .with_context(|| format!("{} cannot be written", to.display()))
}

fn digest(path: &Path) -> anyhow::Result<String> {
    let mut file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer)?;
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else {
            return Ok(hex::encode(context.finish()));
        };
        context.update(read);
    }
}
