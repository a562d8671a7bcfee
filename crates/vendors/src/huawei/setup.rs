//! What Huawei wants beside the form, and what a push resource may set there.

use model::Presentation;

use super::config;
use crate::contract::{Need, PageNotation, Setup, StyleField, StylePart};

pub(super) const SETUP: Setup = Setup {
    needs: &NEEDS,
    snippet: include_str!("snippet.txt"),
    page: PageNotation::IntentOrAction,
    plugin_link: "posthouse.push.OPEN",
    style: &STYLE,
    presentations: &[Presentation::Data],
};

#[rustfmt::skip]
const NEEDS: [Need; 4] = [
    Need::must("A developer account; a personal one is enough", "开发者账号，个人账号即可"),
    Need::must("Push Kit is switched on, and the app's SHA-256 fingerprint is registered in AppGallery Connect", "已在 AppGallery Connect 开通推送服务并登记应用的 SHA-256 指纹"),
    Need::should("Self-classification: without it chats count as marketing, two a day and device", "自分类权益；否则聊天消息按资讯营销类计，每台设备每天两条"),
    Need::note("A store release is not needed", "无需上架应用市场"),
];

#[rustfmt::skip]
const STYLE: [StyleField; 4] = [
    StylePart::Channel.means("a notification channel that the app makes", "应用已创建的通知渠道 ID"),
    StylePart::Category.one_of(&config::CATEGORIES, "a category; it counts where its right is granted", "消息自分类，获得对应权益后生效"),
    StylePart::Sound.means("a resource in res/raw; heard when the channel is made", "res/raw 中的铃声资源名，渠道首次创建时生效"),
    StylePart::Image.means("an https address of a picture", "图片的 https 地址"),
];
