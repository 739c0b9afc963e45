//! Writes a pack for people to read: as PDF, and the note on how to check it.

use domain::Timestamp;
use ledger::FindingLine;
use paper::{Block, Document, PaperError};

use crate::content::{Content, Finding, Subject};

/// Writes the note that stands first in the pack.
pub(crate) fn read_me(content: &Content) -> String {
    format!(
        "{}\n\n{}\nMade {} from the ledger {}.\n\n\
         report.pdf                      what was found, to read\n\
         findings.json                   the same with facts, clauses, checks and proofs\n\
         oscal-assessment-results.json   the same as OSCAL assessment results\n\
         checkpoint.note                 the ledger's signed checkpoint that the proofs lead to, with cosignatures\n\
         manifest.json, manifest.note    the digests of these files, and the ledger key's signature on them\n\n\
         Check it before you rely on it. Get the ledger's public key from somebody other than the person who gave you this file, then run\n\n\
         \x20   lanyard verify PACK --key KEY\n\n\
         It needs no network and no database. A second check, in Python, and the format are in the product's documentation\n\
         (docs/verify/verify_pack.py, docs/pack-format.md).\n",
        content.marking, content.asked.words, content.made_at, content.origin
    )
}

/// Draws the report.
pub(crate) fn pdf(content: &Content, checkpoint: &str) -> Result<Vec<u8>, PaperError> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut blocks = vec![
        Block::Text(content.asked.words.clone()),
        Block::Facts(vec![
            fact("Made", time(content.made_at)),
            fact("Asked by", content.asked.by.clone()),
            fact("Ledger", content.origin.clone()),
            fact("Findings", content.findings.len().to_string()),
            fact("Left out", left_out(content.left_out)),
        ]),
    ];
    if let Some(sample) = &content.sample {
        let year = sample.year.map(|year| format!(" of {year}")).unwrap_or_default();
        blocks.push(Block::Text(format!(
            "A sample: {} of {} {}{year}, drawn with the seed {}. Drawing again from the same population with this seed gives the same sample.",
            content.subjects.len(),
            sample.ranks.len(),
            sample.of,
            sample.seed
        )));
    }
    blocks.push(Block::Heading("What was found".to_owned()));
    blocks.push(overview(content));
    for subject in &content.subjects {
        blocks.extend(about(content, subject));
    }
    blocks.push(Block::Heading("Clauses as they stood".to_owned()));
    for clause in &content.clauses {
        blocks.push(Block::Facts(vec![
            fact(&clause.name, clause.title.clone()),
            fact("Digest", clause.digest.clone()),
        ]));
    }
    blocks.push(Block::Heading("How this is proven".to_owned()));
    blocks.push(Block::Text(
        "Each finding is a line under an entry of the ledger, and each entry is under the checkpoint below. Run lanyard verify with \
         this pack and the ledger's public key; get the key from somebody other than the person who gave you the pack."
            .to_owned(),
    ));
    blocks.extend(checkpoint.lines().map(|line| Block::Text(line.to_owned())));
    let document = Document {
        title: format!("Findings for {}", content.organisation),
        id: content.id.clone(),
        marking: content.marking.clone(),
        foot: format!("Pack {}", content.id),
        blocks,
    };
    document.to_pdf()
}

fn overview(content: &Content) -> Block {
    let rows = content
        .findings
        .iter()
        .filter_map(|finding| Some((finding, FindingLine::parse(&finding.line).ok()?)))
        .map(|(finding, line)| {
            vec![
                name(content, &line.subject),
                line.clause.to_string(),
                finding.says.clone(),
                time(line.since),
            ]
        })
        .collect();
    let head = ["About", "Clause", "Outcome", "Since"].map(str::to_owned).to_vec();
    Block::Table { head, rows, shares: vec![24, 14, 42, 20] }
}

/// Everything about one subject, finding by finding.
fn about(content: &Content, subject: &Subject) -> Vec<Block> {
    let mut blocks = Vec::new();
    for finding in &content.findings {
        let Ok(line) = FindingLine::parse(&finding.line) else { continue };
        if line.subject != subject.subject {
            continue;
        }
        blocks.push(Block::Heading(format!("{}, clause {}", subject.name, line.clause)));
        blocks.push(Block::Facts(facts(finding, &line)));
    }
    blocks
}

fn facts(finding: &Finding, line: &FindingLine) -> Vec<(String, String)> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut all = vec![
        fact("Outcome", finding.says.clone()),
        fact("Judged", time(line.at)),
        fact("Last confirmed", time(finding.confirmed_at)),
    ];
    all.extend(finding.facts.iter().flatten().map(|shown| fact(&shown.means, shown.value.clone())));
    let hidden = finding.facts.iter().filter(|fact| fact.is_none()).count();
    if hidden > 0 {
        all.push(fact("Not shown", format!("{hidden} facts that the reader may not see")));
    }
    all.push(fact("Ledger entry", finding.entry.to_string()));
    all
}

fn name(content: &Content, subject: &str) -> String {
    let found = content.subjects.iter().find(|one| one.subject == subject);
    found.map_or_else(|| subject.to_owned(), |one| one.name.clone())
}

fn left_out(count: u64) -> String {
    match count {
        0 => "nothing".to_owned(),
        1 => "one finding that the reader may not see".to_owned(),
        more => format!("{more} findings that the reader may not see"),
    }
}

fn time(at: Timestamp) -> String {
    at.to_string()
}
