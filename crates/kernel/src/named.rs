//! Names devices and people for pages: what tells one from another, and nothing of how they stand.

use std::fmt;

use domain::{DeviceId, DeviceKind, Force, PersonId};
use store::{devices, people};

/// Which device it is, as a page names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDevice {
    /// Its id.
    pub id: DeviceId,
    /// The maker's serial number, unique in the register.
    pub serial: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Whose property it is.
    pub force: Force,
    /// The force's own label.
    pub asset_tag: Option<String>,
    /// The vendor's model name.
    pub model: Option<String>,
}

impl From<devices::Device> for NamedDevice {
    fn from(row: devices::Device) -> Self {
        Self {
            id: row.id,
            serial: row.serial,
            kind: row.kind,
            force: row.force,
            asset_tag: row.asset_tag,
            model: row.model,
        }
    }
}

/// Who it is, as a page names them.
#[derive(Clone, PartialEq, Eq)]
pub struct NamedPerson {
    /// The person.
    pub id: PersonId,
    /// Their force.
    pub force: Force,
    /// Collar or staff number, unique in the force.
    pub number: String,
    /// Name as it is shown.
    pub name: String,
    /// Unit, if known.
    pub unit: Option<String>,
}

impl From<people::Person> for NamedPerson {
    fn from(row: people::Person) -> Self {
        Self { id: row.id, force: row.force, number: row.number, name: row.name, unit: row.unit }
    }
}

impl fmt::Debug for NamedPerson {
    /// Prints who without naming them: everything else is personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamedPerson({} of {})", self.id, self.force)
    }
}
