//! What HarmonyOS NEXT would do with a push that the operator may not expect.

use model::{Class, ClickAction, Timestamp};

use super::{
    config::{Config, MARKETING, category_named},
    request::{Kind, is_image, kind_of},
};
use crate::contract::{
    Content, Finding,
    Severity::{self, Changed, Hidden, Reduced, Refused},
};

/// Whether it holds, its code, how bad it is, and what to say of it in English and Chinese.
type Row = (bool, &'static str, Severity, &'static str, &'static str);

// One row a line reads as the table it is.
#[rustfmt::skip]
pub(super) fn findings(config: &Config, content: &Content, now: Timestamp) -> Vec<Finding> {
    let kind = kind_of(config, content);
    let rows: [Row; 4] = [
        (kind.is_none(), "call_right_missing", Refused, "a call needs the right to in-app calls; this certificate says that it is not granted", "呼叫需要“应用内通话消息”权益，此证书未声明该权益"),
        (kind == Some(Kind::Call), "phones_and_tablets_only", Hidden, "in-app calls ring on phones and tablets only, and only where the app reports the call within 10 seconds", "应用内通话消息仅支持手机与平板，且应用须在 10 秒内上报来电"),
        (kind == Some(Kind::Background), "waits_for_the_app", Reduced, "where the app is not running, the system keeps it until the app is opened", "应用进程不在时，系统会缓存该消息直到应用启动"),
        (config.test_messages, "test_message", Reduced, "sent as a test message: 1000 a day for the whole project", "以测试消息发送：整个项目每天共 1000 条"),
    ];
    let of_alert = (kind == Some(Kind::Alert)).then(|| alert_rows(config, content, now));
    rows.into_iter()
        .chain(of_alert.into_iter().flatten())
        .filter(|(holds, ..)| *holds)
        .map(|(_, code, severity, en, zh)| Finding { code, severity, en: en.to_owned(), zh: zh.to_owned() })
        .collect()
}

#[rustfmt::skip]
fn alert_rows(config: &Config, content: &Content, now: Timestamp) -> [Row; 11] {
    let (style, category) = (&content.style, config.category(content));
    let to_web = matches!(content.click.as_ref().unwrap_or(&config.click), ClickAction::WebPage(_));
    let carries = content.ext.is_some() || content.payload.is_some();
    let rings_on = content.class != Class::Call || config.calls_ring;
    let unknown = style.category.as_deref().is_some_and(|word| category_named(word).is_none());
    let is_marketing = category.name == MARKETING;
    let waits_at_night = is_night_in_beijing(now) && !matches!(category.name, "VOIP" | "MISS_CALL");
    [
        (unknown, "category_unknown", Changed, "the message's category is none of HarmonyOS; the one of its class is sent", "消息指定的自分类不是鸿蒙的取值，将使用其类别对应的自分类"),
        (!category.granted, "category_not_granted", Reduced, "the category is not granted: Huawei counts it as marketing, silent, in the list only, two a day", "自分类未获批：华为按资讯营销处理，静默、仅在通知中心展示、每天两条"),
        (is_marketing, "marketing_limited", Reduced, "marketing is silent, in the list only, and two a day for an app and device (five for licensed news)", "资讯营销类消息静默展示，每个应用每台设备每天两条（持证新闻类五条）"),
        (waits_at_night, "night", Reduced, "between midnight and six a phone whose screen has been off for half an hour may show it later", "0 点至 6 点间，熄屏超过 30 分钟的设备可能延后展示"),
        (!rings_on, "call_shown_as_notification", Changed, "without the right to in-app calls a call is shown as a notification and does not ring on", "没有“应用内通话消息”权益，呼叫仅以通知展示，不会持续响铃"),
        (to_web, "web_page_opens_app", Changed, "HarmonyOS opens no web page from a notification: the app opens and finds the address under url", "鸿蒙通知不支持打开网页：点击后打开应用，地址以 url 传给应用"),
        (to_web && carries, "ext_not_passed", Changed, "ext and payload do not travel with a web page", "点击动作为网页时，ext 与 payload 不会传给应用"),
        (style.channel.is_some(), "channel_ignored", Changed, "HarmonyOS takes no channel in a push: the category decides", "鸿蒙推送不支持指定渠道，由自分类决定"),
        (style.template.is_some(), "template_ignored", Changed, "HarmonyOS has no templates", "鸿蒙推送没有模板"),
        (style.image.as_deref().is_some_and(|image| !is_image(image)), "image_left_out", Changed, "a picture needs an https address", "图片必须是 https 地址"),
        (style.sound.is_some() && is_marketing, "sound_left_out", Changed, "marketing is shown without sound", "资讯营销类消息没有铃声"),
    ]
}

/// From midnight to six where the vendor's users are (one source; the device's own zone is not known here).
const fn is_night_in_beijing(now: Timestamp) -> bool {
    const HOUR_MS: i64 = 3_600_000;
    now.plus_ms(8 * HOUR_MS).millis().rem_euclid(24 * HOUR_MS) < 6 * HOUR_MS
}
