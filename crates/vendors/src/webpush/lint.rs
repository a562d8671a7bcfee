//! What push services and browsers would do with a push that the operator may not expect.

use model::{ClickAction, Presentation};

use super::{config::Config, request};
use crate::contract::{Content, Finding, Severity};

pub(super) fn findings(config: &Config, content: &Content) -> Vec<Finding> {
    [
        ext_not_passed(config, content),
        sound_not_played(content),
        image_refused(content),
        waits_for_power(config, content),
        presentation(content),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn finding(code: &'static str, severity: Severity, en: &str, zh: &str) -> Finding {
    Finding { code, severity, en: en.to_owned(), zh: zh.to_owned() }
}

fn ext_not_passed(config: &Config, content: &Content) -> Option<Finding> {
    let click = content.click.as_ref().unwrap_or(&config.click);
    let carries = content.ext.is_some() || content.payload.is_some();
    (matches!(click, ClickAction::WebPage(_)) && carries).then(|| {
        finding(
            "ext_not_passed",
            Severity::Changed,
            "a web page is opened; ext and payload do not reach the app",
            "点击后打开网页，ext 与 payload 不会传给应用",
        )
    })
}

/// The Notifications API has no sound of one's own (documented).
fn sound_not_played(content: &Content) -> Option<Finding> {
    content.style.sound.as_ref().map(|_| {
        finding(
            "sound_not_played",
            Severity::Changed,
            "browsers play the system's sound; only an app behind UnifiedPush can play its own",
            "浏览器只播放系统提示音；仅通过 UnifiedPush 接收的应用可以播放自定义声音",
        )
    })
}

fn image_refused(content: &Content) -> Option<Finding> {
    let is_plain = |image: &String| !image.starts_with("https://");
    content.style.image.as_ref().filter(|image| is_plain(image)).map(|_| {
        finding(
            "image_refused",
            Severity::Changed,
            "browsers load an image from an https address only; the notification is shown without it",
            "浏览器只加载 https 地址的图片，通知将不带图片显示",
        )
    })
}

/// RFC 8030, table of urgencies (documented).
fn waits_for_power(config: &Config, content: &Content) -> Option<Finding> {
    let urgency = request::urgency(config, content);
    ["very-low", "low"].contains(&urgency).then(|| Finding {
        code: "waits_for_power",
        severity: Severity::Reduced,
        en: format!("with urgency {urgency} the push may wait until the phone is charged or on Wi-Fi"),
        zh: format!("紧急程度为 {urgency} 时，推送可能等到手机充电或连接 Wi-Fi 后才送达"),
    })
}

fn presentation(content: &Content) -> Option<Finding> {
    match content.presentation {
        Presentation::Alert => None,
        Presentation::Data => Some(finding(
            "data_must_be_shown",
            Severity::Hidden,
            "a browser wants a notification for every push: Safari takes the permission away, others show a text of their own",
            "浏览器要求每条推送都显示通知：Safari 会收回通知权限，其他浏览器会显示其自带文案",
        )),
        Presentation::Voip => Some(finding(
            "voip_not_supported",
            Severity::Refused,
            "Web Push has no VoIP pushes; send a call as a notification of class call",
            "Web Push 没有 VoIP 推送，请以 call 类别的通知发送呼叫",
        )),
    }
}
