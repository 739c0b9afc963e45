//! Files as they occur in the field. Line numbers are those of the file itself.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;

use super::*;

fn fits(headings: &[String]) -> bool {
    headings.iter().any(|heading| heading.eq_ignore_ascii_case("number"))
}

fn read(bytes: &[u8]) -> Result<Table, TableError> {
    Table::read(bytes, 50, fits)
}

fn cells(table: &Table) -> Vec<(usize, Vec<&str>)> {
    table.rows.iter().map(|row| (row.place, row.cells.iter().map(String::as_str).collect())).collect()
}

#[test]
fn cells_are_told_apart_by_whatever_stands_between_them() {
    for text in [
        "\u{feff}number,name\n1,Ames\n\n2,\"Byrd, Jo\"\n",
        "number;name\r\n1;Ames\r\n\r\n2;Byrd, Jo\r\n",
        "number\tname\r1\tAmes\r\r2\tByrd, Jo",
    ] {
        let table = read(text.as_bytes()).unwrap();
        assert_eq!(table.headings, ["number", "name"], "{text:?}");
        assert_eq!(cells(&table), [(2, vec!["1", "Ames"]), (4, vec!["2", "Byrd, Jo"])], "{text:?}");
    }
    let table = read(b"sep=;\nnumber;name\n1;\"a, b\"\n").unwrap();
    assert_eq!(cells(&table), [(3, vec!["1", "a, b"])], "Excel's own line is no row");
}

#[test]
fn a_quote_that_is_not_closed_is_named_by_its_line() {
    let open =
        "number,name,role\n3001,Ames Jo,Constable\n3002,\"Byrd Kim,Constable\n3003,Cole Pat,Constable\n";
    assert_eq!(read(open.as_bytes()).unwrap_err(), TableError::OpenQuote(3));
    let error = read(open.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("line 3") && error.contains("never closed"), "{error}");
    let twice = format!("{open}3004,\"Dunn Lee,Sergeant\n");
    assert_eq!(read(twice.as_bytes()).unwrap_err(), TableError::StrayQuote(3, 5));
    // Closed by the quote of another cell, so that whole rows are in it.
    let swallowed = format!("{open}3004,\",Sergeant\n3005,Eke Max,Constable\n");
    let table = read(swallowed.as_bytes()).unwrap();
    assert_eq!(table.wrong.iter().map(|wrong| wrong.row).collect::<Vec<_>>(), [3]);
    assert_eq!(
        cells(&table),
        [(2, vec!["3001", "Ames Jo", "Constable"]), (6, vec!["3005", "Eke Max", "Constable"])]
    );
}

#[test]
fn a_cell_over_several_lines_is_one_cell_and_the_lines_below_keep_their_numbers() {
    let table =
        read(b"number,name,notes\r\n1,Ames,\"line one\r\nline \"\"two\"\"\"\r\n2,Byrd, 5\" screen\r\n")
            .unwrap();
    assert_eq!(
        cells(&table),
        [(2, vec!["1", "Ames", "line one\nline \"two\""]), (4, vec!["2", "Byrd", "5\" screen"])]
    );
    assert!(table.wrong.is_empty());
}

#[test]
fn a_row_with_more_cells_than_headings_is_wrong_and_fewer_are_not() {
    let table =
        read(b"number,name,role,\n3011,Ames, Jo,Constable\n3012,Byrd Kim,Constable,,,\n3013,Cole\n").unwrap();
    assert_eq!(cells(&table), [(3, vec!["3012", "Byrd Kim", "Constable"]), (4, vec!["3013", "Cole"])]);
    let [wrong] = table.wrong.as_slice() else { panic!("{:?}", table.wrong) };
    assert!(wrong.row == 2 && wrong.why.contains("4 cells and there are 3 headings"), "{wrong:?}");
}

