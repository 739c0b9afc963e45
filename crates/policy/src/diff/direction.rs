//! In which direction each change goes: from the registers where they say it, and *changed* where nobody can tell.

use std::collections::BTreeSet;

use compliance::Direction;
use domain::SettingValue;

use crate::model::{Clause, Document, KeptBy, Part, Rule};
use crate::value::ParameterValue;
use crate::words::{Merge, Modality, Stronger};

/// Returns the weakest of several directions; *changed* where there is none to tell.
pub(super) fn weakest(of: impl IntoIterator<Item = Option<Direction>>) -> Direction {
    of.into_iter().flatten().min().unwrap_or(Direction::Changed)
}

/// Returns the direction of a thing that asks something, as it comes or goes.
pub(super) const fn coming(was: bool, is: bool) -> Option<Direction> {
    match (was, is) {
        (false, true) => Some(Direction::Stronger),
        (true, false) => Some(Direction::Weaker),
        _ => None,
    }
}

/// Returns the direction of a setting that comes or goes. That one comes is stronger, unless which of its values ask for more cannot be
/// told, or the lesser ones do.
pub(super) fn of_presence(
    was: bool,
    is: bool,
    merge: Option<Merge>,
    stronger: Option<Stronger>,
) -> Option<Direction> {
    match (coming(was, is), stronger, merge) {
        (Some(Direction::Stronger), Some(Stronger::Less), _)
        | (Some(Direction::Stronger), None, Some(Merge::Equal)) => Some(Direction::Changed),
        (found, ..) => found,
    }
}

/// Returns the direction of what people are let off: fewer of the same is stronger, and further ones are weaker.
fn let_off<T: PartialEq>(was: &[T], is: &[T]) -> Option<Direction> {
    let stay = was.iter().all(|one| is.contains(one));
    let known = is.iter().all(|one| was.contains(one));
    match (stay, known) {
        _ if was == is => None,
        (false, true) => Some(Direction::Stronger),
        (true, false) => Some(Direction::Weaker),
        _ => Some(Direction::Changed),
    }
}

/// Returns the direction of whom something is reported to: one who goes is weaker, and further ones are stronger.
fn told<T: PartialEq>(was: &[T], is: &[T]) -> Option<Direction> {
    let stay = was.iter().all(|one| is.contains(one));
    let known = is.iter().all(|one| was.contains(one));
    match (stay, known) {
        _ if was == is => None,
        (false, _) => Some(Direction::Weaker),
        (true, false) => Some(Direction::Stronger),
        (true, true) => Some(Direction::Changed),
    }
}

/// Returns the direction of a limit, of which the shorter is the stronger, and none the weakest.
fn shorter<T: PartialOrd>(was: Option<&T>, is: Option<&T>) -> Option<Direction> {
    match (was, is) {
        (Some(was), Some(is)) => Direction::upwards(is, was),
        (was, is) => coming(was.is_some(), is.is_some()),
    }
}

/// Returns the direction of a set of things to which a rule is limited: none means no limit.
fn limits<T: Ord>(was: &[T], is: &[T]) -> Option<Direction> {
    let (old, new): (BTreeSet<&T>, BTreeSet<&T>) = (was.iter().collect(), is.iter().collect());
    match (old.is_empty(), new.is_empty()) {
        _ if old == new => None,
        (true, false) => Some(Direction::Narrower),
        (false, true) => Some(Direction::Broader),
        _ if old.is_subset(&new) => Some(Direction::Broader),
        _ => Some(Direction::Narrower),
    }
}

