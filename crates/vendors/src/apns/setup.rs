//! What APNs wants beside the form, and what a push resource may set there.

use model::Presentation;

use crate::contract::{Need, PageNotation, Setup, StyleField, StylePart};

pub(super) const SETUP: Setup = Setup {
    needs: &NEEDS,
    snippet: include_str!("snippet.txt"),
    page: PageNotation::Free,
    plugin_link: "posthouse.push.OPEN",
    style: &STYLE,
    presentations: &[Presentation::Data, Presentation::Voip],
};

#[rustfmt::skip]
const NEEDS: [Need; 4] = [
    Need::must("Membership of the Apple Developer Program", "Apple Developer Program 会员"),
    Need::must("The app has the push entitlement; builds for the App Store and TestFlight need production", "应用已开启推送权限；App Store 与 TestFlight 版本需使用生产环境证书"),
    Need::must("A p12 file has a password, and its name here is in English letters without brackets", "p12 证书须设密码，证书名称使用英文且不含括号"),
    Need::note("The simulator of a Mac gets no token: use a phone", "模拟器无法获取 token，请使用真机"),
];

#[rustfmt::skip]
const STYLE: [StyleField; 4] = [
    StylePart::Category.means("a UNNotificationCategory of the app", "应用注册的 UNNotificationCategory"),
    StylePart::Sound.means("a sound file in the app", "应用内的铃声文件名"),
    StylePart::Image.means("an https address; the app's service extension loads it", "图片的 https 地址，由应用的通知服务扩展加载"),
    StylePart::Interruption.one_of(&["passive", "active", "time-sensitive", "critical"], "how much it may disturb", "中断级别"),
];
