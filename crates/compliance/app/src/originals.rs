//! Compares a file with the original of a document, by its digest. The file itself is not kept.

use domain::{EntryId, Timestamp};
use policy::{Document, RecordKind};
use store::Tx;
use store::document_records::{self as rows, Check};

use kernel::access::{KeepDocuments, Permit};
use kernel::policy_in_force::policy_as_of;
use kernel::record::Record;
use kernel::{App, AppError, digest_hex, jobs};

use crate::record_clauses::clause_of_record;

/// The original of a document, and the last file that was compared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalRead {
    /// SHA-256 of the original, in hex.
    pub sha256: String,
    /// Its form, in words.
    pub form: &'static str,
    /// What is to be known of it.
    pub note: Option<String>,
    /// The last comparison.
    pub last: Option<ComparedRead>,
}

/// A comparison with the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedRead {
    /// Whether the file was the original.
    pub same: bool,
    /// When.
    pub at: Timestamp,
    /// The name of who compared it.
    pub by: String,
}

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Whether the file is the original.
    pub same: bool,
    /// SHA-256 of the original, in hex.
    pub wanted: String,
    /// SHA-256 of the file, in hex.
    pub given: String,
}

/// Reads the original of a document; `None` where its file names none.
pub(crate) fn of_document(tx: &mut Tx<'_>, document: &Document) -> Result<Option<OriginalRead>, AppError> {
    let Some(original) = &document.cover.original else { return Ok(None) };
    let last = match rows::last_check(tx, &document.id, &original.sha256)? {
        None => None,
        Some(check) => Some(ComparedRead {
            same: check.given == check.wanted,
            at: check.at,
            by: kernel::words::who(tx, &check.by)?,
        }),
    };
    Ok(Some(OriginalRead {
        sha256: original.sha256.clone(),
        form: original.form.title(),
        note: original.note.clone(),
        last,
    }))
}

/// Compares a file with the original of a document, and enters what came of it.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Invalid`] for an empty file; [`AppError::Conflict`] where the document names no original.
pub async fn compare_original(
    app: &App,
    permit: Permit<KeepDocuments>,
    document: &str,
    bytes: &[u8],
) -> Result<Compared, AppError> {
    if bytes.is_empty() {
        return Err(AppError::invalid("file", "choose the file of the original"));
    }
    let (app, now, id, given) = (app.clone(), app.world().now(), document.to_owned(), digest_hex(bytes));
    app.clone()
        .store()
        .write(move |tx| {
            let policy = policy_as_of(&app, tx)?;
            let found =
                policy.library().document(&id).ok_or_else(|| AppError::not_found("document", &id))?;
            let Some(original) = &found.cover.original else {
                return Err(AppError::Conflict(format!(
                    "the document names no original: write [original] with sha256 = \"{given}\" and its form into its document.toml, \
                     if this file is it"
                )));
            };
            let actor = permit.actor();
            let row = Check {
                id: EntryId::from_uuid(app.world().uuid()),
                document: id.clone(),
                wanted: original.sha256.clone(),
                given,
                at: now,
                by: actor.name.clone(),
            };
            rows::add_check(tx, &row)?;
            jobs::ask_job(&app, tx, jobs::Kind::JudgeDocument, &id, now)?;
            let same = row.given == row.wanted;
            let says = if same { "same" } else { "another" };
            let mut record = Record::new(&actor.name, "document.original.compared", format!("document:{id}"))
                .reason(format!("{says}: digest {}", row.given));
            record.clause = clause_of_record(policy.library(), &id, RecordKind::Original);
            app.enter(tx, now, record)?;
            Ok(Compared { same, wanted: row.wanted, given: row.given })
        })
        .await
}
