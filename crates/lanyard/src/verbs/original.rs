//! `lanyard policy original`: whether a file is the original of a document, by its digest.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use compliance_app::originals::compare_original;
use kernel::access::KeepDocuments;

use service::open;
use service::out::{Failure, Out};

/// Larger files are refused: an original is a paper, not a dump.
const LARGEST: u64 = 64 << 20;

/// Arguments.
#[derive(Debug, Args)]
pub(crate) struct Original {
    /// The document's id, such as mobile-device-use.
    document: String,
    /// The file: the signed PDF, or the text as it was published. It is not kept.
    file: PathBuf,
}

impl Original {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        let shown = self.file.display();
        let size = fs::metadata(&self.file).with_context(|| format!("{shown} cannot be read"))?.len();
        if size > LARGEST {
            bail!("{shown} has {size} bytes; an original has {LARGEST} at most");
        }
        let bytes = fs::read(&self.file).with_context(|| format!("{shown} cannot be read"))?;
        let compared = open::run(settings, async |opened| {
            let permit = opened.permit::<KeepDocuments>()?;
            Ok(compare_original(&opened.app, permit, &self.document, &bytes).await?)
        })?;
        let mut out = Out::new();
        if compared.same {
            out.line(format_args!("{shown} is the original of {}: {}", self.document, compared.given))?;
            return Ok(out.finish()?);
        }
        out.line(format_args!(
            "{shown} is not the original of {}: it has the digest {}, and the document names {}",
            self.document, compared.given, compared.wanted
        ))?;
        out.finish()?;
        Err(Failure::Told.into())
    }
}
