//! Meizu's answers: the envelope, and the codes of the book. Business errors come with HTTP 200 (documented).

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use crate::counter::Answer;

/// A code of the book; on the wire a string (documented).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(pub(super) &'static str);

impl Code {
    pub(super) const OK: Self = Self("200");
    pub(super) const MOVED: Self = Self("300");
    /// Anything else, told in words: dates, tasks that cannot be cancelled.
    pub(super) const OTHER: Self = Self("500");
    /// Also for whatever in a message is too long, missing or no JSON. The code is assumed.
    pub(super) const PARAMETER: Self = Self("1005");
    pub(super) const SIGNATURE: Self = Self("1006");
    pub(super) const APP_ID: Self = Self("110000");
    /// Not subscribed.
    pub(super) const NOT_SUBSCRIBED: Self = Self("110002");
    pub(super) const PUSH_ID: Self = Self("110003");
    pub(super) const EMPTY: Self = Self("110004");
    pub(super) const ALIAS: Self = Self("110005");
    pub(super) const BLACK_LIST: Self = Self("110009");
    /// At the top: too fast. Inside `value`: the push id's message switch is off.
    pub(super) const TOO_FAST_OR_OFF: Self = Self("110010");
    pub(super) const PUBLIC_OF_DAY: Self = Self("110011");
    pub(super) const DAY_QUOTA: Self = Self("110019");
    pub(super) const PACKAGE: Self = Self("110031");
    pub(super) const TASK: Self = Self("110032");
    pub(super) const PASS_THROUGH: Self = Self("110053");
    pub(super) const FOLDED: Self = Self("520");

    /// A refusal with this code and the book's words.
    pub(super) fn plain(self) -> Refusal {
        self.because(words(self))
    }

    /// A refusal with this code and these words. The words are nobody's contract.
    pub(super) fn because(self, text: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { code: self, text: text.into(), redirect: String::new(), stage: "refused" }
    }
}

/// Why a whole request is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) text: Cow<'static, str>,
    /// Where to repeat the request; only with [`Code::MOVED`].
    pub(super) redirect: String,
    pub(super) stage: &'static str,
}

/// Codes that stand at the top, with their meaning.
const TOP: &[(Code, &str)] = &[
    (Code::MOVED, "请求重定向"),
    (Code::OTHER, "其他异常"),
    (Code("1001"), "系统错误"),
    (Code("1003"), "服务器忙"),
    (Code::PARAMETER, "参数错误，请参考API文档"),
    (Code::SIGNATURE, "签名认证失败"),
    (Code::APP_ID, "appId不合法"),
    (Code("110001"), "appKey不合法"),
    (Code::NOT_SUBSCRIBED, "pushId未订阅"),
    (Code::PUSH_ID, "pushId非法"),
    (Code::EMPTY, "参数不能为空"),
    (Code::BLACK_LIST, "应用被加入黑名单"),
    (Code::TOO_FAST_OR_OFF, "应用请求频率超过限制"),
    (Code::DAY_QUOTA, "应用当日推送次数超过限制"),
    (Code::PACKAGE, "packageName不合法"),
    (Code::TASK, "非法的taskId"),
    (Code("110033"), "appSecret不合法"),
    (Code("110051"), "应用推送数量超过限制"),
    (Code::PASS_THROUGH, "透传超过限制"),
];

/// Codes that stand inside `value`, each over a list of targets.
const INSIDE: &[Code] = &[
    Code("201"),
    Code("501"),
    Code("513"),
    Code("518"),
    Code("519"),
    Code::FOLDED,
    Code::NOT_SUBSCRIBED,
    Code::PUSH_ID,
    Code::ALIAS,
    Code::TOO_FAST_OR_OFF,
    Code::PUBLIC_OF_DAY,
];

/// A code that stands at the top.
pub(super) fn top_code(text: &str) -> Option<Code> {
    TOP.iter().find_map(|(code, _)| (code.0 == text).then_some(*code))
}

/// A code that stands inside `value`.
pub(super) fn inside_code(text: &str) -> Option<Code> {
    INSIDE.iter().find(|code| code.0 == text).copied()
}

fn words(code: Code) -> &'static str {
    TOP.iter().find_map(|(own, words)| (*own == code).then_some(*words)).unwrap_or_default()
}

#[derive(Serialize)]
struct Envelope<'a> {
    code: &'a str,
    message: &'a str,
    value: &'a Value,
    redirect: &'a str,
    #[serde(rename = "msgId", skip_serializing_if = "Option::is_none")]
    msg_id: Option<&'a str>,
}

impl Envelope<'_> {
    fn answer(&self, status: u16) -> Answer {
        let headers = vec![("content-type", "application/json; charset=UTF-8".to_owned())];
        let body = serde_json::to_vec(self).unwrap_or_default();
        Answer { headers, body, ..Answer::bare(status) }.coded(self.code.to_owned())
    }
}

/// A success that is no push: it has no message id.
pub(super) fn done(value: &Value) -> Answer {
    Envelope { code: Code::OK.0, message: "", value, redirect: "", msg_id: None }.answer(200)
}

/// A push that was taken. `refused` lists the targets it was not taken for by code; good ones are not listed.
pub(super) fn taken(msg_id: &str, refused: &[(Code, &str)]) -> Answer {
    let mut value = json!({});
    for (code, target) in refused {
        match value[code.0].as_array_mut() {
            Some(targets) => targets.push(Value::from(*target)),
            None => value[code.0] = json!([target]),
        }
    }
    let envelope =
        Envelope { code: Code::OK.0, message: "", value: &value, redirect: "", msg_id: Some(msg_id) };
    let answer = envelope.answer(200);
    match refused.first() {
        None => answer.at("accepted"),
        Some((code, _)) => answer.coded(code.0).at("targets refused"),
    }
}

/// A refused request: `value` is an empty text (documented).
pub(super) fn refused(refusal: &Refusal) -> Answer {
    refused_with(200, refusal)
}

/// A refused request with an HTTP status of its own: an unknown path, a method that is not served (assumed).
pub(super) fn refused_with(status: u16, refusal: &Refusal) -> Answer {
    let value = Value::from("");
    let envelope = Envelope {
        code: refusal.code.0,
        message: &refusal.text,
        value: &value,
        redirect: &refusal.redirect,
        msg_id: None,
    };
    envelope.answer(status).at(refusal.stage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(answer: &Answer) -> &str {
        std::str::from_utf8(&answer.body).unwrap()
    }

    #[test]
    fn bodies_have_the_members_of_the_book_in_its_order() {
        assert_eq!(
            text(&taken("5f1d", &[])),
            r#"{"code":"200","message":"","value":{},"redirect":"","msgId":"5f1d"}"#
        );
        let refused_targets =
            [(Code::TOO_FAST_OR_OFF, "b"), (Code::NOT_SUBSCRIBED, "a"), (Code::NOT_SUBSCRIBED, "c")];
        assert_eq!(
            text(&taken("5f1d", &refused_targets)),
            r#"{"code":"200","message":"","value":{"110002":["a","c"],"110010":["b"]},"redirect":"","msgId":"5f1d"}"#
        );
        assert_eq!(
            text(&refused(&Code::SIGNATURE.plain())),
            r#"{"code":"1006","message":"签名认证失败","value":"","redirect":""}"#
        );
    }

    #[test]
    fn every_code_at_the_top_has_words() {
        assert!(TOP.iter().all(|(code, words)| top_code(code.0) == Some(*code) && !words.is_empty()));
        assert_eq!((top_code("520"), inside_code("1006")), (None, None));
    }
}
