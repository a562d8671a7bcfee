//! What a vendor would do with a push, found before it is sent: what holds for every vendor alike, then the vendor's
//! own.

use model::{Class, MessageId, PushSettings, Timestamp, Vendor, VendorSettings};
use uuid::Uuid;

use crate::{
    adapter,
    contract::{Channel, Content, Finding, Length, Severity, Unit, measure},
};

/// A certificate that ends sooner than this is worth a word: 30 days.
const ENDS_SOON_MS: i64 = 30 * 24 * 3_600_000;
/// How long an everyday push is worth showing: an hour and a half, which is over what vendors keep at least.
const EVERYDAY_LIFE_MS: i64 = 90 * 60_000;

/// Everything that an operator should know of a content before it goes through a certificate, worst first.
#[must_use]
pub fn lint(vendor: Vendor, channel: &dyn Channel, content: &Content, now: Timestamp) -> Vec<Finding> {
    let limits = adapter(vendor).limits();
    let texts = [
        cut("title_cut", ("title", "标题"), &content.title, limits.title),
        cut("body_cut", ("text", "正文"), &content.body, limits.body),
    ];
    let mut findings: Vec<Finding> = texts.into_iter().flatten().collect();
    findings.extend(expiry(channel, now));
    findings.extend(channel.lint(content, now));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// What an operator should know of a certificate before anything is sent: an everyday push of each class is linted, and
/// what was found comes with the classes it concerns.
#[must_use]
pub fn lint_certificate(vendor: Vendor, channel: &dyn Channel, now: Timestamp) -> Vec<(Finding, Vec<Class>)> {
    let mut found: Vec<(Finding, Vec<Class>)> = Vec::new();
    for class in [Class::Chat, Class::Call, Class::System, Class::Marketing] {
        for finding in lint(vendor, channel, &everyday(class, now), now) {
            match found.iter_mut().find(|(known, _)| *known == finding) {
                Some((_, classes)) => classes.push(class),
                None => found.push((finding, vec![class])),
            }
        }
    }
    found.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
    found
}

/// A push as most are: a name, a sentence, an hour's life.
fn everyday(class: Class, now: Timestamp) -> Content {
    let push = PushSettings { ext: Some("ext".to_owned()), class, ..PushSettings::default() };
    let words = ("阿明".to_owned(), "晚饭吃什么？".to_owned());
    let expires_at = now.plus_ms(EVERYDAY_LIFE_MS);
    Content::of(MessageId(Uuid::nil()), words, &push, VendorSettings::default(), expires_at)
}

fn cut(
    code: &'static str,
    (en, zh): (&'static str, &'static str),
    text: &str,
    limit: Length,
) -> Option<Finding> {
    let length = measure(text, limit.unit);
    let (unit_en, unit_zh) = match limit.unit {
        Unit::Chars => ("characters", "个字符"),
        Unit::Bytes => ("bytes", "字节"),
        Unit::Utf16 => ("UTF-16 units", "个 UTF-16 单元"),
        Unit::Columns => ("columns", "列（汉字算两列）"),
    };
    (length > limit.max).then(|| Finding {
        code,
        severity: Severity::Changed,
        en: format!("the {en} has {length} {unit_en} and is cut to {}", limit.max),
        zh: format!("{zh}为 {length} {unit_zh}，将被截断到 {}", limit.max),
    })
}

fn expiry(channel: &dyn Channel, now: Timestamp) -> Option<Finding> {
    let at = channel.expires_at()?;
    if at <= now {
        return Some(Finding {
            code: "certificate_expired",
            severity: Severity::Refused,
            en: format!("the vendor stopped taking this certificate at {at}; upload a new one"),
            zh: format!("此证书已于 {at} 失效，请上传新证书"),
        });
    }
    (at.since_ms(now) < ENDS_SOON_MS).then(|| Finding {
        code: "certificate_ends_soon",
        severity: Severity::Changed,
        en: format!("the vendor stops taking this certificate at {at}"),
        zh: format!("此证书将于 {at} 失效"),
    })
}
