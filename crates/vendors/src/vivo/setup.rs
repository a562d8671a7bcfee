//! What vivo wants beside the form, and what a push resource may set there.

use crate::contract::{Need, PageNotation, Setup, StyleField, StylePart};

/// System first, then operational.
const CATEGORIES: [&str; 10] = [
    "IM",
    "ACCOUNT",
    "TODO",
    "DEVICE_REMINDER",
    "ORDER",
    "SUBSCRIPTION",
    "MARKETING",
    "NEWS",
    "CONTENT",
    "SOCIAL",
];

pub(super) const SETUP: Setup = Setup {
    needs: &NEEDS,
    snippet: include_str!("snippet.txt"),
    page: PageNotation::Intent,
    plugin_link: "intent:#Intent;action=posthouse.push.OPEN;package={package};launchFlags=0x14000000;end",
    style: &STYLE,
    presentations: &[],
};

#[rustfmt::skip]
const NEEDS: [Need; 4] = [
    Need::must("A developer account of a company", "企业开发者账号"),
    Need::must("The app is reviewed by vivo; until then only test devices are reached", "应用已通过 vivo 审核；审核前仅能推送到测试设备"),
    Need::note("A store release is not needed", "无需上架应用商店"),
    Need::should("System messages: vivo checks the category again and turns marketing into operational messages", "系统消息：vivo 会二次校验分类，将营销内容改为运营消息"),
];

#[rustfmt::skip]
const STYLE: [StyleField; 1] = [
    StylePart::Category.one_of(&CATEGORIES, "a category; it decides between system and operational", "消息分类，决定系统消息或运营消息"),
];
