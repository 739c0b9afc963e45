//! Drafting a hand-over of one device and what goes along with it.

pub(crate) mod handler;

use askama::Template;
use domain::{Disposal, HandoverKind};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// What the page shows, and what was typed when it is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "new/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with what was typed.
    pub errors: Errors,
    /// What it does to custody.
    pub kind: HandoverKind,
    /// The device: its page and serial number.
    pub device: Crumb,
    /// Its id.
    pub id: String,
    /// What it is and who has it, in a line.
    pub about: String,
    /// The stores or workshops to choose from.
    pub places: Vec<Choice>,
    /// What was typed.
    pub typed: Typed,
}

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Collar or staff number of who takes it.
    pub receiver: String,
    /// The word of its condition.
    pub condition: String,
    /// What goes with it.
    pub with_it: String,
    /// What is missing.
    pub missing: String,
    /// Anything else of the thing.
    pub item_note: String,
    /// Codes of what else goes along.
    pub also: String,
    /// The day on which it comes back.
    pub due: String,
    /// How it is disposed of.
    pub disposal: String,
    /// The certificate.
    pub certificate: String,
    /// Anything else.
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

    /// Whether a store or workshop is chosen, and how it is asked for.
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

    /// A repair with a mistake, for the gallery and the tests.
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

    /// A loan, as it is first shown.
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
