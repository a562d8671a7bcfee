//! The ordered table.

use std::collections::HashSet;

use model::{
    BackgroundPolicy, BindingLoss, CertificateState, Mute, Permission, ReasonCode, SessionState, TextVariant,
    Timestamp,
};
use proptest::prelude::*;
use rules::{
    AckFact, BindingFact, Facts, LoginFact, OtherEndFact, Reason, Ruling, decide, reason, rule_table,
};

use crate::facts::{any_facts, killed_phone};

fn decided(change: impl FnOnce(&mut Facts)) -> (Ruling, ReasonCode) {
    let mut facts = killed_phone();
    change(&mut facts);
    let decision = decide(&facts);
    (decision.ruling, decision.reason)
}

fn text(change: impl FnOnce(&mut Facts)) -> TextVariant {
    let mut facts = killed_phone();
    change(&mut facts);
    decide(&facts).text
}

fn in_state(state: SessionState) -> impl Fn(&mut Facts) {
    move |facts| facts.login = LoginFact::State(state)
}

fn connected(state: SessionState, ack: AckFact) -> impl Fn(&mut Facts) {
    move |facts| {
        facts.login = LoginFact::State(state);
        facts.ack = ack;
    }
}

fn skipped(reason: ReasonCode) -> (Ruling, ReasonCode) {
    (Ruling::Skip, reason)
}

#[test]
fn b1_a_killed_phone_is_pushed() {
    assert_eq!(decided(|_| {}), (Ruling::Push, Reason::PUSH_DISCONNECTED));
}

#[test]
fn b2_a_phone_whose_network_is_gone_is_pushed_once_its_acknowledgement_is_missed() {
    let lost = decided(connected(SessionState::Disconnected, AckFact::Missed));
    assert_eq!(lost, (Ruling::Push, Reason::PUSH_UNACKED));
}

#[test]
fn b3_a_connected_background_is_pushed_at_once_where_the_app_sends_both() {
    let background = decided(connected(SessionState::OnlineBackground, AckFact::Waiting));
    assert_eq!(background, (Ruling::Push, Reason::PUSH_BACKGROUND));
}

#[test]
fn b4_a_connected_background_alone_is_not_enough_where_the_app_waits_for_loss() {
    let waiting = |state, ack| {
        decided(move |f| {
            connected(state, ack)(f);
            f.background = BackgroundPolicy::WaitForLoss;
        })
    };
    let background = SessionState::OnlineBackground;
    assert_eq!(waiting(background, AckFact::Waiting), (Ruling::Wait, Reason::BACKGROUND_WAITING));
    assert_eq!(waiting(background, AckFact::Acked), (Ruling::Delivered, Reason::ACKED));
    assert_eq!(waiting(background, AckFact::Missed), (Ruling::Push, Reason::PUSH_UNACKED));
    let reclaimed = waiting(SessionState::Disconnected, AckFact::NotSent);
    assert_eq!(reclaimed, (Ruling::Push, Reason::PUSH_DISCONNECTED));
}

#[test]
fn b5_the_foreground_waits_for_its_acknowledgement_and_is_then_delivered() {
    let foreground = |ack| decided(connected(SessionState::OnlineForeground, ack));
    assert_eq!(foreground(AckFact::Waiting), (Ruling::Wait, Reason::FOREGROUND_WAITING));
    assert_eq!(foreground(AckFact::NotSent), (Ruling::Wait, Reason::FOREGROUND_WAITING));
    assert_eq!(foreground(AckFact::Acked), (Ruling::Delivered, Reason::ACKED));
    assert_eq!(foreground(AckFact::Missed), (Ruling::Push, Reason::PUSH_UNACKED));
}

#[test]
fn b5_a_push_alone_does_not_disturb_the_foreground() {
    let alone = decided(|f| {
        f.login = LoginFact::State(SessionState::OnlineForeground);
        f.framed = false;
    });
    assert_eq!(alone, skipped(Reason::FOREGROUND));
}

