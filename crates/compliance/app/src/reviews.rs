//! Records reviews of documents, each with its outcome and the day of the next one. Tells the owner that a review is overdue, and keeps
//! a case in each force until one is recorded.

use domain::{CaseId, Day, EntryId, Force, Timestamp, local_time};
use policy::{Document, Proof, RecordKind};
use serde_json::json;
use store::document_records::{self as rows, Review};
use store::locks::{self, Lock};
use store::{Tx, cases};

use cases_app::{Ending, Opening};
use kernel::access::{Actor, KeepDocuments, Permit};
use kernel::fields::text_or;
use kernel::policy_in_force::policy_as_of;
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};

use crate::record_clauses::clause_of_record;
use crate::tell;

/// The type of case of an overdue review.
const CASE: &str = "document-review";
/// Most years from one review to the next.
const MOST_YEARS: i16 = 5;
/// Most reviews that a page lists.
const LISTED: u32 = 20;

/// What came of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewOutcome {
    /// The document stays as it is.
    Unchanged,
    /// It is to be changed.
    ToChange,
    /// It is to be withdrawn.
    ToWithdraw,
}

impl ReviewOutcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Unchanged, Self::ToChange, Self::ToWithdraw];

    /// Returns its word in the table and in forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::ToChange => "to-change",
            Self::ToWithdraw => "to-withdraw",
        }
    }

    /// Returns its words on screen.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Unchanged => "It stays as it is",
            Self::ToChange => "It is to be changed",
            Self::ToWithdraw => "It is to be withdrawn",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// A review as somebody typed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewReview {
    /// The day of the review, `2026-11-30`.
    pub on: String,
    /// The word of its outcome.
    pub outcome: String,
    /// What was found: up to 500 characters.
    pub says: String,
    /// The day of the next review.
    pub next_on: String,
    /// Whether the laws were looked at.
    pub laws: bool,
}

/// A recorded review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRead {
    /// The day of the review.
    pub on: Day,
    /// Its outcome in words.
    pub outcome: &'static str,
    /// What was found.
    pub says: String,
    /// The day of the next review.
    pub next_on: Day,
    /// Whether the laws were looked at.
    pub laws: bool,
    /// When it was recorded.
    pub at: Timestamp,
    /// The name of who recorded it.
    pub by: String,
}

/// Returns the review of a document that was recorded last.
pub(crate) fn last(tx: &mut Tx<'_>, document: &str) -> Result<Option<Review>, AppError> {
    Ok(rows::reviews(tx, document, 1)?.into_iter().next())
}

/// Returns a document with the review date that counts: that of its last recorded review, unless its file has been given another date
/// since; and with the day on which a review looked at its laws, where that is later.
pub(crate) fn dated(document: &Document, last: Option<&Review>) -> Document {
    let mut dated = document.clone();
    let Some(last) = last else { return dated };
    if last.paper_date == document.review_by {
        dated.review_by = Some(last.next_on);
    }
    if last.laws {
        for law in &mut dated.legal_basis {
            law.looked_at = law.looked_at.max(Some(last.on));
        }
    }
    dated
}

/// Lists the reviews of a document, the one recorded last first.
pub(crate) fn history(tx: &mut Tx<'_>, document: &str) -> Result<Vec<ReviewRead>, AppError> {
    let mut all = Vec::new();
    for row in rows::reviews(tx, document, LISTED)? {
        all.push(ReviewRead {
            on: row.on,
            outcome: ReviewOutcome::of(&row.outcome).map_or("", ReviewOutcome::title),
            by: kernel::words::who(tx, &row.by)?,
            says: row.says,
            next_on: row.next_on,
            laws: row.laws,
            at: row.at,
        });
    }
    Ok(all)
}

/// Lists the open cases of a document's review in the forces of `force`, with their numbers.
pub(crate) fn open_cases(
    tx: &mut Tx<'_>,
    document: &str,
    force: Option<Force>,
) -> Result<Vec<(CaseId, i64)>, AppError> {
    let open = rows::open_review_cases(tx, document)?;
    let seen = open.into_iter().filter(|(one, ..)| force.is_none_or(|own| own == *one));
    Ok(seen.map(|(_, case, number)| (case, number)).collect())
}

