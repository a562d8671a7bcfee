//! What Meizu would do with a push that the operator may not expect.

use model::ClickAction;

use super::config::Config;
use crate::contract::{Content, Finding, Severity};

pub(super) fn findings(config: &Config, content: &Content) -> Vec<Finding> {
    let click = content.click.as_ref().unwrap_or(&config.click);
    let carries = content.ext.is_some() || content.payload.is_some();
    let lost = matches!(click, ClickAction::WebPage(_)) && carries;
    lost.then(|| Finding {
        code: "ext_not_passed",
        severity: Severity::Changed,
        en: "a web page is opened in the browser; ext and payload do not reach the app".to_owned(),
        zh: "点击后由浏览器打开网页，ext 与 payload 不会传给应用".to_owned(),
    })
    .into_iter()
    .collect()
}
