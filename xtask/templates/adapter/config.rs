//! What an operator enters for a certificate of {{Title}}.

use std::sync::Arc;

use model::{ClickAction, FieldErrors, Form, Secret, Timestamp};

use crate::{
    contract::{Field, FieldKind, Group},
    form::{Reading, field},
};

pub(super) const HOST: &str = "push.{{name}}.example";

const CLICKS: FieldKind = FieldKind::Choice(&["open_app", "web_page", "app_page"]);

pub(super) const FIELDS: [Field; 4] = [
    field(
        "package_name",
        FieldKind::Text,
        true,
        ("Package name", "应用包名称"),
        ("the application id, such as com.example.im", "应用包名，例如 com.example.im"),
    ),
    field("app_secret", FieldKind::Secret, true, ("AppSecret", "AppSecret"), ("", "")),
    field("click", CLICKS, false, ("After a tap", "点击通知后"), ("", "")),
    field("click_target", FieldKind::Text, false, ("Page to open", "要打开的页面"), ("", "")).of(Group::Click),
];

/// One app's credential and choices.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) package: String,
    pub(super) click: ClickAction,
    /// The whole authentication header, which never changes.
    pub(super) authorization: Arc<Secret<String>>,
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        vec![("package name", self.package.clone())]
    }
}

pub(super) fn parse(form: &Form, _: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let package = reading.required("package_name");
    let secret = reading.required("app_secret");
    let visible = |secret: &str| secret.bytes().all(|byte| byte.is_ascii_graphic());
    reading.check("app_secret", secret, visible, "may hold visible characters only", "只能包含可见字符");
    let click = reading.click();
    let read = package.zip(secret).map(|(package, secret)| Config {
        package: package.to_owned(),
        click,
        authorization: Arc::new(Secret::new(format!("key={secret}"))),
    });
    reading.finish(read)
}
