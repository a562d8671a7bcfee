//! Each certificate: whether it is valid, whether its vendor can be reached, and what the vendor says to it.

use futures_util::{StreamExt, stream};
use gateway::{Examination, Examiner, own_code};
use model::{Certificate, Clock, Timestamp};

use super::{clock::VendorClock, finding::Finding};
use crate::clock::SystemClock;

/// A certificate that ends within this is warned of, in milliseconds.
const EXPIRES_SOON_MS: i64 = 30 * 24 * 3600 * 1000;
/// Vendors that are asked at once.
const AT_ONCE: usize = 8;

/// What was found, and what vendors' clocks said.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) findings: Vec<Finding>,
    pub(super) clocks: Vec<VendorClock>,
}

pub(super) async fn look(examiner: &Examiner, certificates: &[Certificate]) -> Seen {
    let mut seen = Seen::default();
    if certificates.is_empty() {
        let note = Finding::note("certificates", "there are none, so no push leaves", "尚无证书，无法推送");
        seen.findings.push(note.fix("add one in the console", "请在控制台添加证书"));
    }
    let looks = certificates.iter().map(|certificate| look_at(examiner, certificate));
    let all: Vec<Seen> = stream::iter(looks).buffered(AT_ONCE).collect().await;
    for one in all {
        seen.findings.extend(one.findings);
        seen.clocks.extend(one.clocks);
    }
    seen
}

async fn look_at(examiner: &Examiner, certificate: &Certificate) -> Seen {
    let subject = format!("{} {}", certificate.vendor, certificate.id);
    if certificate.disabled {
        let note = Finding::note(&subject, "it is switched off", "证书已停用");
        return Seen { findings: vec![note], ..Seen::default() };
    }
    let mut seen = Seen::default();
    seen.findings.extend(expiry(&subject, certificate.expires_at, SystemClock.now()));
    match examiner.examine(certificate.vendor, &certificate.form).await {
        Ok(examination) => seen.add(&subject, examination),
        Err(faults) => {
            let finding = Finding::error(
                &subject,
                format!("it does not read: {faults}"),
                format!("证书无法读取：{faults}"),
            );
            seen.findings.push(finding.fix("save it anew in the console", "请在控制台重新保存"));
        }
    }
    seen
}

impl Seen {
    fn add(&mut self, subject: &str, examination: Examination) {
        let Examination { host, reached, date, probe } = examination;
        let date = date.map(|date| VendorClock { date, at: jiff::Timestamp::now() });
        self.clocks.extend(date);
        self.findings.push(match reached {
            Ok(()) => Finding::well(subject, format!("{host} answers"), format!("{host} 可达")),
            Err(code) => unreached(subject, &host, code),
        });
        let outcome = probe.outcome;
        self.findings.push(match outcome.accepted {
            Some(true) => Finding::well(subject, outcome.en, outcome.zh),
            Some(false) => Finding::error(
                subject,
                format!("the vendor refuses it ({}): {}", outcome.code, outcome.en),
                format!("厂商拒绝该证书（{}）：{}", outcome.code, outcome.zh),
            )
            .fix(
                "correct it in the console; saving asks the vendor again",
                "请在控制台修正，保存时会再次向厂商验证",
            ),
            None => Finding::warning(subject, outcome.en, outcome.zh),
        });
    }
}

fn unreached(subject: &str, host: &str, code: &'static str) -> Finding {
    let (en, zh) = own_code(code).map_or(("", ""), |row| (row.en, row.zh));
    Finding::error(subject, format!("{host} does not answer ({code}): {en}"), format!("{host} 无应答（{code}）：{zh}"))
        .fix(
            "let this machine reach it: DNS, firewall, proxy (vendors.connect_to), root certificates (vendors.extra_roots)",
            "请确认本机可访问该地址：DNS、防火墙、代理（vendors.connect_to）、根证书（vendors.extra_roots）",
        )
}

fn expiry(subject: &str, expires_at: Option<Timestamp>, now: Timestamp) -> Option<Finding> {
    let left_ms = expires_at?.since_ms(now);
    let days = left_ms / (24 * 3600 * 1000);
    let renew = |finding: Finding| {
        finding
            .fix("renew it with the vendor and save the new one over it", "请向厂商续期，并在控制台覆盖保存")
    };
    Some(match left_ms {
        ..=0 => renew(Finding::error(subject, "it has expired", "证书已过期")),
        1..EXPIRES_SOON_MS => renew(Finding::warning(
            subject,
            format!("it expires in {days} days"),
            format!("将在 {days} 天后过期"),
        )),
        _ => Finding::well(subject, format!("it is valid for {days} days"), format!("有效期剩余 {days} 天")),
    })
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Severity, *};

    #[test]
    fn a_certificate_near_its_end_is_warned_of_and_one_past_it_is_an_error() {
        let now = Timestamp(0);
        let severity = |left_ms: i64| expiry("apns 1", Some(Timestamp(left_ms)), now).unwrap().severity;
        assert_eq!(severity(0), Severity::Error);
        assert_eq!(severity(EXPIRES_SOON_MS - 1), Severity::Warning);
        assert_eq!(severity(EXPIRES_SOON_MS), Severity::Well);
        assert!(expiry("xiaomi 2", None, now).is_none());
    }

    #[test]
    fn a_vendor_that_cannot_be_reached_comes_with_its_meaning() {
        let finding = unreached("apns 1", "api.push.apple.com:443", "connect_failed");
        assert!(finding.en.contains("api.push.apple.com:443") && !finding.fix_zh.is_empty());
    }
}
