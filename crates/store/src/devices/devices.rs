//! The asset register: what the force owns, who holds it, and the state that list pages show.

use domain::{DeviceId, DeviceKind, EnrolmentId, EnrolmentState, Force, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One entry of the asset register.
    pub struct Device {
        /// Its id.
        pub id: DeviceId,
        /// The maker's serial number, unique in the register.
        pub serial: String,
        /// What it is.
        pub kind: DeviceKind,
        /// Whose property it is.
        pub force: Force,
        /// Who has it, or is to have it.
        pub holder: Option<PersonId> = "holder_id",
        /// The force's own label.
        pub asset_tag: Option<String>,
        /// The vendor's model name.
        pub model: Option<String>,
        /// When it was entered.
        pub created_at: Timestamp,
        /// When it left the register's use.
        pub retired_at: Option<Timestamp>,
        /// Its live enrolment, if any.
        pub enrolment: Option<EnrolmentId> = "enrolment_id",
        /// How far it is under management.
        pub enrolment_state: EnrolmentState,
        /// Supervised, if it ever said.
        pub supervised: Option<bool>,
        /// Operating system version, if it ever said.
        pub os_version: Option<String>,
        /// When it last spoke to the server; kept to the minute.
        pub last_contact_at: Option<Timestamp>,
        /// Clauses met at the last judgement.
        pub met: i64,
        /// Clauses not met.
        pub not_met: i64,
        /// Clauses not known.
        pub not_known: i64,
        /// When it was last judged.
        pub judged_at: Option<Timestamp>,
    }
}

/// What a page of the device list shows. Empty words mean "any".
#[derive(Debug, Clone, Default)]
pub struct DeviceFilter {
    /// Only this force's.
    pub force: Option<Force>,
    /// Only this kind.
    pub kind: Option<DeviceKind>,
    /// Only in this state of enrolment.
    pub state: Option<EnrolmentState>,
    /// Only those with a clause not met.
    pub attention: bool,
    /// Part of a serial number or asset tag.
    pub search: String,
    /// Only those that sign their messages with SHA-1. Only [`list`] looks at it.
    pub signs_sha1: bool,
    /// Only those that do not meet this clause, or of which it is not known. Only [`list`] looks at it.
    pub clause: String,
    /// Only serial numbers after this one. Only [`page`] looks at it.
    pub after: String,
}

macro_rules! holder {
    () => {
        "(SELECT p.name || ' (' || p.number || ')' FROM person p WHERE p.id = device.holder_id)"
    };
}

macro_rules! filters {
    () => {
        "($2 = '' OR force = $2) AND ($3 = '' OR kind = $3) AND ($4 = '' OR enrolment_state = $4) AND not_met >= $5
         AND ($6 = '' OR lower(serial) LIKE $6 OR lower(COALESCE(asset_tag, '')) LIKE $6
         OR holder_id IN (SELECT h.id FROM person h WHERE lower(h.name) LIKE $6 OR lower(h.number) LIKE $6))
         AND ($9 = '' OR id IN (SELECT f.subject_id FROM finding f WHERE f.clause_id = $9
         AND f.outcome IN ('not-met', 'not-known') AND f.subject_kind = 'device'))
         AND ($10 = 0 OR id IN (SELECT s.device_id FROM enrolment s WHERE s.signs_sha1 = 1 AND s.ended_at IS NULL))"
    };
}

