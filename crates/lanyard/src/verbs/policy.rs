//! `lanyard policy`: the rules by themselves, without a database; and a file compared with the original of a document.

use std::io;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use domain::{Coverage, Platform};
use kernel::PolicyInForce;
use kernel::policy_in_force::{PolicyError, compile_profiles, coverage};
use policy::{ClauseLine, ClausePage, Library, Scope, diff, setting_words};
use serde_json::json;

use super::{cells, compile, draft, original};
use service::out::{Failure, Out, wrapped};
use service::policy_folder::{Folder, PolicyArgs};
use service::vendors;

/// What to do with the rules.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyVerb {
    /// Read everything and say everything that is wrong with it.
    Check {
        #[command(flatten)]
        policy: PolicyArgs,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// Every clause, how it is kept, and what each platform makes of it.
    List {
        #[command(flatten)]
        policy: PolicyArgs,
        /// For a machine: an array of clauses.
        #[arg(long)]
        json: bool,
    },
    /// Every clause on every platform: its verdict, what a device needs first, and what is left to whom.
    Cells {
        #[command(flatten)]
        policy: PolicyArgs,
        /// For a machine: an array of cells.
        #[arg(long)]
        json: bool,
    },
    /// One clause in full.
    Show {
        /// Its id, as its document has it.
        clause: String,
        #[command(flatten)]
        policy: PolicyArgs,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// What two policy folders make different.
    Diff {
        /// The folder before.
        old: PathBuf,
        /// The folder after.
        new: PathBuf,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// The profiles for a platform, and what it can and cannot keep.
    Compile(compile::Compile),
    /// Draft a document folder from a numbered plain text.
    Import(draft::Import),
    /// Compare a file with the original of a document, whose digest its cover names. Opens the database: what comes of it is entered.
    Original(original::Original),
}

impl PolicyVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        match self {
            Self::Check { policy, json } => check(&Folder::find(&policy, settings)?, json),
            Self::List { policy, json } => list(&Folder::find(&policy, settings)?, json),
            Self::Cells { policy, json } => cells::run(&Folder::find(&policy, settings)?, json),
            Self::Show { clause, policy, json } => show(&Folder::find(&policy, settings)?, &clause, json),
            Self::Diff { old, new, json } => compare(settings, &old, &new, json),
            Self::Compile(verb) => verb.run(settings),
            Self::Import(verb) => verb.run(),
            Self::Original(verb) => verb.run(settings),
        }
    }
}

fn check(folder: &Folder, json: bool) -> anyhow::Result<()> {
    let loaded = folder.files().map_err(PolicyError::from).and_then(|files| {
        PolicyInForce::load(files, &folder.parameters, &folder.organisation, &vendors::without_settings())
    });
    let mut out = Out::new();
    match loaded {
        Ok(policy) => {
            said_whole(&mut out, folder, &policy, json)?;
            Ok(out.finish()?)
        }
        Err(error) => {
            match (&error, json) {
                (PolicyError::Problems(problems), true) => {
                    out.json(&json!({ "whole": false, "problems": problems }))?
                }
                (_, true) => {
                    out.json(&json!({ "whole": false, "problems": [{ "message": error.to_string() }] }))?
                }
                (_, false) => out.line(&error)?,
            }
            out.finish()?;
            Err(Failure::Told.into())
        }
    }
}

