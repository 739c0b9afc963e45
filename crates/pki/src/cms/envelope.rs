//! Encrypting to a certificate and opening it again (RFC 5652 section 6): RSA with PKCS#1 v1.5 padding for the content
//! key and CBC for the content, because SCEP clients use those.
//!
//! Both paddings are old and leak if a server reveals where decryption failed. So every failure gives the same error, and
//! a content key that does not come out is replaced by a random one, so that the work goes on as if it had
//! (RFC 3218 section 2.3.2). A CBC message is not proof of anything by itself: SCEP's signature around it is.

use aws_lc_rs::cipher::{
    AES_128, AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use des::cipher::{Array, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use domain::{Entropy, Secret};

use crate::asn1::read::{self, Reader};
use crate::asn1::{Malformed, ber, oid, tag, write};
use crate::certificate::Certificate;
use crate::key::{self, PrivateKey};

use super::{CmsError, MAX_MESSAGE};

const WHAT: &str = "encrypted message";

/// How content is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentCipher {
    /// AES-128 in CBC mode: what every SCEP client since 2015 can do.
    Aes128,
    /// AES-256 in CBC mode.
    Aes256,
    /// Triple DES in CBC mode. Costs: 64-bit blocks and 112 bits of strength; disallowed by NIST since 2024.
    TripleDes,
}

impl ContentCipher {
    const fn oid(self) -> &'static [u8] {
        match self {
            Self::Aes128 => oid::AES128_CBC,
            Self::Aes256 => oid::AES256_CBC,
            Self::TripleDes => oid::DES_EDE3_CBC,
        }
    }

    fn from_oid(id: &[u8]) -> Option<Self> {
        [Self::Aes128, Self::Aes256, Self::TripleDes].into_iter().find(|cipher| cipher.oid() == id)
    }

    const fn key_length(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes256 => 32,
            Self::TripleDes => 24,
        }
    }

    const fn block_length(self) -> usize {
        match self {
            Self::Aes128 | Self::Aes256 => 16,
            Self::TripleDes => 8,
        }
    }

    fn random_key(self, entropy: &dyn Entropy) -> Secret<Vec<u8>> {
        let mut key = vec![0; self.key_length()];
        entropy.fill(&mut key);
        Secret::new(key)
    }
}

/// An opened message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What was inside.
    pub content: Secret<Vec<u8>>,
    /// How it was encrypted.
    pub cipher: ContentCipher,
}

