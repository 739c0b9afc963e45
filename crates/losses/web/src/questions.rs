//! The questions that the forms of a report share: as they were answered, as choices, and read from a form that was sent.

use domain::local_time::{day_in_words, day_of, instant};
use domain::{Force, Timestamp};
use losses_app::report::NewReport;
use losses_app::{Answers, DeviceState, How, Question};

use web_shell::frame::Shell;
use web_shell::parts::choices;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::Fields;

/// What was typed into a report, for showing the form again.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The random text of this form, so that sending it twice makes one report.
    pub form: String,
    /// The word of the force.
    pub force: String,
    /// Who had the device.
    pub whose: String,
    /// Which device.
    pub device: String,
    /// Lost or stolen, as a word.
    pub how: String,
    /// The day on which it was last seen, as a word.
    pub last_day: String,
    /// The time at which it was last seen.
    pub last_time: String,
    /// Where that was.
    pub place: String,
    /// Its state, as a word.
    pub state: String,
    /// What was with it.
    pub with: String,
    /// Who reports it.
    pub reporter: String,
    /// A number for the reporter.
    pub contact: String,
}

/// The answer that is always there.
pub(crate) const NOT_KNOWN: &str = "not-known";
const I_DO_NOT_KNOW: &str = "I do not know";
/// The most characters that are read of a field: more than an answer may have, so that a long one is refused and not cut.
const MOST: usize = 1000;

/// Returns the word that is chosen in a form: the one sent, or "I do not know".
fn chosen(word: &str) -> &str {
    if word.is_empty() { NOT_KNOWN } else { word }
}

impl Typed {
    /// Makes an empty form with that random text.
    pub(crate) fn empty(form: String) -> Self {
        Self { form, ..Self::default() }
    }

    /// Reads what was sent.
    pub(crate) fn of(sent: &Fields) -> Self {
        let fields = Bounded(sent);
        Self {
            form: fields.text("form"),
            force: fields.text("force"),
            whose: fields.text("whose"),
            device: fields.text("device"),
            how: fields.text("how"),
            last_day: fields.text("last-day"),
            last_time: fields.text("last-time"),
            place: fields.text("place"),
            state: fields.text("state"),
            with: fields.text("with"),
            reporter: fields.text("reporter"),
            contact: fields.text("contact"),
        }
    }

    /// Returns every field with its value, for a page that carries them on.
    pub(crate) fn pairs(&self) -> [(&'static str, &str); 12] {
        [
            ("form", &self.form),
            ("whose", &self.whose),
            ("device", &self.device),
            ("force", &self.force),
            ("how", &self.how),
            ("last-day", &self.last_day),
            ("last-time", &self.last_time),
            ("place", &self.place),
            ("state", &self.state),
            ("with", &self.with),
            ("reporter", &self.reporter),
            ("contact", &self.contact),
        ]
    }

    /// Takes the answer to a question back: the reporter does not know.
    pub(crate) fn forget(&mut self, question: Question) {
        match question {
            Question::Force => self.force.clear(),
            Question::Whose => self.whose.clear(),
            Question::Device => self.device.clear(),
            Question::How => self.how.clear(),
            Question::LastHad => {
                self.last_day.clear();
                self.last_time.clear();
            }
            Question::Place => self.place.clear(),
            Question::State => self.state.clear(),
            Question::With => self.with.clear(),
            Question::Reporter => self.reporter.clear(),
            Question::Contact => self.contact.clear(),
        }
    }

    /// Returns whether the device or its holder is named.
    pub(crate) fn names_something(&self) -> bool {
        !self.whose.trim().is_empty() || !self.device.trim().is_empty()
    }

    /// Returns everything that is wrong with the answers, each beside the field that it is typed into.
    pub(crate) fn faults(&self, now: Timestamp) -> Errors {
        let new = match self.report(now) {
            Ok(new) => new,
            Err(errors) => return errors,
        };
        match new.answers.checked(now) {
            Ok(_) => Errors::default(),
            Err(faults) => faults.iter().map(|fault| (field_of(fault.question), fault.says)).collect(),
        }
    }

    /// Returns the forces to choose from.
    pub(crate) fn forces(&self, shell: &Shell) -> Vec<Choice> {
        let mut all = choices::forces(shell, &self.force);
        all.push(Choice {
            value: NOT_KNOWN.into(),
            text: I_DO_NOT_KNOW.into(),
            chosen: chosen(&self.force) == NOT_KNOWN,
        });
        all
    }

    /// Returns lost and stolen.
    pub(crate) fn hows(&self) -> Vec<Choice> {
        Choice::list(How::ALL.iter().map(|how| (how.as_str(), how.title())), chosen(&self.how))
    }

    /// Returns the states of a device.
    pub(crate) fn states(&self) -> Vec<Choice> {
        Choice::list(
            DeviceState::ALL.iter().map(|state| (state.as_str(), state.title())),
            chosen(&self.state),
        )
    }

    /// Returns the days on which a device may have been seen last.
    pub(crate) fn days(&self) -> Vec<Choice> {
        let days = [("today", "Today"), ("yesterday", "Yesterday"), (NOT_KNOWN, "Earlier, or I do not know")];
        Choice::list(days, chosen(&self.last_day))
    }

    /// Returns the report, or what is wrong with it.
    pub(crate) fn report(&self, now: Timestamp) -> Result<NewReport, Errors> {
        let last_had = last_seen(now, &self.last_day, &self.last_time).map_err(|()| {
            [("last-time", "Enter a time such as 02:30 or 14:05")].into_iter().collect::<Errors>()
        })?;
        let answers = Answers {
            whose: self.whose.clone(),
            device: self.device.clone(),
            how: How::read(&self.how),
            last_had,
            last_day: last_day(now, &self.last_day, last_had),
            place: self.place.clone(),
            state: DeviceState::read(&self.state),
            with: self.with.clone(),
            reporter: self.reporter.clone(),
            contact: self.contact.clone(),
        };
        Ok(NewReport { force: self.force.parse::<Force>().ok(), answers, form: self.form.clone() })
    }

    /// Returns a filled-in form, for the gallery and the tests.
    pub(crate) fn sample() -> Self {
        Self {
            form: "0123456789abcdef".into(),
            whose: "PC Ames <script>, 1234".into(),
            how: "stolen".into(),
            last_day: "today".into(),
            last_time: "half past two".into(),
            ..Self::default()
        }
    }
}

/// The fields of a form, each read as far as an answer can reach.
struct Bounded<'a>(&'a Fields);

