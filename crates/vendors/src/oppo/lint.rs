//! What OPPO would do with a push that the operator may not expect.

use model::{Presentation, Timestamp};

use super::{config::Config, request};
use crate::contract::{
    Content, Finding,
    Severity::{self, Changed, Hidden, Reduced, Refused},
};

// One finding a line reads as the table it is.
#[rustfmt::skip]
pub(super) fn findings(config: &Config, content: &Content, now: Timestamp) -> Vec<Finding> {
    if content.presentation != Presentation::Alert {
        return vec![finding(("not_supported", Refused, "OPPO shows notifications only; data and VoIP pushes are not sent", "OPPO 仅支持通知栏消息，不支持透传与 VoIP 推送，不会发送"))];
    }
    let style = &content.style;
    let (category, is_granted) = request::category(config, content);
    let is_marketing = !request::is_service(category);
    let tap = request::tap_of(config, content);
    let opens = |kind| tap.is_some_and(|(tapped, _)| tapped == kind);
    let (carries, travels) = (content.ext.is_some() || content.payload.is_some(), !opens(request::WEB_PAGE));
    let members = content.ext.as_deref().map(request::members);
    let has_payload = members.iter().flatten().any(|members| members.contains_key("payload"));
    let channel_refused = style.channel.as_deref().is_some_and(|channel| !request::is_id(channel));
    let category_unknown = style.category.as_deref().is_some_and(|word| request::known_category(word).is_none());
    let unheard = content.receipt_url.is_some() && request::receipt_url(content).is_none();
    let table = [
        (request::channel(config, content).is_none(), ("channel_missing", Hidden, "no ChannelID: phones with Android 8 and later do not show it; make the channel in the app and in the push platform and enter its ID", "未填写 ChannelID：Android 8.0 及以上不展示；请在应用内创建渠道、在推送平台登记后填写其 ID")),
        (channel_refused, ("channel_refused", Changed, "the channel asked for is no ID that OPPO takes; the certificate's is used", "指定的渠道不是 OPPO 接受的 ID，改用证书中的渠道")),
        (category_unknown, ("category_unknown", Changed, "OPPO has no such category; the certificate's is used", "OPPO 没有该消息分类，改用证书中的分类")),
        (!is_granted, ("category_not_granted", Reduced, "service categories are not granted to this app, so it goes out as content and marketing; apply for them in the push platform", "应用未获通讯与服务类权限，将按内容与营销类发送；请在推送平台申请")),
        (is_marketing, ("counted_as_marketing", Reduced, "content and marketing: two a day for each phone (news apps five) and a daily amount for the app, held back at night, and not for apps installed from other stores", "内容与营销类：每台设备每天 2 条（新闻类应用 5 条），应用另有每日总量；夜间受控；非官方商店安装的应用收不到")),
        (content.counts_badge && !config.may_badge, ("badge_not_granted", Changed, "the badge does not count up: the badge is not granted to this app", "角标不会增加：应用未获角标权限")),
        (tap.is_none(), ("click_refused", Changed, "the page to open is none that OPPO takes (class name or action up to 500 characters, address up to 2000, no blanks); a tap opens the app", "要打开的页面不被 OPPO 接受（类名或 action 最多 500 个字符，网址最多 2000 个，不含空白）；点击将打开应用")),
        (carries && !travels, ("ext_not_passed", Changed, "a web page is opened in the browser; ext and payload do not reach the app", "点击后由浏览器打开网页，ext 与 payload 不会传给应用")),
        (carries && opens(request::URL), ("ext_in_query", Changed, "a page that is named by a URL finds ext and payload in the URL's query, not in the intent's extras", "以 URL 指定的页面从 URL 查询参数中读取 ext 与 payload，而不是 intent 的 extras")),
        (travels && matches!(members, Some(None)), ("ext_wrapped", Changed, "ext is no JSON object, which OPPO demands; it reaches the app as the extra \"ext\"", "OPPO 要求 ext 为 JSON 对象；该文本将以键“ext”传给应用")),
        (travels && has_payload && content.payload.is_some(), ("payload_replaces_member", Changed, "ext has a member \"payload\" of its own, which the payload replaces", "ext 自带的“payload”成员会被 payload 覆盖")),
        (style.sound.is_some(), ("sound_not_sent", Changed, "OPPO takes no sound with a push; it follows the notification channel", "OPPO 不支持自定义提示音，铃声由通知渠道决定")),
        (style.image.is_some(), ("image_not_sent", Changed, "OPPO shows pictures in broadcasts only", "OPPO 仅在广播消息中支持图片")),
        (request::stored_for_secs(content, now).is_none(), ("not_kept_offline", Hidden, "it lives less than the hour that OPPO keeps a push at least; a phone that is offline now does not get it", "有效期不足一小时（OPPO 离线保存的下限）；当前离线的设备收不到")),
        (unheard, ("receipts_not_asked", Changed, "the receipt address is over 200 characters, so no receipts are asked for", "回执地址超过 200 个字符，不请求回执")),
    ];
    table.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| finding(words)).collect()
}

fn finding((code, severity, en, zh): (&'static str, Severity, &str, &str)) -> Finding {
    Finding { code, severity, en: en.to_owned(), zh: zh.to_owned() }
}
