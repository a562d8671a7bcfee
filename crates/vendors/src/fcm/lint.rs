//! What Google and Android would do with a push that the operator may not expect.

use model::{ClickAction, Presentation};

use super::config::{Config, Priority};
use crate::{
    answer::Words,
    contract::{Content, Finding, Severity},
};

pub(super) fn findings(config: &Config, content: &Content) -> Vec<Finding> {
    let found = match content.presentation {
        Presentation::Alert => of_notification(config, content),
        Presentation::Data => of_data_message(config, content),
        Presentation::Voip => vec![("voip_not_supported", Severity::Refused, VOIP)],
    };
    found
        .into_iter()
        .map(|(code, severity, (en, zh))| Finding { code, severity, en: en.to_owned(), zh: zh.to_owned() })
        .collect()
}

type Found = (&'static str, Severity, Words);

fn of_notification(config: &Config, content: &Content) -> Vec<Found> {
    let style = &content.style;
    let click = content.click.as_ref().unwrap_or(&config.click);
    let no_channel = style.channel.is_none() && config.channel(content.class).is_none();
    let to_web = matches!(click, ClickAction::WebPage(_));
    let carries = content.ext.is_some() || content.payload.is_some();
    let no_action = matches!(click, ClickAction::AppPage(action) if !is_action(action));
    let bad_image = style.image.as_deref().is_some_and(|url| !url.starts_with("https://"));
    [
        (no_channel, ("channel_missing", Severity::Reduced, CHANNEL)),
        (waits(config, content), ("normal_priority", Severity::Reduced, NORMAL)),
        (to_web, ("web_page_by_app", Severity::Changed, WEB)),
        (to_web && carries, ("ext_not_passed", Severity::Changed, EXT)),
        (no_action, ("click_action_unlikely", Severity::Changed, ACTION)),
        (style.sound.is_some(), ("sound_by_channel", Severity::Changed, SOUND)),
        (bad_image, ("image_not_https", Severity::Changed, IMAGE)),
        (!content.counts_badge, ("badge_counts_anyway", Severity::Changed, BADGE)),
    ]
    .into_iter()
    .filter_map(|(holds, found)| holds.then_some(found))
    .collect()
}

fn of_data_message(config: &Config, content: &Content) -> Vec<Found> {
    let mut found = vec![("data_needs_the_app", Severity::Hidden, APP)];
    found.push(if waits(config, content) {
        ("normal_priority", Severity::Reduced, NORMAL)
    } else {
        ("high_priority_demoted", Severity::Reduced, DEMOTED)
    });
    found
}

fn waits(config: &Config, content: &Content) -> bool {
    config.priority(content.class) == Priority::Normal
}

/// An intent filter's action is dotted words; an intent URI, a deep link or a component is not one.
fn is_action(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'$'))
}

const CHANNEL: Words = (
    "no notification channel is given: Android 8 and later show it in the app's default channel or, without one, in Firebase's fallback, which neither pops up nor can be named",
    "未指定通知渠道：Android 8 及以上会使用应用的默认渠道，若没有则使用 Firebase 的备用渠道，不会弹出横幅",
);
const NORMAL: Words = (
    "sent with normal priority: a sleeping phone gets it only when it wakes",
    "以普通优先级发送：休眠中的手机要等到唤醒后才会收到",
);
const WEB: Words = (
    "Firebase opens no browser: the app starts, and has to open the address it finds as click_url",
    "Firebase 不会打开浏览器：点击后启动应用，由应用自行打开 click_url 中的地址",
);
const EXT: Words =
    ("ext and payload do not travel with a web page", "点击动作为打开网页时，ext 与 payload 不会传给应用");
const ACTION: Words = (
    "the page is not an intent filter's action such as com.example.im.CHAT: a tap opens nothing",
    "要打开的页面不是 intent-filter 的 action(例如 com.example.im.CHAT)：点击后不会打开任何页面",
);
const SOUND: Words = (
    "since Android 8 the channel's sound is played, not the one given here",
    "Android 8 及以上播放通知渠道的声音，而不是此处指定的声音",
);
const IMAGE: Words =
    ("the picture is left out: its address is not https", "图片地址不是 https，将不显示图片");
const BADGE: Words = (
    "launchers count every notification on the badge, this one too",
    "桌面会将每条通知计入角标，此条也不例外",
);
const APP: Words = (
    "a data message shows nothing by itself: an app that was force-stopped or may not run in the background gets nothing until it is opened",
    "透传消息本身不显示：应用被强行停止或被限制后台运行时，要等到下次打开才会收到",
);
const DEMOTED: Words = (
    "an app that shows nothing for its high-priority messages has them demoted to normal priority",
    "应用收到高优先级消息却不显示通知，会被降为普通优先级",
);
const VOIP: Words = (
    "Firebase has no VoIP tokens; send calls as notifications or data messages of class call",
    "Firebase 没有 VoIP 令牌；请以呼叫类的通知或透传消息发送",
);
