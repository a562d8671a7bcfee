//! What FCM wants beside the form, and what a push resource may set there.

use model::Presentation;

use crate::contract::{Need, PageNotation, Setup, StyleField, StylePart};

pub(super) const SETUP: Setup = Setup {
    needs: &NEEDS,
    snippet: include_str!("snippet.txt"),
    page: PageNotation::Action,
    plugin_link: "posthouse.push.OPEN",
    style: &STYLE,
    presentations: &[Presentation::Data],
};

#[rustfmt::skip]
const NEEDS: [Need; 4] = [
    Need::must("A Firebase project with the app in it", "Firebase 项目，并已添加该应用"),
    Need::must("Phones have Google Play services", "手机装有 Google Play 服务"),
    Need::should("The channels named here are made by the app", "此处填写的通知渠道由应用创建"),
    Need::should("The Cloud Messaging API (V1) is switched on", "已启用 Cloud Messaging API(V1)"),
];

#[rustfmt::skip]
const STYLE: [StyleField; 3] = [
    StylePart::Channel.means("a notification channel that the app makes", "应用已创建的通知渠道 ID"),
    StylePart::Sound.means("a resource in res/raw; before Android 8 only", "res/raw 中的铃声资源名，仅 Android 8 之前有效"),
    StylePart::Image.means("an https address of a picture", "图片的 https 地址"),
];
