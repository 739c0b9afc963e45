//! `lanyard order`: what is held and waits, and stopping it. The command line freezes, cancels and calls off. It releases and
//! lifts nothing: whoever can run it is nobody's second person.

use std::path::Path;

use clap::Subcommand;
use devices_app::caps::CalledOff;
use devices_app::held::HeldRead;
use devices_app::{caps, held};
use domain::{BurstId, Force};
use kernel::access::{CallOffOrders, FreezeDestruction, SeeHeldOrders};
use serde_json::json;

use service::open;
use service::open::Opened;
use service::out::Out;

/// What to do with orders.
#[derive(Debug, Subcommand)]
pub(crate) enum OrderVerb {
    /// What is held beyond a cap, what waits for a second person, what is frozen.
    Held {
        /// For a machine.
        #[arg(long)]
        json: bool,
    },
    /// Cancel all of a burst.
    Cancel {
        /// Which, as `order held` names it.
        burst: BurstId,
        /// Why; it goes into the ledger.
        #[arg(long)]
        reason: String,
    },
    /// Call off every order that has not reached its device.
    CallOff {
        /// Of this force.
        #[arg(long)]
        force: Force,
        /// Only what the person with this collar or staff number asked for.
        #[arg(long, value_name = "NUMBER")]
        asked_by: Option<String>,
        /// Why; it goes into the ledger.
        #[arg(long)]
        reason: String,
    },
    /// Freeze the destructive orders of a force. Two people lift it, on the pages.
    Freeze {
        /// Of this force.
        #[arg(long)]
        force: Force,
        /// Why; it goes into the ledger, and others are told.
        #[arg(long)]
        reason: String,
    },
}

impl OrderVerb {
    pub(crate) fn run(self, settings: Option<&Path>) -> anyhow::Result<()> {
        open::run(settings, async |opened| {
            let mut out = Out::new();
            match self {
                Self::Held { json } => list(opened, &mut out, json).await?,
                Self::Cancel { burst, reason } => {
                    let permit = opened.permit::<CallOffOrders>()?;
                    let count = caps::cancel(&opened.app, permit, burst, &reason).await?;
                    out.line(format_args!("{count} orders cancelled; none of them reached a device"))?;
                }
                Self::CallOff { force, asked_by, reason } => {
                    let asked_by = match asked_by {
                        Some(number) => {
                            Some(format!("person:{}", opened.person(&number, Some(force)).await?.id))
                        }
                        None => None,
                    };
                    let permit = opened.permit::<CallOffOrders>()?;
                    let which = CalledOff { force, asked_by };
                    let done = caps::call_off(&opened.app, permit, which, &reason).await?;
                    out.line(format_args!("{} orders called off", done.called_off))?;
                    if done.go_on > 0 {
                        out.line(format_args!(
                            "{} more lock lost devices and go on: ending them is beyond the limit of an hour, and waits until a second \
                             person releases it on the pages",
                            done.go_on
                        ))?;
                    }
                }
                Self::Freeze { force, reason } => {
                    let permit = opened.permit::<FreezeDestruction>()?;
                    caps::freeze(&opened.app, permit, force, &reason).await?;
                    out.line(format_args!(
                        "the destructive orders of {} are frozen; two people lift it on the page \"Held and waiting\"",
                        opened.app.force_title(force)
                    ))?;
                }
            }
            Ok(out.finish()?)
        })
    }
}

async fn list(opened: &Opened, out: &mut Out, json: bool) -> anyhow::Result<()> {
    let read = held::held(&opened.app, opened.permit::<SeeHeldOrders>()?).await?;
    if json {
        return Ok(out.json(&as_json(&read))?);
    }
    for freeze in &read.freezes {
        if let Some(stands) = &freeze.stands {
            out.line(format_args!(
                "{}: destructive orders are frozen since {}, by {}: {}",
                opened.app.force_title(freeze.force),
                stands.at,
                stands.by,
                stands.why
            ))?;
        }
    }
    let bursts = read.bursts.iter().map(|row| {
        [
            row.id.to_string(),
            row.force.to_string(),
            format!("{} {}", row.count, row.effect),
            row.by.clone(),
            format!("more than {} {} in an hour", row.limit, row.cap.title()),
            row.until.to_string(),
        ]
    });
    out.table(["HELD", "FORCE", "ORDERS", "ASKED BY", "WHY", "UNTIL"], &bursts.collect::<Vec<_>>())?;
    let asked = read.asked.iter().map(|order| {
        [
            order.command.map(|command| command.to_string()).unwrap_or_default(),
            order.serial.clone(),
            order.what.to_owned(),
            order.by.clone(),
            order.until.map(|until| until.to_string()).unwrap_or_default(),
        ]
    });
    out.table(["WAITING", "DEVICE", "WHAT", "ASKED BY", "UNTIL"], &asked.collect::<Vec<_>>())?;
    Ok(())
}

fn as_json(read: &HeldRead) -> serde_json::Value {
    let bursts: Vec<_> = read
        .bursts
        .iter()
        .map(|row| {
            json!({
                "burst": row.id, "force": row.force, "effect": row.effect, "asked_by": row.by, "orders": row.count,
                "cap": row.cap, "limit": row.limit, "since": row.since.to_string(), "until": row.until.to_string(),
            })
        })
        .collect();
    let asked: Vec<_> = read
        .asked
        .iter()
        .map(|order| {
            json!({
                "command": order.command, "device": order.serial, "what": order.what, "asked_by": order.by,
                "since": order.at.to_string(), "until": order.until.map(|until| until.to_string()),
            })
        })
        .collect();
    let frozen: Vec<_> =
        read.freezes.iter().filter(|freeze| freeze.stands.is_some()).map(|freeze| freeze.force).collect();
    json!({ "frozen": frozen, "held": bursts, "waiting": asked })
}
