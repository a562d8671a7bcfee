//! What Huawei would do with a push that the operator may not expect.

use model::{ClickAction, Presentation, Timestamp};

use super::{config, request};
use crate::contract::{Content, Finding, Severity};

/// Whether it is found, and what is said then.
type Row = (bool, &'static str, Severity, &'static str, &'static str);

pub(super) fn findings(config: &config::Config, content: &Content, now: Timestamp) -> Vec<Finding> {
    let shown = content.presentation == Presentation::Alert;
    let own = if shown { of_notification(config, content, now) } else { of_data(config, content) };
    of_category(config, content)
        .into_iter()
        .chain(own)
        .filter(|(found, ..)| *found)
        .map(|(_, code, severity, en, zh)| Finding { code, severity, en: en.to_owned(), zh: zh.to_owned() })
        .collect()
}

// One row a line reads as the table it is.
#[rustfmt::skip]
fn of_category(config: &config::Config, content: &Content) -> Vec<Row> {
    let category = config.category(content);
    let unknown = content.style.category.as_deref().is_some_and(|name| config::known(name).is_none());
    let reclassified = category != config::MARKETING && !config.grants(category);
    vec![
        (unknown, "category_unknown", Severity::Changed, "Huawei has no such category; that of the class is sent", "华为没有该消息类别，将使用消息分类对应的类别"),
        (reclassified, "category_not_granted", Severity::Reduced, "the push's category is not granted: Huawei counts it as marketing", "未开通该类别的自分类权益：华为将按资讯营销类处理"),
        (config.test_messages, "test_messages", Severity::Reduced, "sent as a test message: 500 a day for the whole app", "以测试消息发送：整个应用每天最多 500 条"),
    ]
}

/// That the night holds for marketing only is assumed; the source names the hours alone.
#[rustfmt::skip]
fn of_notification(config: &config::Config, content: &Content, now: Timestamp) -> Vec<Row> {
    let style = &content.style;
    let marketing = !config.grants(config.category(content));
    let hour_in_beijing = (now.secs() / 3600 + 8).rem_euclid(24);
    let click = content.click.as_ref().unwrap_or(&config.click);
    let carries = content.ext.is_some() || content.payload.is_some();
    let to_browser = matches!(click, ClickAction::WebPage(_));
    let (image, sound) = (request::image(content).is_some(), request::sound(content).is_some());
    vec![
        (marketing && !config.test_messages, "marketing_capped", Severity::Reduced, "marketing is shown silently, in the shade only, at most twice a device and day", "资讯营销类消息静默展示，仅在下拉通知栏显示，每台设备每天最多 2 条"),
        (marketing && hour_in_beijing < 6, "night_withheld", Severity::Hidden, "from 0 to 6 o'clock marketing is withheld where the screen was off for 30 minutes", "0 点至 6 点，设备灭屏超过 30 分钟时资讯营销类消息不展示"),
        (to_browser && !request::can_open(click), "click_url_refused", Severity::Refused, "Huawei opens https addresses only", "华为仅支持打开 https 地址"),
        (!to_browser && !request::can_open(click), "click_page_refused", Severity::Refused, "the page is neither an intent URI (intent://…#Intent;…;end) nor the name of an action", "页面既不是 intent URI（intent://…#Intent;…;end），也不是 action 名称"),
        (to_browser && carries, "ext_not_passed", Severity::Changed, "a web page is opened in the browser; ext and payload do not reach the app", "点击后由浏览器打开网页，ext 与 payload 不会传给应用"),
        (content.counts_badge && config.badge_class.is_none(), "badge_left_out", Severity::Changed, "without the launcher activity in the certificate there is no badge", "证书未填写桌面入口 Activity，角标不会变化"),
        (style.image.is_some() && !image, "image_left_out", Severity::Changed, "the picture's address is not https, or over 1024 bytes: sent without it", "图片地址不是 https 或超过 1024 字节，将不带图片发送"),
        (style.sound.is_some() && !sound, "sound_left_out", Severity::Changed, "the sound is no resource's name in res/raw: the default is heard", "铃声不是 res/raw 中的资源名，将使用默认铃声"),
        (sound, "sound_of_new_channel", Severity::Changed, "a sound counts only when its channel is first made", "铃声仅在渠道首次创建时生效，已有渠道保持原铃声"),
        (style.template.is_some(), "template_left_out", Severity::Changed, "Huawei has no templates: the message's own text is sent", "华为没有消息模板，将发送消息自身的文字"),
    ]
}

#[rustfmt::skip]
fn of_data(config: &config::Config, content: &Content) -> Vec<Row> {
    let waits = !config.high_priority;
    let rings = content.presentation == Presentation::Voip;
    vec![
        (waits && rings, "call_not_granted", Severity::Refused, "without the right to high-priority messages a call cannot start the app and is not sent", "未开通高优先级消息权益，无法拉起应用，呼叫不会发送"),
        (waits && !rings, "data_may_wait", Severity::Hidden, "without the right to high-priority messages, data reaches a running app only", "未开通高优先级消息权益，透传消息只能送达正在运行的应用"),
    ]
}
