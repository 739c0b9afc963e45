//! What one stolen hand can do in an hour: the real service on an estate of its own, over HTTP, and a thief who tries all that
//! the pages, the directory's interface and the command line offer to harm devices, as fast as they answer.
//!
//! The hour is simulated: the service's clock is moved in steps of a quarter of an hour, in each of which the thief tries again.
//! The thief has the account itself and not only its cookie, so that a fresh proof of presence costs nothing; and an accomplice,
//! who is an ordinary holder with an account of their own. It does not cover an attacker who changes the database or the program.

mod stage;
mod thief;

use std::path::Path;

use anyhow::Context;
use domain::Span;

pub use thief::Thief;

/// Steps of an hour.
const STEPS: u32 = 4;
/// How long a step is.
const STEP: Span = Span::from_secs(900);

/// What is done to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// What is on it is destroyed, or opened.
    Destructive,
    /// Its holder cannot use it for a while.
    Harsh,
    /// It is taken from its holder, out of use, out of its store or out of management, or what contains it while it is lost is
    /// ended.
    Stripping,
}

impl Harm {
    /// Every one, in the order of the table.
    pub const ALL: [Self; 3] = [Self::Destructive, Self::Harsh, Self::Stripping];

    /// Returns the word of the table.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Destructive => "destructive",
            Self::Harsh => "harsh",
            Self::Stripping => "stripping",
        }
    }
}

/// The result of one thief, for one kind of harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Who was stolen.
    pub thief: Thief,
    /// What was tried.
    pub harm: Harm,
    /// Devices that it was done to, or is on its way to.
    pub harmed: usize,
    /// Devices for which it waits for another person.
    pub held: usize,
    /// After how many seconds of the hour the first person was notified; `None`: never.
    pub told_after: Option<i64>,
}

/// Lets each thief loose on an estate of so many devices, one after the other.
///
/// # Errors
/// Where the service cannot be started or does not answer.
pub fn run(policy: &Path, devices: usize) -> anyhow::Result<Vec<Figure>> {
    // Even plain HTTP clients ask for a TLS provider; installing it a second time would be the only failure.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut all = Vec::new();
    for thief in Thief::ALL {
        let scratch = testkit::scratch_sqlite();
        let prepared = stage::Prepared::on(&scratch.config, policy, devices)?;
        all.extend(
            testkit::block_on(async {
                let stage = prepared.serve().await?;
                let start = stage.now();
                for step in 0..STEPS {
                    thief.try_everything(&stage, step == 0).await?;
                    stage.pass(STEP).await?;
                }
                stage.figures(thief, start).await
            })
            .with_context(|| format!("the stolen {}", thief.title()))?,
        );
    }
    Ok(all)
}

/// Returns the figures as a table of Markdown.
#[must_use]
pub fn table(figures: &[Figure], devices: usize) -> String {
    let mut lines = vec![
        format!(
            "| stolen | effect | harmed of {devices} in an hour | waits for a second person | told after |"
        ),
        "| --- | --- | --- | --- | --- |".to_owned(),
    ];
    lines.extend(figures.iter().map(|figure| {
        let told = match figure.told_after {
            Some(seconds) => format!("{seconds} s"),
            None if figure.harmed + figure.held == 0 => "-".to_owned(),
            None => "nobody".to_owned(),
        };
        let effect = figure.harm.title();
        format!("| {} | {effect} | {} | {} | {told} |", figure.thief.title(), figure.harmed, figure.held)
    }));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The caps of the shipped policy: destructive orders of a force, harsh orders of a person and of a force, devices taken by one
    /// person.
    const DESTRUCTIVE: usize = 5;
    const HARSH: usize = 60;
    /// Containment of losses that are open, which has a cap of its own.
    const LOSS: usize = 30;
    const STRIPPING: usize = 20;
    /// More than any cap lets through.
    const DEVICES: usize = 80;

    #[test]
    fn no_stolen_hand_harms_more_than_the_caps_and_each_is_told() {
        let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy");
        let figures = run(&policy, DEVICES).expect("the service answers");
        for figure in &figures {
            let most = match figure.harm {
                Harm::Destructive => DESTRUCTIVE,
                Harm::Harsh => HARSH + LOSS,
                // The server makes links for two people, and is a third hand itself.
                Harm::Stripping if figure.thief == Thief::ServerRoot => 3 * STRIPPING,
                // Two accounts at most are the thief's: their own, and the accomplice's.
                Harm::Stripping => 2 * STRIPPING,
            };
            assert!(figure.harmed <= most, "{figure:?}\n{}", table(&figures, DEVICES));
            let told = figure.harmed + figure.held == figure.harmed
                || figure.told_after.is_some_and(|after| after <= 60);
            assert!(told, "what is held is told within a minute: {figure:?}");
        }
        let of = |thief: Thief, harm: Harm| {
            let found = figures.iter().find(|one| one.thief == thief && one.harm == harm);
            found.map_or((0, 0), |one| (one.harmed, one.held))
        };
        let table = table(&figures, DEVICES);
        assert!(of(Thief::Analyst, Harm::Harsh).0 > 0, "the attack is real:\n{table}");
        assert_eq!(of(Thief::ScimToken, Harm::Harsh), (0, 0));
        for thief in [Thief::Analyst, Thief::Lead, Thief::ServerRoot] {
            let (harmed, held) = of(thief, Harm::Stripping);
            assert!(harmed > 0 && held > 0, "what is beyond the cap is held: {thief:?}\n{table}");
        }
    }
}
