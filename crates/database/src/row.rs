//! Rows: a struct, its columns and how it is read, declared once; and parameters made of its fields.

/// Declares rows: each struct with its columns and how it is read from them, in one place.
///
/// A field stands in the column of its name, or in the one behind `=`, or in several: a tuple, or another row. In an `Option` it is
/// nothing where the first of its columns is NULL. `by` names a function that reads a field whose type alone does not say how; behind
/// `= ""` it has no column of its own, and the function is given that of the next field.
///
/// In a statement that answers with such rows ([`statements!`](crate::statements)), `{columns}` stands for the columns in the order of
/// the fields, and `{a.columns}` for the same behind the name of a table. A statement may also write a list of its own in that order,
/// such as one of sums; then the fields need no columns.
///
/// Every row is `Clone`, `PartialEq`, `Eq` and `Debug`. One whose content may be personal is declared `without Debug`, and gets its own.
///
/// ```
/// use database::{Row, StoreError, row};
/// use domain::{CaseId, Timestamp};
///
/// row! {
///     /// One case.
///     pub struct Case {
///         /// Its id.
///         pub id: CaseId,
///         /// The words that it is known by.
///         pub title: String = "name",
///         /// When and why it was closed.
///         pub closed: Option<(Timestamp, String)> = "closed_at, closed_why",
///         /// Whether anybody may read it.
///         pub open: bool = "who" by is_open,
///     }
/// }
///
/// fn is_open(row: &Row, at: usize) -> Result<bool, StoreError> {
///     Ok(row.text_ref(at)? == "anybody")
/// }
/// ```
#[macro_export]
macro_rules! row {
    () => {};
    (@of [$($attribute:tt)*] $visible:vis $name:ident {
        $($(#[$doc:meta])* $seen:vis $field:ident: $kind:ty $(= $columns:literal $(by $read:path)?)?),+ $(,)?
    }) => {
        $($attribute)*
        #[derive(Clone, PartialEq, Eq)]
        $visible struct $name { $($(#[$doc])* $seen $field: $kind),+ }

        impl $crate::FromColumns for $name {
            const WIDTH: usize = 0 $(+ $crate::field!(width $kind $(, $columns $(, $read)?)?))+;
            const NAMES: &'static [&'static str] = &[$($crate::field!(name $field $(, $columns)?)),+];

            fn read(row: &$crate::Row, at: usize) -> Result<Self, $crate::StoreError> {
                $(
                    let $field = $crate::field!(read row, at, $kind $(, $columns $(, $read)?)?);
                    let at = at + $crate::field!(width $kind $(, $columns $(, $read)?)?);
                )+
                let _ = at;
                Ok(Self { $($field),+ })
            }
        }
    };
    ($(#[$meta:meta])* $visible:vis struct $name:ident without Debug { $($fields:tt)* } $($more:tt)*) => {
        $crate::row! { @of [$(#[$meta])*] $visible $name { $($fields)* } }
        $crate::row! { $($more)* }
    };
    ($(#[$meta:meta])* $visible:vis struct $name:ident { $($fields:tt)* } $($more:tt)*) => {
        $crate::row! { @of [$(#[$meta])* #[derive(Debug)]] $visible $name { $($fields)* } }
        $crate::row! { $($more)* }
    };
}

/// Says of one field of [`row!`](crate::row) what its column is called, how many there are, and how it is read.
#[doc(hidden)]
#[macro_export]
macro_rules! field {
    (name $field:ident) => {
        stringify!($field)
    };
    (name $field:ident, $columns:literal) => {
        $columns
    };
    (width $kind:ty, $columns:literal, $read:path) => {
        $crate::width_of($columns)
    };
    (width $kind:ty $(, $columns:literal)?) => {
        <$kind as $crate::FromColumns>::WIDTH
    };
    (read $row:ident, $at:ident, $kind:ty, $columns:literal, $read:path) => {
        $read($row, $at)?
    };
    (read $row:ident, $at:ident, $kind:ty $(, $columns:literal)?) => {
        <$kind as $crate::FromColumns>::read($row, $at)?
    };
}

/// Makes the parameters of a statement from fields of one thing: `values!(case: id, title, closed)`. What is no field of it stands in
/// brackets: `values!(case: id, (now))`.
#[macro_export]
macro_rules! values {
    ($of:ident: $($part:tt),+ $(,)?) => {{
        let mut values: Vec<$crate::Value> = Vec::new();
        $($crate::value!(values, $of, $part);)+
        values
    }};
}

/// Adds one part of [`values!`](crate::values).
#[doc(hidden)]
#[macro_export]
macro_rules! value {
    ($values:ident, $of:ident, ($value:expr)) => {
        $values.push($crate::Value::from($value))
    };
    ($values:ident, $of:ident, $field:ident) => {
        $crate::ToValues::push(&$of.$field, &mut $values)
    };
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use crate::{FromColumns, Row, StoreError, Value};

    row! {
        /// A case.
        struct Case {
            /// The number.
            number: i64,
            /// The words.
            title: Option<String> = "name",
            /// The end.
            closed: Option<(Timestamp, String)> = "closed_at, closed_why",
            /// The turns.
            turns: [i64; 2] = "first, second",
            /// How many letters the word has.
            letters: usize = "" by letters,
            /// The word.
            word: String,
            /// The last.
            last: bool,
        }

        /// What has a case.
        struct Listed without Debug {
            /// The case.
            case: Option<Case> = "number, name, closed_at, closed_why, first, second, word, last",
            /// Whose it is.
            owner: String,
        }
    }

    fn letters(row: &Row, at: usize) -> Result<usize, StoreError> {
        row.text_ref(at).map(str::len)
    }

    fn cells(values: Vec<Value>) -> Row {
        Row::new("t", values)
    }

    #[test]
    fn the_columns_of_a_tuple_are_those_of_its_first_row() {
        assert_eq!(<(i64, Case, Listed)>::NAMES, Case::NAMES);
        assert_eq!(<(i64, bool)>::NAMES, [""; 0]);
    }

    fn whole() -> Vec<Value> {
        let closed = ["shut".into(), 3_i64.into(), 4_i64.into()];
        let mut values = vec![Value::from(7_i64), Value::Null, Timestamp::from_millis(9).into()];
        values.extend(closed);
        values.extend(["four".into(), true.into(), "me".into()]);
        values
    }

    #[test]
    fn a_row_is_read_from_its_columns_in_the_order_of_its_fields() {
        assert_eq!(
            Case::NAMES,
            ["number", "name", "closed_at, closed_why", "first, second", "", "word", "last"]
        );
        assert_eq!((Case::WIDTH, Listed::WIDTH), (8, 9));
        let case = Case::read(&cells(whole()), 0).unwrap();
        let closed = Some((Timestamp::from_millis(9), "shut".to_owned()));
        let expected = Case {
            number: 7,
            title: None,
            closed,
            turns: [3, 4],
            letters: 4,
            word: "four".to_owned(),
            last: true,
        };
        assert_eq!(case, expected);
        let listed = Listed::read(&cells(whole()), 0).unwrap();
        assert!(listed.case == Some(expected) && listed.owner == "me");
    }

    #[test]
    fn what_is_null_in_its_first_column_is_nothing_and_half_a_value_is_named() {
        let mut values = whole();
        values[0] = Value::Null;
        assert!(Listed::read(&cells(values), 0).unwrap().case.is_none());
        let mut values = whole();
        values[3] = Value::Null;
        assert_eq!(Case::read(&cells(values), 0), Err(StoreError::Corrupt { statement: "t", column: 3 }));
        assert_eq!(Case::read(&cells(Vec::new()), 0), Err(StoreError::Corrupt { statement: "t", column: 0 }));
    }

    #[test]
    fn fields_become_parameters_in_the_order_in_which_they_are_named() {
        let row = cells(whole());
        let case = Case::read(&row, 0).unwrap();
        let written = values!(case: closed, number, (case.letters as i64), title, turns, last);
        let at = Timestamp::from_millis(9).into();
        let before = [at, "shut".into(), 7_i64.into(), 4_i64.into(), Value::Null];
        assert_eq!(written[..5], before);
        assert_eq!(written[5..], [3_i64.into(), 4_i64.into(), true.into()]);
        let open = Case { closed: None, ..case };
        assert_eq!(values!(open: closed, number), [Value::Null, Value::Null, 7_i64.into()]);
    }
}
