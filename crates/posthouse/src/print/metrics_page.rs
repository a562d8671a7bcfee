//! The page of the metrics: every name with its kind, labels and meaning.

use std::fmt::Write;

use meter::{BOUNDS_US, Metric};

const HEAD: &str = "\
# Metrics · 指标

Printed from the code by `posthouse print metrics`. `GET /metrics` answers in Prometheus' text format:

- on the server's own port, with the bearer token `metrics.token` or an instance key;
- on a port of its own where `metrics.listen` is set (such as `127.0.0.1:7081`): without a token it must be on a loopback
  address, with one the token is asked for there too.

Counting costs one atomic addition. Reading the page counts the rows that wait and asks the system about disk and process,
so every 15 seconds is often enough. No label takes values that grow with traffic, users or tokens; a table's places that are
still zero are left out.

由 `posthouse print metrics` 从代码生成。`GET /metrics` 返回 Prometheus 文本格式：主端口需携带 `metrics.token` 或实例级 API Key；
也可用 `metrics.listen` 单独监听（未设置 token 时只能监听回环地址）。计数仅为一次原子加法；抓取时会统计积压行数，建议间隔不小于
15 秒。所有标签取值均有界，尚为零的组合不输出。

```yaml
scrape_configs:
  - job_name: posthouse
    authorization: { credentials: <metrics.token> }
    static_configs: [{ targets: ['push.example.com:7080'] }]
```

What an operator is woken for: `posthouse_lane_oldest_seconds` and `posthouse_fanout_oldest_seconds` that keep growing,
`posthouse_lane_state{state=\"alarm\"}`, `posthouse_certificate_expires_seconds` under two weeks, `posthouse_disk_free_bytes`,
and any growth of `posthouse_commit_failures_total`.

值得告警的项目：`posthouse_lane_oldest_seconds` 与 `posthouse_fanout_oldest_seconds` 持续增长、`posthouse_lane_state{state=\"alarm\"}`、
`posthouse_certificate_expires_seconds` 不足两周、`posthouse_disk_free_bytes` 偏低、`posthouse_commit_failures_total` 增长。

| name | kind | labels | meaning |
|---|---|---|---|
";

/// The page, as Markdown.
pub(super) fn render() -> String {
    let mut page = HEAD.to_owned();
    for metric in Metric::ALL {
        let labels: Vec<String> = metric.labels().iter().map(|label| format!("`{label}`")).collect();
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {}<br>{} |",
            metric.name(),
            metric.kind().word(),
            labels.join(", "),
            metric.en(),
            metric.zh(),
        );
    }
    let bounds: Vec<String> = BOUNDS_US.iter().map(|us| format!("{}", *us as f64 / 1_000_000.0)).collect();
    let _ = writeln!(
        page,
        "\nEvery histogram has the buckets {} s. · 各直方图的桶边界（秒）同上。",
        bounds.join(", ")
    );
    page
}
