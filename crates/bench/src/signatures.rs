//! What the machine itself can do: RSA-2048 verifications a second, on all its cores, by the library that the service
//! uses.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pki::cms::{Signer, VerifyOptions, sign_detached, verify_detached_known};
use pki::{Hash, PrivateKey, RsaBits, Validity, self_signed};

/// Verifications a second on all cores.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Of a bare RSA-2048 signature over 32 bytes.
    pub bare: f64,
    /// Of a whole message as devices send it: CMS read, digest compared, signature verified.
    pub message: f64,
}

/// Measures both for so long each.
///
/// # Errors
/// Where a key cannot be made.
pub fn limit(lasting: Duration) -> anyhow::Result<Limit> {
    let world = crate::world::real();
    let key = PrivateKey::generate(RsaBits::Rsa2048)?;
    let validity = Validity::lasting(world.now(), domain::Span::from_secs(3600));
    let certificate = self_signed(&key, "bench", validity, world.bytes())?;
    let content = [7_u8; 400];
    let signature = key.sign(&content)?;
    let public = std::sync::Arc::new(certificate.public_key().clone());
    let bare = on_all_cores(lasting, || public.verify(Hash::Sha256, &content, &signature));
    let signer = Signer { key: &key, certificate: &certificate, chain: &[] };
    let message = sign_detached(&content, &signer, None)?;
    let options = VerifyOptions { allow_sha1: false };
    let message = on_all_cores(lasting, || {
        verify_detached_known(&message, &content, &options, &|_| Some(public.clone())).is_ok()
    });
    Ok(Limit { bare, message })
}

/// Calls `work` on every core until the time is over; calls that said yes, a second.
fn on_all_cores(lasting: Duration, work: impl Fn() -> bool + Sync) -> f64 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let stop = AtomicBool::new(false);
    let started = Instant::now();
    let total: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = 0_u64;
                    while !stop.load(Ordering::Relaxed) {
                        done += (0..64).filter(|_| work()).count() as u64;
                    }
                    done
                })
            })
            .collect();
        std::thread::sleep(lasting);
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
    });
    total as f64 / started.elapsed().as_secs_f64()
}