/// Encrypts content to the holder of a certificate, whose key must be RSA.
///
/// # Errors
/// [`CmsError::Key`] for another kind of key.
pub fn encrypt(
    recipient: &Certificate,
    content: &[u8],
    cipher: ContentCipher,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, CmsError> {
    let content_key = cipher.random_key(entropy);
    let mut iv = vec![0; cipher.block_length()];
    entropy.fill(&mut iv);
    let ciphertext = close(cipher, content_key.expose(), &iv, content).ok_or(CmsError::Key)?;
    let encrypted_key = recipient.public_key().encrypt(content_key.expose())?;

    let serial = write::element(tag::INTEGER, &[recipient.serial()]);
    let recipient_info = write::sequence(&[
        &write::unsigned(&[0]),
        &write::sequence(&[recipient.issuer(), &serial]),
        &write::algorithm(oid::RSA_ENCRYPTION),
        &write::octet_string(&encrypted_key),
    ]);
    let encrypted_content = write::sequence(&[
        &write::oid(oid::DATA),
        &write::sequence(&[&write::oid(cipher.oid()), &write::octet_string(&iv)]),
        &write::element(tag::context_primitive(0), &[&ciphertext]),
    ]);
    let data = write::sequence(&[
        &write::unsigned(&[0]),
        &write::element(tag::SET, &[&recipient_info]),
        &encrypted_content,
    ]);
    Ok(write::sequence(&[&write::oid(oid::ENVELOPED_DATA), &write::context(0, &[&data])]))
}

/// Decrypts what was encrypted to a certificate. `allow_3des` accepts [`ContentCipher::TripleDes`], with the risk described there.
///
/// # Errors
/// [`CmsError::Malformed`], [`CmsError::TooLong`], [`CmsError::UnsupportedAlgorithm`] for what anyone can see from
/// outside; [`CmsError::CannotOpen`] for all else.
pub fn decrypt(
    key: &PrivateKey,
    certificate: &Certificate,
    envelope: &[u8],
    allow_3des: bool,
    entropy: &dyn Entropy,
) -> Result<Opened, CmsError> {
    if envelope.len() > MAX_MESSAGE {
        return Err(CmsError::TooLong);
    }
    let der = ber::to_der(envelope)?;
    let parts = Envelope::read(&der, certificate)?;
    let cipher = ContentCipher::from_oid(parts.cipher).ok_or(CmsError::UnsupportedAlgorithm)?;
    if cipher == ContentCipher::TripleDes && !allow_3des {
        return Err(CmsError::UnsupportedAlgorithm);
    }
    // Made in any case, so that timing reveals nothing.
    let substitute = cipher.random_key(entropy);
    let content_key = key
        .decrypt(parts.encrypted_key)
        .filter(|secret| secret.expose().len() == cipher.key_length())
        .unwrap_or(substitute);
    let content =
        open(cipher, content_key.expose(), parts.iv, &parts.ciphertext).ok_or(CmsError::CannotOpen)?;
    Ok(Opened { content: Secret::new(content), cipher })
}

/// An `EnvelopedData` (RFC 5652 section 6.1) as far as one recipient needs it.
struct Envelope<'a> {
    encrypted_key: &'a [u8],
    cipher: &'a [u8],
    iv: &'a [u8],
    ciphertext: std::borrow::Cow<'a, [u8]>,
}

impl<'a> Envelope<'a> {
    fn read(der: &'a [u8], recipient: &Certificate) -> Result<Self, CmsError> {
        let mut outer = read::sole(der, tag::SEQUENCE, WHAT)?.inside();
        if outer.oid(WHAT)? != oid::ENVELOPED_DATA {
            return Err(Malformed(WHAT).into());
        }
        let wrapped = outer.expect(tag::context(0), WHAT)?;
        outer.finish(WHAT)?;
        let mut parts = read::sole(wrapped.content, tag::SEQUENCE, WHAT)?.inside();
        parts.expect(tag::INTEGER, WHAT)?;
        parts.optional(tag::context(0), WHAT)?;
        let recipients = parts.set(WHAT)?;
        let mut content = parts.sequence(WHAT)?;
        parts.optional(tag::context(1), WHAT)?;
        parts.finish(WHAT)?;

        content.oid(WHAT)?;
        let mut algorithm = content.sequence(WHAT)?;
        let cipher = algorithm.oid(WHAT)?;
        let iv = algorithm.expect(tag::OCTET_STRING, WHAT)?.content;
        let ciphertext = content.any(WHAT)?;
        let ciphertext = match ciphertext.tag {
            whole if whole == tag::context_primitive(0) => ciphertext.content.into(),
            // In pieces: the context tag hid from the rewriting that this is a string.
            pieces if pieces == tag::context(0) => ber::join(ciphertext.content)?.into(),
            _ => return Err(Malformed(WHAT).into()),
        };
        Ok(Self { encrypted_key: encrypted_key(recipients, recipient)?, cipher, iv, ciphertext })
    }
}

