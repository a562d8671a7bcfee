//! The words of the Device Lab and of the road that a message takes: each in both languages beside one another.

use super::word_table;

word_table! {
    /// Every text of the Device Lab that came with ten phones, in one language.
    LabWords as lab_words;
    // The road.
    stop_accepted: "Accepted", "已接收";
    stop_decided: "Decided", "规则判定";
    stop_lane: "Lane", "发送队列";
    stop_vendor: "Vendor", "厂商";
    stop_handset: "Phone", "手机";
    over_the_connection: "over the connection", "经长连接送达";
    by_sync: "gets it by sync", "同步时获取";
    waits_for_answer: "waits for the phone's answer", "等待手机确认";
    waits_its_turn: "waits its turn", "等待发送";
    no_answer: "no answer", "无应答";
    no_receipt: "not confirmed", "尚未确认";
    arrived: "arrived", "已到达";
    shown: "shown", "已展示";
    tapped: "tapped", "已点击";
    more_targets: "and {} more", "另有 {} 个目标";
    // Sending.
    whom: "Kind", "类型";
    a_user: "User", "用户";
    a_group: "Group", "群";
    make_group: "Group of all phones", "用全部手机建群";
    group_name: "Device Lab", "设备实验室";
    // The shelf.
    phones: "Phones", "手机";
    all_phones: "All phones", "全部手机";
    notices: "{} notifications", "{} 条通知";
    nobody: "nobody", "无用户";
    // The desk.
    talk: "Write and call", "发消息与呼叫";
    talk_to: "To", "对方";
    say_hint: "Message", "输入消息";
    say: "Send", "发送";
    call: "Call", "呼叫";
    do_lock_screen_off: "Hide on lock screen", "锁屏不显示";
    do_lock_screen_on: "Show on lock screen", "锁屏显示";
    do_push_off: "Push switch off", "关闭推送开关";
    do_push_on: "Push switch on", "打开推送开关";
    // Calls.
    call_of: "{} is calling", "{} 正在呼叫";
    call_by: "Call by {}", "{} 的呼叫";
    rings_until: "rings until", "振铃至";
    call_ended: "ended", "已结束";
    call_inviting: "invited", "已邀请";
    call_received: "ringing", "振铃中";
    call_accepted: "in the call", "通话中";
    call_rejected: "declined", "已拒绝";
    call_cancelled: "cancelled", "已取消";
    call_timed_out: "not answered", "超时未接";
    call_left: "left", "已离开";
    ring_in: "calls you", "来电";
    ring_out: "ringing…", "等待接听…";
    ring_talking: "in the call", "通话中";
    accept: "Accept", "接听";
    decline: "Decline", "拒绝";
    cancel: "Cancel", "取消";
    hang_up: "Hang up", "挂断";
    refused_no_call: "There is no call on this phone any more.", "该手机上已没有进行中的呼叫。";
    refused_nobody: "Nobody like that can be written to or called.", "没有可联系的用户或群。";
    refused_no_text: "Write something first.", "请先输入内容。";
    // Faults.
    faults: "Vendor faults", "厂商故障模拟";
    faults_how: "What the simulated vendors do wrong, until it is switched off.", "让模拟厂商出错，直到关闭为止。";
    faults_on: "{} on", "{} 项开启";
    faults_none: "all well", "全部正常";
    fault_quota: "Quota used up", "配额用完";
    fault_throttle: "Throttling", "频控";
    fault_outage: "Outage (503)", "服务中断（503）";
    fault_silence: "No answer", "无应答";
    fault_slow: "Slow (3 s)", "缓慢（3 秒）";
    fault_lost_answer: "Answer lost", "应答丢失";
    faults_reset: "Reset all", "全部恢复";
}
