//! What an operator enters for an OPPO certificate (row C7).

use model::{Class, ClickAction, FieldErrors, Form, Secret, Template, Timestamp};

use super::request;
use crate::{
    amounts::{RATE, day_device_field, day_field},
    contract::{Field, FieldKind, Group},
    form::{Reading, field},
};

/// Mainland China under its old and its new name, and overseas. The new one stands in the current book alone (one
/// source), overseas in the vendor's SDK alone.
const HOSTS: [&str; 3] =
    ["api.push.oppomobile.com", "api-push-cn.heytapmobi.com", "api-intl.push.oppomobile.com"];

/// Communication and service (通讯与服务): unlimited, once granted.
pub(super) const SERVICE_CATEGORIES: [&str; 6] =
    ["IM", "ACCOUNT", "TODO", "DEVICE_REMINDER", "ORDER", "SUBSCRIPTION"];

/// Content and marketing (内容与营销): two a day for each phone.
pub(super) const CONTENT_CATEGORIES: [&str; 4] = ["NEWS", "CONTENT", "MARKETING", "SOCIAL"];

/// The fields of channels, in the order of the classes.
const CHANNELS: [&str; 4] = ["channel_id", "channel_id_call", "channel_id_system", "channel_id_marketing"];

const RIGHT: [&str; 2] = ["yes", "no"];
const YES_NO: FieldKind = FieldKind::Choice(&RIGHT);
const SERVICE: FieldKind = FieldKind::Choice(&SERVICE_CATEGORIES);
const CONTENT: FieldKind = FieldKind::Choice(&CONTENT_CATEGORIES);
const TEXT: FieldKind = FieldKind::Text;

/// What is said of a channel that is left out.
const NOT_SHOWN: (&str, &str) =
    ("empty: not shown on Android 8 and later", "未填写：Android 8.0 及以上设备不展示");

/// How a page in the app is named; a URL is known by its colon.
const PAGE_KINDS: [&str; 2] = ["activity", "action"];

