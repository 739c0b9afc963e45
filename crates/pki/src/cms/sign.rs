//! Making signed messages: profiles for devices, SCEP messages, and what simulated devices send.

use domain::Timestamp;

use crate::asn1::{oid, tag, write};
use crate::certificate::Certificate;
use crate::signing::{self, Sign};

use super::CmsError;

/// Who signs.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// The key.
    pub key: &'a dyn Sign,
    /// The certificate of that key, which travels with the message.
    pub certificate: &'a Certificate,
    /// Certificates of the authorities above, which travel too; none for a device that the reader knows.
    pub chain: &'a [Certificate],
}

/// Signs content that travels apart from the signature.
///
/// # Errors
/// [`CmsError`] if the key refuses or the time cannot be written.
pub fn sign_detached(
    content: &[u8],
    signer: &Signer<'_>,
    at: Option<Timestamp>,
) -> Result<Vec<u8>, CmsError> {
    sign(content, false, time_attribute(at)?, signer)
}

/// Signs content and puts it into the message, as a signed profile needs it.
///
/// # Errors
/// [`CmsError`] if the key refuses or the time cannot be written.
pub fn sign_attached(
    content: &[u8],
    signer: &Signer<'_>,
    at: Option<Timestamp>,
) -> Result<Vec<u8>, CmsError> {
    sign(content, true, time_attribute(at)?, signer)
}

fn time_attribute(at: Option<Timestamp>) -> Result<Vec<Vec<u8>>, CmsError> {
    Ok(match at {
        Some(at) => vec![attribute(oid::SIGNING_TIME, write::time(at)?)],
        None => Vec::new(),
    })
}

/// Returns an attribute with one value.
pub(crate) fn attribute(id: &[u8], value: Vec<u8>) -> Vec<u8> {
    write::sequence(&[&write::oid(id), &write::set_of(vec![value])])
}

/// Returns a `ContentInfo` around a `SignedData` with one signer. Content that is not `inside` is signed all the same.
pub(crate) fn sign(
    content: &[u8],
    inside: bool,
    mut attributes: Vec<Vec<u8>>,
    signer: &Signer<'_>,
) -> Result<Vec<u8>, CmsError> {
    let hash = signer.key.hash();
    attributes.push(attribute(oid::CONTENT_TYPE, write::oid(oid::DATA)));
    attributes.push(attribute(oid::MESSAGE_DIGEST, write::octet_string(hash.digest(&[content]).as_ref())));
    let mut attributes = write::set_of(attributes);
    let signature = signer.key.sign(&attributes)?;
    if let Some(first) = attributes.first_mut() {
        *first = tag::context(0);
    }
    let digest_algorithm = write::sequence(&[&write::oid(hash.oid())]);
    let serial = write::element(tag::INTEGER, &[signer.certificate.serial()]);
    let signer_info = write::sequence(&[
        &write::unsigned(&[1]),
        &write::sequence(&[signer.certificate.issuer(), &serial]),
        &digest_algorithm,
        &attributes,
        &signing::message_algorithm(signer.key),
        &write::octet_string(&signature),
    ]);
    let mut certificates = vec![signer.certificate];
    certificates.extend(signer.chain);
    let octets = if inside { write::context(0, &[&write::octet_string(content)]) } else { Vec::new() };
    Ok(signed_data(&digest_algorithm, &octets, &certificates, &signer_info))
}

/// Returns a `SignedData` without signers that only carries certificates (RFC 8894 section 3.4).
pub(crate) fn certificates_only(certificates: &[&Certificate]) -> Vec<u8> {
    signed_data(&[], &[], certificates, &[])
}

fn signed_data(digests: &[u8], content: &[u8], certificates: &[&Certificate], signers: &[u8]) -> Vec<u8> {
    let mut sorted: Vec<&[u8]> = certificates.iter().map(|one| one.der()).collect();
    sorted.sort_unstable();
    let data = write::sequence(&[
        &write::unsigned(&[1]),
        &write::element(tag::SET, &[digests]),
        &write::sequence(&[&write::oid(oid::DATA), content]),
        &write::context(0, &sorted),
        &write::element(tag::SET, &[signers]),
    ]);
    write::sequence(&[&write::oid(oid::SIGNED_DATA), &write::context(0, &[&data])])
}
