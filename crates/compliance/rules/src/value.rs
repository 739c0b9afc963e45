//! Represents values as a check writes them, and their types.

use std::collections::BTreeSet;
use std::fmt;

use domain::{FactValue, Span};
use serde::{Deserialize, Serialize};

/// Value written in a check, in a clause's `set`, or given by a force parameter.
///
/// A span is written as text (`"7d"`), so reading never yields [`Value::Span`] by itself: it appears where a span is
/// asked for, or where a parameter's default has the shape of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected true, false, a whole number, text or a list of texts")]
pub enum Value {
    /// Truth value: yes or no.
    Bool(bool),
    /// Whole number.
    Count(i64),
    /// Text in words.
    Text(String),
    /// Set of words.
    List(BTreeSet<String>),
    /// Length of time.
    Span(Span),
}

impl Value {
    /// Returns the type of the value.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Bool,
            Self::Count(_) => Kind::Count,
            Self::Text(_) => Kind::Text,
            Self::List(_) => Kind::List,
            Self::Span(_) => Kind::Span,
        }
    }

    /// Returns the value as a parameter's default: text with the shape of a span is a span.
    #[must_use]
    pub fn as_default(self) -> Self {
        match self {
            Self::Text(text) => text.parse().map_or(Self::Text(text), Self::Span),
            other => other,
        }
    }

    /// Returns the value as one of that type; `None` if it is of another.
    #[must_use]
    pub fn into_kind(self, kind: Kind) -> Option<Self> {
        match (self, kind) {
            (Self::Text(text), Kind::Span) => text.parse().ok().map(Self::Span),
            (value, kind) => (value.kind() == kind).then_some(value),
        }
    }

    /// Returns the value as a fact; a span becomes its milliseconds.
    #[must_use]
    pub fn into_fact(self) -> FactValue {
        match self {
            Self::Bool(yes) => FactValue::Bool(yes),
            Self::Count(count) => FactValue::Count(count),
            Self::Text(text) => FactValue::Text(text),
            Self::List(items) => FactValue::List(items),
            Self::Span(span) => FactValue::Count(span.millis()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(span) => span.fmt(f),
            other => other.clone().into_fact().fmt(f),
        }
    }
}

macro_rules! types {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),* })
            }
        }
    )*};
}

types! {
    /// Type of a parameter's value.
    Kind {
        /// Truth value: yes or no.
        Bool = "true or false",
        /// Whole number.
        Count = "a whole number",
        /// Text in words.
        Text = "text",
        /// Set of words.
        List = "a list of texts",
        /// Length of time.
        Span = "a length of time such as 7d",
    }

    /// Type of a fact, from the register.
    FactType {
        /// Truth value: yes or no.
        Bool = "true or false",
        /// Whole number.
        Count = "a whole number",
        /// Text in words.
        Text = "text",
        /// Set of words.
        List = "a list of texts",
        /// Wi-Fi networks: no predicate reads them, a check tests the installed profile instead.
        Networks = "a list of networks",
    }
}

impl FactType {
    /// Returns whether a fact of this type may carry that value.
    #[must_use]
    pub const fn fits(self, value: &FactValue) -> bool {
        matches!(
            (self, value),
            (Self::Bool, FactValue::Bool(_))
                | (Self::Count, FactValue::Count(_))
                | (Self::Text, FactValue::Text(_))
                | (Self::List, FactValue::List(_))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_text_until_it_is_asked_for() {
        let written: Value = serde_json::from_str("\"7d\"").unwrap();
        assert_eq!(written, Value::Text("7d".into()));
        assert_eq!(written.clone().as_default().kind(), Kind::Span);
        assert_eq!(written.into_kind(Kind::Span).unwrap().to_string(), "1w");
        assert_eq!(Value::Text("seven days".into()).into_kind(Kind::Span), None);
        assert_eq!(Value::Count(7).into_kind(Kind::Span), None);
    }
}