/// Returns the direction of a value, by which of its values ask for more.
pub(super) fn of_value(
    was: &SettingValue,
    is: &SettingValue,
    merge: Option<Merge>,
    stronger: Option<Stronger>,
) -> Option<Direction> {
    let more = match (stronger, merge) {
        (Some(Stronger::More), _) | (None, Some(Merge::Any | Merge::Max | Merge::Union)) => true,
        (Some(Stronger::Less), _) | (None, Some(Merge::All | Merge::Min | Merge::Intersection)) => false,
        (None, Some(Merge::Equal) | None) => return (was != is).then_some(Direction::Changed),
    };
    let found = match (was, is) {
        (SettingValue::Bool(was), SettingValue::Bool(is)) => Direction::upwards(was, is),
        (SettingValue::Count(was), SettingValue::Count(is)) => Direction::upwards(was, is),
        (SettingValue::List(was), SettingValue::List(is)) => set(was, is, more),
        (SettingValue::Networks(was), SettingValue::Networks(is)) => {
            set(&was.iter().collect(), &is.iter().collect(), more)
        }
        _ => return (was != is).then_some(Direction::Changed),
    };
    if more { found } else { found.map(Direction::opposite) }
}

/// Returns the direction of a set as if more were stronger, so that a mixture of gains and losses counts as weaker in the end.
fn set<T: Ord>(was: &BTreeSet<T>, is: &BTreeSet<T>, more: bool) -> Option<Direction> {
    if more { Direction::growing(was, is) } else { Direction::growing(is, was).map(Direction::opposite) }
}

/// Returns the direction of a force parameter's value.
pub(super) fn of_parameter(
    was: &ParameterValue,
    is: &ParameterValue,
    stronger: Option<Stronger>,
) -> Option<Direction> {
    match (was, is) {
        (ParameterValue::Setting(was), ParameterValue::Setting(is)) => of_value(was, is, None, stronger),
        (ParameterValue::Span(was), ParameterValue::Span(is)) => match stronger {
            Some(Stronger::More) => Direction::upwards(was, is),
            Some(Stronger::Less) => Direction::upwards(is, was),
            None => (was != is).then_some(Direction::Changed),
        },
        _ => Some(Direction::Changed),
    }
}

/// Returns the direction of a document, its clauses apart.
pub(super) fn of_document(was: &Document, is: &Document) -> Direction {
    let mut rest = is.clone();
    rest.review_by = was.review_by;
    rest.notify_within = was.notify_within;
    weakest([
        shorter(was.review_by.as_ref(), is.review_by.as_ref()),
        shorter(was.notify_within.as_ref(), is.notify_within.as_ref()),
        (is.approvals.len() < was.approvals.len()).then_some(Direction::Weaker),
        (rest != *was).then_some(Direction::Changed),
    ])
}

/// Returns the direction of a clause.
pub(super) fn of_clause(was: &Clause, is: &Clause) -> Direction {
    let mut rest = is.clone();
    rest.modality = was.modality;
    rest.applies_to = was.applies_to.clone();
    rest.exceptions.clone_from(&was.exceptions);
    rest.report_to.clone_from(&was.report_to);
    rest.asks.clone_from(&was.asks);
    rest.kept_by.clone_from(&was.kept_by);
    weakest([
        modality(was.modality, is.modality),
        limits(&was.applies_to.kinds, &is.applies_to.kinds),
        limits(&was.applies_to.roles, &is.applies_to.roles),
        let_off(&was.exceptions, &is.exceptions),
        told(&was.report_to, &is.report_to),
        asks(&was.asks, &is.asks),
        kept_by(&was.kept_by, &is.kept_by),
        (rest.digest() != was.digest()).then_some(Direction::Changed),
    ])
}

fn modality(was: Modality, is: Modality) -> Option<Direction> {
    let force = |of: Modality| match of {
        Modality::Must | Modality::MustNot => 3,
        Modality::Should | Modality::ShouldNot => 2,
        Modality::May => 1,
        Modality::States => 0,
    };
    match Direction::upwards(&force(was), &force(is)) {
        None if was != is => Some(Direction::Changed),
        found => found,
    }
}

fn asks(was: &[Part], is: &[Part]) -> Option<Direction> {
    let same = |parts: &[Part], part: &Part| parts.iter().find(|other| other.what == part.what).cloned();
    let gone = was.iter().filter(|part| same(is, part).is_none()).map(|part| {
        // What nobody keeps asks nothing of anybody.
        Some(if part.nobody.is_some() { Direction::Changed } else { Direction::Weaker })
    });
    let others = is.iter().map(|part| match same(was, part) {
        None if part.nobody.is_some() => Some(Direction::Changed),
        None => Some(Direction::Stronger),
        Some(old) if old == *part => None,
        Some(old) => Some(one_part(&old, part)),
    });
    let order = (was != is).then_some(Direction::Stronger);
    gone.chain(others).flatten().min().or(order)
}

