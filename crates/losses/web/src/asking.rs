//! Asks the questions of a report one a page. What was answered travels in hidden fields of the form, so that nothing is kept before
//! the report is sent; each step reads all of it and checks it again.

use domain::Timestamp;
use losses_app::Question;

use crate::questions::{Typed, field_of};
use web_shell::frame::Shell;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::Fields;

/// One question, as its page shows it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The name of its field, which is also the id that an error leads to.
    pub field: String,
    /// The question.
    pub title: String,
    /// What helps to answer it; empty for nothing.
    pub help: String,
    /// What was typed, for a question that takes words.
    pub typed: String,
    /// The width of its field, in characters; empty for the whole line.
    pub wide: String,
    /// What can be chosen; empty for a question that takes words.
    pub offered: Vec<Choice>,
    /// The time of day that was typed, for the question that asks for one beside a day.
    pub time: Option<String>,
    /// Which question it is, from 1.
    pub number: usize,
    /// How many there are.
    pub count: usize,
    /// The answers to the other questions and the question that is asked, as hidden fields.
    pub carried: Vec<(&'static str, String)>,
    /// Whether the report can be sent from this page: the device or its holder is named, or is asked for here.
    pub reports: bool,
}

impl Asked {
    /// Returns whether it is the first question.
    pub(crate) fn is_first(&self) -> bool {
        self.number == 1
    }

    /// Returns whether it is the last question.
    pub(crate) fn is_last(&self) -> bool {
        self.number == self.count
    }
}

/// What a step of a form leads to.
#[derive(Debug)]
pub(crate) struct Step {
    /// The place of the question that is shown now.
    pub(crate) place: usize,
    /// What was typed.
    pub(crate) typed: Typed,
    /// What is wrong with the answer to that question.
    pub(crate) errors: Errors,
}

/// The questions that one form asks, in their order.
#[derive(Debug)]
pub(crate) struct Walk(Vec<Question>);

impl Walk {
    /// Makes the walk through those of the questions that are kept.
    pub(crate) fn through(kept: impl Fn(Question) -> bool) -> Self {
        Self(Question::ALL.into_iter().filter(|question| kept(*question)).collect())
    }

    /// Returns the question at a place.
    pub(crate) fn question(&self, place: usize) -> Question {
        self.0.get(place).or_else(|| self.0.last()).copied().unwrap_or(Question::Whose)
    }

    /// Returns the place of the question that a form was sent from; the first one for a word that is none of them.
    pub(crate) fn place_of(&self, word: &str) -> usize {
        self.0.iter().position(|question| question.name() == word).unwrap_or_default()
    }

