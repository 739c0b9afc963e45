//! Calls people about a reported loss, step by step, until one of them answers.
//!
//! The promise: while a call is open, its next attempt is scheduled, and it ends only when the device has acknowledged its
//! containment, when the duty officer has answered, or when the loss itself is over. Somebody else who answers has taken it: nobody
//! is called for a while, and if the device has not acknowledged its containment by then, the calls begin again. A call that nobody
//! has answered within the time that the force allows, or after every step was tried once, is *unanswered* and goes on.

use std::collections::BTreeSet;

use domain::{PersonId, Span, Timestamp};

/// The shortest time that a step waits for an answer.
pub const SHORTEST_WAIT: Span = Span::from_secs(60);
/// The longest time that a step waits for an answer.
pub const LONGEST_WAIT: Span = Span::from_secs(30 * 60);
/// The pause after a round in which nobody could be sent anything.
pub const PAUSE: Span = Span::from_secs(5 * 60);

/// One step of a chain, as it stands at the moment of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The time that the step waits for an answer before the next one is tried.
    pub wait: Span,
    /// The people to call; empty where nobody is on call for it.
    pub people: Vec<PersonId>,
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallState {
    /// People are being called.
    Calling,
    /// A person answered, and the device has some time to acknowledge its containment before people are called again.
    Taken,
    /// The device acknowledged its containment.
    Contained,
    /// The duty officer answered, or a person answered for a device that is contained.
    Acknowledged,
    /// The loss is over: the device was found, or its case was closed.
    Ended,
}

impl CallState {
    /// Every standing.
    pub const ALL: [Self; 5] = [Self::Calling, Self::Taken, Self::Contained, Self::Acknowledged, Self::Ended];

    /// Returns its word in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calling => "calling",
            Self::Taken => "taken",
            Self::Contained => "contained",
            Self::Acknowledged => "acknowledged",
            Self::Ended => "ended",
        }
    }
}

/// One attempt at one step: a round and a place in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attempt {
    /// The round, from 0.
    pub round: i64,
    /// The place of the step in the chain, from 0.
    pub step: i64,
}

/// The state of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// How far it is.
    pub standing: CallState,
    /// Set once nobody has answered in time, or every step was tried; it stays set.
    pub unanswered: bool,
    /// The attempt that is tried next; its step may lie beyond the end of the chain, which begins the next round.
    pub next: Attempt,
    /// The attempt that waits for an answer.
    pub current: Attempt,
    /// The messages of the current attempt that have not failed.
    pub outstanding: i64,
    /// The steps tried since a step last waited its time, or since the last pause.
    pub passed: i64,
    /// The time by which the promise must be kept.
    pub promised_by: Timestamp,
    /// The time of the next attempt; of a call that was taken, the time at which people are called again.
    pub step_due: Timestamp,
}

/// A message to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Message {
    /// The attempt that it belongs to; with the person, it identifies the message.
    pub attempt: Attempt,
    /// The person to call.
    pub to: PersonId,
}

/// What happened to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The time of its next attempt may have come.
    Due,
    /// A message of that attempt could not be delivered. Reported once for each message.
    Failed(Attempt),
    /// Somebody asks to call the next people at once.
    Escalate,
    /// A person answered; people are called again after that time if the device is not contained by then.
    Taken(Timestamp),
    /// The duty officer answered, or a person answered for a device that is contained.
    Acknowledged,
    /// The device acknowledged its containment.
    Contained,
    /// Another device is lost than was thought, so that what ended the call does not count: the promise is given anew, for that time.
    AnotherDevice(Timestamp),
    /// The loss is over.
    Ended,
}

impl Call {
    /// Begins a call and returns it with its first messages.
    #[must_use]
    pub fn begin(now: Timestamp, promise: Span, chain: &[Step]) -> (Self, Vec<Message>) {
        let mut call = Self::before_the_first_step(now, promise);
        let messages = call.advance(now, chain);
        (call, messages)
    }

    /// Begins a call that whoever took the report has answered by that: nobody is called now. What comes of it is the same as after any
    /// other answer.
    #[must_use]
    pub fn begin_answered(now: Timestamp, promise: Span, answer: Event) -> Self {
        let mut call = Self::before_the_first_step(now, promise);
        let nobody = call.take(answer, now, &[]);
        drop(nobody);
        call
    }

    fn before_the_first_step(now: Timestamp, promise: Span) -> Self {
        let first = Attempt { round: 0, step: 0 };
        Self {
            standing: CallState::Calling,
            unanswered: false,
            next: first,
            current: first,
            outstanding: 0,
            passed: 0,
            promised_by: now.plus(promise),
            step_due: now,
        }
    }

