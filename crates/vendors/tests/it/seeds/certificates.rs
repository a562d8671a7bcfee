//! Certificates: which vendors there are, what an operator enters for them, and what becomes of it (tables A and C).

use std::collections::BTreeSet;

use model::{Environment, Form, Vendor};
use sha2::{Digest, Sha256};
use vendors::{AuthPlan, Severity};

use super::{Opened, base64_of, blank, chat, faults, open, open_with, read, refused, try_open, vendor_file};

/// Labels of a vendor's form, as an operator sees them in Chinese.
fn labels(vendor: Vendor) -> Vec<&'static str> {
    vendors::adapter(vendor).fields().iter().map(|field| field.zh).collect()
}

#[test]
fn a7_every_vendor_of_the_documents_has_an_adapter_with_a_form_of_its_own() {
    let (mut forms, mut hosts) = (BTreeSet::new(), BTreeSet::new());
    for name in ["xiaomi", "huawei", "honor", "oppo", "vivo", "meizu", "fcm", "apns"] {
        let vendor: Vendor = name.parse().unwrap();
        let adapter = vendors::adapter(vendor);
        assert_eq!(adapter.vendor(), vendor);
        let missing = faults(adapter.open(&blank(), super::NOW));
        let required = adapter.fields().iter().filter(|field| field.required);
        for field in required {
            assert!(missing.iter().any(|name| name == field.name), "{name}: {}", field.name);
        }
        assert!(adapter.fields().iter().any(|field| field.kind.is_secret()), "{name} has a credential");
        forms.insert(adapter.fields().iter().map(|field| field.name).collect::<Vec<_>>());
        let opened = open(vendor);
        assert!(!opened.request(&chat()).body.is_empty());
        hosts.insert(opened.channel.route().origin.host.into_owned());
    }
    assert_eq!((forms.len(), hosts.len()), (8, 8), "{hosts:?}");
}

#[test]
fn c6_a_xiaomi_certificate_is_package_app_id_app_secret_and_click_action() {
    for label in ["应用包名称", "AppID", "AppSecret", "点击通知后"] {
        assert!(labels(Vendor::Xiaomi).contains(&label), "{label}");
    }
    let page = "intent:#Intent;component=com.example.chat/.MainActivity;end";
    let opened = open_with(
        Vendor::Xiaomi,
        &[
            ("package_name", "com.example.chat"),
            ("app_id", "2882303761517999999"),
            ("app_secret", "c2VjcmV0"),
            ("click", "app_page"),
            ("click_target", page),
        ],
    );
    let request = opened.request(&chat());
    assert_eq!(request.authorization.clone().unwrap().expose(), "key=c2VjcmV0");
    let form = read(&request);
    assert_eq!(form["restricted_package_name"], "com.example.chat");
    assert_eq!((&form["extra.notify_effect"], &form["extra.intent_uri"]), (&"2".into(), &page.into()));
    assert!(opened.channel.facts().contains(&("AppID", "2882303761517999999".to_owned())));
    assert_eq!(refused(Vendor::Xiaomi, &[("package_name", "")]), ["package_name"]);
    assert_eq!(refused(Vendor::Xiaomi, &[("app_secret", "")]), ["app_secret"]);
}

#[test]
fn c7_an_oppo_certificate_signs_with_the_master_secret_and_not_with_the_app_secret() {
    for label in ["AppKey", "AppID", "MasterSecret", "ChannelID", "点击后续操作"] {
        assert!(labels(Vendor::Oppo).contains(&label), "{label}");
    }
    let (key, master) = ("0123456789abcdef", "fedcba9876543210");
    let channel = try_open(
        Vendor::Oppo,
        &[("app_key", key), ("master_secret", master), ("app_secret", "of the phone")],
    );
    let AuthPlan::Exchange(request) = channel.unwrap().auth_plan(super::NOW) else { panic!("exchanges") };
    let form = read(&request);
    assert_eq!(form["app_key"], key);
    let signed = [key, form["timestamp"].as_str().unwrap(), master].concat();
    let sign: String = Sha256::digest(signed).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(form["sign"], sign);
    assert_eq!(
        refused(Vendor::Oppo, &[("master_secret", ""), ("app_secret", "of the phone")]),
        ["master_secret"]
    );
    assert_eq!(open(Vendor::Oppo).body(&chat())["notification"]["channel_id"], "im_chat");
}