fn said_whole(out: &mut Out, folder: &Folder, policy: &PolicyInForce, json: bool) -> io::Result<()> {
    let library = policy.library();
    let conflicts = library.merged_settings(&Scope::default()).conflicts;
    let cases: usize = library.checks.values().map(|check| check.cases.len()).sum();
    let profiles: usize = policy.platforms().all().into_iter().map(|of| policy.profiles(of).len()).sum();
    if json {
        return out.json(&json!({
            "whole": true, "digest": policy.digest(), "documents": library.documents.len(),
            "clauses": library.clauses.len(), "settings": library.settings.len(), "checks": library.checks.len(),
            "cases": cases, "parameters": library.parameters().len(), "profiles": profiles,
            "conflicts": conflicts, "warnings": policy.warnings(),
        }));
    }
    for conflict in &conflicts {
        let asks: Vec<String> = conflict
            .asked_by
            .iter()
            .map(|ask| format!("{} asks for {}", ask.clause, setting_words(&ask.value)))
            .collect();
        out.line(format_args!("conflict: {}: {}; {}", conflict.key, asks.join(", "), conflict.meanwhile))?;
    }
    for warning in policy.warnings() {
        out.line(format_args!("warning: {warning}"))?;
    }
    out.line(format_args!(
        "{} is whole: {} documents, {} clauses, {} settings, {} checks with {cases} cases, {} parameters, {profiles} profiles; \
         {} conflicts, {} warnings",
        folder.dir.display(),
        library.documents.len(),
        library.clauses.len(),
        library.settings.len(),
        library.checks.len(),
        library.parameters().len(),
        conflicts.len(),
        policy.warnings().len(),
    ))
}

fn list(folder: &Folder, json: bool) -> anyhow::Result<()> {
    let library = folder.library()?;
    let wired = vendors::without_settings();
    let lines = library.list(&coverage(&library, &wired));
    let mut out = Out::new();
    if json {
        out.json(&lines)?;
    } else {
        let platforms = wired.all();
        let titles: Vec<String> = platforms.iter().map(|platform| platform.title().to_uppercase()).collect();
        let headings = ["CLAUSE", "KEPT BY"].into_iter().chain(titles.iter().map(String::as_str));
        let headings: Vec<&str> = headings.chain(["TITLE"]).collect();
        let rows: Vec<Vec<String>> = lines.iter().map(|line| row(line, &platforms)).collect();
        out.table(headings, &rows)?;
    }
    Ok(out.finish()?)
}

fn row(line: &ClauseLine, platforms: &[Platform]) -> Vec<String> {
    let verdict = |platform: &Platform| {
        let coverage: Option<&Coverage> = line.platforms.get(platform);
        coverage.map_or_else(|| "does not apply".to_owned(), |coverage| coverage.verdict.as_str().to_owned())
    };
    let mut title = line.title.clone();
    if !line.flags.is_empty() {
        title.push_str(&format!(" [{}]", line.flags.join(" ")));
    }
    let mut cells = vec![line.id.to_string(), line.kept_by.join(", ")];
    cells.extend(platforms.iter().map(verdict));
    cells.push(title);
    cells
}

fn show(folder: &Folder, clause: &str, json: bool) -> anyhow::Result<()> {
    let library = folder.library()?;
    let coverage = coverage(&library, &vendors::without_settings());
    let Some(page) = library.show(clause, &coverage) else {
        let words = format!(
            "there is no clause {clause} in {}; `lanyard policy list` shows them all",
            folder.dir.display()
        );
        return Err(Failure::Usage(words).into());
    };
    let mut out = Out::new();
    if json {
        out.json(&page)?
    } else {
        page_words(&mut out, &page)?
    }
    Ok(out.finish()?)
}

fn page_words(out: &mut Out, page: &ClausePage<'_>) -> io::Result<()> {
    let line = &page.line;
    out.line(format_args!("{} {}", line.id, line.title))?;
    out.line(format_args!(
        "  of {}{}",
        line.document,
        line.number.as_ref().map(|n| format!(", printed as {n}")).unwrap_or_default()
    ))?;
    let actors: Vec<String> = line.actors.iter().map(ToString::to_string).collect();
    out.line(format_args!("  {} {}", actors.join(", "), line.modality))?;
    out.line("")?;
    out.line(wrapped(page.text.unwrap_or("The text is withheld."), 96, "  "))?;
    out.line(format_args!("\nKept by {}", line.kept_by.join(", ")))?;
    for (platform, coverage) in &line.platforms {
        out.line(format_args!("  {}: {}", platform.title(), coverage.verdict.as_str()))?;
        for residue in &coverage.residue {
            out.line(wrapped(residue, 92, "    "))?;
        }
    }
    if !page.settings.is_empty() {
        out.line("\nSettings")?;
    }
    for setting in &page.settings {
        let by = setting.parameter.as_ref().map(|name| format!(" (parameter {name})")).unwrap_or_default();
        let stricter = if setting.in_force == setting.asked {
            String::new()
        } else {
            format!("; in force: {}", setting_words(&setting.in_force))
        };
        out.line(format_args!("  {} = {}{by}{stricter}", setting.key, setting_words(&setting.asked)))?;
    }
    leanings(out, page)
}