// One field a line reads as the table it is.
#[rustfmt::skip]
pub(super) const FIELDS: [Field; 24] = [
    field("app_key", TEXT, true, ("AppKey", "AppKey"), ("in the push platform: settings, app settings", "推送平台 → 配置管理 → 应用配置")).at_most(256),
    field("app_id", TEXT, false, ("AppID", "AppID"), ("for people only; sending does not need it", "仅供查看，发送不需要")).at_most(256),
    field("master_secret", FieldKind::Secret, true, ("MasterSecret", "MasterSecret"), ("not the AppSecret, which only the phone uses", "注意不是 AppSecret；AppSecret 仅客户端使用")).at_most(256),
    field("host", FieldKind::Choice(&HOSTS), false, ("OPPO's server", "OPPO 服务器"), ("the third is for phones sold overseas", "第三个用于海外机型")).usually("api.push.oppomobile.com"),
    field("channel_id", TEXT, false, ("ChannelID", "ChannelID"), ("made in the app and in the push platform", "须在应用内创建并在推送平台登记")).of(Group::Classes).at_most(256).warns(NOT_SHOWN),
    field("channel_id_call", TEXT, false, ("ChannelID of calls", "呼叫的 ChannelID"), ("ringing follows the channel", "铃声由渠道决定")).for_class(Class::Call).inherits("channel_id").at_most(256),
    field("channel_id_system", TEXT, false, ("ChannelID of the app's notices", "系统通知的 ChannelID"), ("", "")).for_class(Class::System).inherits("channel_id").at_most(256),
    field("channel_id_marketing", TEXT, false, ("ChannelID of marketing", "营销消息的 ChannelID"), ("", "")).for_class(Class::Marketing).inherits("channel_id").at_most(256),
    field("service_right", YES_NO, false, ("Service categories granted", "已获通讯与服务类权限"), ("without it everything goes out as content and marketing", "未获权限时全部按内容与营销类发送")).of(Group::Rights).usually("yes"),
    field("category_chat", SERVICE, false, ("Category of chats", "聊天消息的 category"), ("", "")).for_class(Class::Chat).usually("IM"),
    field("category_call", SERVICE, false, ("Category of calls", "呼叫的 category"), ("", "")).for_class(Class::Call).usually("IM"),
    field("category_system", SERVICE, false, ("Category of the app's notices", "系统通知的 category"), ("choose what your notices are", "请按通知内容选择")).for_class(Class::System).usually("ACCOUNT"),
    field("category_marketing", CONTENT, false, ("Category of marketing", "营销消息的 category"), ("", "")).for_class(Class::Marketing).usually("MARKETING"),
    field("strong_reminder_right", YES_NO, false, ("Strong reminder granted (level 16)", "已获强提醒权限（notify_level 16）"), ("chats and calls come with banner, vibration and sound", "聊天与呼叫带横幅、振动和铃声")).of(Group::Rights).usually("no"),
    field("badge_right", YES_NO, false, ("Badge granted", "已获角标权限"), ("every push counts one up on the app's icon", "每条推送使角标加一")).of(Group::Rights).usually("no"),
    field("template_id", TEXT, false, ("Private template ID", "私信模板 ID"), ("an approved template for everything but marketing", "已审核通过的模板，用于营销之外的消息")).of(Group::Classes),
    field("template_title_key", TEXT, false, ("Template's place for the title", "模板标题参数名"), ("the name alone, of ${name}$ in the template's title", "模板标题中 ${name}$ 的 name")).of(Group::Classes),
    field("template_body_key", TEXT, false, ("Template's place for the text", "模板内容参数名"), ("the name alone, of ${name}$ in the template's text", "模板内容中 ${name}$ 的 name")).of(Group::Classes),
    field("click", FieldKind::Choice(&["open_app", "web_page", "app_page"]), false, ("After a tap", "点击后续操作"), ("", "")).of(Group::Click).usually("open_app"),
    field("page_kind", FieldKind::Choice(&PAGE_KINDS), false, ("Page in app, named by", "应用内界面的指定方式"), ("full class name of the Activity (advised, and where left out), or intent action; a URL such as intent:… is known by its colon", "Activity 完整类名（推荐，不填即此项）或 Intent action；intent: 等 URL 会自动识别")).of(Group::Click).usually("activity").labelled(&[("activity", "Activity (advised)", "Activity（推荐）"), ("action", "Intent action", "Intent action")]),
    field("click_target", TEXT, false, ("Page to open", "要打开的页面"), ("web page: http(s) address; page in app: full class name, intent action, or URL such as intent:…", "网页：http(s) 地址；应用内界面：Activity 完整类名、Intent action 或 intent: 等 URL")).of(Group::Click),
    RATE,
    day_field("day_content", ("Daily amount: content and marketing", "每日数量：内容与营销")),
    day_device_field("day_device_content", ("A phone's daily amount: content and marketing", "每台设备每日数量：内容与营销")),
];

type Word = &'static str;

/// One app's credentials, rights and choices.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) app_key: String,
    app_id: Option<String>,
    pub(super) master_secret: Secret<String>,
    pub(super) host: &'static str,
    /// By class; the first also for those without their own.
    channels: [Option<String>; 4],
    /// By class.
    categories: [&'static str; 4],
    /// The rights to service categories, to level 16 and to the badge.
    pub(super) may_serve: bool,
    pub(super) may_alert: bool,
    pub(super) may_badge: bool,
    /// An approved template with the places that title and text fill.
    pub(super) template: Option<Template>,
    pub(super) click: ClickAction,
    /// Pages in the app are named by the action of an intent filter, not by class.
    pub(super) pages_by_action: bool,
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let no_channel = || "none: not shown on Android 8 and later".to_owned();
        let mut facts = vec![
            ("AppKey", self.app_key.clone()),
            ("server", self.host.to_owned()),
            ("ChannelID", self.channels[0].clone().unwrap_or_else(no_channel)),
        ];
        facts.extend(self.app_id.clone().map(|id| ("AppID", id)));
        facts.extend(self.template.as_ref().map(|template| ("private template", template.id.clone())));
        facts
    }

    /// Whether it is for mainland China.
    pub(super) fn is_mainland(&self) -> bool {
        self.host != HOSTS[2]
    }

    pub(super) fn channel_of(&self, class: Class) -> Option<&str> {
        self.channels[class as usize].as_deref().or(self.channels[0].as_deref())
    }

    pub(super) const fn category_of(&self, class: Class) -> &'static str {
        self.categories[class as usize]
    }
}

