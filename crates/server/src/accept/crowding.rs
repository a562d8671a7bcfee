//! How many connections each address has.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Connections of each address, within a bound. An address of this machine has none: what comes from there is a proxy,
/// whose clients have theirs.
#[derive(Debug)]
pub(super) struct Crowding {
    max: usize,
    counts: Mutex<HashMap<u128, usize>>,
}

/// A connection that is counted until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    crowding: Arc<Crowding>,
    /// `None`: not counted.
    whose: Option<u128>,
}

impl Crowding {
    pub(super) fn new(max: usize) -> Self {
        Self { max, counts: Mutex::default() }
    }

    /// Counts a connection; `None` where its address has too many.
    pub(super) fn admit(self: &Arc<Self>, ip: IpAddr) -> Option<Place> {
        let whose = whose(ip);
        if let Some(whose) = whose {
            let mut counts = self.counts();
            let count = counts.entry(whose).or_default();
            if *count >= self.max {
                return None;
            }
            *count += 1;
        }
        Some(Place { crowding: Arc::clone(self), whose })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<u128, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(whose) = self.whose else { return };
        let mut counts = self.crowding.counts();
        if let Some(count) = counts.get_mut(&whose) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&whose);
            }
        }
    }
}

/// One IPv4 address, or the network of an IPv6 address: whoever has one of it has them all.
fn whose(ip: IpAddr) -> Option<u128> {
    match ip.to_canonical() {
        ip if ip.is_loopback() => None,
        IpAddr::V4(ip) => Some(u128::from(ip.to_bits())),
        IpAddr::V6(ip) => Some(ip.to_bits() >> 64 << 64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_so_many_connections_and_no_more() {
        let crowding = Arc::new(Crowding::new(2));
        let first = crowding.admit(ip("192.0.2.1")).unwrap();
        let _second = crowding.admit(ip("::ffff:192.0.2.1")).unwrap();
        assert!(crowding.admit(ip("192.0.2.1")).is_none());
        assert!(crowding.admit(ip("192.0.2.2")).is_some());
        drop(first);
        assert!(crowding.admit(ip("192.0.2.1")).is_some());
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address_and_this_machine_as_none() {
        let crowding = Arc::new(Crowding::new(1));
        let _one = crowding.admit(ip("2001:db8::1")).unwrap();
        assert!(crowding.admit(ip("2001:db8::2")).is_none());
        let _proxied = [crowding.admit(ip("::1")).unwrap(), crowding.admit(ip("127.0.0.1")).unwrap()];
        assert!(crowding.admit(ip("127.0.0.1")).is_some());
        assert_eq!(crowding.counts().len(), 1);
    }
}
