//! How each clause is kept on each platform: worked out from what it asks for, part by part, and from what the platform's devices
//! hold of it. Nobody writes a verdict by hand.

use std::collections::BTreeMap;

use domain::{AtHand, ClauseId, Coverage, DeviceKind, Platform, SettingKey, SettingValue, Verdict};

use crate::library::Library;
use crate::model::{Clause, KeptBy, Part};
use crate::problem::Problem;
use crate::words::{AcceptanceKind, RecordKind};

/// A platform's compiler, asked how far it covers a setting. Each `protocol-*` crate has its vendor's; the binary passes them in.
pub trait SettingCompiler {
    /// Returns the platform.
    fn platform(&self) -> Platform;
    /// Returns how far the platform holds that value of that setting, and what a device needs first.
    fn cover(&self, key: &SettingKey, value: &SettingValue) -> Coverage;
}

/// The coverage of each clause on each platform on which it speaks of some device.
pub type CoverageTable = BTreeMap<ClauseId, BTreeMap<Platform, Coverage>>;

impl Library {
    /// Asks every compiler about every clause. A platform of which a clause names no kind of device is left out of that clause's
    /// row.
    #[must_use]
    pub fn coverage(&self, compilers: &[&dyn SettingCompiler]) -> CoverageTable {
        self.clauses
            .iter()
            .map(|clause| {
                let of_platform = compilers
                    .iter()
                    .filter(|compiler| speaks_of(clause, compiler.platform()))
                    .map(|compiler| (compiler.platform(), self.cover(clause, *compiler, None)));
                (clause.id.clone(), of_platform.collect())
            })
            .collect()
    }

    /// Returns how a clause is kept on one device: what the device lacks, it does not hold.
    #[must_use]
    pub fn cover_on(&self, clause: &Clause, compiler: &dyn SettingCompiler, device: &AtHand) -> Coverage {
        self.cover(clause, compiler, Some(device))
    }

    fn cover(&self, clause: &Clause, compiler: &dyn SettingCompiler, device: Option<&AtHand>) -> Coverage {
        let parts: Vec<Coverage> =
            clause.asks.iter().map(|part| self.cover_part(clause, part, compiler, device)).collect();
        let verdict = whole(clause, &parts);
        let mut cover = Coverage { verdict, residue: Vec::new(), needs: std::collections::BTreeSet::new() };
        cover.take_up(&parts);
        if parts.is_empty() {
            cover.residue.push("The clause does not say what it asks for.".to_owned());
        }
        cover
    }

    fn cover_part(
        &self,
        clause: &Clause,
        part: &Part,
        compiler: &dyn SettingCompiler,
        device: Option<&AtHand>,
    ) -> Coverage {
        let left = |how: &str| format!("{}: {}.", part.what.trim_end_matches('.'), how.trim_end_matches('.'));
        if let Some(why) = part.except.get(&compiler.platform()) {
            return Coverage::not_enforceable(left(why));
        }
        if !part.settings.is_empty() {
            return self.cover_settings(clause, part, compiler, device);
        }
        let (verdict, how) = if part.check.is_some() {
            (Verdict::Detected, "seen afterwards in what devices report, not prevented".to_owned())
        } else if let Some(procedure) = &part.procedure {
            let title = self.cases.get(procedure).map_or(procedure.as_str(), |case| case.title.as_str());
            let title =
                self.register_of_procedure(procedure).map_or(title, |register| register.title.as_str());
            (Verdict::Done, format!("done by people, under \u{201c}{title}\u{201d}"))
        } else if part.agreed {
            (Verdict::Agreed, agreed(clause).to_owned())
        } else if let Some(record) = part.record {
            match record {
                RecordKind::Definition => {
                    (Verdict::NothingToKeep, "nothing in it can be kept or broken".to_owned())
                }
                record => (Verdict::OnRecord, format!("on record under {}", record.title().to_lowercase())),
            }
        } else {
            let why = part.nobody.clone().unwrap_or_default();
            (Verdict::KeptByNothing, format!("kept by nothing, since {}", decapitalised(&why)))
        };
        Coverage::of(verdict, left(&how))
    }

    fn cover_settings(
        &self,
        clause: &Clause,
        part: &Part,
        compiler: &dyn SettingCompiler,
        device: Option<&AtHand>,
    ) -> Coverage {
        let files = || clause.settings().filter_map(|name| self.settings.get(name));
        let covers: Vec<Coverage> = part
            .settings
            .iter()
            .filter_map(|key| Some((key, files().find_map(|file| file.values.get(key))?)))
            .map(|(key, asked)| {
                let cover = compiler.cover(key, &asked.value);
                match device {
                    Some(device) => cover.on(device),
                    None => cover,
                }
            })
            .collect();
        Coverage::of_parts(&covers)
            .unwrap_or_else(|| Coverage::not_enforceable(format!("{}: no setting.", part.what)))
    }

    /// Clauses of which some platform leaves a setting partly to people, although no person is ever asked to accept them: each is
    /// a problem of its file.
    #[must_use]
    pub fn uncovered_residues(&self, compilers: &[&dyn SettingCompiler]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for clause in self.clauses.iter().filter(|c| c.settings().next().is_some() && !c.asks_acceptance()) {
            for compiler in compilers.iter().filter(|compiler| speaks_of(clause, compiler.platform())) {
                let settings = clause.asks.iter().filter(|part| !part.settings.is_empty());
                let covers: Vec<Coverage> =
                    settings.map(|part| self.cover_part(clause, part, *compiler, None)).collect();
                for residue in covers.iter().flat_map(|cover| &cover.residue) {
                    problems.push(Problem {
                        file: clause.file.clone(),
                        line: None,
                        message: format!(
                            "{}: on {} this is left to people: {residue}; add a [[kept_by]] with an acceptance",
                            clause.id,
                            compiler.platform().title()
                        ),
                    });
                }
            }
        }
        problems
    }
}

/// Returns the verdict on a clause from those on its parts. Devices keep the whole of it only if they keep every part; where they
/// were to keep some part and keep none, it is not enforceable; otherwise the strongest of the ways in which people keep it counts.
fn whole(clause: &Clause, parts: &[Coverage]) -> Verdict {
    let held = parts.iter().filter(|part| part.verdict.is_held()).count();
    if held > 0 {
        let all = parts.iter().all(|part| part.verdict == Verdict::Enforced);
        return if all { Verdict::Enforced } else { Verdict::Partly };
    }
    if clause.settings().next().is_some() {
        return Verdict::NotEnforceable;
    }
    let others = parts.iter().map(|part| part.verdict).filter(|verdict| *verdict != Verdict::NotEnforceable);
    others.min().unwrap_or(if parts.is_empty() { Verdict::KeptByNothing } else { Verdict::NotEnforceable })
}

fn speaks_of(clause: &Clause, platform: Platform) -> bool {
    let kinds = &clause.applies_to.kinds;
    kinds.is_empty() || kinds.iter().filter_map(|kind| DeviceKind::platform(*kind)).any(|of| of == platform)
}

/// Returns how people agree to a clause.
fn agreed(clause: &Clause) -> &'static str {
    let kind = clause.kept_by.iter().find_map(|kept| match kept {
        KeptBy::Acceptance { acceptance, .. } => Some(*acceptance),
        _ => None,
    });
    match kind {
        Some(AcceptanceKind::Awareness) => "left to people, who read it once in each version",
        Some(AcceptanceKind::Reminder) => "left to people, who are reminded of it",
        Some(AcceptanceKind::Terms) | None => "left to people, who accept it before they use a device",
    }
}

/// Returns a reason as the rest of a sentence.
fn decapitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
