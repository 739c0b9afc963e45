//! Small helpers that the table modules share.

use domain::Force;

use crate::{Statement, StoreError, Tx, Value};

/// A closed set of words kept in a column.
#[macro_export]
#[doc(hidden)]
macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Returns the word in the column.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = domain::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(domain::UnknownWord { word: word.to_owned(), allowed: concat!($($word, " "),*) }),
                }
            }
        }
    };
}

/// Returns the word for a scope in a WHERE: empty for every force.
pub(crate) fn force_word(force: Option<Force>) -> Value {
    force.as_ref().map_or("", Force::as_str).into()
}

/// Returns a pattern that finds the text anywhere, in lower case; empty stays empty. What LIKE would read as a wildcard is
/// taken out: the two engines escape differently.
pub(crate) fn like(search: &str) -> Value {
    let plain: String =
        search.trim().to_lowercase().chars().filter(|c| !matches!(c, '%' | '_' | '\\')).take(80).collect();
    if plain.is_empty() { "".into() } else { format!("%{plain}%").into() }
}

/// Returns the number that a `SELECT count(*)` gives.
pub(crate) fn single_count(
    tx: &mut Tx<'_>,
    statement: &'static Statement,
    params: &[Value],
) -> Result<i64, StoreError> {
    tx.one(statement, params)?.map_or(Ok(0), |row| row.int(0))
}
