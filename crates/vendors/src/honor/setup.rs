//! What Honor wants beside the form, and what a push resource may set there.

use model::Presentation;

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
    Need::must("Push is applied for, and the app's SHA-256 fingerprint is registered", "已申请推送服务并登记应用的 SHA-256 指纹"),
    Need::should("Self-classification: without it every push counts as marketing", "自分类权益；否则所有推送按资讯营销类计"),
    Need::note("Phones with Magic UI before 4.0 register with Huawei", "Magic UI 4.0 之前的机型需使用华为推送"),
];

#[rustfmt::skip]
const STYLE: [StyleField; 2] = [
    StylePart::Category.one_of(&["NORMAL", "LOW"], "NORMAL: service and communication; LOW: marketing", "NORMAL：服务通讯类；LOW：资讯营销类"),
    StylePart::Image.means("an https address of a picture", "图片的 https 地址"),
];
