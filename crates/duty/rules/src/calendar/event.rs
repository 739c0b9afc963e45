//! Parses one event of a calendar.

use domain::Timestamp;
use icalendar::parser::{Component, Property};
use jiff::tz::TimeZone;

use super::file::Block;
use super::meaning::Shown;
use super::value::{self, Time};
use super::zone::Zones;

/// Most lines in one event.
const LONGEST_EVENT: usize = 500;
/// Most characters of a summary that are kept: it is a person's own calendar.
const LONGEST_TITLE: usize = 80;
/// Most characters of a UID.
const LONGEST_UID: usize = 255;

/// An event of a calendar: a series, or an exception to one.
#[derive(Debug)]
pub(super) struct Event {
    /// Its number in the file.
    pub(super) event: usize,
    pub(super) uid: String,
    pub(super) title: String,
    pub(super) sequence: i64,
    pub(super) stamp: Option<Timestamp>,
    /// The occurrence of its series that it changes.
    pub(super) exception: Option<Time>,
    /// Its content; `None` if it was cancelled.
    pub(super) body: Option<Body>,
    /// Its lines, to recognise the same event when it appears twice.
    pub(super) text: String,
}

/// The content of an event.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) start: Time,
    pub(super) end: Time,
    pub(super) shown: Shown,
    pub(super) categories: Vec<String>,
    pub(super) rule: Option<String>,
    /// Further occurrences.
    pub(super) added: Vec<Time>,
    /// Occurrences that do not take place.
    pub(super) excepted: Vec<Time>,
}

/// An event that cannot be read: the reason, and the series that it belongs to.
pub(super) struct Broken {
    pub(super) uid: String,
    pub(super) what: String,
}

/// Parses an event.
pub(super) fn read(block: &Block, zones: &Zones) -> Result<Event, Broken> {
    let nameless = |what: &str| Broken { uid: String::new(), what: what.to_owned() };
    let nested = block
        .text
        .lines()
        .filter(|line| line.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:")));
    if nested.count() > 10 || block.text.lines().count() > LONGEST_EVENT {
        return Err(nameless("there is too much in it: leave alarms and attachments out of the export"));
    }
    let component = Component::try_from(block.text.as_str())
        .map_err(|_| nameless("it cannot be read: a line in it is not NAME:VALUE; export it again"))?;
    let uid = text(&component, "UID").unwrap_or_default().trim().to_owned();
    if uid.chars().count() > LONGEST_UID {
        return Err(nameless("its UID has more than 255 characters: export it again"));
    }
    with(block, &component, zones, uid.clone()).map_err(|what| Broken { uid, what })
}

fn with(block: &Block, component: &Component<'_>, zones: &Zones, uid: String) -> Result<Event, String> {
    let status = text(component, "STATUS").unwrap_or_default();
    let called_off = block.called_off || status.eq_ignore_ascii_case("CANCELLED");
    let exception = value::time(component, zones, "RECURRENCE-ID")?;
    if value::is_for_later_ones(component) {
        return Err("it changes all later occurrences of its series as well (RANGE), which is not read: export each shift \
                    as an event of its own"
            .to_owned());
    }
    let sequence = match text(component, "SEQUENCE").map(str::trim) {
        None | Some("") => 0,
        Some(number) => number
            .parse::<u32>()
            .map(i64::from)
            .map_err(|_| "its SEQUENCE is not a number: export it again".to_owned())?,
    };
    let stamp = ["LAST-MODIFIED", "DTSTAMP"]
        .iter()
        .find_map(|name| value::read(text(component, name)?, TimeZone::UTC)?.instant());
    let body = if called_off { None } else { Some(body(component, zones, status)?) };
    let title = text(component, "SUMMARY").unwrap_or_default().replace("\\,", ",").replace("\\;", ";");
    Ok(Event {
        event: block.event,
        uid,
        title: title.trim().chars().take(LONGEST_TITLE).collect(),
        sequence,
        stamp,
        exception,
        body,
        text: block.text.clone(),
    })
}

fn body(component: &Component<'_>, zones: &Zones, status: &str) -> Result<Body, String> {
    if property(component, "EXRULE").is_some() {
        return Err("it has EXRULE, which is not read: export each shift as an event of its own".to_owned());
    }
    let start =
        value::time(component, zones, "DTSTART")?.ok_or("it has no DTSTART: every event needs a start")?;
    let end = value::end(component, zones, &start)?;
    // Exchange writes whole days as times from midnight to midnight.
    let (start, end) = match (start.as_day(), end.as_day()) {
        (Some(first), Some(last)) if first.wall < last.wall => (first, last),
        _ => (start, end),
    };
    let busy = ["X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS"];
    let busy = busy.iter().find_map(|name| text(component, name)).unwrap_or_default().to_ascii_uppercase();
    let all_day = ["X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT"];
    let all_day =
        all_day.iter().any(|name| text(component, name).is_some_and(|on| on.eq_ignore_ascii_case("TRUE")));
    if all_day && !start.whole_day {
        return Err("it is marked as lasting all day, and its times do not begin and end at midnight in Britain: correct \
                    them"
            .to_owned());
    }
    let transparent = text(component, "TRANSP").is_some_and(|on| on.eq_ignore_ascii_case("TRANSPARENT"));
    let shown = Shown {
        whole_day: start.whole_day,
        tentative: status.eq_ignore_ascii_case("TENTATIVE") || busy == "TENTATIVE",
        free: busy == "FREE" || (busy.is_empty() && transparent),
        away: busy == "OOF",
    };
    Ok(Body {
        start,
        end,
        shown,
        categories: categories(component),
        rule: text(component, "RRULE").map(str::to_owned),
        added: value::all(component, zones, "RDATE")?,
        excepted: value::all(component, zones, "EXDATE")?,
    })
}

fn categories(component: &Component<'_>) -> Vec<String> {
    let all = component.properties.iter().filter(|one| one.name.as_str().eq_ignore_ascii_case("CATEGORIES"));
    let split = all.flat_map(|one| one.val.as_str().split(',').map(|word| word.trim().to_owned()));
    split.filter(|word| !word.is_empty()).take(20).collect()
}

/// Returns a property; the first where there are several.
pub(super) fn property<'a, 'b>(event: &'a Component<'b>, name: &str) -> Option<&'a Property<'b>> {
    event.properties.iter().find(|one| one.name.as_str().eq_ignore_ascii_case(name))
}

/// Returns the value of a property.
fn text<'a>(event: &'a Component<'_>, name: &str) -> Option<&'a str> {
    property(event, name).map(|one| one.val.as_str())
}
