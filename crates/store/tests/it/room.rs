//! The room on the disk that retention gives back is written to again.

use std::fs;

use model::{AppId, Timestamp};
use store::{Expiry, ExpiryStep, FanoutNext, Op, Outcome, Store};

use super::{Folder, crash::message};

const APP: AppId = AppId(1);
/// Messages of one generation: a megabyte.
const MESSAGES: usize = 6000;

async fn write_generation(store: &dyn Store) {
    for _ in 0..MESSAGES / 200 {
        let mut batch = Vec::new();
        for _ in 0..200 {
            let message = message();
            let decided =
                Op::Decide { app: APP, message: message.id, deliveries: vec![], next: FanoutNext::Done };
            batch.extend([Op::Accept(Box::new(message)), decided]);
        }
        store.commit(batch).await.unwrap();
    }
}

async fn take_all_away(store: &dyn Store) -> u32 {
    let (mut step, mut all_rows) = (ExpiryStep::FIRST, 0);
    loop {
        let (before, tokens_before) = (Timestamp::NEVER, Timestamp::NEVER);
        let expiry = Expiry { app: APP, before, tokens_before, step, limit: 256 };
        let outcomes = store.commit(vec![Op::Expire(expiry)]).await.unwrap();
        let [Outcome::Expired { rows, ref next }] = outcomes[..] else { panic!("{outcomes:?}") };
        all_rows += rows;
        match next {
            Some(next) => step = next.clone(),
            None => return all_rows,
        }
    }
}

#[tokio::test]
async fn what_is_over_makes_room_for_what_comes_and_the_file_does_not_grow() {
    let folder = Folder::new();
    let mut sizes = Vec::new();
    for _ in 0..3 {
        let store = folder.open();
        write_generation(&*store).await;
        assert_eq!(take_all_away(&*store).await as usize, MESSAGES);
        drop(store);
        sizes.push(fs::metadata(folder.path().join("posthouse.db")).unwrap().len());
    }
    assert!(sizes[0] > 500_000, "there was something to give back: {sizes:?}");
    assert!(
        sizes[2] <= sizes[0] + sizes[0] / 10,
        "each generation takes the room of the one before: {sizes:?}"
    );
}
