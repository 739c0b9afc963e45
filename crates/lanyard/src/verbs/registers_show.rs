//! How `lanyard register` shows registers and their entries: for people, and for machines.

use kernel::words::span as span_words;
use permissions_app::read::{FieldKind, PermissionFor, PermissionRead, PermissionRegister, PermissionRow};
use policy::PermissionField;
use serde_json::{Value, json};

use super::registers::time;
use service::out::Out;

/// Returns until when an entry holds, once that is decided.
pub(super) fn until(row: &PermissionRow) -> Option<String> {
    time(row.grant.ends_at.filter(|_| row.grant.decided_at.is_some()))
}

/// Writes an entry of a list, for a machine.
pub(super) fn row(row: &PermissionRow) -> Value {
    let grant = &row.grant;
    json!({
        "reference": format!("P-{}", grant.number), "id": grant.id, "register": grant.register,
        "state": grant.state.as_str(), "stands": row.state, "force": grant.force, "clause": row.clause,
        "about": row.about, "because": grant.because, "asked_by": grant.asked,
        "asked_at": grant.asked_at.to_string(), "asked_until": grant.wanted_until.to_string(),
        "decided_by": grant.decided, "decided_at": time(grant.decided_at),
        "decision": grant.decision, "conditions": grant.conditions, "from": time(grant.starts_at),
        "until": until(row),
    })
}

/// Writes an entry with what it asks and its timeline, for a machine.
pub(super) fn entry_json(read: &PermissionRead) -> Value {
    let mut all = row(&read.row);
    if let Some(all) = all.as_object_mut() {
        let fields: Vec<Value> =
            read.fields.iter().map(|(label, value)| json!({ "label": label, "value": value })).collect();
        let timeline: Vec<Value> = read
            .events
            .iter()
            .map(|(at, who, what)| json!({ "at": at.to_string(), "who": who, "what": what }))
            .collect();
        all.insert("fields".to_owned(), fields.into());
        all.insert("password_sealed".to_owned(), read.has_password.into());
        all.insert("timeline".to_owned(), timeline.into());
    }
    all
}

/// Entries in a table.
pub(super) fn table(out: &mut Out, rows: &[PermissionRow]) -> anyhow::Result<()> {
    let rows: Vec<[String; 5]> = rows
        .iter()
        .map(|row| {
            [
                format!("P-{}", row.grant.number),
                row.state.to_owned(),
                until(row).unwrap_or_else(|| "not decided".to_owned()),
                row.grant.force.to_string(),
                row.about.clone(),
            ]
        })
        .collect();
    Ok(out.table(["ENTRY", "STATE", "UNTIL", "FORCE", "FOR"], &rows)?)
}

/// Prints one entry.
pub(super) fn entry(out: &mut Out, read: &PermissionRead) -> anyhow::Result<()> {
    let grant = &read.row.grant;
    out.line(format_args!("P-{}: {}, {}", grant.number, read.row.register, read.row.state.to_lowercase()))?;
    let clause = read.row.clause.as_ref().map(ToString::to_string);
    let decided = grant.decided.clone();
    let lines = [
        ("Clause", clause),
        ("For", Some(read.row.about.clone())),
        ("Why", Some(grant.because.clone())),
        ("Asked by", Some(grant.asked.clone())),
        ("Asked until", Some(grant.wanted_until.to_string())),
        ("Agreed as the first of two", grant.agreed.clone()),
        ("Decided by", decided),
        ("Decision", grant.decision.clone()),
        ("Conditions", grant.conditions.clone()),
        ("From", time(grant.starts_at)),
        ("Until", until(&read.row)),
    ];
    for (label, value) in lines {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out.line(format_args!("  {label}: {value}"))?;
        }
    }
    for (label, value) in read.fields.iter().filter(|(_, value)| !value.is_empty()) {
        out.line(format_args!("  {label}: {value}"))?;
    }
    if read.has_password {
        out.line("  The network's password: sealed; it is never shown again")?;
    }
    out.line(format_args!("  {}", read.does))?;
    for (at, who, what) in &read.events {
        out.line(format_args!("  {at}  {who}: {what}"))?;
    }
    Ok(())
}

/// Writes what a register is for and asks, for a machine.
pub(super) fn register_json(register: &PermissionRegister) -> Value {
    let fields: Vec<Value> = register
        .fields
        .iter()
        .map(|field| {
            json!({ "name": field.name, "label": field.label, "hint": field.hint, "optional": field.optional,
                "options": field.options })
        })
        .collect();
    json!({
        "register": register.id, "title": register.title, "says": register.says, "clauses": register.clauses,
        "about": about(register), "ask": register.ask, "decide": register.decide, "second": register.second,
        "longest": span_words(register.longest), "warn_before": span_words(register.warn_before), "fields": fields,
    })
}

fn about(register: &PermissionRegister) -> &'static str {
    match register.about {
        PermissionFor::Person => "person",
        PermissionFor::Device => "device",
        PermissionFor::Clause => "clause",
    }
}

/// Prints what a register is for and asks.
pub(super) fn register(
    out: &mut Out,
    register: &PermissionRegister,
    apps: &[(String, Vec<String>)],
) -> anyhow::Result<()> {
    out.line(format_args!("{}: {}", register.title, register.says))?;
    out.line(format_args!("  --{} says whom or what it is for", about(register)))?;
    out.line(format_args!("  asks: {}", register.ask.join(", ")))?;
    out.line(format_args!("  decides: {}", register.decide.join(", ")))?;
    if !register.second.is_empty() {
        out.line(format_args!("  and as well: {}", register.second.join(", ")))?;
    }
    let (longest, warn) = (span_words(register.longest), span_words(register.warn_before));
    out.line(format_args!("  {longest} at the longest; a warning {warn} before it lapses"))?;
    for field in &register.fields {
        let options =
            apps.iter().find(|(name, _)| *name == field.name).map_or(&field.options, |(_, apps)| apps);
        out.line(format_args!("  --field {}=...  {}", field.name, words(field, options)))?;
    }
    Ok(())
}

fn words(field: &PermissionField, options: &[String]) -> String {
    let mut words = field.label.clone();
    if field.optional {
        words.push_str(" (optional)");
    }
    if !options.is_empty() {
        words = format!("{words}; one of: {}", options.join(", "));
    } else if !field.hint.is_empty() {
        words = format!("{words}. {}", field.hint);
    }
    if field.kind == FieldKind::Network {
        words.push_str(" With it --security and --password-file.");
    }
    words
}
