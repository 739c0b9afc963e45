//! `lanyard asset`: the asset register, without which nothing enrols.

use std::path::Path;

use clap::Subcommand;
use custody_app::register::import::Devices;
use custody_app::register::{Changed, NewDevice};
use devices_app::devices::{DeviceFilter, DeviceView, all_devices};
use domain::{DeviceKind, Force};
use kernel::access::{ManageRegister, SeeDevices};
use serde_json::json;

use crate::verbs::import;
use crate::verbs::import::Asked;
use service::open;
use service::open::Opened;
use service::out::Out;

/// What to do with the register.
#[derive(Debug, Subcommand)]
pub(crate) enum AssetVerb {
    /// Enter a device.
    Add {
        /// The serial number printed on it.
        #[arg(long)]
        serial: String,
        /// iphone, ipad, mac, windows-pc, android-phone, android-tablet, radio, phone, sim or accessory.
        #[arg(long)]
        kind: DeviceKind,
        /// Whose property; left out, the holder's force.
        #[arg(long)]
        force: Option<Force>,
        /// Number or id of the person who is to have it. It signs nothing: an issue is signed by both sides.
        #[arg(long)]
        holder: Option<String>,
        /// The force's own label.
        #[arg(long)]
        tag: Option<String>,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// Show what a table (CSV or .xlsx) of devices would do, such as an export of Snipe-IT; with --apply, do it.
    Import(Asked),
    /// The label of a device as SVG: its page's address and its number.
    Label {
        /// Its label, serial number, IMEI or id.
        device: String,
    },
    /// Name another intended holder of a device, or nobody. It signs nothing: for that, hand it over on its page.
    Give {
        /// Its serial number or id.
        device: String,
        /// Number or id of the person; left out, nobody has it.
        #[arg(long)]
        holder: Option<String>,
        /// The force of that number, where several forces have it.
        #[arg(long)]
        force: Option<Force>,
    },
    /// Every device in the register.
    List {
        /// Only of this force.
        #[arg(long)]
        force: Option<Force>,
        /// Only of this kind.
        #[arg(long)]
        kind: Option<DeviceKind>,
        /// Part of a serial number or label.
        #[arg(long, default_value = "")]
        search: String,
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
}

impl AssetVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| match self {
            Self::Add { serial, kind, force, holder, tag, json } => {
                let (force, holder) = whose(opened, force, holder.as_deref()).await?;
                let new = NewDevice { serial, kind, force, holder, asset_tag: tag };
                add(opened, new, json).await
            }
            Self::Import(asked) => import::run::<Devices>(opened, asked).await,
            Self::Label { device } => {
                let label = custody_app::label(&opened.app, opened.permit::<SeeDevices>()?, &device).await?;
                let mut out = Out::new();
                out.raw(label.drawn.to_svg(&label.number).as_bytes())?;
                Ok(out.finish()?)
            }
            Self::Give { device, holder, force } => give(opened, &device, holder.as_deref(), force).await,
            Self::List { force, kind, search, json } => {
                list(opened, DeviceFilter { force, kind, search, ..DeviceFilter::default() }, json).await
            }
        })
    }
}

async fn whose(
    opened: &Opened,
    force: Option<Force>,
    holder: Option<&str>,
) -> anyhow::Result<(Force, Option<domain::PersonId>)> {
    match (force, holder) {
        (_, Some(holder)) => {
            let person = opened.person(holder, force).await?;
            Ok((force.unwrap_or(person.force), Some(person.id)))
        }
        (Some(force), None) => Ok((force, None)),
        (None, None) => {
            anyhow::bail!("say whose property it is with --force, or who is to have it with --holder")
        }
    }
}

async fn add(opened: &Opened, new: NewDevice, json: bool) -> anyhow::Result<()> {
    let serial = new.serial.trim().to_ascii_uppercase();
    let platforms = opened.app.platforms();
    let vendor = platforms.of_kind(new.kind).map(|(_, served)| served.vendor.name());
    let id = custody_app::register::add_device(&opened.app, opened.permit::<ManageRegister>()?, new).await?;
    let mut out = Out::new();
    if json {
        out.json(&json!({ "id": id, "serial": serial }))?;
    } else {
        let next = if let Some(vendor) = vendor {
            format!("; next: lanyard enrol {vendor} --serial {serial}")
        } else {
            "; it stands in the register only: this version cannot enrol such devices".to_owned()
        };
        out.line(format_args!("entered {serial} as {id}{next}"))?;
    }
    Ok(out.finish()?)
}

async fn give(
    opened: &Opened,
    device: &str,
    holder: Option<&str>,
    force: Option<Force>,
) -> anyhow::Result<()> {
    let device = opened.device(device).await?;
    let person = match holder {
        Some(holder) => Some(opened.person(holder, force).await?),
        None => None,
    };
    let id = person.as_ref().map(|person| person.id);
    let changed =
        custody_app::register::set_holder(&opened.app, opened.permit::<ManageRegister>()?, device.id, id)
            .await?;
    let mut out = Out::new();
    if let Changed::Held(burst) = changed {
        out.line(format_args!(
            "{} keeps its holder: the change is beyond the limit of an hour, and burst {burst} waits until a second person \
             releases it on the pages",
            device.serial
        ))?;
        return Ok(out.finish()?);
    }
    let to =
        person.map_or_else(|| "nobody".to_owned(), |person| format!("{} {}", person.number, person.name));
    out.line(format_args!(
        "{} is meant for {to} from now on; custody changes by a signed hand-over",
        device.serial
    ))?;
    Ok(out.finish()?)
}

/// Writes one device for a machine.
pub(crate) fn as_json(device: &DeviceView) -> serde_json::Value {
    json!({
        "id": device.id, "serial": device.serial, "kind": device.kind, "force": device.force, "holder": device.holder,
        "asset_tag": device.asset_tag, "enrolment": device.enrolment_state.as_str(), "supervised": device.supervised,
        "os_version": device.os_version, "last_contact_at": device.last_contact_at.map(|at| at.to_string()),
        "met": device.met, "not_met": device.not_met, "not_known": device.not_known,
        "judged_at": device.judged_at.map(|at| at.to_string()),
    })
}

async fn list(opened: &Opened, filter: DeviceFilter, json: bool) -> anyhow::Result<()> {
    let all = all_devices(&opened.app, opened.permit::<SeeDevices>()?, filter).await?;
    let mut out = Out::new();
    if json {
        out.json(&all.iter().map(as_json).collect::<Vec<_>>())?;
    } else {
        let rows: Vec<[String; 6]> = all
            .iter()
            .map(|device| {
                [
                    device.serial.clone(),
                    device.kind.title().to_owned(),
                    device.force.to_string(),
                    device.asset_tag.clone().unwrap_or_default(),
                    device.holder.map(|holder| holder.to_string()).unwrap_or_else(|| "nobody".to_owned()),
                    device.id.to_string(),
                ]
            })
            .collect();
        out.table(["SERIAL", "KIND", "FORCE", "TAG", "HOLDER", "ID"], &rows)?;
    }
    Ok(out.finish()?)
}
