//! Receipts: what phones report is gathered for a moment and posted as the vendor posts it.

use std::{borrow::Cow, sync::Arc};

use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

use super::{Clerk, Counter};
use crate::{
    callback::{self, CallbackError},
    log::Entry,
    phone::Report,
};

/// Posts to receivers that are under way at a time.
const POSTS_AT_A_TIME: usize = 16;
/// Reports that one round takes in.
const REPORTS_A_ROUND: usize = 1000;

/// A receipt to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Post {
    /// Where it goes.
    pub(crate) url: String,
    /// Header names in lower case; `content-type` is among them.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Body.
    pub(crate) body: String,
    /// How many events it tells.
    pub(crate) events: usize,
}

/// Takes in what phones report, and posts receipts, until the last phone is gone.
pub(super) async fn run<C: Clerk>(counter: Arc<Counter<C>>, mut reports: mpsc::Receiver<Report>) {
    while let Some(first) = reports.recv().await {
        let mut round = vec![first];
        let deadline = tokio::time::Instant::now() + counter.shared.settings.receipt_collect;
        while round.len() < REPORTS_A_ROUND
            && let Ok(Some(report)) = tokio::time::timeout_at(deadline, reports.recv()).await
        {
            round.push(report);
        }
        let posts = counter.clerk.posts(&round, counter.shared.clock.now());
        stream::iter(posts).for_each_concurrent(POSTS_AT_A_TIME, |post| call_back(&counter, post)).await;
    }
}

async fn call_back<C: Clerk>(counter: &Counter<C>, post: Post) {
    let (url, events) = (post.url.clone(), post.events);
    let outcome = callback::post(&post.url, &post.headers, post.body).await;
    write_log(counter, &url, events, outcome);
}

/// The path of the URL is a secret of its receiver.
fn write_log<C: Clerk>(counter: &Counter<C>, url: &str, events: usize, outcome: Result<u16, CallbackError>) {
    let authority = url.parse::<http::Uri>().ok().and_then(|uri| uri.authority().map(ToString::to_string));
    let (status, code) = match outcome {
        Ok(status) => (status, Cow::Borrowed("")),
        Err(error) => (0, Cow::Owned(error.to_string())),
    };
    counter.shared.log.write(Entry {
        number: 0,
        at: counter.shared.clock.now(),
        vendor: counter.clerk.vendor(),
        host: authority.unwrap_or_default().into(),
        path: "POST receipts".into(),
        targets: events,
        token: String::new(),
        status,
        code,
        stage: "called back",
    });
    counter.shared.news.changed();
}
