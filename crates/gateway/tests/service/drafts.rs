//! A change of the rules is looked at before it is brought into force: what would follow from it, and nothing is done.

use compliance_app::policy::policy_changes;
use std::fs;
use std::path::Path;

use devices_sim::{Model, Temper};
use kernel::access::{Role, permit};

use crate::common::Service;

/// Copies the shipped policy into a folder, each file as the test changes it.
fn draft_in(folder: &Path, change: impl Fn(&str, &str) -> String) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
    for (path, text) in policy::Files::read(&shipped).unwrap().iter() {
        let to = folder.join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, change(path, text)).unwrap();
    }
}

#[test]
fn a_draft_says_which_devices_would_fall_out_and_changes_nothing() {
    let (scratch, folder) = (testkit::scratch_sqlite(), tempfile::tempdir().unwrap());
    draft_in(folder.path(), |_, text| text.replace("\nasks = ", "\n# looked at again\nasks = "));
    testkit::block_on(async {
        let named = folder.path().to_owned();
        let service = Service::start_with(&scratch.config, gateway::Options::default(), |config| {
            config.policy_folder = Some(named);
        })
        .await;
        let (id, mut phone) = service.enrolled(Model::Iphone, "DRAFT001", Temper::Honest).await;
        service.settle(&mut phone).await;
        let read = async |from: Option<&str>, to: Option<&str>| {
            let sees = permit(&service.desk).unwrap();
            let own = |word: Option<&str>| word.map(str::to_owned);
            let devices = Some(permit(&service.desk).unwrap());
            policy_changes(&service.app, sees, devices, own(from), own(to)).await.unwrap()
        };
        assert!(read(None, None).await.diff.is_none(), "a comment is no change of policy");

        // Twelve characters instead of nine, as a setting and as what the clause is checked for.
        draft_in(folder.path(), |path, text| match path {
            "settings/passcode-composition.toml" => text.replace("min_length\" = 9", "min_length\" = 12"),
            "documents/mobile-device-use/clauses/6.2a-composition.md" => {
                text.replace("min_length = 9", "min_length = 12")
            }
            _ => text.to_owned(),
        });
        let before = service.outcome(id, "MDU-6.2a").await;
        let changes = read(None, None).await;
        assert_eq!(changes.to, "folder");
        let found = changes.prediction.unwrap();
        assert_eq!((found.judged, found.all), (1, true));
        let falls: Vec<&str> = found.clauses.iter().map(|one| one.clause.as_str()).collect();
        let clause = found.clauses.iter().find(|one| one.not_met > 0).expect("a clause asks for the length");
        assert!(
            clause.settings_change && clause.devices.iter().any(|(device, _)| *device == id),
            "{falls:?}"
        );
        // Nothing was written, and the policy in force is the one that it was.
        assert_eq!(service.outcome(id, "MDU-6.2a").await, before);
        let in_force = changes.versions.iter().find(|version| version.in_force).unwrap();
        assert_eq!(in_force.digest, service.app.policy().digest());

        // Behind the wall there is no device to fall out.
        let suffolk = service.actor("suffolk", Role::InformationSecurity, Some(domain::samples::SUFFOLK));
        let (sees, devices) = (permit(&suffolk).unwrap(), Some(permit(&suffolk).unwrap()));
        let seen = policy_changes(&service.app, sees, devices, None, None).await.unwrap().prediction.unwrap();
        assert_eq!((seen.judged, seen.clauses.len()), (0, 0));

        fs::write(folder.path().join("checks/unused.toml"), "asks = 5\n").unwrap();
        let broken = read(None, None).await;
        assert!(broken.broken_folder.unwrap().contains("checks/unused.toml"));
        assert!(broken.diff.is_none());
    });
}
