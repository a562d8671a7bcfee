//! An answer for a terminal: aligned, in one language. Pure.

use std::fmt::{self, Write};

use model::{CallEvent, InviteeState, Purpose, TextVariant, Timestamp};

use super::answer::{
    ExplainedAttempt, ExplainedCall, ExplainedDevice, ExplainedFollowUp, ExplainedMessage, ExplainedRule,
    ExplainedTarget, Explanation, RuleResult, TargetState, Warning, Words,
};

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl Language {
    const fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    fn of(self, words: &Words) -> &str {
        self.pick(&words.en, &words.zh)
    }
}

/// Writes an answer for a terminal.
#[must_use]
pub fn render_text(explanation: &Explanation, language: Language) -> String {
    let mut page = Page { text: String::new(), language };
    // Writing into a String cannot fail.
    let _ = page.explanation(explanation);
    page.text
}

struct Page {
    text: String,
    language: Language,
}

impl Page {
    fn explanation(&mut self, explanation: &Explanation) -> fmt::Result {
        match &explanation.message {
            Some(message) => self.message(message)?,
            None => {
                let title = self.language.pick("A message sent at", "若发送一条消息，时间");
                writeln!(self.text, "{title} {}", explanation.at)?;
            }
        }
        self.warnings(&explanation.warnings)?;
        if explanation.targets.is_empty() {
            let none = self.language.pick("Nobody here is a target of it.", "没有符合条件的推送目标。");
            writeln!(self.text, "\n{none}")?;
        }
        explanation.targets.iter().try_for_each(|target| self.target(target))
    }

    fn message(&mut self, message: &ExplainedMessage) -> fmt::Result {
        let title = self.language.pick("Message", "消息");
        let from = message.from.as_deref().unwrap_or(self.language.pick("backend", "业务后端"));
        writeln!(self.text, "{title} {}", message.id)?;
        writeln!(self.text, "  {from} → {} · {} · {}", message.to, message.class, message.sent_at)?;
        self.moment(("taken back", "已撤回"), message.recalled_at)?;
        if message.online_only {
            let only = self.language.pick("for connected devices alone", "仅发给在线设备");
            writeln!(self.text, "  {only}")?;
        }
        if let Some(call) = &message.call {
            self.call(call)?;
        }
        match &message.text {
            Some(text) if !text.is_empty() => writeln!(self.text, "  “{}”", one_line(text)),
            _ => Ok(()),
        }
    }

    fn call(&mut self, call: &ExplainedCall) -> fmt::Result {
        let event = call_words(call.event);
        let text = format!("{} · {}", call.id, self.language.pick(event.0, event.1));
        self.line(("call", "呼叫"), &text)?;
        self.moment(("rings until", "振铃至"), Some(call.rings_until))?;
        self.moment(("call ended", "呼叫结束"), call.ended_at)
    }

    fn target(&mut self, target: &ExplainedTarget) -> fmt::Result {
        let user = target.user.as_deref().unwrap_or("-");
        let device = target.device.as_ref().map(|device| self.device(device)).unwrap_or_default();
        writeln!(self.text, "\n{user}{device}")?;
        self.line(("state", "状态"), self.state(target.state))?;
        let words = self.language.of(&target.reason.words).to_owned();
        self.line(("reason", "原因"), &format!("{} ({} {})", words, target.reason.name, target.reason.code))?;
        let hint = self.language.pick(&target.reason.hint_en, &target.reason.hint_zh).to_owned();
        if !hint.is_empty() {
            self.line(("to do", "建议"), &hint)?;
        }
        self.moments(target)?;
        if let Some(certificate) = &target.certificate {
            let vendor = certificate.vendor.map_or("?", model::Vendor::name);
            let text = format!("{} {} ({vendor}) {}", certificate.id, certificate.name, target.token_tail);
            self.line(("certificate", "推送证书"), text.trim_end())?;
        }
        self.notification(target)?;
        self.rules(&target.rules)?;
        if target.rules_changed {
            let note = self.language.pick(
                "decided by an older table of rules; this is how today's table reads the same facts",
                "决策时使用的是旧版规则表，此处按当前规则表重放同样的事实",
            );
            writeln!(self.text, "    ({note})")?;
        }
        self.attempts(&target.attempts)?;
        self.follow_ups(&target.follow_ups)?;
        self.receipts(target)
    }

