//! Loading: files to a [`Library`], or everything that is wrong with them.
//!
//! Files are read in order of dependence: registers, then checks and settings, then documents and clauses, then what only shows
//! when all of them are there. A part that cannot be read is left out of the rest, so one fault is reported once.

mod across;
mod agreement;
mod asks;
mod checks;
mod clauses;
mod cover;
mod documents;
mod forces;
mod forms;
mod kept_by;
mod limits;
mod lockouts;
mod permissions;
mod procedures;
mod registers;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::files::Files;
use crate::library::Library;
use crate::problem::{Problems, Sink};
use crate::reader::{Node, Source};

/// Values of the force's own settings file for its parameters, by name.
pub type Overrides = BTreeMap<String, toml::Value>;

/// The library under construction.
pub(crate) struct Loader<'a> {
    pub(crate) files: &'a Files,
    pub(crate) sink: Sink,
    pub(crate) library: Library,
    /// Checks and settings that have a file, readable or not: naming one of these is no second fault.
    pub(crate) check_files: BTreeSet<String>,
    pub(crate) setting_files: BTreeSet<String>,
    /// Some clause could not be read, so a reference to a clause that is not there may be right.
    pub(crate) clauses_missing: bool,
}

impl Library {
    /// Reads a policy folder.
    ///
    /// # Errors
    /// Everything that is wrong with it, with file and line.
    pub fn load(dir: &Path, overrides: &Overrides) -> Result<Self, Problems> {
        Self::from_files(&Files::read(dir)?, overrides)
    }

    /// Reads a policy folder that is in memory.
    ///
    /// # Errors
    /// Everything that is wrong with it, with file and line.
    pub fn from_files(files: &Files, overrides: &Overrides) -> Result<Self, Problems> {
        Self::read(files, overrides, false)
    }

    /// Reads a policy folder that an earlier program brought into force, as it was understood then: a clause need not say what it
    /// asks for part by part, nor a fact which platforms report it.
    ///
    /// # Errors
    /// Everything else that is wrong with it, with file and line.
    pub fn from_former_files(files: &Files, overrides: &Overrides) -> Result<Self, Problems> {
        Self::read(files, overrides, true)
    }

    fn read(files: &Files, overrides: &Overrides, former: bool) -> Result<Self, Problems> {
        let mut library = Self::default();
        library.registers.former = former;
        let mut loader = Loader {
            files,
            sink: Sink::default(),
            library,
            check_files: names(files, "checks/"),
            setting_files: names(files, "settings/"),
            clauses_missing: false,
        };
        loader.forces();
        loader.registers();
        // A check's cases are written against the defaults, and show that the check is right. What the force chooses
        // instead is not a fault of the check.
        loader.checks();
        loader.overrides(overrides);
        loader.settings();
        loader.documents();
        // A procedure is done as cases or as entries of a register, so the registers come first.
        loader.permissions();
        loader.procedures();
        loader.forms();
        loader.across();
        loader.access();
        if !former && loader.sink.is_clean() {
            loader.agreement();
            loader.lockouts();
        }
        let Loader { sink, library, .. } = loader;
        match Problems::of(sink.into_problems()) {
            Some(problems) => Err(problems),
            None => Ok(library),
        }
    }
}

impl Loader<'_> {
    /// Loads the policies of `access/`. A folder without any leaves only the built-in floor. Without forces there is nothing to
    /// check them against, and their file has its problem already.
    fn access(&mut self) {
        let forces = self.library.forces.words();
        if forces.is_empty() {
            return;
        }
        let files = self.files.iter().filter(|(path, _)| path.starts_with("access/"));
        match access::Policies::load(files, &forces) {
            Ok(policies) => self.library.access = Arc::new(policies),
            Err(problems) => {
                for problem in problems {
                    self.sink.add(&problem.file, problem.line, problem.message);
                }
            }
        }
    }

    /// Parses a file and hands its root to a reader; reports the keys that the reader did not ask for.
    pub(crate) fn with_root<T>(
        &self,
        source: Source<'_>,
        what: &'static str,
        read: impl FnOnce(&Node<'_>) -> Option<T>,
    ) -> Option<T> {
        let table = source.parse(&self.sink)?;
        let node = Node::root(source, &table, &self.sink, what);
        let value = read(&node);
        node.finish();
        value
    }
}

/// Returns the names of the TOML files straight under a folder.
fn names(files: &Files, folder: &str) -> BTreeSet<String> {
    files
        .iter()
        .filter_map(|(path, _)| Some(path.strip_prefix(folder)?.strip_suffix(".toml")?.to_owned()))
        .collect()
}
