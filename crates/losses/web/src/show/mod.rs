//! One loss, for the desk and the duty officer: how the call and the containment stand, one button that can be undone, where the
//! device is, and a text for the command-and-control log.

pub(crate) mod handler;
pub(crate) mod place;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "show/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The page's own address.
    pub href: String,
    /// The loss in short.
    pub row: crate::list::Row,
    /// Its case.
    pub case: Crumb,
    /// Its security incident form.
    pub incident: Option<Crumb>,
    /// Its device; `None` where it is not known.
    pub device: Option<Crumb>,
    /// Its holder with their number, or whom a report names; empty where there is nobody.
    pub holder: String,
    /// Whether it is under management, so that an order can reach it.
    pub managed: bool,
    /// Whether the case is closed.
    pub closed: bool,
    /// When the promise must be kept.
    pub promised_by: Timestamp,
    /// The person for whom somebody answered.
    pub answered_for: Option<String>,
    /// The orders that contain the device.
    pub orders: Vec<Order>,
    /// Whether an order to lock it is given and has not ended, so that another one is not offered.
    pub lock_waits: bool,
    /// The orders that locate it or erase it.
    pub others: Vec<Order>,
    /// Whether it is in lost mode, so that it can be located and lost mode can be ended.
    pub in_lost_mode: bool,
    /// What concerns its position.
    pub place: Place,
    /// What concerns its erasure.
    pub wipe: Wipe,
    /// The reports.
    pub reports: Vec<Report>,
    /// The messages.
    pub messages: Vec<Message>,
    /// The text for the command-and-control log.
    pub to_paste: String,
    /// Whether the reader may lock the device.
    pub may_lock: bool,
    /// Whether the reader may answer the call.
    pub may_answer: bool,
    /// What was typed as the number of somebody who answered by telephone.
    pub instead_of: String,
    /// What was typed about how it was found.
    pub how: String,
}

/// The position of the device, as far as the reader may see it.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Whether the reader may ask for it and see it.
    pub may: bool,
    /// Whether the device has answered once.
    pub answered: bool,
    /// The reason typed for asking for it.
    pub asks: String,
    /// The reason typed for reading it.
    pub reads: String,
    /// The position, a name and a value each; empty until a reason is given.
    pub lines: Vec<(&'static str, String)>,
    /// The position in one line, to copy.
    pub to_copy: String,
}

/// The erasure of the device, as far as the reader may ask for it.
#[derive(Debug, Clone, Default)]
pub struct Wipe {
    /// Whether the reader may ask for it.
    pub may: bool,
    /// The answers about evidence.
    pub evidence: Vec<Choice>,
    /// The reason typed.
    pub reason: String,
}

/// One order.
#[derive(Debug, Clone)]
pub struct Order {
    /// The page of the order, for readers who may see orders; otherwise empty.
    pub href: String,
    /// What was ordered, by whom.
    pub what: String,
    /// How far it is.
    pub state: String,
    /// When it was asked for.
    pub asked: Timestamp,
    /// When the device was given it.
    pub delivered: Option<Timestamp>,
    /// When it came to its end.
    pub finished: Option<Timestamp>,
    /// What the device said, where it refused.
    pub error: String,
}

/// One report.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its reference.
    pub reference: String,
    /// When it came.
    pub at: Timestamp,
    /// How it came.
    pub came: String,
    /// What it means.
    pub meaning: &'static str,
    /// The answers, each behind what staff read before it.
    pub answers: Vec<(&'static str, String)>,
    /// Since when it was known to be lost before it was reported, in words.
    pub delay: String,
}

/// One message.
#[derive(Debug, Clone)]
pub struct Message {
    /// The person.
    pub to: String,
    /// Round and step.
    pub attempt: String,
    /// What became of it.
    pub state: &'static str,
    /// The colour of that.
    pub colour: &'static str,
    /// When it was made.
    pub at: Timestamp,
    /// Why it failed.
    pub why: String,
    /// What went out for it, one for each of the person's ways.
    pub deliveries: Vec<Delivery>,
}