    fn notification(&mut self, target: &ExplainedTarget) -> fmt::Result {
        if let Some(state) = target.invitation {
            let words = invitee_words(state);
            let text = self.language.pick(words.0, words.1);
            self.line(("invitation", "邀请"), text)?;
        }
        if let Some(shown) = &target.shown {
            let which = variant_words(shown.text);
            let which = self.language.pick(which.0, which.1);
            let text = format!("“{}” “{}”{which}", one_line(&shown.title), one_line(&shown.body));
            self.line(("text", "文案"), &text)?;
        }
        if let Some(badge) = target.badge {
            self.line(("badge", "角标"), &badge.to_string())?;
        }
        self.warnings(&target.warnings)
    }

    fn warnings(&mut self, warnings: &[Warning]) -> fmt::Result {
        for warning in warnings {
            let words = self.language.of(&warning.words);
            writeln!(self.text, "  ! {} ({})", one_line(words), warning.code)?;
        }
        Ok(())
    }

    fn follow_ups(&mut self, follow_ups: &[ExplainedFollowUp]) -> fmt::Result {
        for follow_up in follow_ups {
            let label = match follow_up.purpose {
                Purpose::Replace => ("replaced", "覆盖"),
                Purpose::Notify | Purpose::Withdraw => ("withdrawn", "撤回"),
            };
            let reason = self.language.of(&follow_up.reason.words).to_owned();
            let state = self.state(follow_up.state);
            self.line(label, &format!("{} · {state} · {reason}", follow_up.decided_at))?;
            self.attempts(&follow_up.attempts)?;
        }
        Ok(())
    }

    fn moments(&mut self, target: &ExplainedTarget) -> fmt::Result {
        let next = match target.state {
            TargetState::Deciding => ("decides by", "最迟决策"),
            _ => ("next try", "下次尝试"),
        };
        self.moment(("decided", "决策时间"), target.decided_at)?;
        self.moment(("ended", "结束时间"), target.finished_at)?;
        self.moment(next, target.next_at)?;
        if target.acked && target.state != TargetState::Delivered {
            let text = self.language.pick("acknowledged by the device", "设备已确认收到").to_owned();
            self.line(("message", "消息"), &text)?;
        }
        Ok(())
    }

    fn rules(&mut self, rules: &[ExplainedRule]) -> fmt::Result {
        if rules.is_empty() {
            return Ok(());
        }
        writeln!(self.text, "  {}", self.language.pick("rules", "规则"))?;
        let widest = rules.iter().map(|rule| rule.rule.len()).max().unwrap_or(0);
        for rule in rules.iter().filter(|rule| rule.result != RuleResult::NotReached) {
            let decided = rule.result == RuleResult::Decided;
            let mark = if decided { "▶" } else { "·" };
            let saw = self.language.pick(&rule.saw_en, &rule.saw_zh);
            let ruling = if decided { format!(" → {}", rule.ruling) } else { String::new() };
            writeln!(self.text, "    {mark} {:widest$}  {saw}{ruling}", rule.rule)?;
        }
        let unreached = rules.iter().filter(|rule| rule.result == RuleResult::NotReached).count();
        if unreached > 0 {
            let (en, zh) = (
                format!("{unreached} more rules were not reached"),
                format!("其后 {unreached} 条规则未执行到"),
            );
            writeln!(self.text, "      {}", self.language.pick(&en, &zh))?;
        }
        Ok(())
    }

    fn attempts(&mut self, attempts: &[ExplainedAttempt]) -> fmt::Result {
        if attempts.is_empty() {
            return Ok(());
        }
        writeln!(self.text, "  {}", self.language.pick("attempts", "发送记录"))?;
        for attempt in attempts {
            let status = match attempt.http_status {
                0 => self.language.pick("no answer", "无应答").to_owned(),
                status => format!("HTTP {status}"),
            };
            let answer = format!("{} {}", attempt.code, one_line(&attempt.text));
            writeln!(
                self.text,
                "    {} · {} ms · {status} · {} · {}",
                attempt.at,
                attempt.took_ms,
                attempt.verdict,
                answer.trim()
            )?;
            for words in [&attempt.meaning, &attempt.todo].into_iter().flatten() {
                writeln!(self.text, "      {}", self.language.of(words))?;
            }
        }
        Ok(())
    }

