//! Limits how often somebody may try: signing in, using a token, and signing a hand-over.
//!
//! Each address and each account has an allowance that refills by the second. Only somebody who has proved that an account is
//! theirs takes from its allowance: otherwise anybody could lock anybody out, the break-glass administrators first. A wrong
//! secret takes from an address's allowance, a right one never does: a secret is looked up first. An address's allowance is large
//! enough for a whole police station behind one address, and still stops a program that guesses secrets.
//!
//! The counts are this node's own and in memory, for a bounded number of keys: what a limit lets through is never more than a
//! small multiple of it, and no secret relies on a limit alone.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use domain::{Span, Timestamp};

use crate::{App, AppError};

/// Number of keys that are counted at once; each takes some fifty bytes.
const MOST: usize = 20_000;

/// Address that a request came from, as far as the service can tell: an extension of the request. Behind a proxy, only a header
/// that the settings name can give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallerAddress(pub IpAddr);

/// Kind of attempt that is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Start of a sign-in.
    Begin,
    /// Sign-in that returns from the directory. One that was never begun counts against the address.
    SignIn,
    /// Answer of a passkey. A wrong one counts against the address.
    Passkey,
    /// One-time link. One that does not work counts against the address.
    Link,
    /// API token. One that does not work counts against the address.
    Token,
    /// Signature on a hand-over, by the person who is signed in.
    Signature,
    /// Report of a loss by somebody who is not signed in.
    Report,
    /// Secret of somebody who comes back to their report, or link that answers a call. One that does not work counts.
    Returning,
    /// Address of a person's calendar. One that does not work counts against the network address that asked; one that works against
    /// the calendar's own, which several of a person's programs read.
    Calendar,
}

/// Allowance: `burst` at once, and one more after each `every`.
#[derive(Debug, Clone, Copy)]
struct Rate {
    burst: i64,
    every: Span,
}

const fn rate(burst: i64, millis: i64) -> Rate {
    Rate { burst, every: Span::from_millis(millis) }
}

impl Door {
    const fn of_address(self) -> Rate {
        match self {
            Self::Begin | Self::SignIn | Self::Signature => rate(120, 500),
            Self::Passkey | Self::Link => rate(20, 6_000),
            Self::Token => rate(30, 2_000),
            Self::Report => rate(10, 60_000),
            Self::Returning | Self::Calendar => rate(20, 6_000),
        }
    }

    /// Returns the allowance of all callers together, where their addresses are not known.
    const fn of_everybody(self) -> Rate {
        let Rate { burst, every } = self.of_address();
        Rate { burst: burst * 10, every: Span::from_millis(every.millis() / 10) }
    }

    const fn of_account(self) -> Rate {
        match self {
            Self::Begin | Self::SignIn => rate(20, 30_000),
            Self::Passkey | Self::Link => rate(10, 60_000),
            Self::Token => rate(2_000, 5),
            Self::Signature => rate(30, 2_000),
            Self::Report => rate(10, 60_000),
            Self::Returning => rate(20, 6_000),
            Self::Calendar => rate(30, 60_000),
        }
    }
}

/// Key of an allowance: the start of a digest, so that a long key takes no more memory than a short one.
type Key = [u8; 16];

/// Time at which each key's allowance is full again. Keys with a full allowance may be absent.
#[derive(Default)]
pub struct Limits(Mutex<HashMap<Key, Timestamp>>);

impl Limits {
    /// Takes one from an allowance, or returns the time until there is one.
    fn ask(&self, key: Key, rate: Rate, now: Timestamp) -> Option<Span> {
        let mut full_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let after = full_at.get(&key).copied().unwrap_or(now).max(now).plus(rate.every);
        let allowed = Span::from_millis(rate.every.millis().saturating_mul(rate.burst));
        let over = after.since(now).millis() - allowed.millis();
        if over > 0 {
            return Some(Span::from_millis(over));
        }
        make_room(&mut full_at, now);
        full_at.insert(key, after);
        None
    }
}

