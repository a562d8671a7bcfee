//! How many requests a key, and an address without one, may make.
//!
//! A request with a valid key counts against its key, whatever address it comes from; any other counts against its
//! address. So a backend behind one address is bounded by its key alone, and guessing at keys by its address.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use governor::{Quota, RateLimiter, clock::Clock, clock::DefaultClock, state::keyed::HashMapStateStore};
use http::HeaderMap;
use model::ErrorCode;

use crate::{meter::ServerMeter, problem::Problem};

/// Keys or addresses that are remembered; beyond them, those that are at rest are forgotten.
const REMEMBERED_MAX: usize = 100_000;

/// How many requests may be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests a second with one key; a second's worth may come at once. `None`: any number.
    pub per_key: Option<NonZeroU32>,
    /// Requests a second from one address without a valid key, new client sockets among them. `None`: any number.
    pub per_address: Option<NonZeroU32>,
    /// Proxies before this server: what one of them says of where a request comes from (`X-Forwarded-For`) is believed.
    pub proxies: Vec<IpAddr>,
}

type Buckets<K> = RateLimiter<K, HashMapStateStore<K>, DefaultClock>;

/// Counts requests against the limits.
pub(crate) struct Gate(RwLock<Arc<Set>>);

/// The limits that hold, with what has been counted against them.
struct Set {
    by_key: Option<Buckets<[u8; 32]>>,
    by_address: Option<Buckets<IpAddr>>,
    proxies: Vec<IpAddr>,
}

impl Gate {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(RwLock::new(Arc::new(Set::new(limits))))
    }

    /// Other limits hold from now on; what was counted is forgotten.
    pub(crate) fn set(&self, limits: &Limits) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Set::new(limits));
    }

    fn now(&self) -> Arc<Set> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a request against its key.
    ///
    /// # Errors
    /// `rate_limited`, with when to come again.
    pub(crate) fn pass_key(&self, hash: &[u8; 32], meter: &ServerMeter) -> Result<(), Problem> {
        pass(self.now().by_key.as_ref(), hash).map_err(|wait| {
            meter.limited_by_key.one();
            limited("this key's requests come too fast", wait)
        })
    }

    /// Counts a request without a valid key against where it comes from.
    ///
    /// # Errors
    /// `rate_limited`, with when to come again.
    pub(crate) fn pass_address(&self, from: IpAddr, meter: &ServerMeter) -> Result<(), Problem> {
        pass(self.now().by_address.as_ref(), &network(from)).map_err(|wait| {
            meter.limited_by_address.one();
            limited("requests from this address come too fast", wait)
        })
    }

    /// Where a request comes from: the peer, or, where that is a proxy of ours, the last address before our proxies.
    pub(crate) fn origin(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let (set, peer) = (self.now(), peer.ip().to_canonical());
        if !set.proxies.contains(&peer) {
            return peer;
        }
        let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let named: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
        let addresses = named.into_iter().rev().map_while(|one| one.trim().parse::<IpAddr>().ok());
        addresses.map(|one| one.to_canonical()).find(|one| !set.proxies.contains(one)).unwrap_or(peer)
    }
}

impl Set {
    fn new(limits: &Limits) -> Self {
        Self {
            by_key: limits.per_key.map(|rate| RateLimiter::hashmap(Quota::per_second(rate))),
            by_address: limits.per_address.map(|rate| RateLimiter::hashmap(Quota::per_second(rate))),
            proxies: limits.proxies.iter().map(IpAddr::to_canonical).collect(),
        }
    }
}

fn pass<K: Clone + Hash + Eq>(buckets: Option<&Buckets<K>>, key: &K) -> Result<(), Duration> {
    let Some(buckets) = buckets else { return Ok(()) };
    if buckets.len() > REMEMBERED_MAX {
        buckets.retain_recent();
    }
    buckets.check_key(key).map_err(|not_until| not_until.wait_time_from(buckets.clock().now()))
}

fn limited(detail: &str, wait: Duration) -> Problem {
    Problem::new(ErrorCode::RateLimited, detail).after(wait)
}

/// An address of IPv6 stands for its /64, all of which one customer holds.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(proxies: &[&str]) -> Gate {
        Gate::new(&Limits {
            per_key: None,
            per_address: NonZeroU32::new(2),
            proxies: proxies.iter().map(|one| one.parse().unwrap()).collect(),
        })
    }

    fn forwarded(value: &str) -> HeaderMap {
        HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), value.parse().unwrap())])
    }

    #[test]
    fn only_a_proxy_of_ours_is_believed_about_where_a_request_comes_from() {
        let gate = gate(&["10.0.0.1", "10.0.0.2"]);
        let of = |peer: &str, value| gate.origin(peer.parse().unwrap(), &forwarded(value)).to_string();
        assert_eq!(of("203.0.113.9:1", "198.51.100.1"), "203.0.113.9");
        assert_eq!(of("10.0.0.1:1", "192.0.2.7, 198.51.100.1, 10.0.0.2"), "198.51.100.1");
        assert_eq!(of("10.0.0.1:1", "nonsense"), "10.0.0.1");
        assert_eq!(of("[::ffff:10.0.0.1]:1", "198.51.100.1"), "198.51.100.1");
    }

    #[test]
    fn addresses_are_counted_one_by_one_and_those_of_one_customer_together() {
        let (gate, meter) = (gate(&[]), ServerMeter::default());
        let pass = |address: &str| gate.pass_address(address.parse().unwrap(), &meter).is_ok();
        assert_eq!([pass("192.0.2.1"), pass("192.0.2.1"), pass("192.0.2.1")], [true, true, false]);
        assert!(pass("192.0.2.2"));
        assert_eq!([pass("2001:db8::1"), pass("2001:db8::2"), pass("2001:db8::3")], [true, true, false]);
        assert!(pass("2001:db8:0:1::1"));
        assert_eq!(meter.limited_by_address.get(), 2);
    }

    #[test]
    fn without_a_limit_everything_passes_and_a_new_one_holds_at_once() {
        let (gate, meter) = (Gate::new(&Limits::default()), ServerMeter::default());
        assert!((0..1000).all(|_| gate.pass_key(&[1; 32], &meter).is_ok()));
        gate.set(&Limits { per_key: NonZeroU32::new(1), ..Limits::default() });
        assert!(gate.pass_key(&[1; 32], &meter).is_ok());
        assert!(gate.pass_key(&[1; 32], &meter).is_err());
        assert!(gate.pass_key(&[2; 32], &meter).is_ok());
    }
}
