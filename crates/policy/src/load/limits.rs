//! How long things may take: a limit that is not there until the retirement of everybody concerned is none.

use domain::Span;
use jiff::civil::Date;

use super::Loader;
use crate::model::Limit;
use crate::reader::Node;

const DAY: i64 = 86_400;

const fn days(count: i64) -> Span {
    Span::from_secs(count * DAY)
}

/// Longest time for which a breach may last before a case opens.
pub(super) const GRACE: Span = days(14);
/// Longest time for anything that people do or wait for.
pub(super) const WORK: Span = days(366);
/// Longest time until a reminder comes again, or for which a person is exempt.
pub(super) const AGAIN: Span = days(732);
/// Longest time until a regulator is told.
pub(super) const NOTIFY: Span = days(30);
/// Longest time for which records are kept after a case.
pub(super) const KEEP: Span = days(7306);
/// Most years from the day on which a document was published to its review.
const REVIEW_YEARS: i16 = 5;

impl Loader<'_> {
    /// Reports a length of time that is beyond its greatest. What was in force earlier stays as it was.
    pub(super) fn at_most(&self, node: &Node<'_>, key: &str, span: Option<Span>, most: Span) {
        if let Some(span) = span.filter(|span| *span > most && !self.library.registers.former) {
            node.problem(key, format!("{key} is {span}; it is at most {most}"));
        }
    }

    /// Reports a limit that is beyond its greatest.
    pub(super) fn limit_at_most(&self, node: &Node<'_>, key: &str, limit: Option<&Limit>, most: Span) {
        self.at_most(node, key, limit.map(|limit| limit.span), most);
    }

    /// Reports a review that is nobody's any more when it comes, or that counts from no day.
    pub(super) fn review(&self, node: &Node<'_>, published: Option<Date>, review_by: Option<Date>) {
        let Some(review_by) = review_by.filter(|_| !self.library.registers.former) else { return };
        let Some(published) = published else {
            node.problem(
                "review_by",
                "a review date counts from the day of publication; write published too",
            );
            return;
        };
        let latest = published.checked_add(jiff::Span::new().years(REVIEW_YEARS));
        if review_by <= published || latest.is_ok_and(|latest| review_by > latest) {
            node.problem(
                "review_by",
                format!("review_by is {review_by}; write a day after {published}, and at most {REVIEW_YEARS} years after it"),
            );
        }
    }
}
