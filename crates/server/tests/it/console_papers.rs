//! Certificates and push resources in the console: each vendor's form failed and mended, files shown before they are
//! saved, the rank of FCM, versions, and push resources.

use std::{fs, path::PathBuf};

use model::{CertificateId, ClickAction, ConsoleGrants, ConsoleRole, FcmRank, ResourceId, Vendor};
use serde_json::Value;

use crate::{
    browser::{Browser, location, operator},
    house::{Answer, House},
};

const HOSTILE: &str = "<script>alert('x')</script>";
const HARMLESS: &str = "&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;";

/// A vendor's sample form, as its vectors have it.
fn sample(vendor: Vendor) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/vendors").join(vendor.name());
    let form: Value = serde_json::from_slice(&fs::read(folder.join("form.json")).unwrap()).unwrap();
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        by_reference => {
            let file = by_reference["file"].as_str().or(by_reference["text_file"].as_str()).unwrap();
            fs::read_to_string(folder.join(file)).unwrap()
        }
    };
    form.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// A vendor's sample form with a name.
fn named(vendor: Vendor, name: &str) -> Vec<(String, String)> {
    let mut fields = sample(vendor);
    fields.push(("name".to_owned(), name.to_owned()));
    fields
}

async fn save(browser: &Browser<'_>, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.save(path, &fields).await
}

/// What stands in an attribute of a page after this text.
fn after<'a>(page: &'a str, text: &str) -> &'a str {
    let (_, rest) = page.split_once(text).unwrap_or_else(|| panic!("no {text} in {page}"));
    rest.split('"').next().unwrap()
}

async fn count(house: &House) -> usize {
    house.store.certificates(house.app.id).await.unwrap().len()
}

#[tokio::test]
async fn every_vendors_form_fails_at_its_field_keeps_what_was_typed_and_is_mended() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    for (done, vendor) in Vendor::ALL.into_iter().enumerate() {
        let path = format!("/console/certificates/new/{vendor}");
        let required: Vec<&str> = vendors::adapter(vendor)
            .fields()
            .iter()
            .filter(|field| field.required)
            .map(|field| field.name)
            .collect();
        let name = format!("sample{done}");
        let whole = named(vendor, &name);
        for missing in required {
            let mut fields = whole.clone();
            fields.retain(|(name, _)| name != missing);
            let answer = save(&browser, &path, &fields).await;
            assert_eq!(answer.status, 422, "{vendor}: {}", answer.text);
            assert!(answer.text.contains(&format!("data-test=\"error-{missing}\"")), "{vendor} {missing}");
            assert!(answer.text.contains(&format!("value=\"{name}\"")), "{vendor}: the name is kept");
            assert_eq!(count(&house).await, done, "{vendor}: nothing is saved");
        }
        let mut answer = save(&browser, &path, &whole).await;
        if answer.status == 200 {
            assert!(answer.text.contains("data-test=\"review-facts\""), "{vendor}: what was read is shown");
            assert_eq!(count(&house).await, done, "{vendor}: not before it was seen");
            let mut rest = whole.clone();
            let secret = |name: &str| {
                vendors::adapter(vendor)
                    .fields()
                    .iter()
                    .any(|field| field.name == name && field.kind.is_secret())
            };
            rest.retain(|(name, _)| !secret(name));
            rest.push(("draft".to_owned(), after(&answer.text, "name=\"draft\" value=\"").to_owned()));
            answer = save(&browser, &path, &rest).await;
        }
        let saved = location(&answer).trim_end_matches("?said=saved").to_owned();
        assert_eq!(count(&house).await, done + 1, "{vendor}");
        for language in ["en", "zh"] {
            let page = browser.get_as(&saved, language).await.text;
            for part in [
                "data-test=\"certificate-id\"",
                "data-test=\"mapping\"",
                "data-test=\"snippet\"",
                "data-test=\"needs\"",
            ] {
                assert_eq!(page.matches(part).count(), 1, "{vendor} {language}: {part}");
            }
        }
        let id: u32 = saved.rsplit('/').next().unwrap().parse().unwrap();
        let kept = house.store.certificate(CertificateId(id)).await.unwrap().unwrap();
        let renamed = vec![("name".to_owned(), format!("other {done}"))];
        let mut again = named(vendor, "x");
        again.retain(|(name, _)| kept.form.public.contains_key(name));
        again.extend(renamed);
        assert_eq!(
            location(&save(&browser, &saved, &again).await),
            format!("{saved}?said=saved"),
            "{vendor}"
        );
    }
}

