//! The register from a file: comma-separated values of another asset system, such as an export of Snipe-IT, with its columns
//! found by their names or named by hand, and a preview before anything is entered.
//!
//! A file says who has a thing and nobody signed for it: its "checked out to" becomes the intended holder. Not here: reading
//! the file from a disk or a form.

use std::collections::BTreeMap;

use domain::{DeviceId, DeviceKind, Force, PersonId, PlaceId, Standing};
use serde_json::json;
use store::assets::{self, Asset};
use store::devices::{self, Device};
use store::{Tx, people};

use super::sheet::{Sheet, kind_of, number_in};
use super::{Described, NewDevice, Particulars, describe};
use crate::access::{ManageRegister, Permit};
use crate::record::Record;
use crate::{App, AppError};

/// A file to be entered.
#[derive(Debug, Clone, Default)]
pub struct RegisterFile {
    /// Whose property the things are.
    pub force: Option<Force>,
    /// The file.
    pub text: String,
    /// Columns named by hand: field and the column's own name. What is not named is found by its name.
    pub columns: Vec<(String, String)>,
    /// Enter the rows that are right; otherwise all of them or none.
    pub skip_wrong: bool,
}

/// What would become of a file.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// Each field with its words and the column in which it was found.
    pub columns: Vec<(&'static str, &'static str, Option<String>)>,
    /// Names of columns that nothing is taken from.
    pub unused: Vec<String>,
    /// Each row: its line in the file, and what becomes of it.
    pub rows: Vec<(u64, RowFate)>,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowFate {
    /// It is entered.
    New {
        /// The serial number.
        serial: String,
        /// What it is taken for.
        kind: DeviceKind,
        /// What of the row cannot be kept, in words.
        notes: Vec<String>,
    },
    /// It stands in the register, and what the file says of it is written over.
    Known {
        /// The serial number.
        serial: String,
        /// What of the row is not looked at, in words.
        notes: Vec<String>,
    },
    /// It cannot be.
    Wrong(String),
}

/// How many rows were entered, changed and left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// New in the register.
    pub entered: usize,
    /// Written over.
    pub changed: usize,
    /// Left out because they are wrong.
    pub wrong: usize,
}

/// A row as it can be entered.
struct Ready {
    device: Option<Device>,
    new: NewDevice,
    described: Described,
    holder: Option<PersonId>,
    place: Option<PlaceId>,
    retired: bool,
    notes: Vec<String>,
}

impl App {
    /// What would become of a file. Changes nothing.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for what is no such file.
    pub async fn preview_register(
        &self,
        permit: Permit<ManageRegister>,
        file: &RegisterFile,
    ) -> Result<Preview, AppError> {
        let sheet = Sheet::read(file)?;
        let force = file.force.ok_or_else(|| AppError::invalid("force", "choose whose property it is"))?;
        permit.reaches(force)?;
        let (columns, unused) = (sheet.columns, sheet.unused);
        let rows = self
            .store()
            .read(move |tx| {
                let mut seen = Vec::new();
                let mut rows = Vec::new();
                for (line, cells) in &sheet.rows {
                    let fate = match ready(tx, force, cells, &mut seen)? {
                        Ok(Ready { device: None, new, notes, .. }) => {
                            RowFate::New { serial: new.serial, kind: new.kind, notes }
                        }
                        Ok(Ready { new, notes, .. }) => RowFate::Known { serial: new.serial, notes },
                        Err(why) => RowFate::Wrong(why),
                    };
                    rows.push((*line, fate));
                }
                Ok::<_, AppError>(rows)
            })
            .await?;
        Ok(Preview { columns, unused, rows })
    }

    /// Enters a file: every row that is right, or all rows or none. Entering the same file twice changes nothing more.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for what is no such file, or where a row is wrong and none may be.
    pub async fn import_register(
        &self,
        permit: Permit<ManageRegister>,
        file: RegisterFile,
    ) -> Result<Imported, AppError> {
        let sheet = Sheet::read(&file)?;
        let force = file.force.ok_or_else(|| AppError::invalid("force", "choose whose property it is"))?;
        permit.reaches(force)?;
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let (mut done, mut seen) = (Imported::default(), Vec::new());
                for (line, cells) in &sheet.rows {
                    let row = match ready(tx, force, cells, &mut seen)? {
                        Ok(row) => row,
                        Err(_) if file.skip_wrong => {
                            done.wrong += 1;
                            continue;
                        }
                        Err(why) => {
                            return Err(AppError::invalid(
                                "file",
                                format!("line {line}: {why}; nothing was entered"),
                            ));
                        }
                    };
                    let known = row.device.is_some();
                    app.enter_row(tx, &permit, row)?;
                    if known { done.changed += 1 } else { done.entered += 1 }
                }
                let record = Record::new(&permit.actor().name, "register.imported", "register".to_owned())
                    .force(force)
                    .detail(json!({ "entered": done.entered, "changed": done.changed, "wrong": done.wrong }));
                app.enter(tx, now, record)?;
                Ok(done)
            })
            .await
    }

    fn enter_row(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit<ManageRegister>,
        row: Ready,
    ) -> Result<(), AppError> {
        let now = self.world().now();
        let known = row.device.is_some();
        let device = match row.device {
            Some(device) => device,
            None => {
                let id = DeviceId::from_uuid(self.world().uuid());
                let device = super::entry(id, row.new.serial.clone(), &row.new, row.holder, now);
                devices::add(tx, &device)?;
                device
            }
        };
        describe(tx, &device, &row.described)?;
        if !known {
            let mut asset: Asset = assets::of(tx, &device)?;
            asset.place = row.place.filter(|_| !row.retired);
            if row.retired {
                asset.standing = Standing::Retired;
                devices::retire(tx, device.id, now)?;
            }
            assets::put(tx, device.id, &asset)?;
        }
        let action = if known { "device.described" } else { "device.registered" };
        let record = Record::new(&permit.actor().name, action, format!("device:{}", device.id))
            .force(device.force)
            .reason("from-a-file")
            .detail(json!({ "serial": device.serial, "kind": device.kind, "holder": device.holder }));
        self.enter(tx, now, record)
    }
}

