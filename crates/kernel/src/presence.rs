//! Checks that the person who asks is present now.
//! A session lasts for hours, and so does a browser that was left open or a stolen cookie; an action that destroys something, or
//! makes somebody able to, needs a fresh proof.

use domain::{Span, Timestamp};

use crate::AppError;
use crate::access::{Actor, Comes};

/// Time for which a proof is fresh.
pub const FRESH: Span = Span::from_secs(600);
/// How far a proof taken by another node may be ahead of this node's clock.
const AHEAD: Span = Span::from_secs(60);

/// Refuses an action for which the person must be present now: they must have signed in, through their directory or with a
/// passkey, within [`FRESH`].
///
/// The command line may act: the operating system knows its user, and there is no session to steal. It is never a second person
/// ([`crate::second`]). An API token proves nobody's presence and is refused.
///
/// # Errors
/// [`AppError::NotPresent`] if the proof is missing or too old; pages offer to prove it again and keep what was typed.
/// [`AppError::Conflict`] for a token.
pub fn fresh(actor: &Actor, now: Timestamp) -> Result<(), AppError> {
    match actor.comes() {
        Comes::OnTheServer => Ok(()),
        Comes::WithToken => Err(AppError::Conflict(
            "an API token cannot do this: a person has to be there; sign in to the pages and do it there"
                .into(),
        )),
        Comes::SignedIn => {
            let fits = |at: &Timestamp| *at <= now.plus(AHEAD) && now.since(*at) <= FRESH;
            actor.proof.at.filter(fits).map(|_| ()).ok_or(AppError::NotPresent)
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::access::{ApiScope, Role, Roles, Who};
    use crate::testing::{Bench, on_bench};

    #[test]
    fn a_proof_is_fresh_for_ten_minutes_and_only_a_person_has_one() {
        on_bench(|Bench { app, world, person }| async move {
            let now = world.now();
            let signed_in = crate::access::actor(
                &app,
                Who {
                    name: format!("person:{person}"),
                    shown: "PC Ames".into(),
                    person: Some(person),
                    roles: Role::Administrator.into(),
                    force: Some(domain::samples::NORFOLK),
                    everywhere: Roles::NONE,
                },
            );
            let proven = signed_in.clone().proven(now);
            let after = |seconds| fresh(&proven, now.plus(Span::from_secs(seconds))).is_ok();
            assert_eq!([0, 600, 601].map(after), [true, true, false]);
            let before = |seconds| fresh(&proven, now.minus(Span::from_secs(seconds))).is_ok();
            assert_eq!([60, 61].map(before), [true, false], "a clock that is far behind proves nothing");
            assert!(
                matches!(fresh(&signed_in, now), Err(AppError::NotPresent)),
                "absence never reads as good"
            );
            assert!(fresh(&Actor::command_line("root"), now).is_ok());
            let token = Actor::token("1", "Entra", ApiScope::Scim, domain::samples::NORFOLK).proven(now);
            assert!(matches!(fresh(&token, now), Err(AppError::Conflict(_))));
        });
    }
}