/// One message on one channel.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The channel.
    pub channel: &'static str,
    /// How far it is.
    pub state: &'static str,
    /// The colour of that.
    pub colour: &'static str,
    /// When that was so.
    pub at: Timestamp,
    /// Why it failed, or is not known.
    pub why: String,
}

impl View {
    /// Returns whether the reader may still answer the call, for themselves or for somebody else.
    fn answerable(&self) -> bool {
        let row = &self.row;
        let goes_on = row.taken.is_none() || row.next.is_some() || row.again.is_some();
        self.may_answer && !self.closed && !row.confirmed && goes_on
    }

    /// Returns whether the part about its position is to be read now: it shows one, or something typed into it was wrong.
    fn place_open(&self) -> bool {
        let wrong = |field| self.errors.of(field).is_some();
        !self.place.lines.is_empty() || wrong("position-reason") || wrong("locate-reason")
    }

    /// Returns an unanswered loss, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let rows = crate::list::View::sample().rows;
        let now = web_shell::clock::now();
        Self {
            shell: Shell::sample(Area::Cases),
            errors: [("instead-of", "Nobody on the books has this number")].into_iter().collect(),
            href: "/losses/1".into(),
            row: rows.into_iter().next().unwrap_or_else(sample_row),
            case: Crumb::new("/cases/1", "C-1043"),
            incident: Some(Crumb::new("/incidents/1", "Its security incident form and clock")),
            device: Some(Crumb::new("/devices/1", "iPhone F4GXQ2ABCD <script>")),
            holder: "PC Ames <script> (1234)".into(),
            managed: true,
            closed: false,
            promised_by: now,
            answered_for: None,
            orders: vec![Order {
                href: "/commands/1".into(),
                what: "Lost mode on, by Morgan Ash <script>".into(),
                state: "Waits for the device".into(),
                asked: now,
                delivered: Some(now),
                finished: None,
                error: "Not in lost mode <script>".into(),
            }],
            others: Vec::new(),
            lock_waits: false,
            in_lost_mode: false,
            place: Place { may: true, ..Place::default() },
            wipe: Wipe { may: true, evidence: place::evidence(""), reason: String::new() },
            reports: vec![Report {
                reference: "4KM-7TRH".into(),
                at: now,
                came: "By somebody who was not signed in".into(),
                meaning: "The report fits one device of the force.",
                answers: vec![("Where", "Prince of Wales Road <script>".into())],
                delay: "40 minutes".into(),
            }],
            messages: sample_messages(now),
            to_paste: "LOST DEVICE ref 4KM-7TRH <script>".into(),
            may_lock: true,
            may_answer: true,
            instead_of: "77".into(),
            how: String::new(),
        }
    }

    /// Returns a loss whose device is said to be found, for the gallery and the tests.
    #[must_use]
    pub fn sample_found() -> Self {
        let rows = crate::list::View::sample().rows;
        Self {
            errors: Errors::default(),
            row: rows.into_iter().last().unwrap_or_else(sample_row),
            answered_for: Some("Sam Reed (9001)".into()),
            in_lost_mode: true,
            place: Place { may: true, answered: true, ..Place::default() },
            ..Self::sample()
        }
    }

    /// Returns a loss whose device's position is shown, for the gallery and the tests.
    #[must_use]
    pub fn sample_placed() -> Self {
        let now = web_shell::clock::now();
        Self {
            others: vec![Order {
                href: "/commands/2".into(),
                what: "Locate, by Morgan Ash <script>".into(),
                state: "the device acknowledged it".into(),
                asked: now,
                delivered: Some(now),
                finished: Some(now),
                error: String::new(),
            }],
            place: Place {
                may: true,
                answered: true,
                lines: vec![
                    ("Latitude, longitude", "52.62860, 1.29240".into()),
                    ("British National Grid", "TG 22907 08461, within 5 m <script>".into()),
                    ("Accurate to", "65 metres".into()),
                ],
                to_copy: "52.62860, 1.29240; TG 22907 08461 <script>".into(),
                ..Place::default()
            },
            ..Self::sample_found()
        }
    }

    /// Returns a loss whose device is confirmed as found, for the gallery and the tests.
    #[must_use]
    pub fn sample_confirmed() -> Self {
        let sample = Self::sample_found();
        Self { row: crate::list::Row { confirmed: true, ..sample.row.clone() }, ..sample }
    }

    /// Returns the loss of a device that no order can reach, for the gallery and the tests.
    #[must_use]
    pub fn sample_unmanaged() -> Self {
        Self {
            errors: [("lock", "Phone 356 <script> is not under management")].into_iter().collect(),
            row: crate::list::Row {
                containment: "It cannot be locked: it is not under management",
                ..sample_row()
            },
            managed: false,
            orders: Vec::new(),
            messages: Vec::new(),
            ..Self::sample()
        }
    }

    /// Returns a lost Mac under a plain lock, for the gallery and the tests.
    #[must_use]
    pub fn sample_plain_lock() -> Self {
        Self { in_lost_mode: false, ..Self::sample_found() }
    }
}

