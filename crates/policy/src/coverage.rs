//! How far each platform keeps each clause by itself, and what is left to people.

use std::collections::BTreeMap;

use domain::{ClauseId, Coverage, DeviceKind, Platform, SettingKey, SettingValue};

use crate::library::Library;
use crate::model::{Clause, KeptBy};
use crate::problem::Problem;
use crate::words::AcceptanceKind;

/// A platform's compiler, asked how far it covers a setting. Each `protocol-*` crate has its vendor's; the binary passes them in.
pub trait SettingCompiler {
    /// Returns the platform.
    fn platform(&self) -> Platform;
    /// Returns how far the platform holds that value of that setting.
    fn cover(&self, key: &SettingKey, value: &SettingValue) -> Coverage;
}

/// The coverage of each clause on each platform on which it speaks of some device.
pub type CoverageTable = BTreeMap<ClauseId, BTreeMap<Platform, Coverage>>;

impl Library {
    /// Asks every compiler about every clause.
    ///
    /// A clause without a setting is not enforceable, and its residue says how it is kept instead. A platform of which a
    /// clause names no kind of device is left out of that clause's row.
    #[must_use]
    pub fn coverage(&self, compilers: &[&dyn SettingCompiler]) -> CoverageTable {
        self.clauses
            .iter()
            .map(|clause| {
                let of_platform = compilers
                    .iter()
                    .filter(|compiler| speaks_of(clause, compiler.platform()))
                    .map(|compiler| (compiler.platform(), self.cover(clause, *compiler)));
                (clause.id.clone(), of_platform.collect())
            })
            .collect()
    }

    fn cover(&self, clause: &Clause, compiler: &dyn SettingCompiler) -> Coverage {
        let parts: Vec<Coverage> = clause
            .settings()
            .filter_map(|name| self.settings.get(name))
            .flat_map(|setting| &setting.values)
            .map(|(key, asked)| compiler.cover(key, &asked.value))
            .collect();
        Coverage::of_parts(&parts).unwrap_or_else(|| {
            let mut instead = Coverage::not_enforceable("");
            instead.residue = clause.kept_by.iter().map(kept_instead).collect();
            instead.residue.dedup();
            instead
        })
    }

    /// Clauses with a setting that some platform leaves partly to people, although no person is ever asked to accept
    /// them: each is a problem of its file.
    #[must_use]
    pub fn uncovered_residues(&self, coverage: &CoverageTable) -> Vec<Problem> {
        let mut problems = Vec::new();
        for clause in self.clauses.iter().filter(|c| c.settings().next().is_some() && !c.asks_acceptance()) {
            for (platform, cover) in coverage.get(&clause.id).into_iter().flatten() {
                for residue in &cover.residue {
                    problems.push(Problem {
                        file: clause.file.clone(),
                        line: None,
                        message: format!(
                            "{}: on {} this is left to people: {residue}; add a [[kept_by]] with an acceptance",
                            clause.id,
                            platform.title()
                        ),
                    });
                }
            }
        }
        problems
    }
}

fn speaks_of(clause: &Clause, platform: Platform) -> bool {
    let kinds = &clause.applies_to.kinds;
    kinds.is_empty() || kinds.iter().filter_map(|kind| DeviceKind::platform(*kind)).any(|of| of == platform)
}

/// Returns how a clause is kept where no setting keeps it.
fn kept_instead(kept: &KeptBy) -> String {
    match kept {
        KeptBy::Setting { setting, .. } => format!("told to devices as {setting}"),
        KeptBy::Detection { .. } => "detected afterwards, not prevented".to_owned(),
        KeptBy::Acceptance { acceptance: AcceptanceKind::Terms, .. } => {
            "left to people, who accept it before they use a device".to_owned()
        }
        KeptBy::Acceptance { acceptance: AcceptanceKind::Awareness, .. } => {
            "left to people, who read it once in each version".to_owned()
        }
        KeptBy::Acceptance { acceptance: AcceptanceKind::Reminder, .. } => {
            "left to people, who are reminded of it".to_owned()
        }
        KeptBy::Procedure { procedure, .. } => format!("done by people, as work of type {procedure}"),
        KeptBy::Record { record } => format!("kept on paper: {}", record.title().to_lowercase()),
        KeptBy::Nothing { why } => why.clone(),
    }
}
