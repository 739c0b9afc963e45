//! Decides what a request about a password does next: from its state, what the device said, and the time.
//!
//! Every open request has a time at which it is looked at again, so none is forgotten.

use domain::{CommandState, ResetState, Span, Timestamp};

/// How long things may take, as the force says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the opening to the decision.
    pub decided_within: Span,
    /// From the decision until the device has the order.
    pub carried_out_within: Span,
    /// Between two reminders of the holder.
    pub remind_after: Span,
}

/// What is known of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its state.
    pub state: ResetState,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// When the device acknowledged that its password is cleared.
    pub cleared_at: Option<Timestamp>,
    /// The state of the order; `None` where it is no longer known.
    pub order: Option<CommandState>,
    /// Whether the device reported a password, and when.
    pub password: Option<Reported>,
    /// Reminders sent so far.
    pub reminders: i64,
    /// Whether its case is closed.
    pub case_closed: bool,
}

/// What a device reported of its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    /// Whether there is one that meets its rules.
    pub set: bool,
    /// When.
    pub at: Timestamp,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing yet; look again at that time.
    Wait(Timestamp),
    /// Remind the holder, and look again at that time.
    Remind(Timestamp),
    /// The device acknowledged that its password is cleared.
    Cleared,
    /// The device reported a new password: it is over.
    Restored,
    /// The device refused, or the order ended without an answer: it is over, and the device may be open.
    Failed,
    /// Its time is over: take back what has not reached the device.
    Expired,
    /// Its case was closed by hand: take back what has not reached the device.
    Withdrawn,
}

/// How often the state of an order or of the password is looked at.
const LOOK_AGAIN: Span = Span::from_secs(15 * 60);
/// How often something is looked at that nobody can hurry.
const LOOK_LATER: Span = Span::from_secs(6 * 3600);
/// How many reminders a holder gets; after them it is the desk's, whose list shows that it is late.
pub const MOST_REMINDERS: i64 = 3;

/// Decides what follows now.
#[must_use]
pub fn next(seen: &Seen, limits: &Limits, now: Timestamp) -> Next {
    match seen.state {
        // What the device says comes first: a case may be closed because it said so.
        ResetState::Cleared if is_restored(seen) => Next::Restored,
        ResetState::Ordered if seen.order == Some(CommandState::Acknowledged) => Next::Cleared,
        // It may have cleared the password: closing the case does not take it back.
        ResetState::Ordered if seen.order == Some(CommandState::Uncertain) => Next::Failed,
        // Whoever closes the case does not close the device: it is open until it reports a password.
        _ if seen.case_closed && seen.state != ResetState::Cleared => Next::Withdrawn,
        ResetState::Proving | ResetState::Deciding => {
            until_or(seen.opened_at.plus(limits.decided_within), now)
        }
        ResetState::Ordered => ordered(seen, limits, now),
        ResetState::Cleared => remind(seen, limits, now),
        ResetState::Changing | ResetState::ByHand => remind(seen, limits, now),
        ResetState::Restored
        | ResetState::Stated
        | ResetState::Refused
        | ResetState::Expired
        | ResetState::Failed
        | ResetState::Withdrawn => Next::Wait(now.plus(LOOK_LATER)),
    }
}

/// Returns whether the device reported a password after it was cleared. A report from before says nothing of now.
fn is_restored(seen: &Seen) -> bool {
    seen.cleared_at.zip(seen.password).is_some_and(|(cleared, said)| said.set && said.at > cleared)
}

fn until_or(until: Timestamp, now: Timestamp) -> Next {
    if now >= until { Next::Expired } else { Next::Wait(until) }
}

fn ordered(seen: &Seen, limits: &Limits, now: Timestamp) -> Next {
    let until = seen.decided_at.unwrap_or(seen.opened_at).plus(limits.carried_out_within);
    match seen.order {
        Some(CommandState::Acknowledged) => Next::Cleared,
        None
        | Some(
            CommandState::Failed
            | CommandState::FormatError
            | CommandState::Cancelled
            | CommandState::Uncertain,
        ) => Next::Failed,
        // The device has it: what was delivered cannot be taken back, so its answer is waited for.
        Some(CommandState::Delivered) => Next::Wait(now.plus(LOOK_AGAIN)),
        Some(CommandState::Asked | CommandState::Held | CommandState::Queued | CommandState::NotNow)
            if now >= until =>
        {
            Next::Expired
        }
        Some(CommandState::Asked | CommandState::Held | CommandState::Queued | CommandState::NotNow) => {
            Next::Wait(now.plus(LOOK_AGAIN).min(until))
        }
    }
}

