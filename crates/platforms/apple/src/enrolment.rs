//! The enrolment profile of one device.

use domain::Secret;
use platform_port::{EnrolmentFile, Offer};
use protocol_apple::commands::ACCESS_RIGHTS_ALL;
use protocol_apple::enrolment_profile::{self, EnrolmentProfile, Scep};
use protocol_apple::replies::PROFILE_TYPE;

/// How the name of a profile's file ends.
pub(crate) const EXTENSION: &str = "mobileconfig";

/// Writes the profile that offers an enrolment, for a service whose push certificate has that topic.
pub(crate) fn file(offer: Offer, topic: String) -> EnrolmentFile {
    let bytes = enrolment_profile::build(&EnrolmentProfile {
        prefix: offer.identifier_prefix,
        display_name: format!("{} device management", offer.organisation),
        organisation: offer.organisation,
        topic,
        server_url: format!("{}/apple/mdm", offer.address),
        check_in_url: offer.check_in_address.map(|address| format!("{address}/apple/checkin")),
        access_rights: ACCESS_RIGHTS_ALL,
        scep: Scep {
            url: format!("{}/scep", offer.address),
            name: "lanyard".into(),
            challenge: offer.challenge,
            common_name: offer.name,
            ca_fingerprint: offer.authority_sha1,
        },
        device_ca: offer.authority,
        tls_ca: None,
        removal_disallowed: true,
    });
    EnrolmentFile {
        bytes: Secret::new(bytes),
        extension: EXTENSION,
        media_type: PROFILE_TYPE,
        is_signed: true,
    }
}