/// Returns the direction of what keeps a part: one of another name cannot be told.
fn named<T: PartialEq>(was: &Option<T>, is: &Option<T>) -> Option<Direction> {
    match (was, is) {
        (Some(was), Some(is)) if was != is => Some(Direction::Changed),
        (was, is) => coming(was.is_some(), is.is_some()),
    }
}

fn one_part(was: &Part, is: &Part) -> Direction {
    let keys = |part: &Part| part.settings.iter().cloned().collect::<BTreeSet<_>>();
    let platforms = |part: &Part| part.except.keys().copied().collect::<BTreeSet<_>>();
    weakest([
        Direction::growing(&keys(was), &keys(is)),
        named(&was.check, &is.check),
        named(&was.procedure, &is.procedure),
        named(&was.record, &is.record),
        coming(was.agreed, is.agreed),
        coming(was.nobody.is_none(), is.nobody.is_none()),
        Direction::growing(&platforms(is), &platforms(was)),
    ])
}

fn kept_by(was: &[KeptBy], is: &[KeptBy]) -> Option<Direction> {
    let mut left: Vec<&KeptBy> = was.iter().collect();
    let mut found: Vec<Option<Direction>> = Vec::new();
    for new in is {
        match left.iter().position(|old| name(old) == name(new)) {
            Some(place) => found.push(one_way(left.remove(place), new)),
            None => found.push(Some(if is_nothing(new) { Direction::Weaker } else { Direction::Stronger })),
        }
    }
    let gone = |old: &&KeptBy| Some(if is_nothing(old) { Direction::Stronger } else { Direction::Weaker });
    found.extend(left.iter().map(gone));
    found.into_iter().flatten().min()
}

const fn is_nothing(kept: &KeptBy) -> bool {
    matches!(kept, KeptBy::Nothing { .. })
}

/// Returns what tells one way of keeping a clause from another.
fn name(kept: &KeptBy) -> (&'static str, String) {
    let name = match kept {
        KeptBy::Setting { setting, rule } => format!("{setting} {}", rule.check),
        KeptBy::Detection { rule, .. } => rule.check.clone(),
        KeptBy::Acceptance { acceptance, .. } => acceptance.to_string(),
        KeptBy::Procedure { procedure, .. } => procedure.clone(),
        KeptBy::Record { record, class } => format!("{record} {class:?}"),
        KeptBy::Nothing { .. } => String::new(),
    };
    (kept.word(), name)
}

fn one_way(was: &KeptBy, is: &KeptBy) -> Option<Direction> {
    if was == is {
        return None;
    }
    let found = match (was, is) {
        (KeptBy::Setting { rule: was, .. }, KeptBy::Setting { rule: is, .. })
        | (KeptBy::Detection { rule: was, .. }, KeptBy::Detection { rule: is, .. }) => rule(was, is),
        (
            KeptBy::Acceptance { question: old, again_after, lapsed, .. },
            KeptBy::Acceptance { question, again_after: again, lapsed: lapses, .. },
        ) => vec![
            coming(old.is_some(), question.is_some()),
            (old.is_some() && question.is_some() && old != question).then_some(Direction::Changed),
            shorter(again_after.as_ref(), again.as_ref()),
            coming(lapsed.is_some(), lapses.is_some()),
            (lapsed.is_some() && lapses.is_some() && lapsed != lapses).then_some(Direction::Changed),
        ],
        (
            KeptBy::Procedure { within: old, restricts, .. },
            KeptBy::Procedure { within, restricts: restricted, .. },
        ) => vec![
            shorter(old.as_ref().map(|limit| &limit.span), within.as_ref().map(|limit| &limit.span)),
            coming(restricts.is_some(), restricted.is_some()),
            (restricts.is_some() && restricted.is_some() && restricts != restricted)
                .then_some(Direction::Changed),
        ],
        _ => Vec::new(),
    };
    Some(weakest(found))
}

