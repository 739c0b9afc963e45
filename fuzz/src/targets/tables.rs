//! Files of rows: text with a sign between its cells, and workbooks; and the days in them.

use tables::{MOST_COLUMNS, Table, day};

/// Words that mean something in a table.
pub const WORDS: &[&str] = &[
    "number,name,bought\n",
    "number;name\r\n",
    "sep=;\n",
    "\"\"",
    "\"",
    ",",
    ";",
    "\t",
    "\r",
    "3/4/2025",
    "3/14/2025",
    "Fri Mar 14, 2025",
    "2025-03-14 00:00:00",
    "99999999",
    "'=1+1",
    "\u{feff}",
    "\u{0}",
    "é",
];

/// Most rows that are asked for.
const MOST_ROWS: usize = 2000;

/// Reads the bytes as a table; whatever comes out is bounded, and each place is named once.
pub fn table(data: &[u8]) -> bool {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(day) = day::read(text)
    {
        assert_eq!(day::read(&day.to_string()), Ok(day), "a day reads back");
    }
    let fits = |headings: &[String]| headings.iter().any(|heading| heading == "number");
    let Ok(table) = Table::read(data, MOST_ROWS, fits) else { return false };
    assert!(table.headings.len() <= MOST_COLUMNS, "{} headings", table.headings.len());
    assert!(table.rows.len() + table.wrong.len() <= MOST_ROWS);
    let mut places: Vec<usize> = table.rows.iter().map(|row| row.place).collect();
    places.extend(table.wrong.iter().map(|wrong| wrong.row));
    places.sort_unstable();
    let all = places.len();
    places.dedup();
    assert_eq!(places.len(), all, "a row is taken or wrong, never both");
    for row in &table.rows {
        assert!(row.cells.len() <= table.headings.len(), "line {} has more cells than headings", row.place);
        assert!(row.cells.iter().any(|cell| !cell.is_empty()), "line {} is empty", row.place);
        for (column, cell) in row.cells.iter().enumerate() {
            let _ = table.day(column, cell);
        }
    }
    true
}

/// Returns small tables, as text and as a workbook.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "number,name,bought\n1,Ames,3/4/2025\n2,\"Byrd, Jo\",\"line one\nline two\"\n",
        "Made on 1 November\n\nnumber;name\r\n1;Ames;\r\n2;Byrd;x\r\n",
        "number\tname\r1\tAmes\r",
    ];
    let mut seeds: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let wide = texts.first().into_iter().flat_map(|text| text.encode_utf16().flat_map(u16::to_le_bytes));
    seeds.push([0xFF, 0xFE].into_iter().chain(wide).collect());
    seeds.push(include_bytes!("../../data/devices.xlsx").to_vec());
    seeds
}
