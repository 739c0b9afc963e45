//! Approves documents in the product: one person for each force, of the words as they stand.

use domain::{EntryId, Force, Timestamp};
use policy::RecordKind;
use serde_json::json;
use store::Tx;
use store::document_records::{self as rows, Approval};
use store::locks::{self, Lock};

use kernel::access::{ApproveDocuments, Comes, Permit};
use kernel::policy_in_force::policy_as_of;
use kernel::record::Record;
use kernel::second::AtStake;
use kernel::{App, AppError, jobs, presence, second};

use crate::record_clauses::clause_of_record;

/// Most approvals of a document that are read.
const READ: u32 = 200;

/// What one force has approved of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForceApproval {
    /// The force.
    pub force: Force,
    /// When and by whom the document was approved as it is worded now.
    pub now: Option<(Timestamp, String)>,
    /// When and by whom it was last approved in other words.
    pub before: Option<(Timestamp, String)>,
}

/// Reads what each force has approved of a document whose words have that digest.
pub(crate) fn of_document(
    app: &App,
    tx: &mut Tx<'_>,
    document: &str,
    digest: &str,
) -> Result<Vec<ForceApproval>, AppError> {
    let all = rows::approvals(tx, document, READ)?;
    let mut found = Vec::new();
    for force in app.forces() {
        let of_force = || all.iter().filter(|one| one.force == force);
        let now = of_force().find(|one| one.digest == digest);
        let before = of_force().find(|one| one.digest != digest);
        found.push(ForceApproval { force, now: as_read(tx, now)?, before: as_read(tx, before)? });
    }
    Ok(found)
}

fn as_read(tx: &mut Tx<'_>, one: Option<&Approval>) -> Result<Option<(Timestamp, String)>, AppError> {
    one.map(|one| Ok((one.at, kernel::words::who(tx, &one.by)?))).transpose()
}

/// Lists the forces that have approved the words with that digest.
pub(crate) fn forces_of(tx: &mut Tx<'_>, document: &str, digest: &str) -> Result<Vec<Force>, AppError> {
    let all = rows::approvals(tx, document, READ)?;
    Ok(all.into_iter().filter(|one| one.digest == digest).map(|one| one.force).collect())
}

/// An approval as somebody gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApproval {
    /// The document.
    pub document: String,
    /// The force in whose name it is approved.
    pub force: Force,
    /// The digest of the words that were shown.
    pub digest: String,
}

/// Approves a document in the name of a force, as it is worded now. Each force needs a person of its own.
///
/// # Errors
/// [`AppError::Denied`] for another force; [`AppError::NotPresent`]; [`AppError::Conflict`] where the words have changed, the force has
/// approved them, the actor is not in the register, or may be the person who approved for another force.
pub async fn approve_document(
    app: &App,
    permit: Permit<ApproveDocuments>,
    new: NewApproval,
) -> Result<(), AppError> {
    permit.reaches(app.chosen_force(Some(new.force))?)?;
    let (app, now) = (app.clone(), app.world().now());
    presence::fresh(permit.actor(), now)?;
    if permit.actor().comes() != Comes::SignedIn || permit.actor().person.is_none() {
        return Err(AppError::Conflict(
            "an approval is given by a person of the register who is signed in to the pages".into(),
        ));
    }
    app.clone()
        .store()
        .write(move |tx| {
            // Two approvals at once would not see each other, and one person could give both.
            locks::take(tx, Lock::Policy)?;
            let policy = policy_as_of(&app, tx)?;
            let digest = policy.library().document_digest(&new.document);
            let digest = digest.ok_or_else(|| AppError::not_found("document", &new.document))?;
            if digest != new.digest {
                return Err(AppError::Conflict(
                    "the document was changed since you opened the page; reload it and read what you approve".into(),
                ));
            }
            let actor = permit.actor();
            for other in rows::approvals(tx, &new.document, READ)?.iter().filter(|one| one.digest == digest) {
                if other.force != new.force && second::could_be_one(tx, &other.by, actor, AtStake::Force)? {
                    return Err(AppError::Conflict(
                        "somebody else must approve it for this force: you approved it for another one, or may be the person who did"
                            .into(),
                    ));
                }
            }
            let row = Approval {
                id: EntryId::from_uuid(app.world().uuid()),
                document: new.document.clone(),
                digest: digest.clone(),
                force: new.force,
                at: now,
                by: actor.name.clone(),
            };
            if !rows::add_approval(tx, &row)? {
                return Err(AppError::Conflict("this force has approved it already; reload the page".into()));
            }
            jobs::ask_job(&app, tx, jobs::Kind::JudgeDocument, &new.document, now)?;
            let mut record = Record::new(&actor.name, "document.approved", format!("document:{}", new.document))
                .force(new.force)
                .reason(format!("digest {digest}"))
                .detail(json!({ "policy": policy.digest() }));
            record.clause = clause_of_record(policy.library(), &new.document, RecordKind::Approval);
            app.enter(tx, now, record)
        })
        .await
}
