//! Estates: enrolled devices written straight into a database, and what they will say, signed beforehand.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{
    CommandId, CommandState, DeviceId, DeviceKind, EnrolmentId, EnrolmentState, PersonId, Platform, Secret,
    Span, Timestamp, World,
};
use pki::cms::{Signer, sign_detached};
use pki::{Certificate, CertificateRequest, DeviceCa, PrivateKey, RsaBits, Subject, Validity};
use store::commands::Command;
use store::devices::Device;
use store::enrolments::{Channel, Enrolment};
use store::people::{Called, Person};
use store::{Store, StoreError, certificates, commands, devices, enrolments, people};

/// Keys that the whole estate shares: making one for each device would only measure the making.
const KEYS: usize = 4;
/// Rows written in one transaction.
const BATCH: usize = 2000;
/// Connections that fill tables at once.
pub const CONNECTIONS: usize = 4;
/// Devices whose messages are signed, spread over the estate.
pub const SPEAKERS: usize = 1000;

/// A device that can speak.
#[derive(Clone)]
pub struct Speaker {
    /// The device.
    pub device: DeviceId,
    /// Its enrolment.
    pub enrolment: EnrolmentId,
    /// Its identifier in the protocol.
    pub udid: String,
    key: Arc<PrivateKey>,
    certificate: Certificate,
}

/// A prepared estate.
pub struct Estate {
    /// Devices that can speak.
    pub speakers: Vec<Speaker>,
    /// How many devices there are in all.
    pub size: usize,
}

/// A command and the device's answer to it, ready to be sent.
pub struct Planned {
    /// The command.
    pub id: CommandId,
    /// The whole request with the answer.
    pub answer: Vec<u8>,
}

/// Returns the device authority in the data folder of a service that was started once.
///
/// # Errors
/// Where the files are not there or do not fit.
pub fn authority(data: &Path) -> anyhow::Result<DeviceCa> {
    let read = |name: &str| {
        std::fs::read_to_string(data.join(name)).with_context(|| format!("{name} in the data folder"))
    };
    Ok(DeviceCa::from_pem(&read("ca.pem")?, &Secret::new(read("ca.key")?))?)
}

/// Adds enrolled devices until there are `size`, with one holder for all. `from` is how many there are already.
///
/// # Errors
/// Where the database or a key fails.
pub fn grow(store: &Store, ca: &DeviceCa, world: &World, from: usize, size: usize) -> anyhow::Result<Estate> {
    let keys = make_keys()?;
    let requests: Vec<CertificateRequest> = keys
        .iter()
        .map(|key| Ok(CertificateRequest::parse(&CertificateRequest::build(key, "bench", None)?, false)?))
        .collect::<anyhow::Result<_>>()?;
    let holder = holder(store, world, from)?;
    let every = (size.saturating_sub(from) / SPEAKERS).max(1);
    let mut speakers = Vec::new();
    let numbers: Vec<usize> = (from..size).collect();
    for batch in numbers.chunks(BATCH) {
        let made = certify(ca, world, batch, &keys, &requests)?;
        for (number, speaker) in batch.iter().zip(&made) {
            if number % every == 0 && speakers.len() < SPEAKERS {
                speakers.push(speaker.clone());
            }
        }
        enter(store, batch, &made, holder, world.now())?;
    }
    Ok(Estate { speakers, size })
}

/// Enters a batch over several connections at once: on PostgreSQL a row costs a way there and back.
fn enter(
    store: &Store,
    numbers: &[usize],
    speakers: &[Speaker],
    holder: PersonId,
    now: Timestamp,
) -> anyhow::Result<()> {
    let part = numbers.len().div_ceil(CONNECTIONS).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = numbers
            .chunks(part)
            .zip(speakers.chunks(part))
            .map(|(numbers, speakers)| {
                let rows: Vec<_> = numbers.iter().copied().zip(speakers.iter().cloned()).collect();
                scope.spawn(move || {
                    store.write_blocking(move |tx| {
                        rows.iter()
                            .try_for_each(|(number, speaker)| insert(tx, *number, speaker, holder, now))
                    })
                })
            })
            .collect();
        for part in parts {
            part.join().map_err(|_| anyhow::anyhow!("a thread that fills tables panicked"))??;
        }
        Ok(())
    })
}

