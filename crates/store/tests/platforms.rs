//! A database from before orders had words of their own is carried over whole.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is wrong"
)]

use domain::{CommandId, DeviceId, EnrolmentId, Timestamp};
use store::apple_enrolments::AppleEnrolments;
use store::own_tables::OwnTable;
use store::{MIGRATIONS, Statement, Store, StoreError, commands, enrolments, messages, pushes};
use testkit::{block_on, both_engines};

const PHONE: &str = "00000002-0000-7000-8000-000000000001";
const LIVE: &str = "00000003-0000-7000-8000-000000000001";
const BARE: &str = "00000003-0000-7000-8000-000000000002";

static DEVICE: Statement = Statement::new(
    "DEVICE",
    "INSERT INTO device (id, serial, kind, force, created_at) VALUES ($1, 'OLD1', 'iphone', 'norfolk', 1)",
);
static ENROLMENT: Statement = Statement::new(
    "ENROLMENT",
    "INSERT INTO enrolment (id, device_id, platform, channel, udid, user_id, certificate_sha256, state, topic, push_token, push_magic,
        unlock_token, bootstrap_token, awaiting_configuration, created_at, push_due_at)
        VALUES ($1, $2, 'ios', $3, 'UDID-1', $4, 'c1', 'enrolled', $5, $6, $7, $8, $9, 1, 1, 2)",
);
static COMMAND: Statement = Statement::new(
    "COMMAND",
    "INSERT INTO command (id, enrolment_id, request_type, lane, spec, state, asked_by, queued_at)
        VALUES ($1, $2, $3, 1, $4, 'queued', 'system', $5)",
);
static RAW: Statement = Statement::new(
    "RAW",
    "INSERT INTO raw_message (id, enrolment_id, kind, digest, sealed, received_at, expires_at) VALUES ($1, $2, $3, 'd', $4, 1, 9)",
);
static REPORT: Statement = Statement::new(
    "REPORT",
    "INSERT INTO fact_report (device_id, report, facts, received_at) VALUES ($1, $2, '[]', 1)",
);
static REPORTS: Statement = Statement::new("REPORTS", "SELECT report FROM fact_report ORDER BY report");

