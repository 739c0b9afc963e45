//! Finding and reading the policy folder for the verbs that need no database.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use clap::Args;
use policy::{Files, Forces, Library, Overrides, Problems};

use crate::config;
use crate::config::Config;

/// Stands in compiled profiles where no settings file names the force.
const NO_ORGANISATION: &str = "Lanyard";
/// Where the folder is looked for without a settings file.
const DEFAULT_FOLDER: &str = "policy";

/// Reads which forces a policy folder is for.
///
/// # Errors
/// Every problem of the folder.
pub fn forces_in(dir: &Path) -> anyhow::Result<Forces> {
    let library = Library::load(dir, &Overrides::new());
    let library =
        library.map_err(|problems| anyhow!("the rules in {} have problems\n{problems}", dir.display()))?;
    Ok(library.forces().clone())
}

/// Which policy folder.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// The policy folder; left out, the settings file's, or policy/ in the working folder.
    #[arg(long, value_name = "DIR")]
    pub policy: Option<PathBuf>,
}

/// A policy folder with what a settings file says about it.
#[derive(Debug)]
pub struct Folder {
    /// Where it is.
    pub dir: PathBuf,
    /// The force's values for parameters.
    pub parameters: Overrides,
    /// The force's name.
    pub organisation: String,
}

impl Folder {
    /// Finds the folder: as named, else as the settings file says, else `policy/` in the working folder.
    ///
    /// # Errors
    /// Where it is not there, or the settings file has problems.
    pub fn find(args: &PolicyArgs, settings: Option<&Path>) -> anyhow::Result<Self> {
        let config = config::file(settings).map(|file| Config::read(&file)).transpose()?;
        let (own, parameters, organisation) = match config {
            Some(config) => (Some(config.policy), config.parameters, config.organisation),
            None => (None, Overrides::new(), NO_ORGANISATION.to_owned()),
        };
        let dir = args.policy.clone().or(own).unwrap_or_else(|| PathBuf::from(DEFAULT_FOLDER));
        exists(&dir)?;
        Ok(Self { dir, parameters, organisation })
    }

    /// Returns another folder, read with the same parameters.
    ///
    /// # Errors
    /// Where it is not there.
    pub fn other(&self, dir: &Path) -> anyhow::Result<Self> {
        exists(dir)?;
        Ok(Self {
            dir: dir.to_owned(),
            parameters: self.parameters.clone(),
            organisation: self.organisation.clone(),
        })
    }

    /// Returns its files.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn files(&self) -> Result<Files, Problems> {
        Files::read(&self.dir)
    }

    /// Returns its library.
    ///
    /// # Errors
    /// Every problem, under the folder's name.
    pub fn library(&self) -> anyhow::Result<Library> {
        let library = self.files().and_then(|files| Library::from_files(&files, &self.parameters));
        library.map_err(|problems| anyhow!("the rules in {} have problems\n{problems}", self.dir.display()))
    }
}

fn exists(dir: &Path) -> anyhow::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    bail!(
        "there is no policy folder at {}: run from the folder that holds it, name it with --policy DIR, or name a settings \
         file with --config FILE",
        dir.display()
    )
}
