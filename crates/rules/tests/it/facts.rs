//! Packed facts.

use model::{
    BackgroundPolicy, BindingLoss, CertificateId, CertificateState, Permission, SessionState, Timestamp,
};
use proptest::prelude::*;
use rules::{AckFact, BindingFact, Facts, LoginFact, PACKED_FACTS_MAX_BYTES, TraceResult, decide, replay};

/// A phone whose app was killed: the plain case that is pushed.
pub(crate) fn killed_phone() -> Facts {
    Facts {
        at: Timestamp(1_000_000),
        expires_at: Timestamp(2_000_000),
        push_enabled: true,
        has_settings: true,
        push_without_settings: true,
        own: false,
        framed: true,
        login: LoginFact::State(SessionState::Disconnected),
        background: BackgroundPolicy::Push,
        ack: AckFact::NotSent,
        notifications: Permission::Allowed,
        unregistered: false,
        binding: BindingFact::Bound,
        certificate: Some(CertificateId(6666)),
        certificate_state: CertificateState::Active,
    }
}

fn any_login() -> impl Strategy<Value = LoginFact> {
    prop_oneof![
        Just(LoginFact::NotNeeded),
        Just(LoginFact::Never),
        Just(LoginFact::Reconnecting),
        (0_u8..5).prop_map(|n| LoginFact::State(SessionState::from_number(n).unwrap())),
    ]
}

fn any_binding() -> impl Strategy<Value = BindingFact> {
    prop_oneof![
        Just(BindingFact::Bound),
        (0_u8..6).prop_map(|n| BindingFact::Lost(BindingLoss::from_number(n).unwrap())),
    ]
}

prop_compose! {
    pub(crate) fn any_facts()(
        at in any::<i64>(),
        expires_at in any::<i64>(),
        flags in any::<[bool; 6]>(),
        login in any_login(),
        background in prop_oneof![Just(BackgroundPolicy::Push), Just(BackgroundPolicy::WaitForLoss)],
        ack in prop_oneof![
            Just(AckFact::NotSent), Just(AckFact::Waiting), Just(AckFact::Missed), Just(AckFact::Acked)
        ],
        notifications in prop_oneof![Just(Permission::Unknown), Just(Permission::Allowed), Just(Permission::Off)],
        binding in any_binding(),
        certificate in proptest::option::of(1_u32..),
        certificate_state in prop_oneof![
            Just(CertificateState::Active), Just(CertificateState::Disabled), Just(CertificateState::Expired),
            Just(CertificateState::WrongEnvironment), Just(CertificateState::Missing)
        ],
    ) -> Facts {
        let [push_enabled, has_settings, push_without_settings, own, framed, unregistered] = flags;
        Facts {
            at: Timestamp(at), expires_at: Timestamp(expires_at), push_enabled, has_settings, push_without_settings,
            own, framed, login, background, ack, notifications, unregistered, binding,
            certificate: certificate.map(CertificateId), certificate_state,
        }
    }
}

proptest! {
    #[test]
    fn packed_facts_read_back_and_fit(facts in any_facts()) {
        let packed = facts.pack();
        prop_assert!(packed.len() <= PACKED_FACTS_MAX_BYTES);
        prop_assert_eq!(Facts::unpack(&packed), Ok(facts));
    }

    #[test]
    fn any_bytes_are_facts_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(facts) = Facts::unpack(&bytes) {
            prop_assert_eq!(Facts::unpack(&facts.pack()), Ok(facts));
        }
    }

    #[test]
    fn a_replay_decides_once_and_as_the_decision_did(facts in any_facts()) {
        let trace = replay(&facts);
        let decided: Vec<_> = trace.iter().filter(|step| step.result == TraceResult::Decided).collect();
        prop_assert_eq!(decided.len(), 1);
        let decision = decide(&facts);
        prop_assert_eq!((decided[0].reason, decided[0].ruling), (decision.reason, decision.ruling));
        let after = trace.iter().skip_while(|step| step.result != TraceResult::Decided).skip(1);
        prop_assert!(after.into_iter().all(|step| step.result == TraceResult::NotReached));
    }
}
