//! What the pages say of each kind of file.

use app::imports::Kind;
use app::people::import::People;
use app::register::import::Devices;
use app::rosters::{Calendars, Rosters};

use crate::shell::Area;

/// What the pages say of a kind of file.
#[derive(Debug)]
pub struct Words {
    /// The page on which one is given; what waits is below it.
    pub path: &'static str,
    /// Where in the navigation.
    pub area: Area,
    /// The heading.
    pub title: &'static str,
    /// What a file is, in a sentence.
    pub says: &'static str,
    /// The question for the force.
    pub force: &'static str,
    /// What a file can be named, for the browser.
    pub accept: &'static str,
    /// What to save a file as, and how much of it may be.
    pub size: &'static str,
    /// The question for the person whom a file is about, with its hint, where it is about one.
    pub about: Option<(&'static str, &'static str)>,
    /// What the columns can be, or what is read of a file without columns.
    pub columns: &'static str,
    /// How a row finds what it is about.
    pub found: &'static str,
    /// What rows are about.
    pub thing: &'static str,
    /// What its number is called.
    pub number: &'static str,
    /// The list of everything that a file can change, and its words.
    pub list: (&'static str, &'static str),
}

/// Names of files that hold tables.
const TABLES: &str = ".csv,.txt,.xlsx,text/csv";

/// A kind of file that has pages.
pub trait Shown: Kind {
    /// What they say.
    const WORDS: &'static Words;
}

impl Shown for People {
    const WORDS: &'static Words = &Words {
        path: "/import/people",
        area: Area::People,
        title: "Enter people from a file",
        says: "A table with headings and a row for each person.",
        accept: TABLES,
        size: "An Excel workbook (.xlsx), or saved as “CSV UTF-8”. Up to 50,000 rows and 16 MB.",
        about: None,
        force: "Force for rows that do not name one",
        columns: "Collar or staff number (always), name or given and family name, force, role, unit, work email, work \
                  telephone, line manager’s number, first working day, last working day, has left (yes or no).",
        found: "A person is found by force and number. An empty cell leaves what is recorded; a single hyphen clears it.",
        thing: "Person",
        number: "Number",
        list: ("/people", "All people"),
    };
}

impl Shown for Devices {
    const WORDS: &'static Words = &Words {
        path: "/import/devices",
        area: Area::Devices,
        title: "Enter devices from a file",
        says: "A table with headings and a row for each device: an export of Snipe-IT fits as it is. A \
               holder in the file becomes the intended holder of a new device; nobody has signed for anything by it.",
        accept: TABLES,
        size: "An Excel workbook (.xlsx), or saved as “CSV UTF-8”. Up to 5,000 rows and 16 MB.",
        about: None,
        force: "Whose property are they?",
        columns: "Serial number (or asset tag, for what has none), asset tag, category or kind, maker, model, IMEI, status, \
                  checked out to, location, purchase date.",
        found: "A device is found by its serial number. Who has it and where it is changes by a signed hand-over \
                alone. An empty cell leaves what is recorded; a single hyphen clears it.",
        thing: "Device",
        number: "Serial number",
        list: ("/devices", "All devices"),
    };
}

impl Shown for Rosters {
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

impl Shown for Calendars {
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