fn make_keys() -> anyhow::Result<Vec<Arc<PrivateKey>>> {
    (0..KEYS).map(|_| Ok(Arc::new(PrivateKey::generate(RsaBits::Rsa2048)?))).collect()
}

fn holder(store: &Store, world: &World, from: usize) -> anyhow::Result<PersonId> {
    let number = format!("B{from}");
    let id = PersonId::from_uuid(world.uuid());
    let person = Person::new(
        id,
        domain::samples::NORFOLK,
        Called { number: &number, name: "Bench Holder", role: "officer" },
        world.now(),
    );
    let id = person.id;
    store.write_blocking(move |tx| people::add(tx, &person))?;
    Ok(id)
}

/// Certificates for a batch of devices, on as many threads as there are cores.
fn certify(
    ca: &DeviceCa,
    world: &World,
    batch: &[usize],
    keys: &[Arc<PrivateKey>],
    requests: &[CertificateRequest],
) -> anyhow::Result<Vec<Speaker>> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let part = batch.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = batch
            .chunks(part)
            .map(|numbers| {
                scope.spawn(move || {
                    numbers
                        .iter()
                        .map(|number| speaker(ca, world, *number, keys, requests))
                        .collect::<anyhow::Result<Vec<_>>>()
                })
            })
            .collect();
        let mut all = Vec::with_capacity(batch.len());
        for part in parts {
            all.extend(
                part.join().map_err(|_| anyhow::anyhow!("a thread that makes certificates panicked"))??,
            );
        }
        Ok(all)
    })
}

fn speaker(
    ca: &DeviceCa,
    world: &World,
    number: usize,
    keys: &[Arc<PrivateKey>],
    requests: &[CertificateRequest],
) -> anyhow::Result<Speaker> {
    let device = DeviceId::from_uuid(world.uuid());
    let place = number % keys.len().max(1);
    let (key, request) = keys.get(place).zip(requests.get(place)).context("a key")?;
    let subject = Subject { common_name: device.to_string(), organisation: "Bench".into() };
    let validity = Validity::lasting(world.now(), Span::from_secs(365 * 24 * 3600));
    Ok(Speaker {
        device,
        enrolment: EnrolmentId::from_uuid(world.uuid()),
        udid: format!("BENCH-{device}").to_uppercase(),
        key: Arc::clone(key),
        certificate: ca.issue(request, &subject, validity, world.bytes())?,
    })
}

fn insert(
    tx: &mut store::Tx<'_>,
    number: usize,
    speaker: &Speaker,
    holder: PersonId,
    now: Timestamp,
) -> Result<(), StoreError> {
    devices::add(tx, &device_row(number, speaker, holder, now))?;
    let certificate = certificates::Certificate {
        sha256: speaker.certificate.sha256_hex(),
        serial: speaker.certificate.serial_hex(),
        device: speaker.device,
        issued_at: now,
        not_after: speaker.certificate.not_after(),
        renewed_from: None,
        revoked_at: None,
    };
    certificates::add(tx, &certificate)?;
    enrolments::add(tx, &enrolment_row(speaker, now))?;
    let address = format!("com.apple.mgmt.External.bench {number:064x} bench");
    enrolments::set_ready(tx, speaker.enrolment, &address, false, now)?;
    devices::set_enrolment(tx, speaker.device, Some(speaker.enrolment), EnrolmentState::Enrolled)
}

fn device_row(number: usize, speaker: &Speaker, holder: PersonId, now: Timestamp) -> Device {
    Device {
        id: speaker.device,
        serial: format!("BENCH{number:07}"),
        kind: DeviceKind::Iphone,
        force: domain::samples::NORFOLK,
        holder: Some(holder),
        asset_tag: None,
        model: None,
        created_at: now,
        retired_at: None,
        enrolment: None,
        enrolment_state: EnrolmentState::None,
        supervised: None,
        os_version: None,
        last_contact_at: None,
        met: 0,
        not_met: 0,
        not_known: 0,
        judged_at: None,
    }
}

fn enrolment_row(speaker: &Speaker, now: Timestamp) -> Enrolment {
    Enrolment {
        id: speaker.enrolment,
        device: speaker.device,
        platform: Platform::Ios,
        channel: Channel::Device,
        device_key: speaker.udid.clone(),
        certificate: speaker.certificate.sha256_hex(),
        state: EnrolmentState::Authenticated,
        created_at: now,
        enrolled_at: None,
        ended: None,
        last_contact_at: None,
        push_failed: None,
    }
}

