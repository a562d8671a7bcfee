//! Packed facts.

use model::{
    BackgroundPolicy, BindingLoss, CertificateId, CertificateState, Mute, Permission, SessionState, Timestamp,
};
use proptest::prelude::*;
use rules::{
    AckFact, BindingFact, Facts, LoginFact, OtherEndFact, PACKED_FACTS_MAX_BYTES, TraceResult, decide, replay,
};

/// A phone whose app was killed: the plain case that is pushed.
pub(crate) fn killed_phone() -> Facts {
    Facts {
        at: Timestamp(1_000_000),
        expires_at: Timestamp(2_000_000),
        notice: false,
        online_only: false,
        recalled: false,
        call: false,
        call_over: false,
        push_enabled: true,
        has_settings: true,
        push_without_settings: true,
        own: false,
        framed: true,
        forced: false,
        forced_text: false,
        silent_span: false,
        hide_details: false,
        mute: Mute::None,
        mentioned: false,
        other_end: OtherEndFact::None,
        push_off: false,
        stale: false,
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

fn any_mute() -> impl Strategy<Value = Mute> {
    (0_u8..3).prop_map(|n| Mute::from_number(n).unwrap())
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(values)
}

prop_compose! {
    pub(crate) fn any_facts()(
        at in any::<i64>(),
        expires_at in any::<i64>(),
        flags in any::<[bool; 9]>(),
        more_flags in any::<[bool; 9]>(),
        mute in any_mute(),
        other_end in one_of(&[OtherEndFact::None, OtherEndFact::Waiting, OtherEndFact::Acked]),
        login in any_login(),
        background in one_of(&[BackgroundPolicy::Push, BackgroundPolicy::WaitForLoss]),
        ack in one_of(&[AckFact::NotSent, AckFact::Waiting, AckFact::Missed, AckFact::Acked]),
        notifications in one_of(&[Permission::Unknown, Permission::Allowed, Permission::Off]),
        binding in any_binding(),
        certificate in proptest::option::of(1_u32..),
        certificate_state in one_of(&[
            CertificateState::Active, CertificateState::Disabled, CertificateState::Expired,
            CertificateState::WrongEnvironment, CertificateState::Missing,
        ]),
    ) -> Facts {
        let [push_enabled, has_settings, push_without_settings, own, framed, unregistered, notice, online_only,
            recalled] = flags;
        let [call, call_over, forced, forced_text, silent_span, hide_details, mentioned, push_off, stale] = more_flags;
        Facts {
            at: Timestamp(at), expires_at: Timestamp(expires_at), notice, online_only, recalled, call, call_over,
            push_enabled, has_settings, push_without_settings, own, framed, forced, forced_text, silent_span,
            hide_details, mute, mentioned, other_end, push_off, stale, login, background, ack, notifications,
            unregistered, binding, certificate: certificate.map(CertificateId), certificate_state,
        }
    }
}

#[test]
fn the_packed_form_of_stored_rows_reads_for_ever() {
    let mut stored = vec![2, 2, 0, 0, 1, 255, 0, 0, 0];
    stored.extend([0b1_0111, 0, 0, 0]);
    stored.extend(1_000_000_i64.to_le_bytes());
    stored.extend(2_000_000_i64.to_le_bytes());
    stored.extend(6666_u32.to_le_bytes());
    assert_eq!(Facts::unpack(&stored), Ok(killed_phone()));
    assert_eq!(killed_phone().pack(), stored);
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
    fn packed_facts_with_a_byte_changed_are_other_facts_or_an_error(
        facts in any_facts(), place in 0_usize..33, byte in any::<u8>(),
    ) {
        let mut packed = facts.pack();
        let before = packed[place];
        packed[place] = byte;
        if let Ok(read) = Facts::unpack(&packed) {
            prop_assert_eq!(read == facts, byte == before);
            prop_assert_eq!(read.pack(), packed);
        }
    }

    #[test]
    fn packed_facts_cut_short_or_drawn_out_are_an_error(facts in any_facts(), cut in 0_usize..33) {
        let mut packed = facts.pack();
        prop_assert!(Facts::unpack(&packed[..cut]).is_err());
        packed.push(0);
        prop_assert!(Facts::unpack(&packed).is_err());
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
        prop_assert!(trace.iter().all(|step| !step.saw_en.is_empty() && !step.saw_zh.is_empty()));
    }
}
