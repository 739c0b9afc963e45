//! Exports an incident as data and as a document: both halves, what was added, the decisions about the clock, the case's timeline and
//! what the ledger says of it.

use domain::{IncidentId, Timestamp};
use paper::{Block, Document};
use serde::Serialize;
use serde_json::json;
use store::cases::Case;
use store::incidents::Incident;
use store::ledger::LedgerFilter;
use store::{Tx, cases, ledger};

use crate::facts::at;
use crate::keep::subject;
use crate::read::{HalfRead, IncidentRead, RecordRead, read_in};
use kernel::access::{Permit, SeeCases};
use kernel::record::Record;
use kernel::words::who;
use kernel::{App, AppError};

/// Most entries of the ledger that an export holds.
const MOST: u32 = 500;

/// In which form an incident is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a document to print.
    Pdf,
    /// As data.
    Json,
}

/// An exported incident.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The reference of its case and the version, as a file's name.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What an export says.
#[derive(Serialize)]
struct Sheet {
    marking: String,
    reference: String,
    version: i64,
    exported_at: i64,
    form: String,
    title: String,
    kind: String,
    facts: Vec<Pair>,
    reporter: Part,
    assessor: Part,
    clock: Option<ClockSheet>,
    entries: Vec<Line>,
    files: Vec<Pair>,
    timeline: Vec<Line>,
    ledger: Vec<LedgerLine>,
}

#[derive(Serialize)]
struct Pair {
    name: String,
    value: String,
}

/// One half: who finished it and when, and its answers.
#[derive(Serialize)]
struct Part {
    finished_by: Option<String>,
    finished_at: Option<i64>,
    answers: Vec<Pair>,
}

#[derive(Serialize)]
struct ClockSheet {
    regulator: String,
    law: String,
    standing: &'static str,
    aware_at: i64,
    ends_at: i64,
}

#[derive(Serialize)]
struct Line {
    at: i64,
    who: String,
    what: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    reference: String,
}

#[derive(Serialize)]
struct LedgerLine {
    place: Option<i64>,
    at: i64,
    actor: String,
    action: String,
    clause: Option<String>,
    detail_digest: Option<String>,
}

/// Exports an incident. Each export is an entry in the ledger.
///
/// # Errors
/// As [`crate::read::incident`].
pub async fn export(
    app: &App,
    permit: Permit<SeeCases>,
    id: IncidentId,
    form: Form,
) -> Result<Exported, AppError> {
    let (node, now) = (app.clone(), app.world().now());
    let sheet = app
        .store()
        .write(move |tx| {
            let row = store::incidents::by_id(tx, id)?.ok_or_else(|| AppError::not_found("incident", id))?;
            let case = cases_app::readable_case(&node, tx, permit.actor(), row.case)?;
            permit.reaches(row.force)?;
            let read = read_in(&node, tx, permit.actor(), &row, &case)?;
            let sheet = sheet(&node, tx, &row, &case, &read)?;
            let as_what = if form == Form::Pdf { "document" } else { "data" };
            let record = Record::new(&permit.actor().name, "incident.exported", subject(row.case))
                .force(row.force)
                .reason(as_what)
                .detail(json!({ "incident": id, "version": row.version }));
            node.enter(tx, now, record)?;
            Ok::<_, AppError>(sheet)
        })
        .await?;
    let bytes = match form {
        Form::Json => serde_json::to_vec_pretty(&sheet).map_err(|error| AppError::fault(&error))?,
        // Drawing takes longer than the one writer should be held.
        Form::Pdf => sheet.document().to_pdf().map_err(|error| AppError::fault(&error))?,
    };
    Ok(Exported { name: format!("{}-version-{}", sheet.reference, sheet.version), bytes })
}

fn answers(half: &HalfRead) -> Vec<Pair> {
    let said = |answer: &str| if answer.is_empty() { "Not answered".to_owned() } else { answer.to_owned() };
    half.iter().map(|one| Pair { name: one.ask.clone(), value: said(&one.answer) }).collect()
}

fn part(half: &HalfRead, finished: Option<&(String, Timestamp)>) -> Part {
    Part {
        finished_by: finished.map(|(by, _)| by.clone()),
        finished_at: finished.map(|(_, at)| at.millis()),
        answers: answers(half),
    }
}

fn line(entry: &RecordRead) -> Line {
    let what =
        if entry.text.is_empty() { entry.what.clone() } else { format!("{}: {}", entry.what, entry.text) };
    Line { at: entry.at.millis(), who: entry.who.clone(), what, reference: entry.reference.clone() }
}

fn timeline(tx: &mut Tx<'_>, case: &Case) -> Result<Vec<Line>, AppError> {
    let lines = cases::events(tx, case.id)?.into_iter().map(|(at, who, what)| Line {
        at: at.millis(),
        who: if who == "system" { "Lanyard".to_owned() } else { who },
        what,
        reference: String::new(),
    });
    Ok(lines.collect())
}

/// Lists what the ledger says of the case, the first entry first.
fn entered(tx: &mut Tx<'_>, row: &Incident) -> Result<Vec<LedgerLine>, AppError> {
    let filter = LedgerFilter { subject: subject(row.case), ..LedgerFilter::default() };
    let mut lines = Vec::new();
    for (entry, _) in ledger::list(tx, &filter, MOST)?.into_iter().rev() {
        lines.push(LedgerLine {
            place: entry.place,
            at: entry.at.millis(),
            actor: who(tx, &entry.actor)?,
            action: entry.action,
            clause: entry.clause.map(|clause| clause.to_string()),
            detail_digest: entry.detail_digest,
        });
    }
    Ok(lines)
}

