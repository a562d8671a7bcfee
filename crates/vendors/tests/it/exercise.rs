//! Everything an adapter does with bytes from outside. None of it may panic, and every target gets its verdict. The
//! fuzz targets in `fuzz/` and the corpus test run the same.
//!
//! An input is a byte that chooses the vendor, two that are the HTTP status, and the body.

use std::{collections::BTreeMap, fs, path::Path, sync::OnceLock};

use model::{Class, Form, MessageId, Presentation, Secret, Style, Timestamp, Vendor};
use vendors::{Auth, AuthPlan, Callback, Channel, Content, Job, Sent, Step, Target, WireReply};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// A vendor's everyday certificate, opened once.
struct Everyday {
    vendor: Vendor,
    channel: Box<dyn Channel>,
    auth: Auth,
    token: String,
}

/// An answer to every request of a push and of a recall, to an exchange, and to a probe.
pub(crate) fn answer(input: &[u8]) {
    let Some((everyday, status, body)) = split(input) else { return };
    let headers = vec![("retry-after".to_owned(), "7".to_owned())];
    let reply = WireReply { status, headers, body: body.to_vec() };
    let Everyday { channel, auth, .. } = everyday;
    let content = content();
    let most = vendors::adapter(everyday.vendor).limits().batch.min(3);
    let targets = vec![Target { token: everyday.token.as_str().into(), badge: None }; most];
    let notify = Job::Notify { content: &content, targets: &targets, now: NOW };
    let sent = [Sent { token: everyday.token.as_str().into(), vendor_message_id: Some("id".into()) }];
    let recall = Job::Recall { message: content.message, collapse_key: "k", sent: &sent, now: NOW };
    for job in [notify, recall] {
        let mut step = channel.begin(&job, auth);
        for _ in 0..4 {
            let Step::Send(request) = step else { break };
            step = channel.resume(&job, &request, &reply, auth);
        }
        match step {
            Step::Done(verdicts) => assert_eq!(verdicts.len(), job.len(), "a verdict for every target"),
            Step::Send(_) => panic!("a job of {} does not end", everyday.vendor),
        }
    }
    let _ = channel.auth_reply(&reply, NOW);
    channel.judge_probe(&reply);
}

/// A receipt that somebody posts.
pub(crate) fn receipt(input: &[u8]) {
    let Some((everyday, _, body)) = split(input) else { return };
    let callback = Callback { headers: &[], body, received_at: NOW };
    let _ = everyday.channel.receipts(&callback);
}

fn split(input: &[u8]) -> Option<(&'static Everyday, u16, &[u8])> {
    let [vendor, high, low, body @ ..] = input else { return None };
    let all = every_vendor();
    let everyday = &all[usize::from(*vendor) % all.len()];
    Some((everyday, u16::from_be_bytes([*high, *low]), body))
}

fn every_vendor() -> &'static [Everyday] {
    static ALL: OnceLock<Vec<Everyday>> = OnceLock::new();
    ALL.get_or_init(|| Vendor::ALL.into_iter().map(open).collect())
}

fn open(vendor: Vendor) -> Everyday {
    let up = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let folder = up.map(|up| up.join("testdata/vendors").join(vendor.name())).find(|folder| folder.is_dir());
    let folder = folder.expect("the vectors stand at the repository's root");
    let read =
        |name: &str| fs::read_to_string(folder.join(name)).expect("every vendor has its everyday files");
    let fields: BTreeMap<String, String> =
        serde_json::from_str(&read("form.json")).expect("a form is an object of texts");
    let secret = fields.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
    let form = Form { secret, ..Form::default() };
    let channel = vendors::adapter(vendor).open(&form, NOW).expect("the everyday form reads");
    let auth = match channel.auth_plan(NOW) {
        AuthPlan::Ready(auth) => auth,
        AuthPlan::Exchange(_) => {
            let http = read("token.http");
            let body = http.split_once("\n\n").map_or("", |(_, body)| body).trim_end();
            let reply = WireReply { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() };
            channel.auth_reply(&reply, NOW).expect("the everyday answer gives a token")
        }
    };
    Everyday { vendor, channel, auth, token: read("token.txt").trim().to_owned() }
}

fn content() -> Content {
    Content {
        purpose: model::Purpose::Notify,
        message: MessageId(uuid::Uuid::from_u128(7)),
        title: "Ann".to_owned(),
        body: "hello".to_owned(),
        ext: Some("e".to_owned()),
        payload: None,
        class: Class::Chat,
        presentation: Presentation::Alert,
        style: Style::default(),
        counts_badge: true,
        click: None,
        collapse_key: "k".to_owned(),
        thread: None,
        expires_at: NOW.plus_ms(60_000),
        receipt_url: None,
    }
}