    fn last(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// Begins with a question.
    pub(crate) fn begin(place: usize, typed: Typed) -> Step {
        Step { place, typed, errors: Errors::default() }
    }

    /// Takes in the answer to one question and leads to the next one, to the one before, or to the first that is answered wrongly.
    pub(crate) fn step(&self, fields: &Fields, mut typed: Typed, now: Timestamp) -> Step {
        let at = self.place_of(fields.get("at"));
        match fields.get("do") {
            // Going back checks nothing: what is wrong is said where one goes on from it.
            "back" => return Self::begin(at.saturating_sub(1), typed),
            "unknown" => typed.forget(self.question(at)),
            _ => {}
        }
        let wrong = typed.faults(now);
        let so_far = |place: &usize| wrong.of(field_of(self.question(*place))).is_some();
        match (0..=at).find(so_far) {
            Some(_) => self.again(at, typed, &wrong),
            None => Self::begin(at.saturating_add(1).min(self.last()), typed),
        }
    }

    /// Looks through a form that is sent as a report; returns the step back to what is wrong, if anything is.
    pub(crate) fn wrong(&self, fields: &Fields, typed: &Typed, now: Timestamp) -> Option<Step> {
        let at = self.place_of(fields.get("at"));
        let wrong = typed.faults(now);
        if !wrong.is_empty() {
            return Some(self.again(at, typed.clone(), &wrong));
        }
        // A button pressed before anything was typed is no report; at the last question nobody knows more.
        let early = !fields.get("at").is_empty() && at < self.last();
        if early && !typed.names_something() {
            let says = "Say whose device it is or which one, or go on to the next question";
            let errors = [(field_of(self.question(at)), says)].into_iter().collect();
            return Some(Step { place: at, typed: typed.clone(), errors });
        }
        None
    }

    /// Returns the step to the question that an error is about; to the one that was asked where it is about none of them.
    pub(crate) fn again(&self, at: usize, typed: Typed, errors: &Errors) -> Step {
        let about = |question: &Question| errors.of(field_of(*question)).is_some();
        let place = self.0.iter().position(about).unwrap_or(at);
        let field = field_of(self.question(place));
        let first = errors.all().first().map(|error| error.text.as_str());
        let text = errors.of(field).or(first).unwrap_or_default().to_owned();
        Step { place, typed, errors: [(field, text)].into_iter().collect() }
    }

    /// Returns the question at a place as its page shows it. `devices` are those to choose from, where the form knows them.
    pub(crate) fn asked(&self, place: usize, typed: &Typed, shell: &Shell, devices: &[Choice]) -> Asked {
        let question = self.question(place);
        let own = match question {
            Question::LastHad => ["last-day", "last-time"],
            other => [other.name(), other.name()],
        };
        let carried = typed.pairs().into_iter().filter(|(name, _)| !own.contains(name));
        let mut carried: Vec<_> = carried.map(|(name, value)| (name, value.to_owned())).collect();
        carried.push(("at", question.name().to_owned()));
        let Shown { help, typed: words, wide, offered } = shown(question, typed, shell, devices);
        Asked {
            field: if question == Question::LastHad { "last-day" } else { question.name() }.to_owned(),
            title: question.title().to_owned(),
            help: help.to_owned(),
            typed: words,
            wide: wide.to_owned(),
            offered,
            time: (question == Question::LastHad).then(|| typed.last_time.clone()),
            number: place.min(self.last()).saturating_add(1),
            count: self.0.len(),
            carried,
            reports: typed.names_something() || matches!(question, Question::Whose | Question::Device),
        }
    }
}

/// How a question is answered.
struct Shown {
    help: &'static str,
    typed: String,
    wide: &'static str,
    offered: Vec<Choice>,
}

fn shown(question: Question, typed: &Typed, shell: &Shell, devices: &[Choice]) -> Shown {
    let words = |typed: &str, wide, help| Shown { help, typed: typed.to_owned(), wide, offered: Vec::new() };
    let choice = |offered| Shown { help: "", typed: String::new(), wide: "", offered };
    match question {
        Question::Whose => words(&typed.whose, "", "A collar or staff number, or a full name"),
        Question::Device if !devices.is_empty() => choice(devices.to_vec()),
        Question::Device => {
            let help = "The asset tag or serial number helps most; otherwise phone, tablet or laptop";
            words(&typed.device, "", help)
        }
        Question::Force => choice(typed.forces(shell)),
        Question::How => choice(typed.hows()),
        Question::LastHad => choice(typed.days()),
        Question::Place => words(&typed.place, "", ""),
        Question::State => choice(typed.states()),
        Question::With => words(&typed.with, "", "A passcode written down, a warrant card, a notebook"),
        Question::Reporter => words(&typed.reporter, "", "A name, a collar or staff number"),
        Question::Contact => words(&typed.contact, "20", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every() -> Walk {
        Walk::through(|_| true)
    }

    fn typed() -> Typed {
        Typed { whose: "1234".into(), ..Typed::empty("0123456789abcdef".into()) }
    }

    #[test]
    fn each_question_carries_the_answers_to_the_others_and_never_its_own() {
        let (walk, shell) = (every(), crate::report::nobody());
        assert!(walk.0.len() <= 10);
        for place in 0..walk.0.len() {
            let asked = walk.asked(place, &typed(), &shell, &[]);
            assert_eq!((asked.number, asked.count), (place + 1, walk.0.len()));
            let carries = |name: &str| asked.carried.iter().any(|(carried, _)| *carried == name);
            assert!(carries("form") && carries("at") && !carries(&asked.field), "{}", asked.title);
            assert_eq!(carries("whose"), place > 0);
            assert!(asked.reports, "the holder is named");
        }
        let nothing = Typed::empty("0123456789abcdef".into());
        let can = |place| walk.asked(place, &nothing, &shell, &[]).reports;
        assert!(can(0) && can(1) && !can(2), "nothing is named yet");
    }

    #[test]
    fn an_error_leads_to_its_question_and_what_fits_none_stays_where_it_was() {
        let walk = every();
        let errors: Errors = [("last-time", "Enter a time such as 02:30 or 14:05")].into_iter().collect();
        let step = walk.again(8, typed(), &errors);
        assert_eq!(walk.question(step.place), Question::LastHad);
        assert!(step.errors.of("last-time").is_some());
        let errors: Errors = [("elsewhere", "Too many reports")].into_iter().collect();
        let step = walk.again(3, typed(), &errors);
        assert_eq!((step.place, step.errors.of("how")), (3, Some("Too many reports")));
    }

    #[test]
    fn a_word_that_is_no_question_leads_to_the_first_and_a_place_beyond_the_end_to_the_last() {
        let walk = every();
        assert_eq!(walk.place_of("<script>"), 0);
        assert_eq!(walk.question(99), Question::Contact);
        assert_eq!(walk.asked(99, &typed(), &crate::report::nobody(), &[]).number, walk.0.len());
    }
}
