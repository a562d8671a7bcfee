//! What OPPO wants beside the form, and what a push resource may set there.

use crate::contract::{Need, PageNotation, Setup, StyleField, StylePart};

/// Service first, then content.
const CATEGORIES: [&str; 10] = [
    "IM",
    "ACCOUNT",
    "TODO",
    "DEVICE_REMINDER",
    "ORDER",
    "SUBSCRIPTION",
    "NEWS",
    "CONTENT",
    "MARKETING",
    "SOCIAL",
];

pub(super) const SETUP: Setup = Setup {
    needs: &NEEDS,
    snippet: include_str!("snippet.txt"),
    page: PageNotation::ActivityOrAction,
    plugin_link: "posthouse.push.OPEN",
    style: &STYLE,
    presentations: &[],
};

#[rustfmt::skip]
const NEEDS: [Need; 5] = [
    Need::must("The app is released in OPPO's store", "应用已在 OPPO 软件商店上架"),
    Need::must("A developer account of a company", "企业开发者账号"),
    Need::must("The channel is made in the app and registered in the push platform: Android 8 and later show nothing without it", "通道已在应用内创建并在推送平台登记；否则 Android 8.0 及以上不展示"),
    Need::should("Service categories (private channel): without them two pushes a day and device", "通讯与服务类（私信）权限；否则每台设备每天两条"),
    Need::should("The app asks the user to allow notifications: a new OPPO phone starts with them off", "应用内引导用户开启通知：OPPO 新装应用默认关闭通知"),
];

#[rustfmt::skip]
const STYLE: [StyleField; 3] = [
    StylePart::Channel.means("a channel that is made in the app and registered", "已在应用内创建并登记的 ChannelID"),
    StylePart::Category.one_of(&CATEGORIES, "a category; service ones need their right", "消息分类，通讯与服务类需获权限"),
    StylePart::Template.means("an approved private template", "已审核通过的私信模板"),
];
