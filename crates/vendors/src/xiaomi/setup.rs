//! What Xiaomi wants beside the form, and what a push resource may set there.

use crate::contract::{Need, PageNotation, Setup, StyleField, StylePart};

pub(super) const SETUP: Setup = Setup {
    needs: &NEEDS,
    snippet: include_str!("snippet.txt"),
    page: PageNotation::Intent,
    plugin_link: "intent:#Intent;action=posthouse.push.OPEN;package={package};launchFlags=0x14000000;end",
    style: &STYLE,
    presentations: &[],
};

#[rustfmt::skip]
const NEEDS: [Need; 5] = [
    Need::must("The app is released in Xiaomi's store", "应用已在小米应用商店上架"),
    Need::must("A developer account of a company", "企业开发者账号"),
    Need::must("Push is switched on for the app in Xiaomi's push console", "已在小米推送运营平台为应用启用推送"),
    Need::should("A private channel with an approved template: without one a device shows one push a day", "已审核通过的私信通道与模板；否则每台设备每天仅展示一条"),
    Need::must("The package name here is the app's main package", "此处的应用包名称与应用主包名一致"),
];

#[rustfmt::skip]
const STYLE: [StyleField; 3] = [
    StylePart::Channel.means("the channel ID of an approved channel", "已审核通过的通知类别 ID"),
    StylePart::Sound.means("a resource in res/raw, on a channel with sound", "res/raw 中的铃声资源名，需通道允许声音"),
    StylePart::Template.means("an approved template, with what fills it", "已审核通过的模板及其参数"),
];
