//! What HarmonyOS NEXT wants beside the form, and what a push resource may set there.

use model::Presentation;

use super::config;
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
    Need::must("A developer account; a personal one is enough", "开发者账号，个人账号即可"),
    Need::must("Push Kit is switched on for the project, and a service account key was made", "项目已开通推送服务并创建服务账号密钥"),
    Need::should("Self-classification for chats and calls", "聊天与呼叫的自分类权益"),
    Need::should("The right to in-app call messages, for calls that ring in the app", "应用内通话消息权益，用于呼叫在应用内响铃"),
];

#[rustfmt::skip]
const STYLE: [StyleField; 3] = [
    StylePart::Category.one_of(config::CATEGORIES, "a category; it counts where its right is granted", "消息自分类，获得对应权益后生效"),
    StylePart::Sound.means("a file in the app's rawfile folder; not for marketing", "应用 rawfile 目录下的铃声文件，营销类无效"),
    StylePart::Image.means("an https address of a picture", "图片的 https 地址"),
];