fn rule(was: &Rule, is: &Rule) -> Vec<Option<Direction>> {
    vec![
        was.bound.direction_to(&is.bound),
        Direction::upwards(&is.grace, &was.grace),
        (was.opens != is.opens).then_some(Direction::Changed),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[&str]) -> SettingValue {
        SettingValue::List(items.iter().map(|item| (*item).to_owned()).collect())
    }

    #[test]
    fn who_is_let_off_and_who_is_told_are_compared_by_name() {
        use Direction::{Changed, Stronger, Weaker};
        for (was, is, off, reported) in [
            (vec!["a"], vec!["a"], None, None),
            (vec!["a", "b"], vec!["a"], Some(Stronger), Some(Weaker)),
            (vec!["a"], vec!["a", "b"], Some(Weaker), Some(Stronger)),
            (vec!["a", "b"], vec!["c"], Some(Changed), Some(Weaker)),
            (vec!["a"], vec!["b", "c"], Some(Changed), Some(Weaker)),
            (vec!["a", "b"], vec!["b", "a"], Some(Changed), Some(Changed)),
        ] {
            assert_eq!((let_off(&was, &is), told(&was, &is)), (off, reported), "{was:?} to {is:?}");
        }
    }

    #[test]
    fn another_record_of_a_part_cannot_be_told() {
        use crate::words::RecordKind::{Approval, ReviewDate};
        let part = |record| Part { record, ..Part::default() };
        for (was, is, want) in [
            (Some(Approval), Some(ReviewDate), Direction::Changed),
            (Some(Approval), None, Direction::Weaker),
            (None, Some(Approval), Direction::Stronger),
        ] {
            assert_eq!(one_part(&part(was), &part(is)), want);
        }
    }

    #[test]
    fn a_setting_that_comes_is_stronger_only_where_more_of_it_asks_for_more() {
        use crate::words::Stronger::{Less, More};
        use Direction::{Changed, Weaker};
        for (merge, stronger, want) in [
            (Merge::Max, None, Direction::Stronger),
            (Merge::Equal, None, Changed),
            (Merge::Equal, Some(More), Direction::Stronger),
            (Merge::Union, Some(Less), Changed),
        ] {
            assert_eq!(of_presence(false, true, Some(merge), stronger), Some(want), "{merge}");
            assert_eq!(of_presence(true, false, Some(merge), stronger), Some(Weaker), "{merge}");
        }
    }

    #[test]
    fn values_go_in_the_direction_that_the_registers_give() {
        use crate::words::Stronger::Less;
        use Direction::{Changed, Stronger, Weaker};
        use SettingValue::{Bool, Count};
        for (was, is, merge, stronger, want) in [
            (Count(9), Count(8), Merge::Max, None, Some(Weaker)),
            (Count(9), Count(9), Merge::Max, None, None),
            (Count(5), Count(4), Merge::Min, None, Some(Stronger)),
            (Bool(true), Bool(false), Merge::Any, None, Some(Weaker)),
            (Bool(true), Bool(false), Merge::All, None, Some(Stronger)),
            (Bool(true), Bool(false), Merge::Equal, None, Some(Changed)),
            (list(&["a", "b"]), list(&["a"]), Merge::Union, None, Some(Weaker)),
            (list(&["a", "b"]), list(&["a", "c"]), Merge::Union, None, Some(Weaker)),
            (list(&["a"]), list(&["a", "b"]), Merge::Union, Some(Less), Some(Weaker)),
            (list(&["a", "b"]), list(&["a", "c"]), Merge::Union, Some(Less), Some(Weaker)),
            (list(&["a", "b"]), list(&["a"]), Merge::Intersection, None, Some(Stronger)),
        ] {
            assert_eq!(of_value(&was, &is, Some(merge), stronger), want, "{was:?} to {is:?} by {merge}");
        }
    }
}
