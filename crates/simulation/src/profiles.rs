//! Where a simulated device gets its enrolment profile.

use std::path::PathBuf;

use anyhow::{Context, bail};
use devices_sim::EnrolmentProfile;
use kernel::App;
use kernel::access::{Actor, permit};

/// Where profiles come from.
#[derive(Clone)]
pub enum Profiles {
    /// Made on the spot by the use case, on the server's own database.
    Made {
        /// The use cases.
        app: App,
        /// On whose behalf.
        actor: Actor,
    },
    /// Files of a folder, named SERIAL.mobileconfig. Each works once.
    Folder(PathBuf),
}

impl Profiles {
    /// Returns the profile for a device.
    ///
    /// # Errors
    /// Where there is none, or it cannot be made.
    pub async fn of(&self, serial: &str) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Made { app, actor } => {
                // A simulated device that was erased, or whose saved state is gone, replaces the enrolment that it had.
                let made =
                    devices_app::enrolment::make_replacing_profile(app, permit(actor)?, serial, true).await?;
                Ok(made.bytes.into_exposed())
            }
            Self::Folder(folder) => {
                let path = folder.join(format!("{serial}.mobileconfig"));
                tokio::fs::read(&path)
                    .await
                    .with_context(|| format!("the profile {} cannot be read", path.display()))
            }
        }
    }
}

/// Sees that a profile leads to the server that was named, and nowhere else.
///
/// # Errors
/// Where it leads elsewhere, or cannot be read.
pub fn leads_to(profile: &[u8], server: &str) -> anyhow::Result<()> {
    let profile = EnrolmentProfile::read(profile)?;
    for url in [&profile.scep_url, &profile.server_url, &profile.check_in_url] {
        let rest = url.strip_prefix(server);
        if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            bail!("the profile leads to {url}, not to {server}: make it with the settings of that server");
        }
    }
    Ok(())
}