#[test]
fn b5_a_phone_in_use_that_acknowledges_is_delivered_whatever_its_user_set() {
    let wishes: [fn(&mut Facts); 6] = [
        |f| f.silent_span = true,
        |f| f.mute = Mute::All,
        |f| f.mute = Mute::ExceptMentions,
        |f| f.other_end = OtherEndFact::Acked,
        |f| f.push_off = true,
        |f| f.unregistered = true,
    ];
    for wish in wishes {
        let foreground = |ack| {
            decided(move |f| {
                connected(SessionState::OnlineForeground, ack)(f);
                wish(f);
            })
        };
        assert_eq!(foreground(AckFact::Waiting), (Ruling::Wait, Reason::FOREGROUND_WAITING));
        assert_eq!(foreground(AckFact::Acked), (Ruling::Delivered, Reason::ACKED));
        assert_eq!(foreground(AckFact::Missed).0, Ruling::Skip);
    }
}

#[test]
fn what_arrived_is_delivered_whatever_happened_since() {
    let happened: [fn(&mut Facts); 5] = [
        |f| f.at = f.expires_at,
        |f| f.recalled = true,
        |f| f.call_over = true,
        |f| f.login = LoginFact::State(SessionState::LoggedOut),
        |f| f.login = LoginFact::State(SessionState::Kicked),
    ];
    for change in happened {
        let then = decided(|f| {
            f.ack = AckFact::Acked;
            change(f);
        });
        assert_eq!(then, (Ruling::Delivered, Reason::ACKED));
    }
}

#[test]
fn a6_b6_a_user_who_never_logged_in_gets_nothing() {
    assert_eq!(decided(|f| f.login = LoginFact::Never), skipped(Reason::NEVER_LOGGED_IN));
}

#[test]
fn b7_a_logged_out_device_gets_nothing() {
    assert_eq!(decided(in_state(SessionState::LoggedOut)), skipped(Reason::LOGGED_OUT));
}

#[test]
fn b8_a_kicked_device_gets_nothing() {
    assert_eq!(decided(in_state(SessionState::Kicked)), skipped(Reason::KICKED));
}

#[test]
fn b9_t9_a_message_pushes_by_default_and_not_with_push_off() {
    assert!(model::PushSettings::default().enabled);
    assert_eq!(decided(|f| f.has_settings = false).0, Ruling::Push);
    assert_eq!(decided(|f| f.push_enabled = false), skipped(Reason::PUSH_OFF));
}

#[test]
fn b10_a_message_without_settings_is_not_pushed_where_the_app_asks_for_them() {
    let strict = |f: &mut Facts| f.push_without_settings = false;
    assert_eq!(decided(strict).0, Ruling::Push);
    let without = decided(|f| {
        strict(f);
        f.has_settings = false;
    });
    assert_eq!(without, skipped(Reason::NO_PUSH_SETTINGS));
}

#[test]
fn b11_a_device_whose_pushes_are_switched_off_gets_none() {
    assert_eq!(decided(|f| f.push_off = true), skipped(Reason::PUSH_SWITCHED_OFF));
    let forced = decided(|f| (f.push_off, f.forced) = (true, true));
    assert_eq!(
        forced,
        skipped(Reason::PUSH_SWITCHED_OFF),
        "a force push is stronger than the user, not the device"
    );
}

#[test]
fn b12_an_unregistered_push_id_gets_nothing() {
    assert_eq!(decided(|f| f.unregistered = true), skipped(Reason::UNREGISTERED));
    let direct = decided(|f| (f.unregistered, f.login) = (true, LoginFact::NotNeeded));
    assert_eq!(direct, skipped(Reason::UNREGISTERED));
}

#[test]
fn f6_t4_a_silent_span_lets_no_push_through_and_a_span_without_details_does() {
    assert_eq!(decided(|f| f.silent_span = true), skipped(Reason::DO_NOT_DISTURB));
    assert_eq!(decided(|f| f.hide_details = true).0, Ruling::Push);
}

