//! How often somebody may knock: at the ways in, with a token, and with signatures at the counter.
//!
//! Each address and each account has an allowance that fills up again by the second. An account's is taken from only once
//! somebody has proved that it is theirs: otherwise anybody could lock anybody out, the break-glass administrators first.
//! An address's allowance is for a whole police station behind one address, and still ends a program that tries secrets.
//!
//! The counts are this node's own and in memory, for a bounded number of keys: what a limit lets through is never more than
//! a small multiple of it, and nothing secret rests on a limit alone.

use std::collections::HashMap;
use std::net::IpAddr;
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
    /// A sign-in that begins, or comes back from the directory.
    SignIn,
    /// An answer of a passkey.
    Passkey,
    /// A one-time link.
    Link,
    /// An API token. What counts by address are tokens that do not work.
    Token,
    /// A signature on a hand-over.
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
            Self::SignIn => rate(120, 500),
            Self::Passkey | Self::Link => rate(20, 6_000),
            Self::Token => rate(30, 2_000),
            Self::Signature => rate(240, 250),
        }
    }

    const fn of_account(self) -> Rate {
        match self {
            Self::SignIn => rate(20, 30_000),
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
pub(crate) struct Limits(Mutex<HashMap<Key, Timestamp>>);

impl Limits {
    /// Takes one from an allowance, or says how long until there is one; with `take` off, only says.
    fn ask(&self, key: Key, rate: Rate, now: Timestamp, take: bool) -> Option<Span> {
        let mut full_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let after = full_at.get(&key).copied().unwrap_or(now).max(now).plus(rate.every);
        let allowed = Span::from_millis(rate.every.millis().saturating_mul(rate.burst));
        let over = after.since(now).millis() - allowed.millis();
        if over > 0 {
            return Some(Span::from_millis(over));
        }
        if take {
            make_room(&mut full_at, now);
            full_at.insert(key, after);
        }
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
fn of_address(door: Door, from: Option<IpAddr>) -> Key {
    let whose = match from {
        Some(IpAddr::V6(six)) => match six.to_ipv4_mapped() {
            Some(four) => format!("address {four}"),
            None => format!("network {:x}", six.to_bits() >> 64),
        },
        Some(four) => format!("address {four}"),
        None => "address not known".to_owned(),
    };
    key(door, &whose)
}

impl App {
    fn limited(&self, key: Key, rate: Rate, take: bool) -> Result<(), AppError> {
        match self.limits().ask(key, rate, self.world().now(), take) {
            Some(wait) => Err(AppError::TooMany { wait }),
            None => Ok(()),
        }
    }

    /// Takes one from an address's allowance.
    ///
    /// # Errors
    /// [`AppError::TooMany`] where nothing is left of it.
    pub fn admit_address(&self, door: Door, from: Option<IpAddr>) -> Result<(), AppError> {
        self.limited(of_address(door, from), door.of_address(), true)
    }

    /// Takes one from the allowance of an account, which must have been proved to be theirs.
    ///
    /// # Errors
    /// [`AppError::TooMany`] where nothing is left of it.
    pub fn admit_account(&self, door: Door, account: &str) -> Result<(), AppError> {
        self.limited(key(door, &format!("account {account}")), door.of_account(), true)
    }

    /// Whether an address may try another token; only those that do not work are counted ([`App::note_wrong_token`]).
    ///
    /// # Errors
    /// [`AppError::TooMany`] where too many did not work.
    pub fn may_try_token(&self, from: Option<IpAddr>) -> Result<(), AppError> {
        self.limited(of_address(Door::Token, from), Door::Token.of_address(), false)
    }

    /// Counts a token that does not work.
    pub fn note_wrong_token(&self, from: Option<IpAddr>) {
        // What would be too many was refused before the token was looked at.
        let _ = self.admit_address(Door::Token, from);
    }
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
        let knock = |millis| limits.ask([1; 16], SECOND, at(millis), true).map(Span::millis);
        assert_eq!([knock(0), knock(0), knock(0)], [None; 3]);
        assert_eq!(knock(0), Some(1_000));
        assert_eq!(knock(400), Some(600), "a refusal takes nothing");
        assert_eq!((knock(1_000), knock(1_000)), (None, Some(1_000)));
        assert_eq!([knock(60_000), knock(60_000), knock(60_000)], [None; 3]);
        assert_eq!(knock(60_000), Some(1_000), "what is not used does not pile up");
        assert_eq!(limits.ask([2; 16], SECOND, at(0), true), None, "another key has its own");
    }

    #[test]
    fn whoever_comes_from_everywhere_cannot_make_memory_grow_nor_be_forgotten_by_it() {
        let limits = Limits::default();
        for _ in 0..3 {
            assert_eq!(limits.ask([0xff; 16], SECOND, at(0), true), None);
        }
        for number in 0..3 * MOST as u128 {
            limits.ask(number.to_be_bytes(), SECOND, at(0), true);
        }
        assert!(limits.0.lock().unwrap().len() <= MOST);
        assert!(
            limits.ask([0xff; 16], SECOND, at(0), true).is_some(),
            "who took the most is kept the longest"
        );
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
