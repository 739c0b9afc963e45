//! Orders that are held or waiting, as shown on the page of all bursts and on the page of one burst.

use devices_app::held::{BurstRow, OrderRead};
use domain::Timestamp;
use web_shell::format;
use web_shell::frame::Crumb;

/// The path of the page of all bursts.
pub(crate) const HELD: &str = "/held";

/// An order that is waiting or held.
#[derive(Debug, Clone)]
pub struct Order {
    /// The address of its page, or of the device's page where the order is no command.
    pub href: String,
    /// The order in words.
    pub what: String,
    /// The device it is for.
    pub device: Crumb,
    /// The person who asked.
    pub by: String,
    /// The reason.
    pub reason: String,
    /// The time it was asked for.
    pub at: Timestamp,
    /// The time until which it can be decided.
    pub until: Option<Timestamp>,
    /// Its state; empty where it need not be shown.
    pub state: String,
}

impl Order {
    /// Returns a made-up order, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            href: "/commands/1".into(),
            what: "Erase".into(),
            device: Crumb::new("/devices/NC-10442", "F4GXQ2ABCD"),
            by: "Insp Grey <script>".into(),
            reason: "Stolen from a car".into(),
            at: web_shell::clock::hours_ago(2),
            until: Some(web_shell::clock::hours_ahead(22)),
            state: String::new(),
        }
    }
}

/// Describes the number of orders, and how much harm they can do.
pub(crate) fn what(row: &BurstRow) -> String {
    let orders = if row.count == 1 { "order" } else { "orders" };
    format!("{} {} {orders}", format::number(row.count), row.effect.title().to_lowercase())
}

/// Describes the cap that a burst exceeds.
pub(crate) fn why(row: &BurstRow) -> String {
    format!("More than {} {} in an hour", row.limit, row.cap.title())
}

/// Converts an order into the words of these pages.
pub(crate) fn order(read: &OrderRead) -> Order {
    let device = Crumb::new(format!("/devices/{}", read.device), read.serial.clone());
    Order {
        href: read.command.map_or_else(|| device.href.clone(), |command| format!("/commands/{command}")),
        what: read.what.to_owned(),
        device,
        by: read.by.clone(),
        reason: read.reason.clone(),
        at: read.at,
        until: read.until,
        state: read.state.to_owned(),
    }
}