impl Bounded<'_> {
    /// Returns the beginning of a field's value.
    fn text(&self, name: &str) -> String {
        self.0.get(name).chars().take(MOST).collect()
    }
}

/// Returns the field in which a question is answered and which an error leads to.
pub(crate) const fn field_of(question: Question) -> &'static str {
    match question {
        Question::LastHad => "last-time",
        other => other.name(),
    }
}

/// Works out when a device was last seen from a day and a time of the wall clock. A time without a day is the latest such time.
fn last_seen(now: Timestamp, day: &str, time: &str) -> Result<Option<Timestamp>, ()> {
    let time = time.trim();
    if time.is_empty() {
        return Ok(None);
    }
    let (hour, minute) = time.split_once([':', '.']).ok_or(())?;
    let hour: i8 = hour.trim().parse().map_err(|_| ())?;
    let minute: i8 = minute.trim().parse().map_err(|_| ())?;
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) {
        return Err(());
    }
    let today = day_of(now);
    let yesterday = today.yesterday().map_err(|_| ())?;
    let on = |day: domain::Day| instant(day.at(hour, minute, 0, 0));
    Ok(match day {
        "today" => Some(on(today)),
        "yesterday" => Some(on(yesterday)),
        "" | NOT_KNOWN if on(today) <= now => Some(on(today)),
        "" | NOT_KNOWN => Some(on(yesterday)),
        _ => return Err(()),
    })
}

/// Returns the day on which a device was last seen, in words, where a day was chosen and no time; otherwise an empty text.
fn last_day(now: Timestamp, day: &str, time: Option<Timestamp>) -> String {
    let today = day_of(now);
    let chosen = match day {
        "today" => Some(today),
        "yesterday" => today.yesterday().ok(),
        _ => None,
    };
    chosen.filter(|_| time.is_none()).map(day_in_words).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_the_clock_is_read_on_its_day() {
        // 3:00 on 22 November 2026.
        let now = web_shell::clock::now();
        let ago = |minutes: i64| Some(now.minus(domain::Span::from_secs(minutes * 60)));
        assert_eq!(last_seen(now, "today", "02:30"), Ok(ago(30)));
        assert_eq!(last_seen(now, "yesterday", "23.00"), Ok(ago(240)));
        assert_eq!(last_seen(now, "not-known", "23:00"), Ok(ago(240)), "the latest such time");
        assert_eq!(last_seen(now, "today", ""), Ok(None));
        for bad in ["half past two", "25:00", "12:60", "1230", "-1:00"] {
            assert_eq!(last_seen(now, "today", bad), Err(()), "{bad}");
        }
    }

    #[test]
    fn a_day_without_a_time_is_kept() {
        let now = web_shell::clock::now();
        let report = |day: &str, time: &str| {
            let empty = Typed::empty("0123456789abcdef".into());
            Typed { last_day: day.into(), last_time: time.into(), ..empty }.report(now).unwrap().answers
        };
        let kept = report("yesterday", " ");
        assert!(kept.last_day.contains("21 November") && kept.last_had.is_none(), "{}", kept.last_day);
        assert_eq!(report("not-known", "").last_day, "");
        let exact = report("today", "02:30");
        assert!(exact.last_day.is_empty() && exact.last_had.is_some());
    }

    #[test]
    fn an_empty_form_is_a_report_in_which_nothing_is_known() {
        let report = Typed::empty("0123456789abcdef".into()).report(web_shell::clock::now()).unwrap();
        assert_eq!((report.force, report.answers), (None, Answers::default()));
    }
}
