//! Makes a pack, and enters that it was made and by whom.

use std::collections::BTreeSet;

use domain::{ClauseId, EntryId};
use ledger_app::ProvenEntries;
use pack::{Asked, Content, EntryProof, FORMAT, Finding, Made, Shown, Subject as Named, Written};
use serde_json::json;

use super::choose::{Chosen, Wanted, choose};
use compliance_app::{Gathered, ProvenFinding, RuleText, gather_findings, ledger_subject};
use kernel::access::{Permit, SeeFindings, SeeLedger, permit_within};
use kernel::record::Record;
use kernel::{App, AppError};

/// Most findings of a pack.
const MOST: usize = 5000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The subjects.
    pub wanted: Wanted,
    /// The one clause, in any case; all that there are where it is left out.
    pub clause: Option<String>,
}

/// A pack that was made.
#[derive(Debug, Clone)]
pub struct MadePack {
    /// A name for the file.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// The number of findings in it.
    pub findings: usize,
    /// Findings that the reader may not see.
    pub left_out: u64,
}

/// Makes a pack of what the reader may see. The newest entries are signed first, so that it proves them too.
///
/// # Errors
/// [`AppError::Denied`], [`AppError::NotFound`] and [`AppError::Invalid`] for a choice that cannot be made;
/// [`AppError::Conflict`] where a finding does not agree with the ledger, the ledger is not signed, or there is too much.
pub async fn make_pack(app: &App, permit: Permit<SeeLedger>, ask: Ask) -> Result<MadePack, AppError> {
    let reader = permit.actor().clone();
    let sees = permit_within::<SeeFindings>(&reader)?;
    let clause = ask.clause.as_deref().map(|text| clause_of(app, text)).transpose()?;
    let (own, wanted, only) = (app.clone(), ask.wanted.clone(), clause.clone());
    let (chosen, permit) = app
        .store()
        .read(move |tx| Ok::<_, AppError>((choose(&own, tx, &permit, &wanted, only.as_ref())?, permit)))
        .await?;
    let subjects = chosen.subjects.iter().map(|(subject, _)| subject.clone()).collect();
    let mut gathered = gather_findings(app, sees, subjects, clause.clone(), MOST).await?;
    ledger_app::checkpoint_ledger(app).await?;
    let entries: BTreeSet<EntryId> = gathered.findings.iter().map(|finding| finding.entry).collect();
    let proven = ledger_app::prove_entries(app, permit, entries).await?;
    gathered.findings.retain(|finding| {
        let seen = proven.proofs.contains_key(&finding.entry);
        gathered.left_out += u64::from(!seen);
        seen
    });
    if gathered.findings.is_empty() {
        return Err(AppError::Conflict(
            "there is no finding that you may see: choose something else, or wait until it has been judged"
                .into(),
        ));
    }
    let pack = Packing { app, chosen: &chosen, clause: clause.as_ref(), by: &reader.name };
    let content = pack.content(gathered, &proven);
    let (findings, left_out, id) = (content.findings.len(), content.left_out, content.id.clone());
    // The entry names one person by id alone: a name in its detail would outlive the erasure of that person.
    let asked = match chosen.subjects.as_slice() {
        [(subject, _)] if chosen.sample.is_none() => ledger_subject(subject),
        _ => chosen.words.clone(),
    };
    let on = clause.as_ref().map(ToString::to_string);
    let (drawing, note) = (app.clone(), proven.note);
    // Drawing takes a while, and waits for nothing.
    let made: Made = tokio::task::spawn_blocking(move || pack::make(&content, &note, drawing.ledger_key()))
        .await
        .map_err(|error| AppError::fault(&error))?
        .map_err(AppError::Conflict)?;
    let (own, now, subject) = (app.clone(), app.world().now(), format!("pack:{id}"));
    app.store()
        .write(move |tx| {
            let record =
                Record::new(&reader.name, "pack.made", subject).force_if(reader.confined_to()).detail(json!({
                    "asked": asked, "clause": on, "findings": findings, "left_out": left_out, "manifest": made.manifest.to_string(),
                }));
            own.enter(tx, now, record)
        })
        .await?;
    Ok(MadePack { name: format!("lanyard-pack-{id}.zip"), bytes: made.bytes, findings, left_out })
}

/// What a pack's content is made from, beside the findings.
struct Packing<'a> {
    app: &'a App,
    chosen: &'a Chosen,
    clause: Option<&'a ClauseId>,
    by: &'a str,
}

impl Packing<'_> {
    fn content(&self, gathered: Gathered, proven: &ProvenEntries) -> Content {
        let policy = self.app.policy();
        let on = self.clause.map_or_else(|| "every clause".to_owned(), |clause| format!("clause {clause}"));
        let subjects = self.chosen.subjects.iter();
        Content {
            format: FORMAT.to_owned(),
            id: self.app.world().uuid().to_string(),
            origin: self.app.ledger_key().verifier().name().to_owned(),
            organisation: self.app.config().organisation.clone(),
            marking: policy.forces().marking.clone(),
            made_at: self.app.world().now(),
            asked: Asked {
                words: format!("Findings on {on}: {}", self.chosen.words),
                clause: self.clause.map(ToString::to_string),
                by: self.by.to_owned(),
            },
            sample: self.chosen.sample.clone(),
            subjects: subjects
                .map(|(subject, name)| Named { subject: ledger_subject(subject), name: name.clone() })
                .collect(),
            clauses: gathered.clauses.into_iter().map(written).collect(),
            checks: gathered.checks.into_iter().map(written).collect(),
            entries: proven
                .proofs
                .iter()
                .map(|(entry, proof)| EntryProof { entry: *entry, proof: proof.trim_end().to_owned() })
                .collect(),
            findings: gathered.findings.into_iter().map(finding).collect(),
            left_out: gathered.left_out,
        }
    }
}

fn written(rule: RuleText) -> Written {
    Written { name: rule.name, title: rule.title, digest: rule.digest, text: rule.text }
}

fn finding(one: ProvenFinding) -> Finding {
    let facts = one.evidence.facts.into_iter().zip(one.facts).map(|(salted, shown)| {
        let words = shown?;
        Some(Shown { salt: salted.salt, text: salted.text, means: words.means, value: words.value })
    });
    let reason = one.outcome.reason();
    let word = one.outcome.word().replace('-', " ");
    Finding {
        line: one.line,
        index: one.index,
        path: one.path,
        entry: one.entry,
        facts: facts.collect(),
        evidence: one.evidence.text,
        confirmed_at: one.confirmed_at,
        says: if reason.is_empty() { word } else { format!("{word}: {reason}") },
    }
}

fn clause_of(app: &App, text: &str) -> Result<ClauseId, AppError> {
    let policy = app.policy();
    let known = policy.library().find_clause(text.trim()).map(|clause| clause.id.clone());
    known
        .or_else(|| text.trim().parse().ok())
        .ok_or_else(|| AppError::invalid("clause", "enter a clause such as MDU-6.2a"))
}
