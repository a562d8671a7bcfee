//! The ledger of daily amounts, in virtual time.

use model::{Class, Timestamp, VendorDay};
use proptest::prelude::*;
use rules::{
    Counted, DeviceHash, KindLimits, Learned, Ledger, Pending, Ration, Reason, is_mendable, mendable_reasons,
};

const DAY: VendorDay = VendorDay::SHANGHAI;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const CLASSES: [Class; 4] = [Class::Chat, Class::Call, Class::System, Class::Marketing];

/// Eight in the morning of a day in Shanghai.
fn morning() -> Timestamp {
    DAY.begin(DAY.number(Timestamp(1_700_000_000_000))).plus_ms(8 * HOUR_MS)
}

fn of(class: Class) -> Counted {
    Counted { kind: 0, class }
}

fn ledger(per_app: u64) -> Ledger {
    Ledger::new(DAY, &[KindLimits { per_app: Some(per_app), per_device: None }], morning())
}

/// Lets one target leave and arrive, where it may.
fn send(ledger: &mut Ledger, class: Class, now: Timestamp) -> Ration {
    let ration = ledger.ration(of(class), None, &mut Pending::default(), now);
    if ration == Ration::Go {
        ledger.take(of(class), None, now);
    }
    ration
}

fn send_many(ledger: &mut Ledger, class: Class, many: u64, now: Timestamp) -> u64 {
    (0..many).filter(|_| send(ledger, class, now) == Ration::Go).count() as u64
}

fn reason(ration: Ration) -> Option<model::ReasonCode> {
    match ration {
        Ration::Go => None,
        Ration::PutOff { reason, .. } => Some(reason),
    }
}

#[test]
fn marketing_stops_first_then_notices_then_chats_and_calls_never() {
    let (mut ledger, now) = (ledger(1000), morning());
    assert_eq!(send_many(&mut ledger, Class::Marketing, 2000, now), 900, "a tenth is kept");
    assert_eq!(send_many(&mut ledger, Class::System, 2000, now), 50, "a twentieth is kept");
    assert_eq!(send_many(&mut ledger, Class::Chat, 2000, now), 40, "a hundredth is kept");
    assert_eq!(send_many(&mut ledger, Class::Call, 500, now), 500);
    assert_eq!(reason(send(&mut ledger, Class::Chat, now)), Some(Reason::QUOTA_USED_UP));
    let status = &ledger.status(now)[0];
    assert_eq!(
        (status.left, &status.put_off[..]),
        (Some(0), &[Class::Chat, Class::System, Class::Marketing][..])
    );
}

#[test]
fn marketing_leaves_what_chats_will_need_at_their_rate() {
    let mut ledger = ledger(10_000);
    // 200 chats an hour, at two in the afternoon: 2000 more until midnight.
    let now = morning().plus_ms(6 * HOUR_MS);
    for minute in 0..60 {
        let at = now.plus_ms((minute - 60) * MINUTE_MS);
        send_many(&mut ledger, Class::Chat, 4 - u64::from(minute % 3 == 0 || minute % 3 == 1), at);
    }
    let chats = ledger.status(now)[0].taken[Class::Chat as usize];
    let marketing = send_many(&mut ledger, Class::Marketing, 10_000, now);
    assert!(10_000 - marketing - chats >= chats * 9, "{marketing} of marketing beside {chats} chats an hour");
    assert_eq!(reason(send(&mut ledger, Class::Marketing, now)), Some(Reason::QUOTA_RESERVED));
    assert_eq!(reason(send(&mut ledger, Class::Chat, now)), None);
    let late = DAY.end(now).plus_ms(-10 * MINUTE_MS);
    assert_eq!(reason(send(&mut ledger, Class::Marketing, late)), None, "nobody will need it any more");
}

#[test]
fn what_is_put_off_goes_on_at_eight_of_the_next_day_when_everything_begins_anew() {
    let (mut ledger, now) = (ledger(10), morning());
    send_many(&mut ledger, Class::Marketing, 20, now);
    let Ration::PutOff { until, .. } = send(&mut ledger, Class::Marketing, now) else {
        panic!("it is used up")
    };
    assert_eq!(until, now.plus_ms(24 * HOUR_MS));
    assert!(ledger.roll(until));
    assert!(!ledger.roll(until));
    assert_eq!(send(&mut ledger, Class::Marketing, until), Ration::Go);
    assert_eq!(ledger.status(until)[0].taken_in_all(), 1);
}

