//! Enrolments: one row a channel of a device, from Authenticate until it ends.

use domain::{DeviceId, EnrolmentId, EnrolmentState, Platform, Timestamp};

use crate::{FromColumns, Row, StoreError, ToValues, Tx, Value, row, statements, values};

/// Which channel an enrolment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    /// The device itself.
    Device,
    /// A user of a Mac or a shared iPad.
    User {
        /// The vendor's identifier of the user.
        id: String,
        /// Short name, where given.
        name: Option<String>,
    },
}

row! {
    /// One channel under management, or once so.
    pub struct Enrolment {
        /// Its id.
        pub id: EnrolmentId,
        /// The device that it belongs to.
        pub device: DeviceId = "device_id",
        /// The device's platform.
        pub platform: Platform,
        /// The channel.
        pub channel: Channel = "channel, user_id, user_name",
        /// The device's own identifier, which its messages carry.
        pub device_key: String,
        /// The certificate that it is bound to, SHA-256 hex.
        pub certificate: String = "certificate_sha256",
        /// Its state.
        pub state: EnrolmentState,
        /// When the first message came.
        pub created_at: Timestamp,
        /// When it came under management.
        pub enrolled_at: Option<Timestamp>,
        /// When it ended, and why.
        pub ended: Option<(Timestamp, String)> = "ended_at, ended_why",
        /// When it last spoke to the server; kept to the minute.
        pub last_contact_at: Option<Timestamp>,
        /// Why the last push failed, if it did.
        pub push_failed: Option<String>,
    }
}

macro_rules! hot {
    () => {
        "SELECT e.certificate_sha256, e.id, e.device_id, e.device_key, e.platform, e.state, e.last_contact_at,
        (SELECT CASE WHEN c.revoked_at IS NULL THEN c.not_after END FROM certificate c WHERE c.sha256 = e.certificate_sha256),
        (SELECT q.lane FROM command q WHERE q.enrolment_id = e.id AND q.finished_at IS NULL AND q.state <> 'asked' ORDER BY q.lane LIMIT 1) IS NOT NULL,
        e.signs_sha1 FROM enrolment e WHERE e.ended_at IS NULL AND e.channel = 'device' AND e.certificate_sha256 IN "
    };
}

statements! {
    pub(crate) ENROLMENT_ADD = "INSERT INTO enrolment (id, device_id, platform, channel, user_id, user_name, device_key, certificate_sha256,
        state, created_at, enrolled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    ENROLMENT_BY_ID: Enrolment = "SELECT {columns} FROM enrolment WHERE id = $1";
    ENROLMENT_LIVE: Enrolment = "SELECT {columns} FROM enrolment
        WHERE certificate_sha256 = $1 AND channel = $2 AND COALESCE(user_id, '') = $3 AND ended_at IS NULL";
    ENROLMENTS_OF_DEVICE: Enrolment = "SELECT {columns} FROM enrolment
        WHERE device_id = $1 ORDER BY created_at DESC, id DESC LIMIT 50";
    ENROLMENTS_END = "UPDATE enrolment SET ended_at = $2, ended_why = $3, state = 'none', push_due_at = NULL
        WHERE device_id = $1 AND ended_at IS NULL";
    ENROLMENT_END = "UPDATE enrolment SET ended_at = $2, ended_why = $3, state = 'none', push_due_at = NULL
        WHERE id = $1 AND ended_at IS NULL";
    ENROLMENT_READY = "UPDATE enrolment SET push_address = $2, awaits_settings = $3, state = 'enrolled',
        enrolled_at = COALESCE(enrolled_at, $4), last_contact_at = $4, push_failed = NULL WHERE id = $1 AND ended_at IS NULL";
    ENROLMENT_AWAITS: bool = "SELECT awaits_settings FROM enrolment WHERE id = $1";
    ENROLMENT_CONFIGURED = "UPDATE enrolment SET awaits_settings = 0 WHERE id = $1 AND ended_at IS NULL";
    ENROLMENT_MOVE = "UPDATE enrolment SET certificate_sha256 = $2 WHERE certificate_sha256 = $1 AND ended_at IS NULL";
    CONTACT_ENROLMENT = "UPDATE enrolment SET last_contact_at = $2 WHERE id = $1 AND (last_contact_at IS NULL OR last_contact_at < $2)";
    CONTACT_DEVICE = "UPDATE device SET last_contact_at = $2 WHERE id = $1 AND (last_contact_at IS NULL OR last_contact_at < $2)";
    ENROLMENT_SIGNS = "UPDATE enrolment SET signs_sha1 = $2 WHERE id = $1 AND signs_sha1 <> $2 AND ended_at IS NULL";
    REFRESH_SET = "UPDATE enrolment SET refresh_due_at = $2 WHERE id = $1 AND ended_at IS NULL";
    REFRESH_CLAIM = "UPDATE enrolment SET refresh_due_at = $3 WHERE id = $1 AND ended_at IS NULL AND refresh_due_at <= $2";
    REFRESH_DUE: RefreshDue = "SELECT {columns} FROM enrolment e JOIN device d ON d.id = e.device_id
        WHERE e.ended_at IS NULL AND e.state = 'enrolled' AND e.channel = 'device' AND e.refresh_due_at <= $1
        ORDER BY e.refresh_due_at LIMIT $2";
    // Places are filled up by repeating the last: a few texts and prepared statements for both engines. No join and no EXISTS:
    // with them PostgreSQL reads the whole table of certificates, or of waiting commands, for a full batch.
    // The order has SQLite walk the index of unfinished commands: without it, it may read all that a device ever finished.
    HOT_LOOKUP_ONE: Hot = concat!(hot!(), "($1)");
    HOT_LOOKUP_FEW: Hot = concat!(hot!(), "($1,$2,$3,$4,$5,$6,$7,$8)");
    HOT_LOOKUP: Hot = concat!(hot!(), "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,$29,$30,$31,$32,
        $33,$34,$35,$36,$37,$38,$39,$40,$41,$42,$43,$44,$45,$46,$47,$48,$49,$50,$51,$52,$53,$54,$55,$56,$57,$58,$59,$60,$61,$62,$63,$64)");
}

