//! Imports files of devices, such as an export of Snipe-IT: what their columns can be, and what a row does.
//!
//! A file says who has a thing although nobody signed for it: its "checked out to" becomes the intended holder of a new device,
//! and changes nothing for one that is in the register.

use std::collections::HashMap;

use domain::{DeviceId, DeviceKind, Force, PersonId, PlaceId, Standing};
use serde_json::{Value, json};
use store::assets::{self, Asset};
use store::devices::{self, Device};
use store::{Tx, people};

use super::sheet::{self, Meant, number_in};
use super::{Described, NewDevice, Particulars, describe};
use kernel::access::{ManageRegister, Permit};
use kernel::imports::{
    Ask, Cells, Column as _, Does, File, Item, Kind, Mapping, Plan, Table, Wrong, columns, read_table,
};
use kernel::record::Record;
use kernel::{AppError, Work};

columns! {
    /// Maker's serial number.
    Serial = "serial" / "Serial number" from ["serialnumber", "serialno"];
    /// Force's own label.
    Tag = "tag" / "Asset tag" from ["assettag", "assetnumber"];
    /// Kind of device.
    Kind = "kind" / "Category or kind" from ["category", "type"];
    /// Maker of the device.
    Maker = "maker" / "Maker" from ["manufacturer", "make"];
    /// Maker's name for the model.
    Model = "model" / "Model" from ["modelname"];
    /// Equipment identity of its radio.
    Imei = "imei" / "IMEI" from [];
    /// State of use: in use or out of use.
    Status = "status" / "Status" from ["standing"];
    /// Intended holder.
    Holder = "holder" / "Checked out to" from ["checkedoutto", "checkedout", "assignedto", "employeenumber"];
    /// Store that holds it.
    Place = "place" / "Location" from ["location", "store"];
    /// Day of purchase.
    Bought = "bought" / "Purchase date" from ["purchasedate", "purchased"];
}

/// Kind of import for files of devices.
#[derive(Debug, Clone, Copy)]
pub enum Devices {}

/// Change that a row makes to a device.
pub struct DeviceChange {
    /// Device in the register; `None` for a new one.
    device: Option<Device>,
    force: Force,
    kind: DeviceKind,
    described: Described,
    holder: Option<PersonId>,
    place: Option<PlaceId>,
    retired: bool,
    /// Particulars in the register, which the row changes.
    before: Particulars,
}

/// Values seen in the file so far: the column and its value, with the row.
type Seen = HashMap<(Column, String), usize>;
/// Valid row, one that says nothing new or one that needs an answer; otherwise the reason why it is not valid.
type Read = Result<Row, String>;

enum Row {
    Does(Box<Item<DeviceChange>>),
    Same,
    LeftOut,
    Asked(Ask),
}

impl Kind for Devices {
    type Needs = ManageRegister;
    type Column = Column;
    type Content = Table;
    type Entry = DeviceChange;

    const WORD: &'static str = "devices";
    const ACTION: &'static str = "register.imported";
    const MOST_ROWS: usize = 5000;

    fn read(bytes: &[u8]) -> Result<Table, AppError> {
        read_table::<Self>(bytes)
    }

