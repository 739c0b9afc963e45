//! The service's own keys: made on first start, loaded ever after, never overwritten.
//!
//! | file | what it is for | if it is lost |
//! | --- | --- | --- |
//! | `ca.key`, `ca.pem` | certifies devices | every device must enrol again |
//! | `seal.key` | seals unlock tokens, PINs and raw messages in the database | they cannot be opened any more |
//! | `witness.key` | cosigns the checkpoints of other ledgers; made when it is first needed | those who trust this witness need the new key |
//! | `ledger.key`, `ledger.pub` | signs checkpoints of the ledger | a new key must be published; old checkpoints stay good |
//!
//! Each lies in the data folder, readable by the service's account alone; a key file that others could read is refused,
//! because whoever could read it may have. `lanyard backup` takes them along: they are not in the database on purpose.

use std::fs;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Secret, Span, World};
use kernel::Keys;
use kernel::seal::Sealer;
use ledger::{CosignerKey, SigningKey};
use pki::{DeviceCa, RsaBits, Validity};

use crate::config::{Config, GivenCa};
use crate::private_files::{folder, read_private, write_private};

/// The files of a data folder that are keys, whichever of them are there.
pub const FILES: [&str; 6] = ["ca.key", "ca.pem", "seal.key", "ledger.key", "ledger.pub", "witness.key"];
/// Those without which a database in use is whole: one follows from another, one is made when it is first needed.
const OPTIONAL: [&str; 2] = ["ledger.pub", "witness.key"];
/// How long an authority that we make ourselves lasts.
const CA_LIFE: Span = Span::from_secs(15 * 365 * 24 * 3600);
/// How a private key of signed notes begins (golang.org/x/mod/sumdb/note, the format's first implementation).
const LEDGER_PREFIX: &str = "PRIVATE+KEY+";
/// Marks Ed25519 in front of a note key's bytes.
const ED25519: u8 = 1;
/// Marks the key of timestamped cosignatures.
const COSIGNATURE: u8 = 4;

/// Loads the keys of a data folder, making those that are not there yet; where the database has been in use, none is made.
///
/// # Errors
/// A key that others can read, that cannot be read, or that cannot be made, and one that is missing.
pub fn load_or_make(config: &Config, world: &World, in_use: bool) -> anyhow::Result<Keys> {
    folder(&config.data)?;
    if in_use {
        whole(config)?;
    }
    let ca = match &config.ca {
        Some(given) => given_ca(given)?,
        None => own_ca(&config.data, &config.organisation, world)?,
    };
    Ok(Keys { ca, sealer: sealer(&config.data, world)?, ledger: ledger_key(config, world)? })
}

/// Sees that no key is missing.
///
/// # Errors
/// The first that is.
pub fn whole(config: &Config) -> anyhow::Result<()> {
    let own_ca = config.ca.is_none();
    let needed = FILES.iter().filter(|name| !OPTIONAL.contains(name) && (own_ca || !name.starts_with("ca.")));
    for name in needed {
        let path = config.data.join(name);
        if !path.exists() {
            bail!(
                "{} is missing, and the database has been in use with it: see whether data in the settings file names the right \
                 folder, or restore a backup, which holds database and keys; no new key is made for a database in use",
                path.display()
            );
        }
    }
    Ok(())
}

/// Loads whatever keys are there and makes none: for a look at the settings.
///
/// # Errors
/// As [`load_or_make`], and where some are there and others are not.
pub fn look(config: &Config, world: &World) -> anyhow::Result<()> {
    let names = FILES.iter().filter(|name| !OPTIONAL.contains(name));
    if names.clone().any(|name| config.data.join(name).exists()) {
        load_or_make(config, world, true)?;
    }
    Ok(())
}

fn text(path: &Path) -> anyhow::Result<Secret<String>> {
    String::from_utf8(read_private(path)?.into_exposed())
        .map(Secret::new)
        .map_err(|_| anyhow!("the key file {} is no text; restore it from a backup", path.display()))
}

fn given_ca(given: &GivenCa) -> anyhow::Result<DeviceCa> {
    let certificate = fs::read_to_string(&given.certificate).with_context(|| {
        format!("the authority's certificate {} cannot be read", given.certificate.display())
    })?;
    Ok(DeviceCa::from_pem(&certificate, &text(&given.key)?)?)
}