#[test]
fn headings_below_the_first_line_are_found_and_what_is_above_is_said() {
    let table = read(b"People of the force\n\nMade on,1 November 2026\nnumber,name\n1,Ames\n").unwrap();
    assert_eq!(table.headings, ["number", "name"]);
    assert_eq!(cells(&table), [(5, vec!["1", "Ames"])]);
    let note = table.notes.join(" ");
    assert!(
        note.contains("line 4") && note.contains("lines 1 to 3") && note.contains("People of the force"),
        "{note}"
    );
    let none = read(b"Collar,Who\n1,Ames\n").unwrap();
    assert!(none.notes.join(" ").contains("line 1, and do not say what is needed"), "{:?}", none.notes);
}

#[test]
fn what_is_no_table_is_refused_with_what_to_save_it_as() {
    for (bytes, says) in [
        (&b""[..], "no rows"),
        (b"number,name\n", "no rows"),
        (b"number,name\n1,Zo\xEB\n", "line 2"),
        (b"number,name\n1,Zo\xEB\n", "CSV UTF-8"),
        (b"<html><table><tr><td>number</td></tr></table></html>", "web page"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "old Excel workbook"),
        (b"PK\x03\x04 and nothing", "not a readable Excel workbook"),
        (b"\0\0\0\0", "not text"),
    ] {
        let error = read(bytes).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let many = format!("number\n{}", "1\n".repeat(51));
    assert_eq!(read(many.as_bytes()).unwrap_err(), TableError::TooManyRows(50));
    let wide = format!("number{}\n1\n", ",x".repeat(70));
    assert!(matches!(read(wide.as_bytes()).unwrap_err(), TableError::TooManyColumns(_)));
    assert_eq!(read(&vec![b'x'; MOST_BYTES + 1]).unwrap_err(), TableError::TooLarge);
}

#[test]
fn a_day_that_may_be_either_is_refused_where_the_column_has_its_month_in_front() {
    let table = read(b"number,bought,sold\n1,3/4/2025,3/4/2025\n2,3/14/2025,14/3/2025\n").unwrap();
    assert_eq!(table.day(2, "3/4/2025"), Ok("2025-04-03".parse().unwrap()));
    let error = table.day(1, "3/4/2025").unwrap_err();
    assert!(error.contains("line 3 has “3/14/2025”") && error.contains("2025-04-03"), "{error}");
    assert!(table.day(1, "3/14/2025").unwrap_err().contains("month first"));
    assert!(table.day(1, "2025-04-03").is_ok());
}

#[test]
fn the_sign_against_formulas_is_taken_off_again() {
    let table = read(b"number,name\n1, '+44 1953\n2,'quoted'\n").unwrap();
    assert_eq!(cells(&table), [(2, vec!["1", "+44 1953"]), (3, vec!["2", "'quoted'"])]);
}

/// Returns a workbook with those sheets, the second of which may be hidden.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, text: &str| {
        file.start_file(name, SimpleFileOptions::default()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    };
    let (mut list, mut links) = (String::new(), String::new());
    for (place, (name, rows)) in (1..).zip(sheets) {
        let state = if name.starts_with("Hidden") { " state=\"hidden\"" } else { "" };
        list.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{place}\" r:id=\"rId{place}\"{state}/>"));
        links.push_str(&format!(
            "<Relationship Id=\"rId{place}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{place}.xml\"/>"
        ));
        let sheet = format!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
        );
        part(&format!("xl/worksheets/sheet{place}.xml"), &sheet);
    }
    let names = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    part("xl/workbook.xml", &format!("<workbook {names}><sheets>{list}</sheets></workbook>"));
    let relations = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
    part("xl/_rels/workbook.xml.rels", &format!("<Relationships {relations}>{links}</Relationships>"));
    let whole = "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/>";
    part("_rels/.rels", &format!("<Relationships {relations}>{whole}</Relationships>"));
    let styles = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    part("xl/styles.xml", styles);
    file.finish().unwrap().into_inner()
}

