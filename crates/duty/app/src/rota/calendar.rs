//! Writes calendars (iCalendar, RFC 5545) of turns on call: one rota's, or one person's.

use domain::{PersonId, RotaId, Span, Timestamp};
use kernel::access::{PermitWithin, SeeDuty};
use kernel::{App, AppError};
use store::Tx;
use store::rotas as rows;

use super::load::{Window, load, turns};
use super::read::seen;

/// How far ahead a calendar reaches, and how far back.
const AHEAD: Span = Span::from_secs(84 * 24 * 3600);
const BACK: Span = Span::from_secs(14 * 24 * 3600);
/// Most turns in a calendar.
const MOST_TURNS: usize = 2000;
/// Longest line in octets, without its end.
const LINE: usize = 75;

/// One event.
struct Event {
    uid: String,
    summary: String,
    start: Timestamp,
    end: Timestamp,
}

/// Returns the calendar of a rota: everybody's turns from two weeks ago to twelve weeks ahead.
///
/// # Errors
/// As [`super::rota_of`].
pub async fn rota_calendar(app: &App, permit: PermitWithin<SeeDuty>, id: RotaId) -> Result<String, AppError> {
    let now = app.world().now();
    app.store()
        .read(move |tx| {
            let window = Window::new(now.minus(BACK), now.plus(AHEAD));
            let loaded = seen(tx, &permit, id, window)?;
            let turns = turns(&loaded.rota, window).into_iter().take(MOST_TURNS);
            let events = turns.map(|turn| Event {
                uid: format!("{id}-{}-{}", turn.person, turn.start.millis()),
                summary: format!("{}: {}", loaded.row.name, loaded.name(turn.person)),
                start: turn.start,
                end: turn.end,
            });
            Ok(written(events, now))
        })
        .await
}

/// Returns the calendar of the reader's own turns in all rotas, from two weeks ago to twelve weeks ahead.
///
/// # Errors
/// [`AppError::Conflict`] for an actor who is nobody in the register.
pub async fn own_calendar(app: &App, permit: PermitWithin<SeeDuty>) -> Result<String, AppError> {
    let now = app.world().now();
    let me = permit.actor().person.ok_or_else(|| {
        AppError::Conflict("only somebody in the register has turns; sign in as a person".into())
    })?;
    app.store().read(move |tx| calendar_of(tx, me, now)).await
}

/// Writes the calendar of a person's own turns in all rotas, from two weeks ago to twelve weeks ahead. It names nobody.
pub(super) fn calendar_of(tx: &mut Tx<'_>, me: PersonId, now: Timestamp) -> Result<String, AppError> {
    let window = Window::new(now.minus(BACK), now.plus(AHEAD));
    let mut events = Vec::new();
    for row in rows::with_person(tx, me)? {
        let loaded = load(tx, row, window)?;
        let own = turns(&loaded.rota, window).into_iter().filter(|turn| turn.person == me);
        events.extend(own.map(|turn| Event {
            uid: format!("{}-{me}-{}", loaded.row.id, turn.start.millis()),
            summary: format!("On call: {}", loaded.row.name),
            start: turn.start,
            end: turn.end,
        }));
    }
    Ok(written(events.into_iter().take(MOST_TURNS), now))
}

fn written(events: impl Iterator<Item = Event>, now: Timestamp) -> String {
    let mut text = String::new();
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lanyard//On call//EN", "CALSCALE:GREGORIAN"] {
        fold(&mut text, line);
    }
    for event in events {
        fold(&mut text, "BEGIN:VEVENT");
        fold(&mut text, &format!("UID:{}@lanyard", event.uid));
        fold(&mut text, &format!("DTSTAMP:{}", utc(now)));
        fold(&mut text, &format!("DTSTART:{}", utc(event.start)));
        fold(&mut text, &format!("DTEND:{}", utc(event.end)));
        fold(&mut text, &format!("SUMMARY:{}", escaped(&event.summary)));
        fold(&mut text, "CATEGORIES:On call");
        fold(&mut text, "TRANSP:TRANSPARENT");
        fold(&mut text, "END:VEVENT");
    }
    fold(&mut text, "END:VCALENDAR");
    text
}

/// Writes an instant as `20261207T090000Z`.
fn utc(at: Timestamp) -> String {
    at.to_string()
        .chars()
        .filter(|c| !matches!(c, '-' | ':'))
        .take_while(|c| *c != '.')
        .chain(['Z'])
        .collect()
}

/// Escapes a text value (RFC 5545, 3.3.11); a control character becomes a space.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Adds a line, folded where it is too long (RFC 5545, 3.1); never inside a character.
fn fold(text: &mut String, line: &str) {
    let mut used = 0;
    for c in line.chars() {
        if used + c.len_utf8() > LINE {
            text.push_str("\r\n ");
            used = 1;
        }
        used += c.len_utf8();
        text.push(c);
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_is_folded_and_escaped() {
        let start: Timestamp = "2026-12-07T09:00:00Z".parse().unwrap();
        let event = Event {
            uid: "1".into(),
            summary: format!("Desk; a,b\\c\nBEGIN:VEVENT {}", "é".repeat(80)),
            start,
            end: start.plus(Span::from_secs(3600)),
        };
        let text = written([event].into_iter(), start);
        assert!(text.contains("DTSTART:20261207T090000Z\r\nDTEND:20261207T100000Z\r\n"), "{text}");
        assert_eq!(text.matches("\r\nBEGIN:VEVENT\r\n").count(), 1, "a name cannot begin an event: {text}");
        assert!(text.split("\r\n").all(|line| line.len() <= LINE), "{text}");
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains(&format!("SUMMARY:Desk\\; a\\,b\\\\c BEGIN:VEVENT {}", "é".repeat(80))));
    }
}
