//! The asset register's details: class, maker, numbers, state by the last signed hand-over; and places.

use domain::{AssetClass, DeviceId, DeviceKind, Force, PlaceId, PlaceKind, Standing, Timestamp, Use};

use crate::devices::Device;
use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// What the register says of a device in addition to [`Device`].
    pub struct Asset {
        /// Its class of property.
        pub class: AssetClass,
        /// Personal issue or pool.
        pub held_as: Use,
        /// Its state by the last signed hand-over.
        pub standing: Standing,
        /// The store or workshop that it is in, if any.
        pub place: Option<PlaceId> = "place_id",
        /// When a loan is due back.
        pub due_back_at: Option<Timestamp>,
        /// Who made it.
        pub maker: Option<String>,
        /// Equipment identity of its radio, 15 digits.
        pub imei: Option<String>,
        /// Number of its SIM, 18 to 22 digits.
        pub iccid: Option<String>,
        /// Number of its embedded SIM, 32 digits.
        pub eid: Option<String>,
        /// Day of purchase, `2026-11-22`.
        pub bought_on: Option<String>,
    }
}

impl Asset {
    /// Returns the details of a device that was never described nor handed over: it is in store.
    #[must_use]
    pub const fn undescribed(device: &Device) -> Self {
        Self {
            class: device.kind.class(),
            held_as: Use::Personal,
            standing: if device.retired_at.is_some() { Standing::Retired } else { Standing::InStore },
            place: None,
            due_back_at: None,
            maker: None,
            imei: None,
            iccid: None,
            eid: None,
            bought_on: None,
        }
    }
}

row! {
    /// A store or workshop.
    pub struct Place {
        /// Its id.
        pub id: PlaceId,
        /// The force that it belongs to.
        pub force: Force,
        /// What it is.
        pub kind: PlaceKind,
        /// Its name, unique in the force.
        pub name: String,
        /// When it was entered.
        pub created_at: Timestamp,
        /// When it was closed.
        pub closed_at: Option<Timestamp>,
    }
}

/// How many devices in use one class of the asset register has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassCount {
    /// The class.
    pub class: AssetClass,
    /// In use.
    pub all: i64,
    /// Of them, with a named holder.
    pub held: i64,
}

/// Counts the devices in use by class. One that was never described has the class of its kind.
pub fn by_class(tx: &mut Tx<'_>) -> Result<Vec<ClassCount>, StoreError> {
    let mut counts: Vec<ClassCount> = Vec::new();
    for (kind, class, all, held) in tx.rows(&ASSETS_BY_CLASS, &[])? {
        let class = class.unwrap_or(kind.class());
        match counts.iter_mut().find(|count| count.class == class) {
            Some(count) => {
                count.all = count.all.saturating_add(all);
                count.held = count.held.saturating_add(held);
            }
            None => counts.push(ClassCount { class, all, held }),
        }
    }
    Ok(counts)
}

statements! {
    ASSETS_BY_CLASS: (DeviceKind, Option<AssetClass>, i64, i64) = "SELECT d.kind, a.class, count(*), count(d.holder_id)
        FROM device d LEFT JOIN asset a ON a.device_id = d.id
        WHERE d.retired_at IS NULL GROUP BY d.kind, a.class";
    pub(crate) ASSET_PUT = "INSERT INTO asset (device_id, class, held_as, standing, place_id, due_back_at, maker,
        imei, iccid, eid, bought_on)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (device_id) DO UPDATE SET class = excluded.class,
        held_as = excluded.held_as, maker = excluded.maker, imei = excluded.imei, iccid = excluded.iccid, eid = excluded.eid,
        bought_on = excluded.bought_on";
    ASSET_RESTAND = "INSERT INTO asset (device_id, class, held_as, standing, place_id, due_back_at, maker, imei,
        iccid, eid, bought_on)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (device_id) DO UPDATE SET standing = excluded.standing, place_id = excluded.place_id,
        due_back_at = excluded.due_back_at WHERE asset.standing = $12 AND COALESCE(asset.place_id, '') = $13";
    ASSET_OF: Asset = "SELECT {columns} FROM asset WHERE device_id = $1";
    ASSETS_WITH_CODE: DeviceId = "SELECT id FROM device WHERE serial = $1 OR upper(asset_tag) = $1 UNION
        SELECT device_id FROM asset WHERE imei = $1 OR iccid = $1 OR eid = $1 ORDER BY 1 LIMIT 10";
    ASSETS_OF_TAG: DeviceId = "SELECT id FROM device WHERE force = $1 AND upper(asset_tag) = $2 ORDER BY id LIMIT 2";
    ASSETS_OF_IMEI: DeviceId = "SELECT device_id FROM asset WHERE imei = $1 ORDER BY device_id LIMIT 2";
    ASSETS_IN_PLACE: DeviceId = "SELECT device_id FROM asset
        WHERE place_id = $1 AND standing = $2 ORDER BY device_id LIMIT 10000";
    ASSETS_LATE: (DeviceId, Timestamp) = "SELECT a.device_id, a.due_back_at FROM asset a
        JOIN device d ON d.id = a.device_id
        WHERE a.due_back_at < $2 AND a.standing = 'on-loan' AND ($1 = '' OR d.force = $1) ORDER BY a.due_back_at LIMIT $3";
    PLACE_ADD = "INSERT INTO place (id, force, kind, name, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (force, name) DO NOTHING";
    PLACE_BY_ID: Place = "SELECT {columns} FROM place WHERE id = $1";
    PLACE_BY_NAME: Place = "SELECT {columns} FROM place WHERE force = $1 AND lower(name) = $2";
    PLACES: Place = "SELECT {columns} FROM place WHERE ($1 = '' OR force = $1) ORDER BY force, name LIMIT 500";
    PLACE_CLOSE = "UPDATE place SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL";
    DEVICE_DESCRIBE = "UPDATE device SET asset_tag = $2, model = $3 WHERE id = $1";
    DEVICE_MOVE = "UPDATE device SET force = $2 WHERE id = $1";
}