#[tokio::test]
async fn a_file_is_shown_before_it_is_saved_also_after_a_fault() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let path = "/console/certificates/new/apns";
    let mut fields = named(Vendor::Apns, "证书(1)");
    let faulty = save(&browser, path, &fields).await;
    assert_eq!(faulty.status, 422);
    assert!(faulty.text.contains("data-test=\"error-name\""), "{}", faulty.text);
    assert!(!faulty.text.contains("PRIVATE KEY"));
    let draft = after(&faulty.text, "name=\"draft\" value=\"").to_owned();
    fields.retain(|(name, _)| !["p8", "name"].contains(&name.as_str()));
    fields.push(("name".to_owned(), "ios".to_owned()));
    let without = save(&browser, path, &fields).await;
    assert_eq!(without.status, 422, "nothing else holds the file");
    fields.push(("draft".to_owned(), draft));
    let elsewhere = Browser::signed_in(&house).await;
    let stolen = save(&elsewhere, path, &fields).await;
    assert_eq!(stolen.status, 422, "another sign-in has no such draft");
    let faulty = {
        let mut all = named(Vendor::Apns, "证书(1)");
        all.retain(|(name, _)| name != "draft");
        save(&browser, path, &all).await
    };
    fields.retain(|(name, _)| name != "draft");
    fields.push(("draft".to_owned(), after(&faulty.text, "name=\"draft\" value=\"").to_owned()));
    let review = save(&browser, path, &fields).await;
    assert_eq!(review.status, 200, "{}", review.text);
    assert!(review.text.contains("data-test=\"review\"") && review.text.contains("com.example.im"));
    assert!(!review.text.contains("PRIVATE KEY"));
    assert_eq!(count(&house).await, 0);
    fields.retain(|(name, _)| name != "draft");
    fields.push(("draft".to_owned(), after(&review.text, "name=\"draft\" value=\"").to_owned()));
    location(&save(&browser, path, &fields).await);
    assert_eq!(count(&house).await, 1);
    let log = browser.get("/console/audit").await.text;
    assert_eq!(log.matches("added a certificate").count(), 2, "in the list of actions and once done: {log}");
}

fn xiaomi<'a>(name: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let own = [("name", name), ("package_name", "com.example.im"), ("app_secret", "c2VjcmV0")];
    own.into_iter().chain(more.iter().copied()).collect()
}

#[tokio::test]
async fn g1_g2_g3_a_tap_is_one_of_three_and_a_link_is_built_from_its_parts() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let path = "/console/certificates/new/xiaomi";
    let bad = browser.save(path, &xiaomi("a", &[("click", "web_page"), ("web_target", "ftp://x")])).await;
    assert_eq!(bad.status, 422);
    assert!(bad.text.contains("data-test=\"error-web_target\"") && bad.text.contains("ftp://x"));
    let parts = [
        ("click", "app_page"),
        ("step", "build"),
        ("intent_activity", "com.example.im.Chat"),
        ("intent_scheme", "imapp"),
        ("intent_host", "chat"),
        ("intent_path", "/detail"),
    ];
    let built = browser.save(path, &xiaomi("a", &parts)).await;
    assert_eq!(built.status, 200, "{}", built.text);
    let link = "intent://chat/detail#Intent;scheme=imapp;launchFlags=0x14000000;\
                component=com.example.im/com.example.im.Chat;end";
    assert!(built.text.contains(link), "{}", built.text);
    assert!(built.text.contains("the page com.example.im.Chat of the app"));
    assert_eq!(count(&house).await, 0, "a link was made, nothing saved");
    let draft = after(&built.text, "name=\"draft\" value=\"").to_owned();
    let rest = [
        ("name", "a"),
        ("package_name", "com.example.im"),
        ("click", "app_page"),
        ("page_target", link),
        ("draft", draft.as_str()),
    ];
    let saved = browser.save(path, &rest).await;
    let page = browser.get(location(&saved)).await.text;
    assert!(page.contains(link) && page.contains("value=\"imapp\""), "{page}");
    let nothing = browser.save(path, &xiaomi("b", &[("step", "build"), ("intent_activity", "a b")])).await;
    assert!(nothing.text.contains("data-test=\"error-builder\""), "{}", nothing.text);
}

