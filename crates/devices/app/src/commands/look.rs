//! Compares a device's own list of profiles with those that were sent to it.

use domain::{ProfileState, Span};

/// Time after which a profile that is not as the device acknowledged is sent, or removed, again.
const TRY_AGAIN_AFTER: Span = Span::from_secs(3600);

/// State of a sent profile according to the device's own list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    AsBefore,
    /// Profile that is neither there nor wanted.
    Gone,
    /// New state, and the time after which to bring the device into line.
    Now(ProfileState, Option<Span>),
}

pub(super) fn look(listed: bool, wanted: bool, state: ProfileState) -> Look {
    match (listed, state) {
        (true, ProfileState::Failed) if !wanted => Look::Now(ProfileState::Reported, Some(TRY_AGAIN_AFTER)),
        (true, ProfileState::Sent | ProfileState::Acknowledged | ProfileState::Failed) => {
            Look::Now(ProfileState::Reported, None)
        }
        // It was there and somebody removed it: send it again at once. It must be reported before it can vanish again.
        (false, ProfileState::Reported) => Look::Now(ProfileState::Failed, Some(Span::default())),
        // It never arrived, whatever the device acknowledged: sending it again at once would loop.
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
            // A removal that the device refused: tried again after a while, forgotten once the profile is gone.
            (true, false, Failed, Look::Now(Reported, later)),
            (false, false, Failed, Look::Gone),
            (true, false, Removing, Look::AsBefore),
            (false, false, Removing, Look::AsBefore),
        ] {
            assert_eq!(look(listed, wanted, state), expected, "{listed} {wanted} {state:?}");
        }
    }
}
