//! What vivo would do with a push that the operator may not expect.

use model::{Class, ClickAction, Presentation, Timestamp};

use super::{config, config::Config, limits};
use crate::contract::{
    Content, Finding,
    Severity::{self, Changed, Hidden, Reduced, Refused},
};

/// A stable word, how bad it is, and what it means in English and Chinese.
type Row = (&'static str, Severity, &'static str, &'static str);

pub(super) fn findings(config: &Config, content: &Content, now: Timestamp) -> Vec<Finding> {
    let held = table(config, content, now).into_iter().filter_map(|(holds, row)| holds.then_some(row));
    let fault = config::click_fault(content.click.as_ref().unwrap_or(&config.click))
        .map(|(en, zh)| ("click_refused", Refused, en, zh));
    let finding =
        |(code, severity, en, zh): Row| Finding { code, severity, en: en.to_owned(), zh: zh.to_owned() };
    held.chain(fault).map(finding).collect()
}

// One finding a line, when and what, reads as the table it is.
#[rustfmt::skip]
fn table(config: &Config, content: &Content, now: Timestamp) -> [(bool, Row); 15] {
    let style = &content.style;
    let click = content.click.as_ref().unwrap_or(&config.click);
    let carries = content.ext.is_some() || content.payload.is_some();
    let is_operational = config.is_operational(content);
    let is_marketing = content.class == Class::Marketing;
    let left = content.expires_at.after(now);
    let by_address = content.receipt_url.is_some() && config.callback_id.is_none();
    let url_len = content.receipt_url.as_ref().map_or(0, |url| url.len());
    [
        (!config::is_category(&config.category(content)), ("category_unknown", Refused, "the category is none of vivo's; such a message is refused (10096)", "该分类（category）不在 vivo 的分类表中，消息会被拒绝（10096）")),
        (is_operational && !is_marketing, ("counted_as_operational", Reduced, "the category makes this an operational message: silent, two a device and day", "该分类属于运营消息：静默展示，每台设备每天最多两条")),
        (!is_operational && is_marketing, ("marketing_as_system", Reduced, "marketing in a system category: vivo checks the text, counts it as operational and may punish the app", "营销内容使用了系统消息分类：vivo 会复核文案，改判为运营消息，并可能处罚应用")),
        (is_operational && limits::until_morning(now).is_some(), ("night", Refused, "operational messages are refused from 23:00 to 7:00 Beijing time (10071); the push waits until 7:00", "北京时间 23:00 至次日 7:00 拒收运营消息（10071），推送将等到 7:00")),
        (carries && matches!(click, ClickAction::WebPage(_)), ("ext_not_passed", Changed, "a web page is opened in the browser; ext and payload do not reach the app", "点击后由浏览器打开网页，ext 与 payload 不会传给应用")),
        (style.channel.is_some(), ("channel_ignored", Changed, "vivo has no channels of an app's own; the category decides how it is shown", "vivo 不支持自定义通道，展示方式由消息分类决定")),
        (style.sound.is_some(), ("sound_ignored", Changed, "vivo has no sounds of an app's own", "vivo 不支持自定义铃声")),
        (style.image.is_some(), ("image_ignored", Changed, "vivo shows no pictures", "vivo 不支持通知图片")),
        (style.template.is_some(), ("template_ignored", Changed, "vivo has no templates; title and text are sent as they are", "vivo 没有消息模板，标题与正文按原文发送")),
        (content.counts_badge && !config.counts_badge, ("badge_not_granted", Changed, "the badge does not count up: the certificate does not say that vivo granted the right", "角标不会增加：证书未声明已获得角标权限")),
        (content.presentation != Presentation::Alert, ("not_supported", Refused, "vivo carries notifications only, no data and no calls of their own kind", "vivo 仅支持通知栏消息，不支持透传与 VoIP 推送")),
        (config.is_test, ("test_mode", Hidden, "test messages are shown on the test devices registered in vivo's console only", "测试消息仅在 vivo 开放平台登记的测试设备上展示")),
        (left < limits::SHORTEST_LIFETIME, ("online_only", Hidden, "less than a minute is left; it is shown only on phones that are online at that moment", "剩余有效期不足一分钟，仅当时在线的手机会展示")),
        (by_address && url_len > limits::RECEIPT_URL_MAX_BYTES, ("receipts_left_out", Changed, "the receipt address is over 128 bytes; without a callback ID there are no receipts", "回执地址超过 128 字节，未填写回执 ID 时收不到回执")),
        (by_address && url_len <= limits::RECEIPT_URL_MAX_BYTES && config.lists, ("no_receipts_for_lists", Changed, "a push to several phones at once brings no receipts without a callback ID", "未填写回执 ID 时，群推消息没有回执")),
    ]
}
