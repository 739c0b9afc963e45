//! How often somebody may knock: at the ways in, with a token, and with signatures at the counter.
//!
//! Each address and each account has an allowance that fills up again by the second. An account's is taken from only once
//! somebody has proved that it is theirs: otherwise anybody could lock anybody out, the break-glass administrators first.
//! An address's is taken from by secrets that turn out to be wrong, and never by one that is right: a secret is looked up
//! first. It is for a whole police station behind one address, and still ends a program that tries secrets.
//!
//! The counts are this node's own and in memory, for a bounded number of keys: what a limit lets through is never more than
//! a small multiple of it, and nothing secret rests on a limit alone.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use domain::{Span, Timestamp};

use crate::{App, AppError};

/// Keys that are counted at once; each takes some fifty bytes.
const MOST: usize = 20_000;

/// From where a request came, as far as the service can tell: an extension of the request. Behind a proxy only a header that
/// the settings name can say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallerAddress(pub IpAddr);

/// What is knocked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// A sign-in that begins.
    Begin,
    /// A sign-in that comes back from the directory. What counts by address is one that was never begun.
    SignIn,
    /// An answer of a passkey. What counts by address is a wrong one.
    Passkey,
    /// A one-time link. What counts by address is one that does not work.
    Link,
    /// An API token. What counts by address is one that does not work.
    Token,
    /// A signature on a hand-over, by whoever is signed in.
    Signature,
}

/// An allowance: so many at once, and one more after each span.
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
        }
    }

    /// The allowance of everybody together, where nobody can tell from which address they come.
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
        }
    }
}

/// A key as it is counted: the start of a digest, so that a long one takes no more memory than a short one.
type Key = [u8; 16];

/// When each key's allowance is full again. Keys whose allowance is full need not be there.
#[derive(Default)]
pub struct Limits(Mutex<HashMap<Key, Timestamp>>);

impl Limits {
    /// Takes one from an allowance, or says how long until there is one.
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

/// Forgets those whose allowance is full; where that is not enough, those who have taken the least.
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

/// An address as it is counted: of IPv6 the network, since one machine has all of it.
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
/// [`AppError::TooMany`] where nothing is left of it.
pub fn admit_address(app: &App, door: Door, from: Option<IpAddr>) -> Result<(), AppError> {
    let rate = if from.is_some() { door.of_address() } else { door.of_everybody() };
    limited(app, of_address(door, from), rate)
}

/// Takes one from the allowance of an account, which must have been proved to be theirs.
///
/// # Errors
/// [`AppError::TooMany`] where nothing is left of it.
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
