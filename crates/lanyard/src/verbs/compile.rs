//! `lanyard policy compile`: the rules as a platform's own settings, with what it cannot keep.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::Context;
use clap::Args;
use domain::{Coverage, Platform, Verdict};
use kernel::platforms::Platforms;
use kernel::policy_in_force::{ReadyProfile, compile_profiles, coverage};
use policy::ClauseLine;
use serde_json::json;

use service::out::{Failure, Out, wrapped};
use service::policy_folder::{Folder, PolicyArgs};
use service::vendors;

/// Arguments.
#[derive(Debug, Args)]
pub(crate) struct Compile {
    /// A vendor such as apple, or one of its platforms: ios, ipados, macos.
    #[arg(long)]
    platform: String,
    /// Write a file for each profile into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    policy: PolicyArgs,
    /// For a machine.
    #[arg(long)]
    json: bool,
}

impl Compile {
    pub(crate) fn run(&self, settings: Option<&Path>) -> anyhow::Result<()> {
        let wired = vendors::without_settings();
        let asked = platforms(&wired, &self.platform)?;
        let folder = Folder::find(&self.policy, settings)?;
        let library = folder.library()?;
        let mut compiled = BTreeMap::new();
        let mut warnings = Vec::new();
        for platform in &asked {
            let (ready, said) = compile_profiles(&library, &wired, *platform, &folder.organisation)?;
            compiled.insert(*platform, ready);
            warnings.extend(said);
        }
        let same = asked.len() > 1 && same_profiles(&compiled, Platform::Ios, Platform::Ipados);
        if same {
            // One set of files serves all, as the schema calls both iOS.
            compiled.remove(&Platform::Ipados);
        }
        let written = self.out.as_deref().map(|dir| write(&wired, dir, &compiled)).transpose()?;
        let mut lines = library.list(&coverage(&library, &wired));
        for line in &mut lines {
            line.platforms.retain(|platform, _| asked.contains(platform));
        }
        let mut out = Out::new();
        if self.json {
            out.json(&as_json(&wired, &compiled, &lines, &warnings))?;
        } else {
            table(&mut out, &lines, &asked)?;
            closing(&mut out, &compiled, &warnings, written, same)?;
        }
        Ok(out.finish()?)
    }
}

/// Returns the platforms that a word names: a vendor's, or one platform.
fn platforms(wired: &Platforms, word: &str) -> Result<Vec<Platform>, Failure> {
    if let Some(of_vendor) = wired.of_vendor(word) {
        return Ok(of_vendor.to_vec());
    }
    let served = wired.all();
    let known = wired.vendors().chain(served.iter().map(|platform| platform.as_str()));
    let known = known.collect::<Vec<_>>().join(", ");
    match word.parse::<Platform>() {
        Ok(platform) if served.contains(&platform) => Ok(vec![platform]),
        Ok(platform) => Err(Failure::Usage(format!(
            "{platform} is not compiled yet: its devices can stand in the register, and nothing is set on them; choose one \
             of {known}"
        ))),
        Err(_) => Err(Failure::Usage(format!("\"{word}\" is no platform; choose one of {known}"))),
    }
}

type Compiled = BTreeMap<Platform, Vec<ReadyProfile>>;

fn same_profiles(compiled: &Compiled, one: Platform, other: Platform) -> bool {
    let digests = |platform| -> Option<Vec<&str>> {
        Some(compiled.get(&platform)?.iter().map(|ready| ready.profile.digest.as_str()).collect())
    };
    digests(one).is_some() && digests(one) == digests(other)
}

fn file_name(wired: &Platforms, platform: Platform, ready: &ReadyProfile) -> String {
    let extension = wired.of(platform).map_or("bin", |served| served.vendor.bundle_extension());
    format!("{platform}-{}.{extension}", ready.profile.group)
}

fn write(wired: &Platforms, dir: &Path, compiled: &Compiled) -> anyhow::Result<usize> {
    fs::create_dir_all(dir).with_context(|| format!("the folder {} cannot be made", dir.display()))?;
    let mut written = 0;
    for (platform, profiles) in compiled {
        for ready in profiles {
            let path = dir.join(file_name(wired, *platform, ready));
            fs::write(&path, &ready.content)
                .with_context(|| format!("{} cannot be written", path.display()))?;
            written += 1;
        }
    }
    Ok(written)
}

fn as_json(
    wired: &Platforms,
    compiled: &Compiled,
    lines: &[ClauseLine],
    warnings: &[String],
) -> serde_json::Value {
    let profiles: Vec<_> = compiled
        .iter()
        .flat_map(|(platform, profiles)| profiles.iter().map(move |ready| (platform, ready)))
        .map(|(platform, ready)| {
            let profile = &ready.profile;
            json!({
                "platform": platform, "group": profile.group, "title": profile.title,
                "identifier": profile.identifier, "uuid": profile.uuid, "clauses": profile.clauses,
                "digest": profile.digest, "file": file_name(wired, *platform, ready),
            })
        })
        .collect();
    json!({ "profiles": profiles, "clauses": lines, "warnings": warnings })
}

/// Writes each clause under its verdict on each platform, with what is left to people.
fn table(out: &mut Out, lines: &[ClauseLine], asked: &[Platform]) -> io::Result<()> {
    for platform in asked {
        out.line(format_args!("{}", platform.title()))?;
        for verdict in Verdict::ALL {
            let of_verdict = || {
                lines.iter().filter_map(|line| {
                    line.platforms
                        .get(platform)
                        .filter(|coverage| coverage.verdict == verdict)
                        .map(|c| (line, c))
                })
            };
            if of_verdict().next().is_none() {
                continue;
            }
            out.line(format_args!("  {} ({} clauses)", verdict.as_str(), of_verdict().count()))?;
            for (line, coverage) in of_verdict() {
                out.line(format_args!("    {} {}", line.id, line.title))?;
                cover_words(out, coverage)?;
            }
        }
    }
    Ok(())
}

/// Returns what a verdict leaves to people, and what a device needs first.
fn cover_words(out: &mut Out, coverage: &Coverage) -> io::Result<()> {
    for residue in &coverage.residue {
        out.line(wrapped(residue, 96, "      "))?;
    }
    if coverage.needs.is_empty() {
        return Ok(());
    }
    let needs: Vec<String> = coverage.needs.iter().map(ToString::to_string).collect();
    out.line(wrapped(&format!("needs {}", needs.join(", ")), 96, "      "))
}

fn closing(
    out: &mut Out,
    compiled: &Compiled,
    warnings: &[String],
    written: Option<usize>,
    same: bool,
) -> io::Result<()> {
    for warning in warnings {
        out.line(format_args!("warning: {warning}"))?;
    }
    for (platform, profiles) in compiled {
        let also = if same && *platform == Platform::Ios { ", the same for iPad" } else { "" };
        out.line(format_args!("{}: {} profiles{also}", platform.title(), profiles.len()))?;
    }
    match written {
        Some(count) => out.line(format_args!("{count} files written")),
        None => out.line("nothing written; name a folder with --out DIR to have the profiles as files"),
    }
}
