//! A file of people as rows of text, and which of its columns is what.

use serde::{Deserialize, Serialize};

use crate::AppError;

/// Largest file in bytes.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Most rows of people.
pub const MOST_ROWS: usize = 50_000;
/// Most columns.
const MOST_COLUMNS: usize = 60;
/// Longest cell in characters.
const LONGEST_CELL: usize = 1000;

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $word:literal / $title:literal from [$($known:literal),*];)*) => {
        /// What a column can be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Column { $($(#[$doc])* #[serde(rename = $word)] $name),* }

        impl Column {
            /// All of them, in the order of a form.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in forms.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// The words on screen.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            /// Headings that mean it, plain.
            const fn known(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$word, $($known),*]),* }
            }
        }
    };
}

columns! {
    /// Collar or staff number.
    Number = "number" / "Collar or staff number"
        from ["collarnumber", "collarno", "staffno", "staffnumber", "employeenumber", "employeeid", "payrollnumber", "collar", "warrantnumber"];
    /// Whole name.
    Name = "name" / "Name" from ["fullname", "displayname", "employeename", "holder"];
    /// Given name, where names are in two columns.
    GivenName = "givenname" / "Given name" from ["firstname", "forename", "forenames"];
    /// Family name.
    FamilyName = "familyname" / "Family name" from ["lastname", "surname"];
    /// Force.
    Force = "force" / "Force" from ["constabulary", "organisation", "organization", "company"];
    /// Job.
    Role = "role" / "Role" from ["job", "jobtitle", "title", "post", "rank", "position"];
    /// Unit.
    Unit = "unit" / "Unit" from ["department", "team", "station", "division", "location"];
    /// Work address.
    Email = "email" / "Work email" from ["mail", "emailaddress", "workemail", "upn"];
    /// Work telephone.
    Phone = "phone" / "Work telephone" from ["telephone", "phonenumber", "mobile", "worktelephone", "extension"];
    /// The line manager's number.
    LineManager = "linemanager" / "Line manager's number" from ["manager", "linemanagernumber", "managernumber", "reportsto"];
    /// First working day.
    StartsOn = "startson" / "First working day" from ["startdate", "started", "firstday", "startday"];
    /// Last working day.
    LastDay = "lastday" / "Last working day" from ["enddate", "leavingdate", "leaver", "lastworkingday", "termination"];
    /// Whether they left.
    Left = "left" / "Has left (yes or no)" from ["ended", "hasleft", "inactive"];
}

impl std::str::FromStr for Column {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|column| column.as_str() == word).ok_or(())
    }
}

/// What each column of a file is; `None` for one that is passed over.
pub type Mapping = Vec<Option<Column>>;

/// A file taken apart.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) headings: Vec<String>,
    /// Each row with its number, as a spreadsheet counts: the headings are row 1.
    pub(super) rows: Vec<(usize, Vec<String>)>,
}

fn wrong(why: impl Into<String>) -> AppError {
    AppError::invalid("file", why)
}

/// Takes a file apart: commas, semicolons or tabs between cells, headings in its first row.
pub(super) fn read(bytes: &[u8]) -> Result<Table, AppError> {
    if bytes.len() > MOST_BYTES {
        return Err(wrong(format!("the file is larger than {} MB; split it", MOST_BYTES / 1024 / 1024)));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|_| wrong("the file is not in UTF-8; save it anew as \"CSV UTF-8\""))?;
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: char| first.matches(sign).count();
    let between =
        [b',', b';', b'\t'].into_iter().max_by_key(|sign| (count(char::from(*sign)), *sign == b','));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(between.unwrap_or(b','))
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut headings = None;
    let mut rows = Vec::new();
    for (place, record) in (1..).zip(reader.records()) {
        let record = record.map_err(|_| wrong(format!("row {place} cannot be read")))?;
        let cells: Vec<String> = record.iter().map(cell).collect();
        if cells.len() > MOST_COLUMNS {
            return Err(wrong(format!("row {place} has more than {MOST_COLUMNS} columns")));
        }
        if headings.is_none() {
            headings = Some(cells);
        } else if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push((place, cells));
        }
        if rows.len() > MOST_ROWS {
            return Err(wrong(format!("the file has more than {MOST_ROWS} rows; split it")));
        }
    }
    match headings {
        Some(headings) if !rows.is_empty() => Ok(Table { headings, rows }),
        _ => Err(wrong("the file has no rows: a first row with headings, then a row for each person")),
    }
}

/// A cell without the sign that keeps spreadsheets from taking it for a formula.
fn cell(text: &str) -> String {
    let text = text.trim();
    let text = match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => text,
    };
    text.chars().take(LONGEST_CELL).collect()
}

/// What the headings say of each column; the first of two that say the same counts.
pub(super) fn guess(headings: &[String]) -> Mapping {
    let mut taken = std::collections::HashSet::new();
    headings
        .iter()
        .map(|heading| {
            let plain: String =
                heading.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
            Column::ALL
                .iter()
                .copied()
                .find(|column| column.known().contains(&plain.as_str()))
                .filter(|column| taken.insert(*column))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whatever_stands_between_its_cells() {
        for text in ["\u{feff}Number,Name\n1,Ames\n\n2,\"Byrd, Jo\"\n", "Number;Name\n1;Ames\n2;Byrd, Jo\n"] {
            let table = read(text.as_bytes()).unwrap();
            assert_eq!(table.headings, ["Number", "Name"]);
            let names: Vec<&str> = table.rows.iter().map(|(_, cells)| cells[1].as_str()).collect();
            assert_eq!(names, ["Ames", "Byrd, Jo"]);
        }
        for bad in [&b""[..], b"Number,Name\n", b"Number\n\xff\n"] {
            assert!(read(bad).is_err());
        }
        let many = "a\n".repeat(MOST_ROWS + 2);
        assert!(read(many.as_bytes()).unwrap_err().to_string().contains("more than 50000 rows"));
    }

    #[test]
    fn headings_are_guessed_and_no_column_is_two_things() {
        let headings: Vec<String> =
            ["Collar Number", "Forename", "SURNAME", "Job title", "Manager", "Number", "Shoe size"]
                .map(String::from)
                .to_vec();
        assert_eq!(
            guess(&headings),
            [
                Some(Column::Number),
                Some(Column::GivenName),
                Some(Column::FamilyName),
                Some(Column::Role),
                Some(Column::LineManager),
                None,
                None
            ]
        );
    }

    #[test]
    fn what_an_export_wrote_to_stop_formulas_is_taken_off_again() {
        assert_eq!(cell(" '+44 1953 "), "+44 1953");
        assert_eq!(cell("'quoted'"), "'quoted'");
    }
}
