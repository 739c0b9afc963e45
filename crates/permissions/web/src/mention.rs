//! Describes entries of registers for other pages.

use permissions_app::read::PermissionRow;
use permissions_app::risks::RiskRead;

use crate::list::handler::crumb;
use web_shell::frame::Crumb;
use web_shell::links::clause_crumb;
use web_shell::parts::registers::{Mention, Risk};

/// Converts an entry into the form in which other pages name it.
pub fn mention(row: &PermissionRow) -> Mention {
    Mention {
        entry: crumb(&row.grant),
        what: format!("{}, {}", row.register, row.about),
        clause: row.clause.as_ref().map(|clause| clause_crumb(clause.as_str())),
        state: row.state.to_owned(),
        until: row.grant.ends_at.filter(|_| row.grant.decided_at.is_some()),
    }
}

/// Converts a risk and the person who carries it into the form in which other pages show it.
pub fn risk(read: &RiskRead) -> Risk {
    Risk {
        entry: Crumb::new(format!("/entries/{}", read.id), format!("P-{}", read.number)),
        device: read.device.map(|id| Crumb::new(format!("/devices/{id}"), "one device")),
        until: read.until,
        by: read.by.clone(),
        because: read.because.clone(),
    }
}
