//! How clauses stand, in lines: what holds, what fails, what is not known and why, what can only be agreed, what nobody can keep.

/// One line: how many clauses stand so, and what that says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The word of the state, which is also its class in a chart.
    pub kind: &'static str,
    /// The number of clauses.
    pub count: u64,
    /// The state in words.
    pub title: &'static str,
    /// What that says, and what it does not.
    pub says: String,
    /// The reasons, with how many clauses each.
    pub why: Vec<String>,
}

impl Line {
    /// Makes a line without reasons.
    pub fn new(kind: &'static str, count: u64, title: &'static str, says: impl Into<String>) -> Self {
        Self { kind, count, title, says: says.into(), why: Vec::new() }
    }

    /// Returns made-up lines, for samples.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        let mut unknown = Self::new("not-known", 25, "Not known", "Silence is never taken for compliance.");
        unknown.why = vec![
            "9 because some device has not reported <script>".into(),
            "16 because nothing was due yet".into(),
        ];
        vec![
            Self::new(
                "met",
                14,
                "Hold",
                "Every device and every case that can show it does; 11 of them not on every platform.",
            ),
            Self::new("not-met", 4, "Fail", "A device, a document or a case shows that they are not kept."),
            unknown,
            Self::new(
                "agreed",
                65,
                "Can only be agreed",
                "Everybody whom they concern has agreed to 60 of them.",
            ),
            Self::new("on-record", 12, "On record", "They are written down, and nothing more is asked."),
            Self::new("nothing-to-keep", 14, "Nothing to keep", "Definitions and aims."),
        ]
    }
}