#[test]
fn c8_an_oppo_push_without_a_channel_is_not_shown_on_android_8_and_the_lint_says_so() {
    let without = open_with(Vendor::Oppo, &[("channel_id", "")]);
    assert!(without.body(&chat())["notification"].get("channel_id").is_none());
    let finding =
        without.lint(&chat()).into_iter().find(|finding| finding.code == "channel_missing").unwrap();
    assert_eq!(finding.severity, Severity::Hidden);
    assert!(finding.en.contains("Android 8") && finding.zh.contains("Android 8.0"), "{finding:?}");
    assert_eq!(open(Vendor::Oppo).found(&chat(), "channel_missing"), None);
    // At saving the same is said, of every class that has no channel.
    let said = vendors::lint_certificate(Vendor::Oppo, &*without.channel, super::NOW);
    let (_, classes) = said.iter().find(|(finding, _)| finding.code == "channel_missing").unwrap();
    assert_eq!(classes.len(), 4);
}

fn p12(case: &str, password: &str, environment: &str) -> Result<Opened, Vec<String>> {
    let file = base64_of(Vendor::Apns, &format!("auth/{case}/given.p12"));
    let values = [("environment", environment), ("p12", &file), ("p12_password", password)];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let form: Form = vendors::fill_form(Vendor::Apns, &values);
    let opened = vendors::adapter(Vendor::Apns).open(&form, super::NOW);
    let Ok(channel) = opened else { return Err(faults(opened)) };
    let AuthPlan::Ready(auth) = channel.auth_plan(super::NOW) else { panic!("nothing is exchanged") };
    Ok(Opened {
        vendor: Vendor::Apns,
        channel,
        auth,
        token: vendor_file(Vendor::Apns, "token.txt").trim().to_owned(),
    })
}

#[test]
fn c10_a_merged_p12_is_saved_twice_and_each_goes_to_the_host_of_its_environment() {
    let saved = ["development", "production"]
        .map(|environment| p12("p12-legacy-merged", "correct-horse", environment).unwrap());
    let [development, production] = &saved;
    assert_eq!(development.channel.environment(), Some(Environment::Development));
    assert_eq!(production.channel.environment(), Some(Environment::Production));
    let hosts = saved.each_ref().map(|opened| opened.channel.route().origin.host);
    assert_eq!(hosts, ["api.sandbox.push.apple.com", "api.push.apple.com"]);
    let chains = saved.each_ref().map(|opened| opened.channel.route().identity.unwrap().chain.clone());
    assert_eq!(chains[0], chains[1], "one certificate serves both");
    for opened in &saved {
        assert!(opened.request(&chat()).to.is_none(), "no push leaves the host of its certificate");
    }
}

#[test]
fn c10_a_certificate_of_one_environment_is_taken_for_that_alone() {
    let faults = p12("p12-modern-production", "correct-horse", "development").err();
    assert_eq!(faults, Some(vec!["environment".to_owned()]));
    assert!(p12("p12-modern-production", "correct-horse", "production").is_ok());
}

#[test]
fn c11_a_p12_needs_its_password_and_has_to_be_genuine() {
    let refused = |case: &str, password: &str| p12(case, password, "production").err().unwrap();
    assert_eq!(refused("p12-legacy-merged", ""), ["p12_password"]);
    assert_eq!(refused("p12-legacy-merged", "wrong"), ["p12_password"]);
    assert_eq!(refused("refused-p12-not-for-push", "correct-horse"), ["p12"]);
}

#[test]
fn c11_builds_of_the_app_store_need_production() {
    let fields = vendors::adapter(Vendor::Apns).fields();
    let environment = fields.iter().find(|field| field.name == "environment").unwrap();
    assert!(
        environment.required
            && environment.hint_zh.contains("生产环境")
            && environment.hint_zh.contains("App Store")
    );
    assert_eq!(refused(Vendor::Apns, &[("environment", "")]), ["environment"]);
    assert_eq!(open(Vendor::Apns).channel.route().origin.host, "api.push.apple.com");
}

#[test]
fn c13_the_package_of_the_certificate_is_what_goes_out() {
    let package = "com.example.chat";
    let xiaomi = open_with(Vendor::Xiaomi, &[("package_name", package)]);
    assert_eq!(xiaomi.body(&chat())["restricted_package_name"], package);
    let fcm = open_with(Vendor::Fcm, &[("package_name", package)]);
    assert_eq!(fcm.body(&chat())["message"]["android"]["restricted_package_name"], package);
    let apns = open_with(Vendor::Apns, &[("topic", package)]);
    assert_eq!(apns.header(&chat(), "apns-topic").as_deref(), Some(package));
    for (vendor, field) in
        [(Vendor::Xiaomi, "package_name"), (Vendor::Fcm, "package_name"), (Vendor::Apns, "topic")]
    {
        assert_eq!(refused(vendor, &[(field, "no package")]), [field], "{vendor}");
    }
}
