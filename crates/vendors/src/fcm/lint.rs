//! What Google and Android would do with a push that the operator may not expect.

use model::{ClickAction, Presentation};

use super::config::{Config, NORMAL};
use crate::contract::{
    Content, Finding,
    Severity::{Changed, Hidden, Reduced, Refused},
};

pub(super) fn findings(config: &Config, content: &Content) -> Vec<Finding> {
    let (style, presentation) = (&content.style, content.presentation);
    let shown = presentation == Presentation::Alert;
    let click = content.click.as_ref().filter(|_| shown).or(shown.then_some(&config.click));
    let no_channel = shown && style.channel.is_none() && config.channel(content.class).is_none();
    let waits = config.priority(content.class) == NORMAL;
    let to_web = matches!(click, Some(ClickAction::WebPage(_)));
    let carries = content.ext.is_some() || content.payload.is_some();
    let no_action = matches!(click, Some(ClickAction::AppPage(action)) if !is_action(action));
    let bad_image = style.image.as_deref().is_some_and(|url| !url.starts_with("https://"));
    // One finding a line reads as the table it is.
    #[rustfmt::skip]
    let rules = [
        (presentation == Presentation::Voip, "voip_not_supported", Refused, "Firebase has no VoIP tokens; send calls as notifications or data messages of class call", "Firebase 没有 VoIP token；请以呼叫类的通知或透传消息发送"),
        (presentation == Presentation::Data, "data_needs_the_app", Hidden, "a data message shows nothing by itself: an app that was force-stopped or may not run in the background gets nothing until it is opened", "透传消息本身不显示：应用被强行停止或被限制后台运行时，要等到下次打开才会收到"),
        (presentation == Presentation::Data && !waits, "high_priority_demoted", Reduced, "an app that shows nothing for its high-priority messages has them demoted to normal priority", "应用收到高优先级消息却不显示通知，会被降为普通优先级"),
        (presentation != Presentation::Voip && waits, "normal_priority", Reduced, "sent with normal priority: a sleeping phone gets it only when it wakes", "以普通优先级发送：休眠中的手机要等到唤醒后才会收到"),
        (no_channel, "channel_missing", Reduced, "no notification channel is given: Android 8 and later show it in the app's default channel or, without one, in Firebase's fallback, which neither pops up nor can be named", "未指定通知渠道：Android 8 及以上会使用应用的默认渠道，若没有则使用 Firebase 的备用渠道，不会弹出横幅"),
        (to_web, "web_page_by_app", Changed, "Firebase opens no browser: the app starts, and has to open the address it finds as click_url", "Firebase 不会打开浏览器：点击后启动应用，由应用自行打开 click_url 中的地址"),
        (to_web && carries, "ext_not_passed", Changed, "ext and payload do not travel with a web page", "点击动作为打开网页时，ext 与 payload 不会传给应用"),
        (no_action, "click_action_unlikely", Changed, "the page is not an intent filter's action such as com.example.im.CHAT: a tap opens nothing", "要打开的页面不是 intent-filter 的 action（例如 com.example.im.CHAT）：点击后不会打开任何页面"),
        (shown && style.sound.is_some(), "sound_by_channel", Changed, "since Android 8 the channel's sound is played, not the one given here", "Android 8 及以上播放通知渠道的声音，而不是此处指定的声音"),
        (shown && bad_image, "image_not_https", Changed, "the picture is left out: its address is not https", "图片地址不是 https，将不显示图片"),
        (shown && !content.counts_badge, "badge_counts_anyway", Changed, "launchers count every notification on the badge, this one too", "桌面会将每条通知计入角标，此条也不例外"),
    ];
    let holding = rules.into_iter().filter(|(holds, ..)| *holds);
    holding
        .map(|(_, code, severity, en, zh)| Finding { code, severity, en: en.into(), zh: zh.into() })
        .collect()
}

/// An intent filter's action is dotted words; an intent URI, a deep link or a component is not one.
fn is_action(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'$'))
}