/// Returns the content key as encrypted to this recipient.
fn encrypted_key<'a>(mut recipients: Reader<'a>, recipient: &Certificate) -> Result<&'a [u8], CmsError> {
    let mut in_another_way = false;
    while !recipients.is_empty() {
        let candidate = recipients.any(WHAT)?;
        if candidate.tag != tag::SEQUENCE {
            continue;
        }
        let mut parts = candidate.inside();
        parts.expect(tag::INTEGER, WHAT)?;
        let id = parts.any(WHAT)?;
        let ours = if id.tag == tag::context_primitive(0) {
            recipient.subject_key_id() == Some(id.content)
        } else {
            let mut names = id.inside();
            let issuer = names.expect(tag::SEQUENCE, WHAT)?.raw;
            issuer == recipient.issuer() && names.expect(tag::INTEGER, WHAT)?.content == recipient.serial()
        };
        let algorithm = key::algorithm_id(&mut parts, WHAT)?;
        let encrypted = parts.expect(tag::OCTET_STRING, WHAT)?.content;
        if ours && algorithm == oid::RSA_ENCRYPTION {
            return Ok(encrypted);
        }
        in_another_way |= ours;
    }
    // The algorithm is visible from outside, so the error may name it.
    Err(if in_another_way { CmsError::UnsupportedAlgorithm } else { CmsError::CannotOpen })
}

fn close(cipher: ContentCipher, key: &[u8], iv: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let mut room = content.to_vec();
    let algorithm = match cipher {
        ContentCipher::Aes128 => &AES_128,
        ContentCipher::Aes256 => &AES_256,
        ContentCipher::TripleDes => return close_3des(key, iv, room),
    };
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
    let context = EncryptionContext::Iv128(FixedLength::try_from(iv).ok()?);
    key.less_safe_encrypt(&mut room, context).ok()?;
    Some(room)
}

fn open(cipher: ContentCipher, key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let mut room = ciphertext.to_vec();
    let algorithm = match cipher {
        ContentCipher::Aes128 => &AES_128,
        ContentCipher::Aes256 => &AES_256,
        ContentCipher::TripleDes => return open_3des(key, iv, room),
    };
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
    let context = DecryptionContext::Iv128(FixedLength::try_from(iv).ok()?);
    let length = key.decrypt(&mut room, context).ok()?.len();
    room.truncate(length);
    Some(room)
}

fn close_3des(key: &[u8], iv: &[u8], mut room: Vec<u8>) -> Option<Vec<u8>> {
    let cipher = des::TdesEde3::new_from_slice(key).ok()?;
    let mut previous: [u8; 8] = iv.try_into().ok()?;
    let padding = 8_usize.saturating_sub(room.len() % 8);
    room.resize(room.len().saturating_add(padding), u8::try_from(padding).ok()?);
    for block in room.chunks_exact_mut(8) {
        let mixed: [u8; 8] = std::array::from_fn(|i| mix(block, &previous, i));
        let mut octets = Array::from(mixed);
        cipher.encrypt_block(&mut octets);
        previous = octets.into();
        block.copy_from_slice(&previous);
    }
    Some(room)
}

fn open_3des(key: &[u8], iv: &[u8], mut room: Vec<u8>) -> Option<Vec<u8>> {
    let cipher = des::TdesEde3::new_from_slice(key).ok()?;
    let mut previous: [u8; 8] = iv.try_into().ok()?;
    if room.is_empty() || !room.len().is_multiple_of(8) {
        return None;
    }
    for block in room.chunks_exact_mut(8) {
        let encrypted: [u8; 8] = (&*block).try_into().ok()?;
        let mut octets = Array::from(encrypted);
        cipher.decrypt_block(&mut octets);
        let clear: [u8; 8] = std::array::from_fn(|i| mix(&octets, &previous, i));
        block.copy_from_slice(&clear);
        previous = encrypted;
    }
    let padding = *room.last()?;
    let kept = room.len().checked_sub(usize::from(padding))?;
    let good = (1..=8).contains(&padding) && room.get(kept..)?.iter().all(|&octet| octet == padding);
    room.truncate(kept);
    good.then_some(room)
}

/// Returns the exclusive or of the two at one place; both have eight octets.
fn mix(one: &[u8], other: &[u8], i: usize) -> u8 {
    one.get(i).copied().unwrap_or_default() ^ other.get(i).copied().unwrap_or_default()
}
