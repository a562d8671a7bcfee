//! Every metric: its name, kind, labels, and what it means. `docs/metrics.md` is printed from here.

/// What a metric's number does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, and begins again with the process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Durations in buckets.
    Histogram,
}

impl Kind {
    /// The word of the text format.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

macro_rules! metrics {
    ($($variant:ident = $name:literal, $kind:ident, [$($label:literal),*], $en:literal, $zh:literal;)*) => {
        /// A metric. Names and labels are append-only: dashboards and alarms hold them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Metric { $(#[doc = $en] $variant,)* }

        impl Metric {
            /// Every metric, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name; the unit is its ending.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What its number does.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)* }
            }

            /// Its labels. None of them takes values that grow with traffic, users or tokens.
            #[must_use]
            pub const fn labels(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($label),*],)* }
            }

            /// What it counts, in English.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)* }
            }

            /// What it counts, in Chinese.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }
        }
    };
}

metrics! {
    Accepted = "posthouse_messages_accepted_total", Counter, ["kind"],
        "Messages that were made durable and acknowledged, by kind.",
        "已落盘并确认的消息数，按消息种类。";
    Refused = "posthouse_refused_total", Counter, ["surface", "code"],
        "Calls and frames that were refused, by where they came in and the stable code.",
        "被拒绝的请求与帧数，按入口与稳定错误码。";
    RateLimited = "posthouse_rate_limited_total", Counter, ["by"],
        "Requests that were refused because a key, an address, or failed sign-ins of an address came too fast.",
        "因 API Key、来源地址或该地址鉴权失败过于频繁而被限流的请求数。";
    RequestTime = "posthouse_http_request_seconds", Histogram, [],
        "How long REST calls took, from head to answer.",
        "REST 请求耗时（从收到请求头到给出应答）。";
    Connections = "posthouse_connections", Gauge, [],
        "Connections that are open, of every kind.",
        "当前打开的连接数（含 HTTP 与 WebSocket）。";
    Online = "posthouse_sessions_online", Gauge, [],
        "Devices that are connected and logged in.",
        "当前已连接且已登录的设备数。";
    Frames = "posthouse_frames_total", Counter, ["direction"],
        "WebSocket frames that came in and left.",
        "WebSocket 收发帧数，按方向。";
    Decisions = "posthouse_decisions_total", Counter, ["outcome", "reason"],
        "Decisions about targets, by outcome and the reason that decided.",
        "对推送目标的判定数，按结果与决定性原因。";
    FanoutLag = "posthouse_fanout_lag_seconds", Histogram, [],
        "How late the fan-out looked at a message that was due.",
        "扇出处理到期消息的滞后时间。";
    FanoutsOpen = "posthouse_fanouts_open", Gauge, [],
        "Messages with targets that are not decided yet.",
        "尚有目标未判定的消息数。";
    FanoutOldest = "posthouse_fanout_oldest_seconds", Gauge, [],
        "For how long the oldest due fan-out has been due.",
        "最早到期而未处理的扇出已等待的时间。";
    Deliveries = "posthouse_deliveries_total", Counter, ["vendor", "certificate", "class", "state"],
        "Deliveries that came to their end in a lane, by vendor, certificate, class and state.",
        "在发送队列中到达终态的投递数，按厂商、证书、消息类别与状态。";
    Sent = "posthouse_targets_sent_total", Counter, ["vendor", "certificate"],
        "Targets that were put on the wire.",
        "已发往厂商的目标数。";
    Verdicts = "posthouse_verdicts_total", Counter, ["vendor", "verdict"],
        "What vendors' answers meant, for each target.",
        "厂商应答对每个目标的判定数。";
    Answers = "posthouse_vendor_answers_total", Counter, ["vendor", "status"],
        "Vendors' answers to requests, by class of HTTP status; `none` where no answer came.",
        "厂商对请求的应答数，按 HTTP 状态类别；未收到应答记为 none。";
    AttemptTime = "posthouse_attempt_seconds", Histogram, ["vendor"],
        "How long a request took from its beginning to the vendor's answer.",
        "单次请求从开始到收到厂商应答的耗时。";
    LaneQueued = "posthouse_lane_queued", Gauge, ["vendor", "certificate"],
        "Deliveries that wait on disk in a lane, due now or later.",
        "发送队列中在磁盘上等待的投递数（含未到期）。";
    LaneOldest = "posthouse_lane_oldest_seconds", Gauge, ["vendor", "certificate"],
        "For how long the oldest due delivery of a lane has been due.",
        "发送队列中最早到期的投递已等待的时间。";
    LaneWaiting = "posthouse_lane_waiting", Gauge, ["vendor", "certificate"],
        "Deliveries that a lane has taken up and not yet sent.",
        "发送队列已取出、尚未发送的投递数。";
    LaneInFlight = "posthouse_lane_in_flight", Gauge, ["vendor", "certificate"],
        "Targets on the wire.",
        "已发出、等待厂商应答的目标数。";
    LaneConnections = "posthouse_lane_connections", Gauge, ["vendor", "certificate"],
        "Open connections to the vendor.",
        "与厂商之间打开的连接数。";
    LaneState = "posthouse_lane_state", Gauge, ["vendor", "certificate", "state"],
        "1 for the state that a lane is in: idle, sending, paused (by the vendor or the circuit breaker), alarm.",
        "发送队列当前状态记为 1：idle、sending、paused（厂商要求或熔断）、alarm。";
    LanePauses = "posthouse_lane_pauses_total", Counter, ["vendor", "certificate"],
        "How often a vendor asked a lane to slow down.",
        "厂商要求发送队列放慢的次数。";
    BreakerOpened = "posthouse_breaker_opened_total", Counter, ["vendor", "certificate"],
        "How often a lane's circuit breaker opened because the vendor did not answer.",
        "因厂商无应答而熔断的次数。";
    LaneAlarms = "posthouse_lane_alarms_total", Counter, ["vendor", "certificate"],
        "How often a vendor's answer needed the operator.",
        "厂商应答需要人工处理的告警次数。";
    TokensCleared = "posthouse_tokens_cleared_total", Counter, ["vendor", "certificate"],
        "Tokens that a vendor called dead and that were cleared.",
        "因厂商判定失效而清除的 token 数。";
    Braked = "posthouse_lane_braked", Gauge, ["vendor", "certificate"],
        "1 while the brake on mass removal keeps a lane's tokens from being cleared, until the operator releases it.",
        "批量失效保护已触发、暂停清除 token 时为 1，需由运维人员解除。";
    QuotaLeft = "posthouse_quota_left", Gauge, ["vendor", "certificate", "kind"],
        "Pushes that a vendor's daily amount still allows today, by the vendor's kind of push; only where a limit is known.",
        "厂商当日配额的剩余量，按厂商的推送类别；仅在已知上限时输出。";
    Receipts = "posthouse_receipts_total", Counter, ["vendor", "kind"],
        "What vendors reported later about deliveries.",
        "厂商事后回执数，按种类。";
    CertificateExpiry = "posthouse_certificate_expires_seconds", Gauge, ["vendor", "certificate"],
        "Seconds until a certificate's vendor stops taking it; negative once it has.",
        "距证书过期的秒数；过期后为负。";
    WebhookTold = "posthouse_webhook_events_total", Counter, ["outcome"],
        "Events told to webhooks: `heard`, or `unheard` and tried again.",
        "向 Webhook 通知的事件数：heard 为已接收，unheard 为未接收并将重试。";
    WebhookWaiting = "posthouse_webhook_events_waiting", Gauge, [],
        "Events that wait to be told to webhooks.",
        "等待通知给 Webhook 的事件数。";
    WebhookOldest = "posthouse_webhook_oldest_seconds", Gauge, [],
        "How long ago the oldest event happened that waits to be told.",
        "最早一条待通知事件距今的时间。";
    CommitTime = "posthouse_commit_seconds", Histogram, [],
        "How long a group of batches took to be committed.",
        "一组批次提交的耗时。";
    SyncTime = "posthouse_sync_seconds", Histogram, [],
        "How long the end of a commit took that waits for the disk.",
        "需等待落盘的提交在 COMMIT 一步（含 fsync）的耗时。";
    CommitGroups = "posthouse_commit_groups_total", Counter, ["synced"],
        "Groups that were committed, by whether they waited for the disk.",
        "已提交的组数，按是否等待落盘。";
    CommitBatches = "posthouse_commit_batches_total", Counter, [],
        "Batches that were committed in those groups.",
        "上述各组中包含的批次数。";
    CommitFailures = "posthouse_commit_failures_total", Counter, [],
        "Groups that the disk or the database refused.",
        "被磁盘或数据库拒绝的提交组数。";
    StoreBusy = "posthouse_store_busy_total", Counter, [],
        "Batches that were refused because the writer was behind.",
        "因写入积压而被拒绝的批次数。";
    FeedMissed = "posthouse_feed_missed_total", Counter, [],
        "Changes that a slow listener inside missed, after which it looked at everything.",
        "内部监听者因落后而错过、随后触发全量检查的变更数。";
    DatabaseBytes = "posthouse_database_bytes", Gauge, [],
        "Size of the database and its log.",
        "数据库及其日志的大小。";
    DiskFree = "posthouse_disk_free_bytes", Gauge, [],
        "Space that is free on the data folder's file system.",
        "数据目录所在文件系统的剩余空间。";
    BuildInfo = "posthouse_build_info", Gauge, ["version"],
        "Always 1; the label is the version.",
        "恒为 1，标签为版本号。";
    Cpu = "process_cpu_seconds_total", Counter, [],
        "Processor time of this process, user and system.",
        "本进程占用的处理器时间（用户态与内核态之和）。";
    Memory = "process_resident_memory_bytes", Gauge, [],
        "Memory of this process that is resident.",
        "本进程常驻内存。";
    OpenFiles = "process_open_fds", Gauge, [],
        "File descriptors that are open.",
        "已打开的文件描述符数。";
    OpenFilesMax = "process_max_fds", Gauge, [],
        "File descriptors that may be open at once.",
        "文件描述符数上限。";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_end_as_their_kind_and_unit_ask() {
        let names: HashSet<_> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        assert_eq!(names.len(), Metric::ALL.len());
        for metric in Metric::ALL {
            let name = metric.name();
            assert!(name.starts_with("posthouse_") || name.starts_with("process_"), "{name}");
            assert!(name.chars().all(|char| char.is_ascii_lowercase() || char == '_'), "{name}");
            assert_eq!(metric.kind() == Kind::Counter, name.ends_with("_total"), "{name}");
            assert!(metric.kind() != Kind::Histogram || name.ends_with("_seconds"), "{name}");
        }
    }

    #[test]
    fn no_label_grows_with_traffic() {
        const BOUNDED: &[&str] = &[
            "by",
            "certificate",
            "class",
            "code",
            "direction",
            "kind",
            "outcome",
            "reason",
            "state",
            "status",
            "surface",
            "synced",
            "vendor",
            "verdict",
            "version",
        ];
        for metric in Metric::ALL {
            for label in metric.labels() {
                assert!(BOUNDED.contains(label), "{}: {label}", metric.name());
            }
        }
    }

    #[test]
    fn every_metric_says_in_both_languages_what_it_counts() {
        for metric in Metric::ALL {
            assert!(metric.en().ends_with('.') && metric.zh().ends_with('。'), "{}", metric.name());
            assert!(!metric.en().contains(['\n', '\\']), "{}", metric.name());
        }
    }
}