/// A row as it can be entered, or why it cannot.
fn ready(
    tx: &mut Tx<'_>,
    force: Force,
    cells: &BTreeMap<&'static str, String>,
    seen: &mut Vec<String>,
) -> Result<Result<Ready, String>, AppError> {
    let cell = |field: &str| cells.get(field).map_or("", String::as_str);
    // An accessory or SIM without a number of its own is known by its label.
    let serial: String = match cell("serial") {
        "" => cell("tag").chars().filter(|c| !matches!(c, ' ' | '-')).collect(),
        serial => serial.to_owned(),
    };
    let serial = match super::checked_serial(&serial) {
        Ok(serial) => serial,
        Err(why) => return Ok(Err(words(why))),
    };
    if seen.contains(&serial) {
        return Ok(Err(format!("{serial} stands in the file twice")));
    }
    seen.push(serial.clone());
    let Some(kind) = kind_of(cell("kind"), cell("maker")) else {
        return Ok(Err(format!("\"{}\" is no category that the register knows", cell("kind"))));
    };
    let found = devices::by_serial(tx, &serial)?;
    if found.as_ref().is_some_and(|device| device.force != force) {
        return Ok(Err(format!("{serial} is the other force’s property in the register")));
    }
    let particulars = Particulars {
        asset_tag: cell("tag").to_owned(),
        maker: cell("maker").to_owned(),
        model: cell("model").to_owned(),
        imei: cell("imei").to_owned(),
        bought_on: cell("bought").chars().take(10).collect(),
        ..Particulars::default()
    };
    let described = match particulars.checked() {
        Ok(described) => described,
        Err(why) => return Ok(Err(words(why))),
    };
    if let Some(tag) = &described.asset_tag {
        let same = assets::with_tag(tx, force, &tag.to_uppercase())?;
        if same.iter().any(|id| found.as_ref().is_none_or(|device| device.id != *id)) {
            return Ok(Err(format!("another device of the force is labelled {tag}")));
        }
    }
    if let Some(imei) = &described.imei {
        let same = assets::with_imei(tx, imei)?;
        if same.iter().any(|id| found.as_ref().is_none_or(|device| device.id != *id)) {
            return Ok(Err("another device in the register has this IMEI".to_owned()));
        }
    }
    let mut notes = Vec::new();
    let holder = holder_of(tx, force, cell("holder"), &mut notes)?;
    let place = place_of(tx, force, cell("place"), &mut notes)?;
    let status = cell("status").to_lowercase();
    let retired = ["archived", "retired", "disposed"].iter().any(|word| status.contains(word));
    let new = NewDevice { serial, kind, force, holder, asset_tag: None };
    Ok(Ok(Ready { device: found, new, described, holder, place, retired, notes }))
}

fn holder_of(
    tx: &mut Tx<'_>,
    force: Force,
    said: &str,
    notes: &mut Vec<String>,
) -> Result<Option<PersonId>, AppError> {
    if said.is_empty() {
        return Ok(None);
    }
    let number: String = number_in(said).chars().take(20).collect();
    match people::by_number(tx, force, &number)?.filter(|person| person.ended_at.is_none()) {
        Some(person) => {
            notes.push(format!("meant for {}; nobody has signed for it", person.name));
            Ok(Some(person.id))
        }
        None => {
            let said: String = said.chars().take(60).collect();
            notes.push(format!("\"{said}\" is nobody on the books: entered without a holder"));
            Ok(None)
        }
    }
}

fn place_of(
    tx: &mut Tx<'_>,
    force: Force,
    said: &str,
    notes: &mut Vec<String>,
) -> Result<Option<PlaceId>, AppError> {
    if said.is_empty() {
        return Ok(None);
    }
    let found = assets::place_by_name(tx, force, said)?.filter(|place| place.closed_at.is_none());
    if found.is_none() {
        let said: String = said.chars().take(60).collect();
        notes.push(format!("\"{said}\" is no store of the force: entered without a place"));
    }
    Ok(found.map(|place| place.id))
}

fn words(error: AppError) -> String {
    match error {
        AppError::Invalid { field, message } => format!("{field}: {message}"),
        other => other.to_string(),
    }
}
