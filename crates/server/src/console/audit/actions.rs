//! What was done, in words.

use crate::console::words::Lang;

/// Every action that is recorded: its stable word, in English, in Chinese; the console's first, then the API's.
pub(super) const ALL: &[(&str, &str, &str)] = &[
    ("sign_in", "signed in", "登录"),
    ("sign_in_refused", "was refused a sign-in", "登录被拒绝"),
    ("sign_out", "signed out", "退出登录"),
    ("make_owner", "became the first owner", "成为首位所有者"),
    ("invite_operator", "invited an operator", "邀请成员"),
    ("change_operator", "changed an operator", "修改成员"),
    ("reset_password", "created a link for a new password", "生成重设密码链接"),
    ("set_password", "set a password", "设置密码"),
    ("change_password", "changed the own password", "修改密码"),
    ("change_display_name", "changed the own name", "修改显示名称"),
    ("end_sessions", "ended sign-ins", "结束登录会话"),
    ("send_message", "sent a test message", "发送测试消息"),
    ("test_push", "sent a test push", "发送测试推送"),
    ("make_lab_group", "created a group of virtual phones", "用虚拟手机建群"),
    ("switch_fault", "switched a simulated vendor's fault", "开关模拟厂商故障"),
    ("operate_handset", "operated a virtual phone", "操作虚拟手机"),
    ("create_certificate", "added a certificate", "新建证书"),
    ("edit_certificate", "changed a certificate", "修改证书"),
    ("probe_certificate", "tested a certificate", "测试证书"),
    ("create_app", "created an App", "创建应用"),
    ("create_key", "created an API key", "创建 API Key"),
    ("revoke_key", "revoked an API key", "吊销 API Key"),
    ("create_key_of_app", "created an App's API key", "为应用创建 API Key"),
    ("revoke_key_of_app", "revoked an App's API key", "吊销应用的 API Key"),
    ("change_app", "changed the App's policy", "修改应用策略"),
    ("change_user", "changed a user", "修改用户"),
    ("delete_user", "deleted a user", "删除用户"),
    ("logout_user", "logged a user out", "强制用户登出"),
    ("kick_user", "kicked a user", "踢用户下线"),
    ("kick_device", "kicked a device", "踢设备下线"),
    ("unregister_device", "unregistered a device", "注销设备"),
    ("switch_device_push", "switched a device's pushes", "开关设备推送"),
    ("switch_user_push", "switched a user's pushes", "开关用户推送"),
    ("unbind_device", "unbound a device", "解绑设备"),
    ("create_console_link", "created a link into the console", "生成控制台链接"),
    ("change_group", "changed a group", "修改群"),
    ("dismiss_group", "dismissed a group", "解散群"),
    ("put_resource", "saved a push resource", "保存推送资源"),
    ("delete_resource", "deleted a push resource", "删除推送资源"),
    ("requeue_dead_letters", "put dead letters back", "重新投递死信"),
    ("release_brake", "released a brake", "解除清理制动"),
    ("create_webhook", "added a webhook", "新建回调"),
    ("put_webhook", "changed a webhook", "修改回调"),
    ("delete_webhook", "deleted a webhook", "删除回调"),
];

/// An action in words; `None` for one that has none yet.
pub(in crate::console) fn label(lang: Lang, action: &str) -> Option<&'static str> {
    ALL.iter().find(|(word, ..)| *word == action).map(|(_, en, zh)| lang.pick(en, zh))
}

#[cfg(test)]
mod tests {
    use super::{ALL, label};
    use crate::{api, console::pages::console_pages, console::words::Lang};

    #[test]
    fn whatever_is_recorded_has_words_in_both_languages() {
        let pages = console_pages().into_iter().filter_map(|page| page.action.map(str::to_owned));
        let endpoints = api::endpoints().into_iter().filter_map(|endpoint| endpoint.action);
        for action in pages.chain(endpoints) {
            for lang in Lang::ALL {
                assert!(label(lang, &action).is_some_and(|label| !label.is_empty()), "{action}");
            }
        }
    }

    #[test]
    fn a_word_stands_once() {
        for (index, (word, ..)) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|(other, ..)| other != word), "{word}");
        }
    }
}
