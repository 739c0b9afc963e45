//! Works out the values of a case that stand beside one of the check's or the force's, such as one minute more than a force allows.

use std::collections::{BTreeMap, BTreeSet};

use domain::Span;

use crate::check::{Beside, CaseSpan, Take};
use crate::{Given, Lookup, Value};

/// What a case may name.
pub(crate) struct Names<'a> {
    pub(crate) params: &'a BTreeMap<String, Given>,
    pub(crate) set: &'a BTreeMap<String, Given>,
    pub(crate) lookup: &'a dyn Lookup,
}

impl Names<'_> {
    fn value(&self, of: &Beside) -> Result<Value, String> {
        let force = |name: &str| {
            self.lookup
                .parameter(name)
                .ok_or_else(|| format!("no force parameter \"{name}\"; parameters.toml lists what there is"))
        };
        match (&of.param, &of.parameter) {
            (None, Some(name)) => force(name),
            (Some(name), None) => match self.set.get(name).or_else(|| self.params.get(name)) {
                Some(Given::Value(value)) => Ok(value.clone().as_default()),
                Some(Given::Parameter(of)) => force(&of.parameter),
                Some(Given::Param(_)) | None => {
                    Err(format!("no param \"{name}\"; name it under params with its default"))
                }
            },
            _ => Err("name one value with param or parameter, not both or neither".to_owned()),
        }
    }
}

impl CaseSpan {
    pub(crate) fn resolved(&self, names: &Names<'_>) -> Result<Span, String> {
        match self {
            Self::Span(span) => Ok(*span),
            Self::Beside(beside) => match beside.resolved(names)? {
                Value::Span(span) => Ok(span),
                other => Err(format!("{other} is {}, and not a length of time such as 7d", other.kind())),
            },
        }
    }
}

impl Beside {
    pub(crate) fn resolved(&self, names: &Names<'_>) -> Result<Value, String> {
        let mut value = self.taken(names.value(self)?)?;
        for (change, adds) in [(&self.plus, true), (&self.minus, false)] {
            if let Some(change) = change {
                value = moved(&value, change, adds).ok_or_else(|| {
                    let word = if adds { "added to" } else { "taken from" };
                    format!("{change} cannot be {word} {value}, which is {}", value.kind())
                })?;
            }
        }
        Ok(value)
    }

    fn taken(&self, value: Value) -> Result<Value, String> {
        match (self.take, value) {
            (None, value) => Ok(value),
            (Some(Take::One), Value::List(items)) => Ok(Value::List(items.into_iter().take(1).collect())),
            (Some(Take::AllButOne), Value::List(items)) => {
                Ok(Value::List(items.into_iter().skip(1).collect()))
            }
            (Some(_), other) => Err(format!("take is for a list, and {other} is {}", other.kind())),
        }
    }
}

fn moved(value: &Value, change: &Value, adds: bool) -> Option<Value> {
    let number =
        |value: i64, change: i64| if adds { value.checked_add(change) } else { value.checked_sub(change) };
    match (value, change.clone().into_kind(value.kind())?) {
        (Value::Count(value), Value::Count(change)) => number(*value, change).map(Value::Count),
        (Value::Span(value), Value::Span(change)) => {
            number(value.millis(), change.millis()).map(|millis| Value::Span(Span::from_millis(millis)))
        }
        (Value::List(value), Value::List(change)) if adds => {
            let joined: BTreeSet<String> = value | &change;
            Some(Value::List(joined))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Register;

    fn value(text: &str) -> Result<String, String> {
        let beside: Beside = toml::from_str(text).map_err(|fault| fault.message().to_owned())?;
        let list = Value::List(["b", "a"].map(str::to_owned).into());
        let params = BTreeMap::from([
            ("five".to_owned(), Given::Value(Value::Count(5))),
            ("apps".to_owned(), Given::Value(list)),
        ]);
        let names = Names { params: &params, set: &BTreeMap::new(), lookup: &Register };
        beside.resolved(&names).map(|value| value.to_string())
    }

    #[test]
    fn values_stand_beside_those_of_the_check_and_of_the_force() {
        for (text, want) in [
            ("param = \"five\"\nplus = 1", "6"),
            ("param = \"five\"\nminus = 1", "4"),
            ("parameter = \"nine\"", "9"),
            ("parameter = \"week\"\nplus = \"1d\"", "8d"),
            ("param = \"apps\"\ntake = \"one\"", "a"),
            ("param = \"apps\"\ntake = \"all-but-one\"", "b"),
            ("param = \"apps\"\nplus = [\"c\"]", "a, b, c"),
        ] {
            assert_eq!(value(text).as_deref(), Ok(want), "{text}");
        }
        for (text, part) in [
            ("param = \"six\"", "no param \"six\""),
            ("parameter = \"six\"", "no force parameter"),
            ("plus = 1", "param or parameter"),
            ("param = \"apps\"\nminus = [\"a\"]", "cannot be taken from"),
            ("param = \"five\"\ntake = \"one\"", "take is for a list"),
            ("param = \"five\"\nplus = \"1d\"", "cannot be added to"),
            ("param = \"five\"\ntimes = 2", "unknown field"),
        ] {
            let found = value(text).unwrap_err();
            assert!(found.contains(part), "{text}: {found}");
        }
    }
}
