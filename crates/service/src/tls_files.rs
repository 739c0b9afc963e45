//! The files of the service's own TLS: read at the start, on SIGHUP and by `config check`, with what is wrong with which.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::private_files;

/// Larger files hold no certificates.
const LARGEST: usize = 1 << 20;

/// Reads certificate chain and key into what connections are made with.
///
/// # Errors
/// Which file cannot be used, why, and the command that mends it.
pub fn read(certificate: &Path, key: &Path) -> anyhow::Result<Arc<ServerConfig>> {
    let chain =
        chain(certificate).with_context(|| format!("the TLS certificate {}", certificate.display()))?;
    let own = private(key).with_context(|| format!("the TLS key {}", key.display()))?;
    let built = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, own);
    let mut config = built.with_context(|| {
        format!(
            "the TLS certificate {} and the key {} do not go together: the certificate file holds the service's own certificate \
             first, then those that signed it, and the key is that of the first",
            certificate.display(),
            key.display()
        )
    })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn chain(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let bytes = std::fs::read(path).context("it cannot be read")?;
    if bytes.len() > LARGEST {
        bail!("it has {} bytes, which no certificate has; look what is in it", bytes.len());
    }
    let found = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>();
    match found {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) => bail!(
            "it holds no certificate in PEM{}",
            form(&bytes, "openssl x509 -inform der -in FILE -out FILE.pem")
        ),
        Err(error) => bail!("its PEM cannot be read: {error}"),
    }
}

fn private(path: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    let bytes = private_files::read_private(path)?;
    let bytes = bytes.expose();
    if contains(bytes, b"ENCRYPTED") {
        bail!(
            "it is locked with a passphrase, which nobody could type when the service starts: openssl pkey -in FILE -out FILE.open"
        );
    }
    PrivateKeyDer::from_pem_slice(bytes).map_err(|error| {
        let how = "openssl pkey -inform der -in FILE -out FILE.pem, or of a PKCS#12 file: openssl pkcs12 -in FILE -nodes -out FILE.pem";
        anyhow::anyhow!("it holds no private key in PEM ({error}){}", form(bytes, how))
    })
}

/// Returns what a file that is no PEM seems to be, and what to do about it.
fn form(bytes: &[u8], convert: &str) -> String {
    let indented = contains(bytes, b"-----BEGIN")
        && !bytes.starts_with(b"-----BEGIN")
        && !contains(bytes, b"\n-----BEGIN");
    if bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || bytes.contains(&0) && contains(bytes, b"B\0E\0G")
    {
        ": it is text in UTF-16; save it as plain text (ASCII or UTF-8)".to_owned()
    } else if indented {
        ": its lines begin with spaces; take them out".to_owned()
    } else if bytes.first() == Some(&0x30) {
        format!(": it is in a binary form; convert it, such as with {convert}")
    } else if contains(bytes, b"PRIVATE KEY") {
        ": it holds a key; certificate and key may have been mixed up".to_owned()
    } else if contains(bytes, b"BEGIN CERTIFICATE") {
        ": it holds a certificate; certificate and key may have been mixed up".to_owned()
    } else {
        String::new()
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;

    struct Files(tempfile::TempDir);

    impl Files {
        fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
            let path = self.0.path().join(name);
            fs::write(&path, bytes).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            path
        }
    }

    #[test]
    fn each_odd_file_is_named_with_what_is_odd_about_it() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let made = rcgen::generate_simple_self_signed(vec!["mdm.test".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(vec!["ca.test".to_owned()]).unwrap();
        let (pem, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let files = Files(tempfile::tempdir().unwrap());
        let (good, own) = (files.put("srv.pem", pem.as_bytes()), files.put("srv.key", key.as_bytes()));
        read(&good, &own).unwrap();
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(pem.bytes().flat_map(|byte| [byte, 0])).collect();
        let indented: String = pem.lines().map(|line| format!(" {line}\n")).collect();
        let (another, its_key) = (other.cert.pem(), other.signing_key.serialize_pem());
        let certificates: [(&str, &[u8], &str); 6] = [
            ("u16.pem", &wide, "UTF-16"),
            ("indented.pem", indented.as_bytes(), "begin with spaces"),
            ("srv.der", made.cert.der(), "openssl x509 -inform der"),
            ("key.pem", key.as_bytes(), "mixed up"),
            ("empty.pem", b"", "holds no certificate"),
            ("ca.pem", another.as_bytes(), "do not go together"),
        ];
        for (name, bytes, says) in certificates {
            let path = files.put(name, bytes);
            let said = format!("{:#}", read(&path, &own).unwrap_err());
            assert!(said.contains(says) && said.contains(name), "{name}: {said}");
        }
        let locked = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        let keys: [(&str, &[u8], &str); 4] = [
            ("locked.key", locked.as_bytes(), "passphrase"),
            ("srv.p12", made.cert.der(), "openssl pkcs12"),
            ("cert.key", pem.as_bytes(), "mixed up"),
            ("other.key", its_key.as_bytes(), "do not go together"),
        ];
        for (name, bytes, says) in keys {
            let path = files.put(name, bytes);
            let said = format!("{:#}", read(&good, &path).unwrap_err());
            assert!(said.contains(says) && said.contains(name), "{name}: {said}");
        }
        let gone = format!("{:#}", read(&files.0.path().join("gone.pem"), &own).unwrap_err());
        assert!(gone.contains("gone.pem") && gone.contains("cannot be read"), "{gone}");
    }
}