fn sample_messages(now: Timestamp) -> Vec<Message> {
    vec![Message {
        to: "Sam Reed <script> (9001)".into(),
        attempt: "Round 1, step 1".into(),
        state: "Failed",
        colour: "red",
        at: now,
        why: "the relay refused <script>".into(),
        deliveries: vec![
            Delivery {
                channel: "text",
                state: "Delivery uncertain",
                colour: "yellow",
                at: now,
                why: "the provider does not know <script>".into(),
            },
            Delivery { channel: "mail", state: "Sent", colour: "green", at: now, why: String::new() },
        ],
    }]
}

fn sample_row() -> crate::list::Row {
    crate::list::Row {
        href: "/losses/1".into(),
        reference: "4KM-7TRH".into(),
        title: "iPhone".into(),
        reported: web_shell::clock::now(),
        unanswered: true,
        next: Some(web_shell::clock::now()),
        again: None,
        taken: None,
        locked: None,
        containment: "Not locked: nobody has ordered it",
        found: false,
        confirmed: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_done_now_stands_before_what_is_folded() {
        let html = View::sample().render().unwrap();
        let folded = html.find("<details").unwrap();
        for button in ["Lock it now (can be undone)", ">I take it<", "Call the next people now"] {
            assert!(html.find(button).is_some_and(|at| at < folded), "{button}");
        }
        assert!(!html.contains("<table"), "columns are squeezed on a phone");
        assert!(html.contains("PC Ames"), "the holder is named");
        let html = View { lock_waits: true, ..View::sample() }.render().unwrap();
        assert!(html.contains("See the order, or take it back") && !html.contains("Lock it now"), "{html}");
    }

    #[test]
    fn a_device_that_no_order_reaches_is_never_offered_to_be_locked() {
        let html = View::sample_unmanaged().render().unwrap();
        assert!(!html.contains("Lock it now"), "{html}");
        assert!(html.contains("change every password") && html.contains("network operator"), "{html}");
    }

    #[test]
    fn once_it_is_confirmed_as_found_nothing_asks_for_that_any_more() {
        let html = View::sample_confirmed().render().unwrap();
        assert!(html.contains(">Found<") && html.contains("end lost mode once its holder"), "{html}");
        for over in ["Said to be found", "Confirm that it is found", "Lock it now", ">I take it<"] {
            assert!(!html.contains(over), "{over}: {html}");
        }
        // Locked, and with no word from the reporter, it can be recorded all the same.
        let locked = View::sample_plain_lock();
        let row = crate::list::Row { found: false, ..locked.row.clone() };
        let html = View { row, ..locked }.render().unwrap();
        assert!(html.contains("Confirm that it is found"), "{html}");
    }

    #[test]
    fn a_mistake_in_a_folded_part_opens_it() {
        let html = View::sample().render().unwrap();
        let part = html.split("<details").find(|part| part.contains("Somebody answered")).unwrap();
        assert!(part.contains("open=\"open\""), "{part}");
    }
}
