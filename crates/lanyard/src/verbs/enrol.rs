//! `lanyard enrol`: the file that brings a registered device under management.

use std::path::{Path, PathBuf};

use clap::Args;
use devices_app::enrolment::EnrolmentFile;
use kernel::access::EnrolDevices;

use service::out::{Failure, Out, note};
use service::private_files;
use service::{open, system, vendors};

/// Arguments.
#[derive(Debug, Args)]
pub(crate) struct Enrol {
    /// The device's vendor, such as apple.
    vendor: String,
    /// The serial number, as in the asset register. The file works once, for that serial number.
    #[arg(long)]
    serial: String,
    /// The device is under management, and this profile is to replace that enrolment: when it is installed, the
    /// certificate in use is revoked, what the device reported is forgotten and orders that wait end, except those that
    /// contain a lost device. Every profile that was made before and not used is void at once.
    #[arg(long)]
    replace: bool,
    /// Leave the signature out, for test tools.
    #[arg(long)]
    unsigned: bool,
    /// Write it here; left out, to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Enrol {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        let wired = vendors::without_settings();
        let Some(platforms) = wired.of_vendor(&self.vendor) else {
            let known = wired.vendors().collect::<Vec<_>>().join(", ");
            let words = format!("there is no vendor \"{}\"; choose one of {known}", self.vendor);
            return Err(Failure::Usage(words).into());
        };
        open::run(settings, async |opened| {
            // A device that is not in the register is refused by the use case, which enters that into the ledger.
            let device = opened.device(&self.serial).await.ok();
            if let Some(device) = device
                && device.kind.platform().is_some_and(|platform| !platforms.contains(&platform))
            {
                let (vendor, kind) = (&self.vendor, device.kind.title());
                return Err(
                    Failure::Usage(format!("{} is a {kind}, and not of {vendor}", device.serial)).into()
                );
            }
            let permit = opened.permit::<EnrolDevices>()?;
            let made = if self.replace {
                devices_app::enrolment::make_replacing_profile(
                    &opened.app,
                    permit,
                    &self.serial,
                    !self.unsigned,
                )
                .await?
            } else {
                devices_app::enrolment::make_enrolment_profile(
                    &opened.app,
                    permit,
                    &self.serial,
                    !self.unsigned,
                )
                .await?
            };
            hand_out(&made, self.out.as_deref())
        })
    }
}

fn hand_out(made: &EnrolmentFile, file: Option<&Path>) -> anyhow::Result<()> {
    let mut out = Out::new();
    match file {
        // It carries the one-time challenge: whoever reads it first could enrol in the device's place.
        Some(file) => {
            private_files::write_private(file, made.bytes.expose(), 0o600, &system::world())?;
            out.line(format_args!("{} can be used once, until {}", file.display(), made.expires_at))?;
        }
        None => {
            out.raw(made.bytes.expose())?;
            note(format_args!("it can be used once, until {}", made.expires_at));
        }
    }
    Ok(out.finish()?)
}