/// Returns the particulars of a device.
pub fn of(tx: &mut Tx<'_>, device: &Device) -> Result<Asset, StoreError> {
    Ok(tx.row(&ASSET_OF, &[Value::id(device.id)])?.unwrap_or_else(|| Asset::undescribed(device)))
}

fn values(device: DeviceId, asset: &Asset) -> Vec<Value> {
    values!(asset: (device), class, held_as, standing, place, due_back_at, maker, imei, iccid, eid, bought_on)
}

/// Writes a device's details. Keeps its state: see [`restand`].
pub fn put(tx: &mut Tx<'_>, device: DeviceId, asset: &Asset) -> Result<(), StoreError> {
    tx.execute(&ASSET_PUT, &values(device, asset)).map(drop)
}

/// Writes a device's state and keeps its details; returns whether its state was still `before`.
pub fn restand(tx: &mut Tx<'_>, device: DeviceId, before: &Asset, after: &Asset) -> Result<bool, StoreError> {
    let mut params = values(device, after);
    let place = before.place.map(|place| place.to_string()).unwrap_or_default();
    params.extend([Value::id(before.standing), place.into()]);
    Ok(tx.execute(&ASSET_RESTAND, &params)? > 0)
}

/// Returns every device with that serial number, asset tag, IMEI, ICCID or EID; `code` in capitals. Ten at most.
pub fn with_code(tx: &mut Tx<'_>, code: &str) -> Result<Vec<DeviceId>, StoreError> {
    tx.rows(&ASSETS_WITH_CODE, &[code.into()])
}

/// Returns the devices of a force with that asset tag, in capitals; two at most.
pub fn with_tag(tx: &mut Tx<'_>, force: Force, tag: &str) -> Result<Vec<DeviceId>, StoreError> {
    tx.rows(&ASSETS_OF_TAG, &[Value::id(force), tag.into()])
}

/// Returns the devices with that IMEI; two at most.
pub fn with_imei(tx: &mut Tx<'_>, imei: &str) -> Result<Vec<DeviceId>, StoreError> {
    tx.rows(&ASSETS_OF_IMEI, &[imei.into()])
}

/// Returns the devices that a place should hold.
pub fn in_place(tx: &mut Tx<'_>, place: PlaceId, standing: Standing) -> Result<Vec<DeviceId>, StoreError> {
    tx.rows(&ASSETS_IN_PLACE, &[Value::id(place), Value::id(standing)])
}

/// Returns overdue loans, the oldest first.
pub fn late(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(DeviceId, Timestamp)>, StoreError> {
    tx.rows(&ASSETS_LATE, &[crate::force_word(force), now.into(), limit.into()])
}

/// Enters a place; returns whether its name was free in the force.
pub fn add_place(tx: &mut Tx<'_>, new: &Place) -> Result<bool, StoreError> {
    let params = values!(new: id, force, kind, name, created_at);
    Ok(tx.execute(&PLACE_ADD, &params)? > 0)
}

/// Returns the place of that id.
pub fn place_by_id(tx: &mut Tx<'_>, id: PlaceId) -> Result<Option<Place>, StoreError> {
    tx.row(&PLACE_BY_ID, &[Value::id(id)])
}

/// Returns the place of a force with that name, however it is capitalised.
pub fn place_by_name(tx: &mut Tx<'_>, force: Force, name: &str) -> Result<Option<Place>, StoreError> {
    Ok(tx.rows(&PLACE_BY_NAME, &[Value::id(force), name.trim().to_lowercase().into()])?.into_iter().next())
}

/// Returns every place, 500 at most.
pub fn places(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<Place>, StoreError> {
    tx.rows(&PLACES, &[crate::force_word(force)])
}

/// Closes a place; returns whether it was open.
pub fn close_place(tx: &mut Tx<'_>, id: PlaceId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&PLACE_CLOSE, &[Value::id(id), at.into()])? > 0)
}

/// Writes asset tag and model.
pub fn describe(
    tx: &mut Tx<'_>,
    device: DeviceId,
    tag: Option<&str>,
    model: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute(&DEVICE_DESCRIBE, &[Value::id(device), tag.into(), model.into()]).map(drop)
}

/// Moves a device to another force.
pub fn move_to(tx: &mut Tx<'_>, device: DeviceId, force: Force) -> Result<(), StoreError> {
    tx.execute(&DEVICE_MOVE, &[Value::id(device), Value::id(force)]).map(drop)
}
