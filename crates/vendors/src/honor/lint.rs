//! What Honor would do with a push that the operator may not expect.

use model::{ClickAction, Presentation, Timestamp};

use super::{
    config::{Config, Importance},
    request,
};
use crate::contract::{
    Content, Finding,
    Severity::{self, Changed, Hidden, Reduced, Refused},
};

/// A stable word, how bad it is, English and Chinese.
type Row = (&'static str, Severity, &'static str, &'static str);

// One row a line reads as the table it is.
#[rustfmt::skip]
mod rows {
    use super::{Changed, Hidden, Reduced, Refused, Row};

    pub(super) const VOIP: Row = ("voip_not_supported", Refused, "Honor has no VoIP pushes; send calls as notifications of class call", "荣耀没有 VoIP 推送，请以 call 类通知发送来电");
    pub(super) const DATA: Row = ("only_while_running", Hidden, "a data message reaches the app only while it may run; otherwise it waits (receipt 50000003)", "透传消息仅在应用进程可运行时送达，否则被缓存（回执 50000003）");
    pub(super) const TESTS: Row = ("test_messages", Reduced, "the certificate sends test messages: at most 1000 a day", "此证书发送测试消息：每天最多 1000 条");
    pub(super) const NO_RIGHT: Row = ("right_not_granted", Reduced, "without the right to classify messages every push counts as marketing, two a day and device: apply for it in Honor's console, then say yes in the certificate", "未获得消息自分类权益时，所有推送按资讯营销类计，每台设备每天两条：请在荣耀开发者服务平台申请，获得后在证书中选择 yes");
    pub(super) const MARKETING: Row = ("counted_as_marketing", Reduced, "goes as LOW, marketing: two a day and device (news apps five); what is over is discarded without an error", "按 LOW（资讯营销类）发送：每台设备每天两条（新闻类五条），超出的被静默丢弃");
    pub(super) const NIGHT: Row = ("held_back_at_night", Reduced, "from midnight to six a phone whose screen has long been off gets it only when the screen comes on", "0 至 6 点，长时间熄屏的手机在亮屏后才会收到");
    pub(super) const CLICK: Row = ("click_refused", Refused, "Honor opens https addresses, intent URIs and action names only", "荣耀仅支持 https 地址、intent URI 与 action 名称");
    pub(super) const EXT: Row = ("ext_not_passed", Changed, "a web page is opened in the browser; ext and payload do not reach the app", "点击后由浏览器打开网页，ext 与 payload 不会传给应用");
    pub(super) const BADGE: Row = ("badge_not_counted", Changed, "the certificate names no Badge Class, so the app's badge does not count up", "证书未填写角标类名，应用角标不会增加");
    pub(super) const IMAGE: Row = ("image_left_out", Changed, "a picture needs an https address, and does not go with marketing", "图片须为 https 地址，且不能用于资讯营销类消息");
    pub(super) const CATEGORY: Row = ("category_left_out", Changed, "Honor's categories are NORMAL and LOW; the class of the message decides instead", "荣耀仅支持 NORMAL 与 LOW，已改按消息类别发送");
    pub(super) const CHANNEL: Row = ("channel_left_out", Changed, "Honor has no channels", "荣耀不支持通知渠道");
    pub(super) const SOUND: Row = ("sound_left_out", Changed, "Honor plays no sound of the app's", "荣耀不支持自定义铃声");
    pub(super) const TEMPLATE: Row = ("template_left_out", Changed, "Honor has no templates", "荣耀不支持消息模板");
}

pub(super) fn findings(config: &Config, content: &Content, now: Timestamp) -> Vec<Finding> {
    let rows = match content.presentation {
        Presentation::Voip => vec![rows::VOIP],
        Presentation::Data => vec![rows::DATA],
        Presentation::Alert => {
            of_class(config, content).into_iter().chain(of_notification(config, content, now)).collect()
        }
    };
    rows.into_iter()
        .map(|(code, severity, en, zh)| Finding { code, severity, en: en.to_owned(), zh: zh.to_owned() })
        .collect()
}

/// Test messages are free of the marketing limit, and what has no right is all marketing.
fn of_class(config: &Config, content: &Content) -> Option<Row> {
    match config.may_classify {
        _ if config.sends_tests => Some(rows::TESTS),
        None | Some(false) => Some(rows::NO_RIGHT),
        Some(true) => (config.importance(content) == Importance::Low).then_some(rows::MARKETING),
    }
}

fn of_notification(config: &Config, content: &Content, now: Timestamp) -> impl Iterator<Item = Row> {
    let (style, click) = (&content.style, content.click.as_ref().unwrap_or(&config.click));
    let to_browser = matches!(click, ClickAction::WebPage(_));
    let picture_shown = request::image(content, config.importance(content)).is_some();
    let category_known =
        style.category.as_deref().is_none_or(|category| Importance::parse(category).is_some());
    [
        (is_night(now), rows::NIGHT),
        (request::click_action(click).is_none(), rows::CLICK),
        (to_browser && (content.ext.is_some() || content.payload.is_some()), rows::EXT),
        (content.counts_badge && config.badge_class.is_none(), rows::BADGE),
        (style.image.is_some() && !picture_shown, rows::IMAGE),
        (!category_known, rows::CATEGORY),
        (style.channel.is_some(), rows::CHANNEL),
        (style.sound.is_some(), rows::SOUND),
        (style.template.is_some(), rows::TEMPLATE),
    ]
    .into_iter()
    .filter_map(|(found, row)| found.then_some(row))
}

/// Midnight to six (one source, observed), by Beijing time (assumed).
fn is_night(now: Timestamp) -> bool {
    const HOUR_MS: i64 = 3_600_000;
    now.plus_ms(8 * HOUR_MS).millis().rem_euclid(24 * HOUR_MS) < 6 * HOUR_MS
}
