//! How vendors class messages, and how much they let through of each class (table K).

use std::time::Duration;

use model::{Class, Pause, Style, Vendor, Verdict};
use serde_json::json;
use vendors::{Content, Severity};

use super::{Changes, Opened, chat, open, open_with, styled};

fn in_category(word: &str) -> Content {
    styled(Style { category: Some(word.to_owned()), ..Style::default() })
}

fn of_class(class: Class) -> Content {
    Content { class, ..chat() }
}

fn limited(opened: &Opened, content: &Content, status: u16, body: &serde_json::Value) -> Pause {
    match opened.verdict(content, status, body) {
        Verdict::Limited { pause, .. } => pause,
        other => panic!("{} answers {body}: {other:?}", opened.vendor),
    }
}

#[test]
fn k_huawei_counts_a_category_as_marketing_unless_the_right_to_it_is_granted() {
    let category =
        |opened: &Opened, content: &Content| opened.body(content)["message"]["android"]["category"].clone();
    let granted = open(Vendor::Huawei);
    assert_eq!(category(&granted, &chat()), "IM");
    for code in ["category_not_granted", "marketing_capped"] {
        assert_eq!(granted.found(&chat(), code), None, "{code}");
    }
    let without = open_with(Vendor::Huawei, &[("right_chat", "no")]);
    for code in ["category_not_granted", "marketing_capped"] {
        assert_eq!(without.found(&chat(), code), Some(Severity::Reduced), "{code}");
    }
    // A granted right is that of its category alone.
    assert_eq!(without.found(&of_class(Class::System), "category_not_granted"), None);
    // Marketing asks for no right, and comes silently.
    let marketing = of_class(Class::Marketing);
    assert_eq!(category(&granted, &marketing), "MARKETING");
    let look = granted.body(&marketing)["message"]["android"]["notification"].clone();
    assert_eq!(look["importance"], "LOW");
    assert_eq!(granted.found(&marketing, "marketing_capped"), Some(Severity::Reduced));
}

#[test]
fn k_vivo_is_told_system_or_operational_and_corrects_what_is_not() {
    let opened = open(Vendor::Vivo);
    let told = |content: &Content| {
        let body = opened.body(content);
        (body["classification"].clone(), body["category"].clone())
    };
    assert_eq!(told(&chat()), (json!(1), json!("IM")));
    assert_eq!(told(&of_class(Class::Marketing)), (json!(0), json!("MARKETING")));
    assert_eq!(told(&in_category("NEWS")), (json!(0), json!("NEWS")));
    assert_eq!(opened.found(&in_category("NEWS"), "counted_as_operational"), Some(Severity::Reduced));
    let disguised = Content { class: Class::Marketing, ..in_category("IM") };
    assert_eq!(opened.found(&disguised, "marketing_as_system"), Some(Severity::Reduced));
    // The day's amount, by the number of subscribers, is told by a code, and what is left waits for the next day.
    let spent = json!({"result": 10070, "desc": "超出发送条数限制"});
    assert_eq!(limited(&opened, &chat(), 200, &spent), Pause::DailyAmount);
}

#[test]
fn k_oppo_takes_a_chat_as_private_only_where_that_was_granted() {
    let category =
        |opened: &Opened, content: &Content| opened.body(content)["notification"]["category"].clone();
    let granted = open(Vendor::Oppo);
    assert_eq!(category(&granted, &chat()), "IM");
    assert_eq!(granted.found(&chat(), "counted_as_marketing"), None);
    let without = open_with(Vendor::Oppo, &[("service_right", "no")]);
    assert_eq!(category(&without, &chat()), "MARKETING");
    for code in ["category_not_granted", "counted_as_marketing"] {
        assert_eq!(without.found(&chat(), code), Some(Severity::Reduced), "{code}");
    }
    // The amount of public messages: used up by one class, it does not hold up the others.
    let spent = json!({"code": 33, "message": "The number of messages exceeds the daily limit"});
    assert_eq!(limited(&granted, &of_class(Class::Marketing), 200, &spent), Pause::Target);
    assert_eq!(limited(&granted, &chat(), 200, &spent), Pause::DailyAmount);
}

