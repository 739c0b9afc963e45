//! Finds the clause of a document that a part of its paper is kept under.

use domain::ClauseId;
use policy::{KeptBy, Library, RecordKind};

/// Returns the first clause of a document that is kept by such a record.
pub(crate) fn clause_of_record(library: &Library, document: &str, wanted: RecordKind) -> Option<ClauseId> {
    let kept = |kept: &KeptBy| matches!(kept, KeptBy::Record { record, .. } if *record == wanted);
    library
        .clauses_in(document)
        .find(|clause| clause.kept_by.iter().any(kept))
        .map(|clause| clause.id.clone())
}