fn text_cell(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn the_first_sheet_that_is_shown_is_read_with_its_rows_dates_and_numbers() {
    let row = |cells: &[String]| format!("<row>{}</row>", cells.concat());
    let rows = [
        row(&[text_cell("A1", "number"), text_cell("B1", "bought"), text_cell("C1", "imei")]),
        row(&[
            "<c r=\"A3\"><v>3001</v></c>".to_owned(),
            "<c r=\"B3\" s=\"1\"><v>45730</v></c>".to_owned(),
            "<c r=\"C3\"><v>490154203237518</v></c>".to_owned(),
        ]),
        row(&[text_cell("A4", "3002"), "<c r=\"C4\"><v>8944100030000000123</v></c>".to_owned()]),
        row(&["<c r=\"A5\" t=\"e\"><v>#N/A</v></c>".to_owned()]),
    ];
    let table = read(&workbook(&[("Hidden", ""), ("Devices", &rows.concat()), ("Old", "")])).unwrap();
    assert_eq!(cells(&table), [(3, vec!["3001", "2025-03-14", "490154203237518"])]);
    assert_eq!(table.counted.at(3), "row 3");
    let wrong: Vec<_> = table.wrong.iter().map(|wrong| (wrong.row, wrong.why.as_str())).collect();
    assert!(wrong[0].0 == 4 && wrong[0].1.contains("more digits"), "{wrong:?}");
    assert!(wrong[1].0 == 5 && wrong[1].1.contains("#N/A"), "{wrong:?}");
    let notes = table.notes.join(" ");
    assert!(notes.contains("“Devices” was read") && notes.contains("not read: Old"), "{notes}");
}

#[test]
fn a_workbook_that_claims_too_much_is_refused_before_it_is_read() {
    let far = "<row><c r=\"A1\"><v>1</v></c></row><row><c r=\"XFD1048576\"><v>1</v></c></row>";
    assert_eq!(
        read(&workbook(&[("S", far)])).unwrap_err(),
        TableError::TooManyColumns("row 1048576".to_owned())
    );
    let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
    file.start_file("xl/workbook.xml", SimpleFileOptions::default()).unwrap();
    let block = vec![b' '; 1024 * 1024];
    for _ in 0..100 {
        file.write_all(&block).unwrap();
    }
    let bomb = file.finish().unwrap().into_inner();
    assert!(bomb.len() < 1024 * 1024, "{} bytes", bomb.len());
    assert_eq!(read(&bomb).unwrap_err(), TableError::Inflated);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_row_of_a_file_is_taken_or_named(rows in prop::collection::vec(
        prop::collection::vec("[a-z0-9 ;\"\n,]{0,8}", 1..4), 1..9,
    )) {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",");
        let text = format!("number,name\n{}\n", rows.iter().map(line).collect::<Vec<_>>().join("\n"));
        let full = rows.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).count();
        match read(text.as_bytes()) {
            Ok(table) => prop_assert_eq!(table.rows.len() + table.wrong.len(), full),
            Err(error) => prop_assert!(full == 0 && error == TableError::Empty, "{error}"),
        }
    }

    #[test]
    fn a_file_of_commas_is_read_as_it_was_written(rows in prop::collection::vec(
        ("[a-z0-9]{1,8}", "[a-z0-9 ,\"]{0,8}"), 1..9,
    )) {
        let line = |(number, name): &(String, String)| format!("{number},\"{}\"", name.replace('"', "\"\""));
        let text = format!("number,name\n{}\n", rows.iter().map(line).collect::<Vec<_>>().join("\n"));
        let table = read(text.as_bytes()).unwrap();
        for (row, (number, name)) in table.rows.iter().zip(&rows) {
            prop_assert_eq!(&row.cells[0], number);
            prop_assert_eq!(row.cells.get(1).map(String::as_str).unwrap_or_default(), name.trim());
        }
    }
}
