//! What Honor would do with a push that the operator may not expect.

use model::{ClickAction, Presentation, Timestamp};

use super::{
    config::{Config, Importance},
    request,
};
use crate::contract::{Content, Finding, Severity};

pub(super) fn findings(config: &Config, content: &Content, now: Timestamp) -> Vec<Finding> {
    match content.presentation {
        Presentation::Voip => vec![finding(
            "voip_not_supported",
            Severity::Refused,
            "Honor has no VoIP pushes; send calls as notifications of class call",
            "荣耀没有 VoIP 推送，请以 call 类通知发送来电",
        )],
        Presentation::Data => vec![finding(
            "only_while_running",
            Severity::Hidden,
            "a data message reaches the app only while it may run; otherwise it waits (receipt 50000003)",
            "透传消息仅在应用进程可运行时送达，否则被缓存(回执 50000003)",
        )],
        Presentation::Alert => {
            let parts = [of_class(config, content), of_hour(now), of_click(config, content)];
            parts.into_iter().flatten().chain(of_look(config, content)).collect()
        }
    }
}

fn of_class(config: &Config, content: &Content) -> Option<Finding> {
    if config.sends_tests {
        return Some(finding(
            "test_messages",
            Severity::Reduced,
            "this certificate sends test messages: at most 1000 a day",
            "此证书发送测试消息：每天最多 1000 条",
        ));
    }
    if config.importance(content) == Importance::Low && config.may_classify == Some(true) {
        return Some(finding(
            "counted_as_marketing",
            Severity::Reduced,
            "goes as marketing (LOW): a device gets two a day (news apps five), more are discarded without an error",
            "按资讯营销类(LOW)发送：每台设备每天两条(新闻类五条)，超出的被静默丢弃",
        ));
    }
    (config.may_classify != Some(true)).then(|| {
        finding(
            "right_not_granted",
            Severity::Reduced,
            "without the right to classify messages every push counts as marketing, two a day and device: apply for it \
             in Honor's console, then say yes in the certificate",
            "未获得消息自分类权益时，所有推送按资讯营销类计，每台设备每天两条：请在荣耀开发者服务平台申请，获得后在证书中选择 yes",
        )
    })
}

/// Midnight to six (one source); by Beijing time (assumed).
fn of_hour(now: Timestamp) -> Option<Finding> {
    const HOUR_MS: i64 = 3_600_000;
    let hour = now.plus_ms(8 * HOUR_MS).millis().rem_euclid(24 * HOUR_MS) / HOUR_MS;
    (hour < 6).then(|| {
        finding(
            "held_back_at_night",
            Severity::Reduced,
            "from midnight to six a phone whose screen has long been off gets it only when the screen comes on",
            "0 至 6 点，长时间熄屏的手机在亮屏后才会收到",
        )
    })
}

fn of_click(config: &Config, content: &Content) -> Option<Finding> {
    let click = content.click.as_ref().unwrap_or(&config.click);
    let carries = content.ext.is_some() || content.payload.is_some();
    match click {
        _ if request::click_action(click).is_none() => Some(finding(
            "click_refused",
            Severity::Refused,
            "Honor opens https addresses, intent URIs and action names only",
            "荣耀仅支持 https 地址、intent URI 与 action 名称",
        )),
        ClickAction::WebPage(_) if carries => Some(finding(
            "ext_not_passed",
            Severity::Changed,
            "a web page is opened in the browser; ext and payload do not reach the app",
            "点击后由浏览器打开网页，ext 与 payload 不会传给应用",
        )),
        _ => None,
    }
}

/// What Honor leaves out of a notification's look.
fn of_look(config: &Config, content: &Content) -> impl Iterator<Item = Finding> {
    let style = &content.style;
    let picture_lost = style.image.is_some() && request::image(content, config.importance(content)).is_none();
    let category_unknown = style.category.as_deref().is_some_and(|word| Importance::parse(word).is_none());
    let left_out: [(bool, &str, &str, &str); 6] = [
        (
            content.counts_badge && config.badge_class.is_none(),
            "badge_not_counted",
            "the certificate names no Badge Class, so the app's badge does not count up",
            "证书未填写角标类名，应用角标不会增加",
        ),
        (
            picture_lost,
            "image_left_out",
            "a picture needs an https address, and does not go with marketing",
            "图片须为 https 地址，且不能用于资讯营销类消息",
        ),
        (
            category_unknown,
            "category_left_out",
            "Honor knows the categories NORMAL and LOW only; the certificate's choice is used",
            "荣耀仅支持 NORMAL 与 LOW，已按证书设置发送",
        ),
        (style.channel.is_some(), "channel_left_out", "Honor has no channels", "荣耀不支持通知渠道"),
        (
            style.sound.is_some(),
            "sound_left_out",
            "Honor plays no sound of the app's",
            "荣耀不支持自定义铃声",
        ),
        (style.template.is_some(), "template_left_out", "Honor has no templates", "荣耀不支持消息模板"),
    ];
    left_out
        .into_iter()
        .filter(|(found, ..)| *found)
        .map(|(_, code, en, zh)| finding(code, Severity::Changed, en, zh))
        .collect::<Vec<_>>()
        .into_iter()
}

fn finding(code: &'static str, severity: Severity, en: &str, zh: &str) -> Finding {
    Finding { code, severity, en: en.to_owned(), zh: zh.to_owned() }
}