/// How many certificates one [`hot_lookup`] takes.
pub const HOT_BATCH: usize = 64;
/// Places of the shorter statement, for when few devices speak at once.
const HOT_FEW: usize = 8;

impl FromColumns for Channel {
    const WIDTH: usize = 3;

    fn read(row: &Row, at: usize) -> Result<Self, StoreError> {
        Ok(match (row.text_ref(at)?, row.opt_text(at + 1)?) {
            ("user", Some(id)) => Self::User { id, name: row.opt_text(at + 2)? },
            _ => Self::Device,
        })
    }
}

impl ToValues for Channel {
    const WIDTH: usize = 3;

    fn push(&self, values: &mut Vec<Value>) {
        values.extend(match self {
            Self::Device => ["device".into(), Value::Null, Value::Null],
            Self::User { id, name } => ["user".into(), id.into(), name.as_deref().into()],
        });
    }
}

/// Enters a new enrolment.
pub fn add(tx: &mut Tx<'_>, new: &Enrolment) -> Result<(), StoreError> {
    let params = values!(new: id, device, platform, channel, device_key, certificate, state, created_at,
        enrolled_at);
    tx.execute(&ENROLMENT_ADD, &params).map(drop)
}

/// Returns the enrolment of that id.
pub fn by_id(tx: &mut Tx<'_>, id: EnrolmentId) -> Result<Option<Enrolment>, StoreError> {
    tx.row(&ENROLMENT_BY_ID, &[Value::id(id)])
}

/// Returns the live enrolment bound to a certificate, for one channel.
pub fn live(tx: &mut Tx<'_>, certificate: &str, channel: &Channel) -> Result<Option<Enrolment>, StoreError> {
    let (word, user) = match channel {
        Channel::Device => ("device", ""),
        Channel::User { id, .. } => ("user", id.as_str()),
    };
    tx.row(&ENROLMENT_LIVE, &[certificate.into(), word.into(), user.into()])
}

