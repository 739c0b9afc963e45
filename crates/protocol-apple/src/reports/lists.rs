//! `ProfileList`, `InstalledApplicationList` and `CertificateList`. Each answer is the whole list, so an empty one is a
//! fact too; an answer without the list is not, nor is one of which a member could not be read: what is not in it would
//! look as if it were not on the device.

use super::Found;
use crate::fields::Fields;
use crate::plist_io::Skipped;

/// Profiles as `identifier=UUID`, the UUID in upper case as the compiler writes it; one without either is passed over.
pub(super) fn profiles(fields: Fields<'_>, skipped: &Skipped, out: &mut Found<'_>) {
    if skipped.shortens("ProfileList", &["PayloadIdentifier", "PayloadUUID"]) {
        return;
    }
    let Some(items) = fields.dictionaries("ProfileList") else { return };
    let entries = items.filter_map(|item| {
        let (identifier, uuid) = (item.whole_text("PayloadIdentifier")?, item.whole_text("PayloadUUID")?);
        Some(format!("{identifier}={}", uuid.to_uppercase()))
    });
    out.list("profiles.installed", entries);
}

/// Apps by bundle identifier, those on their way included. Some programs on a Mac have none and cannot be listed.
pub(super) fn applications(fields: Fields<'_>, skipped: &Skipped, out: &mut Found<'_>) {
    if skipped.shortens("InstalledApplicationList", &["Identifier"]) {
        return;
    }
    let Some(items) = fields.dictionaries("InstalledApplicationList") else { return };
    out.list("apps.installed", items.filter_map(|item| item.whole_text("Identifier")));
}

/// Certificates by common name.
pub(super) fn certificates(fields: Fields<'_>, skipped: &Skipped, out: &mut Found<'_>) {
    if skipped.shortens("CertificateList", &["CommonName"]) {
        return;
    }
    let Some(items) = fields.dictionaries("CertificateList") else { return };
    out.list("certificates.installed", items.filter_map(|item| item.text("CommonName")));
}
