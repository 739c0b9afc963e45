//! From the text of a settings file to [`Config`], or to every problem with it.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use domain::{Secret, Span};
use kernel::access::Role;
use kernel::roles::GroupRole;
use outbound::mail::Protection;
use policy::{Overrides, Problems};
use serde::Deserialize;
use store::{PostgresTls, SslMode, StoreConfig};
use toml::de::ValueDeserializer;

use super::reader::{Section, Source};
use super::{
    Config, GivenCa, Log, MailRelay, Push, Spans, Tls, algorithms, channels, ledger_section, limits, sign_in,
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

pub(super) fn config(text: &str, file: &str, folder: &Path) -> anyhow::Result<Config> {
    let source = Source::new(file, text);
    let table = source.parse();
    let config = table.as_ref().and_then(|table| {
        let root = Section::root(&source, table);
        let config = read(&root, folder);
        root.finish();
        config
    });
    match Problems::of(source.into_problems()) {
        Some(problems) => Err(anyhow!("{problems}")),
        // Reading gives nothing only where it has noted why.
        None => {
            config.ok_or_else(|| anyhow!("{file} cannot be used; compare it with `lanyard config example`"))
        }
    }
}

// long because every setting has its line
#[expect(clippy::too_many_lines, reason = "every setting has its line")]
fn read(root: &Section<'_>, folder: &Path) -> Option<Config> {
    let organisation = root.must("organisation", "\"Northshire Police\"");
    let listen = listen(root);
    let address =
        root.must("address", "\"https://mdm.force.example\"").and_then(|text| public(root, "address", &text));
    let checkin_address = checkin_address(root);
    let data = data_folder(root, folder);
    let policy = folder.join(root.text("policy").unwrap_or_else(|| "policy".into()));
    let body_limit = root.count("body_limit", 64 * 1024, 64 << 20, 4 << 20);
    let limits = limits::read(&root.section("limits"));
    let names = names(root);
    let database = database(&root.section("database"), &data, folder);
    let push = push(&root.section("push"), folder);
    let mail = mail(&root.section("mail"), folder);
    let outward = channels::read(root, folder);
    let ca = ca(&root.section("ca"), folder);
    let older = algorithms::read(root);
    let sign_in = sign_in::read(&root.section("sign_in"), folder);
    let log = log(&root.section("log"));
    let parameters = parameters(root);
    let group_roles = group_roles(root);
    let spans = spans(root);
    let ledger = ledger_section::read(root, folder);
    let tls_section = root.section("tls");
    let tls = listen.and_then(|listen| tls(&tls_section, listen, folder));
    let certificate_header =
        header(&tls_section, "certificate_header", "X-Client-Certificate", "for a certificate");
    let address_header = header(&tls_section, "address_header", "X-Forwarded-For", "for an address");
    let strict_transport = span(&tls_section, "strict_transport", 0, 730 * DAY, 365 * DAY);
    tls_section.finish();
    let address = address?;
    Some(Config {
        organisation: organisation?,
        ledger_name: root.text("ledger_name").unwrap_or_else(|| ledger_name(&address)),
        address,
        checkin_address,
        names: names?,
        listen: listen?,
        data,
        policy,
        parameters,
        group_roles,
        ledger_copies: ledger.copies,
        ledger_witnesses: ledger.witnesses,
        tls: tls?,
        behind_proxy: tls_section.flag("behind_proxy"),
        strict_transport,
        certificate_header,
        address_header,
        database: database?,
        push,
        mail,
        texts: outward.texts,
        hook: outward.hook,
        ca,
        scep: older.scep,
        accept_sha1_messages: older.accept_sha1_messages,
        sign_in,
        spans,
        log: log?,
        body_limit,
        limits,
    })
}

/// Returns the second address for check-ins.
fn checkin_address(root: &Section<'_>) -> Option<String> {
    root.text("checkin_address").and_then(|text| public(root, "checkin_address", &text))
}

/// Returns the data folder. Taken apart and put together, a path loses the dots that stand for nothing: they would only be read out in
/// messages.
fn data_folder(root: &Section<'_>, folder: &Path) -> PathBuf {
    folder.join(root.text("data").unwrap_or_else(|| "data".into())).components().collect()
}

fn listen(root: &Section<'_>) -> Option<SocketAddr> {
    let read = root.must("listen", "\"127.0.0.1:8443\"")?.parse::<SocketAddr>().ok();
    read.or_else(|| root.wrong("listen", "write address and port, such as 127.0.0.1:8443"))
}

/// Reads an address as devices and people are given it.
fn public(root: &Section<'_>, key: &'static str, text: &str) -> Option<String> {
    let text = text.trim_end_matches('/').to_owned();
    let (rest, encrypted) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => return root.wrong(key, "write the whole address, such as https://mdm.force.example"),
    };
    let strange = |c: char| c.is_whitespace() || c.is_control() || "?#@\"<>".contains(c);
    if rest.is_empty() || rest.starts_with('/') || rest.contains(strange) {
        return root.wrong(key, "this is no address; write one such as https://mdm.force.example");
    }
    if !encrypted && !is_loopback(rest) {
        return root.wrong(
            key,
            "devices and people must reach the service by https:// (http:// is for this machine alone, such as \
             http://127.0.0.1:8080)",
        );
    }
    Some(text)
}

