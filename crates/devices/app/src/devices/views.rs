//! What pages and verbs show of devices, and how they ask for a list, made from rows and into them.

use domain::{DeviceId, DeviceKind, EnrolmentState, Force, PersonId, Timestamp};
use kernel::named::NamedDevice;
use store::devices;

/// A device, and how it stands, as pages and verbs show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceView {
    /// Its id.
    pub id: DeviceId,
    /// The maker's serial number, unique in the register.
    pub serial: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Whose property it is.
    pub force: Force,
    /// Who has it, or is to have it.
    pub holder: Option<PersonId>,
    /// The force's own label.
    pub asset_tag: Option<String>,
    /// The vendor's model name.
    pub model: Option<String>,
    /// When it left the register's use.
    pub retired_at: Option<Timestamp>,
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

impl From<devices::Device> for DeviceView {
    fn from(row: devices::Device) -> Self {
        Self {
            id: row.id,
            serial: row.serial,
            kind: row.kind,
            force: row.force,
            holder: row.holder,
            asset_tag: row.asset_tag,
            model: row.model,
            retired_at: row.retired_at,
            enrolment_state: row.enrolment_state,
            supervised: row.supervised,
            os_version: row.os_version,
            last_contact_at: row.last_contact_at,
            met: row.met,
            not_met: row.not_met,
            not_known: row.not_known,
            judged_at: row.judged_at,
        }
    }
}

impl DeviceView {
    /// Returns which device it is, to be named for staff or for its holder.
    #[must_use]
    pub fn named(&self) -> NamedDevice {
        NamedDevice {
            id: self.id,
            serial: self.serial.clone(),
            kind: self.kind,
            force: self.force,
            asset_tag: self.asset_tag.clone(),
            model: self.model.clone(),
        }
    }
}

/// The filters of a list of devices. Empty words mean "any".
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
    /// Only those that sign their messages with SHA-1.
    pub signs_sha1: bool,
    /// Only those that do not meet this clause, or of which it is not known.
    pub clause: String,
}

impl From<DeviceFilter> for devices::DeviceFilter {
    fn from(asked: DeviceFilter) -> Self {
        Self {
            force: asked.force,
            kind: asked.kind,
            state: asked.state,
            attention: asked.attention,
            search: asked.search,
            signs_sha1: asked.signs_sha1,
            clause: asked.clause,
            ..Self::default()
        }
    }
}

/// In which order a list of devices is walked.
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

impl From<DeviceOrder> for devices::DeviceOrder {
    fn from(asked: DeviceOrder) -> Self {
        match asked {
            DeviceOrder::Serial => Self::Serial,
            DeviceOrder::SerialDown => Self::SerialDown,
            DeviceOrder::NotMet => Self::NotMet,
            DeviceOrder::NotMetDown => Self::NotMetDown,
        }
    }
}

/// The figures of the devices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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

impl From<devices::DeviceCounts> for DeviceCounts {
    fn from(row: devices::DeviceCounts) -> Self {
        Self {
            all: row.all,
            enrolled: row.enrolled,
            attention: row.attention,
            silent: row.silent,
            sha1: row.sha1,
        }
    }
}
