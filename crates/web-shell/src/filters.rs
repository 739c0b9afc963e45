//! Template filters for what looks the same on every page: times, outcomes, verdicts, grades.
//!
//! Askama passes a filter its argument through one or two references, depending on the template; [`Inner`] removes them.
#![expect(missing_docs, reason = "askama::filter_fn writes public structs and methods without a comment")]

use askama::filters::Safe;
use domain::{Coverage, Grade, Outcome, Timestamp, Verdict, WhyNotKnown};

use crate::format::{self, sentence};

/// The value behind any number of references.
pub trait Inner<T: ?Sized> {
    /// Returns the value itself.
    fn inner(&self) -> &T;
}

macro_rules! inner {
    ($($kind:ty),*) => {$(
        impl Inner<$kind> for $kind {
            fn inner(&self) -> &$kind {
                self
            }
        }
    )*};
}

inner!(Timestamp, Outcome, Coverage, Grade, u64);

impl<T: ?Sized, U: Inner<T> + ?Sized> Inner<T> for &U {
    fn inner(&self) -> &T {
        (**self).inner()
    }
}

/// Writes a time for people, with RFC 3339 for machines.
#[askama::filter_fn]
pub fn when<T: Inner<Timestamp>>(at: T, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    Ok(time(*at.inner(), &format::when(*at.inner())))
}

/// Writes how long ago a time was, with the time itself for machines.
#[askama::filter_fn]
pub fn ago<T: Inner<Timestamp>>(
    at: T,
    _: &dyn askama::Values,
    now: &Timestamp,
) -> askama::Result<Safe<String>> {
    Ok(time(*at.inner(), &format::ago(*at.inner(), *now)))
}

/// Writes a whole number with commas.
#[askama::filter_fn]
pub fn num<T: Inner<u64>>(count: T, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(format::number(*count.inner()))
}

fn time(at: Timestamp, text: &str) -> Safe<String> {
    // Neither the time nor its words can contain a character that needs escaping.
    Safe(format!("<time datetime=\"{at}\">{text}</time>"))
}

/// Writes an outcome as a tag: a sign and words, with colour as an addition only.
#[askama::filter_fn]
pub fn outcome<T: Inner<Outcome>>(outcome: T, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    let outcome = outcome.inner();
    let (colour, sign) = match outcome {
        Outcome::Met => ("green", "✓"),
        Outcome::Agreed => ("blue", "✓"),
        Outcome::OnRecord { .. } => ("blue", "≡"),
        Outcome::NothingToKeep { .. } | Outcome::NotApplicable { .. } => ("grey", "–"),
        Outcome::NotMet { .. } => ("red", "✕"),
        Outcome::NotKnown(_) => ("yellow", "?"),
    };
    Ok(tag(colour, sign, outcome.title()))
}

/// Writes the reason for an outcome as the beginning of a sentence, with times in words; empty for met.
#[askama::filter_fn]
pub fn why<T: Inner<Outcome>>(outcome: T, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(match outcome.inner() {
        Outcome::NotKnown(WhyNotKnown::Stale { what, last }) => {
            format!("Last reported {}, too long ago: {what}", format::when(*last))
        }
        other => sentence(&other.reason()),
    })
}

/// Writes a platform's verdict as a tag.
#[askama::filter_fn]
pub fn verdict<T: Inner<Coverage>>(coverage: T, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    Ok(match coverage.inner().verdict {
        Verdict::Enforced => tag("green", "✓", "Enforced"),
        Verdict::Partly => tag("yellow", "◐", "Partly"),
        Verdict::NotEnforceable => tag("grey", "–", "Not enforceable"),
        Verdict::Detected => tag("blue", "◉", "Detected"),
        Verdict::Done => tag("blue", "☑", "Done by people"),
        Verdict::Agreed => tag("blue", "✓", "Agreed"),
        Verdict::OnRecord => tag("blue", "≡", "On record"),
        Verdict::NothingToKeep => tag("grey", "–", "Nothing to keep"),
        Verdict::KeptByNothing => tag("grey", "✕", "Kept by nothing"),
    })
}

/// Returns a tag as markup. The words are the product's own: nothing in them is escaped.
#[must_use]
pub fn tag(colour: &str, sign: &'static str, words: &'static str) -> Safe<String> {
    Safe(format!(
        "<strong class=\"govuk-tag govuk-tag--{colour}\"><span class=\"lan-tag__sign\" aria-hidden=\"true\">{sign}</span>\
         {words}</strong>"
    ))
}

/// Writes a grade as one to four bars with its words.
#[askama::filter_fn]
pub fn grade<T: Inner<Grade>>(grade: T, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    let grade = *grade.inner();
    let mut bars = String::new();
    for (place, step) in Grade::ALL.iter().enumerate() {
        let on = if *step <= grade { "on" } else { "off" };
        let height = 4 + 3 * place;
        bars.push_str(&format!(
            "<rect class=\"lan-grade__{on}\" x=\"{}\" y=\"{}\" width=\"4\" height=\"{height}\"/>",
            6 * place,
            14 - height,
        ));
    }
    Ok(Safe(format!(
        "<span class=\"lan-grade\"><svg viewBox=\"0 0 22 14\" aria-hidden=\"true\" focusable=\"false\">{bars}</svg>{}</span>",
        grade.title(),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::Template;

    #[derive(Template)]
    #[template(
        source = "{% for o in all %}{{ o|outcome }} {{ o|why }}|{% endfor %}{{ at|when }}|{{ at|ago(now) }}|{{ g|grade }}",
        ext = "html"
    )]
    struct Sheet {
        all: Vec<Outcome>,
        at: Timestamp,
        now: Timestamp,
        g: Grade,
    }

    use crate::filters;

    #[test]
    fn every_outcome_reads_without_its_colour() {
        let sheet = Sheet {
            all: vec![
                Outcome::Met,
                Outcome::NotMet { because: "x".into() },
                Outcome::NotKnown(WhyNotKnown::NoWayToTell),
                Outcome::NotApplicable { because: "x".into() },
                Outcome::Agreed,
                Outcome::OnRecord { says: "x".into() },
                Outcome::NothingToKeep { because: "x".into() },
                Outcome::NotKnown(WhyNotKnown::Stale {
                    what: "A passcode is set".into(),
                    last: "2026-11-12T03:00:00Z".parse().unwrap(),
                }),
            ],
            at: "2026-11-22T03:00:00Z".parse().unwrap(),
            now: "2026-11-22T05:00:00Z".parse().unwrap(),
            g: Grade::Reported,
        };
        let html = sheet.render().unwrap();
        for words in [
            "✓</span>Met<",
            "✕</span>Not met<",
            "?</span>Not known<",
            "–</span>Not applicable<",
            "✓</span>Agreed<",
            "≡</span>On record<",
            "–</span>Nothing to keep<",
        ] {
            assert!(html.contains(words), "{words} in {html}");
        }
        assert!(html.contains("<time datetime=\"2026-11-22T03:00:00.000Z\">22 November 2026, 3:00am</time>"));
        assert!(
            html.contains("Last reported 12 November 2026, 3:00am, too long ago: A passcode is set|"),
            "{html}"
        );
        assert!(html.contains(">2 hours ago</time>"));
        assert_eq!(html.matches("lan-grade__on").count(), 3, "reported is the third grade of four");
    }
}