statements! {
    pub(crate) DEVICE_ADD = "INSERT INTO device (id, serial, kind, force, holder_id, asset_tag, model, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    DEVICE_BY_ID: Device = "SELECT {columns} FROM device WHERE id = $1";
    DEVICE_BY_SERIAL: Device = "SELECT {columns} FROM device WHERE serial = $1";
    DEVICES_OF_HOLDER: Device = "SELECT {columns} FROM device WHERE holder_id = $1 ORDER BY serial";
    DEVICE_PAGE: Device = "SELECT {columns} FROM device
        WHERE serial > $1 AND ($2 = '' OR force = $2) AND ($3 = '' OR kind = $3) AND ($4 = '' OR enrolment_state = $4)
        AND not_met >= $5 AND ($6 = '' OR lower(serial) LIKE $6 OR lower(COALESCE(asset_tag, '')) LIKE $6)
        ORDER BY serial LIMIT $7";
    DEVICE_LIST: (Device, Option<String>) = concat!("SELECT {columns}, ", holder!(), " FROM device
        WHERE serial > $1 AND $8 >= 0 AND ",
        filters!(), " ORDER BY serial LIMIT $7");
    DEVICE_LIST_DOWN: (Device, Option<String>) = concat!("SELECT {columns}, ", holder!(), " FROM device
        WHERE serial < $1 AND $8 >= 0 AND ",
        filters!(), " ORDER BY serial DESC LIMIT $7");
    DEVICE_LIST_NOT_MET: (Device, Option<String>) = concat!("SELECT {columns}, ", holder!(), " FROM device
        WHERE (not_met, serial) > ($8, $1) AND ", filters!(), " ORDER BY not_met, serial LIMIT $7");
    DEVICE_LIST_NOT_MET_DOWN: (Device, Option<String>) = concat!("SELECT {columns}, ", holder!(), " FROM device
        WHERE (not_met, serial) < ($8, $1) AND ", filters!(), " ORDER BY not_met DESC, serial DESC LIMIT $7");
    DEVICE_ATTENTION: Device = "SELECT {columns} FROM device
        WHERE not_met > 0 AND ($1 = '' OR force = $1) ORDER BY not_met DESC, serial LIMIT $2";
    DEVICE_COUNTS: DeviceCounts = "SELECT count(*),
        COALESCE(sum(CASE WHEN enrolment_state = 'enrolled' THEN 1 ELSE 0 END), 0),
        COALESCE(sum(CASE WHEN not_met > 0 THEN 1 ELSE 0 END), 0),
        COALESCE(sum(CASE WHEN enrolment_state = 'enrolled' AND (last_contact_at IS NULL OR last_contact_at < $2) THEN 1 ELSE 0 END), 0),
        (SELECT count(*) FROM enrolment s JOIN device d ON d.id = s.device_id WHERE s.signs_sha1 = 1 AND s.ended_at IS NULL
        AND ($1 = '' OR d.force = $1))
        FROM device WHERE retired_at IS NULL AND kind NOT IN ('sim', 'accessory') AND ($1 = '' OR force = $1)";
    DEVICE_ENROLLED_COUNT = "SELECT count(*) FROM device WHERE enrolment_state = 'enrolled' AND kind = $2 AND ($1 = '' OR force = $1)";
    DEVICE_HOLDER = "UPDATE device SET holder_id = $2 WHERE id = $1";
    DEVICE_RETIRE = "UPDATE device SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL";
    DEVICE_ENROLMENT = "UPDATE device SET enrolment_id = $2, enrolment_state = $3 WHERE id = $1";
    // Most reports say what is known already: such a row is not written again.
    DEVICE_REPORTED = "UPDATE device SET supervised = COALESCE($2, supervised), os_version = COALESCE($3, os_version),
        model = COALESCE($4, model) WHERE id = $1 AND (COALESCE($2, supervised) IS DISTINCT FROM supervised
        OR COALESCE($3, os_version) IS DISTINCT FROM os_version OR COALESCE($4, model) IS DISTINCT FROM model)";
    DEVICE_NEW_START = "UPDATE device SET supervised = NULL, os_version = NULL WHERE id = $1";
    DEVICE_JUDGED = "UPDATE device SET met = $2, not_met = $3, not_known = $4, judged_at = $5 WHERE id = $1";
    DEVICE_IDS: DeviceId = "SELECT id FROM device WHERE retired_at IS NULL ORDER BY id";
}

/// Enters a device into the register.
pub fn add(tx: &mut Tx<'_>, new: &Device) -> Result<(), StoreError> {
    let params = values!(new: id, serial, kind, force, holder, asset_tag, model, created_at);
    tx.execute(&DEVICE_ADD, &params).map(drop)
}

/// Returns the device of that id.
pub fn by_id(tx: &mut Tx<'_>, id: DeviceId) -> Result<Option<Device>, StoreError> {
    tx.row(&DEVICE_BY_ID, &[Value::id(id)])
}

/// Returns the device with that serial number, exactly as written.
pub fn by_serial(tx: &mut Tx<'_>, serial: &str) -> Result<Option<Device>, StoreError> {
    tx.row(&DEVICE_BY_SERIAL, &[serial.into()])
}

/// Returns what a person holds.
pub fn of_holder(tx: &mut Tx<'_>, holder: PersonId) -> Result<Vec<Device>, StoreError> {
    tx.rows(&DEVICES_OF_HOLDER, &[Value::id(holder)])
}

/// Returns up to `limit` devices in order of serial number.
pub fn page(tx: &mut Tx<'_>, filter: &DeviceFilter, limit: u32) -> Result<Vec<Device>, StoreError> {
    tx.rows(
        &DEVICE_PAGE,
        &[
            filter.after.as_str().into(),
            crate::force_word(filter.force),
            filter.kind.map_or("", DeviceKind::as_str).into(),
            filter.state.map_or("", EnrolmentState::as_str).into(),
            i64::from(filter.attention).into(),
            crate::like(&filter.search),
            limit.into(),
        ],
    )
}

/// In which order a list of devices is walked; each is one walk along an index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeviceOrder {
    /// By serial number.
    #[default]
    Serial,
    /// By serial number, last first.
    SerialDown,
    /// Fewest clauses not met first.
    NotMet,
    /// Most clauses not met first.
    NotMetDown,
}

/// Later in any collation than every serial number, which is at most 40 letters and digits.
const AFTER_EVERY_SERIAL: &str = "ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ";

/// Returns up to `limit` devices in that order, each with its holder's name and number. `after` is the last device of the page
/// before: its clauses not met and its serial number; The search finds holders too.
pub fn list(
    tx: &mut Tx<'_>,
    filter: &DeviceFilter,
    order: DeviceOrder,
    after: Option<(i64, &str)>,
    limit: u32,
) -> Result<Vec<(Device, Option<String>)>, StoreError> {
    let (statement, start) = match order {
        DeviceOrder::Serial => (&DEVICE_LIST, (0, "")),
        DeviceOrder::SerialDown => (&DEVICE_LIST_DOWN, (0, AFTER_EVERY_SERIAL)),
        DeviceOrder::NotMet => (&DEVICE_LIST_NOT_MET, (-1, "")),
        DeviceOrder::NotMetDown => (&DEVICE_LIST_NOT_MET_DOWN, (i64::MAX, AFTER_EVERY_SERIAL)),
    };
    let (not_met, serial) = after.unwrap_or(start);
    tx.rows(
        statement,
        &[
            serial.into(),
            crate::force_word(filter.force),
            filter.kind.map_or("", DeviceKind::as_str).into(),
            filter.state.map_or("", EnrolmentState::as_str).into(),
            i64::from(filter.attention).into(),
            crate::like(&filter.search),
            limit.into(),
            not_met.into(),
            filter.clause.as_str().into(),
            i64::from(filter.signs_sha1).into(),
        ],
    )
}

/// Returns the devices with most clauses not met, worst first.
pub fn needing_attention(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    limit: u32,
) -> Result<Vec<Device>, StoreError> {
    tx.rows(&DEVICE_ATTENTION, &[crate::force_word(force), limit.into()])
}

row! {
    /// Figures of the register for an overview.
    #[derive(Copy, Default)]
    pub struct DeviceCounts {
        /// In use.
        pub all: i64,
        /// Under management.
        pub enrolled: i64,
        /// With at least one clause not met.
        pub attention: i64,
        /// Under management and not heard of since the given time.
        pub silent: i64,
        /// Under management and signing their messages with SHA-1.
        pub sha1: i64,
    }
}

/// Counts the register; `silent_before` is the time before which a last contact counts as silence.
pub fn counts(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    silent_before: Timestamp,
) -> Result<DeviceCounts, StoreError> {
    let params = [crate::force_word(force), silent_before.into()];
    Ok(tx.row(&DEVICE_COUNTS, &params)?.unwrap_or_default())
}

/// Returns how many devices of a kind are under management.
pub fn enrolled_count(tx: &mut Tx<'_>, force: Option<Force>, kind: DeviceKind) -> Result<i64, StoreError> {
    crate::single_count(tx, &DEVICE_ENROLLED_COUNT, &[crate::force_word(force), Value::id(kind)])
}

/// Gives the device to a holder, or to nobody.
pub fn set_holder(tx: &mut Tx<'_>, id: DeviceId, holder: Option<PersonId>) -> Result<(), StoreError> {
    tx.execute(&DEVICE_HOLDER, &[Value::id(id), Value::opt_id(holder)]).map(drop)
}

/// Takes the device out of use; returns whether it was in use.
pub fn retire(tx: &mut Tx<'_>, id: DeviceId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&DEVICE_RETIRE, &[Value::id(id), at.into()])? > 0)
}

/// Notes the device's live enrolment.
pub fn set_enrolment(
    tx: &mut Tx<'_>,
    id: DeviceId,
    enrolment: Option<EnrolmentId>,
    state: EnrolmentState,
) -> Result<(), StoreError> {
    tx.later(&DEVICE_ENROLMENT, vec![Value::id(id), Value::opt_id(enrolment), state.as_str().into()])
}

/// Copies what lists show out of a report; absent values leave what is known.
pub fn set_reported(
    tx: &mut Tx<'_>,
    id: DeviceId,
    supervised: Option<bool>,
    os_version: Option<&str>,
    model: Option<&str>,
) -> Result<(), StoreError> {
    tx.later(
        &DEVICE_REPORTED,
        vec![Value::id(id), supervised.map(i64::from).into(), os_version.into(), model.into()],
    )
}

/// Forgets what a device reported: it was set up anew, or its enrolment ended.
pub fn forget_reported(tx: &mut Tx<'_>, id: DeviceId) -> Result<(), StoreError> {
    tx.later(&DEVICE_NEW_START, vec![Value::id(id)])
}

/// The tally of a judgement: how many clauses came out how.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    /// Number that are met.
    pub met: i64,
    /// Number that are not met.
    pub not_met: i64,
    /// Number that are not known.
    pub not_known: i64,
}

/// Notes the tally of a judgement.
pub fn set_judged(tx: &mut Tx<'_>, id: DeviceId, tally: &Judged, at: Timestamp) -> Result<(), StoreError> {
    let Judged { met, not_met, not_known } = *tally;
    tx.later(&DEVICE_JUDGED, vec![Value::id(id), met.into(), not_met.into(), not_known.into(), at.into()])
}

/// Returns every device in use.
pub fn ids(tx: &mut Tx<'_>) -> Result<Vec<DeviceId>, StoreError> {
    tx.rows(&DEVICE_IDS, &[])
}
