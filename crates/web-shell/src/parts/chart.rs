//! Stacked bars of outcomes, as SVG. The figures stand in a table behind them, so nothing is told by the drawing alone.

use std::fmt;

/// How many subjects came out which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Met.
    pub met: u64,
    /// Not met.
    pub not_met: u64,
    /// Not known.
    pub not_known: u64,
    /// Not applicable.
    pub not_applicable: u64,
}

impl Counts {
    /// All four together.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.met
            .saturating_add(self.not_met)
            .saturating_add(self.not_known)
            .saturating_add(self.not_applicable)
    }

    /// The parts of a bar as long as its track, in drawing order; parts of nothing are left out.
    #[must_use]
    pub fn parts(self) -> Vec<Part> {
        let total = self.total();
        let mut before = 0;
        let mut parts = Vec::new();
        for (kind, count) in [
            ("met", self.met),
            ("not-met", self.not_met),
            ("not-known", self.not_known),
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
        let Self { met, not_met, not_known, not_applicable } = self;
        write!(f, "{met} met, {not_met} not met, {not_known} not known, {not_applicable} not applicable")
    }
}

/// One part of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The outcome's word, which is its class too.
    pub kind: &'static str,
    /// How many.
    pub count: u64,
    /// Where it begins.
    pub start: Percent,
    /// How wide it is.
    pub width: Percent,
}

impl Part {
    /// Whether a figure fits inside it, even on a phone.
    #[must_use]
    pub const fn roomy(&self) -> bool {
        self.width.0 >= 900
    }

    /// Where its figure stands: its middle.
    #[must_use]
    pub const fn middle(&self) -> Percent {
        Percent(self.start.0 + self.width.0 / 2)
    }
}

/// A share of the whole in hundredths of a percent, written `12.34%`. Whole numbers, so a drawing is the same on every
/// machine.
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
    /// What it is about.
    pub name: String,
    /// Its page.
    pub href: String,
    /// The figures.
    pub counts: Counts,
}

impl Bar {
    /// Two documents, for samples.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        vec![
            Bar {
                name: "Mobile Device Use Policy".into(),
                href: "/documents/mobile-device-use".into(),
                counts: Counts { met: 412, not_met: 37, not_known: 96, not_applicable: 120 },
            },
            Bar {
                name: "Use of Personal Devices <script>".into(),
                href: "/documents/personal-devices".into(),
                counts: Counts { met: 88, not_met: 4, not_known: 61, not_applicable: 212 },
            },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_end_to_end() {
        let parts = Counts { met: 1, not_met: 0, not_known: 1, not_applicable: 2 }.parts();
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
