//! What Xiaomi would do with a push that the operator may not expect.

use model::{Class, ClickAction, Presentation, Timestamp};

use super::{config::Config, limits, request};
use crate::contract::{
    Content, Finding,
    Severity::{self, Changed, Hidden, Reduced, Refused},
};

/// Whether it is found, and what is said then.
type Row = (bool, &'static str, Severity, &'static str, &'static str);

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) fn findings(config: &Config, content: &Content, now: Timestamp) -> Vec<Finding> {
    if content.presentation != Presentation::Alert {
        return vec![finding((true, "not_supported", Refused, "Xiaomi switched data messages off for third parties in 2022 and has no VoIP pushes; nothing is sent", "小米自 2022 年起对第三方关闭透传，且不支持 VoIP 推送，不会发送"))];
    }
    let rows = of_channel(config, content, now).into_iter().chain(of_template(config, content, now)).chain(of_look(config, content));
    rows.filter(|(found, ..)| *found).map(finding).collect()
}

#[rustfmt::skip]
fn of_channel(config: &Config, content: &Content, now: Timestamp) -> Vec<Row> {
    let style = &content.style;
    let (channel, is_marketing) = (request::channel(config, content), content.class == Class::Marketing);
    let is_private = request::is_private(config, content);
    let misplaced = is_marketing && channel.is_some() && channel == config.channel_of(Class::Chat) && config.may_be_private;
    let unkept = content.expires_at.after(now) > request::kept_for(config, content);
    let texts = [&content.title, &content.body];
    let tests = texts.iter().any(|text| text.contains("测试") || text.to_ascii_lowercase().contains("test"));
    vec![
        (channel.is_none() && !is_marketing, "channel_missing", Hidden, "without a channel a device shows one push a day; enter the ID of an approved private channel", "未填写通知类别：每台设备每天仅展示一条；请填写已审核通过的私信通道 ID"),
        (channel.is_none() && is_marketing, "marketing_channel_missing", Hidden, "marketing never goes through the channel of chats, and without one of its own a device shows one push a day; enter the ID of a public channel", "营销消息不会使用聊天消息的通道，未填写营销通道则每台设备每天仅展示一条；请填写公信通道 ID"),
        (channel.is_some() && !is_private && !misplaced, "counted_as_public", Reduced, "a public channel shows five a day on a device (news apps eight), and twice as many a day as there are devices with notifications on", "公信通道：每台设备每天 5 条（新闻类 8 条），应用每日总量为通知开启设备数的 2 倍"),
        (!config.may_be_private && !is_marketing, "private_not_granted", Reduced, "private channels are not approved for this app, so the push counts in the lower amount of public ones; apply for them in Xiaomi's console", "应用未获私信通道权限，按公信消息计入较低限额；请在小米开放平台申请"),
        (is_private && matches!(content.class, Class::Chat | Class::Call) && !config.may_chat_in_private(), "kind_not_granted", Reduced, "the private channels are not approved for instant messages, so Xiaomi treats this one as a public message; apply for the kind in Xiaomi's console", "私信通道未获批即时通讯消息类型，小米会按公信消息处理；请在小米开放平台补充申请"),
        (misplaced, "marketing_in_private_channel", Reduced, "marketing in the private channel of chats: Xiaomi finds this and cuts the channel back", "在聊天消息的私信通道中发送营销消息：小米检查发现后会限制该通道"),
        (style.channel.is_some() && style.channel.as_deref() != channel, "channel_refused", Changed, "the channel asked for is no ID that Xiaomi takes; the certificate's is used", "指定的通道不是小米接受的 ID，改用证书中的通道"),
        (style.category.is_some(), "category_not_sent", Changed, "Xiaomi has no categories; the channel decides", "小米没有消息分类，由通道决定"),
        (unkept, "kept_shorter", Changed, "for a phone that is offline Xiaomi keeps it for a day only, ten days in a private channel", "设备离线时小米仅保存一天（私信通道十天）"),
        (tests, "test_word", Hidden, "texts with \"test\" or \"测试\" may be taken and shown to nobody", "含“test”或“测试”的内容可能被过滤而不展示"),
    ]
}