#[tokio::test]
async fn g9_the_client_plugin_fills_the_link_which_cannot_be_changed() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let way = [("click", "app_page"), ("page_way", "plugin"), ("page_target", "something else")];
    let saved = browser.save("/console/certificates/new/xiaomi", &xiaomi("a", &way)).await;
    let page = browser.get(location(&saved)).await.text;
    let link = "intent:#Intent;action=posthouse.push.OPEN;package=com.example.im;launchFlags=0x14000000;end";
    assert!(page.contains(&format!("value=\"{link}\" readonly")), "{page}");
    let kept = house.store.certificate(CertificateId(1)).await.unwrap().unwrap();
    assert_eq!(kept.form.get("click_target"), Some(link));
}

#[tokio::test]
async fn c5_every_version_says_who_changed_what_and_never_a_secret() {
    let house = House::new().await;
    operator(&house, "li", ConsoleGrants::everywhere(ConsoleRole::Operator)).await;
    let li = Browser::with_password(&house, "li").await;
    let saved = li.save("/console/certificates/new/xiaomi", &xiaomi("a", &[])).await;
    let path = location(&saved).trim_end_matches("?said=saved").to_owned();
    let fields =
        [("name", "b"), ("package_name", "com.example.im"), ("app_secret", "bmV3"), ("channel_id", "im")];
    location(&li.save(&path, &fields).await);
    let page = li.get(&path).await.text;
    assert!(page.contains("v2 · name: a → b; app_secret; channel_id: ∅ → im"), "{page}");
    assert!(page.contains("<b>li</b> made") && page.contains("<b>li</b> changed"));
    assert!(page.contains("Version 2") && !page.contains("bmV3"));
    let edit = serde_json::json!({ "name": "c", "fields": { "package_name": "com.example.im" } });
    house.call(http::Method::PUT, "/v1/certificates/1", Some(edit)).await;
    let page = li.get(&path).await.text;
    assert!(page.contains("v3 · name: b → c; channel_id: im → ∅"), "{page}");
}

#[tokio::test]
async fn d10_d11_the_rank_of_fcm_is_chosen_and_its_ranking_shown() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    house.certificate("mi").await;
    let page = browser.get("/console/certificates").await.text;
    assert!(page.contains("data-test=\"fcm-last\" checked") && page.contains("data-test=\"no-fcm\""));
    let ranked = browser.post("/console/fcm-rank", &[("fcm", "exclusive")]).await;
    let page = browser.get(location(&ranked)).await.text;
    assert!(page.contains("data-test=\"fcm-exclusive\" checked") && page.contains("data-test=\"ranked\""));
    assert!(page.contains("Xiaomi · Redmi · POCO"));
    let app = house.store.app(house.app.id).await.unwrap().unwrap();
    assert_eq!(app.policy.fcm, FcmRank::Exclusive);
    assert_eq!(browser.post("/console/fcm-rank", &[("fcm", "sideways")]).await.status, 404);
    assert!(browser.get("/console/audit").await.text.contains("fcm: last → exclusive"));
}

