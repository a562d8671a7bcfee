//! A process that is killed while it writes, and one whose disk is full: whatever it was answered is there afterwards.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use model::{
    Addressee, AppId, Body, ConversationId, Mentions, Message, MessageId, MessageKind, Seq, Timestamp, UserId,
};
use store::{EmbeddedStore, Op, Outcome, Store, StoreError};
use uuid::Uuid;

use super::{Folder, seal_key};

/// Set in the child: the folder to write to.
const CHILD_FOLDER: &str = "POSTHOUSE_CRASH_FOLDER";
const APP: AppId = AppId(1);
const SENDERS: usize = 16;
/// Acknowledged messages after which the child is killed.
const KILL_AFTER: usize = 400;
const ROUNDS: usize = 3;

pub(super) fn message() -> Message {
    let (al, bo) = (UserId::new("al").unwrap(), UserId::new("bo").unwrap());
    let sent_at = Timestamp(1_700_000_000_000);
    Message {
        id: MessageId(Uuid::now_v7()),
        app: APP,
        addressee: Addressee::Conversation(ConversationId::peer(&al, &bo)),
        kind: MessageKind::Message,
        sender: Some(al),
        sender_device: None,
        client_message_id: None,
        seq: Seq(0),
        body: Body::text("dinner?"),
        mentions: Mentions::default(),
        online_only: false,
        recalled_at: None,
        push: None,
        sent_at,
        expires_at: sent_at.plus_ms(60_000),
    }
}

/// Not a test by itself: the parent runs it in a process of its own, and kills that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_that_is_killed() {
    let Ok(folder) = std::env::var(CHILD_FOLDER) else { return };
    let store = EmbeddedStore::open(Path::new(&folder), seal_key()).unwrap();
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut message = message();
                while let Ok(outcomes) = store.commit(vec![Op::Accept(Box::new(message.clone()))]).await {
                    let [Outcome::Accepted { seq }] = outcomes[..] else { panic!("{outcomes:?}") };
                    // One line is one write, so a kill cannot tear it apart from what was acknowledged.
                    println!("acknowledged {} {seq}", message.id);
                    message.id = MessageId(Uuid::now_v7());
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
}

/// Runs the child, kills it after some acknowledgements, and returns all that it printed.
fn write_until_killed(folder: &Path) -> Vec<(MessageId, Seq)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child_that_is_killed", "--nocapture"])
        .env(CHILD_FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged = Vec::new();
    let mut is_killed = false;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let Some((_, printed)) = line.split_once("acknowledged ") else { continue };
        let Some((id, seq)) = printed.split_once(' ') else { continue };
        if let (Ok(id), Ok(seq)) = (id.parse(), seq.parse()) {
            acknowledged.push((id, seq));
        }
        if acknowledged.len() == KILL_AFTER && !is_killed {
            child.kill().unwrap();
            is_killed = true;
        }
    }
    child.wait().unwrap();
    assert!(is_killed, "the child ended by itself");
    acknowledged
}

#[tokio::test]
async fn every_acknowledged_message_is_there_after_a_kill_with_its_fanout() {
    let folder = Folder::new();
    let mut acknowledged = Vec::new();
    for _ in 0..ROUNDS {
        acknowledged.extend(write_until_killed(&folder.path()));
    }
    let store = folder.open();
    for (id, seq) in &acknowledged {
        let stored = store.message(APP, *id).await.unwrap();
        assert_eq!(stored.map(|message| message.seq), Some(*seq), "{id} was acknowledged");
        assert!(store.fanout(APP, *id).await.unwrap().is_some(), "{id} has targets to decide");
    }
    let mut places: Vec<_> = acknowledged.iter().map(|(_, seq)| *seq).collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), acknowledged.len(), "no place was given twice");
}

/// Not a test by itself: the parent runs it where files cannot grow for long.
#[tokio::test]
async fn child_whose_disk_is_full() {
    let Ok(folder) = std::env::var(CHILD_FOLDER) else { return };
    let store = EmbeddedStore::open(Path::new(&folder), seal_key()).unwrap();
    let mut acknowledged = Vec::new();
    let refused = loop {
        let message = message();
        let id = message.id;
        match store.commit(vec![Op::Accept(Box::new(message))]).await {
            Ok(_) => acknowledged.push(id),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Disk(_)), "{refused:?}");
    assert_eq!(store.recent_messages(APP, u32::MAX).await.unwrap().len(), acknowledged.len());
    println!("acknowledged {}", acknowledged.len());
}

#[cfg(unix)]
#[tokio::test]
async fn a_full_disk_refuses_and_keeps_what_was_acknowledged() {
    let folder = Folder::new();
    // Files may grow to 512 KiB; the signal that would end the process is ignored, so that writes fail instead.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child_whose_disk_is_full", "--nocapture"])
        .env(CHILD_FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let (_, acknowledged) = printed.split_once("acknowledged ").unwrap();
    let acknowledged: usize = acknowledged.split_whitespace().next().unwrap().parse().unwrap();
    assert!(acknowledged > 0);
    let stored = folder.open().recent_messages(APP, u32::MAX).await.unwrap();
    assert_eq!(stored.len(), acknowledged);
}
