//! Splits a calendar file into its events, so that one unreadable event does not affect the others.

use super::zone::Zones;
use super::{CalendarError, MOST_EVENTS, Said};

/// The text of one event.
pub(super) struct Block {
    /// Its number, from 1 on.
    pub(super) event: usize,
    /// Its lines, from BEGIN:VEVENT to END:VEVENT.
    pub(super) text: String,
    /// Whether its calendar cancels its events (METHOD:CANCEL).
    pub(super) called_off: bool,
}

/// The contents of a file.
pub(super) struct File {
    pub(super) blocks: Vec<Block>,
    pub(super) zones: Zones,
    pub(super) notes: Vec<Said>,
}

/// Components that are not events, with their names in plain words.
const OTHERS: [(&str, &str); 3] =
    [("VTODO", "Tasks"), ("VJOURNAL", "Journal entries"), ("VFREEBUSY", "Free and busy times")];

/// Splits a file whose lines have been unfolded.
pub(super) fn read(text: &str) -> Result<File, CalendarError> {
    let text = text.trim_start();
    if !text.get(..15).is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err(CalendarError::NoCalendar);
    }
    let mut file = File { blocks: Vec::new(), zones: Zones::default(), notes: Vec::new() };
    let (mut open, mut cancels, mut ended): (Option<Block>, bool, bool) = (None, false, false);
    let mut counts = [0_usize; OTHERS.len()];
    for line in text.lines().map(str::trim_end) {
        let upper = line.get(..24.min(line.len())).unwrap_or(line).to_ascii_uppercase();
        if upper == "BEGIN:VEVENT" {
            if let Some(block) = open {
                return Err(CalendarError::CutOff(block.event));
            }
            let event = file.blocks.len() + 1;
            if event > MOST_EVENTS {
                return Err(CalendarError::TooLarge);
            }
            open = Some(Block { event, text: String::new(), called_off: cancels });
        }
        if let Some(block) = &mut open {
            block.text.push_str(line);
            block.text.push('\n');
            if upper == "END:VEVENT" {
                file.blocks.extend(open.take());
            }
            continue;
        }
        match upper.as_str() {
            "BEGIN:VCALENDAR" => (cancels, ended) = (false, false),
            "END:VCALENDAR" => ended = true,
            "METHOD:CANCEL" => cancels = true,
            _ => file.zones.line(line),
        }
        for ((name, _), count) in OTHERS.iter().zip(&mut counts) {
            *count += usize::from(upper.strip_prefix("BEGIN:") == Some(name));
        }
    }
    if let Some(block) = open {
        return Err(CalendarError::CutOff(block.event));
    }
    if !ended {
        return Err(CalendarError::Unfinished);
    }
    if file.blocks.is_empty() {
        return Err(CalendarError::NoEvent);
    }
    for ((_, words), count) in OTHERS.iter().zip(counts).filter(|(_, count)| *count > 0) {
        file.notes.push(Said { event: 0, what: format!("{words} in the calendar were not read: {count}.") });
    }
    Ok(file)
}
