//! Reading the given side of a vector.

use std::{collections::BTreeMap, fs, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use model::{Class, ClickAction, Form, Presentation, Purpose, Secret, Style, Timestamp};
use serde::Deserialize;
use vendors::{Content, Sent, Target, WireReply};

use crate::cases::Case;

/// `given.json`; whatever is left out is as in an everyday push.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Given {
    /// Where the vector is from, and how certain it is.
    pub(crate) source: String,
    /// The certificate's form; absent: the vendor's `form.json`.
    pub(crate) form: Option<BTreeMap<String, Text>>,
    pub(crate) now: Option<i64>,
    pub(crate) content: GivenContent,
    /// Absent: one target.
    pub(crate) targets: Option<Targets>,
    /// Recalls: the vendor's ids of what was sent, one target each; `null`: it gave none.
    pub(crate) sent: Option<Vec<Option<String>>>,
}

/// A text, also by reference or by length, so that vectors stay readable.
#[derive(Deserialize, Clone)]
#[serde(untagged)]
pub(crate) enum Text {
    Plain(String),
    Repeat {
        repeat: String,
        times: usize,
    },
    /// The base64 of a file beside `given.json`.
    File {
        file: String,
    },
    /// The text of a file beside `given.json`.
    Written {
        text_file: String,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Targets {
    Listed(Vec<GivenTarget>),
    /// `token-0`, `token-1`, … in base64, as many as this.
    Many(usize),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenTarget {
    token: Text,
    #[serde(default)]
    badge: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GivenContent {
    message: String,
    purpose: Purpose,
    title: Text,
    body: Text,
    ext: Option<Text>,
    payload: Option<Text>,
    class: Class,
    presentation: Presentation,
    style: Style,
    counts_badge: bool,
    click: Option<ClickAction>,
    collapse_key: Text,
    thread: Option<Text>,
    /// Milliseconds after `now`.
    lifetime_ms: i64,
    receipt_url: Option<Text>,
}

impl Default for GivenContent {
    fn default() -> Self {
        Self {
            message: "01890a5d-ac96-774b-bcce-b302099a8057".to_owned(),
            purpose: Purpose::Notify,
            title: Text::Plain("阿明".to_owned()),
            body: Text::Plain("你好 & hi".to_owned()),
            ext: None,
            payload: None,
            class: Class::Chat,
            presentation: Presentation::Alert,
            style: Style::default(),
            counts_badge: true,
            click: None,
            collapse_key: Text::Plain("p:ann:bo".to_owned()),
            thread: None,
            lifetime_ms: 86_400_000,
            receipt_url: None,
        }
    }
}

impl Given {
    pub(crate) fn of(case: &Case) -> Self {
        let Some(bytes) = case.file("given.json") else { return Self::default() };
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", case.folder.display()))
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.now.unwrap_or(1_790_000_000_000))
    }

    pub(crate) fn form(&self, case: &Case) -> Form {
        let own = self.form.clone();
        let fields = own.unwrap_or_else(|| serde_json::from_slice(&case.vendor_file("form.json")).unwrap());
        let mut form = Form::default();
        for (name, value) in fields {
            let known = vendors::adapter(case.vendor).fields().iter().find(|field| field.name == name);
            if known.is_some_and(|field| field.kind.is_secret()) {
                form.secret.insert(name, Secret::new(value.read(case)));
            } else {
                form.public.insert(name, value.read(case));
            }
        }
        form
    }

    pub(crate) fn content(&self, case: &Case) -> Content {
        let given = &self.content;
        let read = |text: &Option<Text>| text.as_ref().map(|text| text.read(case));
        Content {
            purpose: given.purpose,
            message: given.message.parse().unwrap(),
            title: given.title.read(case),
            body: given.body.read(case),
            ext: read(&given.ext),
            payload: read(&given.payload),
            class: given.class,
            presentation: given.presentation,
            style: given.style.clone(),
            counts_badge: given.counts_badge,
            click: given.click.clone(),
            collapse_key: given.collapse_key.read(case),
            thread: read(&given.thread),
            expires_at: self.now().plus_ms(given.lifetime_ms),
            receipt_url: read(&given.receipt_url).map(Arc::from),
        }
    }

    pub(crate) fn sent(&self, case: &Case) -> Vec<Sent> {
        let ids = self.sent.clone().unwrap_or_else(|| vec![None]);
        let token: Arc<str> = case_token(case).into();
        ids.into_iter()
            .map(|id| Sent { token: token.clone(), vendor_message_id: id.map(Arc::from) })
            .collect()
    }

    pub(crate) fn targets(&self, case: &Case) -> Vec<Target> {
        match &self.targets {
            None => vec![Target { token: case_token(case).into(), badge: None }],
            Some(Targets::Many(count)) => (0..*count)
                .map(|at| Target { token: STANDARD.encode(format!("token-{at}")).into(), badge: None })
                .collect(),
            Some(Targets::Listed(list)) => list
                .iter()
                .map(|target| Target { token: target.token.read(case).into(), badge: target.badge })
                .collect(),
        }
    }
}

impl Text {
    fn read(&self, case: &Case) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Repeat { repeat, times } => repeat.repeat(*times),
            Self::File { file } => STANDARD.encode(fs::read(case.folder.join(file)).unwrap()),
            Self::Written { text_file } => fs::read_to_string(case.folder.join(text_file)).unwrap(),
        }
    }
}

/// An everyday token of the vendor, from `token.txt` beside its vectors.
fn case_token(case: &Case) -> String {
    String::from_utf8(case.vendor_file("token.txt")).unwrap().trim().to_owned()
}

/// `given.http`: a source line, a start line, headers, a blank line, a body.
pub(crate) struct Http {
    pub(crate) start: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Http {
    pub(crate) fn of(case: &Case) -> Self {
        Self::find(case, "given.http")
            .unwrap_or_else(|| panic!("{} has no given.http", case.folder.display()))
    }

    pub(crate) fn find(case: &Case, file: &str) -> Option<Self> {
        Some(Self::read(&case.file(file)?, &case.folder.join(file).display().to_string()))
    }

    pub(crate) fn read(bytes: &[u8], place: &str) -> Self {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let (source, text) = text.split_once('\n').unwrap();
        let certainty = source.rsplit(", ").next().unwrap_or_default();
        assert!(
            source.starts_with("# source: ") && ["documented", "observed", "assumed"].contains(&certainty),
            "{place}: the first line must name the source and its certainty"
        );
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let mut lines = head.lines();
        let start = lines.next().unwrap_or_default().to_owned();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap_or_else(|| panic!("{place}: {line} is no header")))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { start, headers, body: body.strip_suffix('\n').unwrap_or(body).as_bytes().to_vec() }
    }

    pub(crate) fn reply(self) -> WireReply {
        let status = self.start.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        WireReply { status, headers: self.headers, body: self.body }
    }
}
