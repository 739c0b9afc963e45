//! A statement: one text for both engines, with a name that errors may show.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::Deref;

use super::Engine;
use crate::{FromColumns, StoreError};

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
    /// How many columns its answer has, where it says what it answers with.
    width: Option<usize>,
}

impl Statement {
    /// Makes a statement that says nothing of its answer.
    #[must_use]
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, width: None }
    }

    /// Returns the statement, as a list of statements takes it.
    #[must_use]
    pub const fn listed(&'static self) -> &'static Self {
        self
    }

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

    /// Compares how many columns an engine found with how many the answer is read from.
    pub(super) fn check_width(&self, found: usize) -> Result<(), StoreError> {
        match self.width {
            Some(width) if width != found => Err(StoreError::Sql {
                statement: self.name,
                detail: format!("it answers with {found} columns, and is read as {width}"),
            }),
            _ => Ok(()),
        }
    }

    /// Returns what a connection's cache of prepared statements is keyed by. Two literals at the same place with the same
    /// length are the same text, so this can never confuse two statements; and it costs no hashing of the text.
    pub(super) fn key(&self) -> (usize, usize) {
        (self.sql.as_ptr().addr(), self.sql.len())
    }
}

/// A statement that answers with `T`: a row, a single value, or several beside each other ([`crate::FromColumns`]).
#[derive(Debug)]
pub struct Query<T> {
    statement: Statement,
    answer: PhantomData<fn() -> T>,
}

impl<T: FromColumns> Query<T> {
    /// Makes a statement that answers with `T`.
    #[must_use]
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { statement: Statement { name, sql, width: Some(T::WIDTH) }, answer: PhantomData }
    }
}

impl<T> Query<T> {
    /// Returns the statement, as a list of statements takes it.
    #[must_use]
    pub const fn listed(&'static self) -> &'static Statement {
        &self.statement
    }
}

impl<T> Deref for Query<T> {
    type Target = Statement;

    fn deref(&self) -> &Statement {
        &self.statement
    }
}

/// Writes a text with its columns: `{columns}` becomes the names with a comma between them, `{a.columns}` the same, each behind
/// `a.`. Writes as much as `out` takes and returns how long the whole is.
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "it runs while the program is built, where a wrong index is an error"
)]
pub const fn write_out(text: &str, names: &[&str], out: &mut [u8]) -> usize {
    let text = text.as_bytes();
    let (mut at, mut length) = (0, 0);
    while at < text.len() {
        let end = end_of_columns(text, at);
        if end == at {
            length = put(text[at], out, length);
            at += 1;
            continue;
        }
        let (alias, mut name) = (text.split_at(end - COLUMNS.len()).0.split_at(at + 1).1, 0);
        let start = length;
        while name < names.len() {
            let (bytes, mut letter) = (names[name].as_bytes(), 0);
            if !bytes.is_empty() {
                length = put_all(if length > start { b", " } else { b"" }, out, length);
                length = put_all(alias, out, length);
            }
            while letter < bytes.len() {
                length = put(bytes[letter], out, length);
                letter += 1;
                if letter > 1 && bytes[letter - 1] == b' ' && bytes[letter - 2] == b',' {
                    length = put_all(alias, out, length);
                }
            }
            name += 1;
        }
        at = end;
    }
    length
}

const COLUMNS: &[u8] = b"columns}";

/// Returns where `{columns}` or `{a.columns}` that begins at a place ends; the place itself if none does.
#[expect(
    clippy::indexing_slicing,
    reason = "it runs while the program is built, where a wrong index is an error"
)]
const fn end_of_columns(text: &[u8], at: usize) -> usize {
    if text[at] != b'{' {
        return at;
    }
    let mut start = at + 1;
    while start < text.len() && text[start].is_ascii_lowercase() {
        start += 1;
    }
    start = if start < text.len() && text[start] == b'.' { start + 1 } else { at + 1 };
    let mut same = 0;
    while same < COLUMNS.len() && start + same < text.len() && text[start + same] == COLUMNS[same] {
        same += 1;
    }
    if same == COLUMNS.len() { start + same } else { at }
}

#[expect(
    clippy::indexing_slicing,
    reason = "it runs while the program is built, where a wrong index is an error"
)]
const fn put(byte: u8, out: &mut [u8], length: usize) -> usize {
    if length < out.len() {
        out[length] = byte;
    }
    length + 1
}

