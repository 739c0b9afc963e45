//! Defines the life of a permission as a pure state machine: who may take which step, and the state it leads to.
//!
//! Nothing here reads a clock or a database, and every step returns the whole permission as it is to be written.

use domain::{PermissionState, PersonId, Timestamp};
use store::permissions::{Named, Permission};

/// The person who takes a step.
#[derive(Debug, Clone)]
pub(super) struct Who {
    pub(super) named: Named,
    pub(super) person: Option<PersonId>,
    /// Whether they could be the person who asked.
    pub(super) asked: bool,
    /// Whether they could be the first of two who agreed.
    pub(super) agreed: bool,
    /// Whether they have a role that decides.
    pub(super) first_seat: bool,
    /// Whether they have a role of the second person who must agree.
    pub(super) second_seat: bool,
}

/// A decider's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Granted from one time to another, under these conditions. The second of two agrees to what the first one set.
    Grant { starts_at: Timestamp, ends_at: Timestamp, conditions: Option<String> },
    /// Refused.
    Refuse,
}

/// A decider's answer, with its reason in words.
#[derive(Debug, Clone)]
pub(super) struct Ruling<'a> {
    pub(super) answer: Answer,
    pub(super) says: &'a str,
}

/// The reason why a step was refused. Each message says what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotTaken {
    #[error("it is decided already; reload the page to see the decision")]
    Decided,
    #[error("the person who asked may not decide; somebody else with one of the roles named must")]
    OwnRequest,
    #[error("your role does not decide in this register; the page of the register says whose does")]
    NotYours,
    #[error("you agreed already; a second person must agree as well")]
    Twice,
    #[error("it has ended already; ask again if it is needed")]
    Over,
    #[error("only the person who asked, or somebody who decides in this register, may end it")]
    NotYoursToEnd,
    #[error("it is not in force, so there is nothing to review")]
    NotInForce,
}

fn asked_it(grant: &Permission, who: &Who) -> bool {
    let for_oneself = who.person.is_some_and(|person| grant.person == Some(person));
    who.asked || (who.person.is_some() && grant.asked_person == who.person) || for_oneself
}

/// Returns which of the two agreements the person gives: 0 as a decider, 1 as the second person.
fn seat(grant: &Permission, who: &Who, needs_second: bool) -> Result<i64, NotTaken> {
    if asked_it(grant, who) {
        return Err(NotTaken::OwnRequest);
    }
    let taken = match &grant.agreed {
        Some(_) if who.agreed => return Err(NotTaken::Twice),
        Some((_, seat)) => Some(*seat),
        None => None,
    };
    if who.first_seat && taken != Some(0) {
        return Ok(0);
    }
    if needs_second && who.second_seat && taken != Some(1) {
        return Ok(1);
    }
    Err(NotTaken::NotYours)
}

/// Decides a request, or records the first of two agreements.
pub(super) fn decide(
    grant: &Permission,
    who: &Who,
    needs_second: bool,
    Ruling { answer, says }: Ruling<'_>,
    now: Timestamp,
) -> Result<Permission, NotTaken> {
    if !grant.is_open() {
        return Err(NotTaken::Decided);
    }
    let seat = seat(grant, who, needs_second)?;
    let mut next = grant.clone();
    next.decision = Some(says.to_owned());
    match answer {
        Answer::Refuse => {
            next.state = PermissionState::Refused;
            next.decided = Some(who.named.clone());
            next.decided_at = Some(now);
            (next.starts_at, next.ends_at) = (None, None);
        }
        Answer::Grant { starts_at, ends_at, conditions } if grant.agreed.is_none() => {
            (next.starts_at, next.ends_at) = (Some(starts_at.max(now)), Some(ends_at));
            next.conditions = conditions;
            if needs_second {
                next.state = PermissionState::Agreed;
                next.agreed = Some((who.named.clone(), seat));
            } else {
                grant_now(&mut next, who, now);
            }
        }
        // The second person agrees to what the first one set.
        Answer::Grant { .. } => {
            next.starts_at = next.starts_at.map(|start| start.max(now));
            grant_now(&mut next, who, now);
        }
    }
    Ok(next)
}

