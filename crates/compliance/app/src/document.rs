//! Judges a document: whether the paper is right, and whether people do in time what it requires of them.

use domain::{AssetClass, Outcome, Subject, Timestamp, WhyNotKnown};
use policy::{Document, KeptBy, Library, PermissionRegister, RecordKind};
use store::{Tx, assets, document_records, permissions};

use super::apply::{Judged, Judging};
use super::basis::Basis;
use super::procedure::procedure_outcome;
use crate::reviews::ReviewOutcome;
use crate::{approvals, reviews};
use kernel::{App, AppError, Work, jobs};

/// Interval at which a document is judged: dates pass without any other trigger.
const DAILY: domain::Span = domain::Span::from_secs(24 * 3600);

/// Judges the record and procedure clauses of a document.
pub async fn judge_document(app: &App, document: &str) -> Result<(), AppError> {
    let (app, now, document) = (app.clone(), app.world().now(), document.to_owned());
    app.clone().store().write(move |tx| judge_document_in(Work { app: &app, tx, now }, &document)).await
}

fn judge_document_in(Work { app, tx, now }: Work<'_, '_>, id: &str) -> Result<(), AppError> {
    let policy = kernel::policy_in_force::policy_as_of(app, tx)?;
    let mut judging = Judging::begin(app, tx, &policy, Subject::Document(id.to_owned()), now)?;
    let Some(document) = policy.library().document(id) else {
        judging.finish(tx, None)?;
        // The case of an overdue review ends with the document.
        return jobs::ask_job(app, tx, jobs::Kind::FollowReview, id, now);
    };
    let paper = Paper::read(tx, policy.library(), document)?;
    for clause in policy.library().clauses_in(id) {
        let mut outcomes = Vec::new();
        let mut says = Vec::new();
        for kept in &clause.kept_by {
            let judged = match kept {
                KeptBy::Record { record: RecordKind::Register, class } => Some(register(tx, *class)?),
                KeptBy::Record { record, .. } => Some(record_outcome(&paper, *record, now)),
                KeptBy::Procedure { procedure, .. } => {
                    Some(match policy.library().register_of_procedure(procedure) {
                        Some(register) => register_outcome(tx, register, now)?,
                        None => {
                            procedure_outcome(Work { app, tx, now }, &policy, &clause.id, procedure, None)?
                        }
                    })
                }
                _ => None,
            };
            if let Some((outcome, words)) = judged {
                outcomes.push(outcome);
                says.push(words);
            }
        }
        let Some(outcome) = outcomes.into_iter().max_by_key(Outcome::severity) else { continue };
        let (clause, clause_digest) = (clause.id.clone(), clause.digest());
        judging.apply(tx, Judged { clause, clause_digest, outcome, basis: Basis::Record { says } })?;
    }
    judging.finish(tx, None)?;
    jobs::ask_job(app, tx, jobs::Kind::FollowReview, id, now)?;
    jobs::ask_job(app, tx, jobs::Kind::JudgeDocument, id, now.plus(DAILY))
}

/// A document with what people have done about it in the product.
struct Paper {
    /// The document, with the review date that counts.
    document: Document,
    /// When it was last reviewed, where a review is recorded.
    reviewed: Option<domain::Day>,
    /// What came of that review, unless the file has been given another review date since.
    outcome: Option<ReviewOutcome>,
    /// How many of the forces have approved it as it is worded now, and how many there are.
    approved: (usize, usize),
    /// Whether the file that was last compared with its original was that; `None` where none was compared.
    compared: Option<bool>,
}

impl Paper {
    fn read(tx: &mut Tx<'_>, library: &Library, document: &Document) -> Result<Self, AppError> {
        let last = reviews::last(tx, &document.id)?;
        let digest = library.document_digest(&document.id).unwrap_or_default();
        let forces = library.forces().words();
        let approved = approvals::forces_of(tx, &document.id, &digest)?;
        let by = forces.iter().filter(|force| approved.contains(force)).count();
        let compared = match &document.cover.original {
            None => None,
            Some(original) => document_records::last_check(tx, &document.id, &original.sha256)?,
        };
        let current = last.as_ref().filter(|review| review.paper_date == document.review_by);
        Ok(Self {
            document: reviews::dated(document, last.as_ref()),
            outcome: current.and_then(|review| ReviewOutcome::of(&review.outcome)),
            reviewed: last.map(|review| review.on),
            approved: (by, forces.len()),
            compared: compared.map(|check| check.given == check.wanted),
        })
    }
}

