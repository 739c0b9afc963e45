//! The pages that import rosters and calendars from files.

use duty_app::{Calendars, Rosters};

use web_shell::frame::Area;
use web_shell::imports::words::{Shown, TABLES, Words};

/// The pages that import rosters from tables.
#[derive(Debug)]
pub struct RosterFiles;

impl Shown for RosterFiles {
    type File = Rosters;
    const WORDS: &'static Words = &Words {
        path: "/import/rosters",
        area: Area::Duty,
        title: "Rosters from a table",
        says: "A table with headings and a row for each shift, absence, time on call or pattern.",
        accept: TABLES,
        size: "An Excel workbook (.xlsx), or saved as “CSV UTF-8”. Up to 20,000 rows and 16 MB.",
        about: None,
        force: "Whose people are they?",
        columns: "Collar or staff number, kind and start (always), end, pattern, place in the cycle. Kinds are shift, replaced, \
                  on-call, pattern, annual-leave, sick, family-leave, career-break, secondment, suspension and training.",
        found: "Times are those of the clock on the wall, such as 2026-12-01 22:00; a day such as 2026-12-01 counts in full. An \
                empty end is the one day, or until further notice for a pattern.",
        thing: "Person",
        number: "Number",
        list: ("/duty", "Who is on duty"),
    };
}

/// The pages that import one person's calendar.
#[derive(Debug)]
pub struct CalendarFiles;

impl Shown for CalendarFiles {
    type File = Calendars;
    const WORDS: &'static Words = &Words {
        path: "/import/calendars",
        area: Area::Duty,
        title: "Rosters from a calendar",
        says: "The calendar of one person, as iCalendar.",
        accept: ".ics,text/calendar",
        size: "Exported as iCalendar (.ics). Up to 4,000 events and 1 MB.",
        about: Some(("Whose calendar", "Their collar or staff number")),
        force: "Whose people are they?",
        columns: "An event with times is a shift, unless its category or its summary says that it is time on call, an absence or a \
                  rest day. Where that is open, the next page asks.",
        found: "A later version of an event takes the place of what an earlier file entered. What was entered by hand stays.",
        thing: "Event",
        number: "Number",
        list: ("/duty", "Who is on duty"),
    };
}
