//! Keys and certificates that many tests share, made once: making an RSA key takes longer than any test.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Entropy, Span, Timestamp};

use crate::{Certificate, CertificateRequest, DeviceCa, PrivateKey, RsaBits, Subject, Validity};

/// Noon of 22 November 2026.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);
pub(crate) const YEAR: Span = Span::from_secs(365 * 86_400);

/// Octets that differ from call to call, and are the same in each run of one test.
pub(crate) struct Counting(AtomicU64);

pub(crate) static ENTROPY: Counting = Counting(AtomicU64::new(1));

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        for octet in out {
            let count = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            *octet = (count >> 56) as u8 ^ (count >> 24) as u8;
        }
    }
}

/// An authority, another one of the same name, and a device of the first.
pub(crate) struct Cast {
    pub(crate) ca: DeviceCa,
    pub(crate) impostor: DeviceCa,
    pub(crate) device: (PrivateKey, Certificate),
    pub(crate) other: (PrivateKey, Certificate),
}

pub(crate) static CAST: LazyLock<Cast> = LazyLock::new(|| {
    let authority = || {
        DeviceCa::generate("Test Device Authority", RsaBits::Rsa2048, Validity::lasting(NOW, YEAR), [7; 16])
            .unwrap()
    };
    let ca = authority();
    let device = enrolled(&ca, "DEVICE-1", 1);
    let other = enrolled(&ca, "DEVICE-2", 2);
    Cast { ca, impostor: authority(), device, other }
});

/// Returns a key and the certificate that an authority gives it.
pub(crate) fn enrolled(ca: &DeviceCa, name: &str, serial: u8) -> (PrivateKey, Certificate) {
    let key = PrivateKey::generate(RsaBits::Rsa2048).unwrap();
    let request = CertificateRequest::build(&key, "whoever", None).unwrap();
    let request = CertificateRequest::parse(&request, false).unwrap();
    let subject = Subject { common_name: name.into(), organisation: "Test Constabulary".into() };
    let certificate = ca.issue(&request, &subject, Validity::lasting(NOW, YEAR), [serial; 16]).unwrap();
    (key, certificate)
}