pub(super) fn not_known(what: &str) -> Outcome {
    Outcome::NotKnown(WhyNotKnown::NeverReported { what: what.to_owned() })
}

/// Judges what a document says of itself. At best it is on record: nothing here shows that it is right.
fn record_outcome(paper: &Paper, record: RecordKind, now: Timestamp) -> (Outcome, String) {
    let document = &paper.document;
    match record {
        RecordKind::Approval => approval(paper),
        RecordKind::ReviewDate => review(paper, now),
        RecordKind::Original => original(paper),
        RecordKind::LegalBasis => legal_basis(document),
        RecordKind::RelatedDocuments => related(document),
        RecordKind::Marking => marking(document),
        RecordKind::Register | RecordKind::Definition => {
            let because =
                "it defines something or names an aim, which can be neither kept nor broken".to_owned();
            (Outcome::NothingToKeep { because: because.clone() }, because)
        }
    }
}

fn on_record(says: String) -> (Outcome, String) {
    (Outcome::OnRecord { says: says.clone() }, says)
}

fn legal_basis(document: &Document) -> (Outcome, String) {
    if document.legal_basis.is_empty() {
        return (not_known("a list of the laws that the document rests on"), "no law is listed".into());
    }
    let unlinked = document.legal_basis.iter().filter(|law| law.link.is_none()).count();
    let laws = document.legal_basis.iter();
    let looked_at = match laws.map(|law| law.looked_at).min().flatten() {
        Some(day) => format!("looked at on {day} or later"),
        None => "not all of them with a day on which somebody looked at them".to_owned(),
    };
    let words = format!(
        "{} laws are listed, {unlinked} of them without a link, {looked_at}",
        document.legal_basis.len()
    );
    if unlinked == 0 { on_record(words) } else { (Outcome::NotMet { because: words.clone() }, words) }
}

fn related(document: &Document) -> (Outcome, String) {
    if document.related.is_empty() {
        return (not_known("a list of related documents"), "no related document is listed".into());
    }
    let here = document.related.iter().filter(|related| related.document.is_some()).count();
    let addressed = document.related.iter().filter(|related| related.link.is_some()).count();
    on_record(format!(
        "{} related documents are named: {here} of them can be read here, and {addressed} have an address",
        document.related.len()
    ))
}

fn marking(document: &Document) -> (Outcome, String) {
    if document.marking.trim().is_empty() || document.version.trim().is_empty() {
        return (not_known("a marking and a version"), "the marking or the version is missing".into());
    }
    on_record(format!("marked {}, version {}", document.marking, document.version))
}

/// Reads the asset register, or one class of it. An entry shows that somebody wrote it down, and an empty register shows nothing:
/// whether the force has more than stands there is not known here.
fn register(tx: &mut Tx<'_>, class: Option<AssetClass>) -> Result<(Outcome, String), AppError> {
    let counts = assets::by_class(tx)?;
    let of_class = || counts.iter().filter(|count| class.is_none_or(|class| class == count.class));
    let (all, held): (i64, i64) =
        (of_class().map(|count| count.all).sum(), of_class().map(|count| count.held).sum());
    let what = class.map_or("devices", |class| class.plural());
    if all == 0 {
        let words = format!("no {what} stand in the asset register");
        return Ok((not_known(&format!("{what} in the asset register")), words));
    }
    Ok(on_record(format!(
        "{all} {what} in use stand in the asset register: {held} with a named holder, {} with none",
        all.saturating_sub(held)
    )))
}

