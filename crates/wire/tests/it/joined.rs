//! Both ends joined: what holds whatever the network does.

use model::{ErrorCode, Seq};
use wire::{Arrival, ClientEffect, ClientInput, CloseReason, KickReason, LinkState, ServerInput};

use crate::world::World;

#[test]
fn a_message_reaches_an_online_phone_live_and_is_acknowledged() {
    let mut world = World::new(20);
    let (an, bo) = (world.add_phone("an"), world.add_phone("bo"));
    world.run_for(1000);
    world.send(an, "bo");
    world.run_for(1000);
    assert_eq!(world.phones[bo].got.len(), 1);
    assert_eq!(world.phones[bo].got[0].1, Arrival::Live);
    assert_eq!(world.acked.values().copied().collect::<Vec<_>>(), [Seq(1)]);
    assert!(world.closes.is_empty());
}

#[test]
fn a_message_to_an_offline_phone_comes_by_sync() {
    let mut world = World::new(20);
    let an = world.add_phone("an");
    world.send(an, "bo");
    world.run_for(1000);
    let bo = world.add_phone("bo");
    world.run_for(1000);
    assert_eq!(world.phones[bo].got.len(), 1);
    assert_eq!(world.phones[bo].got[0].1, Arrival::Sync);
}

#[test]
fn an_idle_connection_lives_on_heartbeats() {
    let mut world = World::new(100);
    let an = world.add_phone("an");
    world.run_for(3_600_000);
    assert!(world.closes.is_empty());
    assert_eq!(world.phones[an].link.state(), LinkState::Live);
}

#[test]
fn a_frozen_phone_misses_the_ack_and_is_closed_after_five_seconds() {
    let mut world = World::new(20);
    let (an, bo) = (world.add_phone("an"), world.add_phone("bo"));
    world.run_for(1000);
    world.phones[bo].frozen = true;
    world.send(an, "bo");
    world.run_for(5019);
    assert!(world.closes.is_empty());
    world.run_for(1);
    assert_eq!(world.closes, [CloseReason::AckMissed]);
    world.phones[bo].frozen = false;
    world.run_for(2000);
    assert_eq!(world.got_from_others(bo), world.log_for(&world.phones[bo].user));
    assert_eq!(world.phones[bo].link.state(), LinkState::Live);
}

#[test]
fn a_silent_phone_is_taken_for_lost_after_two_and_a_half_heartbeats() {
    let mut world = World::new(0);
    let bo = world.add_phone("bo");
    world.phones[bo].frozen = true;
    world.run_for(74_999);
    assert!(world.closes.is_empty());
    world.run_for(1);
    assert_eq!(world.closes, [CloseReason::HeartbeatLost]);
}

#[test]
fn a_phone_whose_server_fell_silent_notices_by_the_missing_pong() {
    let mut world = World::new(20);
    let bo = world.add_phone("bo");
    world.run_for(1000);
    world.latency_ms = 1_000_000;
    world.run_for(30_000 + 9_000);
    assert_eq!(world.phones[bo].link.state(), LinkState::Live);
    world.run_for(2000);
    assert_ne!(world.phones[bo].link.state(), LinkState::Live);
}

#[test]
fn sends_made_offline_are_stored_once_and_in_order() {
    let mut world = World::new(20);
    let (an, bo) = (world.add_phone("an"), world.add_phone("bo"));
    for _ in 0..5 {
        world.send(an, "bo");
    }
    world.run_for(35);
    // The sends are on the wire, their answers are lost.
    world.cut(an, Some(0));
    world.run_for(60_000);
    let sent =
        world.phones[an].events.iter().filter(|event| matches!(event, ClientEffect::Sent { .. })).count();
    assert_eq!(sent, 5);
    assert_eq!(world.log.values().map(Vec::len).sum::<usize>(), 5);
    assert_eq!(world.got_from_others(bo), world.log_for(&world.phones[bo].user));
}

#[test]
fn after_a_logout_nobody_connects_and_nothing_is_remembered() {
    let mut world = World::new(20);
    let (an, bo) = (world.add_phone("an"), world.add_phone("bo"));
    world.send(an, "bo");
    world.run_for(1000);
    world.feed_client(bo, ClientInput::LogOut);
    world.run_for(100_000);
    assert_eq!(world.closes, [CloseReason::LoggedOut]);
    assert_eq!(world.phones[bo].link.state(), LinkState::Idle);
    assert_eq!(world.phones[bo].events.last(), Some(&ClientEffect::LoggedOut));
    assert_eq!(world.phones[bo].link.memory(), wire::ClientMemory::default());
}

