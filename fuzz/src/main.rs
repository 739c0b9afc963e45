//! Replays one input, writes the seeds as a corpus, or makes the kept keys and messages anew. Not a fuzzer: see
//! `fuzz/README.md` for the two ways of making inputs.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Helps with fuzzing: replays inputs and writes seeds")]
struct Arguments {
    #[command(subcommand)]
    work: Work,
}

#[derive(Subcommand)]
enum Work {
    /// List the targets, with the longest input of each in bytes
    List,
    /// Run one input through a target
    Replay {
        /// The target
        target: String,
        /// A file with the input, or the input itself as `hex:00ff...`
        input: String,
    },
    /// Write every target's seeds as files, one folder for each target
    Seeds {
        /// The folder that the targets' folders go into
        folder: PathBuf,
    },
    /// Make the keys and messages of fuzz/data anew; stored inputs of the targets for signed messages lose their meaning
    Remake,
}

fn main() -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match Arguments::parse().work {
        Work::List => {
            for target in fuzz::TARGETS {
                writeln!(out, "{:20} {:>8}", target.name, target.limit.bytes())?;
            }
        }
        Work::Replay { target, input } => {
            let found =
                fuzz::find(&target).with_context(|| format!("there is no target {target}; see `list`"))?;
            let bytes = match input.strip_prefix("hex:") {
                Some(digits) => hex::decode(digits).context("the input is not hexadecimal")?,
                None => std::fs::read(&input).with_context(|| format!("cannot read {input}"))?,
            };
            let taken = (found.run)(&bytes);
            writeln!(out, "{target}: {} bytes, {}", bytes.len(), if taken { "taken" } else { "refused" })?;
        }
        Work::Seeds { folder } => {
            for target in fuzz::TARGETS {
                let own = folder.join(target.name);
                write(
                    &own,
                    (target.seeds)().into_iter().enumerate().map(|(i, seed)| (format!("seed-{i}"), seed)),
                )?;
            }
        }
        Work::Remake => {
            let folder = fuzz::sample::root().join("fuzz/data");
            write(&folder, fuzz::cast::remake().into_iter())?;
            write(&folder, fuzz::cast::remake_messages().into_iter())?;
        }
    }
    Ok(())
}

fn write(
    folder: &std::path::Path,
    files: impl Iterator<Item = (impl AsRef<std::path::Path>, Vec<u8>)>,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