/// Returns what is wrong with a device authority that nevertheless works for the devices that it has, and the way out.
pub fn authority_warning(ca: &DeviceCa) -> Option<String> {
    let missing = ca.certificate().missing_for_scep();
    (!missing.is_empty()).then(|| {
        format!(
            "the device authority's certificate leaves {} out of its key usage: enrolled devices stay, but iPhones and Macs may \
             refuse to enrol. Make a certificate with the same key and subject and the usages digitalSignature, \
             keyEncipherment, keyCertSign and cRLSign, and put it in the place of this one; docs/apple-enrolment.md has the \
             commands",
            missing.join(" and ")
        )
    })
}

/// Returns the device authority that the service will use, where it is there already.
///
/// # Errors
/// An authority that is there and cannot be used.
pub fn present_ca(config: &Config) -> anyhow::Result<Option<DeviceCa>> {
    let own = GivenCa { certificate: config.data.join("ca.pem"), key: config.data.join("ca.key") };
    match &config.ca {
        Some(given) => given_ca(given).map(Some),
        None if own.key.exists() && own.certificate.exists() => given_ca(&own).map(Some),
        None => Ok(None),
    }
}

fn own_ca(data: &Path, organisation: &str, world: &World) -> anyhow::Result<DeviceCa> {
    let (key, certificate) = (data.join("ca.key"), data.join("ca.pem"));
    match (key.exists(), certificate.exists()) {
        (true, true) => given_ca(&GivenCa { certificate, key }),
        (false, false) => {
            let validity = Validity::lasting(world.now(), CA_LIFE);
            let ca = DeviceCa::generate(
                &format!("{organisation} devices"),
                RsaBits::Rsa3072,
                validity,
                world.bytes(),
            )?;
            write_private(&key, ca.key().to_pem().expose().as_bytes(), 0o600, world)?;
            write_private(&certificate, ca.certificate().to_pem().as_bytes(), 0o644, world)?;
            made("a device authority", &key, &format!("SHA-256 {}", ca.certificate().sha256_hex()));
            Ok(ca)
        }
        (has_key, _) => {
            let (here, gone) = if has_key { (key, certificate) } else { (certificate, key) };
            bail!(
                "{} is there but {} is not: restore it from a backup; if no device has ever enrolled, remove {} and both \
                 are made anew",
                here.display(),
                gone.display(),
                here.display()
            )
        }
    }
}

fn sealer(data: &Path, world: &World) -> anyhow::Result<Sealer> {
    let path = data.join("seal.key");
    if !path.exists() {
        let key = Secret::new(format!("{}\n", hex::encode(world.bytes::<32>())));
        write_private(&path, key.expose().as_bytes(), 0o600, world)?;
        made("a sealing key", &path, "keep a backup: what it sealed opens with nothing else");
    }
    let key = hex::decode(text(&path)?.expose().trim())
        .map_err(|_| anyhow!("{} is not 64 hexadecimal digits; restore it from a backup", path.display()))?;
    Ok(Sealer::new(&Secret::new(key))?)
}

fn ledger_key(config: &Config, world: &World) -> anyhow::Result<SigningKey> {
    let path = config.data.join("ledger.key");
    if !path.exists() {
        let seed = Secret::new(world.bytes::<32>());
        let key = SigningKey::from_seed(&config.ledger_name, &seed)?;
        write_private(&path, ledger_text(&key, &seed).expose().as_bytes(), 0o600, world)?;
        made("a ledger key", &path, &format!("publish its other half: {}", key.verifier()));
    }
    let key = read_ledger_key(&text(&path)?, &path)?;
    let public = config.data.join("ledger.pub");
    if !public.exists() {
        write_private(&public, format!("{}\n", key.verifier()).as_bytes(), 0o644, world)?;
    }
    Ok(key)
}

/// Returns the key with which this service cosigns the checkpoints of other ledgers; made here when it is first needed.
///
/// # Errors
/// A key that others can read, or that cannot be read or made.
pub fn witness_key(config: &Config, world: &World) -> anyhow::Result<CosignerKey> {
    let path = config.data.join("witness.key");
    let name = format!("{}/witness", config.ledger_name.trim_end_matches("/ledger"));
    if !path.exists() {
        let seed = Secret::new(world.bytes::<32>());
        let key = CosignerKey::from_seed(&name, &seed)?;
        let mut bytes = vec![COSIGNATURE];
        bytes.extend_from_slice(seed.expose());
        let text = Secret::new(format!("{LEDGER_PREFIX}{name}+{}\n", STANDARD.encode(bytes)));
        write_private(&path, text.expose().as_bytes(), 0o600, world)?;
        made("a witness's key", &path, &format!("publish its other half: {}", key.public()));
    }
    let text = text(&path)?;
    let read = || {
        let (name, key) = text.expose().trim().strip_prefix(LEDGER_PREFIX)?.split_once('+')?;
        let bytes = Secret::new(STANDARD.decode(key).ok()?);
        let (kind, seed) = bytes.expose().split_first()?;
        let seed = Secret::new(<[u8; 32]>::try_from(seed).ok()?);
        let key = CosignerKey::from_seed(name, &seed).ok()?;
        (*kind == COSIGNATURE).then_some(key)
    };
    read().ok_or_else(|| anyhow!("{} is not a witness's key; restore it from a backup", path.display()))
}

