//! What an operator enters for a Xiaomi certificate (row C6).

use std::sync::Arc;

use model::{ClickAction, FieldErrors, Form, Secret, Timestamp};

use crate::{
    contract::{Field, FieldKind},
    form::{Reading, field},
};

/// Mainland China; the overseas hosts are doubtful in every source and therefore not offered.
pub(super) const HOST: &str = "api.xmpush.xiaomi.com";

const CLICKS: FieldKind = FieldKind::Choice(&["open_app", "web_page", "app_page"]);

pub(super) const FIELDS: [Field; 6] = [
    field(
        "package_name",
        FieldKind::Text,
        true,
        ("Package name", "应用包名称"),
        ("the Android application id, such as com.example.im", "Android 应用包名，例如 com.example.im"),
    ),
    field(
        "app_id",
        FieldKind::Text,
        false,
        ("AppID", "AppID"),
        ("the app's client SDK needs it; sending does not", "客户端 SDK 使用，服务端发送不需要"),
    ),
    field(
        "app_secret",
        FieldKind::Secret,
        true,
        ("AppSecret", "AppSecret"),
        ("not the AppKey", "注意不是 AppKey"),
    ),
    field(
        "channel_id",
        FieldKind::Text,
        false,
        ("Channel ID", "通知类别 ID(channel_id)"),
        (
            "of an approved private channel; without it a device shows one push a day",
            "已审核通过的私信通道；不填则每台设备每天仅展示一条",
        ),
    ),
    field("click", CLICKS, false, ("After a tap", "点击通知后"), ("", "")),
    field(
        "click_target",
        FieldKind::Text,
        false,
        ("Page to open", "要打开的页面"),
        (
            "web page: http(s) address; page in app: intent URI (intent:#Intent;…;end)",
            "网页：http(s) 地址；应用内页面：intent URI(intent:#Intent;…;end)",
        ),
    ),
];

/// One app's credentials and choices.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) package: String,
    pub(super) app_id: Option<String>,
    pub(super) channel_id: Option<String>,
    pub(super) click: ClickAction,
    /// The whole authentication header, which never changes.
    pub(super) authorization: Arc<Secret<String>>,
    /// When the form was read: the day a probe asks about.
    pub(super) opened_at: Timestamp,
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("package name", self.package.clone())];
        facts.extend(self.app_id.clone().map(|id| ("AppID", id)));
        facts.push((
            "channel ID",
            self.channel_id.clone().unwrap_or_else(|| "none: one push a device and day".to_owned()),
        ));
        facts
    }
}

pub(super) fn parse(form: &Form, now: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let package = reading.required("package_name");
    reading.check(
        "package_name",
        package,
        is_package,
        "is not an Android package name such as com.example.im",
        "不是 Android 包名，例如 com.example.im",
    );
    let app_id = reading.optional("app_id");
    reading.check(
        "app_id",
        app_id,
        is_console_id,
        "may hold letters, digits, - and _ only",
        "只能包含字母、数字、- 和 _",
    );
    let channel_id = reading.optional("channel_id");
    reading.check(
        "channel_id",
        channel_id,
        is_console_id,
        "may hold letters, digits, - and _ only: enter the ID, not the channel's name",
        "只能包含字母、数字、- 和 _：请填写 ID 而不是名称",
    );
    let secret = reading.required("app_secret");
    reading.check(
        "app_secret",
        secret,
        is_secret,
        "must be one line of visible ASCII characters, at most 128",
        "必须是一行可见 ASCII 字符，最多 128 个",
    );
    let click = reading.click();
    let target = reading.optional("click_target");
    reading.check(
        "click_target",
        target,
        is_address,
        "must be at most 1024 bytes without blanks",
        "最多 1024 字节且不含空白",
    );
    let read = package.zip(secret).map(|(package, secret)| Config {
        package: package.to_owned(),
        app_id: app_id.map(str::to_owned),
        channel_id: channel_id.map(str::to_owned),
        click,
        authorization: Arc::new(Secret::new(format!("key={secret}"))),
        opened_at: now,
    });
    reading.finish(read)
}

/// Two or more parts, each a Java identifier (Android, "application id", documented).
fn is_package(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.len() <= 255 && text.contains('.') && text.split('.').all(is_part)
}

fn is_console_id(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_secret(text: &str) -> bool {
    text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_address(text: &str) -> bool {
    text.len() <= 1024 && !text.contains(|char: char| char.is_whitespace() || char.is_control())
}