#[test]
fn a_clock_that_is_set_back_brings_no_amount_back() {
    let (mut ledger, now) = (ledger(10), morning());
    send_many(&mut ledger, Class::Marketing, 20, now);
    assert!(!ledger.roll(now.plus_ms(-24 * HOUR_MS)));
    assert_ne!(send(&mut ledger, Class::Marketing, now.plus_ms(-24 * HOUR_MS)), Ration::Go);
}

#[test]
fn what_the_vendor_said_is_used_up_holds_all_but_calls_until_its_day_ends() {
    let mut ledger = Ledger::new(DAY, &[KindLimits::default(); 2], morning());
    let now = morning();
    ledger.learn(Learned { kind: 0, device: None, at: now });
    for class in CLASSES {
        let expected = (class != Class::Call).then_some(Reason::QUOTA_USED_UP);
        assert_eq!(reason(send(&mut ledger, class, now)), expected, "{class:?}");
    }
    let other = Counted { kind: 1, class: Class::Marketing };
    assert_eq!(
        ledger.ration(other, None, &mut Pending::default(), now),
        Ration::Go,
        "another kind has its own"
    );
    let tomorrow = now.plus_ms(24 * HOUR_MS);
    ledger.roll(tomorrow);
    ledger.learn(Learned { kind: 0, device: None, at: now });
    assert_eq!(send(&mut ledger, Class::Marketing, tomorrow), Ration::Go, "a receipt may come a day late");
}

#[test]
fn one_phones_amount_holds_marketing_and_notices_and_chats_only_once_the_vendor_said_so() {
    let limits = KindLimits { per_app: None, per_device: Some(2) };
    let (mut ledger, now) = (Ledger::new(DAY, &[limits], morning()), morning());
    let (one, other) = (Some(DeviceHash(1)), Some(DeviceHash(2)));
    ledger.take(of(Class::Marketing), one, now);
    let mut pending = Pending::default();
    let may = |ledger: &Ledger, class, device, pending: &mut Pending| {
        ledger.ration(of(class), device, pending, now) == Ration::Go
    };
    assert!(may(&ledger, Class::Marketing, one, &mut pending));
    assert!(!may(&ledger, Class::Marketing, one, &mut pending), "the second is on the wire");
    assert!(!may(&ledger, Class::System, one, &mut pending));
    assert!(may(&ledger, Class::Marketing, other, &mut pending));
    assert!(may(&ledger, Class::Chat, one, &mut pending));
    ledger.learn(Learned { kind: 0, device: one, at: now });
    assert!(!may(&ledger, Class::Chat, one, &mut pending));
    assert!(may(&ledger, Class::Call, one, &mut pending));
}

#[test]
fn a_forecast_tells_when_the_amount_ends_at_the_last_hours_rate() {
    let (mut ledger, now) = (ledger(1000), morning());
    assert_eq!(ledger.status(now)[0].lasts_until, None, "nothing was sent");
    send_many(&mut ledger, Class::Chat, 100, now);
    assert_eq!(ledger.status(now)[0].lasts_until, Some(now.plus_ms(9 * HOUR_MS)));
    let later = now.plus_ms(2 * HOUR_MS);
    assert_eq!(ledger.status(later)[0].lasts_until, None, "it has become quiet");
}

#[test]
fn dead_letters_are_those_that_somebody_can_mend() {
    assert!(mendable_reasons().is_sorted());
    assert!(is_mendable(Reason::QUOTA_RESERVED) && is_mendable(Reason::MISCONFIGURED));
    for theirs in
        [Reason::FETCHED, Reason::RECALLED, Reason::TOKEN_DEAD, Reason::BAD_REQUEST, Reason::ACCEPTED]
    {
        assert!(!is_mendable(theirs));
    }
}

fn class() -> impl Strategy<Value = Class> {
    prop_oneof![Just(Class::Chat), Just(Class::Call), Just(Class::System), Just(Class::Marketing)]
}