#[rustfmt::skip]
fn of_template(config: &Config, content: &Content, now: Timestamp) -> Vec<Row> {
    let own = content.style.template.as_ref();
    let words = request::words(config, content);
    let missing = request::is_private(config, content) && words.template.is_none();
    let for_all = now >= limits::TEMPLATES_FOR_ALL_FROM;
    let places = words.template.as_ref().map_or(0, |(_, parameters)| parameters.len());
    let asked = own.into_iter().flat_map(|own| own.title.values().chain(own.body.values()));
    let of_certificate = own.is_none() && places > 0;
    let is_changed = |value: &str| request::template_value(value) != value;
    let mut values = asked.map(String::as_str).chain([&*content.title, &content.body].into_iter().filter(|text| of_certificate && !text.trim().is_empty()));
    vec![
        (missing && for_all, "template_missing", Refused, "a private channel takes pushes by an approved template only: Xiaomi refuses it with 27001; enter a template ID", "私信通道仅接受使用已审核模板的消息，小米将以 27001 拒绝；请填写模板 ID"),
        (missing && !for_all, "template_missing", Reduced, "a private channel wants an approved template: apps registered since July 2026 are refused with 27001, all others from 2027 on", "私信通道需使用已审核模板：2026 年 7 月起新注册的应用会被 27001 拒绝，2027 年起适用于所有应用"),
        (own.is_some() && words.template.is_none(), "template_left_out", Changed, "a template belongs to a channel, and there is none; the message's own text is sent", "模板须配合通道使用，当前没有通道，将发送消息自身的文字"),
        (places > limits::TEMPLATE_PLACES_MAX, "template_refused", Refused, "a template of Xiaomi's has nine places at most", "小米模板最多 9 个变量"),
        (values.any(is_changed), "template_value_changed", Changed, "what fills a template has 1 to 128 characters on one line, without emoji and symbols; it is made to fit", "模板变量值须为 1 至 128 个字符的单行文本，不含表情与符号，将自动处理"),
    ]
}

#[rustfmt::skip]
fn of_look(config: &Config, content: &Content) -> Vec<Row> {
    let style = &content.style;
    let to_browser = matches!(request::click(config, content), ClickAction::WebPage(_));
    let carries = content.ext.is_some() || content.payload.is_some();
    let refused = !request::can_open(content.click.as_ref().unwrap_or(&config.click));
    let sound = request::sound_uri(config, content).is_some();
    let unheard = content.receipt_url.is_some() && request::receipt_url(content).is_none();
    let blank = content.body.trim().is_empty();
    vec![
        (request::is_too_long(config, content), "ext_too_long", Refused, "ext and payload are over 1024 characters together, names included, and are never cut; the push is not sent", "ext 与 payload 连同键名合计超过 1024 个字符，不会截断，推送不会发送"),
        (carries && to_browser, "ext_not_passed", Changed, "a web page is opened in the browser; ext and payload do not reach the app", "点击后由浏览器打开网页，ext 与 payload 不会传给应用"),
        (refused, "click_refused", Changed, "the page to open has blanks or is over 1024 bytes; a tap opens the app", "要打开的页面含空白或超过 1024 字节；点击将打开应用"),
        (blank, "body_replaced", Changed, "Xiaomi refuses a blank text; the title stands in for it", "小米不接受空白正文，将以标题代替"),
        (style.sound.is_some() && !sound, "sound_left_out", Changed, "the sound is no resource's name in res/raw: the default is heard", "铃声不是 res/raw 中的资源名，将使用默认铃声"),
        (sound, "sound_of_new_channel", Changed, "from Android 8 on a sound counts only when its channel is first made", "Android 8.0 起铃声仅在通道首次创建时生效，已有通道保持原铃声"),
        (style.image.is_some(), "image_not_sent", Changed, "Xiaomi shows no pictures on current systems", "小米当前系统不展示图片"),
        (!content.counts_badge, "badge_counts_anyway", Changed, "the launcher counts every notification on the icon; a push cannot prevent it", "桌面会对每条通知计数，推送无法阻止"),
        (unheard, "receipts_not_asked", Changed, "the receipt address is over 128 bytes, so no receipts are asked for", "回执地址超过 128 字节，不请求回执"),
    ]
}

fn finding((_, code, severity, en, zh): Row) -> Finding {
    Finding { code, severity, en: en.to_owned(), zh: zh.to_owned() }
}
