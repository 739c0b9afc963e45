//! `lanyard enrol`: the file that brings a registered device under management.

use std::path::{Path, PathBuf};

use app::access::EnrolDevices;
use app::enrolment::EnrolmentFile;
use clap::Subcommand;

use crate::keys;
use crate::open;
use crate::out::{Out, note};
use crate::system;

/// For which vendor.
#[derive(Debug, Subcommand)]
pub(crate) enum EnrolVerb {
    /// A configuration profile for an iPhone, iPad or Mac; it works once, for that serial number.
    Apple {
        /// The serial number, as in the asset register.
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
    },
}

impl EnrolVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::Apple { serial, replace, unsigned, out } => {
                let permit = opened.permit::<EnrolDevices>()?;
                let made = if replace {
                    app::enrolment::make_replacing_profile(&opened.app, permit, &serial, !unsigned).await?
                } else {
                    app::enrolment::make_enrolment_profile(&opened.app, permit, &serial, !unsigned).await?
                };
                hand_out(&made, out.as_deref())
            }
        })
    }
}

fn hand_out(made: &EnrolmentFile, file: Option<&Path>) -> anyhow::Result<()> {
    let mut out = Out::new();
    match file {
        // It carries the one-time challenge: whoever reads it first could enrol in the device's place.
        Some(file) => {
            keys::write_private(file, made.bytes.expose(), 0o600, &system::world())?;
            out.line(format_args!("{} can be used once, until {}", file.display(), made.expires_at))?;
        }
        None => {
            out.raw(made.bytes.expose())?;
            note(format_args!("it can be used once, until {}", made.expires_at));
        }
    }
    Ok(out.finish()?)
}
