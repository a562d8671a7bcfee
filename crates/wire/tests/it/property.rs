//! Whatever the network does: properties of both ends joined.

use std::collections::BTreeSet;

use model::{ConversationId, GroupId, Mute, Seq};
use proptest::prelude::*;
use wire::{Ask, ClientEffect, ClientInput, LinkState};

use crate::world::World;

const USERS: [&str; 3] = ["an", "bo", "cy"];

/// What may happen to three phones that write to each other and in a group.
#[derive(Debug, Clone)]
enum Event {
    Send { from: usize },
    SendToGroup { from: usize },
    SendOnlineOnly { from: usize },
    Join { who: usize },
    Ask { who: usize, seq: i64 },
    Cut { phone: usize, server_after_ms: Option<i64> },
    Freeze { phone: usize },
    Thaw { phone: usize },
    Restart { phone: usize },
    Wait { ms: i64 },
    PageDelay { ms: i64 },
}

fn event() -> impl Strategy<Value = Event> {
    let phone = 0..USERS.len();
    prop_oneof![
        6 => phone.clone().prop_map(|from| Event::Send { from }),
        4 => phone.clone().prop_map(|from| Event::SendToGroup { from }),
        2 => phone.clone().prop_map(|from| Event::SendOnlineOnly { from }),
        1 => phone.clone().prop_map(|who| Event::Join { who }),
        2 => (phone.clone(), 1..9i64).prop_map(|(who, seq)| Event::Ask { who, seq }),
        4 => (0..200i64).prop_map(|ms| Event::Wait { ms }),
        1 => (0..20_000i64).prop_map(|ms| Event::Wait { ms }),
        2 => (phone.clone(), prop_oneof![Just(None), (0..8000i64).prop_map(Some)])
            .prop_map(|(phone, server_after_ms)| Event::Cut { phone, server_after_ms }),
        1 => phone.clone().prop_map(|phone| Event::Freeze { phone }),
        2 => phone.clone().prop_map(|phone| Event::Thaw { phone }),
        1 => phone.prop_map(|phone| Event::Restart { phone }),
        1 => (0..3000i64).prop_map(|ms| Event::PageDelay { ms }),
    ]
}

fn group() -> GroupId {
    GroupId::new("all").unwrap()
}

/// How many messages were sent to be kept, and what happened in the world meanwhile.
fn play(world: &mut World, events: Vec<Event>) -> usize {
    let mut kept = 0;
    for event in events {
        match event {
            Event::Send { from } => {
                world.send(from, USERS[(from + 1) % USERS.len()]);
                kept += 1;
            }
            Event::SendToGroup { from } => {
                world.send_to(from, group(), false);
                kept += 1;
            }
            Event::SendOnlineOnly { from } => world.send_to(from, group(), true),
            Event::Join { who } => world.join("all", USERS[who]),
            Event::Ask { who, seq } => {
                let conversation = ConversationId::group(&group());
                let asks = [
                    Ask::Read { conversation: conversation.clone(), seq: Seq(seq) },
                    Ask::Mute { conversation, mute: Mute::All },
                    Ask::PushSwitch { on: seq % 2 == 0 },
                ];
                for ask in asks {
                    world.feed_client(who, ClientInput::Ask(ask));
                }
            }
            Event::Cut { phone, server_after_ms } => world.cut(phone, server_after_ms),
            Event::Freeze { phone } => world.phones[phone].frozen = true,
            Event::Thaw { phone } => world.phones[phone].frozen = false,
            Event::Restart { phone } => world.restart(phone),
            Event::Wait { ms } => world.run_for(ms),
            Event::PageDelay { ms } => world.page_delay_ms = ms,
        }
    }
    world.page_delay_ms = 0;
    for phone in &mut world.phones {
        phone.frozen = false;
    }
    world.run_for(300_000);
    kept
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn whatever_breaks_every_kept_message_reaches_the_app_exactly_once_and_in_order(
        latency_ms in 0..300i64,
        events in proptest::collection::vec(event(), 0..60),
    ) {
        let mut world = World::new(latency_ms);
        for user in USERS {
            world.add_phone(user);
        }
        world.join("all", "an");
        world.join("all", "bo");
        let kept = play(&mut world, events);
        prop_assert_eq!(world.log.values().map(Vec::len).sum::<usize>(), kept);
        for phone in 0..USERS.len() {
            let user = world.phones[phone].user.clone();
            prop_assert_eq!(world.got_from_others(phone), world.log_for(&user));
            prop_assert_eq!(world.phones[phone].link.state(), LinkState::Live);
            let online_only = world.got_online_only(phone);
            let distinct: BTreeSet<_> = online_only.iter().collect();
            prop_assert_eq!(distinct.len(), online_only.len(), "one for connected devices alone comes once");
        }
    }

    #[test]
    fn whatever_breaks_every_request_is_answered_and_none_waits_for_ever(
        latency_ms in 0..300i64,
        events in proptest::collection::vec(event(), 0..60),
    ) {
        let mut world = World::new(latency_ms);
        for user in USERS {
            world.add_phone(user);
        }
        play(&mut world, events);
        for phone in &world.phones {
            prop_assert!(phone.link.memory().asks.is_empty());
            prop_assert!(phone.link.memory().pending.is_empty());
            let refused =
                |event: &&ClientEffect| matches!(event, ClientEffect::Answered { outcome: Err(_), .. });
            prop_assert_eq!(phone.events.iter().filter(refused).count(), 0);
        }
    }
}
