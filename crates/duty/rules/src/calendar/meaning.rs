//! Works out what an event means from whole words and from Exchange's properties; asks the user where they leave it open.

use super::Answers;
use crate::{AbsenceKind, PeriodKind};

/// The meaning of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A period.
    Period(PeriodKind),
    /// A day off: nothing to add.
    Rest,
    /// Open; holds the reason for the question.
    Open(&'static str),
}

/// The properties of an event other than its words.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shown {
    /// Whether it lasts whole days.
    pub(super) whole_day: bool,
    /// Whether it is not certain to take place.
    pub(super) tentative: bool,
    /// Whether it leaves its owner's time free.
    pub(super) free: bool,
    /// Whether its owner is out of office.
    pub(super) away: bool,
}

/// The meaning of known words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Kind(PeriodKind),
    Rest,
    /// A rest day that is worked.
    Worked,
}

const fn away(kind: AbsenceKind) -> Says {
    Says::Kind(PeriodKind::Absence(kind))
}

/// Words that are certain anywhere in a summary; longer ones come before shorter ones that begin them.
const CERTAIN: [(&str, Says); 24] = [
    ("on call", Says::Kind(PeriodKind::OnCall)),
    ("oncall", Says::Kind(PeriodKind::OnCall)),
    ("rest day working", Says::Worked),
    ("rest day worked", Says::Worked),
    ("working rest day", Says::Worked),
    ("rest day", Says::Rest),
    ("rest days", Says::Rest),
    ("day off", Says::Rest),
    ("days off", Says::Rest),
    ("non working day", Says::Rest),
    ("annual leave", away(AbsenceKind::AnnualLeave)),
    ("time off in lieu", away(AbsenceKind::AnnualLeave)),
    ("sick leave", away(AbsenceKind::Sick)),
    ("off sick", away(AbsenceKind::Sick)),
    ("sickness absence", away(AbsenceKind::Sick)),
    ("maternity leave", away(AbsenceKind::FamilyLeave)),
    ("paternity leave", away(AbsenceKind::FamilyLeave)),
    ("adoption leave", away(AbsenceKind::FamilyLeave)),
    ("parental leave", away(AbsenceKind::FamilyLeave)),
    ("family leave", away(AbsenceKind::FamilyLeave)),
    ("carers leave", away(AbsenceKind::FamilyLeave)),
    ("career break", away(AbsenceKind::CareerBreak)),
    ("training course", away(AbsenceKind::Training)),
    ("training day", away(AbsenceKind::Training)),
];
/// Words that are certain by themselves and uncertain beside others: there are holiday parks and golf courses.
const ALONE: [(&str, Says); 15] = [
    ("standby", Says::Kind(PeriodKind::OnCall)),
    ("leave", away(AbsenceKind::AnnualLeave)),
    ("holiday", away(AbsenceKind::AnnualLeave)),
    ("holidays", away(AbsenceKind::AnnualLeave)),
    ("sick", away(AbsenceKind::Sick)),
    ("sickness", away(AbsenceKind::Sick)),
    ("maternity", away(AbsenceKind::FamilyLeave)),
    ("paternity", away(AbsenceKind::FamilyLeave)),
    ("adoption", away(AbsenceKind::FamilyLeave)),
    ("parental", away(AbsenceKind::FamilyLeave)),
    ("secondment", away(AbsenceKind::Secondment)),
    ("suspension", away(AbsenceKind::Suspension)),
    ("suspended", away(AbsenceKind::Suspension)),
    ("training", away(AbsenceKind::Training)),
    ("course", away(AbsenceKind::Training)),
];
/// Words that reverse the others: a person who covers sickness is not sick.
const TURNS: [&str; 20] = [
    "working",
    "worked",
    "work",
    "cover",
    "covering",
    "covers",
    "covered",
    "cancelled",
    "canceled",
    "not",
    "no",
    "instead",
    "return",
    "returns",
    "refused",
    "declined",
    "rejected",
    "requested",
    "before",
    "after",
];

/// The certainty of a text's meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sure {
    Nothing,
    Perhaps(Says),
    Certain(Says),
}

/// Returns the words of a text in lower case, with single spaces around each.
fn words(text: &str) -> String {
    let mut out = String::from(" ");
    for word in text.to_lowercase().replace(['\'', '’'], "").split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            out.push_str(word);
            out.push(' ');
        }
    }
    out
}

fn said(text: &str) -> Sure {
    let text = words(text);
    let is = |phrase: &str| text.trim() == phrase;
    let has = |phrase: &str| text.contains(&format!(" {phrase} "));
    if let Some((_, says)) = CERTAIN.iter().chain(&ALONE).find(|(phrase, _)| is(phrase)) {
        return Sure::Certain(*says);
    }
    let turned = TURNS.iter().any(|word| has(word));
    if let Some((_, says)) = CERTAIN.iter().find(|(phrase, _)| has(phrase)) {
        return match says {
            Says::Worked => Sure::Certain(*says),
            _ if turned => Sure::Perhaps(*says),
            _ => Sure::Certain(*says),
        };
    }
    ALONE.iter().find(|(phrase, _)| has(phrase)).map_or(Sure::Nothing, |(_, says)| Sure::Perhaps(*says))
}

