//! The properties, each of which holds in every history and fails in a world that is broken for it.

use std::time::Instant;

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use super::{
    Flaw,
    steps::{History, any_history},
    truth::Property,
    world::live_through,
};

/// Histories for each property.
const CASES: u32 = 1_000;
/// Among so many histories a broken world is caught.
const SEARCHED: u32 = 10_000;

fn histories(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

fn holds(property: Property) {
    TestRunner::new(histories(CASES))
        .run(&any_history(), |history| {
            let broken = violations(&history, Flaw::None, property);
            prop_assert!(broken.is_empty(), "{broken:#?}");
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

fn is_caught(flaw: Flaw, property: Property) {
    let mut runner = TestRunner::deterministic();
    let history = any_history();
    let caught = (0..SEARCHED).position(|_| {
        let history = history.new_tree(&mut runner).unwrap().current();
        !violations(&history, flaw, property).is_empty()
    });
    assert!(caught.is_some(), "{flaw:?} is not caught by {property:?}");
    println!("{flaw:?} is caught by {property:?} in history {}", caught.unwrap_or_default() + 1);
}

fn violations(history: &History, flaw: Flaw, property: Property) -> Vec<String> {
    let all = live_through(history, flaw);
    all.into_iter().filter(|(violated, _)| *violated == property).map(|(_, what)| what).collect()
}

#[test]
fn b5_b6_b7_b8_b11_no_push_to_a_device_that_is_logged_out_kicked_switched_off_or_has_it_on_screen() {
    holds(Property::NoPushToWhoMustNot);
}

#[test]
fn a_lost_cancel_of_a_logout_kick_or_switch_is_caught() {
    is_caught(Flaw::LogoutCancelsNothing, Property::NoPushToWhoMustNot);
    is_caught(Flaw::KickCancelsNothing, Property::NoPushToWhoMustNot);
    is_caught(Flaw::SwitchOffCancelsNothing, Property::NoPushToWhoMustNot);
    is_caught(Flaw::BeginsBlindly, Property::NoPushToWhoMustNot);
}

#[test]
fn every_target_of_every_acknowledged_message_ends_in_exactly_one_state() {
    holds(Property::OneEnd);
}

#[test]
fn a_target_that_is_forgotten_or_decided_twice_is_caught() {
    is_caught(Flaw::ForgetsWhoWaits, Property::OneEnd);
    is_caught(Flaw::DecidesTwice, Property::OneEnd);
}

#[test]
fn f5_f6_f7_t4_t5_t7_who_gets_no_push_has_a_reason_that_holds() {
    holds(Property::ReasonsHold);
}

#[test]
fn a_message_that_was_written_and_never_arrived_is_caught() {
    is_caught(Flaw::TakesWrittenForArrived, Property::ReasonsHold);
}

#[test]
fn a_skip_for_a_reason_that_is_over_is_caught() {
    is_caught(Flaw::NeverUnmutes, Property::ReasonsHold);
}

#[test]
fn d1_a_token_belongs_to_one_user_and_carries_nobody_elses_pushes() {
    holds(Property::OneOwner);
}

#[test]
fn a_token_with_two_owners_is_caught() {
    is_caught(Flaw::LeavesTokensWhereTheyWere, Property::OneOwner);
    is_caught(Flaw::TakeoverCancelsNothing, Property::OneOwner);
}

#[test]
fn b7_b8_b11_after_a_fetch_logout_kick_or_switch_off_nothing_older_begins() {
    holds(Property::NothingBeginsAfter);
}

#[test]
fn a_send_that_begins_too_late_is_caught() {
    is_caught(Flaw::FetchCancelsNothing, Property::NothingBeginsAfter);
    is_caught(Flaw::LogoutCancelsNothing, Property::NothingBeginsAfter);
    is_caught(Flaw::BeginsBlindly, Property::NothingBeginsAfter);
    is_caught(Flaw::CommitsWhatWasOvertaken, Property::NothingBeginsAfter);
    is_caught(Flaw::SeesFetchesOnScreenAlone, Property::NothingBeginsAfter);
}

#[test]
fn b13_the_old_owner_of_a_device_loses_the_binding_when_another_user_logs_in() {
    holds(Property::OldOwnerIsOut);
}

#[test]
fn an_old_owner_who_stays_is_caught() {
    is_caught(Flaw::LeavesTheOldOwner, Property::OldOwnerIsOut);
}

#[test]
fn b12_an_unregistered_push_id_is_skipped_with_its_reason() {
    holds(Property::UnregisteredIsSkipped);
}

#[test]
fn an_unregistration_that_is_forgotten_is_caught() {
    is_caught(Flaw::ForgetsUnregistration, Property::UnregisteredIsSkipped);
}

#[test]
fn many_histories_a_second_are_lived_through() {
    let mut runner = TestRunner::deterministic();
    let histories: Vec<History> =
        (0..2_000).map(|_| any_history().new_tree(&mut runner).unwrap().current()).collect();
    let started = Instant::now();
    let broken: usize = histories.iter().map(|history| live_through(history, Flaw::None).len()).sum();
    let per_second = histories.len() as f64 / started.elapsed().as_secs_f64();
    println!("{per_second:.0} histories a second, {broken} of them broken");
    assert_eq!(broken, 0);
}