/// Reads what was typed, against the day on which it is recorded.
fn checked(new: &NewReview, now: Timestamp) -> Result<(Day, Day, ReviewOutcome, String), AppError> {
    let day = |field: &'static str, typed: &str| {
        typed.trim().parse::<Day>().map_err(|_| AppError::invalid(field, "enter a day, such as 2026-11-30"))
    };
    let today = local_time::day_of(now);
    let on = day("reviewed-on", &new.on)?;
    if on > today {
        return Err(AppError::invalid(
            "reviewed-on",
            "enter the day on which it was reviewed, not a later one",
        ));
    }
    let outcome = ReviewOutcome::of(&new.outcome)
        .ok_or_else(|| AppError::invalid("outcome", "choose what came of the review"))?;
    let says = text_or("says", &new.says, 500, "say what was found")?;
    let next_on = day("next-on", &new.next_on)?;
    if next_on <= today {
        return Err(AppError::invalid("next-on", "enter a day that is still to come"));
    }
    let latest = (on.year().saturating_add(MOST_YEARS), on.month(), on.day());
    if (next_on.year(), next_on.month(), next_on.day()) > latest {
        let words = format!("enter a day within {MOST_YEARS} years of the review");
        return Err(AppError::invalid("next-on", words));
    }
    Ok((on, next_on, outcome, says))
}

/// Records a review of a document: moves the date of the next one, and closes the cases of the overdue one in every force.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Invalid`] for a field.
pub async fn record_review(
    app: &App,
    permit: Permit<KeepDocuments>,
    document: &str,
    new: NewReview,
) -> Result<(), AppError> {
    let (app, now, id) = (app.clone(), app.world().now(), document.to_owned());
    let (on, next_on, outcome, says) = checked(&new, now)?;
    app.clone()
        .store()
        .write(move |tx| {
            let policy = policy_as_of(&app, tx)?;
            let found = policy.library().document(&id).ok_or_else(|| AppError::not_found("document", &id))?;
            let actor = permit.actor();
            let row = Review {
                id: EntryId::from_uuid(app.world().uuid()),
                document: id.clone(),
                paper_date: found.review_by,
                on,
                outcome: outcome.as_str().to_owned(),
                says,
                next_on,
                laws: new.laws,
                at: now,
                by: actor.name.clone(),
            };
            rows::add_review(tx, &row)?;
            close_cases(Work { app: &app, tx, now }, &row, actor)?;
            jobs::ask_job(&app, tx, jobs::Kind::JudgeDocument, &id, now)?;
            let record = Record::new(&actor.name, "document.reviewed", format!("document:{id}"))
                .reason(outcome.as_str())
                .detail(json!({
                    "on": on.to_string(), "next_on": next_on.to_string(), "says": row.says, "laws": row.laws,
                }));
            let clause = clause_of_record(policy.library(), &id, RecordKind::ReviewDate);
            app.enter(tx, now, Record { clause, ..record })
        })
        .await
}

/// Ends the step of each open case that waits for the review, which closes the case.
fn close_cases(Work { app, tx, now }: Work<'_, '_>, row: &Review, actor: &Actor) -> Result<(), AppError> {
    let mut open: Vec<CaseId> =
        rows::open_review_cases(tx, &row.document)?.into_iter().map(|(_, case, _)| case).collect();
    open.sort_unstable();
    for case in open {
        let ending = Ending {
            outcome: "done",
            proof: &format!("review:{}", row.id),
            by: actor.into(),
            says: format!("Reviewed on {}: {} The next review is due on {}.", row.on, row.says, row.next_on),
        };
        if cases_app::end_steps_by(app, tx, case, Proof::Review, &ending)? == 0 {
            end(Work { app, tx, now }, case, "reviewed", &ending.says)?;
        }
    }
    Ok(())
}

/// Closes a case that nothing is to be done in any more.
fn end(Work { app, tx, now }: Work<'_, '_>, case: CaseId, why: &str, says: &str) -> Result<(), AppError> {
    let Some(found) = cases::by_id(tx, case)? else { return Ok(()) };
    cases_app::end_by_itself(Work { app, tx, now }, &found, why, "called-off", says).map(drop)
}

/// Tells the owner of a document that its review is overdue, and opens a case in each force that has none; ends the cases where it is
/// not overdue any more.
pub async fn follow_review(app: &App, document: &str) -> Result<(), AppError> {
    let (app, now, id) = (app.clone(), app.world().now(), document.to_owned());
    app.clone().store().write(move |tx| follow_in(Work { app: &app, tx, now }, &id)).await
}