fn approval(paper: &Paper) -> (Outcome, String) {
    let document = &paper.document;
    let dated = document.approvals.iter().filter(|approval| approval.on.is_some()).count();
    let mut words = format!("{dated} of {} approvals have a date", document.approvals.len());
    let (by, forces) = paper.approved;
    if by > 0 {
        words.push_str(&format!("; {by} of {forces} forces approved it here as it is worded now"));
    }
    let outcome = match (document.approvals.len(), dated) {
        _ if by > 0 && by == forces => Outcome::OnRecord { says: words.clone() },
        (0, _) => not_known("any approval"),
        (all, dated) if all == dated => Outcome::OnRecord { says: words.clone() },
        _ => Outcome::NotMet { because: words.clone() },
    };
    (outcome, words)
}

fn review(paper: &Paper, now: Timestamp) -> (Outcome, String) {
    let document = &paper.document;
    let Some(review_by) = document.review_by else {
        return (not_known("a review date"), "the document has no review date".into());
    };
    let reviewed = paper.reviewed.map(|on| match paper.outcome {
        Some(ReviewOutcome::ToChange) => format!("reviewed on {on}: it is to be changed; "),
        Some(ReviewOutcome::ToWithdraw) => {
            format!("reviewed on {on}: it is to be withdrawn, and is still in force; ")
        }
        Some(ReviewOutcome::Unchanged) | None => format!("reviewed on {on}, "),
    });
    let reviewed = reviewed.unwrap_or_default();
    let overdue = document.review_overdue_days(now);
    let words = match overdue {
        None => format!("{reviewed}due for review on {review_by}"),
        Some(days) => {
            format!("{reviewed}was due for review on {review_by}: overdue by {days} days, and still in force")
        }
    };
    if overdue.is_none() && paper.outcome != Some(ReviewOutcome::ToWithdraw) {
        return on_record(words);
    }
    (Outcome::NotMet { because: words.clone() }, words)
}

/// Judges the original by its digest: it is on record once somebody has given the file that has it.
fn original(paper: &Paper) -> (Outcome, String) {
    let Some(original) = &paper.document.cover.original else {
        return (not_known("the digest of the original"), "no original is named".into());
    };
    let form = original.form.title();
    match paper.compared {
        Some(true) => {
            on_record(format!("{form} with the digest {}, as somebody compared it", original.sha256))
        }
        Some(false) => {
            (not_known("the original"), "the file that was given last is another than the original".into())
        }
        None => (not_known("a comparison with the original"), "nobody has compared the original".into()),
    }
}

/// Judges a procedure that is kept as a register: everything asked must be decided in time, and no entry may lack an end. An
/// empty register proves nothing.
fn register_outcome(
    tx: &mut Tx<'_>,
    register: &PermissionRegister,
    now: Timestamp,
) -> Result<(Outcome, String), AppError> {
    let (asked, done, late) = permissions::lists::tally(tx, &register.id, now)?;
    let words = format!(
        "{asked} entries in the register {}: {done} decided or over, {late} not decided in time",
        register.title
    );
    let outcome = match (asked, late) {
        (0, _) => not_known(&format!("an entry in the register {}", register.title)),
        (_, 0) => Outcome::Met,
        _ => Outcome::NotMet { because: words.clone() },
    };
    Ok((outcome, words))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use policy::Overrides;

    use super::*;

    #[test]
    fn what_came_of_a_review_is_said_and_a_document_to_be_withdrawn_is_not_on_record() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy");
        let library = Library::load(&folder, &Overrides::new()).unwrap();
        let found = library.document("mobile-device-use").unwrap().clone();
        let document = Document { review_by: Some("2028-11-20".parse().unwrap()), ..found };
        for (outcome, word, says) in [
            (ReviewOutcome::Unchanged, "on-record", "reviewed on 2026-11-20, due for review on 2028-11-20"),
            (ReviewOutcome::ToChange, "on-record", "reviewed on 2026-11-20: it is to be changed"),
            (ReviewOutcome::ToWithdraw, "not-met", "reviewed on 2026-11-20: it is to be withdrawn"),
        ] {
            let paper = Paper {
                document: document.clone(),
                reviewed: Some("2026-11-20".parse().unwrap()),
                outcome: Some(outcome),
                approved: (0, 2),
                compared: None,
            };
            let (found, words) = review(&paper, Timestamp::from_millis(1_796_000_000_000));
            assert!(found.word() == word && words.contains(says), "{outcome:?}: {found:?}, {words}");
        }
    }
}