/// Works out the meaning of an event from its categories, its summary and its other properties.
pub(super) fn of(categories: &[String], summary: &str, shown: Shown) -> Meaning {
    let all: Vec<Sure> = categories.iter().map(|category| said(category)).chain([said(summary)]).collect();
    let mut certain = all.iter().filter_map(|sure| match sure {
        Sure::Certain(says) => Some(*says),
        _ => None,
    });
    let first = certain.next();
    if certain.any(|other| Some(other) != first) {
        return Meaning::Open("its category and its summary say different things");
    }
    if shown.tentative {
        return Meaning::Open("it is only tentative");
    }
    match first {
        Some(says) => certainly(says, shown),
        None if all.iter().any(|sure| matches!(sure, Sure::Perhaps(_))) => perhaps(&all, summary, shown),
        None if shown.whole_day => {
            Meaning::Open("it lasts whole days and names neither an absence nor a rest day")
        }
        None if shown.away => Meaning::Open("its owner is out of office then"),
        None if shown.free => Meaning::Open("it leaves its owner free"),
        None => Meaning::Period(PeriodKind::Shift),
    }
}

fn certainly(says: Says, shown: Shown) -> Meaning {
    match says {
        Says::Kind(kind) => Meaning::Period(kind),
        Says::Rest if shown.whole_day => Meaning::Rest,
        Says::Rest => Meaning::Open("it is a rest day with times"),
        Says::Worked if shown.whole_day => Meaning::Open("a rest day that is worked needs its times"),
        Says::Worked => Meaning::Period(PeriodKind::Shift),
    }
}

/// Settles an uncertain word: it counts where Exchange says that the owner is away for whole days and no word
/// reverses it; otherwise the user is asked.
fn perhaps(all: &[Sure], summary: &str, shown: Shown) -> Meaning {
    let turned = TURNS.iter().any(|word| words(summary).contains(&format!(" {word} ")));
    let kinds = all.iter().find_map(|sure| match sure {
        Sure::Perhaps(Says::Kind(kind @ PeriodKind::Absence(_))) => Some(*kind),
        _ => None,
    });
    match kinds {
        Some(kind) if shown.whole_day && shown.away && !turned => Meaning::Period(kind),
        _ => Meaning::Open("words in it may or may not mean that its owner is away or on call"),
    }
}

/// Returns the user's answer about these words, where it is possible for the event.
pub(super) fn answered(answers: &Answers, words: &str, whole_day: bool) -> Option<Meaning> {
    match answers.get(words)?.as_str() {
        "shift" if whole_day => None,
        "shift" => Some(Meaning::Period(PeriodKind::Shift)),
        "on-call" => Some(Meaning::Period(PeriodKind::OnCall)),
        "rest-day" => Some(Meaning::Rest),
        word => word.parse().ok().map(|kind| Meaning::Period(PeriodKind::Absence(kind))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMED: Shown = Shown { whole_day: false, tentative: false, free: false, away: false };
    const DAYS: Shown = Shown { whole_day: true, ..TIMED };
    const SHIFT: Meaning = Meaning::Period(PeriodKind::Shift);
    const LEAVE: Meaning = Meaning::Period(PeriodKind::Absence(AbsenceKind::AnnualLeave));

    fn is_open(summary: &str, shown: Shown) -> bool {
        matches!(of(&[], summary, shown), Meaning::Open(_))
    }

    #[test]
    fn words_inside_other_words_mean_nothing() {
        for summary in [
            "Newmarket Racecourse, public order",
            "Cleaver Square patrol",
            "Sleaveless Lane",
            "Housekeeping at Restday House",
            "Sicklebrook Road",
            "Retraining the drone",
        ] {
            assert_eq!(of(&[], summary, TIMED), SHIFT, "{summary}");
        }
    }

    #[test]
    fn words_beside_others_are_asked_about() {
        for summary in
            ["Bank holiday working", "Early (covering sickness)", "Golf course patrol", "Annual leave cover"]
        {
            assert!(is_open(summary, TIMED), "{summary}");
        }
        assert!(is_open("Bank holiday working", Shown { away: true, ..DAYS }));
        assert_eq!(of(&[], "Holiday: Spain", Shown { away: true, ..DAYS }), LEAVE);
        assert!(is_open("Holiday: Spain", DAYS));
    }

    #[test]
    fn what_is_said_plainly_is_taken() {
        let call = Meaning::Period(PeriodKind::OnCall);
        assert_eq!(of(&[], "ICT on-call", TIMED), call);
        assert_eq!(of(&[], "Annual leave", DAYS), LEAVE);
        assert_eq!(of(&["HOLIDAY".into()], "Ames", DAYS), LEAVE);
        assert_eq!(of(&[], "Rest day", DAYS), Meaning::Rest);
        assert_eq!(of(&[], "Rest day working", TIMED), SHIFT);
        assert_eq!(of(&[], "Early", TIMED), SHIFT);
        assert!(is_open("Rest day", TIMED) && is_open("Busy", DAYS) && is_open("", DAYS));
        assert!(is_open("Early", Shown { tentative: true, ..TIMED }));
        assert!(is_open("Early", Shown { free: true, ..TIMED }));
        assert!(matches!(of(&["Annual leave".into()], "On call", TIMED), Meaning::Open(_)));
    }

    #[test]
    fn an_answer_counts_where_it_can_be_meant() {
        let answers =
            Answers::from([("Busy".to_owned(), "shift".to_owned()), ("X".to_owned(), "sick".to_owned())]);
        assert_eq!(answered(&answers, "Busy", false), Some(SHIFT));
        assert_eq!(answered(&answers, "Busy", true), None, "a shift has times");
        assert_eq!(
            answered(&answers, "X", true),
            Some(Meaning::Period(PeriodKind::Absence(AbsenceKind::Sick)))
        );
        assert_eq!(answered(&answers, "Y", true), None);
    }
}
