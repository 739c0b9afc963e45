//! What stands in columns: how a field is read from an answer, and which parameters it becomes.
//!
//! A field stands in one column, or in several beside each other. [`row!`](crate::row) reads a whole row by these traits,
//! [`values!`](crate::values) makes the parameters of a statement by them.

use std::collections::BTreeMap;

use domain::{Party, Subject, Timestamp};

use crate::{Row, StoreError, Value};

/// A value that is read from one column of an answer, or from several beside each other.
pub trait FromColumns: Sized {
    /// How many columns it stands in.
    const WIDTH: usize = 1;
    /// The names of a row's columns, which `{columns}` in a statement stands for; none for a single value.
    const NAMES: &'static [&'static str] = &[];

    /// Reads it; `at` is its first column.
    ///
    /// # Errors
    /// `Corrupt` when a column holds something else.
    fn read(row: &Row, at: usize) -> Result<Self, StoreError>;
}

/// A value that is one parameter of a statement, or several beside each other.
pub trait ToValues {
    /// How many parameters it is.
    const WIDTH: usize = 1;

    /// Adds its parameters to those before it.
    fn push(&self, values: &mut Vec<Value>);

    /// Returns its parameters.
    fn values(&self) -> Vec<Value> {
        let mut values = Vec::new();
        self.push(&mut values);
        values
    }
}

impl<T: ToValues + ?Sized> ToValues for &T {
    const WIDTH: usize = T::WIDTH;

    fn push(&self, values: &mut Vec<Value>) {
        T::push(self, values);
    }
}

impl ToValues for str {
    fn push(&self, values: &mut Vec<Value>) {
        values.push(self.into());
    }
}

/// Returns how many columns a list of names has, such as `"ended_at, ended_why"`: none where it is empty.
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "it runs while the program is built, where a wrong index is an error"
)]
pub const fn width_of(names: &str) -> usize {
    let (names, mut at) = (names.as_bytes(), 0);
    let mut width = if names.is_empty() { 0 } else { 1 };
    while at < names.len() {
        if names[at] == b',' {
            width += 1;
        }
        at += 1;
    }
    width
}

macro_rules! one_column {
    ($($kind:ty: $read:ident;)*) => {$(
        impl FromColumns for $kind {
            fn read(row: &Row, at: usize) -> Result<Self, StoreError> {
                row.$read(at)
            }
        }

        impl ToValues for $kind {
            fn push(&self, values: &mut Vec<Value>) {
                values.push(Value::from(Self::clone(self)));
            }
        }
    )*};
}

/// Words and ids: text that reads as the type, and the method by which the type gives its text.
macro_rules! text {
    ($give:ident: $($kind:ident),* $(,)?) => {$(
        impl From<domain::$kind> for Value {
            fn from(text: domain::$kind) -> Self {
                Self::from(text.$give())
            }
        }

        one_column!(domain::$kind: parse;);
    )*};
}

macro_rules! json {
    ($($kind:ty),*) => {$(
        impl FromColumns for $kind {
            fn read(row: &Row, at: usize) -> Result<Self, StoreError> {
                row.json(at)
            }
        }
    )*};
}

one_column! {
    i64: int;
    bool: bool;
    String: text;
    Vec<u8>: bytes;
    Timestamp: time;
}

text! { to_string:
    AlarmId, AssignmentId, BurstId, CaseId, CoverId, ClauseId, CommandId, ContactMethodId, CountId, Day, DeliveryId, DeviceId, EnrolmentId,
    EntryId, EventId, EvidenceId, FaultId, FileId, FreezeId, GrantId, GroupId, HandoverId, HeldId, HoldId, ImportId, IncidentEntryId,
    IncidentId, JobId, LayerId, LossId, LossMessageId, NoteId, NoticeId, OverrideId, PatternId, PeriodId, PermissionId, PersonId,
    PlaceId, ResetId, RotaId, SignInId, StepId, TokenId,
}

text! { as_str:
    AssetClass, BurstState, Cap, Channel, CommandState, Condition, Deed, CoverState, DeliveryState, DeviceKind, Disposal, Effect, EnrolmentState,
    FaultKind, Force, HandoverKind, HandoverState, HeldState, LossMessageState, NoticeState, OverrideKind, PeriodKind, PermissionState,
    PersonSource, PlaceKind, Platform, ProfileState, ProofKind, ResetCame, ResetCause, ResetState, Side, Standing, Use,
}

json!(Vec<String>, BTreeMap<String, String>, Vec<domain::Fact>, domain::Outcome);

/// The kind, and the id in it.
impl FromColumns for Subject {
    const WIDTH: usize = 2;

    fn read(row: &Row, at: usize) -> Result<Self, StoreError> {
        match row.text_ref(at)? {
            "device" => row.parse(at + 1).map(Self::Device),
            "person" => row.parse(at + 1).map(Self::Person),
            _ => row.text(at + 1).map(Self::Document),
        }
    }
}