pub(super) fn parse(form: &Form, _: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    reading.required("app_key");
    reading.required("master_secret");
    let mut category = |class, words, usual| choice(&mut reading, class, words, usual);
    let categories = [
        category("category_chat", &SERVICE_CATEGORIES[..], "IM"),
        category("category_call", &SERVICE_CATEGORIES, "IM"),
        category("category_system", &SERVICE_CATEGORIES, "ACCOUNT"),
        category("category_marketing", &CONTENT_CATEGORIES, "MARKETING"),
    ];
    let pages_by_action = choice(&mut reading, "page_kind", &PAGE_KINDS, "activity") == "action";
    let config = Config {
        app_key: console_id(&mut reading, "app_key").unwrap_or_default(),
        app_id: console_id(&mut reading, "app_id"),
        master_secret: Secret::new(console_id(&mut reading, "master_secret").unwrap_or_default()),
        host: choice(&mut reading, "host", &HOSTS, HOSTS[0]),
        channels: CHANNELS.map(|name| console_id(&mut reading, name)),
        categories,
        may_serve: choice(&mut reading, "service_right", &RIGHT, "yes") == "yes",
        may_alert: choice(&mut reading, "strong_reminder_right", &RIGHT, "no") == "yes",
        may_badge: choice(&mut reading, "badge_right", &RIGHT, "no") == "yes",
        template: template(&mut reading),
        click: click(&mut reading, pages_by_action),
        pages_by_action,
    };
    reading.finish(Some(config))
}

fn console_id(reading: &mut Reading<'_>, name: &str) -> Option<String> {
    let value = reading.optional(name);
    let (en, zh) = ("must be at most 256 visible ASCII characters", "最多 256 个可见 ASCII 字符，且不含空白");
    reading.check(name, value, request::is_id, en, zh);
    value.map(str::to_owned)
}

/// One of these words; left out, the usual one.
fn choice(reading: &mut Reading<'_>, name: &str, words: &[Word], usual: Word) -> Word {
    let Some(value) = reading.optional(name) else { return usual };
    words.iter().copied().find(|word| *word == value).unwrap_or_else(|| {
        let list = words.join(", ");
        reading.fault(name, &format!("must be one of {list}"), &format!("必须是以下之一：{list}"));
        usual
    })
}

fn template(reading: &mut Reading<'_>) -> Option<Template> {
    let id = console_id(reading, "template_id");
    let [title, body] = ["template_title_key", "template_body_key"].map(|name| {
        let place = console_id(reading, name);
        if place.is_some() && id.is_none() {
            reading.fault(name, "needs the template ID too", "请同时填写模板 ID");
        }
        place.into_iter().map(|place| (place, String::new())).collect()
    });
    id.map(|id| Template { id, title, body })
}

fn click(reading: &mut Reading<'_>, pages_by_action: bool) -> ClickAction {
    let click = reading.click();
    if request::tap(&click, pages_by_action).is_none() {
        let (en, zh) = (
            "must have no blanks, and at most 500 characters as a class name or action, 2000 as an address",
            "不得含空白；类名或 action 最多 500 个字符，网址最多 2000 个字符",
        );
        reading.fault("click_target", en, zh);
    }
    click
}