/// Returns a whole HTTP request with a message that the speaker signed.
///
/// # Errors
/// Where the key does not sign.
pub fn request(speaker: &Speaker, body: &str) -> anyhow::Result<Vec<u8>> {
    let signer = Signer { key: &speaker.key, certificate: &speaker.certificate, chain: &[] };
    let signature = STANDARD.encode(sign_detached(body.as_bytes(), &signer, None)?);
    Ok(format!(
        "PUT /apple/mdm HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-apple-aspen-mdm\r\n\
         Mdm-Signature: {signature}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes())
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
                    \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\"><dict>";

/// Returns the request of a device that has nothing to report.
///
/// # Errors
/// Where the key does not sign.
pub fn idle(speaker: &Speaker) -> anyhow::Result<Vec<u8>> {
    let body = format!(
        "{HEAD}<key>Status</key><string>Idle</string><key>UDID</key><string>{}</string></dict></plist>",
        speaker.udid
    );
    request(speaker, &body)
}

/// Returns the request with a plausible answer to a `DeviceInformation` command.
///
/// # Errors
/// Where the key does not sign.
pub fn answer(speaker: &Speaker, command: CommandId) -> anyhow::Result<Vec<u8>> {
    let body = format!(
        "{HEAD}<key>CommandUUID</key><string>{command}</string><key>Status</key><string>Acknowledged</string>\
         <key>UDID</key><string>{}</string><key>QueryResponses</key><dict>\
         <key>BatteryLevel</key><real>0.82</real><key>BuildVersion</key><string>22B91</string>\
         <key>DeviceName</key><string>Bench phone</string><key>IsSupervised</key><true/>\
         <key>IsCloudBackupEnabled</key><false/><key>IsMDMLostModeEnabled</key><false/>\
         <key>IsDeviceLocatorServiceEnabled</key><false/><key>PersonalHotspotEnabled</key><false/>\
         <key>Model</key><string>MTP03B</string><key>ModelName</key><string>iPhone</string>\
         <key>OSVersion</key><string>18.1.1</string><key>ProductName</key><string>iPhone15,4</string>\
         <key>SerialNumber</key><string>BENCH</string></dict></dict></plist>",
        speaker.udid
    );
    request(speaker, &body)
}

/// Returns the request with a plain acknowledgement of a command.
///
/// # Errors
/// Where the key does not sign.
pub fn acknowledge(speaker: &Speaker, command: &str) -> anyhow::Result<Vec<u8>> {
    let body = format!(
        "{HEAD}<key>CommandUUID</key><string>{command}</string><key>Status</key><string>Acknowledged</string>\
         <key>UDID</key><string>{}</string></dict></plist>",
        speaker.udid
    );
    request(speaker, &body)
}

/// Queues `count` commands for a speaker and signs the answers to them, in the order in which they will be delivered.
///
/// # Errors
/// Where the database or a key fails.
pub fn plan(store: &Store, world: &World, speaker: &Speaker, count: usize) -> anyhow::Result<Vec<Planned>> {
    let mut ids: Vec<CommandId> = (0..count).map(|_| CommandId::from_uuid(world.uuid())).collect();
    // The queue of a lane goes by id; ids of one millisecond come in any order.
    ids.sort_unstable_by_key(ToString::to_string);
    let (enrolment, now, queued) = (speaker.enrolment, world.now(), ids.clone());
    store.write_blocking(move |tx| {
        queued.iter().try_for_each(|id| {
            commands::add(
                tx,
                &Command {
                    id: *id,
                    enrolment,
                    word: "ask-device".into(),
                    lane: 1,
                    spec: r#"{"do":"ask","question":"device"}"#.into(),
                    state: CommandState::Queued,
                    asked_by: "bench".into(),
                    reason: None,
                    case: None,
                    queued_at: now,
                    delivered_at: None,
                    deliveries: 0,
                    finished_at: None,
                    error: None,
                    deed: domain::Deed::Refresh,
                    effect: domain::Effect::Harmless,
                    burst: None,
                    expires_at: None,
                    approved_by: None,
                },
            )
        })
    })?;
    ids.into_iter().map(|id| Ok(Planned { id, answer: answer(speaker, id)? })).collect()
}
