//! Apple's reports as answers.

use domain::{Fact, Platform, Timestamp};
use platform_port::{Answer, Location, Order, Question, Report, Stage, Supplies};
use protocol_apple::commands::sent_settings;
use protocol_apple::connect::{CommandReport, Status};
use protocol_apple::reports;

use crate::{orders, speaker};

/// Longest text that is kept of an answer, in characters.
const LONGEST: usize = 400;
/// Most links of an error chain that are shown.
const MOST_ERRORS: usize = 4;

/// Makes an answer of a report that a device sent in the command loop.
#[must_use]
pub fn answer(report: CommandReport) -> Answer {
    Answer {
        speaker: speaker(&report.channel),
        stage: match report.status {
            Status::Idle => Stage::Idle,
            Status::Acknowledged => Stage::Done,
            // One that says nothing of how it went would say the same again.
            Status::Error | Status::Missing => Stage::Failed,
            Status::CommandFormatError => Stage::NotUnderstood,
            Status::NotNow => Stage::NotNow,
            Status::Other(_) => Stage::Unknown,
        },
        command: report.command_uuid.clone(),
        words: words_of(&report),
        report: Box::new(Told(report)),
    }
}

/// Joins the device's reasons and what of its answer could not be read.
fn words_of(report: &CommandReport) -> Option<String> {
    let mut words: Vec<String> = report
        .errors
        .iter()
        .take(MOST_ERRORS)
        .map(|link| match &link.english {
            Some(english) => format!("{} {}: {}", link.domain, link.code, english.expose()),
            None => format!("{} {}", link.domain, link.code),
        })
        .collect();
    match report.status {
        Status::Error if words.is_empty() => words.push("the device gave no reason".to_owned()),
        Status::Missing => words.push("the answer does not say how the command went".to_owned()),
        _ => {}
    }
    if !report.skipped.is_empty() {
        words.push(format!("left out of the answer, because it could not be read: {}", report.skipped));
    }
    let words: String = words.join("; ").chars().take(LONGEST).collect();
    Some(words).filter(|words| !words.is_empty())
}

/// What a device told in the command loop.
#[derive(Debug)]
struct Told(CommandReport);

impl Report for Told {
    fn facts(&self, order: &Order, platform: Platform, at: Timestamp, source: &str) -> Vec<Fact> {
        let question = match order {
            Order::Bluetooth { .. } => return self.switched(order, platform, at, source),
            Order::Ask { question } => *question,
            _ => return Vec::new(),
        };
        let request_type = match question {
            Question::Device => "DeviceInformation",
            Question::Security => "SecurityInfo",
            Question::Settings => "ProfileList",
            Question::Restrictions => "Restrictions",
            Question::Apps => "InstalledApplicationList",
            Question::Certificates => "CertificateList",
        };
        reports::facts(request_type, platform, &self.0, at, source)
    }

    fn location(&self) -> Option<Location> {
        reports::location(&self.0).map(|place| Location {
            latitude: place.latitude,
            longitude: place.longitude,
            accuracy_metres: place.accuracy_metres,
            taken_at: place.taken_at,
        })
    }
}

impl Told {
    /// Reads the answer to a switch against what was sent: it does not name the items.
    fn switched(&self, order: &Order, platform: Platform, at: Timestamp, source: &str) -> Vec<Fact> {
        let sent = orders::command(order, platform, &Supplies::default())
            .ok()
            .and_then(|command| sent_settings(&command.encode("")).ok());
        sent.map_or_else(Vec::new, |items| reports::settings_facts(&items, &self.0, at, source))
    }
}
