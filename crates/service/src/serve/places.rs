//! How many connections there may be, in all and of one address, and which of them makes room when there are too many.
//!
//! A connection counts as *unproved* until a request on it came from somebody whom the service knows: a device that is
//! enrolled, a token that works, somebody who is signed in. Where all places are taken, the oldest unproved connection of
//! the address that has most of them is closed, and the new one gets its place. So whoever opens connections and says
//! nothing only ever takes places from themselves, and those of known devices are never taken.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel::limits::counted_as;
use tokio::sync::oneshot;

/// What is noted of one connection by the requests on it; an extension of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Connection {
    /// A whole head has arrived.
    pub(super) asked: Arc<AtomicBool>,
    /// Somebody who is known sent a request.
    pub(super) proved: Arc<AtomicBool>,
    /// A request was answered before its body was read to the end.
    pub(super) unread: Arc<AtomicBool>,
}

/// All places.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    of_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    last: u64,
    addresses: HashMap<IpAddr, Address>,
}

#[derive(Debug, Default)]
struct Address {
    /// The connections that hold a place.
    open: HashMap<u64, Arc<AtomicBool>>,
    /// Those that were unproved when last looked at, the oldest first.
    unproved: VecDeque<(u64, oneshot::Sender<()>)>,
}

/// One place, held by a connection.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    address: IpAddr,
    id: u64,
    /// Resolves when the connection is to close, for another to have its place.
    pub(super) closes: oneshot::Receiver<()>,
}

/// Why a connection gets no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// Every place is held by a connection of somebody who is known.
    All,
    /// All that one address may have are.
    OfAddress,
}

impl Places {
    pub(super) fn new(most: usize, of_address: usize) -> Arc<Self> {
        Arc::new(Self { most, of_address, taken: Mutex::default() })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place, if need be that of an unproved connection.
    pub(super) fn take(self: &Arc<Self>, from: IpAddr, connection: &Connection) -> Result<Place, NoPlace> {
        let address = counted_as(from);
        let mut taken = self.taken();
        if taken.of(address) >= self.of_address && !taken.close_one_of(address) {
            return Err(NoPlace::OfAddress);
        }
        if taken.all >= self.most && !taken.close_one() {
            return Err(NoPlace::All);
        }
        taken.all += 1;
        taken.last += 1;
        let (id, (close, closes)) = (taken.last, oneshot::channel());
        let entry = taken.addresses.entry(address).or_default();
        entry.open.insert(id, Arc::clone(&connection.proved));
        entry.unproved.push_back((id, close));
        entry.tidy();
        Ok(Place { places: Arc::clone(self), address, id, closes })
    }
}

impl Taken {
    fn of(&self, address: IpAddr) -> usize {
        self.addresses.get(&address).map_or(0, |entry| entry.open.len())
    }

    /// Closes the oldest unproved connection of an address; whether there was one.
    fn close_one_of(&mut self, address: IpAddr) -> bool {
        let Some(entry) = self.addresses.get_mut(&address) else { return false };
        while let Some((id, close)) = entry.unproved.pop_front() {
            // Its place is free from now on; that its task ends a moment later makes no difference to the count.
            if entry.is_unproved(id) && close.send(()).is_ok() {
                entry.open.remove(&id);
                self.all -= 1;
                return true;
            }
        }
        false
    }

    /// Does the same for the address that has most of them. It looks at every address, but only while all places are taken.
    fn close_one(&mut self) -> bool {
        loop {
            let most = self.addresses.iter().max_by_key(|(_, entry)| entry.unproved.len());
            match most {
                Some((address, entry)) if !entry.unproved.is_empty() => {
                    let address = *address;
                    if self.close_one_of(address) {
                        return true;
                    }
                }
                _ => return false,
            }
        }
    }
}

impl Address {
    fn is_unproved(&self, id: u64) -> bool {
        self.open.get(&id).is_some_and(|proved| !proved.load(Ordering::Relaxed))
    }

    /// Forgets connections that have ended or are proved, before they are more than those that are left.
    fn tidy(&mut self) {
        if self.unproved.len() > 2 * self.open.len() + 16 {
            let open = &self.open;
            self.unproved
                .retain(|(id, _)| open.get(id).is_some_and(|proved| !proved.load(Ordering::Relaxed)));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        let Some(entry) = taken.addresses.get_mut(&self.address) else { return };
        let held = entry.open.remove(&self.id).is_some();
        if entry.open.is_empty() {
            taken.addresses.remove(&self.address);
        } else {
            entry.tidy();
        }
        if held {
            taken.all -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    fn take(places: &Arc<Places>, last: u8) -> Result<(Place, Connection), NoPlace> {
        let connection = Connection::default();
        places.take(address(last), &connection).map(|place| (place, connection))
    }

    fn closed(place: &mut Place) -> bool {
        place.closes.try_recv().is_ok()
    }

    #[test]
    fn whoever_says_nothing_makes_room_and_only_for_the_busiest_address() {
        let places = Places::new(4, 100);
        let mut loud: Vec<_> = (0..3).map(|_| take(&places, 1).unwrap()).collect();
        let mut quiet = take(&places, 2).unwrap();
        let mut next = take(&places, 3).unwrap();
        assert!(closed(&mut loud[0].0), "the oldest of those who have most");
        assert!(!closed(&mut loud[1].0) && !closed(&mut quiet.0) && !closed(&mut next.0));
        drop(loud);
        assert_eq!(places.taken().all, 2, "each counts once, also the one that was closed");
        drop((quiet, next));
        assert!(places.taken().addresses.is_empty() && places.taken().all == 0);
    }

    #[test]
    fn the_place_of_somebody_known_is_not_taken() {
        let places = Places::new(2, 100);
        let mut held: Vec<_> = (0..2).map(|_| take(&places, 1).unwrap()).collect();
        for (_, connection) in &held {
            connection.proved.store(true, Ordering::Relaxed);
        }
        assert_eq!(take(&places, 2).unwrap_err(), NoPlace::All);
        assert!(held.iter_mut().all(|(place, _)| !closed(place)));
        held.pop();
        assert!(take(&places, 2).is_ok());
    }

    #[test]
    fn an_address_has_so_many_and_its_own_oldest_makes_room() {
        let places = Places::new(100, 2);
        let mut first = take(&places, 1).unwrap();
        let second = take(&places, 1).unwrap();
        let third = take(&places, 1).unwrap();
        assert!(closed(&mut first.0));
        assert!(take(&places, 2).is_ok(), "another address has its own");
        for (_, connection) in [&second, &third] {
            connection.proved.store(true, Ordering::Relaxed);
        }
        assert_eq!(take(&places, 1).unwrap_err(), NoPlace::OfAddress);
    }

    #[test]
    fn what_has_ended_is_forgotten() {
        let places = Places::new(1000, 1000);
        let (_first, _) = take(&places, 1).unwrap();
        for _ in 0..10_000 {
            drop(take(&places, 1).unwrap());
        }
        let taken = places.taken();
        assert_eq!(taken.all, 1);
        assert!(taken.addresses[&address(1)].unproved.len() < 100, "memory does not grow");
    }
}
