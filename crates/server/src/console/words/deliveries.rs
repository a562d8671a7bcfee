//! The words of deliveries: each in both languages beside one another.

use model::DeliveryState;

use super::word_table;

word_table! {
    /// Every text about deliveries, in one language.
    DeliveryWords as delivery_words;
    deliveries: "Deliveries", "投递记录";
    deliveries_lead: "Every push that was decided, newest first: to whom, through what, and how it ended.", "每一次推送判定，按时间倒序：推给谁、走哪个通道、结果如何。";
    state: "State", "状态";
    state_queued: "queued", "排队中";
    state_accepted: "accepted", "厂商已受理";
    state_skipped: "not pushed", "未推送";
    state_rejected: "rejected", "厂商拒绝";
    state_dropped: "dropped", "已放弃";
    certificate: "Certificate", "推送证书";
    from: "From", "开始时间";
    to: "To", "结束时间";
    moments_in_utc: "In UTC", "按 UTC 计算";
    decided: "Decided", "判定时间";
    through: "Through", "通道";
    outcome: "Outcome", "结果";
    mark_arrived: "arrived", "已到达";
    mark_shown: "shown", "已展示";
    mark_clicked: "clicked", "已点击";
    purpose_withdraw: "withdrawal", "撤回";
    purpose_replace: "replacement", "覆盖";
    moment_fault: "is not a day or time", "不是有效的日期或时间";
    span_fault: "must be later than the beginning", "须晚于开始时间";
    user_fault: "must have at most 64 bytes", "最多 64 字节";
    looked_at: "Looked at {} deliveries, back to", "已查看 {} 条投递记录，最早至";
    look_on: "Look further back", "继续向前查找";
    export: "Export", "导出";
    export_how: "What the filter finds, up to 50,000 rows, without tokens and message text. A file that was cut says so in its last line.", "导出筛选结果，最多 50,000 行，不含 token 和消息正文。被截断的文件会在末行注明。";
    no_deliveries: "No deliveries yet", "还没有投递记录";
    no_deliveries_how: "A row appears for each target as soon as the rules decide whether it is pushed to.", "规则对每个目标做出判定后，会在这里生成一条记录。";
    no_match: "No delivery fits", "没有符合条件的投递记录";
    no_match_how: "Ask for less, or clear the filter. What the App's retention does not keep is gone.", "请放宽或清除筛选条件。超过应用保留期的记录已被清除。";
    not_in_step: "Nothing that fits so far", "目前尚未找到";
}

impl DeliveryWords {
    /// Where a delivery stands.
    pub(crate) const fn state(&self, state: DeliveryState) -> &'static str {
        match state {
            DeliveryState::Queued => self.state_queued,
            DeliveryState::Skipped => self.state_skipped,
            DeliveryState::Accepted => self.state_accepted,
            DeliveryState::Rejected => self.state_rejected,
            DeliveryState::Dropped => self.state_dropped,
        }
    }
}