    /// Returns the time at which the call must be looked at next; `None` only for one that is no longer open.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        match self.standing {
            CallState::Taken => Some(self.step_due),
            CallState::Calling if self.unanswered => Some(self.step_due),
            CallState::Calling => Some(self.step_due.min(self.promised_by)),
            CallState::Contained | CallState::Acknowledged | CallState::Ended => None,
        }
    }

    /// Takes in an event and returns the messages that follow from it. A call that is over changes no more, but that a person may
    /// still answer for a device that is contained, that the loss itself may be over, and that it begins again where that was another
    /// device than the lost one.
    #[must_use]
    pub fn take(&mut self, event: Event, now: Timestamp, chain: &[Step]) -> Vec<Message> {
        match (self.standing, event) {
            (CallState::Contained, Event::Acknowledged) => self.standing = CallState::Acknowledged,
            (CallState::Contained | CallState::Acknowledged, Event::AnotherDevice(until)) => {
                return self.begin_again(until, now, chain);
            }
            (CallState::Contained | CallState::Acknowledged, Event::Ended) => {
                self.standing = CallState::Ended
            }
            (CallState::Contained | CallState::Acknowledged | CallState::Ended, _) => {}
            // Who calls or has taken it goes on with the other device.
            (_, Event::AnotherDevice(_)) => {}
            (_, Event::Acknowledged) => self.end(CallState::Acknowledged),
            (_, Event::Contained) => self.end(CallState::Contained),
            (_, Event::Ended) => self.end(CallState::Ended),
            (CallState::Taken, Event::Due) if now < self.step_due => {}
            (CallState::Taken, Event::Due | Event::Escalate) => return self.call_again(now, chain),
            (CallState::Taken, Event::Taken(_) | Event::Failed(_)) => {}
            (CallState::Calling, Event::Taken(until)) => {
                self.end(CallState::Taken);
                self.step_due = until;
            }
            (CallState::Calling, event) => return self.go_on(event, now, chain),
        }
        Vec::new()
    }

    /// Takes in an event of a call that goes on.
    fn go_on(&mut self, event: Event, now: Timestamp, chain: &[Step]) -> Vec<Message> {
        match event {
            Event::Due => self.due(now, chain),
            Event::Failed(attempt) => {
                if attempt == self.current && self.outstanding > 0 {
                    self.outstanding -= 1;
                    if self.outstanding == 0 {
                        return self.advance(now, chain);
                    }
                }
                Vec::new()
            }
            Event::Escalate => {
                self.passed = 0;
                self.advance(now, chain)
            }
            Event::Taken(_)
            | Event::Acknowledged
            | Event::Contained
            | Event::AnotherDevice(_)
            | Event::Ended => Vec::new(),
        }
    }

    /// Calls people from the first step on, because the device was not contained although somebody had taken the call.
    fn call_again(&mut self, now: Timestamp, chain: &[Step]) -> Vec<Message> {
        self.standing = CallState::Calling;
        self.unanswered = true;
        self.passed = 0;
        self.next = Attempt { round: self.next.round + 1, step: 0 };
        self.advance(now, chain)
    }

    /// Calls people from the first step on about another device, with the promise given anew.
    fn begin_again(&mut self, promised_by: Timestamp, now: Timestamp, chain: &[Step]) -> Vec<Message> {
        self.standing = CallState::Calling;
        self.unanswered = false;
        self.promised_by = promised_by;
        self.passed = 0;
        self.next = Attempt { round: self.next.round + 1, step: 0 };
        self.advance(now, chain)
    }

    fn end(&mut self, standing: CallState) {
        self.standing = standing;
        self.outstanding = 0;
    }

    fn due(&mut self, now: Timestamp, chain: &[Step]) -> Vec<Message> {
        if now >= self.promised_by {
            self.unanswered = true;
        }
        if now < self.step_due {
            return Vec::new();
        }
        self.passed = 0;
        self.advance(now, chain)
    }

    /// Goes on to the next step at which somebody can be called. Steps without anybody are passed over at once; where none is
    /// left to try, the call pauses and is unanswered.
    fn advance(&mut self, now: Timestamp, chain: &[Step]) -> Vec<Message> {
        let steps = i64::try_from(chain.len()).unwrap_or(i64::MAX);
        while self.passed < steps {
            if self.next.step >= steps {
                self.next = Attempt { round: self.next.round + 1, step: 0 };
                self.unanswered = true;
            }
            let attempt = self.next;
            self.next.step += 1;
            self.passed += 1;
            let step = usize::try_from(attempt.step).ok().and_then(|place| chain.get(place));
            let Some(step) = step.filter(|step| !step.people.is_empty()) else { continue };
            let people: BTreeSet<PersonId> = step.people.iter().copied().collect();
            self.current = attempt;
            self.outstanding = i64::try_from(people.len()).unwrap_or(i64::MAX);
            self.step_due = now.plus(step.wait.clamp(SHORTEST_WAIT, LONGEST_WAIT));
            return people.into_iter().map(|to| Message { attempt, to }).collect();
        }
        self.unanswered = true;
        self.passed = 0;
        self.outstanding = 0;
        self.step_due = now.plus(PAUSE);
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
