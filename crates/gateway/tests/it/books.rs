//! Vendors that need more than one request: an access token first, or a body that is saved before it is sent.
//!
//! The book here is Xiaomi's with such habits added, so that the simulator can play the vendor.

use std::sync::atomic::{AtomicU32, Ordering};

use gateway::Books;
use model::{DeliveryState, FieldErrors, Form, Purpose, Receipt, TargetVerdict, Timestamp, Vendor, Verdict};
use rules::Reason;
use vendors::{
    Adapter, Auth, AuthPlan, BatchKey, Callback, Channel, CodeRow, Content, Field, Finding, Job, Limits,
    ProbeOutcome, ReceiptError, Route, Step, WireReply, WireRequest,
};

use crate::support::{Stage, all_in, regids};

static BOOK: SlowBook = SlowBook;
/// A token on which the book's reading breaks down.
const POISON: &str = "regid/poison";

#[tokio::test]
async fn an_access_token_is_asked_for_once_and_renewed_when_it_ages() {
    let stage = slow_stage().await;
    let certificate = stage.xiaomi().await;
    let _gateway = stage.gateway();
    for exchanges in [1, 1, 2] {
        if exchanges == 2 {
            stage.clock.advance_ms(TOKEN_LIFE_MS);
        }
        let message = stage.queue(certificate, &regids(2500)).await;
        assert!(all_in(&stage.ended(message).await, DeliveryState::Accepted));
        assert_eq!(count(&stage, "GET /v1/trace/quota/get"), exchanges);
    }
}

#[tokio::test]
async fn a_job_of_two_requests_sends_the_second_after_the_first() {
    let stage = slow_stage().await;
    let certificate = stage.xiaomi().await;
    let message = stage.queue(certificate, &regids(2500)).await;
    let _gateway = stage.gateway();
    let deliveries = stage.ended(message).await;
    assert!(all_in(&deliveries, DeliveryState::Accepted));
    assert!(deliveries.iter().all(|delivery| delivery.attempts.len() == 1));
    assert_eq!((count(&stage, "GET /v1/channel/list"), count(&stage, "POST /v2/message/regid")), (3, 3));
}

#[tokio::test]
async fn t13_where_a_vendor_neither_takes_back_nor_replaces_the_delivery_says_so() {
    let stage = slow_stage().await;
    let certificate = stage.xiaomi().await;
    let _gateway = stage.gateway();
    let message = stage.queue(certificate, &regids(1)).await;
    stage.ended(message).await;
    let delivery = stage.followed_up(message, Purpose::Withdraw, None).await;
    assert_eq!((delivery.state, delivery.reason), (DeliveryState::Skipped, Reason::CANNOT_WITHDRAW));
    assert!(delivery.attempts.is_empty());
}

#[tokio::test]
async fn a_book_that_breaks_down_on_one_push_rejects_that_and_sends_the_others() {
    let stage = slow_stage().await;
    let certificate = stage.xiaomi().await;
    let poisoned = stage.queue(certificate, &[POISON.to_owned()]).await;
    let healthy = stage.queue(certificate, &regids(2)).await;
    let _gateway = stage.gateway();
    let [delivery] = stage.ended(poisoned).await.try_into().unwrap();
    assert_eq!((delivery.state, delivery.reason), (DeliveryState::Rejected, Reason::UNRECOGNISED));
    assert_eq!(delivery.attempts[0].code, "adapter_failed");
    assert!(all_in(&stage.ended(healthy).await, DeliveryState::Accepted));
}

async fn slow_stage() -> Stage {
    let mut stage = Stage::new().await;
    stage.config.books = Books(|vendor| match vendor {
        Vendor::Xiaomi => &BOOK,
        other => vendors::adapter(other),
    });
    stage
}

fn count(stage: &Stage, path: &str) -> usize {
    let log = stage.simulator.world().log_after(0, usize::MAX);
    log.iter().filter(|entry| entry.path == path && entry.status == 200).count()
}

const TOKEN_LIFE_MS: i64 = 3_600_000;

struct SlowBook;

#[derive(Debug)]
struct SlowChannel {
    inner: Box<dyn Channel>,
    tokens: AtomicU32,
}

impl SlowChannel {
    /// The real header, which stands for the token that is asked for.
    fn header(&self, now: Timestamp) -> Auth {
        match self.inner.auth_plan(now) {
            AuthPlan::Ready(auth) => auth,
            AuthPlan::Exchange(_) => unreachable!("Xiaomi has a static header"),
        }
    }

    fn get(&self, stage: &'static str, path: &str, auth: &Auth) -> WireRequest {
        WireRequest {
            stage,
            to: None,
            method: "GET",
            path: path.to_owned(),
            headers: Vec::new(),
            authorization: auth.header.clone(),
            body: Vec::new(),
        }
    }
}

impl Adapter for SlowBook {
    fn vendor(&self) -> Vendor {
        Vendor::Xiaomi
    }

    fn limits(&self) -> &'static Limits {
        vendors::adapter(Vendor::Xiaomi).limits()
    }

    fn fields(&self) -> &'static [Field] {
        &[]
    }

    fn codes(&self) -> &'static [CodeRow] {
        &[]
    }

    fn replaces(&self) -> bool {
        false
    }

    fn open(&self, form: &Form, now: Timestamp) -> Result<Box<dyn Channel>, FieldErrors> {
        let inner = vendors::adapter(Vendor::Xiaomi).open(form, now)?;
        Ok(Box::new(SlowChannel { inner, tokens: AtomicU32::new(0) }))
    }
}

impl Channel for SlowChannel {
    fn facts(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn route(&self) -> Route {
        self.inner.route()
    }

    fn auth_plan(&self, now: Timestamp) -> AuthPlan {
        self.tokens.fetch_add(1, Ordering::SeqCst);
        AuthPlan::Exchange(self.get("token", "/v1/trace/quota/get", &self.header(now)))
    }

    fn auth_reply(&self, reply: &WireReply, now: Timestamp) -> Result<Auth, TargetVerdict> {
        if reply.status == 200 {
            Ok(Auth { renew_at: now.plus_ms(TOKEN_LIFE_MS), ..self.header(now) })
        } else {
            Err(TargetVerdict::new(Verdict::Misconfigured, reply.status, "no token"))
        }
    }

    fn batch_key(&self, content: &Content) -> Option<BatchKey> {
        self.inner.batch_key(content)
    }

    fn begin(&self, job: &Job<'_>, auth: &Auth) -> Step {
        let Job::Notify { targets, .. } = job else { panic!("a lane only notifies") };
        assert!(targets.iter().all(|target| &*target.token != POISON), "a fault of the book's reader");
        Step::Send(self.get("save", "/v1/channel/list", auth))
    }

    fn resume(&self, job: &Job<'_>, sent: &WireRequest, reply: &WireReply, auth: &Auth) -> Step {
        match sent.stage {
            "save" => self.inner.begin(job, auth),
            _ => self.inner.resume(job, sent, reply, auth),
        }
    }

    fn probe(&self, auth: &Auth) -> WireRequest {
        self.inner.probe(auth)
    }

    fn judge_probe(&self, reply: &WireReply) -> ProbeOutcome {
        self.inner.judge_probe(reply)
    }

    fn receipts(&self, _: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
        Err(ReceiptError::Unsupported)
    }

    fn lint(&self, _: &Content, _: Timestamp) -> Vec<Finding> {
        Vec::new()
    }
}
