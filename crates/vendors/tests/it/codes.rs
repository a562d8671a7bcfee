//! The tables of codes: complete, and each row shown by a vector.

use std::collections::BTreeSet;

use model::Vendor;
use serde_json::Value;

use crate::cases;

/// Every (vendor, code, status) that a vector ends in.
fn shown_by_vectors() -> BTreeSet<(Vendor, String, u64)> {
    let mut shown = BTreeSet::new();
    for case in cases::find("reply").into_iter().chain(cases::find("request")).chain(cases::find("recall")) {
        let want = case.want();
        let verdicts = want.pointer("/step/done").and_then(Value::as_array).cloned().unwrap_or_default();
        for verdict in verdicts {
            let code = verdict["code"].as_str().unwrap_or_default().to_owned();
            shown.insert((case.vendor, code, verdict["http_status"].as_u64().unwrap_or_default()));
        }
    }
    shown
}

#[test]
fn every_code_has_a_vector_with_its_status() {
    let shown = shown_by_vectors();
    for vendor in cases::vendors() {
        for row in vendors::adapter(vendor).codes() {
            let any = (vendor, row.code.to_owned(), 0)..=(vendor, row.code.to_owned(), u64::MAX);
            let has = shown
                .range(any)
                .any(|(_, _, status)| row.http_status == 0 || *status == u64::from(row.http_status));
            assert!(has, "{vendor} {} {} has no vector", row.http_status, row.code);
        }
    }
}

#[test]
fn every_code_stands_once_and_speaks_both_languages() {
    for vendor in cases::vendors() {
        let mut seen = BTreeSet::new();
        for row in vendors::adapter(vendor).codes() {
            assert!(seen.insert(row.code), "{vendor} {} stands twice", row.code);
            assert!(!row.en.is_empty() && row.en.is_ascii(), "{vendor} {} has no English", row.code);
            assert!(!row.zh.is_ascii(), "{vendor} {} has no Chinese", row.code);
            assert_eq!(row.todo_en.is_empty(), row.todo_zh.is_empty(), "{vendor} {}", row.code);
            assert_eq!(row.verdict, row.judgement.name());
            assert!(std::ptr::eq(row, vendors::meaning(vendor, row.code).unwrap()));
        }
    }
    assert!(vendors::meaning(Vendor::Xiaomi, "no such code").is_none());
}

#[test]
fn every_adapter_answers_for_its_own_vendor() {
    for vendor in cases::vendors() {
        assert_eq!(vendors::adapter(vendor).vendor(), vendor);
        for field in vendors::adapter(vendor).fields() {
            assert!(!field.en.is_empty() && !field.zh.is_empty());
        }
    }
}