/// Removes keys with a full allowance; if that is not enough, those that have used the least.
fn make_room(full_at: &mut HashMap<Key, Timestamp>, now: Timestamp) {
    if full_at.len() < MOST {
        return;
    }
    full_at.retain(|_, at| *at > now);
    if full_at.len() < MOST {
        return;
    }
    let mut times: Vec<Timestamp> = full_at.values().copied().collect();
    let (_, middle, _) = times.select_nth_unstable(MOST / 2);
    let middle = *middle;
    full_at.retain(|_, at| *at > middle);
}

fn key(door: Door, whose: &str) -> Key {
    let digest =
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, format!("{door:?} {whose}").as_bytes());
    let mut key = Key::default();
    key.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    key
}

/// Returns the address under which a caller is counted: for IPv6 the network, since one machine has all of it.
#[must_use]
pub fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => Ipv6Addr::from_bits(six.to_bits() & (u128::MAX << 64)).into(),
        four @ IpAddr::V4(_) => four,
    }
}

fn of_address(door: Door, from: Option<IpAddr>) -> Key {
    match from {
        Some(address) => key(door, &format!("address {}", counted_as(address))),
        None => key(door, "address not known"),
    }
}

fn limited(app: &App, key: Key, rate: Rate) -> Result<(), AppError> {
    match app.limits().ask(key, rate, app.world().now()) {
        Some(wait) => Err(AppError::TooMany { wait }),
        None => Ok(()),
    }
}

/// Takes one from an address's allowance.
///
/// # Errors
/// [`AppError::TooMany`] if the allowance is used up.
pub fn admit_address(app: &App, door: Door, from: Option<IpAddr>) -> Result<(), AppError> {
    let rate = if from.is_some() { door.of_address() } else { door.of_everybody() };
    limited(app, of_address(door, from), rate)
}

/// Takes one from the allowance of an account, which the caller must have proved to be theirs.
///
/// # Errors
/// [`AppError::TooMany`] if the allowance is used up.
pub fn admit_account(app: &App, door: Door, account: &str) -> Result<(), AppError> {
    limited(app, key(door, &format!("account {account}")), door.of_account())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Rate = rate(3, 1_000);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + millis)
    }

    #[test]
    fn an_allowance_is_used_up_says_when_it_is_back_and_fills_again() {
        let limits = Limits::default();
        let knock = |millis| limits.ask([1; 16], SECOND, at(millis)).map(Span::millis);
        assert_eq!([knock(0), knock(0), knock(0)], [None; 3]);
        assert_eq!(knock(0), Some(1_000));
        assert_eq!(knock(400), Some(600), "a refusal takes nothing");
        assert_eq!((knock(1_000), knock(1_000)), (None, Some(1_000)));
        assert_eq!([knock(60_000), knock(60_000), knock(60_000)], [None; 3]);
        assert_eq!(knock(60_000), Some(1_000), "what is not used does not pile up");
        assert_eq!(limits.ask([2; 16], SECOND, at(0)), None, "another key has its own");
    }

    #[test]
    fn whoever_comes_from_everywhere_cannot_make_memory_grow_nor_be_forgotten_by_it() {
        let limits = Limits::default();
        for _ in 0..3 {
            assert_eq!(limits.ask([0xff; 16], SECOND, at(0)), None);
        }
        for number in 0..3 * MOST as u128 {
            limits.ask(number.to_be_bytes(), SECOND, at(0));
        }
        assert!(limits.0.lock().unwrap().len() <= MOST);
        assert!(limits.ask([0xff; 16], SECOND, at(0)).is_some(), "who took the most is kept the longest");
    }

    #[test]
    fn a_machine_has_a_whole_network_of_ipv6_and_one_address_of_ipv4() {
        let of = |text: &str| of_address(Door::Link, Some(text.parse().unwrap()));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of_address(Door::Token, Some("192.0.2.1".parse().unwrap())));
    }
}
