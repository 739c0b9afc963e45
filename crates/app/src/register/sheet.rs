//! A file of another asset system as rows by field: its columns found by their names or named by hand, its categories put
//! into this register's words.

use std::collections::BTreeMap;

use domain::DeviceKind;

use super::RegisterFile;
use crate::AppError;

/// Rows of one file at most.
const MOST_ROWS: usize = 5000;
/// Bytes of one file at most.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What a column can hold, and the names under which other systems export it.
const FIELDS: [(&str, &str, &[&str]); 10] = [
    ("serial", "Serial number", &["serial", "serial number", "serial no"]),
    ("tag", "Asset tag", &["asset tag", "asset number", "tag"]),
    ("kind", "Category or kind", &["category", "kind", "type"]),
    ("maker", "Maker", &["manufacturer", "maker", "make"]),
    ("model", "Model", &["model", "model name"]),
    ("imei", "IMEI", &["imei"]),
    ("status", "Status", &["status", "standing"]),
    (
        "holder",
        "Checked out to",
        &["checked out to", "checked out", "holder", "assigned to", "employee number"],
    ),
    ("place", "Location", &["location", "store"]),
    ("bought", "Purchase date", &["purchase date", "purchased", "bought"]),
];

/// The rows of a file, by field.
pub(super) struct Sheet {
    pub columns: Vec<(&'static str, &'static str, Option<String>)>,
    pub unused: Vec<String>,
    pub rows: Vec<(u64, BTreeMap<&'static str, String>)>,
}

impl Sheet {
    pub(super) fn read(file: &RegisterFile) -> Result<Self, AppError> {
        if file.text.trim().is_empty() {
            return Err(AppError::invalid(
                "file",
                "put in the rows, with the names of the columns in the first one",
            ));
        }
        if file.text.len() > MOST_BYTES {
            return Err(AppError::invalid("file", "split it into files of 4 megabytes at most"));
        }
        let text = file.text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let bad = |error: csv::Error| AppError::invalid("file", format!("it cannot be read: {error}"));
        let head: Vec<String> =
            reader.headers().map_err(bad)?.iter().map(|name| name.trim().to_owned()).collect();
        let mut places: Vec<Option<usize>> = Vec::new();
        for (field, _, names) in FIELDS {
            let by_hand = file.columns.iter().find(|(of, name)| of == field && !name.is_empty());
            let found = |wanted: &str| head.iter().position(|name| name.eq_ignore_ascii_case(wanted));
            places.push(match by_hand {
                Some((_, name)) => Some(found(name).ok_or_else(|| {
                    AppError::invalid("columns", format!("the file has no column \"{name}\""))
                })?),
                None => names.iter().find_map(|name| found(name)),
            });
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(bad)?;
            if rows.len() >= MOST_ROWS {
                return Err(AppError::invalid(
                    "file",
                    format!("split it into files of {MOST_ROWS} rows at most"),
                ));
            }
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |place: &Option<usize>| place.and_then(|place| record.get(place)).map(plain);
            let cells =
                FIELDS.iter().zip(&places).filter_map(|((field, ..), place)| Some((*field, cell(place)?)));
            rows.push((line, cells.collect()));
        }
        let used = |place: usize| places.contains(&Some(place));
        let unused = head.iter().enumerate().filter(|(place, _)| !used(*place)).map(|(_, name)| name.clone());
        let name_of = |place: &Option<usize>| place.and_then(|place| head.get(place).cloned());
        let columns =
            FIELDS.iter().zip(&places).map(|((field, title, _), place)| (*field, *title, name_of(place)));
        Ok(Self { columns: columns.collect(), unused: unused.collect(), rows })
    }
}

/// A cell as it was meant: without the apostrophe that keeps a spreadsheet from running it.
fn plain(cell: &str) -> String {
    let cell = cell.trim();
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest.to_owned(),
        _ => cell.to_owned(),
    }
}