/// Checks, parameters and notes of a clause.
fn leanings(out: &mut Out, page: &ClausePage<'_>) -> io::Result<()> {
    if !page.checks.is_empty() {
        out.line("\nChecks")?;
    }
    for (name, check) in &page.checks {
        out.line(wrapped(&format!("{name}: {}", check.asks), 92, "  "))?;
    }
    if !page.parameters.is_empty() {
        out.line("\nParameters")?;
    }
    for (name, parameter) in &page.parameters {
        let whose = if parameter.overridden { "set by the force" } else { "default" };
        let words = format!(
            "{name} = {} ({whose}, owner: {}): {}",
            parameter.value, parameter.owner, parameter.reason
        );
        out.line(wrapped(&words, 92, "  "))?;
    }
    if !page.notes.is_empty() {
        out.line("\nEditor's notes")?;
    }
    for note in &page.notes {
        out.line(wrapped(&format!("{}: {}", note.flag, note.text), 92, "  "))?;
    }
    out.line(format_args!("\n{}  digest {}", page.file, page.digest))
}

/// A profile that devices of a platform would be sent, or have taken off.
#[derive(serde::Serialize)]
struct ProfileChange {
    platform: Platform,
    group: String,
    change: &'static str,
}

fn compare(settings: Option<&Path>, old: &Path, new: &Path, json: bool) -> anyhow::Result<()> {
    let after = Folder::find(&PolicyArgs { policy: Some(new.to_owned()) }, settings)?;
    let before = after.other(old)?;
    let (old, new) = (before.library()?, after.library()?);
    let changes = diff(&old, &new);
    let profiles = profile_changes(&old, &new, &after.organisation)?;
    let mut out = Out::new();
    if json {
        out.json(&json!({ "policy": changes, "profiles": profiles }))?;
        return Ok(out.finish()?);
    }
    out.raw(changes.to_string().as_bytes())?;
    if !profiles.is_empty() {
        out.line("Profiles on devices")?;
    }
    for change in &profiles {
        out.line(format_args!("  {} {}: {}", change.platform.title(), change.group, change.change))?;
    }
    Ok(out.finish()?)
}

fn profile_changes(
    old: &Library,
    new: &Library,
    organisation: &str,
) -> Result<Vec<ProfileChange>, PolicyError> {
    let mut changes = Vec::new();
    let platforms = vendors::without_settings();
    for platform in platforms.all() {
        let (before, _) = compile_profiles(old, &platforms, platform, organisation)?;
        let (after, _) = compile_profiles(new, &platforms, platform, organisation)?;
        let mut add =
            |group: &str, change| changes.push(ProfileChange { platform, group: group.to_owned(), change });
        for ready in &after {
            match before.iter().find(|was| was.profile.group == ready.profile.group) {
                None => add(&ready.profile.group, "would be installed"),
                Some(was) if was.profile.digest != ready.profile.digest => {
                    add(&ready.profile.group, "would be sent again");
                }
                Some(_) => {}
            }
        }
        for was in before.iter().filter(|was| !after.iter().any(|is| is.profile.group == was.profile.group)) {
            add(&was.profile.group, "would be removed");
        }
    }
    Ok(changes)
}