#[test]
fn t24_a_user_who_wants_no_details_gets_the_hidden_text_even_of_a_forced_push() {
    assert_eq!(text(|_| {}), TextVariant::Full);
    assert_eq!(text(|f| f.hide_details = true), TextVariant::Hidden);
    let forced = text(|f| (f.hide_details, f.forced, f.forced_text) = (true, true, true));
    assert_eq!(forced, TextVariant::Hidden);
}

#[test]
fn t4_a_muted_conversation_pushes_nothing() {
    assert_eq!(decided(|f| f.mute = Mute::All), skipped(Reason::MUTED));
    let mentioned = decided(|f| (f.mute, f.mentioned) = (Mute::All, true));
    assert_eq!(mentioned, skipped(Reason::MUTED));
}

#[test]
fn t8_where_only_mentions_push_a_mention_pushes() {
    let only = |mentioned| decided(move |f| (f.mute, f.mentioned) = (Mute::ExceptMentions, mentioned));
    assert_eq!(only(false), skipped(Reason::NOT_MENTIONED));
    assert_eq!(only(true).0, Ruling::Push);
}

#[test]
fn f5_t7_a_force_push_breaks_through_mute_and_span_with_its_own_text() {
    let quiet: [fn(&mut Facts); 3] =
        [|f| f.silent_span = true, |f| f.mute = Mute::All, |f| f.mute = Mute::ExceptMentions];
    for wish in quiet {
        let forced = decided(|f| {
            wish(f);
            f.forced = true;
        });
        assert_eq!(forced.0, Ruling::Push);
    }
    assert_eq!(text(|f| f.forced = true), TextVariant::Full);
    assert_eq!(text(|f| (f.forced, f.forced_text) = (true, true)), TextVariant::Forced);
    assert_eq!(text(|f| f.forced_text = true), TextVariant::Full, "only those who are forced see it");
}

#[test]
fn f5_a_force_push_does_not_go_where_no_push_may() {
    let stops: [fn(&mut Facts); 6] = [
        |f| f.push_enabled = false,
        |f| f.own = true,
        |f| f.login = LoginFact::State(SessionState::LoggedOut),
        |f| f.other_end = OtherEndFact::Acked,
        |f| f.notifications = Permission::Off,
        |f| f.recalled = true,
    ];
    for stop in stops {
        let forced = decided(|f| {
            stop(f);
            f.forced = true;
        });
        assert_eq!(forced.0, Ruling::Skip);
    }
}

#[test]
fn f7_t5_t6_another_end_silences_this_one_only_once_it_has_acknowledged() {
    let other_end = |fact| decided(move |f| f.other_end = fact);
    assert_eq!(other_end(OtherEndFact::Waiting), (Ruling::Wait, Reason::OTHER_END_WAITING));
    assert_eq!(other_end(OtherEndFact::Acked), skipped(Reason::OTHER_END_ACKED));
    assert_eq!(other_end(OtherEndFact::None).0, Ruling::Push);
}

#[test]
fn t16_a_device_that_was_silent_for_too_long_gets_nothing() {
    assert_eq!(decided(|f| f.stale = true), skipped(Reason::STALE_DEVICE));
}

#[test]
fn f4_an_online_only_message_pushes_nobody() {
    assert_eq!(decided(|f| f.online_only = true), skipped(Reason::ONLINE_ONLY));
}

#[test]
fn f3_a_call_that_rings_no_more_pushes_nobody() {
    assert_eq!(decided(|f| (f.call, f.call_over) = (true, true)), skipped(Reason::CALL_OVER));
}

#[test]
fn f3_a_call_does_not_wait_for_a_client_to_come_back_after_a_restart() {
    let restarted = |call| decided(move |f| (f.login, f.call) = (LoginFact::Reconnecting, call));
    assert_eq!(restarted(false), (Ruling::Wait, Reason::RECONNECT_GRACE));
    assert_eq!(restarted(true).0, Ruling::Push);
}

