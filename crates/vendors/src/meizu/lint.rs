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

impl Push<'_> {
    fn is_too_short_to_store(&self) -> bool {
        self.now < self.content.expires_at && request::stored_hours(self.content, self.now) == 0
    }

    fn is_marketing_as_private(&self) -> bool {
        self.content.class == Class::Marketing && self.message_type == MessageType::Private
    }

    fn loses_ext(&self) -> bool {
        let carries = self.content.ext.is_some() || self.content.payload.is_some();
        carries && matches!(self.click, ClickAction::WebPage(_))
    }
}

/// A stable word, how bad it is, when it is so, and what it says in English and Chinese.
type Rule = (&'static str, Severity, fn(&Push<'_>) -> bool, &'static str, &'static str);

// Condition and words of a rule on a line each read as the table it is.
#[rustfmt::skip]
static RULES: [Rule; 13] = [
    ("not_supported", Severity::Refused, |push| push.content.presentation != Presentation::Alert,
        "Meizu has closed its pass-through messages and knows no call pushes; nothing is sent",
        "魅族已关闭透传消息，也没有呼叫推送，不会发送"),
    ("not_stored", Severity::Hidden, |push| push.is_too_short_to_store(),
        "Meizu stores by whole hours; what lives less than one is shown only on phones that are online now",
        "魅族按整小时保存离线消息，有效期不足一小时的推送只会在当前在线的手机上展示"),
    ("counted_as_public", Severity::Reduced, |push| push.message_type == MessageType::Public,
        "goes as a public message: a device shows 3 of them a day, 5 of a news app, and Meizu refuses the rest",
        "按公信消息发送：每台设备每天最多 3 条（资讯类应用 5 条），超出的会被魅族拒绝"),
    ("marketing_as_private", Severity::Reduced, |push| push.is_marketing_as_private(),
        "marketing goes as a private message; Meizu samples the content and may take private messages away",
        "营销内容按私信消息发送；魅族会抽查内容，并可能收回私信权限"),
    ("ext_not_passed", Severity::Changed, |push| push.loses_ext(),
        "a web page is opened in the browser; ext and payload do not reach the app",
        "点击后由浏览器打开网页，ext 与 payload 不会传给应用"),
    ("page_unknown", Severity::Changed, |push| matches!(push.click, ClickAction::AppPage(page) if !config::is_page(page)),
        "the page is neither the full class name of an Activity nor a URI; a tap opens nothing",
        "要打开的页面既不是 Activity 完整类名也不是 URI，点击后无法打开"),
    ("category_unknown", Severity::Changed, |push| push.content.style.category.as_deref().is_some_and(|word| MessageType::parse(word).is_none()),
        "Meizu has no categories but public and private; the message goes as its class says",
        "魅族只有 public 与 private 两种类型，将按消息类别发送"),
    ("channel_not_passed", Severity::Changed, |push| push.content.style.channel.is_some(),
        "Meizu shows every push in a channel of its own; the named one is left out",
        "魅族不支持自定义通知渠道，所填渠道将被忽略"),
    ("sound_not_passed", Severity::Changed, |push| push.content.style.sound.is_some(),
        "Meizu plays its own sound; the named one is left out",
        "魅族不支持自定义铃声，所填铃声将被忽略"),
    ("image_not_passed", Severity::Changed, |push| push.content.style.image.is_some(),
        "Meizu shows pictures only for chosen apps and from its own host; the picture is left out",
        "魅族仅允许 VIP 应用展示图片且须使用魅族图片地址，图片将被忽略"),
    ("template_not_passed", Severity::Changed, |push| push.content.style.template.is_some(),
        "Meizu has no templates; title and text are sent as they are",
        "魅族不支持消息模板，将直接发送标题与内容"),
    ("receipts_not_asked", Severity::Changed, |push| push.content.receipt_url.is_some() && push.config.receipt_token.is_none(),
        "no receipts are asked for until the certificate holds the receipt access token",
        "证书未填写回执 access_token，不会请求回执"),
    ("receipt_address_too_long", Severity::Changed, |push| push.content.receipt_url.as_deref().is_some_and(|url| url.len() > limits::RECEIPT_URL_MAX_BYTES),
        "the receipt address is over 128 bytes, so no receipts are asked for",
        "回执地址超过 128 字节，不会请求回执"),
];

pub(super) fn findings(config: &Config, content: &Content, now: Timestamp) -> Vec<Finding> {
    let click = content.click.as_ref().unwrap_or(&config.click);
    let message_type = request::message_type(config, content);
    let push = Push { config, content, click, message_type, now };
    let found = RULES.iter().filter(|(_, _, applies, ..)| applies(&push));
    found
        .map(|&(code, severity, _, en, zh)| Finding { code, severity, en: en.to_owned(), zh: zh.to_owned() })
        .collect()
}
