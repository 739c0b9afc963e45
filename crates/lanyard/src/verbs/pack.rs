//! `lanyard pack`: findings with everything an outsider needs to check them, as one signed file.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use kernel::access::SeeLedger;
use packs_app::{Ask, Draw, Population, Wanted, make_pack};

use service::open;
use service::open::Opened;
use service::out::note;

/// What goes into the pack: a device, a person, a document, a sample, or everything that has a finding on the clause.
#[derive(Debug, Args)]
pub(crate) struct PackVerb {
    /// Only the findings on this clause.
    #[arg(long)]
    clause: Option<String>,
    /// A device, by serial number or id.
    #[arg(long, group = "subject")]
    device: Option<String>,
    /// A person, by number or id.
    #[arg(long, group = "subject")]
    person: Option<String>,
    /// A document, by its name in the rules.
    #[arg(long, group = "subject")]
    document: Option<String>,
    /// Draw so many of a population, from 1 to 500.
    #[arg(long, value_name = "NUMBER", group = "subject", requires = "of", requires = "seed")]
    sample: Option<u64>,
    /// What the sample is drawn from: leavers, joiners, people or devices.
    #[arg(long, value_name = "POPULATION", requires = "sample")]
    of: Option<Population>,
    /// The year in which the leavers left or the joiners came.
    #[arg(long, requires = "sample")]
    year: Option<i16>,
    /// The seed of the sample: the same seed draws the same.
    #[arg(long, requires = "sample")]
    seed: Option<u64>,
    /// Write the pack here; it must not be there yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl PackVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        let ask = Ask { wanted: self.wanted()?, clause: self.clause.clone() };
        open::run(settings, async |opened| pack(opened, ask.clone(), &self.out).await)
    }

    fn wanted(&self) -> anyhow::Result<Wanted> {
        let one = [
            self.device.clone().map(Wanted::Device),
            self.person.clone().map(Wanted::Person),
            self.document.clone().map(Wanted::Document),
            self.drawn()?.map(Wanted::Sample),
        ];
        if let Some(wanted) = one.into_iter().flatten().next() {
            return Ok(wanted);
        }
        if self.clause.is_none() {
            bail!(
                "say what goes into the pack: --clause, --device, --person, --document, or --sample with --of and --seed"
            );
        }
        Ok(Wanted::Everything)
    }

    fn drawn(&self) -> anyhow::Result<Option<Draw>> {
        match (self.sample, self.of, self.seed) {
            (Some(size), Some(of), Some(seed)) => Ok(Some(Draw { of, year: self.year, size, seed })),
            (None, ..) => Ok(None),
            _ => bail!("a sample needs --of and --seed"),
        }
    }
}

async fn pack(opened: &Opened, ask: Ask, path: &Path) -> anyhow::Result<()> {
    let made = make_pack(&opened.app, opened.permit::<SeeLedger>()?, ask).await?;
    // Findings name devices and people: the file is for who made it until they hand it on.
    let file = File::options().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.with_context(|| format!("{} cannot be written", path.display()))?;
    file.write_all(&made.bytes)?;
    file.sync_all()?;
    note(format_args!(
        "{} findings in {}; left out, because you may not see them: {}",
        made.findings,
        path.display(),
        made.left_out
    ));
    note(format_args!("the key to verify it with: {}", opened.app.ledger_key_text()));
    Ok(())
}
