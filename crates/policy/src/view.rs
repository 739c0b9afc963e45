//! What `lanyard policy list` and `show` print as JSON. These shapes are an interface: add to them, never rename.

use std::collections::{BTreeMap, BTreeSet};

use compliance::{Check, Given};
use domain::{ClauseId, Coverage, Platform, SettingKey, SettingValue};
use serde::Serialize;

use crate::coverage::CoverageTable;
use crate::library::Library;
use crate::merge::{MergedSettings, Scope};
use crate::model::{AppliesTo, Clause, Exception, KeptBy, Note, Part, Recipient};
use crate::registers::Parameter;
use crate::words::{Actor, Modality};

/// One clause in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClauseLine {
    /// Its id.
    pub id: ClauseId,
    /// Its document.
    pub document: String,
    /// Its title.
    pub title: String,
    /// The printed number.
    pub number: Option<String>,
    /// Its section.
    pub section: Option<String>,
    /// Its settings group.
    pub group: String,
    /// How it is kept: `setting`, `check`, `detection`, `acceptance`, `procedure`, `record`, `nothing`.
    pub kept_by: Vec<&'static str>,
    /// How strongly it speaks.
    pub modality: Modality,
    /// Who must act.
    pub actors: Vec<Actor>,
    /// Flags of the editor's notes that name it.
    pub flags: Vec<String>,
    /// Its text may not be shown.
    pub withheld: bool,
    /// What each platform makes of it.
    pub platforms: BTreeMap<Platform, Coverage>,
}

/// One clause in full.
#[derive(Debug, Clone, Serialize)]
pub struct ClausePage<'a> {
    /// What a list shows.
    #[serde(flatten)]
    pub line: ClauseLine,
    /// The requirement; `None` if it is withheld.
    pub text: Option<&'a str>,
    /// What it is for.
    pub aim: Option<&'a str>,
    /// Its limits.
    pub applies_to: &'a AppliesTo,
    /// Its exceptions.
    pub exceptions: &'a [Exception],
    /// To whom things are reported.
    pub report_to: &'a [Recipient],
    /// What it asks for, part by part.
    pub asks: &'a [Part],
    /// How it is kept, in full.
    pub kept: &'a [KeptBy],
    /// The editor's notes that name it.
    pub notes: Vec<&'a Note>,
    /// The settings that it asks for.
    pub settings: Vec<SettingLine>,
    /// The checks that judge it.
    pub checks: BTreeMap<&'a str, &'a Check>,
    /// The force parameters that it leans on.
    pub parameters: BTreeMap<&'a str, &'a Parameter>,
    /// Its digest.
    pub digest: String,
    /// Its file.
    pub file: &'a str,
}

/// One setting that a clause asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingLine {
    /// The setting.
    pub key: SettingKey,
    /// What it means.
    pub means: String,
    /// What the clause asks for.
    pub asked: SettingValue,
    /// The force parameter that gave that value.
    pub parameter: Option<String>,
    /// The value in force once every clause is heard.
    pub in_force: SettingValue,
    /// The group whose profile carries it.
    pub group: String,
    /// The other clauses that ask for it.
    pub also_asked_by: Vec<ClauseId>,
}

impl Library {
    /// Returns every clause as a line, in order of the paper.
    #[must_use]
    pub fn list(&self, coverage: &CoverageTable) -> Vec<ClauseLine> {
        self.clauses.iter().map(|clause| self.line(clause, coverage)).collect()
    }

    fn line(&self, clause: &Clause, coverage: &CoverageTable) -> ClauseLine {
        ClauseLine {
            id: clause.id.clone(),
            document: clause.document.clone(),
            title: clause.title.clone(),
            number: clause.number.clone(),
            section: clause.section.clone(),
            group: clause.group.clone(),
            kept_by: clause.kept_words(),
            modality: clause.modality,
            actors: clause.actors.clone(),
            flags: self.notes_on(clause).map(|note| note.flag.clone()).collect(),
            withheld: clause.withheld,
            platforms: coverage.get(&clause.id).cloned().unwrap_or_default(),
        }
    }

    /// Returns one clause in full; `None` if there is none of that id (its case does not matter).
    #[must_use]
    pub fn show<'a>(&'a self, id: &str, coverage: &CoverageTable) -> Option<ClausePage<'a>> {
        let clause = self.find_clause(id)?;
        let checks: BTreeMap<&str, &Check> = clause
            .rules()
            .filter_map(|rule| Some((rule.check.as_str(), self.checks.get(&rule.check)?)))
            .collect();
        Some(ClausePage {
            line: self.line(clause, coverage),
            text: (!clause.withheld).then_some(clause.text.as_str()),
            aim: clause.aim.as_deref(),
            applies_to: &clause.applies_to,
            exceptions: &clause.exceptions,
            report_to: &clause.report_to,
            asks: &clause.asks,
            kept: &clause.kept_by,
            notes: self.notes_on(clause).collect(),
            settings: self.setting_lines(clause, &self.merged_settings(&Scope::default())),
            parameters: self.leans_on(clause),
            checks,
            digest: clause.digest(),
            file: &clause.file,
        })
    }

    /// Returns the settings that a clause asks for, each with what the merged settings make of it.
    #[must_use]
    pub fn setting_lines(&self, clause: &Clause, merged: &MergedSettings) -> Vec<SettingLine> {
        clause
            .settings()
            .filter_map(|name| self.settings.get(name))
            .flat_map(|setting| &setting.values)
            .map(|(key, asked)| {
                let in_force = merged.settings.get(key);
                let others = in_force.into_iter().flat_map(|set| &set.asked_by).map(|ask| &ask.clause);
                SettingLine {
                    key: key.clone(),
                    means: self.vocabulary().get(key).map(|known| known.means.clone()).unwrap_or_default(),
                    asked: asked.value.clone(),
                    parameter: asked.parameter.clone(),
                    in_force: in_force.map_or_else(|| asked.value.clone(), |set| set.value.clone()),
                    group: in_force.map_or_else(|| clause.group.clone(), |set| set.group.clone()),
                    also_asked_by: others.filter(|id| **id != clause.id).cloned().collect(),
                }
            })
            .collect()
    }

    /// Returns the force parameters that a clause leans on: through settings, checks, time limits, or because it is named there.
    #[must_use]
    pub fn leans_on(&self, clause: &Clause) -> BTreeMap<&str, &Parameter> {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for kept in &clause.kept_by {
            match kept {
                KeptBy::Setting { setting, .. } => {
                    let values =
                        self.settings.get(setting).into_iter().flat_map(|setting| setting.values.values());
                    names.extend(values.filter_map(|asked| asked.parameter.as_deref()));
                }
                KeptBy::Procedure { within: Some(limit), .. } => names.extend(limit.parameter.as_deref()),
                _ => {}
            }
            if let Some(rule) = kept.rule() {
                names.extend(rule.set.values().filter_map(Given::parameter));
                let check = self.checks.get(&rule.check);
                names.extend(check.map(Check::parameters).unwrap_or_default());
            }
        }
        self.parameters()
            .iter()
            .filter(|(name, parameter)| {
                names.contains(name.as_str()) || parameter.clauses.contains(&clause.id)
            })
            .map(|(name, parameter)| (name.as_str(), parameter))
            .collect()
    }
}
