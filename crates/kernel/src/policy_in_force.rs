//! Holds the policy in force: the library with everything that is computed from it once.
//! Says how a new version takes over.

mod change;
mod roles;
mod terms;
pub use change::POLICY;
pub use change::PROFILES;
pub use change::follow_policy;
pub use change::kept_files;
pub use change::policy_as_of;

use std::collections::BTreeMap;
use std::sync::Arc;

use compliance::BoundCheck;
use domain::{
    AtHand, ClauseId, Coverage, DeviceKind, Platform, Secret, SettingKey, SettingValue, Span, local_time,
};
use platform_port::{Group, Publisher};
use policy::{
    Clause, CoverageTable, Files, Forces, KeptBy, Library, Overrides, ParameterValue, Problem, Problems,
    Scope, SettingCompiler,
};
use store::profiles::Profile;

use crate::digest_hex;
use crate::platforms::{Platforms, Served};

pub use change::kept;
pub use terms::asks;
pub(crate) use terms::terms_of;
pub use terms::{About, AskedClause, Terms};

/// Checks under one clause, by which devices are judged.
#[derive(Debug, Clone)]
pub struct DeviceRule {
    /// Id of the clause.
    pub clause: ClauseId,
    /// Digest of the clause.
    pub clause_digest: String,
    /// Kinds of device that the clause is limited to; empty for all.
    pub kinds: Vec<DeviceKind>,
    /// Checks, with their names and digests.
    pub checks: Vec<(String, String, Arc<BoundCheck>)>,
    /// Time that a breach may last before a case opens.
    pub grace: Span,
    /// Type of the case that a breach opens.
    pub opens: String,
    /// Set for a detection, which is never a finding of guilt; its case says so.
    pub detection: bool,
}

/// Profile that is ready to be installed, with its content.
#[derive(Debug, Clone)]
pub struct ReadyProfile {
    /// Record of the profile in the store.
    pub profile: Profile,
    /// Content of the profile.
    pub content: Vec<u8>,
}

/// Policy in force, with everything that is computed from it.
#[derive(Debug)]
pub struct PolicyInForce {
    library: Library,
    files: Files,
    overrides: Overrides,
    digest: String,
    coverage: CoverageTable,
    terms: BTreeMap<String, Terms>,
    rules: Vec<DeviceRule>,
    profiles: BTreeMap<Platform, Vec<ReadyProfile>>,
    lapsed: BTreeMap<Platform, Vec<ReadyProfile>>,
    restricted: BTreeMap<Platform, Vec<ReadyProfile>>,
    warnings: Vec<String>,
    bluetooth: Option<bool>,
    organisation: String,
    platforms: Platforms,
}

/// Reason why a policy cannot be brought into force.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Problems in the files; each names its file and line.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// Settings that the compiler of a platform refuses.
    #[error("the settings cannot be compiled for {platform}: {why}")]
    Compile {
        /// Title of the platform.
        platform: &'static str,
        /// Reason for the refusal.
        why: String,
    },
}

/// Computes the coverage of a library on every platform that is served.
#[must_use]
pub fn coverage(library: &Library, platforms: &Platforms) -> CoverageTable {
    let compilers = platforms.compilers();
    let compilers: Vec<&dyn SettingCompiler> =
        compilers.iter().map(|compiler| compiler as &dyn SettingCompiler).collect();
    library.coverage(&compilers)
}

/// Returns how a clause is kept on one device of a platform; `None` where no vendor serves the platform.
#[must_use]
pub fn coverage_on(
    library: &Library,
    platforms: &Platforms,
    clause: &Clause,
    platform: Platform,
    device: &AtHand,
) -> Option<Coverage> {
    let compilers = platforms.compilers();
    let compiler = compilers.iter().find(|compiler| compiler.platform() == platform)?;
    Some(library.cover_on(clause, compiler, device))
}