fn follow_in(Work { app, tx, now }: Work<'_, '_>, id: &str) -> Result<(), AppError> {
    let policy = policy_as_of(app, tx)?;
    let last = last(tx, id)?;
    let document = policy.library().document(id).map(|document| dated(document, last.as_ref()));
    let Some(document) = document.filter(|document| document.review_overdue_days(now).is_some()) else {
        for (force, case, _) in rows::open_review_cases(tx, id)? {
            let says = "The review of the document is not overdue any more.";
            end(Work { app, tx, now }, case, "no longer overdue", says)?;
            let record = Record::new("system", "case.closed", format!("case:{case}")).force(force);
            app.enter(tx, now, record.reason("no-longer-overdue"))?;
        }
        return Ok(());
    };
    locks::take(tx, Lock::Number(cases::NUMBER))?;
    let open = rows::open_review_cases(tx, id)?;
    let has_type = policy.library().cases.contains_key(CASE);
    for force in app.forces() {
        let told = tell::owners(app, tx, &document, force, now)?;
        if has_type && open.iter().all(|(one, ..)| *one != force) {
            open_case(Work { app, tx, now }, &document, force, told)?;
        }
    }
    Ok(())
}

fn open_case(
    Work { app, tx, now }: Work<'_, '_>,
    document: &Document,
    force: Force,
    told: usize,
) -> Result<(), AppError> {
    let clause = clause_of_record(app.policy().library(), &document.id, RecordKind::ReviewDate);
    let day = document.review_by.map(|day| day.to_string()).unwrap_or_default();
    let owner = match told {
        0 if document.cover.owner_role.is_none() => {
            "Its file names no role of its owner (owner_role), so nobody was told.".to_owned()
        }
        0 => {
            format!("Nobody of the force has the role of its owner ({}), so nobody was told.", document.owner)
        }
        _ => format!("Its owner is told ({}).", document.owner),
    };
    let says = format!(
        "The review was due on {day}. {owner} A review that is recorded on the document's page closes this."
    );
    let opening = Opening {
        kind: CASE,
        force,
        device: None,
        person: None,
        clause: clause.clone(),
        title: format!("{}: review overdue", document.title),
        date: None,
        event: None,
        place: None,
        items: Vec::new(),
        says: ("system", &says),
    };
    let case = cases_app::open_case(Work { app, tx, now }, &opening)?;
    rows::add_review_case(tx, case, &document.id, force)?;
    let record = Record::new("system", "case.opened", format!("case:{case}"))
        .force(force)
        .detail(json!({ "document": document.id, "due": day, "told": told }));
    app.enter(tx, now, Record { clause, ..record })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use policy::{Library, Overrides};

    use super::*;

    #[test]
    fn the_next_review_is_at_most_five_years_after_this_one() {
        let now = Timestamp::from_millis(1_796_000_000_000);
        let next = |next_on: &str| NewReview {
            on: "2026-11-20".into(),
            outcome: "unchanged".into(),
            says: "nothing to change".into(),
            next_on: next_on.into(),
            laws: false,
        };
        assert!(checked(&next("2031-11-20"), now).is_ok());
        for late in ["2031-11-21", "2031-12-31", "2032-01-01"] {
            let refused = checked(&next(late), now);
            assert!(
                matches!(refused, Err(AppError::Invalid { field: "next-on", .. })),
                "{late}: {refused:?}"
            );
        }
    }

    #[test]
    fn a_recorded_review_moves_the_date_until_the_file_gives_another() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy");
        let library = Library::load(&folder, &Overrides::new()).unwrap();
        let document = library.document("mobile-device-use").unwrap();
        let day = |text: &str| text.parse::<Day>().unwrap();
        let review = Review {
            id: "0190c7a0-0000-7000-8000-000000000001".parse().unwrap(),
            document: document.id.clone(),
            paper_date: document.review_by,
            on: day("2026-11-20"),
            outcome: "unchanged".into(),
            says: "nothing to change".into(),
            next_on: day("2028-11-20"),
            laws: false,
            at: Timestamp::from_millis(0),
            by: "person:1".into(),
        };
        assert_eq!(dated(document, None), *document);
        let moved = dated(document, Some(&review));
        assert_eq!(moved.review_by, Some(day("2028-11-20")));
        assert_eq!(moved.legal_basis, document.legal_basis, "nobody looked at the laws");
        let again = Document { review_by: Some(day("2027-01-31")), ..document.clone() };
        assert_eq!(dated(&again, Some(&review)).review_by, again.review_by, "the file says something newer");
        let laws = dated(document, Some(&Review { laws: true, ..review })).legal_basis;
        assert!(laws.iter().all(|law| law.looked_at == Some(day("2026-11-20"))));
    }
}