#[test]
fn k_xiaomi_takes_a_chat_as_important_only_through_an_approved_private_channel() {
    const DAY_MS: u64 = 86_400_000;
    let week = Content { expires_at: super::NOW.plus_ms(7 * 86_400_000), ..chat() };
    let kept_ms =
        |opened: &Opened| -> u64 { opened.body(&week)["time_to_live"].as_str().unwrap().parse().unwrap() };
    let granted = open(Vendor::Xiaomi);
    assert_eq!(granted.body(&chat())["extra.channel_id"], "130001");
    assert_eq!((granted.found(&chat(), "counted_as_public"), kept_ms(&granted)), (None, 7 * DAY_MS));
    let without = open_with(Vendor::Xiaomi, &[("private_right", "no")]);
    for code in ["private_not_granted", "counted_as_public"] {
        assert_eq!(without.found(&chat(), code), Some(Severity::Reduced), "{code}");
    }
    assert_eq!(kept_ms(&without), DAY_MS, "Xiaomi keeps an ordinary message for a day");
    let bare = open_with(Vendor::Xiaomi, &[("channel_id", "")]);
    assert_eq!(bare.found(&chat(), "channel_missing"), Some(Severity::Hidden));
    // What is no IM message, order, finance or the like has no place in the private channel.
    let marketing = of_class(Class::Marketing);
    assert!(granted.body(&marketing).get("extra.channel_id").is_none());
    assert_eq!(granted.found(&marketing, "marketing_channel_missing"), Some(Severity::Hidden));
    let spent = json!({"result": "error", "code": 200_001, "reason": "exceed quota"});
    assert_eq!(limited(&without, &chat(), 200, &spent), Pause::DailyAmount);
}

#[test]
fn k_meizu_limits_the_number_of_public_messages_and_not_of_private_ones() {
    let opened = open(Vendor::Meizu);
    let kind = |content: &Content| opened.body(content)["noticeBarInfo"]["noticeMsgType"].clone();
    assert_eq!(kind(&chat()), 1);
    assert_eq!(opened.found(&chat(), "counted_as_public"), None);
    let marketing = of_class(Class::Marketing);
    assert_eq!(kind(&marketing), 0);
    assert_eq!(opened.found(&marketing, "counted_as_public"), Some(Severity::Reduced));
    let spent = json!({"code": "200", "message": "", "value": {"110011": [opened.token]}});
    assert_eq!(limited(&opened, &marketing, 200, &spent), Pause::Target);
}

#[test]
fn k_fcm_limits_how_often_one_sends_and_names_the_pause() {
    let opened = open(Vendor::Fcm);
    let per_minute = vendors::adapter(Vendor::Fcm).limits().rate.per_second * 60;
    assert!(per_minute <= 600_000, "the amount of a project: {per_minute}");
    let too_many = json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": []}});
    let verdict = opened.verdict(&chat(), 429, &too_many);
    let Verdict::Limited { pause, after } = verdict else { panic!("{verdict:?}") };
    assert_eq!(pause, Pause::Lane);
    assert!(after.is_none_or(|after| after >= Duration::from_secs(1)), "{after:?}");
    // One phone's amount is that phone's alone.
    let of_device = json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [
        {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": "QUOTA_EXCEEDED"},
    ]}});
    assert!(matches!(opened.verdict(&chat(), 429, &of_device), Verdict::Limited { .. }));
    assert_eq!(opened.body(&chat())["message"]["android"]["priority"], "HIGH");
}

#[test]
fn k_advice_the_lint_says_when_a_chat_goes_out_in_a_class_that_is_delayed() {
    // What an operator may have entered, and what the lint then says of a message of a chat.
    let rows: [(Vendor, Changes<'_>, &str); 8] = [
        (Vendor::Huawei, &[("right_chat", "no")], "category_not_granted"),
        (Vendor::Harmony, &[("right_chat", "no")], "category_not_granted"),
        (Vendor::Honor, &[("self_classification", "no")], "right_not_granted"),
        (Vendor::Oppo, &[("service_right", "no")], "counted_as_marketing"),
        (Vendor::Xiaomi, &[("private_right", "no")], "counted_as_public"),
        (Vendor::Meizu, &[("message_type_chat", "public")], "counted_as_public"),
        (Vendor::Apns, &[("interruption_chat", "passive")], "shown_quietly"),
        (Vendor::Fcm, &[("channel_id", "")], "channel_missing"),
    ];
    for (vendor, changes, code) in rows {
        assert!(
            open_with(vendor, changes).found(&chat(), code) >= Some(Severity::Reduced),
            "{vendor} {code}"
        );
        assert_eq!(open(vendor).found(&chat(), code), None, "{vendor} {code}");
    }
    let vivo = open(Vendor::Vivo);
    assert!(vivo.found(&in_category("NEWS"), "counted_as_operational") >= Some(Severity::Reduced));
    assert_eq!(vivo.found(&chat(), "counted_as_operational"), None);
}

#[test]
fn k_advice_a_certificate_that_lacks_a_right_says_so_at_saving_with_the_classes_it_concerns() {
    let opened = open_with(Vendor::Huawei, &[("right_chat", "no")]);
    let said = vendors::lint_certificate(Vendor::Huawei, &*opened.channel, super::NOW);
    let (_, classes) = said.iter().find(|(finding, _)| finding.code == "category_not_granted").unwrap();
    assert_eq!(*classes, [Class::Chat]);
}
