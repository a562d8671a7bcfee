//! The words of users, devices and groups: each in both languages beside one another.

use super::word_table;

word_table! {
    /// Every text about users, devices and groups, in one language.
    PeopleWords as people_words;
    first_page: "First page", "首页";
    next_page: "Next page", "下一页";
    find: "Find", "查找";
    // Users.
    users: "Users & devices", "用户与设备";
    users_lead: "Whom pushes go to, on which devices, and what stands against it.", "推送发给谁、有哪些设备、哪些因素会阻止推送。";
    users_search: "User id, its beginning, or a Push ID", "用户 ID（可只输开头）或 Push ID";
    users_search_hint: "Case counts. A whole Push ID or device id leads to its device.", "区分大小写。输入完整的 Push ID 或设备 ID 可直达该设备。";
    user: "User", "用户";
    devices: "Devices", "设备";
    presence: "Presence", "在线状态";
    known_since: "Known since", "首次出现";
    no_users: "No users yet", "还没有用户";
    no_users_how: "A user appears with the first login on a device, or when the App's backend makes one.", "用户首次在设备上登录，或由应用后端创建后，会出现在这里。";
    no_match: "Nothing begins like this", "没有以此开头的结果";
    no_match_how: "Ids are compared letter by letter, capitals and small letters apart.", "按字符逐个比较，区分大小写。";
    show_all: "Show all", "显示全部";
    never_logged_in: "never logged in", "从未登录";
    state_foreground: "on screen", "前台在线";
    state_background: "in background", "后台在线";
    state_disconnected: "disconnected", "已断连";
    state_logged_out: "logged out", "已退出登录";
    state_kicked: "kicked", "已被踢下线";
    to_deliveries: "Deliveries", "投递记录";
    to_test: "Test a push", "推送测试";
    // Settings of a user.
    settings: "What the user set", "用户设置";
    settings_of_group: "Settings", "群设置";
    quiet_hours: "Do not disturb", "免打扰时段";
    quiet_none: "none", "未设置";
    quiet_all_day: "all day", "全天";
    quiet_silent: "no push", "不推送";
    quiet_hide_details: "push without details", "推送但不显示详情";
    details: "Details in pushes", "推送详情";
    details_shown: "shown", "显示";
    details_hidden: "hidden", "不显示";
    multi_end: "Ends that silence others", "多端推送策略";
    multi_end_none: "none", "未设置";
    multi_end_rule: "Once on {}, no push to {}", "{}收到后，不再推送到{}";
    end_mobile: "phone", "手机";
    end_desktop: "computer", "电脑";
    end_web: "browser", "浏览器";
    end_other: "other", "其他";
    mutes: "Muted conversations", "会话免打扰";
    mutes_none: "none among the 50 newest", "最近 50 个会话中没有";
    mute_all: "no push", "不推送";
    mute_except_mentions: "only mentions", "仅 @ 我时推送";
    // A device.
    device: "Device", "设备";
    device_unnamed: "Unnamed device", "未知设备";
    device_lead: "A device by itself: with or without a user.", "单个设备，可以没有用户。";
    no_devices: "No device", "没有设备";
    no_devices_how: "The user has never logged in on a device, so no push has anywhere to go.", "该用户从未在设备上登录，推送无处可达。";
    push_id: "Push ID", "Push ID";
    device_id: "Device id", "设备 ID";
    system: "System", "系统";
    package: "Package", "包名";
    sdk: "SDK", "SDK 版本";
    language: "Language", "语言";
    time_zone: "Time zone", "时区";
    apns_environment: "APNs environment", "APNs 环境";
    channels: "Channels", "通知渠道";
    badge: "Badge", "角标";
    seen: "Last seen", "最近活跃";
    notifications_allowed: "notifications allowed", "通知已允许";
    notifications_off: "notifications off", "通知已关闭";
    notifications_unknown: "permission not reported", "未上报通知权限";
    registration_failed: "Vendor registration failed", "厂商注册失败";
    push_off_since: "Pushes switched off", "推送已关闭";
    unregistered_since: "Push ID unregistered", "Push ID 已注销";
    login: "Login", "登录会话";
    no_login: "nobody has logged in here", "没有用户在此登录";
    since: "since", "自";
    taken_by: "Now used by", "当前使用者";
    bindings: "Vendor tokens", "厂商 token";
    kind_alert: "notifications", "通知";
    kind_voip: "calls (VoIP)", "呼叫（VoIP）";
    token_since: "reported", "上报于";
    token_doubts: "refused {} times in doubt", "被疑似拒绝 {} 次";
    no_token: "No token", "无 token";
    lost_never_bound: "The device has never reported one.", "设备从未上报 token。";
    lost_token_dead: "Cleared: the vendor called it dead. The app gets a new one at its next start.", "已清除：厂商判定失效，App 下次启动会获取新 token。";
    lost_logged_out: "Cleared with the logout. It comes back with the next login.", "随退出登录清除，下次登录后恢复。";
    lost_unbound: "Unbound by the device, the backend or an operator.", "已由设备、后端或运维解绑。";
    lost_taken_over: "Taken over: another device or user reported the same token.", "已被占用：另一设备或用户上报了同一 token。";
    lost_unregistered: "Gone with the Push ID.", "随 Push ID 注销而清除。";
    // What is done.
    actions: "Actions", "操作";
    kick: "Kick", "踢下线";
    kick_how: "Closes every connection; no push until the next login. Login tokens issued until now are refused.", "断开全部连接；下次登录前不再推送；此前签发的登录 token 失效。";
    kick_device: "Kick this device", "踢此设备下线";
    log_out: "Log out everywhere", "全部登出";
    log_out_how: "As if the user had logged out on each device: vendor tokens go as well.", "等同于在每台设备上退出登录，厂商 token 一并清除。";
    push_off: "Switch pushes off", "关闭推送";
    push_on: "Switch pushes on", "打开推送";
    push_all_off: "Pushes off on all devices", "关闭全部设备推送";
    push_all_on: "Pushes on on all devices", "打开全部设备推送";
    push_all_how: "Off cancels what is queued. The switch outlives logins; the app may change it.", "关闭会取消排队中的推送。开关不受登录影响，App 可自行更改。";
    unbind: "Unbind", "解绑";
    delete_user: "Delete this user", "删除用户";
    delete_user_how: "Ends every login and erases profile, tokens, deliveries and what the user wrote. This cannot be undone.", "结束全部登录，并清除资料、token、投递记录及其发出的消息。此操作不可撤销。";
    confirm_user: "Type the user's id to confirm", "输入用户 ID 以确认";
    confirm_fault: "this is not the id", "与 ID 不一致";
    delete: "Delete", "删除";
    said_kicked: "The user was kicked: every connection is closed.", "已踢下线，全部连接已断开。";
    said_logged_out: "The user was logged out everywhere.", "已在全部设备上登出。";
    said_device_kicked: "The user was kicked on this device.", "已将用户从该设备踢下线。";
    said_push_on: "Pushes are switched on.", "推送已打开。";
    said_push_off: "Pushes are switched off, and what was queued is cancelled.", "推送已关闭，排队中的推送已取消。";
    said_unbound: "The token was unbound.", "token 已解绑。";
    said_user_deleted: "The user was deleted. What is left goes in the background.", "用户已删除，其余数据正在后台清除。";
    // Groups.
    groups: "Groups", "群";
    groups_lead: "Who is in which group, and what is set for all of them.", "群成员与群设置。";
    groups_search: "Begins with", "开头";
    by: "Search in", "查找范围";
    by_id: "Group id", "群 ID";
    by_name: "Name", "群名称";
    group: "Group", "群";
    owner: "Owner", "群主";
    members: "Members", "成员";
    made_at: "Created", "创建时间";
    group_muted: "all muted", "全员禁言";
    no_groups: "No groups yet", "还没有群";
    no_groups_how: "Groups appear here as soon as a client or the App's backend makes one.", "客户端或应用后端创建群后，会显示在这里。";
    join: "Joining", "加群方式";
    join_open: "anybody may join", "任何人可加入";
    join_invited: "by an admin's invitation", "仅管理员邀请";
    writing: "Writing", "发言";
    writing_all: "every member", "全体成员";
    writing_admins: "owner and admins only", "仅群主和管理员";
    mute_group: "Mute all", "全员禁言";
    unmute_group: "Let all write", "解除禁言";
    role: "Role", "角色";
    role_owner: "owner", "群主";
    role_admin: "admin", "管理员";
    role_member: "member", "成员";
    muted_until: "muted until", "禁言至";
    joined_at: "Joined", "入群时间";
    last_messages: "Last messages", "最近消息";
    no_messages: "Nobody has written here yet.", "群内还没有消息。";
    dismiss_group: "Dismiss this group", "解散群";
    dismiss_how: "Its members see no more of it, and its pushes that have not begun are cancelled. The id is not used again. This cannot be undone.", "成员将不再看到该群，尚未开始的推送会被取消，群 ID 不再复用。此操作不可撤销。";
    confirm_group: "Type the group's id to confirm", "输入群 ID 以确认";
    dismiss: "Dismiss", "解散";
    said_muted: "Only owner and admins may write now.", "已开启全员禁言。";
    said_unmuted: "Every member may write again.", "已解除全员禁言。";
    said_dismissed: "The group was dismissed.", "群已解散。";
}

impl PeopleWords {
    /// What was done, by its word in an address; empty for one that is none.
    pub(crate) fn said(&self, word: &str) -> &'static str {
        match word {
            "kicked" => self.said_kicked,
            "logged-out" => self.said_logged_out,
            "device-kicked" => self.said_device_kicked,
            "push-on" => self.said_push_on,
            "push-off" => self.said_push_off,
            "unbound" => self.said_unbound,
            "deleted" => self.said_user_deleted,
            "muted" => self.said_muted,
            "unmuted" => self.said_unmuted,
            "dismissed" => self.said_dismissed,
            _ => "",
        }
    }
}