/// What a category of another system is in this register, with the maker's help.
pub(super) fn kind_of(category: &str, maker: &str) -> Option<DeviceKind> {
    let (category, maker) = (category.to_lowercase(), maker.to_lowercase());
    if let Some(kind) = DeviceKind::ALL
        .iter()
        .find(|kind| kind.as_str() == category || kind.title().to_lowercase() == category)
    {
        return Some(*kind);
    }
    let has = |words: &[&str]| words.iter().any(|word| category.contains(word));
    let (apple, android) = (maker.contains("apple"), ["samsung", "google", "motorola", "nokia"]);
    let android = android.iter().any(|name| maker.contains(name));
    Some(match () {
        () if has(&["sim"]) => DeviceKind::Sim,
        () if has(&["radio", "airwave", "tetra"]) => DeviceKind::Radio,
        () if has(&["charger", "case", "cable", "dock", "monitor", "keyboard", "accessor", "battery"]) => {
            DeviceKind::Accessory
        }
        () if has(&["tablet", "ipad"]) && apple => DeviceKind::Ipad,
        () if has(&["tablet"]) && android => DeviceKind::AndroidTablet,
        () if has(&["laptop", "desktop", "computer", "tablet"]) => {
            if apple {
                DeviceKind::Mac
            } else {
                DeviceKind::WindowsPc
            }
        }
        () if has(&["phone", "mobile", "handset"]) && apple => DeviceKind::Iphone,
        () if has(&["phone", "mobile", "handset"]) && android => DeviceKind::AndroidPhone,
        () if has(&["phone", "mobile", "handset"]) => DeviceKind::Phone,
        () => return None,
    })
}

/// The collar or staff number in words such as `Ames, PC (1234)`.
pub(super) fn number_in(words: &str) -> &str {
    let inner = words.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(words).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_of_other_systems_are_understood_and_others_refused() {
        for (category, maker, kind) in [
            ("Mobile Phones", "Apple", Some(DeviceKind::Iphone)),
            ("Mobile Phones", "Samsung", Some(DeviceKind::AndroidPhone)),
            ("Handset", "Doro", Some(DeviceKind::Phone)),
            ("Laptops", "Apple", Some(DeviceKind::Mac)),
            ("Laptop", "Lenovo", Some(DeviceKind::WindowsPc)),
            ("Tablets", "Apple", Some(DeviceKind::Ipad)),
            ("iphone", "", Some(DeviceKind::Iphone)),
            ("SIM cards", "", Some(DeviceKind::Sim)),
            ("TETRA handset radio", "Sepura", Some(DeviceKind::Radio)),
            ("Furniture", "IKEA", None),
        ] {
            assert_eq!(kind_of(category, maker), kind, "{category} {maker}");
        }
    }

    #[test]
    fn columns_are_found_by_their_names_or_by_hand() {
        let text = "\u{feff}Asset Tag,Serial,Colour,Inventarnummer\nNC-1,'=F4GX,red,x\n".to_owned();
        let file = RegisterFile {
            text,
            columns: vec![("model".into(), "colour".into())],
            ..RegisterFile::default()
        };
        let sheet = Sheet::read(&file).unwrap();
        assert_eq!(sheet.unused, ["Inventarnummer"]);
        let (line, cells) = &sheet.rows[0];
        assert_eq!((*line, cells["serial"].as_str(), cells["model"].as_str()), (2, "=F4GX", "red"));
        let missing = RegisterFile { columns: vec![("tag".into(), "Nummer".into())], ..file };
        assert!(Sheet::read(&missing).is_err());
        assert!(Sheet::read(&RegisterFile::default()).is_err());
    }

    #[test]
    fn a_number_is_found_in_a_name() {
        assert_eq!(number_in("Ames, PC (1234)"), "1234");
        assert_eq!(number_in(" 1234 "), "1234");
    }
}
