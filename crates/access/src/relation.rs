//! The relations of a caller to a thing.

/// The relation of the caller to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The thing is nobody's, or another person's.
    None,
    /// The thing is their own: their record, a device that they hold, an order that they asked for.
    Own,
    /// The thing belongs to a person whose line manager they are.
    Manages,
}

impl Relation {
    /// Every relation.
    pub const ALL: &'static [Self] = &[Self::None, Self::Own, Self::Manages];

    /// Returns the word in policies.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Own => "own",
            Self::Manages => "manages",
        }
    }
}