fn remind(seen: &Seen, limits: &Limits, now: Timestamp) -> Next {
    let since = seen.cleared_at.or(seen.decided_at).unwrap_or(seen.opened_at);
    if seen.reminders >= MOST_REMINDERS {
        return Next::Wait(now.plus(LOOK_LATER));
    }
    let millis = limits.remind_after.millis().saturating_mul(seen.reminders + 1);
    let due = since.plus(Span::from_millis(millis));
    let again = match seen.state {
        ResetState::Cleared => now.plus(LOOK_AGAIN),
        _ => now.plus(limits.remind_after),
    };
    if now >= due { Next::Remind(again) } else { Next::Wait(again.min(due)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: Span = Span::from_secs(3600);
    const LIMITS: Limits = Limits {
        decided_within: Span::from_secs(4 * 3600),
        carried_out_within: Span::from_secs(24 * 3600),
        remind_after: HOUR,
    };

    fn start() -> Timestamp {
        Timestamp::from_millis(1_000_000_000)
    }

    fn seen(state: ResetState) -> Seen {
        Seen {
            state,
            opened_at: start(),
            decided_at: None,
            cleared_at: None,
            order: None,
            password: None,
            reminders: 0,
            case_closed: false,
        }
    }

    fn hours(count: i64) -> Timestamp {
        start().plus(Span::from_secs(count * 3600))
    }

    #[test]
    fn what_nobody_decides_expires() {
        for state in [ResetState::Proving, ResetState::Deciding] {
            assert_eq!(next(&seen(state), &LIMITS, hours(3)), Next::Wait(hours(4)));
            assert_eq!(next(&seen(state), &LIMITS, hours(4)), Next::Expired);
        }
    }

    #[test]
    fn an_order_is_waited_for_and_taken_back_after_a_day() {
        let ordered =
            |order| Seen { order: Some(order), decided_at: Some(hours(1)), ..seen(ResetState::Ordered) };
        assert!(matches!(next(&ordered(CommandState::Queued), &LIMITS, hours(24)), Next::Wait(_)));
        assert_eq!(next(&ordered(CommandState::Queued), &LIMITS, hours(25)), Next::Expired);
        assert!(
            matches!(next(&ordered(CommandState::Delivered), &LIMITS, hours(90)), Next::Wait(_)),
            "what the device has is not called off"
        );
        assert_eq!(next(&ordered(CommandState::Acknowledged), &LIMITS, hours(90)), Next::Cleared);
        assert_eq!(next(&ordered(CommandState::Failed), &LIMITS, hours(2)), Next::Failed);
        let closed = Seen { case_closed: true, ..ordered(CommandState::Uncertain) };
        assert_eq!(next(&closed, &LIMITS, hours(2)), Next::Failed, "nobody says that nothing was cleared");
        assert_eq!(
            next(&Seen { order: None, ..ordered(CommandState::Queued) }, &LIMITS, hours(2)),
            Next::Failed
        );
    }

    #[test]
    fn only_a_report_from_after_the_clearing_ends_it() {
        let cleared = Seen { cleared_at: Some(hours(2)), ..seen(ResetState::Cleared) };
        let said = |set, at| Seen { password: Some(Reported { set, at }), ..cleared };
        assert!(matches!(next(&said(true, hours(1)), &LIMITS, hours(2)), Next::Wait(_)), "an old report");
        assert!(matches!(next(&said(false, hours(3)), &LIMITS, hours(3)), Next::Remind(_)));
        assert_eq!(next(&said(true, hours(3)), &LIMITS, hours(3)), Next::Restored);
        let closed = Seen { case_closed: true, ..said(true, hours(3)) };
        assert_eq!(next(&closed, &LIMITS, hours(3)), Next::Restored, "what the device said comes first");
        let open = Seen { case_closed: true, ..cleared };
        assert!(matches!(next(&open, &LIMITS, hours(3)), Next::Remind(_)), "a closed case closes no device");
    }

    #[test]
    fn a_holder_is_reminded_three_times() {
        let changing = |reminders| Seen { reminders, ..seen(ResetState::Changing) };
        assert_eq!(next(&changing(0), &LIMITS, start()), Next::Wait(hours(1)));
        assert!(matches!(next(&changing(0), &LIMITS, hours(1)), Next::Remind(_)));
        assert!(matches!(next(&changing(1), &LIMITS, hours(1)), Next::Wait(_)), "not twice for one hour");
        assert!(matches!(next(&changing(2), &LIMITS, hours(3)), Next::Remind(_)));
        assert!(matches!(next(&changing(3), &LIMITS, hours(30)), Next::Wait(_)));
    }

    proptest! {
        #[test]
        fn what_waits_is_looked_at_later_and_not_in_the_past(
            state in 0_usize..6, order in 0_usize..3, later in 0_i64..500, reminders in 0_i64..5,
        ) {
            let states = [
                ResetState::Changing, ResetState::Proving, ResetState::Deciding, ResetState::Ordered,
                ResetState::Cleared, ResetState::ByHand,
            ];
            let orders = [CommandState::Queued, CommandState::Delivered, CommandState::NotNow];
            let one = Seen {
                order: Some(orders[order]),
                decided_at: Some(start()),
                reminders,
                ..seen(states[state])
            };
            let now = hours(later);
            if let Next::Wait(at) | Next::Remind(at) = next(&one, &LIMITS, now) {
                prop_assert!(at > now);
            }
        }
    }
}