#[test]
fn t13_a_recalled_message_pushes_nobody() {
    assert_eq!(decided(|f| f.recalled = true), skipped(Reason::RECALLED));
    assert_eq!(decided(|f| f.notice = true), skipped(Reason::NOTICE));
}

#[test]
fn t10_an_expired_message_is_not_pushed_from_its_last_millisecond_on() {
    assert_eq!(decided(|f| f.at = Timestamp(1_999_999)).0, Ruling::Push);
    assert_eq!(decided(|f| f.at = Timestamp(2_000_000)), skipped(Reason::MESSAGE_EXPIRED));
}

#[test]
fn the_senders_own_devices_are_not_pushed() {
    assert_eq!(decided(|f| f.own = true), skipped(Reason::OWN_DEVICE));
}

#[test]
fn j5_a_device_with_notifications_off_is_skipped_and_one_that_did_not_say_is_pushed() {
    assert_eq!(decided(|f| f.notifications = Permission::Off), skipped(Reason::NOTIFICATIONS_OFF));
    assert_eq!(decided(|f| f.notifications = Permission::Unknown).0, Ruling::Push);
}

#[test]
fn a_device_without_a_token_is_skipped_with_the_reason_it_has_none() {
    let lost = |loss| decided(move |f| f.binding = BindingFact::Lost(loss)).1;
    assert_eq!(lost(BindingLoss::NeverBound), Reason::NO_BINDING);
    assert_eq!(lost(BindingLoss::LoggedOut), Reason::NO_BINDING);
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
fn a_push_to_a_push_id_or_token_needs_no_login() {
    assert_eq!(decided(|f| f.login = LoginFact::NotNeeded), (Ruling::Push, Reason::PUSH_DIRECT));
}

#[test]
fn every_rule_has_a_reason_of_its_own_and_the_parts_follow_each_other() {
    let mut seen = HashSet::new();
    for rule in rule_table() {
        assert!(reason(rule.reason).is_some());
        assert!(seen.insert(rule.reason), "{:?} stands twice", rule.reason);
        assert!(!rule.looks_at().0.is_empty() && !rule.looks_at().1.is_empty());
    }
    assert!(rule_table().is_sorted_by_key(|rule| rule.part));
}

proptest! {
    #[test]
    fn no_push_to_a_device_that_must_not_get_one(facts in any_facts()) {
        let decision = decide(&facts);
        let in_use = facts.login == LoginFact::State(SessionState::OnlineForeground)
            && facts.ack != AckFact::Missed;
        let unwanted = !facts.forced
            && (facts.silent_span
                || facts.mute == Mute::All
                || facts.mute == Mute::ExceptMentions && !facts.mentioned);
        let forbidden = matches!(
            facts.login,
            LoginFact::State(SessionState::LoggedOut | SessionState::Kicked) | LoginFact::Never
        ) || facts.unregistered
            || in_use && !facts.framed
            || in_use && facts.ack == AckFact::Waiting
            || unwanted
            || facts.push_off
            || facts.ack == AckFact::Acked
            || facts.binding != BindingFact::Bound
            || facts.notifications == Permission::Off
            || facts.certificate_state != CertificateState::Active;
        prop_assert!(!(forbidden && decision.ruling == Ruling::Push), "{decision:?}");
    }

    #[test]
    fn nothing_waits_for_what_was_decided_by_its_arrival_or_its_end(facts in any_facts()) {
        let over = facts.ack == AckFact::Acked || facts.at >= facts.expires_at || facts.recalled || facts.call_over;
        prop_assert!(!(over && decide(&facts).ruling == Ruling::Wait));
    }

    #[test]
    fn hidden_goes_before_forced_and_forced_needs_a_text_of_its_own(facts in any_facts()) {
        let text = decide(&facts).text;
        prop_assert_eq!(text == TextVariant::Hidden, facts.hide_details);
        prop_assert!(text != TextVariant::Forced || facts.forced && facts.forced_text);
    }
}