#[derive(Debug, Clone)]
enum Doing {
    Send(Class, i64),
    /// The oldest on the wire comes back: accepted or not.
    Land(bool),
    Pass(i64),
    Learn,
    Restart,
}

fn doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        8 => (class(), 0_i64..6).prop_map(|(class, phone)| Doing::Send(class, phone)),
        6 => any::<bool>().prop_map(Doing::Land),
        2 => (0..3 * HOUR_MS).prop_map(Doing::Pass),
        1 => Just(Doing::Learn),
        1 => Just(Doing::Restart),
    ]
}

/// What is committed of a ledger, and what a restart makes of it.
fn restarted(old: &Ledger, phones: &[(i64, u32)], limits: KindLimits, now: Timestamp) -> Ledger {
    let status = &old.status(now)[0];
    let mut fresh = Ledger::new(DAY, &[limits], now);
    for class in CLASSES {
        fresh.restore(of(class), status.taken[class as usize]);
    }
    for (phone, taken) in phones {
        fresh.restore_device(0, DeviceHash(*phone), *taken);
    }
    if let Some(at) = status.used_up_at {
        fresh.learn(Learned { kind: 0, device: None, at });
    }
    fresh
}

proptest! {
    #[test]
    fn no_history_sheds_a_call_or_a_chat_before_marketing_or_exceeds_a_limit(
        per_app in 0_u64..40, per_device in 1_u32..4, history in prop::collection::vec(doing(), 0..300),
    ) {
        let limits = KindLimits { per_app: Some(per_app), per_device: Some(per_device) };
        let mut now = morning();
        let mut ledger = Ledger::new(DAY, &[limits], now);
        let mut wire: Vec<(Class, i64)> = Vec::new();
        // Marketing and notices that each phone had today.
        let mut phones = [0_u32; 6];
        let mut calls = 0;
        for step in history {
            match step {
                Doing::Pass(ms) => {
                    now = now.plus_ms(ms);
                    if ledger.roll(now) {
                        phones = [0; 6];
                        calls = 0;
                    }
                }
                Doing::Learn => ledger.learn(Learned { kind: 0, device: None, at: now }),
                Doing::Restart => {
                    let counted: Vec<(i64, u32)> =
                        phones.iter().enumerate().map(|(phone, taken)| (i64::try_from(phone).unwrap(), *taken)).collect();
                    let before = ledger.status(now)[0].clone();
                    ledger = restarted(&ledger, &counted, limits, now);
                    let after = &ledger.status(now)[0];
                    prop_assert_eq!((before.taken, before.used_up_at, before.left), (after.taken, after.used_up_at, after.left));
                }
                Doing::Land(accepted) if !wire.is_empty() => {
                    let (class, phone) = wire.remove(0);
                    if accepted {
                        ledger.take(of(class), Some(DeviceHash(phone)), now);
                        calls += u64::from(class == Class::Call);
                        phones[usize::try_from(phone).unwrap()] += 1;
                    }
                }
                Doing::Land(_) => {}
                Doing::Send(class, phone) => {
                    let pending = || {
                        let mut pending = Pending::default();
                        wire.iter().for_each(|(_, phone)| pending.add(0, Some(DeviceHash(*phone))));
                        pending
                    };
                    let go = |class| {
                        ledger.ration(of(class), Some(DeviceHash(phone)), &mut pending(), now) == Ration::Go
                    };
                    prop_assert!(go(Class::Call));
                    prop_assert!(go(Class::Chat) || !go(Class::System), "notices stop before chats");
                    prop_assert!(go(Class::System) || !go(Class::Marketing), "marketing stops before notices");
                    if go(Class::Marketing) {
                        prop_assert!(phones[usize::try_from(phone).unwrap()] < per_device);
                    }
                    if go(class) {
                        wire.push((class, phone));
                    }
                }
            }
            let taken = ledger.status(now)[0].taken_in_all();
            let calls_on_wire = wire.iter().filter(|(class, _)| *class == Class::Call).count() as u64;
            let others = (wire.len() as u64 - calls_on_wire) + taken - calls;
            prop_assert!(others <= per_app, "{others} of {per_app}, without {calls} calls");
        }
    }
}
