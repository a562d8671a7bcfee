//! The ordered table.

use std::collections::HashSet;

use model::{
    BackgroundPolicy, BindingLoss, CertificateState, Permission, ReasonCode, SessionState, Timestamp,
};
use proptest::prelude::*;
use rules::{AckFact, BindingFact, Facts, LoginFact, Reason, Ruling, decide, reason, rule_table};

use crate::facts::{any_facts, killed_phone};

fn decided(change: impl FnOnce(&mut Facts)) -> (Ruling, ReasonCode) {
    let mut facts = killed_phone();
    change(&mut facts);
    let decision = decide(&facts);
    (decision.ruling, decision.reason)
}

fn in_state(state: SessionState) -> impl FnOnce(&mut Facts) {
    move |facts| facts.login = LoginFact::State(state)
}

#[test]
fn a_killed_phone_is_pushed() {
    assert_eq!(decided(|_| {}), (Ruling::Push, Reason::PUSH_DISCONNECTED));
}

#[test]
fn a_message_with_push_off_is_not_pushed() {
    assert_eq!(decided(|f| f.push_enabled = false), (Ruling::Skip, Reason::PUSH_OFF));
}

#[test]
fn a_message_without_settings_is_pushed_unless_the_app_asks_for_them() {
    assert_eq!(decided(|f| f.has_settings = false).0, Ruling::Push);
    let strict = decided(|f| (f.has_settings, f.push_without_settings) = (false, false));
    assert_eq!(strict, (Ruling::Skip, Reason::NO_PUSH_SETTINGS));
}

#[test]
fn an_expired_message_is_not_pushed_from_its_last_millisecond_on() {
    assert_eq!(decided(|f| f.at = Timestamp(1_999_999)).0, Ruling::Push);
    assert_eq!(decided(|f| f.at = Timestamp(2_000_000)), (Ruling::Skip, Reason::MESSAGE_EXPIRED));
}

#[test]
fn a_user_who_never_logged_in_gets_nothing() {
    assert_eq!(decided(|f| f.login = LoginFact::Never), (Ruling::Skip, Reason::NEVER_LOGGED_IN));
}

#[test]
fn a_logged_out_or_kicked_device_gets_nothing() {
    assert_eq!(decided(in_state(SessionState::LoggedOut)), (Ruling::Skip, Reason::LOGGED_OUT));
    assert_eq!(decided(in_state(SessionState::Kicked)), (Ruling::Skip, Reason::KICKED));
}

#[test]
fn the_foreground_waits_for_its_acknowledgement_and_is_then_delivered_or_pushed() {
    let foreground = |ack| {
        decided(move |f| {
            f.login = LoginFact::State(SessionState::OnlineForeground);
            f.ack = ack;
        })
    };
    assert_eq!(foreground(AckFact::Waiting), (Ruling::Wait, Reason::FOREGROUND_WAITING));
    assert_eq!(foreground(AckFact::Acked), (Ruling::Delivered, Reason::ACKED));
    assert_eq!(foreground(AckFact::Missed), (Ruling::Push, Reason::PUSH_UNACKED));
}

#[test]
fn a_push_alone_does_not_disturb_the_foreground() {
    let alone = decided(|f| {
        f.login = LoginFact::State(SessionState::OnlineForeground);
        f.framed = false;
    });
    assert_eq!(alone, (Ruling::Skip, Reason::FOREGROUND));
}

#[test]
fn a_connected_background_is_pushed_or_waits_as_the_app_says() {
    let background = |policy| {
        decided(move |f| {
            f.login = LoginFact::State(SessionState::OnlineBackground);
            f.ack = AckFact::Waiting;
            f.background = policy;
        })
    };
    assert_eq!(background(BackgroundPolicy::Push), (Ruling::Push, Reason::PUSH_BACKGROUND));
    assert_eq!(background(BackgroundPolicy::WaitForLoss), (Ruling::Wait, Reason::BACKGROUND_WAITING));
}

#[test]
fn a_device_without_a_token_is_skipped_with_the_reason_it_has_none() {
    let lost = |loss| decided(move |f| f.binding = BindingFact::Lost(loss)).1;
    assert_eq!(lost(BindingLoss::NeverBound), Reason::NO_BINDING);
    assert_eq!(lost(BindingLoss::TokenDead), Reason::TOKEN_CLEARED);
    assert_eq!(lost(BindingLoss::TakenOver), Reason::TOKEN_TAKEN_OVER);
}

#[test]
fn a_certificate_that_cannot_carry_the_push_says_why() {
    let state = |state| decided(move |f| f.certificate_state = state).1;
    assert_eq!(state(CertificateState::Missing), Reason::CERTIFICATE_MISSING);
    assert_eq!(state(CertificateState::Disabled), Reason::CERTIFICATE_DISABLED);
    assert_eq!(state(CertificateState::Expired), Reason::CERTIFICATE_EXPIRED);
    assert_eq!(state(CertificateState::WrongEnvironment), Reason::WRONG_ENVIRONMENT);
}

#[test]
fn a_push_to_a_bare_token_needs_no_login() {
    assert_eq!(decided(|f| f.login = LoginFact::NotNeeded), (Ruling::Push, Reason::PUSH_DIRECT));
}

#[test]
fn every_rule_has_a_reason_of_its_own_in_the_list() {
    let mut seen = HashSet::new();
    for rule in rule_table() {
        assert!(reason(rule.reason).is_some());
        assert!(seen.insert(rule.reason), "{:?} stands twice", rule.reason);
    }
}

proptest! {
    #[test]
    fn no_push_to_a_device_that_must_not_get_one(facts in any_facts()) {
        let decision = decide(&facts);
        let forbidden = matches!(
            facts.login,
            LoginFact::State(SessionState::LoggedOut | SessionState::Kicked) | LoginFact::Never
        ) || facts.unregistered
            || facts.ack == AckFact::Acked
            || facts.binding != BindingFact::Bound
            || facts.notifications == Permission::Off
            || facts.certificate_state != CertificateState::Active;
        prop_assert!(!(forbidden && decision.ruling == Ruling::Push), "{decision:?}");
    }
}
