//! Writes the text about a loss for the command-and-control log: who, what, where and when, in one line to copy.

use domain::Timestamp;
use domain::local_time::local;
use losses::report::{Answers, How};

use super::{OpenLoss, ReportRead};

/// What the text says beside the loss in short.
pub(super) struct Facts<'a> {
    /// The number of the case.
    pub(super) number: i64,
    /// The holder of the device, with their number.
    pub(super) holder: Option<&'a str>,
    /// The reports, the first one first.
    pub(super) reports: &'a [ReportRead],
}

impl Facts<'_> {
    /// Returns the first thing that a report answers.
    fn first(&self, answer: impl Fn(&Answers) -> &str) -> Option<String> {
        let answers = self.reports.iter().filter_map(|report| report.answers.as_ref());
        answers.map(|one| answer(one).to_owned()).find(|said| !said.is_empty())
    }

    fn stolen(&self) -> bool {
        let mut answers = self.reports.iter().filter_map(|report| report.answers.as_ref());
        answers.any(|answers| answers.how == How::Stolen)
    }

    /// Returns who reported it: as they said, or the holder who was signed in.
    fn reporter(&self) -> Option<String> {
        let holder = || self.reports.iter().find(|report| report.by_holder)?.signed_in.clone();
        self.first(|answers| answers.reporter.as_str()).or_else(holder)
    }
}

fn clock(at: Timestamp) -> String {
    local(at).strftime("%d/%m/%Y %H:%M").to_string()
}

/// Writes the text. What nobody said is named as not known, so that whoever reads it out asks for it.
pub(super) fn to_paste(open: &OpenLoss, facts: &Facts<'_>) -> String {
    let kind = if facts.stolen() { "STOLEN" } else { "LOST" };
    let or = |said: Option<String>, otherwise: &str| said.unwrap_or_else(|| otherwise.to_owned());
    let holder = facts.holder.unwrap_or("not known");
    let last = facts.reports.iter().filter_map(|report| report.answers.as_ref()?.last_had).min();
    let day = facts.first(|answers| answers.last_day.as_str());
    let day = day.map_or_else(String::new, |day| format!("{day}, "));
    let place = or(facts.first(|answers| answers.place.as_str()), "place not known");
    let reporter = or(facts.reporter(), "somebody who gave no name");
    let contact = or(facts.first(|answers| answers.contact.as_str()), "not given");
    let mut text = format!(
        "{kind} DEVICE ref {} (case C-{}), {}, holder {holder}. Last seen: {}, {place}. Reported {} by {reporter}, contact {contact}. {}",
        open.reference,
        facts.number,
        open.title,
        last.map_or_else(|| format!("{day}time not known"), clock),
        clock(open.reported_at),
        open.lock_in_words()
    );
    if let Some(at) = open.containment.contained_at {
        text.push_str(&format!(" at {}", clock(at)));
    }
    text.push_str(". ");
    if open.confirmed {
        text.push_str("FOUND. ");
    }
    text.push_str(&match (&open.answered, open.unanswered, open.next_at) {
        (Some((who, at)), _, Some(next)) => {
            format!("Taken by {who} at {}; not locked since, next call at {}.", clock(*at), clock(next))
        }
        (Some((who, at)), ..) => format!("Taken by {who} at {}.", clock(*at)),
        (None, true, Some(at)) => format!("NOBODY HAS ANSWERED; next call at {}.", clock(at)),
        (None, false, Some(at)) => format!("People are being called; next call at {}.", clock(at)),
        (None, _, None) => "Nobody is called any more.".to_owned(),
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contain::Containment;
    use domain::LossId;
    use losses::report::Meaning;

    fn open() -> OpenLoss {
        OpenLoss {
            loss: LossId::from_uuid(uuid::Uuid::nil()),
            reference: "4KM-7TRH".into(),
            force: domain::samples::HOME,
            title: "iPhone F4GXQ2ABCD".into(),
            reported_at: Timestamp::from_millis(1_700_000_000_000),
            standing: "calling".into(),
            unanswered: false,
            next_at: None,
            again_at: None,
            answered: None,
            containment: Containment::default(),
            identified: true,
            managed: true,
            found_at: None,
            confirmed: false,
        }
    }

    fn report(answers: Answers, signed_in: Option<&str>) -> ReportRead {
        ReportRead {
            reference: "4KM-7TRH".into(),
            reported_at: Timestamp::from_millis(1_700_000_000_000),
            came: "",
            by_holder: signed_in.is_some(),
            signed_in: signed_in.map(str::to_owned),
            meaning: Meaning::Ours,
            answers: Some(answers),
            found_at: None,
        }
    }

    #[test]
    fn what_was_stolen_says_so_with_holder_place_and_whom_to_ring() {
        let answers = Answers {
            how: How::Stolen,
            place: "Prince of Wales Road".into(),
            reporter: "Sgt Byrd".into(),
            contact: "07700 900123".into(),
            ..Answers::default()
        };
        let reports = [report(Answers::default(), None), report(answers, None)];
        let facts = Facts { number: 12, holder: Some("PC Ames (1234)"), reports: &reports };
        let text = to_paste(&open(), &facts);
        assert!(text.starts_with("STOLEN DEVICE ref 4KM-7TRH (case C-12), iPhone F4GXQ2ABCD"), "{text}");
        for said in ["holder PC Ames (1234)", "Prince of Wales Road", "by Sgt Byrd", "contact 07700 900123"] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }

    #[test]
    fn what_nobody_said_is_named_and_a_holder_who_was_signed_in_is_the_reporter() {
        let reports = [report(Answers::default(), None)];
        let text = to_paste(&open(), &Facts { number: 12, holder: None, reports: &reports });
        for said in ["LOST DEVICE", "holder not known", "place not known", "no name", "contact not given"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        let reports = [report(Answers::default(), Some("PC Ames (1234)"))];
        let text = to_paste(&open(), &Facts { number: 12, holder: None, reports: &reports });
        assert!(text.contains("by PC Ames (1234)"), "{text}");
    }

    #[test]
    fn a_device_that_no_order_reaches_never_reads_as_if_somebody_could_lock_it() {
        let open = OpenLoss { managed: false, ..open() };
        assert_eq!(open.lock_in_words(), "It cannot be locked: it is not under management");
        let unknown = OpenLoss { identified: false, ..open };
        assert!(unknown.lock_in_words().contains("not known yet which device"));
    }
}