#[expect(
    clippy::indexing_slicing,
    reason = "it runs while the program is built, where a wrong index is an error"
)]
const fn put_all(text: &[u8], out: &mut [u8], length: usize) -> usize {
    let (mut at, mut length) = (0, length);
    while at < text.len() {
        length = put(text[at], out, length);
        at += 1;
    }
    length
}

/// Returns bytes that [`write_out`] wrote as text; empty if they were none.
#[must_use]
pub const fn as_text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// Declares a module's statements, and lists them as `ALL` for the test that prepares each on both engines.
///
/// Behind the name of one that answers stands what it answers with: a row, whose columns are `{columns}`
/// ([`row!`](crate::row)), a single value, or a tuple of them. [`Tx::rows`](crate::Tx::rows) and [`Tx::row`](crate::Tx::row) read it.
///
/// ```ignore
/// statements! {
///     pub(crate) DEVICE_BY_ID: Device = "SELECT {columns} FROM device WHERE id = $1";
///     DEVICES_OF: Device = "SELECT {d.columns} FROM device d JOIN person p ON p.id = d.holder_id WHERE p.number = $1";
///     DEVICE_IDS: DeviceId = "SELECT id FROM device";
///     DEVICE_REMOVE = "DELETE FROM device WHERE id = $1";
/// }
/// ```
#[macro_export]
macro_rules! statements {
    ($($(#[$meta:meta])* $visible:vis $name:ident $(: $answer:ty)? = $sql:expr;)+) => {
        $(
            $(#[$meta])*
            $visible static $name: $crate::statement!(type $($answer)?) = $crate::statement!($name, $sql $(, $answer)?);
        )+

        /// Every statement of this module.
        pub(crate) const ALL: &[&$crate::Statement] = &[$($name.listed()),+];
    };
}

/// Makes one statement of [`statements!`](crate::statements), and names its type.
#[doc(hidden)]
#[macro_export]
macro_rules! statement {
    (type) => { $crate::Statement };
    (type $answer:ty) => { $crate::Query<$answer> };
    ($name:ident, $sql:expr) => {
        $crate::Statement::new(concat!(module_path!(), "::", stringify!($name)), $sql)
    };
    ($name:ident, $sql:expr, $answer:ty) => {
        $crate::Query::new(concat!(module_path!(), "::", stringify!($name)), {
            const NAMES: &[&str] = <$answer as $crate::FromColumns>::NAMES;
            const LENGTH: usize = $crate::write_out($sql, NAMES, &mut []);
            const TEXT: [u8; LENGTH] = {
                let mut text = [0; LENGTH];
                let _ = $crate::write_out($sql, NAMES, &mut text);
                text
            };
            $crate::as_text(&TEXT)
        })
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, names: &[&str]) -> String {
        let mut out = vec![0; write_out(text, names, &mut [])];
        let _ = write_out(text, names, &mut out);
        as_text(&out).to_owned()
    }

    #[test]
    fn columns_stand_where_the_statement_says_so() {
        let names = ["", "id", "closed_at, closed_why", "(body IS NULL)"];
        assert_eq!(
            written("SELECT {columns} FROM x", &names),
            "SELECT id, closed_at, closed_why, (body IS NULL) FROM x"
        );
        assert_eq!(written("SELECT {ab.columns}", &names[..3]), "SELECT ab.id, ab.closed_at, ab.closed_why");
        assert_eq!(written("RETURNING {columns}", &["id"]), "RETURNING id");
        for same in ["", "é {for_update}", "{skip_locked} {column} {columns", "{", "{a.}", "{.columns"] {
            assert_eq!(written(same, &names), same);
        }
    }

    statements! {
        PLAIN = "DELETE FROM x";
        ANSWERS: (i64, String) = concat!("SELECT number, ", "name FROM x {for_update}");
    }

    #[test]
    fn a_statement_that_answers_is_one_like_any_other() {
        let texts: Vec<_> = ALL.iter().map(|one| (one.name, one.sql)).collect();
        let names = ["PLAIN", "ANSWERS"].map(|name| format!("{}::{name}", module_path!()));
        assert_eq!(texts[0], (names[0].as_str(), "DELETE FROM x"));
        assert_eq!(texts[1], (names[1].as_str(), "SELECT number, name FROM x {for_update}"));
        assert_eq!(ANSWERS.text(Engine::Sqlite), "SELECT number, name FROM x ");
        assert!(
            [PLAIN.check_width(0), PLAIN.check_width(3), ANSWERS.check_width(2)].iter().all(Result::is_ok)
        );
        let found = ANSWERS.check_width(3).unwrap_err().to_string();
        assert!(found.contains("it answers with 3 columns, and is read as 2"), "{found}");
    }
}
