//! Explain: the recent messages, and for one of them the way to each device.

mod search;
mod view;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use http::StatusCode;
use model::{DeviceId, Message, MessageId, UserId};
use serde::Deserialize;

pub(super) use self::view::{AttemptView, RuleLine};
use self::{
    search::{By, Search},
    view::{MessageView, RecentLine, What},
};
use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chrome, PageName},
    visitor::Signed,
};
use crate::explain::{Asked, explain};

/// Messages that are listed.
const RECENT_MAX: u32 = 40;

#[derive(Template)]
#[template(path = "console/explain.html")]
struct ExplainPage {
    chrome: Chrome,
    recent: Vec<RecentLine>,
    by: By,
    sought: String,
    found: Option<Search>,
    detail: Detail,
}

/// What is shown beside the list.
enum Detail {
    /// No message was chosen.
    Nothing,
    /// The App has no such message.
    Unknown,
    /// This one.
    Open(Box<MessageView>),
}

impl Detail {
    const fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }
}

/// The question as a browser sends it: a search by one thing, and the message that was chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Question {
    by: String,
    q: String,
    before: String,
    message: String,
    user: String,
    device: String,
}

/// `GET /console/explain`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(question): Query<Question>,
) -> Response {
    let drawn = draw(&console, &signed, question).await;
    signed.answer(drawn.map(|explain| page(StatusCode::OK, &explain)))
}

async fn draw(console: &Console, signed: &Signed, question: Question) -> Result<ExplainPage, Failure> {
    let lang = signed.lang();
    let (by, sought) = (By::from_word(&question.by), question.q.trim());
    let asked = match question.message.trim() {
        "" if by == By::Message => sought,
        message => message,
    };
    let chosen: Option<MessageId> = asked.parse().ok();
    let detail = match chosen {
        None if asked.is_empty() => Detail::Nothing,
        None => Detail::Unknown,
        Some(id) => detail(console, signed, id, &question).await?,
    };
    let found = search::search(console, signed, (by, sought), &question.before, chosen).await?;
    let recent = console.shared.store().recent_messages(signed.app(), RECENT_MAX).await?;
    let line = |message: Message| RecentLine::of(lang, &signed.readable(message), chosen);
    Ok(ExplainPage {
        chrome: signed.chrome(Some(PageName::Explain)),
        recent: recent.into_iter().map(line).collect(),
        sought: if sought.is_empty() { asked } else { sought }.to_owned(),
        by,
        found,
        detail,
    })
}

async fn detail(
    console: &Console,
    signed: &Signed,
    id: MessageId,
    question: &Question,
) -> Result<Detail, Failure> {
    let (im, app) = (&console.shared.im, signed.app());
    let Some(message) = im.store().message(app, id).await? else { return Ok(Detail::Unknown) };
    let asked = Asked {
        user: UserId::new(question.user.trim()).ok(),
        device: question.device.trim().parse().ok().map(DeviceId),
        show_text: signed.may_read_text(),
    };
    let Some(explanation) = explain(im, app, id, &asked).await? else { return Ok(Detail::Unknown) };
    let message = signed.readable(message);
    let narrowed = [("user", question.user.trim()), ("device", question.device.trim())];
    Ok(Detail::Open(Box::new(MessageView::of(signed.lang(), &message, &explanation, &narrowed))))
}

#[cfg(test)]
mod tests {
    use model::{Addressee, AppId, Body, MessageKind, Seq, Timestamp};
    use serde_json::json;
    use uuid::Uuid;

    use super::{By, Chrome, Detail, ExplainPage, Message, MessageId, MessageView, Template};
    use crate::{
        console::{chrome::PageName, words::Lang},
        explain::Explanation,
    };

    const HOSTILE: &str = "<script>alert(1)</script>";

    /// A push that a vendor refused in hostile words.
    fn refused() -> (Message, Explanation) {
        let message = Message {
            id: MessageId(Uuid::nil()),
            app: AppId(1),
            addressee: Addressee::User("bo".parse().unwrap()),
            kind: MessageKind::Push,
            sender: None,
            sender_device: None,
            client_message_id: None,
            seq: Seq(0),
            body: Body::text("hello"),
            mentions: model::Mentions::default(),
            online_only: false,
            recalled_at: None,
            push: None,
            sent_at: Timestamp(0),
            expires_at: Timestamp(1),
        };
        let explanation = json!({
            "at": 0,
            "targets": [{
                "user": HOSTILE, "token_tail": HOSTILE, "state": "rejected", "acked": false, "rules_changed": true,
                "device": { "id": Uuid::nil(), "name": HOSTILE, "platform": "android" },
                "reason": { "code": 111, "name": "misconfigured", "en": "The vendor refused the account.",
                    "zh": "厂商拒绝了账号。", "hint_en": "Mend it.", "hint_zh": "请修复。" },
                "rules": [{ "rule": "push_disconnected", "ruling": "push", "result": "decided",
                    "saw_en": HOSTILE, "saw_zh": HOSTILE, "en": "No connection.", "zh": "没有连接。" }],
                "certificate": { "id": 7, "name": HOSTILE, "vendor": "xiaomi" },
                "attempts": [{ "at": 0, "took_ms": 3, "verdict": HOSTILE, "http_status": 200, "code": HOSTILE,
                    "text": HOSTILE, "meaning": { "en": "unknown", "zh": "未知" } }],
                "vendor_message_id": HOSTILE, "receipt_note": HOSTILE, "raced": false,
                "marks": { "arrived_at": null, "shown_at": null, "clicked_at": null }
            }]
        });
        (message, serde_json::from_value(explanation).unwrap())
    }

    fn drawn(lang: Lang) -> String {
        let (message, explanation) = refused();
        let chrome = Chrome {
            lang,
            words: lang.words(),
            page: Some(PageName::Explain),
            here: "/console/explain".to_owned(),
            csrf: "csrf".to_owned(),
            app_name: HOSTILE.to_owned(),
            apps: Vec::new(),
            role: Some(model::ConsoleRole::Operator),
            signed: None,
        };
        let detail = Detail::Open(Box::new(MessageView::of(lang, &message, &explanation, &[])));
        let page = ExplainPage {
            chrome,
            recent: Vec::new(),
            by: By::Message,
            sought: String::new(),
            found: None,
            detail,
        };
        page.render().unwrap()
    }

    #[test]
    fn a_vendors_words_are_told_and_never_become_markup() {
        for lang in Lang::ALL {
            let html = drawn(lang);
            assert!(!html.contains(HOSTILE));
            let answer = "data-test=\"vendor-text\">&#60;script&#62;alert(1)&#60;/script&#62;</q>";
            assert!(html.contains(answer), "{html}");
        }
        assert!(drawn(Lang::Zh).contains("小米拒绝了推送"));
        assert!(drawn(Lang::En).contains("Refused by Xiaomi"));
    }
}
