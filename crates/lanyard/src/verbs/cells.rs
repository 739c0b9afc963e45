//! `lanyard policy cells`: each clause on each platform, as an auditor compares it with a platform's own documentation.

use domain::{Coverage, Platform};
use kernel::policy_in_force::coverage;
use serde::Serialize;

use service::out::{Out, wrapped};
use service::policy_folder::Folder;
use service::vendors;

/// One clause on one platform.
#[derive(Debug, Serialize)]
struct Cell {
    clause: String,
    platform: Platform,
    #[serde(flatten)]
    coverage: Coverage,
}

pub(crate) fn run(folder: &Folder, json: bool) -> anyhow::Result<()> {
    let library = folder.library()?;
    let table = coverage(&library, &vendors::without_settings());
    let mut cells = Vec::new();
    for clause in &library.clauses {
        for (platform, coverage) in table.get(&clause.id).into_iter().flatten() {
            let (clause, platform) = (clause.id.to_string(), *platform);
            cells.push(Cell { clause, platform, coverage: coverage.clone() });
        }
    }
    let mut out = Out::new();
    if json {
        out.json(&cells)?;
        return Ok(out.finish()?);
    }
    for cell in &cells {
        let coverage = &cell.coverage;
        let needs: Vec<String> = coverage.needs.iter().map(ToString::to_string).collect();
        let needs = if needs.is_empty() { String::new() } else { format!("; needs {}", needs.join(", ")) };
        let verdict = coverage.verdict.as_str();
        out.line(format_args!("{} on {}: {verdict}{needs}", cell.clause, cell.platform.title()))?;
        for residue in &coverage.residue {
            out.line(wrapped(residue, 96, "  "))?;
        }
    }
    Ok(out.finish()?)
}