/// Finds what platforms leave to people who never agreed to it.
fn uncovered(library: &Library, platforms: &Platforms) -> Vec<Problem> {
    let compilers = platforms.compilers();
    let compilers: Vec<&dyn SettingCompiler> =
        compilers.iter().map(|compiler| compiler as &dyn SettingCompiler).collect();
    library.uncovered_residues(&compilers)
}

/// Compiles the bundles of a library for one platform, in the order in which to install them, and returns the compiler's
/// warnings; returns none for a platform that no vendor serves.
///
/// # Errors
/// [`PolicyError::Compile`] if the settings cannot be written for the platform.
pub fn compile_profiles(
    library: &Library,
    platforms: &Platforms,
    platform: Platform,
    organisation: &str,
) -> Result<(Vec<ReadyProfile>, Vec<String>), PolicyError> {
    let Some(served) = platforms.of(platform) else { return Ok((Vec::new(), Vec::new())) };
    compile_instead(library, platform, served, &publisher(library, organisation), &BTreeMap::new())
}

fn publisher(library: &Library, organisation: &str) -> Publisher {
    Publisher::new(organisation, &library.forces().profile_prefix)
}

fn compile_instead(
    library: &Library,
    platform: Platform,
    served: &Served,
    publisher: &Publisher,
    instead: &BTreeMap<String, ParameterValue>,
) -> Result<(Vec<ReadyProfile>, Vec<String>), PolicyError> {
    let kind = DeviceKind::ALL.iter().copied().find(|kind| kind.platform() == Some(platform));
    let scope = kind.map_or_else(Scope::default, Scope::of_kind);
    let groups: Vec<Group> = library
        .merged_with(&scope, instead)
        .groups
        .into_iter()
        .map(|group| Group { id: group.id, title: group.title, values: group.values, clauses: group.clauses })
        .collect();
    compile_groups(groups, platform, served, publisher)
}

/// Lists the settings files that clauses name for the devices of a person whose acceptance has lapsed, with those clauses.
fn lapsed_files(library: &Library) -> BTreeMap<&str, Vec<ClauseId>> {
    let mut named: BTreeMap<&str, Vec<ClauseId>> = BTreeMap::new();
    for clause in &library.clauses {
        for setting in clause.lapsed_settings() {
            named.entry(setting).or_default().push(clause.id.clone());
        }
    }
    named
}

/// Lists the settings files that clauses name for devices that a person restricts in a case, with those clauses.
fn restricting_files(library: &Library) -> BTreeMap<&str, Vec<ClauseId>> {
    let mut named: BTreeMap<&str, Vec<ClauseId>> = BTreeMap::new();
    for clause in &library.clauses {
        for setting in clause.restricting_settings() {
            named.entry(setting).or_default().push(clause.id.clone());
        }
    }
    named
}

/// Compiles bundles that are added to those of all devices: one for each settings file.
fn compile_added(
    library: &Library,
    named: BTreeMap<&str, Vec<ClauseId>>,
    platform: Platform,
    served: &Served,
    organisation: &str,
) -> Result<Vec<ReadyProfile>, PolicyError> {
    let groups: Vec<Group> = named
        .into_iter()
        .filter_map(|(name, clauses)| {
            let setting = library.settings.get(name)?;
            let values =
                setting.values.iter().map(|(key, asked)| (key.clone(), asked.value.clone())).collect();
            Some(Group { id: name.to_owned(), title: setting.title.clone(), values, clauses })
        })
        .collect();
    compile_groups(groups, platform, served, &publisher(library, organisation)).map(|(ready, _)| ready)
}

fn compile_groups(
    groups: Vec<Group>,
    platform: Platform,
    served: &Served,
    publisher: &Publisher,
) -> Result<(Vec<ReadyProfile>, Vec<String>), PolicyError> {
    let compiled = served
        .vendor
        .compile(platform, groups, publisher)
        .map_err(|error| PolicyError::Compile { platform: platform.title(), why: error.to_string() })?;
    let ready = compiled
        .bundles
        .into_iter()
        .map(|made| ReadyProfile {
            profile: Profile {
                digest: digest_hex(&made.bytes),
                platform,
                group: made.group,
                identifier: made.identifier,
                uuid: made.mark,
                title: made.title,
                clauses: made.clauses.iter().map(ToString::to_string).collect(),
            },
            content: made.bytes,
        })
        .collect();
    let warnings =
        compiled.warnings.iter().map(|warning| format!("{}: {warning}", platform.title())).collect();
    Ok((ready, warnings))
}