impl ToValues for Subject {
    const WIDTH: usize = 2;

    fn push(&self, values: &mut Vec<Value>) {
        values.extend(match self {
            Self::Device(id) => ["device".into(), Value::id(id)],
            Self::Person(id) => ["person".into(), Value::id(id)],
            Self::Document(id) => ["document".into(), id.into()],
        });
    }
}

/// The person, and the place where there is no person.
impl FromColumns for Party {
    const WIDTH: usize = 2;

    fn read(row: &Row, at: usize) -> Result<Self, StoreError> {
        match row.opt_parse(at)? {
            Some(person) => Ok(Self::Person(person)),
            None => row.parse(at + 1).map(Self::Place),
        }
    }
}

impl ToValues for Party {
    const WIDTH: usize = 2;

    fn push(&self, values: &mut Vec<Value>) {
        values.extend(match self {
            Self::Person(person) => [Value::id(person), Value::Null],
            Self::Place(place) => [Value::Null, Value::id(place)],
        });
    }
}

/// `None` where the first column is NULL; the others must then hold something too.
impl<T: FromColumns> FromColumns for Option<T> {
    const WIDTH: usize = T::WIDTH;

    fn read(row: &Row, at: usize) -> Result<Self, StoreError> {
        if row.is_null(at)? { Ok(None) } else { T::read(row, at).map(Some) }
    }
}

impl<T: ToValues> ToValues for Option<T> {
    const WIDTH: usize = T::WIDTH;

    fn push(&self, values: &mut Vec<Value>) {
        match self {
            Some(value) => value.push(values),
            None => values.resize(values.len() + Self::WIDTH, Value::Null),
        }
    }
}

macro_rules! beside_each_other {
    ($(($first:ident, $($more:ident),+);)*) => {$(
        /// What stands beside each other; `{columns}` are those of the first row among them.
        impl<$first: FromColumns, $($more: FromColumns),+> FromColumns for ($first, $($more),+) {
            const WIDTH: usize = $first::WIDTH $(+ $more::WIDTH)+;
            const NAMES: &'static [&'static str] = first_of(&[$first::NAMES, $($more::NAMES),+]);

            fn read(row: &Row, at: usize) -> Result<Self, StoreError> {
                let mut next = at;
                let mut at = |width: usize| {
                    next += width;
                    next - width
                };
                Ok(($first::read(row, at($first::WIDTH))?, $($more::read(row, at($more::WIDTH))?),+))
            }
        }

        impl<$first: ToValues, $($more: ToValues),+> ToValues for ($first, $($more),+) {
            const WIDTH: usize = $first::WIDTH $(+ $more::WIDTH)+;

            #[expect(non_snake_case, reason = "the parts are named as their types")]
            fn push(&self, values: &mut Vec<Value>) {
                let ($first, $($more),+) = self;
                $first.push(values);
                $($more.push(values);)+
            }
        }
    )*};
}

beside_each_other! {
    (A, B);
    (A, B, C);
    (A, B, C, D);
    (A, B, C, D, E);
}

const fn first_of<'a>(lists: &[&'a [&'a str]]) -> &'a [&'a str] {
    match lists {
        [] => &[],
        [first, ..] if !first.is_empty() => first,
        [_, rest @ ..] => first_of(rest),
    }
}

impl<T: FromColumns> FromColumns for [T; 2] {
    const WIDTH: usize = 2 * T::WIDTH;

    fn read(row: &Row, at: usize) -> Result<Self, StoreError> {
        Ok([T::read(row, at)?, T::read(row, at + T::WIDTH)?])
    }
}

impl<T: ToValues> ToValues for [T; 2] {
    const WIDTH: usize = 2 * T::WIDTH;

    fn push(&self, values: &mut Vec<Value>) {
        self.iter().for_each(|one| one.push(values));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(values: Vec<Value>) -> Row {
        Row::new("t", values)
    }

    #[test]
    fn a_subject_and_a_party_are_kept_in_two_columns() {
        let (device, person, place) = (
            "00000001-0000-7000-8000-000000000001".parse().unwrap(),
            "00000002-0000-7000-8000-000000000002".parse().unwrap(),
            "00000003-0000-7000-8000-000000000003".parse().unwrap(),
        );
        for subject in [Subject::Device(device), Subject::Person(person), Subject::Document("mdu".into())] {
            assert_eq!(Subject::read(&cells(subject.values()), 0), Ok(subject));
        }
        for party in [Party::Person(person), Party::Place(place)] {
            assert_eq!(Party::read(&cells((7_i64, party).values()), 1), Ok(party));
        }
    }

    #[test]
    fn a_word_is_kept_as_it_is_read() {
        let state = domain::CommandState::NotNow;
        assert_eq!(Value::from(state), Value::from("not-now"));
        assert_eq!(domain::CommandState::read(&cells(vec![state.into()]), 0), Ok(state));
        assert!(domain::CommandState::read(&cells(vec!["later".into()]), 0).is_err());
    }
}
