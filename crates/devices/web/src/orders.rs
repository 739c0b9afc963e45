//! Orders that are held or wait, as the page of all bursts and that of one show them.

use devices_app::held::{BurstRow, OrderRead};
use domain::Timestamp;
use web_shell::format;
use web_shell::frame::Crumb;

/// The page of all bursts.
pub(crate) const HELD: &str = "/held";

/// An order that waits or is held.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its page, or the device's where it is no command.
    pub href: String,
    /// What.
    pub what: String,
    /// On which device.
    pub device: Crumb,
    /// Who asked.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
    /// How it stands, where that is to be said.
    pub state: String,
}

impl Order {
    /// A made-up order, for the gallery and the tests.
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

/// How many orders, and how much harm they can do.
pub(crate) fn what(row: &BurstRow) -> String {
    let orders = if row.count == 1 { "order" } else { "orders" };
    format!("{} {} {orders}", format::number(row.count), row.effect.title().to_lowercase())
}

/// Which cap a burst is beyond.
pub(crate) fn why(row: &BurstRow) -> String {
    format!("More than {} {} in an hour", row.limit, row.cap.title())
}

/// Puts an order into the words of these pages.
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
