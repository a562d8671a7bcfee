//! Whatever is asked, it is answered with 200 or with a reason of the book.

use std::sync::{Arc, LazyLock};

use http::Request;
use model::{Environment, ManualClock, Timestamp, Vendor};
use proptest::{collection::vec, prelude::*};

use super::{
    answer::Ending,
    certificate::ClientIdentity,
    desk::{Ask, Desk},
    provider::Passport,
    reason::Reason,
};
use crate::{
    ca::{Ca, ClientCertificate},
    faults::Turn,
    shared::{Host, Shared},
};

const HEADERS: [&str; 7] = [
    "authorization",
    "apns-topic",
    "apns-push-type",
    "apns-priority",
    "apns-expiration",
    "apns-collapse-id",
    "apns-id",
];

const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// Apple, and a sender that it knows.
static WORLD: LazyLock<(Desk, ClientIdentity)> = LazyLock::new(|| {
    let ca = Ca::generate().unwrap();
    let desk = Desk::new(Shared::for_tests(Arc::new(ManualClock::at(NOW))), &ca);
    let wanted = ClientCertificate {
        bundle: "com.example.im",
        team_id: "TESTTEAM01",
        environments: &[Environment::Production],
        not_after: NOW.plus_ms(1000),
    };
    let chain = [ca.apns_client_certificate(&wanted).unwrap().certificate];
    let identity = desk.authorities.read(&chain, Environment::Production, NOW).unwrap();
    (desk, identity)
});

fn value() -> impl Strategy<Value = String> {
    let known = ["10", "5", "voip", "background", "liveactivity", "com.example.im", "bearer a.b.c", ""];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), "[ -~]{0,70}"]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof!["/3/device/[0-9a-zA-Z/%]{0,80}", "/3/device/fa170[0-9]{3}[0-9a-f]{0,8}", "/[a-z0-9/]{0,20}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_request_is_answered_with_a_reason_of_the_book(
        path in path(),
        post in prop::bool::weighted(0.8),
        headers in vec((prop::sample::select(HEADERS.to_vec()), value()), 0..8),
        body in prop_oneof![vec(any::<u8>(), 0..200), "[{\"aps:1}]{0,60}".prop_map(String::into_bytes)],
        throttle in prop::bool::weighted(0.1),
        known in any::<bool>(),
    ) {
        let (desk, identity) = &*WORLD;
        let host = Host::for_tests("api.push.apple.com", Vendor::Apns);
        let mut request = Request::builder().method(if post { "POST" } else { "GET" }).uri(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let mut passport = Passport::new(Desk::environment(&host), known.then(|| Ok(identity.clone())));
        let ask = Ask { head: &head, payload: &body, payload_bytes: body.len() };
        let answer = desk.answer(&ask, &mut passport, &host, &Turn { throttle, ..Turn::default() });
        let reason = Reason::parse(&answer.reason);
        let good = if answer.ending == Ending::Answered { 200 } else { 0 };
        prop_assert_eq!(answer.status, reason.map_or(good, Reason::status));
        prop_assert_eq!(answer.id.len(), 36);
    }
}