fn grant_now(next: &mut Permission, who: &Who, now: Timestamp) {
    next.state = PermissionState::Granted;
    next.decided = Some(who.named.clone());
    next.decided_at = Some(now);
}

/// Withdraws a request, or ends a permission before its time.
pub(super) fn withdraw(
    grant: &Permission,
    who: &Who,
    why: &str,
    now: Timestamp,
) -> Result<Permission, NotTaken> {
    let running = grant.state == PermissionState::Granted && grant.ends_at.is_some_and(|end| now < end);
    if !grant.is_open() && !running {
        return Err(NotTaken::Over);
    }
    if !asked_it(grant, who) && !who.first_seat && !who.second_seat {
        return Err(NotTaken::NotYoursToEnd);
    }
    let mut next = grant.clone();
    next.state = PermissionState::Withdrawn;
    next.ended = Some((now, why.to_owned()));
    Ok(next)
}

/// Confirms that a permission is still needed. It may be made shorter, never longer: a longer one needs a new
/// request.
pub(super) fn review(
    grant: &Permission,
    who: &Who,
    ends_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Permission, NotTaken> {
    if !grant.in_force(now) {
        return Err(NotTaken::NotInForce);
    }
    if !who.first_seat && !who.second_seat {
        return Err(NotTaken::NotYours);
    }
    if asked_it(grant, who) {
        return Err(NotTaken::OwnRequest);
    }
    let mut next = grant.clone();
    next.reviewed_at = Some(now);
    next.ends_at = next.ends_at.map(|end| ends_at.map_or(end, |sooner| sooner.min(end)));
    Ok(next)
}

/// Applies what the passing of time alone changes in a permission; `None` where nothing changes.
pub(super) fn lapse(grant: &Permission, now: Timestamp) -> Option<Permission> {
    let over = grant.state == PermissionState::Granted && grant.ends_at.is_some_and(|end| end <= now);
    over.then(|| Permission {
        state: PermissionState::Lapsed,
        ended: Some((now, "its time was over".to_owned())),
        ..grant.clone()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{PermissionId, Span};

    use super::*;

    fn named(name: &str) -> Named {
        Named { by: format!("person:{name}"), name: name.into() }
    }

    fn who(name: &str, first_seat: bool, second_seat: bool) -> Who {
        Who {
            named: named(name),
            person: None,
            asked: name == "asker",
            agreed: name == "agreed",
            first_seat,
            second_seat,
        }
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::default().plus(Span::from_secs(hours * 3600))
    }

    fn asked() -> Permission {
        Permission {
            id: PermissionId::from_uuid(uuid::Uuid::nil()),
            number: 101,
            once: "once".into(),
            register: "private-hubs".into(),
            force: domain::samples::NORFOLK,
            state: PermissionState::Asked,
            version: 0,
            person: None,
            device: None,
            clause: None,
            fields: BTreeMap::new(),
            because: "needed".into(),
            asked: named("asker"),
            asked_person: None,
            asked_at: at(0),
            wanted_until: at(100),
            due_at: None,
            agreed: None,
            decided: None,
            decided_at: None,
            decision: None,
            conditions: None,
            starts_at: None,
            ends_at: None,
            reviewed_at: None,
            warned_at: None,
            ended: None,
        }
    }

    fn yes(start: i64, end: i64) -> Answer {
        Answer::Grant { starts_at: at(start), ends_at: at(end), conditions: None }
    }

    fn ruling(answer: Answer, says: &str) -> Ruling<'_> {
        Ruling { answer, says }
    }

    #[test]
    fn who_asked_never_decides_and_only_the_named_roles_do() {
        let asker = who("asker", true, true);
        assert_eq!(decide(&asked(), &asker, false, ruling(yes(1, 9), "y"), at(1)), Err(NotTaken::OwnRequest));
        let other = who("other", false, false);
        assert_eq!(decide(&asked(), &other, false, ruling(yes(1, 9), "y"), at(1)), Err(NotTaken::NotYours));
        let person = PersonId::from_uuid(uuid::Uuid::nil());
        let own = Permission { person: Some(person), ..asked() };
        let themselves = Who { person: Some(person), ..who("fiso", true, false) };
        assert_eq!(
            decide(&own, &themselves, false, ruling(yes(1, 9), "y"), at(1)),
            Err(NotTaken::OwnRequest),
            "asked by the desk, for whoever would decide"
        );
        let second = who("second", false, true);
        assert_eq!(decide(&asked(), &second, false, ruling(yes(1, 9), "y"), at(1)), Err(NotTaken::NotYours));
    }

    #[test]
    fn one_decides_or_two_do() {
        let granted =
            decide(&asked(), &who("a", true, false), false, ruling(yes(0, 9), "yes"), at(1)).unwrap();
        assert_eq!(
            (granted.state, granted.starts_at, granted.ends_at),
            (PermissionState::Granted, Some(at(1)), Some(at(9)))
        );
        assert!(granted.in_force(at(1)) && granted.in_force(at(8)) && !granted.in_force(at(9)));

        let half = decide(&asked(), &who("a", true, true), true, ruling(yes(2, 9), "yes"), at(1)).unwrap();
        assert_eq!(half.state, PermissionState::Agreed);
        assert!(!half.in_force(at(5)), "one of two is nobody");
        assert_eq!(
            decide(&half, &who("agreed", true, true), true, ruling(yes(2, 9), "y"), at(1)),
            Err(NotTaken::Twice)
        );
        assert_eq!(
            decide(&half, &who("b", true, false), true, ruling(yes(2, 9), "y"), at(1)),
            Err(NotTaken::NotYours)
        );
        let both = decide(&half, &who("b", false, true), true, ruling(yes(0, 99), "yes"), at(3)).unwrap();
        assert_eq!(
            (both.state, both.ends_at),
            (PermissionState::Granted, Some(at(9))),
            "to what the first wrote"
        );
        let refused =
            decide(&half, &who("b", false, true), true, ruling(Answer::Refuse, "no"), at(3)).unwrap();
        assert_eq!((refused.state, refused.ends_at), (PermissionState::Refused, None));
        for done in [granted, both, refused] {
            assert_eq!(
                decide(&done, &who("c", true, true), true, ruling(yes(0, 9), "y"), at(4)),
                Err(NotTaken::Decided)
            );
        }
    }

    #[test]
    fn an_entry_ends_by_time_or_by_hand_and_once() {
        let granted =
            decide(&asked(), &who("a", true, false), false, ruling(yes(0, 9), "yes"), at(1)).unwrap();
        assert_eq!(lapse(&granted, at(8)), None);
        let lapsed = lapse(&granted, at(9)).unwrap();
        assert_eq!((lapsed.state, lapse(&lapsed, at(10))), (PermissionState::Lapsed, None));
        let asker = who("asker", false, false);
        assert_eq!(withdraw(&granted, &asker, "gone", at(5)).unwrap().state, PermissionState::Withdrawn);
        assert_eq!(withdraw(&asked(), &asker, "gone", at(5)).unwrap().state, PermissionState::Withdrawn);
        for over in [granted.clone(), lapsed] {
            assert_eq!(withdraw(&over, &asker, "gone", at(9)), Err(NotTaken::Over));
        }
        let stranger = who("x", false, false);
        assert_eq!(withdraw(&granted, &stranger, "gone", at(5)), Err(NotTaken::NotYoursToEnd));
    }

    #[test]
    fn a_review_never_makes_it_longer() {
        let decider = who("a", true, false);
        let granted = decide(&asked(), &decider, false, ruling(yes(0, 9), "yes"), at(1)).unwrap();
        assert_eq!(review(&granted, &decider, Some(at(99)), at(2)).unwrap().ends_at, Some(at(9)));
        let shorter = review(&granted, &decider, Some(at(5)), at(2)).unwrap();
        assert_eq!((shorter.ends_at, shorter.reviewed_at), (Some(at(5)), Some(at(2))));
        assert_eq!(review(&granted, &decider, None, at(9)), Err(NotTaken::NotInForce));
        assert_eq!(review(&granted, &who("x", false, false), None, at(2)), Err(NotTaken::NotYours));
        assert_eq!(review(&asked(), &decider, None, at(2)), Err(NotTaken::NotInForce));
    }
}