    fn lacks(mapping: &Mapping<Column>) -> Option<&'static str> {
        let known = [Column::Serial, Column::Tag].iter().any(|column| mapping.contains(&Some(*column)));
        (!known).then_some("say which column has the serial number, or the asset tag where there is none")
    }

    fn plan(
        tx: &mut Tx<'_>,
        _permit: &Permit<ManageRegister>,
        file: &File<Self>,
    ) -> Result<Plan<DeviceChange>, AppError> {
        let (mut plan, mut seen, table, mut left_out) = (Plan::default(), Seen::new(), &file.content, 0);
        for row in &table.rows {
            let cells = Cells::of(table, &file.mapping, &row.cells);
            let category = cells.get(Column::Kind).unwrap_or_default();
            let answered = file.answers.contains_key(category);
            if answered {
                plan.ask(row.place, sheet::question(category, &file.answers));
            }
            match item(tx, file, row.place, &cells, &mut seen)? {
                Ok(Row::Does(item)) => plan.items.push(*item),
                Ok(Row::Same) => plan.same += 1,
                Ok(Row::LeftOut) => left_out += 1,
                Ok(Row::Asked(_)) if answered => {}
                Ok(Row::Asked(ask)) => plan.ask(row.place, ask),
                Err(why) => plan.wrong.push(Wrong { row: row.place, why }),
            }
        }
        if left_out > 0 {
            plan.notes.push(format!("Rows left out as was answered: {left_out}."));
        }
        Ok(plan)
    }

    fn fingerprint(entry: &DeviceChange) -> Value {
        let new = &entry.described;
        json!([
            entry.device.as_ref().map(|device| device.id),
            entry.kind,
            [&new.asset_tag, &new.maker, &new.model, &new.imei, &new.bought_on],
            [&entry.before.asset_tag, &entry.before.maker, &entry.before.model, &entry.before.imei],
            entry.holder,
            entry.place,
            entry.retired,
        ])
    }

    fn enter(
        Work { app, tx, now }: Work<'_, '_>,
        by: &str,
        items: Vec<Item<DeviceChange>>,
    ) -> Result<(), AppError> {
        items.into_iter().try_for_each(|item| enter_device(Work { app, tx, now }, by, item))
    }
}

fn enter_device(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &str,
    item: Item<DeviceChange>,
) -> Result<(), AppError> {
    let row = item.entry;
    let action = if row.device.is_some() { "device.described" } else { "device.registered" };
    let device = match row.device {
        Some(device) => {
            describe(tx, &device, &row.described)?;
            device
        }
        None => {
            let id = DeviceId::from_uuid(app.world().uuid());
            let new = NewDevice {
                serial: item.number,
                kind: row.kind,
                force: row.force,
                holder: row.holder,
                asset_tag: None,
            };
            let device = super::entry(id, new.serial.clone(), &new, row.holder, now);
            devices::add(tx, &device)?;
            describe(tx, &device, &row.described)?;
            let before = assets::of(tx, &device)?;
            let mut asset: Asset = before.clone();
            asset.place = row.place.filter(|_| !row.retired);
            if row.retired {
                asset.standing = Standing::Retired;
                devices::retire(tx, id, now)?;
            }
            assets::restand(tx, id, &before, &asset)?;
            if let Some(holder) = row.holder {
                kernel::jobs::ask_standing(Work { app, tx, now }, holder)?;
            }
            device
        }
    };
    let record = Record::new(actor, action, format!("device:{}", device.id))
        .force(device.force)
        .reason("from-a-file")
        .detail(json!({ "serial": device.serial, "kind": device.kind, "holder": device.holder }));
    app.enter(tx, now, record)
}

