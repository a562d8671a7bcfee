//! What Web Push wants beside the form, and what a push resource may set there.

use model::Presentation;

use crate::contract::{Need, PageNotation, Setup, StyleField, StylePart};

pub(super) const SETUP: Setup = Setup {
    needs: &NEEDS,
    snippet: include_str!("snippet.txt"),
    page: PageNotation::Free,
    plugin_link: "/posthouse/open",
    style: &STYLE,
    presentations: &[Presentation::Data],
};

#[rustfmt::skip]
const NEEDS: [Need; 3] = [
    Need::note("No account is needed: a key pair that you make yourself", "无需账号，自行生成密钥对即可"),
    Need::must("The site is served over https, with a service worker", "网站使用 https 并注册 Service Worker"),
    Need::must("On iPhones the site is added to the home screen", "iPhone 上需将网站添加到主屏幕"),
];

#[rustfmt::skip]
const STYLE: [StyleField; 4] = [
    StylePart::Channel.means("handed to the service worker as `channel`", "以 channel 传给 Service Worker"),
    StylePart::Sound.means("handed to the service worker as `sound`", "以 sound 传给 Service Worker"),
    StylePart::Image.means("an https address of a picture", "图片的 https 地址"),
    StylePart::Interruption.one_of(&["passive"], "passive: shown silently", "passive：静默展示"),
];
