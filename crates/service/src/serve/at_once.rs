//! How many requests of one address may be in hand at once, where a proxy passes on everybody's connections and the header
//! that it sets is all that tells one caller from another.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::intake::RETRY_AFTER as SECONDS;
use kernel::limits::{CallerAddress, counted_as};

/// The requests in hand by address.
#[derive(Debug)]
pub(super) struct AtOnce {
    most: usize,
    in_hand: Mutex<HashMap<IpAddr, usize>>,
}

/// One request in hand.
struct InHand {
    all: Arc<AtOnce>,
    address: IpAddr,
}

impl AtOnce {
    pub(super) fn new(most: usize) -> Self {
        Self { most, in_hand: Mutex::default() }
    }

    fn begin(self: &Arc<Self>, from: IpAddr) -> Option<InHand> {
        let address = counted_as(from);
        let mut in_hand = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
        let count = in_hand.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(InHand { all: Arc::clone(self), address })
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        let mut in_hand = self.all.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = in_hand.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                in_hand.remove(&self.address);
            }
        }
    }
}

/// Lets a request through while its address has fewer in hand than it may.
pub(super) async fn layer(all: &Arc<AtOnce>, request: Request, next: Next) -> Response {
    let Some(CallerAddress(address)) = request.extensions().get::<CallerAddress>().copied() else {
        return next.run(request).await;
    };
    match all.begin(address) {
        Some(_in_hand) => next.run(request).await,
        None => {
            let said = "Too many requests of this address are in hand. Try again in a few seconds.\n";
            (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, SECONDS)], said).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_in_hand_and_is_forgotten_with_the_last() {
        let all = Arc::new(AtOnce::new(2));
        let (one, other): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let held = [all.begin(one), all.begin(one)];
        assert!(held.iter().all(Option::is_some) && all.begin(one).is_none());
        assert!(all.begin(other).is_some());
        drop(held);
        assert!(all.in_hand.lock().unwrap().is_empty());
        assert!(all.begin(one).is_some());
    }
}