impl PolicyInForce {
    /// Loads a policy folder with the force's own parameter values, and computes what follows.
    ///
    /// # Errors
    /// Every problem of the files, including an uncovered residue, or what a compiler refuses.
    pub fn load(
        files: Files,
        overrides: &Overrides,
        organisation: &str,
        platforms: &Platforms,
    ) -> Result<Self, PolicyError> {
        let library = Library::from_files(&files, overrides)?;
        Self::of_library(library, files, overrides, organisation, platforms)
    }

    /// Computes what follows from a library that was read from these files.
    fn of_library(
        library: Library,
        files: Files,
        overrides: &Overrides,
        organisation: &str,
        platforms: &Platforms,
    ) -> Result<Self, PolicyError> {
        let coverage = coverage(&library, platforms);
        let mut problems = uncovered(&library, platforms);
        problems.extend(roles::unknown_roles(&library));
        if let Some(problems) = Problems::of(problems) {
            return Err(problems.into());
        }
        let (mut profiles, mut lapsed, mut restricted) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut warnings = Vec::new();
        for platform in platforms.all() {
            let Some(served) = platforms.of(platform) else { continue };
            let (ready, said) = compile_profiles(&library, platforms, platform, organisation)?;
            profiles.insert(platform, ready);
            let on = (platform, served);
            lapsed
                .insert(platform, compile_added(&library, lapsed_files(&library), on.0, on.1, organisation)?);
            restricted.insert(
                platform,
                compile_added(&library, restricting_files(&library), on.0, on.1, organisation)?,
            );
            warnings.extend(said);
        }
        let merged = library.merged_settings(&Scope::default());
        let bluetooth =
            merged.settings.get(&SettingKey::new("bluetooth.enabled")).and_then(|set| match set.value {
                SettingValue::Bool(enabled) => Some(enabled),
                _ => None,
            });
        let (terms, rules) = (terms_of(&library), rules_of(&library));
        Ok(Self {
            digest: library.digest(),
            library,
            files,
            overrides: overrides.clone(),
            coverage,
            terms,
            rules,
            profiles,
            lapsed,
            restricted,
            warnings,
            bluetooth,
            organisation: organisation.to_owned(),
            platforms: platforms.clone(),
        })
    }

    /// Returns the library.
    #[must_use]
    pub const fn library(&self) -> &Library {
        &self.library
    }

    /// Returns the forces that it is for.
    #[must_use]
    pub const fn forces(&self) -> &Forces {
        self.library.forces()
    }

    /// Puts the time zone and the form of days of its forces into use for the whole process.
    pub(crate) fn keep_time(&self) {
        if let Some(zone) = local_time::find_zone(&self.forces().time_zone) {
            local_time::set_zone(zone);
        }
        local_time::set_dates(self.forces().dates);
    }

    /// Returns the vendors for which it was compiled.
    #[must_use]
    pub const fn platforms(&self) -> &Platforms {
        &self.platforms
    }

    /// Returns the files that it was read from.
    #[must_use]
    pub const fn files(&self) -> &Files {
        &self.files
    }

    /// Returns the access policies.
    #[must_use]
    pub const fn access(&self) -> &Arc<access::Policies> {
        &self.library.access
    }

    /// Returns the parameter values with which the force's settings override the policy's own.
    #[must_use]
    pub const fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    /// Returns the digest of the whole policy.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns how far each platform enforces each clause.
    #[must_use]
    pub const fn coverage(&self) -> &CoverageTable {
        &self.coverage
    }

    /// Returns the terms of a document, if it has any.
    #[must_use]
    pub fn terms(&self, document: &str) -> Option<&Terms> {
        self.terms.get(document)
    }

