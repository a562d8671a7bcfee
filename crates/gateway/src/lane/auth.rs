//! What authenticates a lane's requests: made once, used by all, renewed by one.

use std::sync::Arc;

use model::Timestamp;
use vendors::{Auth, AuthPlan, Channel, WireRequest};

/// For how long an accepted push proves that the certificate is right, in milliseconds.
const PROVEN_FOR_MS: i64 = 60_000;

/// An authentication with its number, by which a refusal of an older one is told apart.
#[derive(Debug, Clone)]
pub(crate) struct Pass {
    pub(crate) auth: Arc<Auth>,
    pub(crate) serial: u32,
}

/// The authentication of one certificate version.
#[derive(Debug, Default)]
pub(crate) struct AuthCache {
    current: Option<Pass>,
    serial: u32,
    /// When a push was last accepted.
    worked_at: Timestamp,
    /// The present one was refused, and goes as soon as it may be renewed.
    refused: bool,
    exchange: Exchange,
}

#[derive(Debug, Default)]
enum Exchange {
    #[default]
    None,
    /// To be sent.
    Wanted(Box<WireRequest>),
    OnTheWire,
}

impl AuthCache {
    /// What to authenticate with now; `None` while it has to be asked for first. One that is due to be renewed is used
    /// until the new one is there.
    pub(crate) fn current(&mut self, channel: &dyn Channel, now: Timestamp) -> Option<Pass> {
        if self.refused {
            self.current.take_if(|pass| now >= pass.auth.keep_until);
        }
        let fresh = self.current.as_ref().is_some_and(|pass| now < pass.auth.renew_at);
        if !fresh && matches!(self.exchange, Exchange::None) {
            match channel.auth_plan(now) {
                AuthPlan::Ready(auth) => self.put(auth),
                AuthPlan::Exchange(request) => self.exchange = Exchange::Wanted(Box::new(request)),
            }
        }
        self.current.clone()
    }

    /// The request that asks for a new one, where it has to be sent; it is given out once.
    pub(crate) fn take_request(&mut self) -> Option<Box<WireRequest>> {
        match std::mem::take(&mut self.exchange) {
            Exchange::Wanted(request) => {
                self.exchange = Exchange::OnTheWire;
                Some(request)
            }
            other => {
                self.exchange = other;
                None
            }
        }
    }

    pub(crate) const fn wants_exchange(&self) -> bool {
        matches!(self.exchange, Exchange::Wanted(_))
    }

    /// Whether the request that has to be sent goes to a host that is not the certificate's own.
    pub(crate) fn is_asked_elsewhere(&self) -> bool {
        matches!(&self.exchange, Exchange::Wanted(request) if request.to.is_some())
    }

    /// What the exchange brought; `None` makes a new exchange when one is next needed.
    pub(crate) fn exchanged(&mut self, auth: Option<Auth>) {
        self.exchange = Exchange::None;
        if let Some(auth) = auth {
            self.put(auth);
        }
    }

    /// The vendor refused this one. It is thrown away only where it is still the current one, and not before it may be
    /// renewed: a thousand refusals make one renewal.
    pub(crate) fn refused(&mut self, serial: u32, now: Timestamp) {
        self.refused |= self.current.as_ref().is_some_and(|pass| pass.serial == serial);
        self.current.take_if(|pass| pass.serial == serial && now >= pass.auth.keep_until);
    }

    /// Until when this one, where it is the current one, may not be renewed.
    pub(crate) fn kept_until(&self, serial: u32, now: Timestamp) -> Option<Timestamp> {
        let kept = self.current.as_ref().filter(|pass| pass.serial == serial)?.auth.keep_until;
        (kept > now && kept != Timestamp::NEVER).then_some(kept)
    }

    /// A push was accepted with this one or another.
    pub(crate) const fn worked(&mut self, now: Timestamp) {
        self.worked_at = now;
    }

    /// Whether a push was accepted not long ago: a refusal then means that an authentication has ended, not that the
    /// certificate is wrong.
    pub(crate) const fn has_worked(&self, now: Timestamp) -> bool {
        now.since_ms(self.worked_at) < PROVEN_FOR_MS
    }

    fn put(&mut self, auth: Auth) {
        self.serial += 1;
        self.refused = false;
        self.current = Some(Pass { auth: Arc::new(auth), serial: self.serial });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(cache: &mut AuthCache, renew_at: i64, keep_until: i64) {
        cache.put(Auth { header: None, renew_at: Timestamp(renew_at), keep_until: Timestamp(keep_until) });
    }

    #[test]
    fn many_refusals_of_one_pass_throw_it_away_once() {
        let mut cache = AuthCache::default();
        put(&mut cache, 100, 10);
        let old = cache.current.clone().unwrap();
        cache.refused(old.serial, Timestamp(20));
        assert!(cache.current.is_none());
        put(&mut cache, 100, 10);
        (0..1000).for_each(|_| cache.refused(old.serial, Timestamp(20)));
        assert!(cache.current.is_some(), "refusals of the old one say nothing of the new one");
    }

    #[test]
    fn an_accepted_push_proves_the_certificate_for_a_minute() {
        let mut cache = AuthCache::default();
        assert!(!cache.has_worked(Timestamp(1_000_000)));
        cache.worked(Timestamp(1_000_000));
        assert!(cache.has_worked(Timestamp(1_059_999)));
        assert!(!cache.has_worked(Timestamp(1_060_000)));
    }

    #[test]
    fn a_pass_that_may_not_be_renewed_yet_is_kept_even_when_refused() {
        let mut cache = AuthCache::default();
        put(&mut cache, 100, 50);
        cache.refused(1, Timestamp(49));
        assert!(cache.current.is_some());
        cache.refused(1, Timestamp(50));
        assert!(cache.current.is_none());
    }
}