/// Returns the enrolments of a device, newest first, fifty at most.
pub fn of_device(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<Enrolment>, StoreError> {
    tx.rows(&ENROLMENTS_OF_DEVICE, &[Value::id(device)])
}

/// Ends every live channel of a device; returns how many there were.
pub fn end_all(tx: &mut Tx<'_>, device: DeviceId, at: Timestamp, why: &str) -> Result<u64, StoreError> {
    tx.execute(&ENROLMENTS_END, &[Value::id(device), at.into(), why.into()])
}

/// Ends one channel; returns whether it was live.
pub fn end(tx: &mut Tx<'_>, id: EnrolmentId, at: Timestamp, why: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&ENROLMENT_END, &[Value::id(id), at.into(), why.into()])? > 0)
}

/// Brings the channel under management, or renews where it is reached. `awaits_settings`: the device waits during set-up until
/// its settings are in force.
pub fn set_ready(
    tx: &mut Tx<'_>,
    id: EnrolmentId,
    push_address: &str,
    awaits_settings: bool,
    at: Timestamp,
) -> Result<(), StoreError> {
    let params = [Value::id(id), push_address.into(), i64::from(awaits_settings).into(), at.into()];
    tx.execute(&ENROLMENT_READY, &params).map(drop)
}

/// Moves the live channels of one certificate to its renewal.
pub fn move_to_certificate(tx: &mut Tx<'_>, from: &str, to: &str) -> Result<u64, StoreError> {
    tx.execute(&ENROLMENT_MOVE, &[from.into(), to.into()])
}

/// Notes that a device spoke.
pub fn note_contact(
    tx: &mut Tx<'_>,
    id: EnrolmentId,
    device: DeviceId,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.later(&CONTACT_ENROLMENT, vec![Value::id(id), at.into()])?;
    tx.later(&CONTACT_DEVICE, vec![Value::id(device), at.into()])
}

/// Notes whether a device signs its messages with SHA-1.
pub fn set_signs_sha1(tx: &mut Tx<'_>, id: EnrolmentId, sha1: bool) -> Result<(), StoreError> {
    tx.later(&ENROLMENT_SIGNS, vec![Value::id(id), i64::from(sha1).into()])
}

/// Sets when the device is next asked for its state.
pub fn set_refresh(tx: &mut Tx<'_>, id: EnrolmentId, due: Timestamp) -> Result<(), StoreError> {
    tx.later(&REFRESH_SET, vec![Value::id(id), due.into()])
}

row! {
    /// An enrolment whose state is due to be asked for.
    pub struct RefreshDue {
        /// The enrolment.
        pub enrolment: EnrolmentId = "e.id",
        /// The device's platform.
        pub platform: Platform = "e.platform",
        /// Whether the device is supervised, if it ever said.
        pub supervised: Option<bool> = "d.supervised",
        /// The device.
        pub device: DeviceId = "d.id",
    }
}

/// Enrolments whose state is due to be asked for; each is to be claimed before anything is queued.
pub fn refresh_due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<RefreshDue>, StoreError> {
    tx.rows(&REFRESH_DUE, &[now.into(), limit.into()])
}

/// Takes the asking upon itself and sets when it is next due; false if another node was faster.
pub fn claim_refresh(
    tx: &mut Tx<'_>,
    id: EnrolmentId,
    now: Timestamp,
    next: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&REFRESH_CLAIM, &[Value::id(id), now.into(), next.into()])? > 0)
}

row! {
    /// What a check-in needs to know, for one certificate.
    pub struct Hot {
        /// The certificate, SHA-256 hex.
        pub certificate: String,
        /// The device channel bound to it.
        pub enrolment: EnrolmentId,
        /// Its device.
        pub device: DeviceId,
        /// The identifier that its messages must carry.
        pub device_key: String,
        /// The device's platform.
        pub platform: Platform,
        /// How far it is under management.
        pub state: EnrolmentState,
        /// Last contact on record.
        pub last_contact_at: Option<Timestamp>,
        /// The certificate's last moment; `None` for one that was revoked.
        pub good_until: Option<Timestamp>,
        /// Whether any command is unfinished.
        pub pending: bool,
        /// Whether its last session's messages were signed with SHA-1.
        pub signs_sha1: bool,
    }
}

/// Looks up to [`HOT_BATCH`] certificates up in one statement; more are not looked at.
pub fn hot_lookup(tx: &mut Tx<'_>, certificates: &[String]) -> Result<Vec<Hot>, StoreError> {
    let Some(last) = certificates.iter().take(HOT_BATCH).next_back() else { return Ok(Vec::new()) };
    // One is what an answer to a command looks up, and needs no list.
    let (statement, places) = match certificates.len() {
        1 => (&HOT_LOOKUP_ONE, 1),
        2..=HOT_FEW => (&HOT_LOOKUP_FEW, HOT_FEW),
        _ => (&HOT_LOOKUP, HOT_BATCH),
    };
    let params: Vec<Value> = certificates
        .iter()
        .take(HOT_BATCH)
        .chain(std::iter::repeat(last))
        .take(places)
        .map(|text| text.as_str().into())
        .collect();
    tx.rows(statement, &params)
}

/// Notes that the device was released from its setup assistant.
pub fn set_configured(tx: &mut Tx<'_>, id: EnrolmentId) -> Result<(), StoreError> {
    tx.later(&ENROLMENT_CONFIGURED, vec![Value::id(id)])
}

/// Returns whether the device waits during set-up until its settings are in force.
pub fn awaits_settings(tx: &mut Tx<'_>, id: EnrolmentId) -> Result<bool, StoreError> {
    Ok(tx.row(&ENROLMENT_AWAITS, &[Value::id(id)])?.unwrap_or_default())
}
