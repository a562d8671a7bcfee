//! The page of the rules: who is pushed and why not, and with which text, badge, look and certificate.

use std::fmt::Write;

use model::{Platform, Vendor};
use rules::{Part, Rule, Ruling, built_in_templates, reasons, rule_table};

const HEAD: &str = "\
# Rules · 规则

Printed from the code by `posthouse print rules`. `explain` shows the same rules with what each of them saw.

由 `posthouse print rules` 从代码生成；`explain` 会逐条显示每条规则实际看到的内容。

## Who is pushed · 是否推送

Every device of every receiver is decided by itself: the first rule that applies decides.

逐设备判定；自上而下，第一条适用的规则生效。
";

const AFTER_THE_RULES: &str = "
A push that was decided waits in its certificate's lane. A right that the vendor has not granted changes its category,
and a used-up quota holds it back; what may end it there is among the reasons below.

判定为推送后进入该证书的发送队列：厂商未授予的权益会改变消息分类，配额用尽会使其等待；其可能的结局见下表。

## Every reason · 全部原因

";

const TEXT: &str = "
## Which text · 文案

1. A user who wants no details (`settings.hide_details`, or a span with `hide_details`) sees the App's default title and
   the template `hidden`, whoever forces the push. An App that is `content_free` shows default title and template.
2. Title: `push.title`, else the App's `default_title`.
3. Text: `push.force.body` for those who are forced, else `push.body`, else the message's own text, else a template.
4. Before the text stands who wrote it: `name:text`, in a group `name(group):text`, and `(group):text` where the sender
   has no name. By default so for messages and calls, not for notifications; `push.sender_prefix` says otherwise.
5. A template is looked up by the message's type and the device's language: the App's own, then the built-in one, then
   that of `message`. A device of unknown language reads English.
6. A vendor's smaller limits cut title and text on whole characters, never `ext` and `payload`.

文案优先级：不显示详情 > 强制推送文案 `push.force.body` > `push.body` > 消息正文 > 模板；标题取 `push.title`，否则取应用的
`default_title`。消息与呼叫默认带发送者前缀 `昵称:正文`，群内为 `昵称(群名):正文`；通知默认不带。超出厂商长度上限时按整字符截断，
`ext` 与 `payload` 不截断。

| type | English | 中文 |
|---|---|---|
";

const LOOK: &str = "
## Badge, class and click · 角标、类别与点击

- **Badge.** Each device has a number: the base that its app reports when it leaves the screen, and one more for every
  push that counts (`push.counts_badge`, on by default). What is read on another device lowers it.
- **Class.** `push.class` is `chat`, `call`, `system` or `marketing`; the vendor's adapter makes category, channel and
  urgency of it, within the rights that its certificate was granted.
- **Channel, category, sound, picture, click, presentation.** Each is taken from the first that has it: the message's
  settings for this vendor, the message's own, the push resource's for this vendor, the certificate's. A resource that
  does not exist is the same as none.

- **角标**：每台设备独立计数，以 App 退到后台时上报的数值为基数，每次计入角标的推送加一；在其他设备上已读会相应减少。
- **类别**：`push.class` 取 `chat`、`call`、`system`、`marketing`，由各厂商适配器在证书已获权益内换算为分类、渠道与优先级。
- **渠道、分类、铃声、图片、点击、呈现方式**：依次取消息中针对该厂商的设置、消息的通用设置、推送资源、证书。
";

const CERTIFICATES: &str = "
## Which certificate · 证书选择

At login the server names the App's certificates that the device can use, best first. Usable is one that is on, valid,
for the build's APNs environment, and names the device's package or none; one that names it goes before one that names
none, and of two alike the newer goes first. On Android FCM serves every brand: behind the maker's service
(`fcm = last`), before it (`first`), or instead of it where the App has an FCM certificate (`exclusive`).

登录时服务端按优先级返回设备可用的证书：启用、有效、APNs 环境一致，且包名一致或未限定包名；限定了包名的优先，同等条件下新建的优先。
Android 上 FCM 可服务任何品牌：默认排在厂商通道之后（`last`），可排在之前（`first`），或在配置了 FCM 证书时独占（`exclusive`）。

| vendor | push type | platform | brands |
|---|---|---|---|
";

/// The page, as Markdown.
pub(super) fn render() -> String {
    let mut page = HEAD.to_owned();
    let mut part = None;
    for (number, rule) in (1..).zip(rule_table()) {
        if part.replace(rule.part) != Some(rule.part) {
            page.push_str(&heading(rule.part));
        }
        page.push_str(&rule_row(number, rule));
    }
    page.push_str(AFTER_THE_RULES);
    page.push_str("| number | reason | what happened | what to do |\n|---|---|---|---|\n");
    for reason in reasons() {
        let hint = both(reason.hint_en, reason.hint_zh);
        let _ = writeln!(
            page,
            "| {} | `{}` | {} | {hint} |",
            reason.code.0,
            reason.name,
            both(reason.en, reason.zh)
        );
    }
    page.push_str(TEXT);
    for template in built_in_templates() {
        let _ = writeln!(page, "| `{}` | {} | {} |", template.kind, template.en, template.zh);
    }
    page.push_str(LOOK);
    page.push_str(CERTIFICATES);
    for vendor in Vendor::ALL {
        page.push_str(&vendor_row(vendor));
    }
    page
}

fn heading(part: Part) -> String {
    let (en, zh) = part.question();
    format!("\n### {en}\n\n{zh}\n\n| # | looks at | reason | then |\n|---|---|---|---|\n")
}

fn rule_row(number: usize, rule: &Rule) -> String {
    let (en, zh) = rule.looks_at();
    let Some(reason) = rules::reason(rule.reason) else { return String::new() };
    let ruling = match rule.ruling {
        Ruling::Push => "push",
        Ruling::Skip => "skip",
        Ruling::Wait => "wait",
        Ruling::Delivered => "delivered",
    };
    format!(
        "| {number} | {} | `{}`<br>{} | {ruling} |\n",
        both(en, zh),
        reason.name,
        both(reason.en, reason.zh)
    )
}

fn vendor_row(vendor: Vendor) -> String {
    let facts = vendor.facts();
    let platform = match facts.platform {
        Platform::Android => "Android",
        Platform::Ios => "iOS",
        Platform::Harmony => "HarmonyOS NEXT",
        Platform::Web => "Web",
        Platform::Desktop => "desktop",
        Platform::Other => "other",
    };
    format!("| `{}` | {} | {platform} | {} |\n", facts.name, facts.push_type, facts.brands.join(", "))
}

/// Both languages in one cell of a table.
fn both(en: &str, zh: &str) -> String {
    if en == zh { en.to_owned() } else { format!("{en}<br>{zh}") }
}
