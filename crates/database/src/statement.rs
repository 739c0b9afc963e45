//! A statement: one text for both engines, with a name that errors may show.

use std::borrow::Cow;

use super::Engine;

/// One SQL statement, written once: `$1` to `$n` are its parameters on both engines.
///
/// `{for_update}` behind a sub-select becomes `FOR UPDATE` on PostgreSQL: the rows that it finds are locked, and where another
/// transaction has one, it is waited for and looked at again. `{skip_locked}` becomes `FOR UPDATE SKIP LOCKED`, which passes
/// over it. SQLite has one writer, so there both are nothing.
///
/// Declare with [`statements!`](crate::statements); a test prepares every declared one on both engines.
#[derive(Debug)]
pub struct Statement {
    /// Module and constant, such as `store::devices::DEVICE_BY_ID`: what errors and logs show.
    pub name: &'static str,
    /// The text.
    pub sql: &'static str,
}

impl Statement {
    /// Returns the text for an engine.
    pub(super) fn text(&self, engine: Engine) -> Cow<'static, str> {
        if !self.sql.contains('{') {
            return Cow::Borrowed(self.sql);
        }
        let (wait, skip) = match engine {
            Engine::Sqlite => ("", ""),
            Engine::Postgres => ("FOR UPDATE", "FOR UPDATE SKIP LOCKED"),
        };
        Cow::Owned(self.sql.replace("{for_update}", wait).replace("{skip_locked}", skip))
    }

    /// Returns what a connection's cache of prepared statements is keyed by. Two literals at the same place with the same
    /// length are the same text, so this can never confuse two statements; and it costs no hashing of the text.
    pub(super) fn key(&self) -> (usize, usize) {
        (self.sql.as_ptr().addr(), self.sql.len())
    }
}

/// Declares a module's statements, and lists them as `ALL` for the test that prepares each on both engines.
///
/// ```ignore
/// statements! {
///     pub(crate) DEVICE_BY_ID = "SELECT id FROM device WHERE id = $1";
///     DEVICE_COUNT = "SELECT count(*) FROM device";
/// }
/// ```
#[macro_export]
macro_rules! statements {
    ($($(#[$meta:meta])* $visible:vis $name:ident = $sql:expr;)+) => {
        $(
            $(#[$meta])*
            $visible static $name: $crate::Statement =
                $crate::Statement { name: concat!(module_path!(), "::", stringify!($name)), sql: $sql };
        )+

        /// Every statement of this module.
        pub(crate) const ALL: &[&$crate::Statement] = &[$(&$name),+];
    };
}
