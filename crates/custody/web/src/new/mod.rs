//! The form that drafts a hand-over of one device and what goes along with it, for staff who keep the register.

pub(crate) mod handler;

use askama::Template;
use domain::{Disposal, HandoverKind};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page, with the values typed when the form is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "new/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The kind of hand-over.
    pub kind: HandoverKind,
    /// The device: its serial number, with a link to its page.
    pub device: Crumb,
    /// Its id.
    pub id: String,
    /// The device and its holder, in a line.
    pub about: String,
    /// The stores or workshops to choose from.
    pub places: Vec<Choice>,
    /// The values typed.
    pub typed: Typed,
}

/// The values typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Collar or staff number of the receiver.
    pub receiver: String,
    /// The word of its condition.
    pub condition: String,
    /// The things that go with it.
    pub with_it: String,
    /// The things that are missing.
    pub missing: String,
    /// A further note on the thing.
    pub item_note: String,
    /// Codes of the other things that go along.
    pub also: String,
    /// The day on which it is due back.
    pub due: String,
    /// The way in which it is disposed of.
    pub disposal: String,
    /// The certificate of disposal.
    pub certificate: String,
    /// A further note.
    pub note: String,
}

impl View {
    fn explains(&self) -> &'static str {
        crate::explains(self.kind)
    }

    fn conditions(&self) -> Vec<Choice> {
        crate::conditions(&self.typed.condition)
    }

    fn disposals(&self) -> Vec<Choice> {
        Choice::list(Disposal::ALL.iter().map(|one| (one.as_str(), one.title())), &self.typed.disposal)
    }

    fn is(&self, word: &str) -> bool {
        self.kind.as_str() == word
    }

    /// Returns the label of the choice of a store or workshop; empty where there is no such choice.
    fn place_label(&self) -> &'static str {
        match self.kind {
            HandoverKind::HandOver => "",
            HandoverKind::Issue | HandoverKind::Loan => "Which store gives it out?",
            HandoverKind::Repair => "Who mends it?",
            HandoverKind::Return => "Which store takes it back?",
            HandoverKind::Transfer => "Which store takes it?",
            HandoverKind::Disposal => "Which store disposes of it?",
        }
    }

    fn note_label(&self) -> &'static str {
        if self.kind == HandoverKind::Repair { "What is wrong with it?" } else { "Note (optional)" }
    }

    /// Returns a repair with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/devices/NC-10442", "F4GXQ2ABCD"));
        Self {
            shell,
            errors: [(
                "place",
                "Nobody but ICT or a workshop that the force approved may mend a device (MDU-4.6)",
            )]
            .into_iter()
            .collect(),
            kind: HandoverKind::Repair,
            device: Crumb::new("/devices/NC-10442", "F4GXQ2ABCD"),
            id: "1".into(),
            about: "iPhone 15, held by PC Ames (1234)".into(),
            places: Choice::list([("1", "ICT stores, Norwich"), ("elsewhere", "Somebody else")], "elsewhere"),
            typed: Typed { note: "Screen <script>".into(), condition: "faulty".into(), ..Typed::default() },
        }
    }

    /// Returns a loan as the form is first shown, for the gallery and the tests.
    #[must_use]
    pub fn sample_loan() -> Self {
        let base = Self::sample();
        Self {
            errors: Errors::default(),
            kind: HandoverKind::Loan,
            typed: Typed { with_it: "Case <script>".into(), condition: "good".into(), ..Typed::default() },
            ..base
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_asks_for_what_it_needs_and_no_more() {
        let of = |kind| View { kind, ..View::sample_loan() }.render().unwrap();
        let asks = |html: &str, name: &str| html.contains(&format!("name=\"{name}\""));
        for kind in HandoverKind::ALL {
            let html = of(*kind);
            assert_eq!(asks(&html, "receiver"), kind.to_person(), "{kind}");
            assert_eq!(asks(&html, "due"), *kind == HandoverKind::Loan, "{kind}");
            assert_eq!(asks(&html, "certificate"), *kind == HandoverKind::Disposal, "{kind}");
            assert_eq!(asks(&html, "place"), *kind != HandoverKind::HandOver, "{kind}");
        }
    }
}
