//! The rows of the seed documents that are the vendors' part: what is put on the wire, and what the lint says of it.
//! Each test begins with the row it proves.

mod certificates;
mod classes;
mod clicks;
mod content;
mod presentations;
mod styles;

use std::{collections::BTreeMap, fs, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use model::{Class, FieldErrors, Form, MessageId, Presentation, Style, Timestamp, Vendor};
use serde_json::{Map, Value};
use vendors::{
    Auth, AuthPlan, Channel, Content, Finding, Job, Severity, Step, Target, WireReply, WireRequest,
};

use crate::sealed;

/// 22:13 in Beijing: no vendor's night.
const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// The fields of a form that are other than in the vendor's everyday one; an empty value leaves a field out.
type Changes<'a> = &'a [(&'a str, &'a str)];

/// A certificate that was read, and a token of a phone that it serves.
struct Opened {
    vendor: Vendor,
    channel: Box<dyn Channel>,
    auth: Auth,
    token: String,
}

/// The everyday certificate of a vendor.
fn open(vendor: Vendor) -> Opened {
    open_with(vendor, &[])
}

fn open_with(vendor: Vendor, changes: Changes<'_>) -> Opened {
    let channel = try_open(vendor, changes).unwrap();
    let auth = match channel.auth_plan(NOW) {
        AuthPlan::Ready(auth) => auth,
        AuthPlan::Exchange(_) => {
            let http = vendor_file(vendor, "token.http");
            let body = http.split_once("\n\n").unwrap().1.trim_end().as_bytes().to_vec();
            channel.auth_reply(&WireReply { status: 200, body, ..WireReply::default() }, NOW).unwrap()
        }
    };
    Opened { vendor, channel, auth, token: vendor_file(vendor, "token.txt").trim().to_owned() }
}

fn try_open(vendor: Vendor, changes: Changes<'_>) -> Result<Box<dyn Channel>, FieldErrors> {
    let mut values: BTreeMap<String, String> =
        serde_json::from_str(&vendor_file(vendor, "form.json")).unwrap();
    values.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    values.retain(|_, value| !value.is_empty());
    vendors::adapter(vendor).open(&vendors::fill_form(vendor, &values), NOW)
}

/// The fields for which a form is refused.
fn refused(vendor: Vendor, changes: Changes<'_>) -> Vec<String> {
    faults(try_open(vendor, changes))
}

fn faults(opened: Result<Box<dyn Channel>, FieldErrors>) -> Vec<String> {
    opened.err().into_iter().flat_map(|errors| errors.0).map(|fault| fault.field).collect()
}

impl Opened {
    fn begin(&self, content: &Content, badge: Option<u32>) -> Step {
        let targets = [Target { token: self.token.as_str().into(), badge }];
        self.channel.begin(&Job::Notify { content, targets: &targets, now: NOW }, &self.auth)
    }

    fn request_with(&self, content: &Content, badge: Option<u32>) -> WireRequest {
        match self.begin(content, badge) {
            Step::Send(request) => request,
            Step::Done(verdicts) => panic!("{} sends nothing: {verdicts:?}", self.vendor),
        }
    }

    fn request(&self, content: &Content) -> WireRequest {
        self.request_with(content, None)
    }

    /// The body as its receiver reads it: JSON, also inside a form or sealed; a plain form as an object of texts.
    fn body(&self, content: &Content) -> Value {
        read(&self.request(content))
    }

    fn header(&self, content: &Content, name: &str) -> Option<String> {
        let headers = self.request(content).headers;
        headers.into_iter().find_map(|(own, value)| (own == name).then_some(value))
    }

    /// The code under which a content is given up before anything is sent.
    fn unsent(&self, content: &Content) -> String {
        match self.begin(content, None) {
            Step::Done(verdicts) => verdicts[0].code.clone(),
            Step::Send(_) => panic!("{} sends it", self.vendor),
        }
    }

    /// The verdict that an answer of this status and body comes to.
    fn verdict(&self, content: &Content, status: u16, body: &Value) -> model::Verdict {
        let targets = [Target { token: self.token.as_str().into(), badge: None }];
        let job = Job::Notify { content, targets: &targets, now: NOW };
        let Step::Send(sent) = self.channel.begin(&job, &self.auth) else { panic!("is sent") };
        let reply = WireReply { status, body: body.to_string().into_bytes(), ..WireReply::default() };
        match self.channel.resume(&job, &sent, &reply, &self.auth) {
            Step::Done(verdicts) => verdicts[0].verdict.clone(),
            Step::Send(_) => panic!("is done"),
        }
    }

    fn lint(&self, content: &Content) -> Vec<Finding> {
        vendors::lint(self.vendor, &*self.channel, content, NOW)
    }

    /// How bad the lint finds something; `None`: it does not find it.
    fn found(&self, content: &Content, code: &str) -> Option<Severity> {
        self.lint(content).into_iter().find_map(|finding| (finding.code == code).then_some(finding.severity))
    }
}

fn read(request: &WireRequest) -> Value {
    if let Some(message) = sealed::message(request) {
        return serde_json::from_slice(&message).unwrap();
    }
    serde_json::from_slice(&request.body).unwrap_or_else(|_| {
        let fields: Map<String, Value> = form_urlencoded::parse(&request.body)
            .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
            .collect();
        let inside = fields.get("message").or_else(|| fields.get("messageJson"));
        match inside.and_then(Value::as_str) {
            Some(json) => serde_json::from_str(json).unwrap(),
            None => fields.into(),
        }
    })
}

/// A JSON text inside JSON.
fn inner(text: &Value) -> Value {
    serde_json::from_str(text.as_str().unwrap()).unwrap()
}

/// An everyday message of a chat.
fn chat() -> Content {
    Content {
        purpose: model::Purpose::Notify,
        message: MessageId(uuid::Uuid::from_u128(7)),
        title: "阿明".to_owned(),
        body: "你好".to_owned(),
        ext: None,
        payload: None,
        class: Class::Chat,
        presentation: Presentation::Alert,
        style: Style::default(),
        counts_badge: true,
        click: None,
        collapse_key: "p:ann:bo".to_owned(),
        thread: None,
        expires_at: NOW.plus_ms(86_400_000),
        receipt_url: None,
    }
}

fn carrying(ext: &str, payload: &str) -> Content {
    Content { ext: Some(ext.to_owned()), payload: Some(payload.to_owned()), ..chat() }
}

fn styled(style: Style) -> Content {
    Content { style, ..chat() }
}

fn vendor_file(vendor: Vendor, name: &str) -> String {
    fs::read_to_string(folder(vendor).join(name)).unwrap()
}

/// A file as a form holds it.
fn base64_of(vendor: Vendor, name: &str) -> String {
    STANDARD.encode(fs::read(folder(vendor).join(name)).unwrap())
}

fn folder(vendor: Vendor) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/vendors").join(vendor.name())
}

/// No field filled.
fn blank() -> Form {
    Form::default()
}