#[test]
fn a_logout_asked_for_without_a_network_is_carried_out_at_the_next_connection() {
    let mut world = World::new(20);
    let bo = world.add_phone("bo");
    world.run_for(1000);
    world.cut(bo, Some(0));
    world.run_for(1);
    world.feed_client(bo, ClientInput::LogOut);
    world.run_for(1000);
    assert_eq!(world.phones[bo].events.last(), Some(&ClientEffect::LoggedOut));
    assert_eq!(world.closes, [CloseReason::SocketClosed, CloseReason::LoggedOut]);
}

#[test]
fn a_kicked_phone_stays_away() {
    let mut world = World::new(20);
    let bo = world.add_phone("bo");
    world.run_for(1000);
    world.kick(KickReason::AnotherLogin);
    world.run_for(100_000);
    assert_eq!(world.phones[bo].events.last(), Some(&ClientEffect::Kicked(KickReason::AnotherLogin)));
    assert_eq!(world.phones[bo].link.state(), LinkState::Idle);
}

#[test]
fn messages_that_are_committed_while_a_sync_is_read_come_all_the_same() {
    let mut world = World::new(20);
    let an = world.add_phone("an");
    for _ in 0..4 {
        world.send(an, "bo");
    }
    world.run_for(1000);
    world.page_delay_ms = 500;
    let bo = world.add_phone("bo");
    world.run_for(100);
    // The pages are read and not yet delivered; these two are held back.
    world.send(an, "bo");
    world.send(an, "bo");
    world.run_for(3000);
    assert_eq!(world.got_from_others(bo), world.log_for(&world.phones[bo].user));
    assert!(world.closes.is_empty());
}

#[test]
fn a_message_over_the_frame_limit_fails_at_once_and_harms_nothing() {
    let mut world = World::new(20);
    let an = world.add_phone("an");
    world.run_for(1000);
    let message = wire::SendMessage::new(
        model::ClientMessageId::new("large").unwrap(),
        crate::world::user_id("bo"),
        model::Body::text("x".repeat(model::FRAME_MAX_BYTES)),
    );
    world.feed_client(an, ClientInput::Send(Box::new(message)));
    let Some(ClientEffect::SendFailed { error, .. }) = world.phones[an].events.last() else {
        panic!("no failure")
    };
    assert_eq!(error.code, ErrorCode::FrameTooLarge.as_str());
    world.run_for(1000);
    assert!(world.closes.is_empty());
}

#[test]
fn a_server_that_goes_down_is_connected_to_again() {
    let mut world = World::new(20);
    let bo = world.add_phone("bo");
    world.run_for(1000);
    world.feed_all_servers(|| ServerInput::Shutdown);
    world.run_for(5000);
    assert_eq!(world.closes, [CloseReason::Shutdown]);
    assert_eq!(world.phones[bo].link.state(), LinkState::Live);
}

#[test]
fn f4_a_message_for_connected_devices_alone_reaches_those_and_is_never_synced() {
    let mut world = World::new(20);
    let (an, bo) = (world.add_phone("an"), world.add_phone("bo"));
    world.run_for(1000);
    world.send_to(an, crate::world::user_id("bo"), true);
    world.run_for(1000);
    assert_eq!(world.got_online_only(bo), ["p:an:bo an number 1"]);
    assert!(world.acked.is_empty() && world.closes.is_empty());
    world.restart(bo);
    world.run_for(1000);
    assert_eq!(world.got_online_only(bo).len(), 1);
    let Some(ClientEffect::Sent { seq, .. }) = world.phones[an].events.last() else { panic!("not sent") };
    assert_eq!(*seq, Seq(0));
}

#[test]
fn f2_a_member_who_comes_later_is_shown_what_is_written_from_then_on() {
    let mut world = World::new(20);
    let (an, bo) = (world.add_phone("an"), world.add_phone("bo"));
    let group = model::GroupId::new("all").unwrap();
    world.join("all", "an");
    world.run_for(1000);
    world.send_to(an, group.clone(), false);
    world.run_for(1000);
    world.join("all", "bo");
    world.send_to(an, group, false);
    world.run_for(1000);
    let seqs: Vec<_> = world.got_from_others(bo).into_iter().map(|(_, seq)| seq.0).collect();
    assert_eq!(seqs, [2]);
    assert!(world.closes.is_empty());
}
