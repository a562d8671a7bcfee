//! The words of the overview and of lanes: each in both languages beside one another.

use super::word_table;

word_table! {
    /// Every text about how it goes, in one language.
    OverviewWords as overview_words;
    overview: "Overview", "概览";
    overview_lead: "How far pushes of this App got, and what needs a look.", "本应用推送的到达情况，以及需要关注的事项。";
    lanes: "Lanes & quotas", "发送队列与配额";
    lanes_lead: "The road to each certificate's vendor: what waits, how fast it goes, what holds it up, and what is left of the day.", "每个证书通往厂商的发送队列：排队情况、发送速率、受阻原因和当日剩余配额。";
    back_home: "To the start page", "回到首页";
    // Range and filter.
    range: "Range", "时间范围";
    range_day: "24 hours", "24 小时";
    range_week: "7 days", "7 天";
    range_month: "30 days", "30 天";
    all_vendors: "All vendors", "全部厂商";
    all_classes: "All classes", "全部类别";
    show: "Show", "查看";
    days_in_utc: "Days in UTC", "日期按 UTC 计算";
    // Attention.
    attention: "Needs a look", "需要关注";
    all_clear: "Nothing needs a look: lanes, quotas and certificates are fine.", "一切正常：发送队列、配额和证书均无异常。";
    lane_alarm: "Vendor answers with an error that needs you", "厂商返回需要处理的错误";
    lane_paused: "Paused by the vendor", "因厂商要求暂停发送";
    breaker_open: "Breaker open: the vendor does not answer", "已熔断：厂商无响应";
    breaker_trying: "Breaker half open: trying one request at a time", "熔断半开：正在逐个请求试探";
    brake_engaged: "Mass removal braked: no token is cleared", "批量清理已制动：暂停清除 token";
    quota_used_up: "Daily quota used up", "当日配额已用完";
    quota_waits: "Daily quota runs short: some classes wait", "当日配额紧张：部分类别已推迟";
    quota_forecast: "Daily quota will run out today", "当日配额预计不够用";
    certificate_expired: "Certificate expired", "证书已过期";
    certificate_expires: "Certificate expires soon", "证书即将过期";
    certificate_refused: "Vendor refused the certificate at its last test", "最近一次测试时厂商拒绝了该证书";
    // Funnel.
    funnel: "Funnel", "推送漏斗";
    funnel_how: "Counted by the hour of the decision.", "按决策时间归入对应的小时。";
    eligible: "To push", "应推送";
    sent: "Sent", "已发送";
    accepted: "Accepted", "厂商受理";
    arrived: "Arrived", "已到达";
    shown: "Shown", "已展示";
    clicked: "Clicked", "已点击";
    of_before: "{} of the step before", "占上一步的 {}";
    of_reported: "{} where it is reported", "有回执厂商中 {}";
    no_word: "Not reported", "无厂商回执";
    no_word_arrived: "APNs, FCM and Web Push report nothing after they took a push. Not known is not zero.", "APNs、FCM 和 Web Push 受理后不再回报。未知不等于零。";
    no_word_shown: "Vendors report arrival and taps, never whether it was shown.", "厂商只回报到达和点击，不回报是否展示。";
    no_word_clicked: "None of these vendors reports taps. Not known is not zero.", "这些厂商均不回报点击。未知不等于零。";
    not_by_all: "Not reported by {}.", "{}不回报此项。";
    // Over time.
    over_time: "Outcomes over time", "结果走势";
    over_time_aria: "Accepted, skipped, rejected and dropped pushes over time; the same numbers stand in the table below.", "各时段厂商受理、未推送、被拒绝和已放弃的数量，数据见下方表格。";
    skipped: "Not pushed", "未推送";
    rejected: "Rejected", "被拒绝";
    dropped: "Given up", "已放弃";
    as_table: "As a table", "以表格查看";
    span: "From", "起始";
    nothing_counted: "Nothing was decided in this time.", "该时段没有推送决策。";
    // Vendors.
    by_vendor: "By vendor", "按厂商";
    failed: "Failed", "失败";
    course: "Course", "走势";
    before_choice: "before a certificate was chosen", "未选定证书";
    // Reasons.
    reasons: "Why pushes did not go", "未送出的原因";
    no_reasons: "Every push went.", "全部推送均已送出。";
    // What changed.
    lately: "What changed lately", "近期变更";
    no_changes: "Nothing was changed yet.", "暂无变更。";
    all_changes: "Whole audit log", "查看全部日志";
    // Empty.
    no_certificate: "No push certificate yet", "还没有推送证书";
    no_certificate_how: "A push leaves through a vendor's certificate. Add the first one; it is tested when it is saved.", "推送需要通过厂商证书发出。请先添加一个，保存时会立即测试。";
    add_certificate: "Add a certificate", "添加证书";
    nothing_sent: "Nothing sent yet", "还没有推送";
    nothing_sent_how: "As soon as a message is decided for a phone, it is counted here. Send a test push to a phone of your own, or try it without one in the Device Lab.", "消息对任一手机作出决策后就会计入这里。可以先向自己的手机发送测试推送，或在设备实验室用虚拟手机试一试。";
    nothing_found: "Nothing in this selection", "该筛选下没有数据";
    nothing_found_how: "Choose a longer range, or all vendors and classes.", "请选择更长的时间范围，或查看全部厂商和类别。";
    to_lab: "Device Lab", "设备实验室";
    to_test: "Push test", "推送测试";
    // Lanes.
    all_lanes: "All lanes and quotas", "查看全部队列与配额";
    state_idle: "idle", "空闲";
    state_sending: "sending", "发送中";
    state_paused: "paused", "已暂停";
    state_alarm: "alarm", "告警";
    state_unused: "not used since the start", "启动后尚未使用";
    unused: "Not used since the start", "启动后尚未使用";
    unused_how: "A lane begins with its first push.", "首次推送时启用发送队列。";
    state_disabled: "switched off", "已停用";
    queue: "Queue", "排队";
    queue_empty: "nothing waits", "无排队";
    waiting: "{} waiting", "排队 {}";
    at_least: "at least {}", "至少 {}";
    oldest: "Oldest due", "最早到期";
    on_the_wire: "On the wire", "发送中";
    connections: "Connections", "连接";
    sent_accepted: "Sent / accepted", "已发送 / 已受理";
    since_start: "Since the start of the server", "自服务启动起";
    speed: "Rate limit", "速率上限";
    per_second_targets: "{} targets/s", "{} 目标/秒";
    per_second_requests: "{} requests/s", "{} 请求/秒";
    no_limit: "none", "不限";
    breaker: "Breaker", "熔断器";
    breaker_closed: "closed", "闭合";
    breaker_is_open: "open", "断开";
    breaker_half_open: "half open", "半开";
    until: "until", "至";
    brake: "Brake", "清理制动";
    brake_is: "Stops the removal of tokens where a vendor calls almost all of them dead.", "厂商判定几乎全部 token 失效时，暂停清除。";
    brake_free: "released", "未制动";
    brake_trusted: "released: vendor believed", "已解除：信任厂商结论";
    brake_how: "The vendor called {} tokens dead. Look whether certificate and app belong together; nothing was cleared since.", "厂商判定 {} 个 token 失效。请先确认证书与应用是否匹配；制动后未再清除任何 token。";
    release_brake: "Release the brake", "解除制动";
    release_how: "For an hour tokens are cleared as the vendor says, whatever their number.", "解除后一小时内按厂商结论清除 token，不限数量。";
    brake_released: "Released: for an hour tokens are cleared as the vendor says.", "已解除：一小时内按厂商结论清除 token。";
    // Amounts.
    quota: "Daily quotas", "当日配额";
    no_quota: "This vendor states no daily amount, or nothing was sent since the start.", "该厂商没有当日配额，或启动后尚未发送。";
    used: "Used", "已用";
    left: "Left", "剩余";
    of_limit: "of {}", "共 {}";
    no_known_limit: "taken, limit not known", "已用，上限未知";
    own_limit: "own entry", "自行填写";
    at_least_limit: "at least {} a day", "每日不少于 {}";
    a_phone: "{} a phone", "每台设备 {}";
    runs_out: "Runs out about", "预计用完";
    lasts: "Lasts the day", "当日够用";
    used_up_since: "Used up, says the vendor", "厂商称已用完";
    resets: "Resets", "重置时间";
    waits_now: "Waits now", "正在推迟";
    waits_below: "Waits below", "低于此值时推迟";
    quota_bar: "{} used", "已用 {}";
}