    /// Returns the terms of every document that has any.
    #[must_use]
    pub const fn all_terms(&self) -> &BTreeMap<String, Terms> {
        &self.terms
    }

    /// Returns the rules by which devices are judged, in the order of the paper.
    #[must_use]
    pub fn rules(&self) -> &[DeviceRule] {
        &self.rules
    }

    /// Returns whether a clause is judged by a detection, which is never a finding of guilt.
    #[must_use]
    pub fn is_detection(&self, clause: &str) -> bool {
        self.rules.iter().any(|rule| rule.detection && rule.clause.as_str() == clause)
    }

    /// Returns the profiles that devices of a platform should have.
    #[must_use]
    pub fn profiles(&self, platform: Platform) -> &[ReadyProfile] {
        self.profiles.get(&platform).map_or(&[], Vec::as_slice)
    }

    /// Returns the profiles that are added where the holder's acceptance has lapsed.
    #[must_use]
    pub fn lapsed_profiles(&self, platform: Platform) -> &[ReadyProfile] {
        self.lapsed.get(&platform).map_or(&[], Vec::as_slice)
    }

    /// Returns the profiles that are added to a device that a person restricts in a case.
    #[must_use]
    pub fn restricted_profiles(&self, platform: Platform) -> &[ReadyProfile] {
        self.restricted.get(&platform).map_or(&[], Vec::as_slice)
    }

    /// Compiles the profiles of a platform with other values for some force parameters, and with networks' passwords.
    pub fn compile_with(
        &self,
        platform: Platform,
        instead: &BTreeMap<String, ParameterValue>,
        network_passwords: BTreeMap<String, Secret<String>>,
    ) -> Result<(Vec<ReadyProfile>, Vec<String>), PolicyError> {
        let Some(served) = self.platforms.of(platform) else { return Ok((Vec::new(), Vec::new())) };
        let publisher = Publisher { network_passwords, ..publisher(&self.library, &self.organisation) };
        compile_instead(&self.library, platform, served, &publisher, instead)
    }

    /// Returns the UUID that a device of the platform should report for each clause group.
    #[must_use]
    pub fn expected_profiles(&self, platform: Platform) -> BTreeMap<String, String> {
        self.profiles(platform)
            .iter()
            .map(|ready| (ready.profile.group.clone(), ready.profile.uuid.clone()))
            .collect()
    }

    /// Computes a digest over every profile of every platform: it changes if another version of the program writes them
    /// differently.
    pub fn profiles_digest(&self) -> String {
        let made = self
            .profiles
            .values()
            .chain(self.lapsed.values())
            .chain(self.restricted.values())
            .flatten()
            .map(|ready| ready.profile.digest.as_str());
        digest_hex(made.collect::<Vec<_>>().join("\n").as_bytes())
    }

    /// Returns the warnings of the compilers.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Returns whether Bluetooth is to be switched on or off by command.
    #[must_use]
    pub const fn bluetooth(&self) -> Option<bool> {
        self.bluetooth
    }
}

/// Lists the rules of a policy for which devices can be queried.
#[must_use]
pub fn rules_of(library: &Library) -> Vec<DeviceRule> {
    library.clauses.iter().filter_map(|clause| rule_of(library, clause)).collect()
}

fn rule_of(library: &Library, clause: &Clause) -> Option<DeviceRule> {
    let first = clause.rules().next()?;
    Some(DeviceRule {
        clause: clause.id.clone(),
        clause_digest: clause.digest(),
        kinds: clause.applies_to.kinds.clone(),
        checks: clause
            .rules()
            .map(|rule| {
                let digest = library.check_digest(&rule.check).unwrap_or_default();
                (rule.check.clone(), digest, Arc::clone(&rule.bound))
            })
            .collect(),
        grace: first.grace,
        opens: first.opens.clone(),
        detection: clause.kept_by.iter().all(|kept| !matches!(kept, KeptBy::Setting { .. })),
    })
}
