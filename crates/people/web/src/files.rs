//! The pages that import files of people.

use people_app::import::People;

use web_shell::frame::Area;
use web_shell::imports::words::{Shown, TABLES, Words};

/// The pages that import files of people.
#[derive(Debug)]
pub struct PeopleFiles;

impl Shown for PeopleFiles {
    type File = People;
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
