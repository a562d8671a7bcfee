//! What Meizu would do with a push that the operator may not expect.

use model::{Class, ClickAction, Presentation, Timestamp};

use super::{
    config::{self, Config, MessageType},
    limits, request,
};
use crate::contract::{Content, Finding, Severity};

/// A push on its way through a certificate.
struct Push<'a> {
    config: &'a Config,
    content: &'a Content,
    click: &'a ClickAction,
    message_type: MessageType,
    now: Timestamp,
}

/// Something to find, and when it is so.
struct Rule {
    code: &'static str,
    severity: Severity,
    applies: fn(&Push<'_>) -> bool,
    en: &'static str,
    zh: &'static str,
}

static RULES: [Rule; 12] = [
    Rule {
        code: "not_supported",
        severity: Severity::Refused,
        applies: |push| push.content.presentation != Presentation::Alert,
        en: "Meizu has closed its pass-through messages and knows no call pushes; nothing is sent",
        zh: "魅族已关闭透传消息，也没有呼叫推送，不会发送",
    },
    Rule {
        code: "not_stored",
        severity: Severity::Hidden,
        applies: |push| {
            push.now < push.content.expires_at && request::stored_hours(push.content, push.now) == 0
        },
        en: "Meizu stores by whole hours; what lives less than one is shown only on phones that are online now",
        zh: "魅族按整小时保存离线消息，有效期不足一小时的推送只会在当前在线的手机上展示",
    },
    Rule {
        code: "counted_as_public",
        severity: Severity::Reduced,
        applies: |push| push.message_type == MessageType::Public,
        en: "goes as a public message: a device shows 3 of them a day, 5 of a news app, and Meizu refuses the rest",
        zh: "按公信消息发送：每台设备每天最多 3 条(资讯类应用 5 条)，超出的会被魅族拒绝",
    },
    Rule {
        code: "marketing_as_private",
        severity: Severity::Reduced,
        applies: |push| push.content.class == Class::Marketing && push.message_type == MessageType::Private,
        en: "marketing goes as a private message; Meizu samples the content and may take private messages away",
        zh: "营销内容按私信消息发送；魅族会抽查内容，并可能收回私信权限",
    },
    Rule {
        code: "ext_not_passed",
        severity: Severity::Changed,
        applies: |push| {
            matches!(push.click, ClickAction::WebPage(_))
                && (push.content.ext.is_some() || push.content.payload.is_some())
        },
        en: "a web page is opened in the browser; ext and payload do not reach the app",
        zh: "点击后由浏览器打开网页，ext 与 payload 不会传给应用",
    },
    Rule {
        code: "page_unknown",
        severity: Severity::Changed,
        applies: |push| matches!(push.click, ClickAction::AppPage(page) if !config::is_page(page)),
        en: "the page is neither the full class name of an Activity nor a URI; a tap opens nothing",
        zh: "要打开的页面既不是 Activity 完整类名也不是 URI，点击后无法打开",
    },
    Rule {
        code: "category_unknown",
        severity: Severity::Changed,
        applies: |push| {
            let category = push.content.style.category.as_deref();
            category.is_some_and(|word| MessageType::parse(word).is_none())
        },
        en: "Meizu has no categories but public and private; the message goes as its class says",
        zh: "魅族只有 public 与 private 两种类型，将按消息类别发送",
    },
    Rule {
        code: "channel_not_passed",
        severity: Severity::Changed,
        applies: |push| push.content.style.channel.is_some() || push.content.style.sound.is_some(),
        en: "Meizu shows every push in its own channel with its own sound",
        zh: "魅族不支持自定义通知渠道与铃声",
    },
    Rule {
        code: "image_not_passed",
        severity: Severity::Changed,
        applies: |push| push.content.style.image.is_some(),
        en: "Meizu shows pictures only for chosen apps and from its own host; the picture is left out",
        zh: "魅族仅允许 VIP 应用展示图片且须使用魅族图片地址，图片将被忽略",
    },
    Rule {
        code: "template_not_passed",
        severity: Severity::Changed,
        applies: |push| push.content.style.template.is_some(),
        en: "Meizu has no templates; title and text are sent as they are",
        zh: "魅族不支持消息模板，将直接发送标题与内容",
    },
    Rule {
        code: "receipts_not_asked",
        severity: Severity::Changed,
        applies: |push| push.content.receipt_url.is_some() && push.config.receipt_token.is_none(),
        en: "no receipts are asked for until the certificate holds the receipt access token",
        zh: "证书未填写回执 access_token，不会请求回执",
    },
    Rule {
        code: "receipt_address_too_long",
        severity: Severity::Changed,
        applies: |push| {
            let url = push.content.receipt_url.as_deref();
            url.is_some_and(|url| url.len() > limits::RECEIPT_URL_MAX_BYTES)
        },
        en: "the receipt address is over 128 bytes, so no receipts are asked for",
        zh: "回执地址超过 128 字节，不会请求回执",
    },
];

pub(super) fn findings(config: &Config, content: &Content, now: Timestamp) -> Vec<Finding> {
    let click = content.click.as_ref().unwrap_or(&config.click);
    let message_type = request::message_type(config, content);
    let push = Push { config, content, click, message_type, now };
    let found = RULES.iter().filter(|rule| (rule.applies)(&push));
    found
        .map(|rule| Finding {
            code: rule.code,
            severity: rule.severity,
            en: rule.en.to_owned(),
            zh: rule.zh.to_owned(),
        })
        .collect()
}