/// Works out what a row does, or why it is not valid.
fn item(
    tx: &mut Tx<'_>,
    file: &File<Devices>,
    row: usize,
    cells: &Cells<'_, Column>,
    seen: &mut Seen,
) -> Result<Read, AppError> {
    let force = file.force;
    // An accessory or SIM without a number of its own is identified by its label.
    let known_by = cells.get(Column::Serial).or_else(|| cells.get(Column::Tag)).unwrap_or_default();
    let serial = match super::checked_serial(known_by) {
        Ok(serial) => serial,
        Err(why) => return Ok(Err(words(&why))),
    };
    let device = devices::by_serial(tx, &serial)?;
    if device.as_ref().is_some_and(|device| device.force != force) {
        return Ok(Err(format!("{serial} is another force’s property in the register")));
    }
    let category = cells.get(Column::Kind).unwrap_or_default();
    let said = sheet::kind_of(category, cells.get(Column::Maker).unwrap_or_default(), &file.answers);
    let kind = match (&device, said) {
        (Some(device), _) => device.kind,
        (None, Meant::Kind(kind)) => kind,
        (None, Meant::Asked(ask)) => return Ok(Ok(Row::Asked(ask))),
        (None, Meant::LeftOut) => return Ok(Ok(Row::LeftOut)),
        (None, Meant::Nothing) => {
            return Ok(Err(format!("{}: enter what it is, such as iPhone or Laptop", Column::Kind.title())));
        }
    };
    let before = match &device {
        Some(device) => Particulars::of(device, &assets::of(tx, device)?),
        None => Particulars::default(),
    };
    let described = match particulars(&before, cells) {
        Ok(new) => new.checked().map_err(|why| words(&why)),
        Err(why) => Err(why),
    };
    let described = match described {
        Ok(described) => described,
        Err(why) => return Ok(Err(why)),
    };
    if let Some(why) = taken(tx, force, device.as_ref(), &described)? {
        return Ok(Err(why));
    }
    if let Some(why) = twice(file, row, &serial, &described, seen) {
        return Ok(Err(why));
    }
    let entry =
        DeviceChange { force, kind, described, before, device, holder: None, place: None, retired: false };
    let (entry, said) = if entry.device.is_some() { known(entry, cells) } else { fresh(tx, entry, cells)? };
    let does = if entry.device.is_some() { Does::Changes } else { Does::Adds };
    if does == Does::Changes && entry.differences().is_empty() {
        return Ok(Ok(Row::Same));
    }
    let name = kind.title().to_owned();
    let item = Item { row, does, number: serial, name, difference: said.join("; "), entry };
    Ok(Ok(Row::Does(Box::new(item))))
}

/// Returns why a row is not valid that repeats a value of another row of the file.
fn twice(
    file: &File<Devices>,
    row: usize,
    serial: &str,
    described: &Described,
    seen: &mut Seen,
) -> Option<String> {
    let said = [
        (Column::Serial, Some(serial.to_owned())),
        (Column::Tag, described.asset_tag.as_ref().map(|tag| tag.to_uppercase())),
        (Column::Imei, described.imei.clone()),
    ];
    said.into_iter().find_map(|(column, value)| {
        let value = value?;
        let first = seen.insert((column, value.clone()), row)?;
        let at = file.content.counted.at(first);
        Some(format!("{value} stands in the file twice, first in {at}; keep one of them"))
    })
}

/// Returns a device's particulars as the row has them; an empty cell keeps what the register says.
fn particulars(before: &Particulars, cells: &Cells<'_, Column>) -> Result<Particulars, String> {
    let cell = |column, old: &String| cells.optional(column, Some(old)).unwrap_or_default();
    let bought = cells.day(Column::Bought, before.bought_on.parse().ok())?;
    Ok(Particulars {
        asset_tag: cell(Column::Tag, &before.asset_tag),
        maker: cell(Column::Maker, &before.maker),
        model: cell(Column::Model, &before.model),
        imei: cell(Column::Imei, &before.imei),
        bought_on: bought.map(|day| day.to_string()).unwrap_or_default(),
        ..before.clone()
    })
}

impl DeviceChange {
    /// Lists what would change in the register for a device that is already in it.
    fn differences(&self) -> Vec<String> {
        let (old, new) = (&self.before, &self.described);
        [
            (Column::Tag, &old.asset_tag, &new.asset_tag),
            (Column::Maker, &old.maker, &new.maker),
            (Column::Model, &old.model, &new.model),
            (Column::Imei, &old.imei, &new.imei),
            (Column::Bought, &old.bought_on, &new.bought_on),
        ]
        .into_iter()
        .filter(|(_, old, new)| new.as_deref().unwrap_or_default() != old.as_str())
        .map(|(column, old, new)| {
            let old = if old.is_empty() { "nothing" } else { old };
            format!("{}: {}, was {old}", column.title(), new.as_deref().unwrap_or("nothing"))
        })
        .collect()
    }
}