/// Writes `PRIVATE+KEY+name+id+base64`, as other tools for signed notes write it.
fn ledger_text(key: &SigningKey, seed: &Secret<[u8; 32]>) -> Secret<String> {
    let mut bytes = vec![ED25519];
    bytes.extend_from_slice(seed.expose());
    let verifier = key.verifier();
    Secret::new(format!(
        "{LEDGER_PREFIX}{}+{}+{}\n",
        verifier.name(),
        hex::encode(verifier.id()),
        STANDARD.encode(bytes)
    ))
}

fn read_ledger_key(text: &Secret<String>, path: &Path) -> anyhow::Result<SigningKey> {
    let read = || {
        let mut parts = text.expose().trim().strip_prefix(LEDGER_PREFIX)?.splitn(3, '+');
        let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = Secret::new(STANDARD.decode(key).ok()?);
        let (kind, seed) = bytes.expose().split_first()?;
        let seed = Secret::new(<[u8; 32]>::try_from(seed).ok()?);
        let key = SigningKey::from_seed(name, &seed).ok()?;
        (*kind == ED25519 && hex::encode(key.verifier().id()) == id).then_some(key)
    };
    read().ok_or_else(|| anyhow!("{} is not a ledger key; restore it from a backup", path.display()))
}

fn made(what: &str, path: &Path, more: &str) {
    crate::out::note(format_args!("made {what}: {} ({more})", path.display()));
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn config(folder: &Path) -> Config {
        let text = "organisation = \"Test\"\nlisten = \"127.0.0.1:1\"\naddress = \"https://mdm.test\"\n";
        Config::from_text(text, "lanyard.toml", folder).unwrap()
    }

    #[test]
    fn keys_are_made_once_and_loaded_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let (config, world) = (config(folder.path()), crate::system::world());
        let first = load_or_make(&config, &world, false).unwrap();
        let second = load_or_make(&config, &world, false).unwrap();
        assert_eq!(first.ledger.verifier(), second.ledger.verifier());
        assert_eq!(first.ca.certificate().sha256_hex(), second.ca.certificate().sha256_hex());
        let sealed = first.sealer.seal(&world, "here", b"secret").unwrap();
        assert_eq!(second.sealer.open("here", &sealed).unwrap().expose(), b"secret");
        let mode = |name: &str| fs::metadata(config.data.join(name)).unwrap().mode() & 0o777;
        assert_eq!((mode("ca.key"), mode("seal.key"), mode("ledger.key")), (0o600, 0o600, 0o600));
        assert_eq!(fs::metadata(&config.data).unwrap().mode() & 0o777, 0o700);
        assert_eq!(
            fs::read_dir(&config.data).unwrap().count(),
            FILES.len() - 1,
            "the witness's key is made when it is needed"
        );
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_with_the_command_to_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        write_private(&path, b"x", 0o600, &crate::system::world()).unwrap();
        assert!(write_private(&path, b"y", 0o600, &crate::system::world()).is_err());
        assert_eq!(read_private(&path).unwrap().expose(), b"x");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = read_private(&path).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o750)).unwrap();
        assert!(super::folder(folder.path()).unwrap_err().to_string().contains("chmod 700"));
    }

    #[test]
    fn half_a_pair_and_a_spoilt_key_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let (config, world) = (config(folder.path()), crate::system::world());
        load_or_make(&config, &world, false).unwrap();
        let ledger = config.data.join("ledger.key");
        let text = fs::read_to_string(&ledger).unwrap();
        fs::write(&ledger, text.replace("mdm.test", "mdm.tess")).unwrap();
        assert!(ledger_key(&config, &world).unwrap_err().to_string().contains("not a ledger key"));
        fs::remove_file(config.data.join("ca.pem")).unwrap();
        assert!(own_ca(&config.data, "Test", &world).unwrap_err().to_string().contains("ca.pem"));
        let refused = load_or_make(&config, &world, true).map(drop).unwrap_err().to_string();
        assert!(refused.contains("ca.pem is missing"), "a database in use gets no new keys: {refused}");
    }
}