/// Reads further names of the service, without scheme and port.
fn names(root: &Section<'_>) -> Option<Vec<String>> {
    let such_as = "[\"lanyard.force.example\"]";
    let names = root.texts("names", such_as);
    let strange = |c: char| !(c.is_ascii_alphanumeric() || "-.:[]".contains(c));
    if names.iter().any(|name| name.contains(strange) || (name.contains(':') && !name.starts_with('['))) {
        return root
            .wrong("names", format!("write names alone, without https:// and port, such as {such_as}"));
    }
    Some(names)
}

/// Returns whether the host of an address without its scheme is this machine.
pub(super) fn is_loopback(rest: &str) -> bool {
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn ledger_name(address: &str) -> String {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let name: String = host.chars().filter(|c| !c.is_whitespace() && *c != '+').collect();
    format!("{name}/ledger")
}

fn tls(section: &Section<'_>, listen: SocketAddr, folder: &Path) -> Option<Tls> {
    let behind_proxy = section.flag("behind_proxy");
    let (certificate, key) = (section.text("certificate"), section.text("key"));
    match (certificate, key) {
        (Some(_), Some(_)) if behind_proxy => section
            .wrong("behind_proxy", "either the proxy speaks TLS or the service does: take one of them out"),
        (Some(certificate), Some(key)) => {
            Some(Tls::Files { certificate: folder.join(certificate), key: folder.join(key) })
        }
        (Some(_), None) => section.wrong("certificate", "the key is missing: write key = \"FILE\" beside it"),
        (None, Some(_)) => {
            section.wrong("key", "the certificate is missing: write certificate = \"FILE\" beside it")
        }
        (None, None) if behind_proxy || listen.ip().is_loopback() => Some(Tls::Plain),
        (None, None) => section.wrong(
            "certificate",
            "the service would be reached without encryption: write certificate and key under [tls], or \
             behind_proxy = true if a proxy speaks TLS for it",
        ),
    }
}

/// Reads the name of a header that only a proxy can be believed about.
fn header(section: &Section<'_>, key: &'static str, such_as: &str, vouched: &str) -> Option<String> {
    let name = section.text(key)?;
    let strange = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if name.is_empty() || name.len() > 100 || name.contains(strange) {
        return section.wrong(key, format!("write the name of a header, such as {such_as}"));
    }
    if section.flag("behind_proxy") {
        return Some(name);
    }
    section.wrong(key, format!("only a proxy can vouch {vouched}: it needs behind_proxy = true"))
}

fn database(section: &Section<'_>, data: &Path, folder: &Path) -> Option<StoreConfig> {
    let readers = section.count("readers", 1, 64, 4);
    let connections = section.count("connections", 1, 500, 16);
    let chosen = match (section.text("sqlite"), section.text("postgres")) {
        (Some(_), Some(_)) => section.wrong("postgres", "choose one database: take sqlite or postgres out"),
        (None, Some(url)) => postgres_tls(section, folder).map(|tls| StoreConfig::Postgres {
            url: Secret::new(url),
            connections,
            tls,
        }),
        (path, None) if section.text("sslmode").or_else(|| section.text("trust")).is_none() => {
            let path = path.map_or_else(|| data.join("lanyard.sqlite"), |path| folder.join(path));
            Some(StoreConfig::Sqlite { path, readers })
        }
        (_, None) => {
            section.wrong("postgres", "sslmode and trust are for postgres = \"...\": name the server")
        }
    };
    section.finish();
    chosen
}

/// Reads how connections to PostgreSQL are protected; left out, by where the server is.
fn postgres_tls(section: &Section<'_>, folder: &Path) -> Option<PostgresTls> {
    let trust = section.text("trust").map(|file| folder.join(file));
    let mode = match section.text("sslmode").as_deref() {
        None => Some(SslMode::ByHost),
        Some("verify-full") => Some(SslMode::VerifyFull),
        Some("verify-ca") => Some(SslMode::VerifyCa),
        Some("require") => Some(SslMode::Require),
        Some("disable") => Some(SslMode::Disable),
        Some(_) => section.wrong(
            "sslmode",
            "write \"verify-full\", \"verify-ca\", \"require\" or \"disable\"; what falls back to no encryption by itself is \
             not offered",
        ),
    }?;
    if trust.is_some() && matches!(mode, SslMode::Require | SslMode::Disable) {
        return section.wrong(
            "trust",
            "with this sslmode no authority is asked: write sslmode = \"verify-full\", or take trust out",
        );
    }
    Some(PostgresTls { mode, trust })
}

fn pair(section: &Section<'_>, folder: &Path) -> Option<(PathBuf, PathBuf)> {
    let certificate = section.must("certificate", "\"FILE\"");
    let key = section.must("key", "\"FILE\"");
    Some((folder.join(certificate?), folder.join(key?)))
}

fn push(section: &Section<'_>, folder: &Path) -> Option<Push> {
    if !section.is_there() {
        return None;
    }
    let files = pair(section, folder);
    let topic = section.must("topic", "\"com.apple.mgmt.External...\"").and_then(|topic| {
        if topic.starts_with("com.apple.mgmt.") {
            return Some(topic);
        }
        section.wrong(
            "topic",
            "it starts with com.apple.mgmt.: take it from the user id in the certificate's subject",
        )
    });
    let address = section.text("address").and_then(|address| {
        if address.starts_with("https://") {
            return Some(address);
        }
        section.wrong("address", "pushes go over TLS alone: write \"https://...\"")
    });
    let trust = section.text("trust").map(|file| folder.join(file));
    section.finish();
    let (certificate, key) = files?;
    Some(Push { certificate, key, topic: topic?, address, trust })
}

fn mail(section: &Section<'_>, folder: &Path) -> Option<MailRelay> {
    if !section.is_there() {
        return None;
    }
    let server = section.must("server", "\"mail.force.example\"");
    let from = section.must("from", "\"Lanyard <lanyard@force.example>\"");
    let here = server.as_deref().is_some_and(is_loopback);
    let (protection, usual) = match section.text("protection").as_deref() {
        None | Some("tls") => (Some(Protection::Tls), 465),
        Some("starttls") => (Some(Protection::StartTls), 587),
        Some("none") if here => (Some(Protection::Plain), 25),
        Some("none") => (
            section.wrong(
                "protection",
                "letters would cross the network in the clear: \"none\" is for a relay on this machine",
            ),
            25,
        ),
        Some(_) => (section.wrong("protection", "write \"tls\", \"starttls\" or \"none\""), 465),
    };
    let port = u16::try_from(section.count("port", 1, 65_535, usual)).unwrap_or(465);
    let sign_in = match (section.text("user"), section.text("password_file")) {
        (Some(user), Some(file)) => Some((user, folder.join(file))),
        (None, None) => None,
        (Some(_), None) => {
            section.wrong("user", "the password is missing: write password_file = \"FILE\" beside it")
        }
        (None, Some(_)) => {
            section.wrong("password_file", "the name is missing: write user = \"NAME\" beside it")
        }
    };
    let trust = section.text("trust").map(|file| folder.join(file));
    section.finish();
    Some(MailRelay { server: server?, port, protection: protection?, sign_in, from: from?, trust })
}

fn ca(section: &Section<'_>, folder: &Path) -> Option<GivenCa> {
    if !section.is_there() {
        return None;
    }
    let files = pair(section, folder);
    section.finish();
    let (certificate, key) = files?;
    Some(GivenCa { certificate, key })
}

fn log(section: &Section<'_>) -> Option<Log> {
    let json = match section.text("format").as_deref() {
        None | Some("text") => Some(false),
        Some("json") => Some(true),
        Some(_) => section.wrong("format", "write \"text\" or \"json\""),
    };
    let level = match section.text("level").as_deref() {
        None | Some("info") => Some(tracing::Level::INFO),
        Some("error") => Some(tracing::Level::ERROR),
        Some("warn") => Some(tracing::Level::WARN),
        Some("debug") => Some(tracing::Level::DEBUG),
        Some(_) => section.wrong("level", "write \"error\", \"warn\", \"info\" or \"debug\""),
    };
    section.finish();
    Some(Log { json: json?, level: level? })
}

/// Reads the force's own values; whether a parameter of that name exists, and what it may be, the policy loader says.
fn parameters(root: &Section<'_>) -> Overrides {
    let Some(value) = root.raw("parameters") else { return Overrides::new() };
    let read = Overrides::deserialize(ValueDeserializer::from(value.clone())).ok();
    read.or_else(|| root.wrong("parameters", "write a table, [parameters], with a line for each"))
        .unwrap_or_default()
}

/// Reads `"The group" = "role"`, or `"role, every force"`; files from before December 2026 say "both forces".
fn group_roles(root: &Section<'_>) -> Vec<GroupRole> {
    let Some(value) = root.raw("group_roles") else { return Vec::new() };
    let read = BTreeMap::<String, String>::deserialize(ValueDeserializer::from(value.clone())).ok();
    let Some(lines) = read else {
        return root
            .wrong("group_roles", "write a table, [group_roles], with a line for each group")
            .unwrap_or_default();
    };
    let one = |(group, says): (String, String)| {
        let (role, everywhere) = match says.split_once(',') {
            Some((role, rest)) if matches!(rest.trim(), "every force" | "both forces") => {
                (role.to_owned(), true)
            }
            _ => (says, false),
        };
        match role.trim().parse::<Role>() {
            Ok(role @ (Role::Holder | Role::LineManager)) => root.wrong(
                "group_roles",
                format!("\"{group}\" = \"{role}\": that follows from the register, and no group gives it"),
            ),
            Ok(role) => Some(GroupRole { group, role, everywhere }),
            Err(unknown) => root.wrong("group_roles", format!("\"{group}\": {unknown}")),
        }
    };
    lines.into_iter().filter_map(one).collect()
}

fn spans(root: &Section<'_>) -> Spans {
    let devices = root.section("devices");
    let keep = root.section("keep");
    let sessions = root.section("sessions");
    let spans = Spans {
        refresh_every: span(&devices, "refresh_every", MINUTE, 7 * DAY, DAY),
        challenge_lifetime: span(&devices, "challenge_lifetime", 5 * MINUTE, 90 * DAY, 7 * DAY),
        certificate_lifetime: span(&devices, "certificate_lifetime", DAY, 825 * DAY, 365 * DAY),
        keep_raw: span(&keep, "raw_messages", HOUR, 365 * DAY, 30 * DAY),
        keep_commands: span(&keep, "finished_commands", DAY, 3650 * DAY, 90 * DAY),
        keep_ended_people: span(&keep, "ended_people", DAY, 36_500 * DAY, 2557 * DAY),
        keep_ledger_details: span(&keep, "ledger_details", 30 * DAY, 36_500 * DAY, 2557 * DAY),
        session_idle: span(&sessions, "idle", 5 * MINUTE, 24 * HOUR, 30 * MINUTE),
        session_lifetime: span(&sessions, "lifetime", 15 * MINUTE, 7 * DAY, 12 * HOUR),
    };
    for section in [devices, keep, sessions] {
        section.finish();
    }
    spans
}

/// Reads a length of time between two others, in seconds.
fn span(section: &Section<'_>, key: &'static str, least: i64, most: i64, default: i64) -> Span {
    let (least, most) = (Span::from_secs(least), Span::from_secs(most));
    section
        .parsed::<Span>(key)
        .and_then(|span| {
            if (least..=most).contains(&span) {
                return Some(span);
            }
            section.wrong(key, format!("it must be between {least} and {most}"))
        })
        .unwrap_or(Span::from_secs(default))
}
