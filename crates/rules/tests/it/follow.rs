//! What follows from verdicts.

use std::time::Duration;

use model::{DeliveryState, Doubt, Pause, Purpose, TargetVerdict, Timestamp, Verdict};
use proptest::prelude::*;
use rules::{LaneAction, Reason, Situation, TokenAction, follow, retry_delay_ms};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn situation() -> Situation {
    Situation {
        purpose: Purpose::Notify,
        now: NOW,
        expires_at: NOW.plus_ms(3_600_000),
        tries: 1,
        renewals: 0,
        auth_kept_until: None,
        auth_has_worked: false,
        token_registered_at: Some(NOW.plus_ms(-1000)),
        doubts: 0,
        environment_confirmed: false,
        amount_resumes_at: NOW.plus_ms(10 * 3_600_000),
        dice: 7,
    }
}

fn judged(verdict: Verdict) -> TargetVerdict {
    TargetVerdict::new(verdict, 200, "code")
}

#[test]
fn a_dead_token_is_cleared_only_if_it_was_registered_before_the_vendor_knew() {
    let before = judged(Verdict::TokenDead { since: Some(NOW.plus_ms(-500)) });
    let then = follow(&situation(), &before);
    assert_eq!(then.token, TokenAction::Clear { registered_before: NOW.plus_ms(-500) });
    assert_eq!((then.state, then.reason), (DeliveryState::Rejected, Reason::TOKEN_DEAD));

    let after = judged(Verdict::TokenDead { since: Some(NOW.plus_ms(-2000)) });
    let then = follow(&situation(), &after);
    assert_eq!((then.token, then.reason), (TokenAction::Keep, Reason::TOKEN_DEAD_KEPT));
}

#[test]
fn a_token_of_an_unconfirmed_environment_is_never_cleared() {
    let doubt = judged(Verdict::TokenDoubtful(Doubt::SameEnvironment));
    let then = follow(&situation(), &doubt);
    assert_eq!(
        (then.token, then.reason, then.lane),
        (TokenAction::Keep, Reason::ENVIRONMENT_MISMATCH, LaneAction::Alarm)
    );
    let confirmed = follow(&Situation { environment_confirmed: true, ..situation() }, &doubt);
    assert!(matches!(confirmed.token, TokenAction::Clear { .. }));
}

#[test]
fn a_doubt_clears_the_token_at_the_second_time_in_a_row_and_success_forgets_it() {
    let doubt = judged(Verdict::TokenDoubtful(Doubt::SecondInRow));
    assert_eq!(follow(&situation(), &doubt).token, TokenAction::Doubt(1));
    let doubted = Situation { doubts: 1, ..situation() };
    assert!(matches!(follow(&doubted, &doubt).token, TokenAction::Clear { .. }));
    assert_eq!(follow(&doubted, &judged(Verdict::Accepted)).token, TokenAction::Doubt(0));
}

#[test]
fn a_used_up_amount_waits_for_the_vendors_next_day_or_ends_with_that_reason() {
    let quota = judged(Verdict::Limited { pause: Pause::DailyAmount, after: None });
    let morning = NOW.plus_ms(26 * 3_600_000);
    let short = Situation { amount_resumes_at: morning, ..situation() };
    let long = Situation { expires_at: NOW.plus_ms(7 * 24 * 3_600_000), ..short };
    let then = follow(&long, &quota);
    assert_eq!((then.state, then.due_at), (DeliveryState::Queued, morning));
    assert_eq!(then.lane, LaneAction::UsedUp { until: morning });
    let then = follow(&short, &quota);
    assert_eq!((then.state, then.reason), (DeliveryState::Dropped, Reason::QUOTA_USED_UP));
    assert_eq!(then.lane, LaneAction::UsedUp { until: morning }, "the others learn of it all the same");
}

#[test]
fn an_authentication_is_renewed_twice_and_then_it_is_the_certificate() {
    let refused = judged(Verdict::RenewAuth);
    let first = follow(&Situation { renewals: 1, ..situation() }, &refused);
    assert!(first.renew_auth);
    assert_eq!(first.due_at, NOW);
    let kept = NOW.plus_ms(9000);
    let second = follow(&Situation { renewals: 2, auth_kept_until: Some(kept), ..situation() }, &refused);
    assert_eq!((second.renew_auth, second.due_at), (true, kept), "it may not be renewed yet");
    assert_eq!(second.lane, LaneAction::Pause { until: kept });
    let third = follow(&Situation { renewals: 3, ..situation() }, &refused);
    assert_eq!((third.state, third.reason), (DeliveryState::Rejected, Reason::MISCONFIGURED));
}

#[test]
fn an_authentication_that_ends_again_and_again_is_not_the_certificates_fault() {
    let worked = Situation { renewals: 3, tries: 3, auth_has_worked: true, ..situation() };
    let then = follow(&worked, &judged(Verdict::RenewAuth));
    assert_eq!((then.state, then.reason), (DeliveryState::Queued, Reason::RENEWING_AUTH));
    assert!(then.renew_auth && then.due_at > NOW, "with a wait, so that it may hold");
    let last = follow(&Situation { tries: 12, ..worked }, &judged(Verdict::RenewAuth));
    assert_eq!((last.state, last.reason), (DeliveryState::Dropped, Reason::RETRIES_EXHAUSTED));
}

