//! The pages that import files of devices.

use custody_app::register::import::Devices;

use web_shell::frame::Area;
use web_shell::imports::words::{Shown, TABLES, Words};

/// The pages that import files of devices.
#[derive(Debug)]
pub struct DeviceFiles;

impl Shown for DeviceFiles {
    type File = Devices;
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