fn sheet(
    app: &App,
    tx: &mut Tx<'_>,
    row: &Incident,
    case: &Case,
    read: &IncidentRead,
) -> Result<Sheet, AppError> {
    let clock = read.row.clock.zip(read.regulator.as_ref()).map(|(clock, (regulator, law))| ClockSheet {
        regulator: regulator.clone(),
        law: law.clone(),
        standing: clock.standing.as_str(),
        aware_at: clock.from.millis(),
        ends_at: clock.until.millis(),
    });
    Ok(Sheet {
        marking: app.policy().forces().marking.clone(),
        reference: format!("C-{}", case.number),
        version: row.version,
        exported_at: app.world().now().millis(),
        form: read.form.clone(),
        title: case.title.clone(),
        kind: read.kind.clone(),
        facts: read
            .facts
            .iter()
            .map(|one| Pair { name: one.name.clone(), value: one.value.clone() })
            .collect(),
        reporter: part(&read.reporter, read.sent.as_ref()),
        assessor: part(&read.assessor, read.assessed.as_ref()),
        clock,
        entries: read.entries.iter().map(line).collect(),
        files: read
            .files
            .iter()
            .map(|file| Pair {
                name: file.name.clone(),
                value: format!("{}, SHA-256 {}", file.title, file.digest),
            })
            .collect(),
        timeline: timeline(tx, case)?,
        ledger: entered(tx, row)?,
    })
}

fn when(millis: i64) -> String {
    at(Timestamp::from_millis(millis))
}

fn facts(pairs: &[Pair]) -> Block {
    Block::Facts(pairs.iter().map(|pair| (pair.name.clone(), pair.value.clone())).collect())
}

fn table(lines: &[Line]) -> Block {
    let row = |line: &Line| {
        let what = match line.reference.as_str() {
            "" => line.what.clone(),
            reference => format!("{} (reference {reference})", line.what),
        };
        vec![when(line.at), line.who.clone(), what]
    };
    Block::Table {
        head: vec!["When".into(), "Who".into(), "What".into()],
        rows: lines.iter().map(row).collect(),
        shares: vec![22, 22, 56],
    }
}

impl Part {
    fn finished(&self, otherwise: &str) -> String {
        match (&self.finished_by, self.finished_at) {
            (Some(by), Some(at)) => format!("{by}, {}", when(at)),
            _ => otherwise.to_owned(),
        }
    }
}

impl Sheet {
    fn document(&self) -> Document {
        let mut blocks = vec![
            Block::Text(format!("{}. Exported {}.", self.title, when(self.exported_at))),
            facts(&self.facts),
        ];
        if let Some(clock) = &self.clock {
            blocks.push(Block::Heading("Telling the regulator".to_owned()));
            let standing = match clock.standing {
                "possible" => "Nobody has decided yet",
                "confirmed" => "It must be told, and has not been",
                "not-notifiable" => "It need not be told",
                _ => "It was told",
            };
            blocks.push(Block::Facts(vec![
                ("Regulator".to_owned(), clock.regulator.clone()),
                ("Law".to_owned(), clock.law.clone()),
                ("The force became aware".to_owned(), when(clock.aware_at)),
                ("The time ends".to_owned(), when(clock.ends_at)),
                ("Decision".to_owned(), standing.to_owned()),
            ]));
        }
        blocks.push(Block::Heading("The reporter's half".to_owned()));
        blocks.push(Block::Text(format!("Sent: {}", self.reporter.finished("not yet"))));
        blocks.push(facts(&self.reporter.answers));
        blocks.push(Block::Heading("The assessor's half".to_owned()));
        blocks.push(Block::Text(format!("Finished: {}", self.assessor.finished("not yet"))));
        blocks.push(facts(&self.assessor.answers));
        blocks.push(Block::Heading("What was added and decided".to_owned()));
        blocks.push(table(&self.entries));
        if !self.files.is_empty() {
            blocks.push(Block::Heading("Files of the case".to_owned()));
            blocks.push(facts(&self.files));
        }
        blocks.push(Block::Heading("Timeline of the case".to_owned()));
        blocks.push(table(&self.timeline));
        blocks.push(Block::Heading("From the ledger".to_owned()));
        blocks.push(self.entered());
        Document {
            title: format!("{} {}", self.form, self.reference),
            id: format!("{}/{}", self.reference, self.version),
            marking: self.marking.clone(),
            foot: format!("{}, version {}", self.reference, self.version),
            blocks,
        }
    }

    fn entered(&self) -> Block {
        let row = |line: &LedgerLine| {
            let place = line.place.map_or_else(|| "No place yet".to_owned(), |place| place.to_string());
            let digest = line.detail_digest.clone().unwrap_or_else(|| "No detail".to_owned());
            vec![place, when(line.at), line.actor.clone(), line.action.clone(), digest]
        };
        Block::Table {
            head: ["Place", "When", "Who", "Action", "Digest of the detail"].map(str::to_owned).into(),
            rows: self.ledger.iter().map(row).collect(),
            shares: vec![10, 20, 18, 20, 32],
        }
    }
}