#[test]
fn a_failing_vendor_is_asked_twelve_times() {
    let failing = judged(Verdict::Retry { after: None });
    let last = follow(&Situation { tries: 12, ..situation() }, &failing);
    assert_eq!((last.state, last.reason), (DeliveryState::Dropped, Reason::RETRIES_EXHAUSTED));
    assert_eq!(
        follow(&Situation { tries: 11, expires_at: Timestamp::NEVER, ..situation() }, &failing).state,
        DeliveryState::Queued
    );
}

#[test]
fn t13_a_vendor_that_takes_a_withdrawal_took_the_notification_back_and_one_that_takes_a_replacement_shows_it()
{
    let accepted = |purpose| follow(&Situation { purpose, ..situation() }, &judged(Verdict::Accepted));
    let then = [Purpose::Notify, Purpose::Replace, Purpose::Withdraw].map(accepted);
    assert!(then.iter().all(|then| then.state == DeliveryState::Accepted));
    assert_eq!(then.map(|then| then.reason), [Reason::ACCEPTED, Reason::ACCEPTED, Reason::WITHDRAWN]);
}

#[test]
fn t13_a_withdrawal_that_fails_is_tried_again_as_a_notification_is() {
    let withdrawal = Situation { purpose: Purpose::Withdraw, ..situation() };
    let then = follow(&withdrawal, &judged(Verdict::Retry { after: None }));
    assert_eq!((then.state, then.reason), (DeliveryState::Queued, Reason::RETRYING));
    let refused = follow(&withdrawal, &judged(Verdict::Drop));
    assert_eq!((refused.state, refused.reason), (DeliveryState::Rejected, Reason::BAD_REQUEST));
}

fn any_purpose() -> impl Strategy<Value = Purpose> {
    prop_oneof![Just(Purpose::Notify), Just(Purpose::Withdraw), Just(Purpose::Replace)]
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    let wait = || proptest::option::of((0_u64..10_000_000).prop_map(Duration::from_millis));
    let pause = prop_oneof![Just(Pause::Target), Just(Pause::Lane), Just(Pause::DailyAmount)];
    prop_oneof![
        Just(Verdict::Accepted),
        wait().prop_map(|after| Verdict::Retry { after }),
        Just(Verdict::RenewAuth),
        proptest::option::of(any::<i64>())
            .prop_map(|since| Verdict::TokenDead { since: since.map(Timestamp) }),
        Just(Verdict::TokenDoubtful(Doubt::SameEnvironment)),
        Just(Verdict::TokenDoubtful(Doubt::SecondInRow)),
        (pause, wait()).prop_map(|(pause, after)| Verdict::Limited { pause, after }),
        Just(Verdict::Misconfigured),
        Just(Verdict::Drop),
        Just(Verdict::Unrecognised),
    ]
}

proptest! {
    #[test]
    fn t13_a_token_dies_of_a_follow_up_as_of_a_notification(
        verdict in any_verdict(), purpose in any_purpose(), doubts in 0_u8..3, confirmed in any::<bool>(),
    ) {
        let notify = Situation { doubts, environment_confirmed: confirmed, ..situation() };
        let (first, then) = (
            follow(&notify, &judged(verdict.clone())),
            follow(&Situation { purpose, ..notify }, &judged(verdict)),
        );
        prop_assert_eq!((first.token, first.lane, first.state), (then.token, then.lane, then.state));
    }

    #[test]
    fn a_queued_push_is_due_within_its_lifetime_and_only_death_clears_a_token(
        verdict in any_verdict(), tries in 1_u32..30, renewals in 0_u32..5, life_ms in 0_i64..1_000_000_000,
        doubts in 0_u8..3, dice in any::<u64>(), confirmed in any::<bool>(),
    ) {
        let situation = Situation {
            expires_at: NOW.plus_ms(life_ms), tries, renewals, doubts, dice,
            environment_confirmed: confirmed, ..situation()
        };
        let may_clear = matches!(verdict, Verdict::TokenDead { .. } | Verdict::TokenDoubtful(_));
        let then = follow(&situation, &judged(verdict));
        if then.state == DeliveryState::Queued {
            prop_assert!(then.due_at >= NOW && then.due_at < situation.expires_at);
        }
        let clears = matches!(then.token, TokenAction::Clear { .. });
        prop_assert!(may_clear || !clears);
    }

    #[test]
    fn waits_double_and_stay_under_their_cap(tries in 1_u32..64, dice in any::<u64>()) {
        let wait_ms = retry_delay_ms(tries, dice);
        let full_ms = 1000_i64.saturating_mul(1_i64 << (tries - 1).min(20)).min(900_000);
        prop_assert!(wait_ms >= full_ms / 2 && wait_ms <= full_ms);
    }
}