/// Every order as it was stored, and as it is now.
const ORDERS: [(&str, &str, &str, &str); 20] = [
    (
        "InstallProfile",
        r#"{"do":"install-profile","digest":"d","identifier":"i"}"#,
        "install-settings",
        r#"{"do":"install-settings","digest":"d","identifier":"i"}"#,
    ),
    (
        "InstallProfile",
        r#"{"do":"install-own-profile","digest":"d","identifier":"i"}"#,
        "install-settings",
        r#"{"do":"install-own-settings","digest":"d","identifier":"i"}"#,
    ),
    (
        "RemoveProfile",
        r#"{"do":"remove-profile","identifier":"i"}"#,
        "remove-settings",
        r#"{"do":"remove-settings","identifier":"i"}"#,
    ),
    ("ProfileList", r#"{"do":"profile-list"}"#, "ask-settings", r#"{"do":"ask","question":"settings"}"#),
    (
        "DeviceInformation",
        r#"{"do":"device-information"}"#,
        "ask-device",
        r#"{"do":"ask","question":"device"}"#,
    ),
    ("SecurityInfo", r#"{"do":"security-info"}"#, "ask-security", r#"{"do":"ask","question":"security"}"#),
    (
        "Restrictions",
        r#"{"do":"restrictions"}"#,
        "ask-restrictions",
        r#"{"do":"ask","question":"restrictions"}"#,
    ),
    (
        "InstalledApplicationList",
        r#"{"do":"installed-application-list"}"#,
        "ask-apps",
        r#"{"do":"ask","question":"apps"}"#,
    ),
    (
        "CertificateList",
        r#"{"do":"certificate-list"}"#,
        "ask-certificates",
        r#"{"do":"ask","question":"certificates"}"#,
    ),
    (
        "DeviceLock",
        r#"{"do":"device-lock","sealed_pin":"AAAA","message":"say \"sealed_pin\": so","phone_number":null}"#,
        "lock",
        r#"{"do":"lock","sealed_code":"AAAA","message":"say \"sealed_pin\": so","phone_number":null}"#,
    ),
    (
        "EnableLostMode",
        r#"{"do":"enable-lost-mode","message":"{\"do\":\"erase-device\"","phone_number":"101"}"#,
        "lost-mode",
        r#"{"do":"lost-mode","message":"{\"do\":\"erase-device\"","phone_number":"101"}"#,
    ),
    ("DisableLostMode", r#"{"do":"disable-lost-mode"}"#, "lost-mode-off", r#"{"do":"lost-mode-off"}"#),
    ("DeviceLocation", r#"{"do":"device-location"}"#, "locate", r#"{"do":"locate"}"#),
    ("PlayLostModeSound", r#"{"do":"play-lost-mode-sound"}"#, "sound", r#"{"do":"sound"}"#),
    ("ClearPasscode", r#"{"do":"clear-passcode"}"#, "clear-passcode", r#"{"do":"clear-passcode"}"#),
    (
        "EraseDevice",
        r#"{"do":"erase-device","sealed_pin":null}"#,
        "erase",
        r#"{"do":"erase","sealed_code":null}"#,
    ),
    ("RestartDevice", r#"{"do":"restart-device"}"#, "restart", r#"{"do":"restart"}"#),
    ("ShutDownDevice", r#"{"do":"shut-down-device"}"#, "shut-down", r#"{"do":"shut-down"}"#),
    ("DeviceConfigured", r#"{"do":"device-configured"}"#, "finish-setup", r#"{"do":"finish-setup"}"#),
    ("Settings", r#"{"do":"bluetooth","enabled":true}"#, "bluetooth", r#"{"do":"bluetooth","enabled":true}"#),
];

fn command(number: usize) -> String {
    format!("00000004-0000-7000-8000-{number:012}")
}

fn fill(store: &Store) {
    block_on(store.write(|tx| {
        tx.execute(&DEVICE, &[PHONE.into()])?;
        let phone = [
            LIVE.into(),
            PHONE.into(),
            "device".into(),
            None::<&str>.into(),
            "com.apple.mgmt.External.x".into(),
            "00ff".into(),
            "the magic".into(),
            Some(vec![1_u8, 2]).into(),
            None::<Vec<u8>>.into(),
        ];
        tx.execute(&ENROLMENT, &phone)?;
        let user = [
            BARE.into(),
            PHONE.into(),
            "user".into(),
            "U1".into(),
            "com.apple.mgmt.External.x".into(),
            None::<&str>.into(),
            None::<&str>.into(),
            None::<Vec<u8>>.into(),
            None::<Vec<u8>>.into(),
        ];
        tx.execute(&ENROLMENT, &user)?;
        for (number, (request_type, spec, ..)) in ORDERS.iter().enumerate() {
            let at = i64::try_from(number).unwrap();
            let row = [
                command(number).as_str().into(),
                LIVE.into(),
                (*request_type).into(),
                (*spec).into(),
                at.into(),
            ];
            tx.execute(&COMMAND, &row)?;
        }
        for (number, kind) in ["Authenticate", "DeviceLocation", "Settings"].iter().enumerate() {
            let row =
                [command(100 + number).as_str().into(), LIVE.into(), (*kind).into(), Some(vec![7_u8]).into()];
            tx.execute(&RAW, &row)?;
        }
        for report in ["Authenticate", "DeviceInformation", "Settings", "ProfileList"] {
            tx.execute(&REPORT, &[PHONE.into(), report.into()])?;
        }
        Ok::<(), StoreError>(())
    }))
    .unwrap();
}

/// The schema as it was before, whatever number the script has now.
fn before() -> &'static [store::Migration] {
    let place = MIGRATIONS.iter().position(|migration| migration.name == "platforms").unwrap();
    &MIGRATIONS[..place]
}

#[test]
fn an_old_database_is_carried_over() {
    both_engines(|config| {
        let store = Store::open(&config).unwrap();
        store.migrate(before()).unwrap();
        fill(&store);
        store::migrate(&store).unwrap();
        block_on(store.write(|tx| {
            let (live, bare): (EnrolmentId, EnrolmentId) = (LIVE.parse().unwrap(), BARE.parse().unwrap());
            let phone: DeviceId = PHONE.parse().unwrap();
            assert_eq!(enrolments::by_id(tx, live)?.unwrap().device_key, "UDID-1");
            assert!(enrolments::awaits_settings(tx, live)?);
            assert_eq!(AppleEnrolments.get(tx, live, "unlock")?, Some(vec![1, 2]));
            assert_eq!(AppleEnrolments.names(tx, live)?, ["unlock"]);
            assert!(AppleEnrolments.names(tx, bare)?.is_empty());
            let due = pushes::due(tx, Timestamp::from_millis(10), 10)?;
            let address = |id| due.iter().find(|push| push.enrolment == id).unwrap().address.clone();
            assert_eq!(address(live).as_deref(), Some("com.apple.mgmt.External.x 00ff the magic"));
            assert_eq!(address(bare), None);
            for (number, (request_type, _, word, spec)) in ORDERS.iter().enumerate() {
                let id: CommandId = command(number).parse().unwrap();
                let found = commands::by_id(tx, id)?.unwrap();
                assert_eq!((found.word.as_str(), found.spec.as_str()), (*word, *spec), "{request_type}");
            }
            let mut kinds: Vec<String> =
                messages::of_enrolment(tx, live, 10)?.into_iter().map(|(kind, ..)| kind).collect();
            kinds.sort_unstable();
            assert_eq!(kinds, ["bluetooth", "enrolment", "locate"]);
            let reports: Vec<String> =
                tx.query(&REPORTS, &[])?.iter().map(|row| row.text(0).unwrap()).collect();
            assert_eq!(reports, ["ask-device", "ask-settings", "bluetooth", "enrolment"]);
            // And it goes on as a new one does.
            AppleEnrolments.put(tx, live, "bootstrap", Some(vec![3]))?;
            assert_eq!(AppleEnrolments.names(tx, live)?, ["unlock", "bootstrap"]);
            AppleEnrolments.forget(tx, phone)?;
            assert!(AppleEnrolments.names(tx, live)?.is_empty());
            assert!(AppleEnrolments.put(tx, live, "another", None).is_err());
            Ok::<(), StoreError>(())
        }))
        .unwrap();
    });
}