/// Finds another device that has the label or the IMEI already.
fn taken(
    tx: &mut Tx<'_>,
    force: Force,
    device: Option<&Device>,
    new: &Described,
) -> Result<Option<String>, AppError> {
    let another = |found: &[DeviceId]| found.iter().any(|id| device.is_none_or(|device| device.id != *id));
    if let Some(tag) = &new.asset_tag
        && another(&assets::with_tag(tx, force, &tag.to_uppercase())?)
    {
        return Ok(Some(format!("another device of the force is labelled {tag}")));
    }
    if let Some(imei) = &new.imei
        && another(&assets::with_imei(tx, imei)?)
    {
        return Ok(Some("another device in the register has this IMEI".to_owned()));
    }
    Ok(None)
}

/// Reads a row about a device in the register: its holder and place change by hand-overs alone.
fn known(entry: DeviceChange, cells: &Cells<'_, Column>) -> (DeviceChange, Vec<String>) {
    let mut said = entry.differences();
    let ignored = [Column::Holder, Column::Place, Column::Status];
    let ignored: Vec<&str> = ignored
        .into_iter()
        .filter(|column| cells.get(*column).is_some())
        .map(|column| column.title())
        .collect();
    if !ignored.is_empty() {
        said.push(format!("not looked at: {} (a signed hand-over changes that)", ignored.join(", ")));
    }
    (entry, said)
}

/// Reads a row about a new device, with its intended holder and the store that holds it as far as the register knows them.
fn fresh(
    tx: &mut Tx<'_>,
    entry: DeviceChange,
    cells: &Cells<'_, Column>,
) -> Result<(DeviceChange, Vec<String>), AppError> {
    let mut said: Vec<String> = entry.described.model.iter().cloned().collect();
    let holder = match cells.get(Column::Holder) {
        Some(who) => holder_of(tx, entry.force, who, &mut said)?,
        None => None,
    };
    let place = match cells.get(Column::Place) {
        Some(name) => place_of(tx, entry.force, name, &mut said)?,
        None => None,
    };
    let status = cells.get(Column::Status).map(str::to_lowercase).unwrap_or_default();
    let first = status.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let retired = ["archived", "retired", "disposed"].contains(&first);
    Ok((DeviceChange { holder, place, retired, ..entry }, said))
}

fn holder_of(
    tx: &mut Tx<'_>,
    force: Force,
    who: &str,
    said: &mut Vec<String>,
) -> Result<Option<PersonId>, AppError> {
    let number: String = number_in(who).chars().take(40).collect();
    match people::by_number(tx, force, &number)?.filter(|person| person.ended_at.is_none()) {
        Some(person) => {
            said.push(format!("meant for {}; nobody has signed for it", person.name));
            Ok(Some(person.id))
        }
        None => {
            let who: String = who.chars().take(60).collect();
            said.push(format!("\"{who}\" is nobody on the books: entered without a holder"));
            Ok(None)
        }
    }
}

fn place_of(
    tx: &mut Tx<'_>,
    force: Force,
    name: &str,
    said: &mut Vec<String>,
) -> Result<Option<PlaceId>, AppError> {
    let found = assets::place_by_name(tx, force, name)?.filter(|place| place.closed_at.is_none());
    if found.is_none() {
        let name: String = name.chars().take(60).collect();
        said.push(format!("\"{name}\" is no store of the force: entered without a place"));
    }
    Ok(found.map(|place| place.id))
}

fn words(error: &AppError) -> String {
    match error {
        AppError::Invalid { field, message } => {
            let plain: String = field.chars().filter(char::is_ascii_alphabetic).collect();
            let meant =
                |column: &&Column| column.as_str() == plain || column.known().contains(&plain.as_str());
            let title = Column::ALL.iter().find(meant);
            format!("{}: {message}", title.map_or(*field, |column| column.title()))
        }
        other => other.to_string(),
    }
}