#[tokio::test]
async fn a_push_resource_is_made_filled_for_each_vendor_and_deleted() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    assert!(browser.get("/console/resources").await.text.contains("data-test=\"no-resources\""));
    for bad in ["", "  ", &"x".repeat(33)] {
        let answer = browser.post("/console/resources/new", &[("id", bad)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("data-test=\"error-id\""), "{bad:?}");
    }
    let made = browser.post("/console/resources/new", &[("id", "calls & more")]).await;
    assert_eq!(location(&made), "/console/resources?id=calls%20%26%20more&said=made");
    assert_eq!(browser.post("/console/resources/new", &[("id", "calls & more")]).await.status, 422);
    for vendor in Vendor::ALL {
        let path = format!("/console/resources?id=calls%20%26%20more&vendor={vendor}");
        for language in ["en", "zh"] {
            let page = browser.get_as(&path, language).await;
            assert_eq!(page.status, 200);
            let tab = format!("data-test=\"tab-{vendor}\" aria-current=\"page\"");
            assert!(page.text.contains(&tab), "{vendor}");
        }
        let fields = [("id", "calls & more"), ("vendor", vendor.name()), ("click", "open_app")];
        let saved = browser.post("/console/resources/save", &fields).await;
        assert!(location(&saved).ends_with("said=saved"), "{vendor}");
    }
    let kept = &house.store.resources(house.app.id).await.unwrap()[0];
    assert_eq!(kept.vendors.len(), Vendor::ALL.len());
    assert_eq!(kept.vendors[&Vendor::Oppo].click, Some(ClickAction::OpenApp));
    let bad = [
        ("id", "calls & more"),
        ("vendor", "huawei"),
        ("image", "http://example.com/a.png"),
        ("channel", "typed before"),
    ];
    let refused = browser.post("/console/resources/save", &bad).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("data-test=\"error-image\"") && refused.text.contains("typed before"));
    let clear = [("id", "calls & more"), ("vendor", "oppo"), ("clear", "yes")];
    location(&browser.post("/console/resources/save", &clear).await);
    let kept = house.store.resources(house.app.id).await.unwrap().remove(0);
    assert!(!kept.vendors.contains_key(&Vendor::Oppo));
    assert_eq!(kept.vendors[&Vendor::Huawei].style.channel, None, "a refused form changes nothing");
    let gone = browser.post("/console/resources/delete", &[("id", "calls & more")]).await;
    assert_eq!(location(&gone), "/console/resources?said=deleted");
    assert!(house.store.resources(house.app.id).await.unwrap().is_empty());
    assert_eq!(browser.post("/console/resources/delete", &[("id", "calls & more")]).await.status, 404);
}

#[tokio::test]
async fn a_viewer_sees_papers_and_changes_none() {
    let house = House::new().await;
    let id = house.certificate("mine").await;
    operator(&house, "viewer", ConsoleGrants::everywhere(ConsoleRole::Viewer)).await;
    operator(&house, "li", ConsoleGrants::everywhere(ConsoleRole::Operator)).await;
    let li = Browser::with_password(&house, "li").await;
    location(&li.post("/console/resources/new", &[("id", "calls")]).await);
    let viewer = Browser::with_password(&house, "viewer").await;
    for path in ["/console/resources", "/console/resources?id=calls", &format!("/console/certificates/{id}")]
    {
        let page = viewer.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.contains("disabled title=\"Your role"), "{path}");
        assert!(!page.text.contains("data-test=\"delete-yes\""), "{path}");
    }
    for path in ["/console/resources/new", "/console/resources/delete", "/console/fcm-rank"] {
        assert_eq!(viewer.post(path, &[("id", "calls"), ("fcm", "first")]).await.status, 403, "{path}");
    }
    assert!(house.store.resources(house.app.id).await.unwrap()[0].id == ResourceId::new("calls").unwrap());
}

#[tokio::test]
async fn nobodys_words_become_markup_on_the_pages_of_papers() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let page = [("click", "web_page"), ("web_target", "https://example.com/<script>alert('x')</script>")];
    let fields = xiaomi("<i>'\"&", &page);
    let saved = browser.save("/console/certificates/new/xiaomi", &fields).await;
    let channel = [("channel_id", HOSTILE), ("intent_activity", HOSTILE), ("step", "build")];
    let mut answers = vec![
        browser.get(location(&saved)).await,
        browser.save("/console/certificates/new/xiaomi", &xiaomi("b", &channel)).await,
        browser.save("/console/certificates/new/oppo", &[("channel_id", HOSTILE), ("draft", HOSTILE)]).await,
    ];
    location(&browser.post("/console/resources/new", &[("id", "\"><script>alert(1)")]).await);
    answers.push(browser.get("/console/resources").await);
    answers.push(browser.get("/console/resources?id=%22%3E%3Cscript%3Ealert%281%29").await);
    let typed = [
        ("id", "\"><script>alert(1)"),
        ("vendor", "xiaomi"),
        ("sound", HOSTILE),
        ("template_title", HOSTILE),
    ];
    answers.push(browser.post("/console/resources/save", &typed).await);
    for answer in &answers {
        assert!(!answer.text.contains("<script>alert") && !answer.text.contains("<i>'"), "{}", answer.text);
    }
    assert!(answers[1].text.contains(HARMLESS) && answers[5].text.contains(HARMLESS));
}
