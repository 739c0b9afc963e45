//! `POST /api/v1/device-use`: records who used a force system when, from that system's own log. JSON or CSV; a row is a person
//! and a time, and everything else in a log is skipped unread.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::Timestamp;
use kernel::access::ReportUse;
use off_duty_app::{Choice, MOST_ROWS, RowFault, UseRow};
use serde_json::{Value, json};

use super::{Api, Permitted, Refused, answer};

/// Longest name of a person, in characters.
const LONGEST: usize = 200;

/// The query of the address.
#[derive(serde::Deserialize)]
pub(super) struct Asked {
    /// `what-can` (the default), `all-or-nothing`, or `look`, which changes nothing.
    take: Option<String>,
}

type Rows = Vec<Result<UseRow, RowFault>>;

/// Accepts a file.
pub(super) async fn take(
    State(api): State<Api>,
    Permitted(permit): Permitted<ReportUse>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let body = body.map_err(|rejection| Refused::new(rejection.status(), rejection.body_text()))?;
    let choice = match asked.take.as_deref() {
        None | Some("what-can") => Choice::WhatCan,
        Some("all-or-nothing") => Choice::AllOrNothing,
        Some("look") => Choice::Look,
        Some(_) => return Err(unprocessable("take: write what-can, all-or-nothing or look")),
    };
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let rows = match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" => of_json(&body),
        "text/csv" => of_csv(&body),
        _ => {
            let why = "say what it is: Content-Type application/json or text/csv";
            return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
        }
    };
    let rows = rows.map_err(unprocessable)?;
    let done = off_duty_app::report_use(&api.app, permit, rows, choice, kernel::digest_hex(&body)).await?;
    let faults: Vec<Value> =
        done.faults.iter().map(|fault| json!({ "row": fault.row, "why": fault.why })).collect();
    let refused = choice == Choice::AllOrNothing && done.faulty > 0;
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let told = json!({ "good": done.good, "faulty": done.faulty, "faults": faults, "taken": done.taken });
    Ok(answer(status, &told))
}

fn unprocessable(why: impl Into<String>) -> Refused {
    Refused::new(StatusCode::UNPROCESSABLE_ENTITY, why)
}

fn too_many() -> String {
    format!("{MOST_ROWS} rows are the most; send them in parts")
}

/// Reads `{ "events": [{ "person": "1234", "at": "2026-11-22T03:04:05Z" }] }`.
fn of_json(body: &[u8]) -> Result<Rows, String> {
    let whole: Value = serde_json::from_slice(body).map_err(|error| format!("it is no JSON: {error}"))?;
    let events = whole.get("events").and_then(Value::as_array);
    let events = events
        .ok_or("write { \"events\": [ { \"person\": \"1234\", \"at\": \"2026-11-22T03:04:05Z\" } ] }")?;
    if events.len() > MOST_ROWS {
        return Err(too_many());
    }
    let text =
        |event: &Value, name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows = (1..).zip(events).map(|(place, event)| row(place, &text(event, "person"), &text(event, "at")));
    Ok(rows.collect())
}

/// Reads a table whose first line names the columns `person` and `at`.
fn of_csv(body: &[u8]) -> Result<Rows, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the file is not in UTF-8")?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let head = reader.headers().map_err(|_| "it is no table")?.clone();
    let place = |name: &str| head.iter().position(|column| column.eq_ignore_ascii_case(name));
    let (Some(person), Some(at)) = (place("person"), place("at")) else {
        return Err("the first line must name the columns: person, at".into());
    };
    let mut rows = Vec::new();
    for (count, record) in (1..).zip(reader.into_records()) {
        if count > MOST_ROWS {
            return Err(too_many());
        }
        let record = record.map_err(|_| format!("row {count} cannot be read"))?;
        rows.push(row(count, record.get(person).unwrap_or_default(), record.get(at).unwrap_or_default()));
    }
    Ok(rows)
}

fn row(row: usize, person: &str, at: &str) -> Result<UseRow, RowFault> {
    let fault = |why: &str| Err(RowFault { row, why: why.to_owned() });
    let person = person.trim();
    if person.is_empty() || person.chars().count() > LONGEST {
        return fault("person: write a collar or staff number, or the name by which they sign in");
    }
    // A day without a time would be read as midnight, when nearly everybody is off duty.
    match at.trim().parse::<Timestamp>() {
        Ok(time) if at.contains('T') => Ok(UseRow { row, person: person.to_owned(), at: time }),
        _ => fault("at: write a time with its offset, such as 2026-11-22T03:04:05Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_person_and_a_time_and_each_wrong_one_is_named() {
        let json = br#"{"events":[{"person":"1234","at":"2026-11-22T03:04:05Z","address":"10.0.0.1"},
            {"person":" ","at":"2026-11-22T03:04:05Z"},{"person":"1","at":"2026-11-22"},7]}"#;
        let csv = b"at,city,person\n2026-11-22T03:04:05Z,Norwich,1234\n2026-11-22T03:04:05Z,x, \n2026-11-22,,1\n,,\n";
        for rows in [of_json(json).unwrap(), of_csv(csv).unwrap()] {
            let at = "2026-11-22T03:04:05Z".parse().unwrap();
            assert_eq!(rows[0], Ok(UseRow { row: 1, person: "1234".into(), at }));
            let faults: Vec<usize> =
                rows.iter().filter_map(|row| row.as_ref().err()).map(|fault| fault.row).collect();
            assert_eq!(faults, [2, 3, 4]);
        }
        for wrong in ["", "[]", "{", "{\"events\":{}}"] {
            assert!(of_json(wrong.as_bytes()).is_err(), "{wrong}");
        }
        for wrong in ["", "number,at\n1,2", "\u{0}"] {
            assert!(of_csv(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let many = format!("person,at\n{}", "1,2026-11-22T03:04:05Z\n".repeat(MOST_ROWS + 1));
        assert!(of_csv(many.as_bytes()).unwrap_err().contains("in parts"));
    }

    #[test]
    fn no_body_makes_it_fall_over() {
        // A fixed sequence of changes that look random: every run tries the same ten thousand bodies.
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % 1_000_003).unwrap() % below
        };
        let seeds: [&[u8]; 2] = [
            br#"{"events":[{"person":"1","at":"2026-11-22T03:04:05Z"}]}"#,
            b"person,at\n\"1\",2026-11-22T03:04:05Z\n",
        ];
        for _ in 0..10_000 {
            let mut body = seeds[next(2)].to_vec();
            for _ in 0..next(4) {
                let place = next(body.len());
                body[place] = u8::try_from(next(256)).unwrap();
            }
            for rows in [of_json(&body), of_csv(&body)].into_iter().flatten() {
                assert!(rows.len() <= body.len());
            }
        }
    }
}
