//! What the adapters say to each vector, as JSON.

use model::Timestamp;
use serde_json::json;
use vendors::{Auth, AuthPlan, Callback, Channel, Job, Step};

use crate::{
    cases::{self, Case},
    given::{Given, Http},
    show::{show_auth, show_channel, show_finding, show_receipt, show_request, show_step},
};

#[test]
fn certificate_forms_are_read_as_the_auth_vectors_say() {
    cases::check("auth", |case| {
        let given = Given::of(case);
        assert_source(case, &given.source);
        match vendors::adapter(case.vendor).open(&given.form(case), given.now()) {
            Ok(channel) => show_channel(case, &*channel, given.now()),
            Err(faults) => json!({ "faults": faults.0 }),
        }
    });
}

#[test]
fn answers_to_an_exchange_are_read_as_the_token_vectors_say() {
    cases::check("token", |case| {
        let given = Given::of(case);
        let channel = channel(case, &given);
        match channel.auth_reply(&Http::of(case).reply(), given.now()) {
            Ok(auth) => show_auth(case, &auth, given.now()),
            Err(verdict) => json!({ "refused": show_step(Step::Done(vec![verdict])) }),
        }
    });
}

#[test]
fn notifications_are_rendered_as_the_request_vectors_say() {
    cases::check("request", |case| {
        let given = Given::of(case);
        assert_source(case, &given.source);
        let (channel, auth) = open(case, &given);
        let (content, targets) = (given.content(case), given.targets(case));
        let step =
            channel.begin(&Job::Notify { content: &content, targets: &targets, now: given.now() }, &auth);
        let shared = channel.batch_key(&content).is_some();
        json!({ "may_share_a_job": shared, "step": show_step(step) })
    });
}

#[test]
fn recalls_are_rendered_and_judged_as_the_recall_vectors_say() {
    cases::check("recall", |case| {
        let given = Given::of(case);
        assert_source(case, &given.source);
        let (channel, auth) = open(case, &given);
        let (content, sent) = (given.content(case), given.sent(case));
        let job = Job::Recall {
            message: content.message,
            collapse_key: &content.collapse_key,
            sent: &sent,
            now: given.now(),
        };
        match channel.begin(&job, &auth) {
            Step::Send(request) if case.file("given.http").is_some() => {
                let reply = Http::of(case).reply();
                json!({
                    "request": show_request(&request),
                    "step": show_step(channel.resume(&job, &request, &reply, &auth)),
                })
            }
            step => json!({ "step": show_step(step) }),
        }
    });
}

/// A job of several requests is led to the step in question by `before-1.http`, `before-2.http`, ….
#[test]
fn answers_are_judged_as_the_reply_vectors_say() {
    cases::check("reply", |case| {
        let given = Given::of(case);
        let (channel, auth) = open(case, &given);
        let (content, targets) = (given.content(case), given.targets(case));
        let job = Job::Notify { content: &content, targets: &targets, now: given.now() };
        let mut step = channel.begin(&job, &auth);
        for number in 1.. {
            let Some(before) = Http::find(case, &format!("before-{number}.http")) else { break };
            let Step::Send(sent) = step else { panic!("{}: done too early", case.folder.display()) };
            step = channel.resume(&job, &sent, &before.reply(), &auth);
        }
        let Step::Send(sent) = step else { panic!("{}: nothing is sent", case.folder.display()) };
        let reply = Http::of(case).reply();
        let probe = channel.judge_probe(&reply);
        json!({
            "step": show_step(channel.resume(&job, &sent, &reply, &auth)),
            "as_probe": { "accepted": probe.accepted, "code": probe.code, "en": probe.en, "zh": probe.zh },
        })
    });
}

#[test]
fn receipts_are_read_as_the_receipt_vectors_say() {
    cases::check("receipt", |case| {
        let http = Http::of(case);
        let callback =
            Callback { headers: &http.headers, body: &http.body, received_at: Timestamp(1_790_000_009_000) };
        match channel(case, &Given::of(case)).receipts(&callback) {
            Ok(receipts) => receipts.iter().map(show_receipt).collect(),
            Err(error) => json!({ "error": error.to_string() }),
        }
    });
}

#[test]
fn contents_are_found_fault_with_as_the_lint_vectors_say() {
    cases::check("lint", |case| {
        let given = Given::of(case);
        assert_source(case, &given.source);
        let content = given.content(case);
        channel(case, &given).lint(&content, given.now()).iter().map(show_finding).collect()
    });
}

#[test]
fn no_secret_of_a_form_is_shown_by_its_channel() {
    for case in cases::find("auth") {
        let given = Given::of(&case);
        let form = given.form(&case);
        let Ok(channel) = vendors::adapter(case.vendor).open(&form, given.now()) else { continue };
        let shown = format!("{channel:?} {:?} {:?}", channel.facts(), channel.auth_plan(given.now()));
        for secret in form.secret.values() {
            assert!(!shown.contains(secret.expose().trim()), "{} shows a secret", case.folder.display());
        }
    }
}

fn assert_source(case: &Case, source: &str) {
    let certainty = source.rsplit(", ").next().unwrap_or_default();
    assert!(
        ["documented", "observed", "assumed"].contains(&certainty),
        "{}: source must end in its certainty",
        case.folder.display()
    );
}

fn channel(case: &Case, given: &Given) -> Box<dyn Channel> {
    vendors::adapter(case.vendor).open(&given.form(case), given.now()).unwrap()
}

/// A channel with its authentication; where it is exchanged for, the vendor's `token.http` is the answer.
fn open(case: &Case, given: &Given) -> (Box<dyn Channel>, Auth) {
    let channel = channel(case, given);
    let auth = match channel.auth_plan(given.now()) {
        AuthPlan::Ready(auth) => auth,
        AuthPlan::Exchange(_) => {
            let reply = Http::read(&case.vendor_file("token.http"), "token.http").reply();
            channel.auth_reply(&reply, given.now()).unwrap()
        }
    };
    (channel, auth)
}
