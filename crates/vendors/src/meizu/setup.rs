//! What Meizu wants beside the form, and what a push resource may set there.

use crate::contract::{Need, PageNotation, Setup, StyleField, StylePart};

pub(super) const SETUP: Setup = Setup {
    needs: &NEEDS,
    snippet: include_str!("snippet.txt"),
    page: PageNotation::ActivityOrUri,
    plugin_link: "posthouse://push/open",
    style: &STYLE,
    presentations: &[],
};

#[rustfmt::skip]
const NEEDS: [Need; 4] = [
    Need::must("A developer account; a personal one is enough", "开发者账号，个人账号即可"),
    Need::note("A store release is not needed", "无需上架应用商店"),
    Need::must("Push is switched on for the app in Flyme's push platform", "已在 Flyme 推送平台为应用开通推送"),
    Need::should("A receipt address is registered before the receipt token is entered", "填写回执 access_token 前先登记回执地址"),
];

#[rustfmt::skip]
const STYLE: [StyleField; 2] = [
    StylePart::Category.one_of(&["private", "public"], "private or public", "private（私信）或 public（公信）"),
    StylePart::Interruption.one_of(&["passive"], "passive: shown without sound or light", "passive：静默展示"),
];
