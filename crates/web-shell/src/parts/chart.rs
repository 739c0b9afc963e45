//! Draws stacked bars of outcomes as SVG. A table behind them holds the figures, so nothing is shown by the drawing alone.

use std::fmt;

/// The number of subjects, or of clauses, for each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Subjects that meet it.
    pub met: u64,
    /// Subjects that do not meet it.
    pub not_met: u64,
    /// Subjects of which it is not known.
    pub not_known: u64,
    /// People who have agreed, or clauses that can only be agreed.
    pub agreed: u64,
    /// Subjects of which no more is shown than that it is written down.
    pub on_record: u64,
    /// Subjects in which there is nothing to keep.
    pub nothing_to_keep: u64,
    /// Subjects that it does not apply to.
    pub not_applicable: u64,
}

impl Counts {
    /// Returns the sum of all of them.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.met
            .saturating_add(self.not_met)
            .saturating_add(self.not_known)
            .saturating_add(self.agreed)
            .saturating_add(self.on_record)
            .saturating_add(self.nothing_to_keep)
            .saturating_add(self.not_applicable)
    }

    /// Returns the parts of a bar as long as its track, in drawing order; leaves out empty parts.
    #[must_use]
    pub fn parts(self) -> Vec<Part> {
        let total = self.total();
        let mut before = 0;
        let mut parts = Vec::new();
        for (kind, count) in [
            ("met", self.met),
            ("not-met", self.not_met),
            ("not-known", self.not_known),
            ("agreed", self.agreed),
            ("on-record", self.on_record),
            ("nothing-to-keep", self.nothing_to_keep),
            ("not-applicable", self.not_applicable),
        ] {
            if count > 0 {
                parts.push(Part {
                    kind,
                    count,
                    start: Percent::of(before, total),
                    width: Percent::of(count, total),
                });
            }
            before += count;
        }
        parts
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { met, not_met, not_known, agreed, on_record, nothing_to_keep, not_applicable } = self;
        write!(
            f,
            "{met} met, {not_met} not met, {not_known} not known, {agreed} agreed, {on_record} on record, \
             {nothing_to_keep} with nothing to keep, {not_applicable} not applicable"
        )
    }
}

/// One part of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The word of the outcome, which is also its class.
    pub kind: &'static str,
    /// The number of subjects.
    pub count: u64,
    /// The left edge of the part.
    pub start: Percent,
    /// The width of the part.
    pub width: Percent,
}

impl Part {
    /// Returns whether a figure fits inside the part, even on a phone.
    #[must_use]
    pub const fn roomy(&self) -> bool {
        self.width.0 >= 900
    }

    /// Returns the middle of the part, where its figure is drawn.
    #[must_use]
    pub const fn middle(&self) -> Percent {
        Percent(self.start.0 + self.width.0 / 2)
    }
}

/// A share of the whole in hundredths of a percent, written `12.34%`. It is a whole number, so that a drawing is the same on
/// every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent(u64);

impl Percent {
    fn of(part: u64, whole: u64) -> Self {
        Self(u64::try_from(u128::from(part) * 10_000 / u128::from(whole.max(1))).unwrap_or(10_000))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}%", self.0 / 100, self.0 % 100)
    }
}

/// One bar with its name.
#[derive(Debug, Clone)]
pub struct Bar {
    /// The name of what it counts.
    pub name: String,
    /// The address of its page.
    pub href: String,
    /// The figures.
    pub counts: Counts,
}

impl Bar {
    /// Returns two documents, for samples.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        vec![
            Bar {
                name: "Mobile Device Use Policy".into(),
                href: "/documents/mobile-device-use".into(),
                counts: Counts {
                    met: 12,
                    not_met: 3,
                    not_known: 21,
                    agreed: 34,
                    on_record: 5,
                    nothing_to_keep: 9,
                    not_applicable: 0,
                },
            },
            Bar {
                name: "Use of Personal Devices <script>".into(),
                href: "/documents/personal-devices".into(),
                counts: Counts {
                    met: 2,
                    not_met: 1,
                    not_known: 4,
                    agreed: 31,
                    on_record: 7,
                    nothing_to_keep: 5,
                    not_applicable: 0,
                },
            },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_end_to_end() {
        let parts = Counts { met: 1, not_known: 1, not_applicable: 2, ..Counts::default() }.parts();
        let text: Vec<_> =
            parts.iter().map(|part| format!("{} {} {}", part.kind, part.start, part.width)).collect();
        assert_eq!(text, ["met 0.00% 25.00%", "not-known 25.00% 25.00%", "not-applicable 50.00% 50.00%"]);
    }

    #[test]
    fn nothing_draws_nothing() {
        assert!(Counts::default().parts().is_empty());
        assert_eq!(Counts { met: u64::MAX, ..Counts::default() }.parts()[0].width.to_string(), "100.00%");
    }
}
