//! What a device's own list of profiles says of those that were sent to it.

use domain::Span;
use store::profiles::ProfileState;

/// How soon a profile that did not do as acknowledged is sent, or taken off, again.
const TRY_AGAIN_AFTER: Span = Span::from_secs(3600);

/// What a device's own list says of a profile that was sent to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    AsBefore,
    /// Not there, and nobody wants it there.
    Gone,
    /// Its state, and after how long to bring the device to what is wanted.
    Now(ProfileState, Option<Span>),
}

pub(super) fn look(listed: bool, wanted: bool, state: ProfileState) -> Look {
    match (listed, state) {
        (true, ProfileState::Failed) if !wanted => Look::Now(ProfileState::Reported, Some(TRY_AGAIN_AFTER)),
        (true, ProfileState::Sent | ProfileState::Acknowledged | ProfileState::Failed) => {
            Look::Now(ProfileState::Reported, None)
        }
        // It was there and somebody took it off: bring it back at once. It must be reported before it can vanish again.
        (false, ProfileState::Reported) => Look::Now(ProfileState::Failed, Some(Span::default())),
        // It never arrived, whatever the device acknowledged: sending it at once would go round in circles.
        (false, ProfileState::Acknowledged) => Look::Now(ProfileState::Failed, Some(TRY_AGAIN_AFTER)),
        (false, ProfileState::Failed) if !wanted => Look::Gone,
        _ => Look::AsBefore,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_s_own_list_moves_a_profile_on_or_back() {
        use ProfileState::{Acknowledged, Failed, Removing, Reported, Sent};
        let soon = Some(Span::default());
        let later = Some(TRY_AGAIN_AFTER);
        for (listed, wanted, state, expected) in [
            (true, true, Sent, Look::Now(Reported, None)),
            (true, true, Acknowledged, Look::Now(Reported, None)),
            (true, true, Failed, Look::Now(Reported, None)),
            (true, true, Reported, Look::AsBefore),
            (false, true, Sent, Look::AsBefore),
            (false, true, Reported, Look::Now(Failed, soon)),
            (false, true, Acknowledged, Look::Now(Failed, later)),
            (false, true, Failed, Look::AsBefore),
            // A removal that the device refused: asked again after a while, forgotten once the profile is gone.
            (true, false, Failed, Look::Now(Reported, later)),
            (false, false, Failed, Look::Gone),
            (true, false, Removing, Look::AsBefore),
            (false, false, Removing, Look::AsBefore),
        ] {
            assert_eq!(look(listed, wanted, state), expected, "{listed} {wanted} {state:?}");
        }
    }
}
