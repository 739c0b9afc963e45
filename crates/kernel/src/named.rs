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

impl From<&devices::Device> for NamedDevice {
    fn from(row: &devices::Device) -> Self {
        row.clone().into()
    }
}

impl NamedDevice {
    /// Returns its name for staff, who look it up by its serial number: `iPhone F4GXQ2ABCD (NC-01234)`.
    #[must_use]
    pub fn for_staff(&self) -> String {
        let tag = self.asset_tag.as_ref().map(|tag| format!(" ({tag})")).unwrap_or_default();
        format!("{} {}{tag}", self.kind.title(), self.serial)
    }

    /// Returns its name for its holder, in the words on the thing itself: `iPhone SE, NC-01234`; by its serial number where it has no
    /// asset tag.
    #[must_use]
    pub fn for_holder(&self) -> String {
        let model = self.model.as_deref().unwrap_or(self.kind.title());
        format!("{model}, {}", self.asset_tag.as_deref().unwrap_or(&self.serial))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn named(asset_tag: Option<&str>, model: Option<&str>) -> NamedDevice {
        NamedDevice {
            id: DeviceId::from_uuid(uuid::Uuid::nil()),
            serial: "F4GXQ2ABCD".into(),
            kind: DeviceKind::Iphone,
            force: domain::samples::HOME,
            asset_tag: asset_tag.map(Into::into),
            model: model.map(Into::into),
        }
    }

    #[test]
    fn staff_read_the_serial_number_and_a_holder_what_is_on_the_thing() {
        let whole = named(Some("NC-01234"), Some("iPhone SE"));
        assert_eq!(whole.for_staff(), "iPhone F4GXQ2ABCD (NC-01234)");
        assert_eq!(whole.for_holder(), "iPhone SE, NC-01234");
        let bare = named(None, None);
        assert_eq!(bare.for_staff(), "iPhone F4GXQ2ABCD");
        assert_eq!(bare.for_holder(), "iPhone, F4GXQ2ABCD");
    }
}
