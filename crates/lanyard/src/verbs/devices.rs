//! `lanyard device`: devices under management, and the orders that one person may give because they can be undone.

use std::path::Path;

use clap::{Args, Subcommand};
use devices_app::commands::{Order, Ordered};
use devices_app::devices::{DeviceFilter, all_devices};
use devices_app::enrolment::{Revoked, revoke_certificates};
use domain::{DeviceKind, EnrolmentState, Force};
use kernel::access::{CommandDevices, RevokeCertificates, SeeDevices};

use super::assets;
use service::open;
use service::open::Opened;
use service::out::Out;

/// What to do with devices.
#[derive(Debug, Subcommand)]
pub(crate) enum DeviceVerb {
    /// Devices under management, with how they stand.
    List {
        /// Only of this force.
        #[arg(long)]
        force: Option<Force>,
        /// Only of this kind.
        #[arg(long)]
        kind: Option<DeviceKind>,
        /// Only those with a clause that is not met.
        #[arg(long)]
        attention: bool,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// Lock it.
    Lock {
        #[command(flatten)]
        order: Ordering,
        /// Shown on the screen.
        #[arg(long)]
        message: Option<String>,
        /// Shown with the message; must be answered.
        #[arg(long)]
        phone: Option<String>,
    },
    /// Lost mode on: locked to one page, can be located.
    Lost {
        #[command(flatten)]
        order: Ordering,
        /// Shown on the screen.
        #[arg(long)]
        message: String,
        /// Shown with the message; must be answered.
        #[arg(long)]
        phone: Option<String>,
    },
    /// Lost mode off.
    Found {
        #[command(flatten)]
        order: Ordering,
    },
    /// Ask for its state now.
    Refresh {
        #[command(flatten)]
        order: Ordering,
    },
    /// Restart it.
    Restart {
        #[command(flatten)]
        order: Ordering,
    },
    /// Revoke its certificates: its messages are refused at once, and no command reaches it until it enrols again.
    Revoke {
        #[command(flatten)]
        order: Ordering,
    },
}

/// What every order needs.
#[derive(Debug, Args)]
pub(crate) struct Ordering {
    /// Serial number or id.
    device: String,
    /// Why; it goes into the ledger.
    #[arg(long)]
    reason: String,
}

impl DeviceVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::List { force, kind, attention, json } => {
                let state = Some(EnrolmentState::Enrolled);
                let filter = DeviceFilter { force, kind, state, attention, ..DeviceFilter::default() };
                list(opened, filter, json).await
            }
            Self::Lock { order, message, phone } => {
                give(opened, order, Order::Lock { message, phone_number: phone }).await
            }
            Self::Lost { order, message, phone } => {
                give(opened, order, Order::LostMode { message: Some(message), phone_number: phone }).await
            }
            Self::Found { order } => give(opened, order, Order::LostModeOff).await,
            Self::Refresh { order } => give(opened, order, Order::Refresh).await,
            Self::Restart { order } => give(opened, order, Order::Restart).await,
            Self::Revoke { order } => revoke(opened, order).await,
        })
    }
}

async fn give(opened: &Opened, given: Ordering, order: Order) -> anyhow::Result<()> {
    let device = opened.device(&given.device).await?;
    let permit = opened.permit::<CommandDevices>()?;
    let mut out = Out::new();
    match devices_app::commands::order(&opened.app, permit, device.id, order, &given.reason).await? {
        Ordered::Queued(commands) => out.line(format_args!(
            "{} commands queued for {}; they are delivered when it connects",
            commands.len(),
            device.serial
        ))?,
        Ordered::Held { command, burst } => out.line(format_args!(
            "held beyond the limit of an hour: command {command} of burst {burst} waits until a second person releases it on the pages"
        ))?,
        Ordered::NeedsSecond(command) => {
            out.line(format_args!("waits for a second person to agree: command {command}"))?;
        }
    }
    Ok(out.finish()?)
}

async fn revoke(opened: &Opened, given: Ordering) -> anyhow::Result<()> {
    let device = opened.device(&given.device).await?;
    let permit = opened.permit::<RevokeCertificates>()?;
    let served = opened.app.platforms().of_kind(device.kind);
    let vendor = served.map_or("VENDOR", |(_, served)| served.vendor.name());
    let mut out = Out::new();
    let revoked = match revoke_certificates(&opened.app, permit, device.id, &given.reason).await? {
        Revoked::Done(revoked) => revoked,
        Revoked::Held(burst) => {
            out.line(format_args!(
                "held beyond the limit of an hour: the certificates of {} stay good until a second person releases burst {burst} on \
                 the pages",
                device.serial
            ))?;
            return Ok(out.finish()?);
        }
    };
    out.line(format_args!(
        "{revoked} certificates of {} revoked: its messages are refused, and what is set on it stays. Orders that wait are kept; \
         `lanyard enrol {vendor} --serial {} --replace` brings it back",
        device.serial, device.serial
    ))?;
    Ok(out.finish()?)
}

async fn list(opened: &Opened, filter: DeviceFilter, json: bool) -> anyhow::Result<()> {
    let all = all_devices(&opened.app, opened.permit::<SeeDevices>()?, filter).await?;
    let mut out = Out::new();
    if json {
        out.json(&all.iter().map(assets::as_json).collect::<Vec<_>>())?;
    } else {
        let rows: Vec<[String; 8]> = all
            .iter()
            .map(|device| {
                [
                    device.serial.clone(),
                    device.kind.title().to_owned(),
                    device.force.to_string(),
                    device.os_version.clone().unwrap_or_else(|| "not known".to_owned()),
                    device.met.to_string(),
                    device.not_met.to_string(),
                    device.not_known.to_string(),
                    device.last_contact_at.map_or_else(|| "never".to_owned(), |at| at.to_string()),
                ]
            })
            .collect();
        out.table(
            ["SERIAL", "KIND", "FORCE", "SYSTEM", "MET", "NOT MET", "NOT KNOWN", "LAST CONTACT"],
            &rows,
        )?;
    }
    Ok(out.finish()?)
}
