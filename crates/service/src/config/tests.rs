//! The settings file: the example loads, the defaults are safe, and every problem is found with its line.

use store::{PostgresTls, SslMode};

use super::*;

const LEAST: &str =
    "organisation = \"Norfolk Constabulary\"\nlisten = \"127.0.0.1:8443\"\naddress = \"https://mdm.test/\"\n";

fn read(text: &str) -> anyhow::Result<Config> {
    Config::from_text(text, "lanyard.toml", Path::new("/etc/lanyard"))
}

fn problems(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn the_example_loads_and_shows_the_defaults() {
    let example = read(EXAMPLE).unwrap();
    assert_eq!(example.tls, Tls::Plain);
    // Every setting that is commented out shows the value that it has when left out.
    let (plain, shown) = (read(LEAST).unwrap(), uncommented());
    let shown = read(&shown).unwrap();
    assert_eq!(plain.spans, shown.spans);
    assert_eq!((plain.scep, plain.log, plain.body_limit), (shown.scep, shown.log, shown.body_limit));
    assert_eq!((plain.accept_sha1_messages, shown.accept_sha1_messages), (true, true));
    assert_eq!((plain.data, plain.policy), (shown.data, shown.policy));
    assert_eq!(plain.strict_transport, shown.strict_transport);
    assert_eq!(plain.limits, shown.limits);
    assert!(example.warnings().is_empty(), "{:?}", example.warnings());
    assert_eq!(plain.limits.device_messages_a_minute, 60);
    assert_eq!(format!("{:?}", plain.database), format!("{:?}", shown.database));
    assert_eq!(shown.parameters.len(), 1);
}

/// The example with those of its lines switched on that show a default.
fn uncommented() -> String {
    let switched = |line: &str| match line.strip_prefix("# ") {
        Some(rest)
            if rest.contains(" = ")
                && ![
                    "checkin",
                    "copy_to",
                    "witnesses",
                    "certificate =",
                    "key =",
                    "topic",
                    "certificate_header",
                    "address_header",
                    "postgres",
                    "connections",
                    "sslmode",
                    "issuer",
                    "client_",
                    "scopes",
                    "account_claim",
                    "user_name_claim",
                    "groups_claim",
                    "force_claim",
                    "number_claim",
                    "server =",
                    "from =",
                    "protection",
                    "port =",
                    "user =",
                    "password_file",
                    "trust =",
                    "address = \"https://push",
                    "provider =",
                    "key_file",
                    "template",
                    "sender",
                    "callback_token_file",
                    "address = \"https://api",
                    "address = \"https://control",
                    "secret_file",
                ]
                .iter()
                .any(|word| rest.starts_with(word)) =>
        {
            rest.to_owned()
        }
        _ => line.to_owned(),
    };
    EXAMPLE.lines().map(switched).collect::<Vec<_>>().join("\n")
}

#[test]
fn defaults_are_safe_and_paths_are_the_file_s() {
    let config = read(LEAST).unwrap();
    assert_eq!(config.address, "https://mdm.test");
    assert_eq!(config.ledger_name, "mdm.test/ledger");
    assert_eq!(config.data, Path::new("/etc/lanyard/data"));
    assert!(!config.scep.allow_sha1 && !config.scep.allow_3des && config.certificate_header.is_none());
    assert!(
        matches!(&config.database, StoreConfig::Sqlite { path, .. } if path == Path::new("/etc/lanyard/data/lanyard.sqlite"))
    );
    assert_eq!(config.push_topic(), NO_PUSH_TOPIC);
    let strict = read(&format!("{LEAST}[apple]\naccept_sha1_messages = false\n")).unwrap();
    assert!(!strict.accept_sha1_messages);
}

#[test]
fn every_problem_is_found_with_its_line() {
    let text = "organisation = 5\nlisten = \"here\"\naddress = \"http://mdm.force.example\"\nlissen = 1\n\
                [push]\ncertificate = \"a\"\ntopic = \"x\"\n[keep]\nraw_messages = \"9000d\"\n[log]\nlevel = \"loud\"\n";
    let said = problems(text);
    for line in [
        "lanyard.toml:1: organisation: write text",
        "lanyard.toml:2: listen: write address and port",
        "lanyard.toml:3: address: devices and people must reach the service by https://",
        "lanyard.toml:4: the file has no setting \"lissen\"; it has: address",
        "lanyard.toml:5: [push] has no \"key\"",
        "lanyard.toml:7: topic: it starts with com.apple.mgmt.",
        "lanyard.toml:9: raw_messages: it must be between 1h and",
        "lanyard.toml:11: level: write \"error\"",
        "8 problems",
    ] {
        assert!(said.contains(line), "{line} is not in:\n{said}");
    }
    let said = problems("a = \nb = = 2\n");
    assert!(said.contains("lanyard.toml:1") && said.contains("lanyard.toml:2"), "{said}");
}

#[test]
fn nobody_is_reached_in_the_clear_by_not_knowing() {
    let open = LEAST.replace("127.0.0.1", "0.0.0.0");
    assert!(problems(&open).contains("without encryption"));
    assert_eq!(read(&format!("{open}[tls]\nbehind_proxy = true\n")).unwrap().tls, Tls::Plain);
    let files = format!("{open}[tls]\ncertificate = \"c\"\nkey = \"k\"\n");
    assert!(
        matches!(read(&files).unwrap().tls, Tls::Files { certificate, .. } if certificate == Path::new("/etc/lanyard/c"))
    );
    assert!(problems(&format!("{files}behind_proxy = true\n")).contains("either the proxy"));
    assert!(problems(&format!("{open}[tls]\ncertificate = \"c\"\n")).contains("the key is missing"));
    let header = "[tls]\ncertificate_header = \"X-Cert\"\n";
    assert!(problems(&format!("{LEAST}{header}")).contains("behind_proxy"));
    assert!(read(&format!("{LEAST}{header}behind_proxy = true\n")).unwrap().certificate_header.is_some());
    let header = "[tls]\naddress_header = \"X-Forwarded-For\"\n";
    assert!(problems(&format!("{LEAST}{header}")).contains("vouch for an address"));
    assert!(read(&format!("{LEAST}{header}behind_proxy = true\n")).unwrap().address_header.is_some());
}

#[test]
fn a_proxy_that_hides_everybody_is_warned_of() {
    let warned = |lines: &str| read(&format!("{LEAST}[tls]\n{lines}")).unwrap().warnings();
    assert!(warned("").is_empty());
    assert!(warned("behind_proxy = true\n")[0].contains("address_header = \"X-Forwarded-For\""));
    assert!(warned("behind_proxy = true\naddress_header = \"X-Real-IP\"\n").is_empty());
}

#[test]
fn further_names_are_names_alone() {
    let with = |list: &str| LEAST.to_owned() + "names = " + list + "\n";
    assert_eq!(read(&with("[\"a.test\", \"[::1]\"]")).unwrap().names, ["a.test", "[::1]"]);
    for bad in ["\"a.test\"", "[1]", "[\"\"]", "[\"https://a.test\"]", "[\"a.test:8443\"]"] {
        assert!(problems(&with(bad)).contains("names"), "{bad}");
    }
}

#[test]
fn plain_http_is_for_this_machine_alone() {
    for good in
        ["http://127.0.0.1:8080", "http://[::1]:8080/x", "http://localhost", "https://mdm.test:8443/base"]
    {
        let text = LEAST.replace("https://mdm.test/", good);
        assert!(read(&text).is_ok(), "{good}");
    }
    for bad in [
        "http://127.0.0.1.evil.test",
        "http://localhost.evil.test",
        "ftp://x",
        "https://",
        "https://a b",
        "x",
    ] {
        let text = LEAST.replace("https://mdm.test/", bad);
        assert!(read(&text).is_err(), "{bad}");
    }
}

#[test]
fn one_database_is_chosen_and_its_password_is_not_shown() {
    let both =
        format!("{LEAST}[database]\nsqlite = \"a\"\npostgres = \"postgresql://x:hunter2@localhost/x\"\n");
    assert!(problems(&both).contains("choose one database"));
    let one = read(&both.replace("sqlite = \"a\"\n", "")).unwrap();
    assert!(!format!("{one:?}").contains("hunter2"));
}

#[test]
fn the_way_to_postgresql_is_protected_and_a_weaker_one_is_named() {
    let tls = |lines: &str| -> anyhow::Result<PostgresTls> {
        match read(&format!("{LEAST}[database]\npostgres = \"postgresql://x@db.test/x\"\n{lines}"))?.database
        {
            StoreConfig::Postgres { tls, .. } => Ok(tls),
            StoreConfig::Sqlite { .. } => panic!("SQLite was chosen"),
        }
    };
    assert_eq!(tls("").unwrap(), PostgresTls::default());
    let named = tls("sslmode = \"verify-ca\"\ntrust = \"ca.pem\"\n").unwrap();
    assert_eq!(
        (named.mode, named.trust.as_deref()),
        (SslMode::VerifyCa, Some(Path::new("/etc/lanyard/ca.pem")))
    );
    let said = |lines: &str| tls(lines).unwrap_err().to_string();
    assert!(said("sslmode = \"prefer\"\n").contains("falls back"));
    assert!(said("sslmode = \"require\"\ntrust = \"ca.pem\"\n").contains("no authority is asked"));
    assert!(problems(&format!("{LEAST}[database]\ntrust = \"ca.pem\"\n")).contains("name the server"));
}

#[test]
fn a_directory_is_read_with_safe_names_and_its_secret_stays_in_its_file() {
    let least = format!("{LEAST}[sign_in]\nissuer = \"https://login.test/x/v2.0\"\nclient_id = \"us\"\n");
    let sign_in = read(&least).unwrap().sign_in.unwrap();
    assert_eq!((sign_in.claims.account.as_str(), sign_in.claims.groups.as_str()), ("sub", "groups"));
    assert_eq!(sign_in.scopes, ["profile", "email"]);
    let file = format!("{least}client_secret_file = \"s\"\n");
    let file = read(&file).unwrap().sign_in.unwrap().secret_file.unwrap();
    assert_eq!(file, Path::new("/etc/lanyard/s"));
    let said = problems(&format!("{least}client_secret = \"hunter2\"\n"));
    assert!(said.contains("no setting \"client_secret\"") && !said.contains("hunter2"), "{said}");
    assert!(problems(&least.replace("https://login", "http://login")).contains("whole address"));
    assert!(problems(&format!("{least}force_claim = \"f\"\n")).contains("only together"));
}
