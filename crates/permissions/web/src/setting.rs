//! Describes a setting that is sent to a device.

use domain::Timestamp;

use web_shell::frame::Crumb;
use web_shell::links::clause_crumb;

/// A group of settings that was sent as one.
#[derive(Debug, Clone)]
pub struct Setting {
    /// What it sets, in words.
    pub title: String,
    /// The clauses that ask for it.
    pub clauses: Vec<Crumb>,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// When the device acknowledged it.
    pub acknowledged: Option<Timestamp>,
    /// When the device last reported it as in force.
    pub in_force: Option<Timestamp>,
    /// The device's refusal, or what it reports instead; empty if there is nothing to say.
    pub trouble: String,
}

/// Converts a profile that a device is to have into the words of its page.
#[must_use]
pub fn setting(profile: &permissions_app::profiles::ProfileRead) -> Setting {
    Setting {
        title: profile.title.clone(),
        clauses: profile.clauses.iter().map(|clause| clause_crumb(clause)).collect(),
        sent: profile.sent,
        acknowledged: profile.acknowledged,
        in_force: profile.in_force,
        trouble: profile.trouble.clone().unwrap_or_default(),
    }
}