    fn receipts(&mut self, target: &ExplainedTarget) -> fmt::Result {
        self.moment(("arrived", "已送达"), target.marks.arrived_at)?;
        self.moment(("shown", "已展示"), target.marks.shown_at)?;
        self.moment(("tapped", "已点击"), target.marks.clicked_at)?;
        if !target.receipt_note.is_empty() {
            let meaning = target.receipt_meaning.as_ref().map_or("", |words| self.language.of(words));
            let text = format!("{} {meaning}", target.receipt_note);
            self.line(("receipt", "回执"), text.trim_end())?;
        }
        if target.raced {
            let text = self
                .language
                .pick("a cancel came while the push was on the wire", "取消时推送已在途中，可能仍会展示");
            self.line(("raced", "竞态"), text)?;
        }
        Ok(())
    }

    fn device(&self, device: &ExplainedDevice) -> String {
        let session = match device.session {
            Some(session) => session_words(session),
            None => ("no login", "无登录"),
        };
        let name = if device.name.is_empty() { String::new() } else { format!(" · {}", device.name) };
        format!("{name} · {} · {}", device.id, self.language.pick(session.0, session.1))
    }

    const fn state(&self, state: TargetState) -> &'static str {
        match self.language {
            Language::En => state.as_str(),
            Language::Zh => match state {
                TargetState::Delivered => "已送达（长连接）",
                TargetState::Skipped => "未推送",
                TargetState::Accepted => "厂商已受理",
                TargetState::Rejected => "厂商拒绝",
                TargetState::Dropped => "已放弃",
                TargetState::Queued => "排队中",
                TargetState::Deciding => "决策中",
                TargetState::Later => "后来的设备",
                TargetState::WouldPush => "会推送",
                TargetState::WouldSkip => "不会推送",
                TargetState::WouldWait => "先走长连接，超时未确认才推送",
            },
        }
    }

    fn moment(&mut self, label: (&str, &str), at: Option<Timestamp>) -> fmt::Result {
        at.map_or(Ok(()), |at| self.line(label, &at.to_string()))
    }

    fn line(&mut self, label: (&str, &str), value: &str) -> fmt::Result {
        let (label, columns) = match self.language {
            Language::En => (label.0, 12),
            Language::Zh => (label.1, 10),
        };
        let gap = " ".repeat(columns.max(width(label) + 1) - width(label));
        writeln!(self.text, "  {label}{gap}{value}")
    }
}

const fn session_words(state: model::SessionState) -> (&'static str, &'static str) {
    use model::SessionState::{Disconnected, Kicked, LoggedOut, OnlineBackground, OnlineForeground};
    match state {
        OnlineForeground => ("online-foreground", "在线（前台）"),
        OnlineBackground => ("online-background", "在线（后台）"),
        Disconnected => ("disconnected", "已断连"),
        LoggedOut => ("logged-out", "已退出登录"),
        Kicked => ("kicked", "已被踢下线"),
    }
}

pub(crate) const fn call_words(event: CallEvent) -> (&'static str, &'static str) {
    match event {
        CallEvent::Invited => ("invited", "邀请"),
        CallEvent::Received => ("received", "已收到邀请"),
        CallEvent::Accepted => ("accepted", "已接听"),
        CallEvent::Rejected => ("rejected", "已拒绝"),
        CallEvent::Cancelled => ("cancelled", "已取消"),
        CallEvent::TimedOut => ("timed out", "超时未接"),
        CallEvent::Left => ("left", "已离开"),
        CallEvent::Ended => ("ended", "已结束"),
    }
}

const fn invitee_words(state: InviteeState) -> (&'static str, &'static str) {
    match state {
        InviteeState::Inviting => ("sent", "已发出"),
        InviteeState::Received => ("received", "已收到"),
        InviteeState::Accepted => ("accepted", "已接听"),
        InviteeState::Rejected => ("rejected", "已拒绝"),
        InviteeState::Cancelled => ("cancelled", "已取消"),
        InviteeState::TimedOut => ("timed out", "超时未接"),
        InviteeState::Left => ("left", "已离开"),
    }
}

const fn variant_words(text: TextVariant) -> (&'static str, &'static str) {
    match text {
        TextVariant::Full => ("", ""),
        TextVariant::Hidden => (" (details hidden)", "（不显示详情）"),
        TextVariant::Forced => (" (text of the force push)", "（强制推送文案）"),
    }
}

/// A text on one line of a terminal: others' words must not move the cursor.
fn one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

/// Columns a label takes: a Chinese character takes two.
fn width(label: &str) -> usize {
    label.chars().map(|char| if char >= '\u{1100}' { 2 } else { 1 }).sum()
}
