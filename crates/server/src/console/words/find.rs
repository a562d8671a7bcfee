//! The words of the push test tool and of explain's search: each in both languages beside one another.

use super::word_table;

word_table! {
    /// Every text of the push test tool and of explain's search, in one language.
    FindWords as find_words;
    // Push test.
    test: "Push test", "推送测试";
    test_lead: "Pick a device, see what stands in a push's way, send one, and watch what the vendor and the phone make of it.", "选择设备，检查推送条件，发送一条测试推送，并查看厂商应答与手机状态。";
    push_id: "Push ID", "Push ID";
    device_id: "Device ID", "设备 ID";
    pick: "Look up", "查询";
    pick_one: "Pick a user, a device or a Push ID", "请选择用户、设备或 Push ID";
    pick_one_how: "One of the three is enough. The app shows its Push ID after the login; Users and devices lists them all.", "三者填一即可。应用登录后可获取 Push ID，也可在用户与设备中查找。";
    not_found: "Nothing found", "未找到";
    not_found_how: "This App has no such user, device or Push ID. Upper and lower case count.", "该应用中没有这个用户、设备或 Push ID，注意区分大小写。";
    not_an_id: "An ID looks like 0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b.", "ID 的格式如 0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b。";
    no_devices: "This user has no device", "该用户没有设备";
    no_devices_how: "Nobody ever logged in as this user, so there is nothing that a push could go to.", "该用户从未登录过，没有可推送的设备。";
    devices_of: "Devices of {}", "{} 的设备";
    system: "System", "系统";
    package: "Package", "包名";
    last_seen: "Last seen", "最近活跃";
    online_foreground: "on screen", "前台在线";
    online_background: "in the background", "后台在线";
    disconnected: "disconnected", "已断开";
    logged_out: "logged out", "已登出";
    kicked: "kicked", "被踢下线";
    never_logged_in: "never logged in", "从未登录";
    binding: "Binding", "绑定";
    no_binding: "none", "无";
    language_and_zone: "Language, time zone", "语言与时区";
    // The verdict.
    state_normal: "Device state normal", "设备状态正常";
    state_normal_how: "Nothing about the device stands in a push's way. If none arrives, look at the notification channel and at what the vendor answers.", "设备本身没有问题。仍收不到时，请检查通知渠道与厂商应答。";
    state_abnormal: "Device state abnormal", "设备状态异常";
    state_abnormal_how: "Mend what is marked first: the certificate's values, the vendor's registration, and what the app reports after the login.", "请先处理标出的问题：证书参数、厂商推送注册、登录后的上报逻辑。";
    part_device: "The device itself", "设备本身";
    part_beyond: "Beyond the device", "其他环节";
    pass: "good", "正常";
    fail: "to mend", "异常";
    unknown: "not known", "未知";
    // The rules now.
    rules_now: "What the rules say now", "当前规则判定";
    rules_now_how: "For a push sent this moment, before anything is sent.", "假设此刻发送，每条规则的判定结果。";
    kind: "Sent as", "发送方式";
    kind_push: "push alone", "仅推送";
    kind_message: "chat message", "聊天消息";
    kind_system: "system notification", "系统通知";
    kind_call: "call", "呼叫";
    ask: "Ask", "查看";
    all_passed: "{} rules looked at", "共判定 {} 条规则";
    // The test push.
    send_test: "Send a test push", "发送测试推送";
    send_test_how: "Goes to this device alone, at once, and is kept in the audit log.", "立即发送到该设备，并记入操作日志。";
    title: "Title", "标题";
    body: "Text", "正文";
    default_body: "A test push from the Posthouse console", "来自 Posthouse 控制台的测试推送";
    send: "Send", "发送";
    body_missing: "must not be empty", "不能为空";
    title_long: "at most 256 characters", "最多 256 个字符";
    body_long: "at most 2048 characters", "最多 2048 个字符";
    ext_long: "at most 3072 bytes", "最多 3072 字节";
    sent_test: "The test push", "测试推送";
    vendor_said: "The vendor's answer", "厂商应答";
    nothing_sent: "No test push in this visit yet.", "本次尚未发送测试推送。";
    on_the_handset: "On the virtual phone", "虚拟手机";
    to_the_lab: "Operate it in the Device Lab", "在设备实验室中操作";
    // Beyond what can be looked at from here.
    tips: "What nobody can see from here", "需在手机或厂商后台确认";
    tips_how: "Where all of the above is good and still nothing arrives.", "以上均正常但仍收不到时，请逐项确认。";
    // Explain's search.
    search: "Search", "查询";
    search_by: "Look for", "查询方式";
    by_message: "Message ID", "消息 ID";
    by_user: "User", "用户";
    by_device: "Device or Push ID", "设备或 Push ID";
    by_vendor_id: "Vendor message ID (newest 20,000)", "厂商消息 ID（最近 20,000 条）";
    value: "Value", "内容";
    found_deliveries: "Last deliveries", "最近投递";
    none_of_user: "Nothing was decided for this user within retention.", "保留期内没有该用户的投递记录。";
    none_of_device: "Nothing was decided for this device within retention.", "保留期内没有该设备的投递记录。";
    none_of_vendor_id: "None of the newest {} deliveries has this vendor's ID. Older ones are found by user or device.", "最近 {} 条投递中没有此厂商消息 ID，更早的请按用户或设备查询。";
    passed_before: "{} rules before it did not apply", "之前的 {} 条规则均未命中";
    share: "Copy link", "复制链接";
    link: "Link", "链接";
    older: "Older", "更早";
    accepted_step: "Accepted from the sender", "已接收";
}
