//! A file of people as large as one may be, looked at and applied by the command line as a person would.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

use anyhow::bail;
use bench::folder::Folder;
use bench::report::Line;
use bench::server::Server;

use crate::scenarios::{Lines, Run, say};

/// People in the file: as many rows as one may have.
const PEOPLE: usize = 50_000;

impl Run {
    /// Imports a file of new people, each below a line manager of the same file; then the same file again, which changes nothing.
    pub(crate) fn import(
        &self,
        engine: &str,
        postgres: Option<String>,
        lines: &mut Lines,
    ) -> anyhow::Result<()> {
        say(&format!("{engine}: a file of 50,000 people ..."));
        let folder = Folder::make()?;
        // It is never started: the command line works on the same database.
        Server::prepare(&self.program, folder.path(), &self.policy, postgres)?;
        let file = folder.path().join("people.csv");
        std::fs::write(&file, rows())?;
        let run = |arguments: &[&str]| -> anyhow::Result<f64> {
            let started = Instant::now();
            let out = Command::new(&self.program)
                .args(["person", "import", "--force", "norfolk"])
                .arg(&file)
                .args(arguments)
                .arg("--config")
                .arg(folder.path().join("lanyard.toml"))
                .output()?;
            if !out.status.success() {
                bail!("the file is refused: {}", String::from_utf8_lossy(&out.stderr));
            }
            Ok(started.elapsed().as_secs_f64())
        };
        let looked = run(&[])?;
        lines.add(seconds(engine, "a file of 50,000 people looked at", looked));
        let applied = run(&["--apply", "--all-or-nothing"])?;
        lines.add(seconds(engine, "the same looked at and applied, in one transaction", applied));
        let again = run(&["--apply"])?;
        lines.add(seconds(engine, "the same again, which changes nothing", again));
        Ok(())
    }
}

fn seconds(engine: &str, what: &str, taken: f64) -> Line {
    Line::plain(format!("{engine}: {what}"), format!("{taken:.1} s"))
}

/// Returns the file: a head, then people of whom each is managed by the one ten rows further down, so that nobody's line manager
/// is there yet when their row is read.
fn rows() -> String {
    let mut text = String::from("Number,Name,Role,Unit,Email,Line manager\n");
    for number in 1..=PEOPLE {
        let manager = number.saturating_add(10);
        let manager = if manager > PEOPLE { String::new() } else { manager.to_string() };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{number},Person {number},officer,Unit {},p{number}@force.example,{manager}",
            number % 200
        );
    }
    text
}
