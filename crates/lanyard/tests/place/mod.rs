//! A folder with settings in which the real binary is run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder of its own with a settings file that uses the repository's policy.
pub(crate) struct Place(pub(crate) tempfile::TempDir);

pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub(crate) fn policy() -> String {
    repository().join("policy").display().to_string()
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let text = format!(
            "organisation = \"Norfolk Constabulary\"\naddress = \"http://127.0.0.1:8090\"\nlisten = \"127.0.0.1:8090\"\n\
             policy = \"{}\"\n",
            policy()
        );
        fs::write(place.path("lanyard.toml"), text).unwrap();
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_lanyard"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_remove("LANYARD_CONFIG")
            .output()
            .unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// What a verb that succeeds writes.
    pub(crate) fn good(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}\n{}{}", said.out, said.err);
        said.out
    }

    /// What a verb that fails writes to standard error.
    pub(crate) fn bad(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 1, "{arguments:?}\n{}{}", said.out, said.err);
        said.err
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.good(arguments)).unwrap()
    }
}

/// A person, a device of theirs and accepted terms.
pub(crate) fn ready(place: &Place) {
    place.good(&["person", "add", "--force", "norfolk", "--number", "1234", "--name", "Ann Example"]);
    place.good(&[
        "asset",
        "add",
        "--serial",
        "c02abc123",
        "--kind",
        "iphone",
        "--holder",
        "1234",
        "--tag",
        "NC-1",
    ]);
    place.good(&["terms", "accept", "--person", "1234"]);
}
