//! What Apple and iOS would do with a push that the operator may not expect.

use model::{Class, ClickAction, Interruption, Presentation};

use super::{
    config::Config,
    request::{self, Fit},
};
use crate::contract::{
    Content, Finding,
    Severity::{self, Changed, Hidden, Reduced, Refused},
};

/// Whether it holds, a stable word, how bad it is, English and Chinese.
type Rule = (bool, &'static str, Severity, &'static str, &'static str);

pub(super) fn findings(config: &Config, content: &Content) -> Vec<Finding> {
    let of_kind = match content.presentation {
        Presentation::Alert => of_notification(config, content),
        Presentation::Data => of_data(),
        Presentation::Voip => of_call(config),
    };
    let rules = of_kind.into_iter().chain(of_payload(config, content));
    rules
        .filter(|(holds, ..)| *holds)
        .map(|(_, code, severity, en, zh)| Finding { code, severity, en: en.into(), zh: zh.into() })
        .collect()
}

// One rule a line reads as the table it is.
#[rustfmt::skip]
fn of_notification(config: &Config, content: &Content) -> Vec<Rule> {
    let (style, manner) = (&content.style, &config.manner);
    let level = request::interruption(config, content);
    let click = content.click.as_ref().unwrap_or(&manner.click);
    let to_web = matches!(click, ClickAction::WebPage(_));
    let carries = content.ext.is_some() || content.payload.is_some();
    let image = style.image.as_deref();
    let secure = |address: &str| address.starts_with("https://");
    vec![
        (!config.may_push_to(&config.topic), "topic_not_in_certificate", Refused, "the certificate does not list its own bundle ID among its topics: Apple answers TopicDisallowed", "证书的 topic 列表不含其 Bundle ID：苹果会返回 TopicDisallowed"),
        (config.is_voip_alone(), "voip_certificate", Refused, "the certificate is for VoIP pushes alone; notifications need one of Apple Push Services", "此证书仅用于 VoIP 推送；通知需使用 Apple Push Services 证书"),
        (level == Interruption::Critical && !manner.may_be_critical, "critical_not_granted", Reduced, "critical alerts need Apple's permission; without it the push disturbs like any other. Where it was granted, say so in the certificate", "重要警告需苹果批准，未获批时按普通通知处理；已获批请在证书中注明"),
        (level == Interruption::TimeSensitive && !manner.may_be_time_sensitive, "time_sensitive_not_built_in", Reduced, "only an app built with Time Sensitive Notifications breaks through Focus. Where it was, say so in the certificate", "仅开启 Time Sensitive Notifications 能力的应用可突破专注模式；已开启请在证书中注明"),
        (level == Interruption::Passive, "shown_quietly", Reduced, "goes into the list without light or sound", "只进入通知列表，不亮屏、不响铃"),
        (content.class == Class::Marketing, "may_wait", Reduced, "sent with priority 5: the phone may let it wait", "以优先级 5 发送：手机可能延后展示"),
        (*click != ClickAction::OpenApp, "click_by_app", Changed, "iOS opens the app and nothing else: the app has to do what it finds as click", "iOS 只会打开应用，由应用自行执行 click 中的动作"),
        (to_web && carries, "ext_not_passed", Changed, "ext and payload do not travel with a web page", "点击动作为打开网页时，ext 与 payload 不会传给应用"),
        (image.is_some_and(secure), "image_by_extension", Changed, "the picture shows only where the app has a notification service extension that loads it", "仅当应用带有通知服务扩展并自行下载时才显示图片"),
        (image.is_some_and(|address| !secure(address)), "image_not_https", Changed, "the picture is left out: its address is not https", "图片地址不是 https，将不显示图片"),
        (style.channel.is_some(), "channel_left_out", Changed, "iOS has no notification channels", "iOS 没有通知渠道"),
        (style.template.is_some(), "template_left_out", Changed, "Apple has no templates", "苹果不支持消息模板"),
    ]
}

#[rustfmt::skip]
fn of_data() -> Vec<Rule> {
    vec![
        (true, "data_needs_the_app", Hidden, "a background push shows nothing by itself, and an app that its user has closed gets none until it is opened", "后台推送本身不显示；被用户关闭的应用要等到下次打开才会收到"),
        (true, "background_budget", Reduced, "a phone takes two or three background pushes an hour and drops the others; they may also come late", "每台手机每小时大约只接收两三条后台推送，其余会被丢弃，也可能延后送达"),
    ]
}

#[rustfmt::skip]
fn of_call(config: &Config) -> Vec<Rule> {
    vec![
        (!config.may_push_to(&config.voip_topic()), "voip_not_in_certificate", Refused, "the certificate does not list the topic of VoIP pushes: Apple answers TopicDisallowed; use a p8 key, or a certificate that lists it", "证书未包含 VoIP 的 topic：苹果会返回 TopicDisallowed；请使用 p8 密钥，或包含它的证书"),
        (true, "call_must_ring", Hidden, "the app has to report a call to CallKit for every VoIP push, or iOS ends it and after some stops handing them over", "应用每收到一条 VoIP 推送都必须通过 CallKit 上报来电，否则会被系统结束，多次后不再收到"),
    ]
}

#[rustfmt::skip]
fn of_payload(config: &Config, content: &Content) -> [Rule; 2] {
    let fit = request::fit(config, content);
    [
        (matches!(fit, Fit::None), "ext_too_long", Refused, "ext and payload leave no room for the title; nothing is sent", "ext 与 payload 过长，容不下标题，不会发送"),
        (matches!(fit, Fit::Cut), "text_cut_to_fit", Changed, "title and text are cut to what ext and payload leave of 4096 bytes, or 5120 of a VoIP push", "标题与正文将被截断，以适应 ext 与 payload 之外的剩余空间（共 4096 字节，VoIP 为 5120 字节）"),
    ]
}
