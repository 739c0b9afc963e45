//! Forces for tests, measurements and the samples of pages. No rule reads them: the forces that are served come from the policy.

use crate::Force;

/// One of the two forces of the shipped policy.
pub const NORFOLK: Force = force("norfolk");
/// The other force of the shipped policy.
pub const SUFFOLK: Force = force("suffolk");
/// The force of most things in the samples of pages.
pub const HOME: Force = force("northshire");
/// Another force in the samples of pages.
pub const AWAY: Force = force("southshire");

#[expect(clippy::panic, reason = "it ends the compilation, where a constant is no word")]
const fn force(word: &str) -> Force {
    match Force::new(word) {
        Some(force) => force,
        None => panic!("this is not the word of a force"),
    }
}
