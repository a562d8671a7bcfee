//! The settings of one vendor.

use std::collections::BTreeMap;

use model::{
    AppId, ClickAction, Presentation, PushResource, PushSettings, ResourceId, Style, Timestamp, Vendor,
    VendorSettings,
};
use rules::settings_for;

fn channel(name: &str) -> Style {
    Style { channel: Some(name.to_owned()), ..Style::default() }
}

fn resource(vendor: Vendor, settings: VendorSettings) -> PushResource {
    PushResource {
        app: AppId(1),
        id: ResourceId::new("calls").unwrap(),
        vendors: BTreeMap::from([(vendor, settings)]),
        updated_at: Timestamp(0),
    }
}

#[test]
fn e6_t17_what_the_message_sets_for_a_vendor_goes_before_all_else_at_that_vendor_alone() {
    let own = VendorSettings { style: channel("oppo-im"), ..VendorSettings::default() };
    let push = PushSettings {
        style: channel("everywhere"),
        vendors: BTreeMap::from([(Vendor::Oppo, own)]),
        ..PushSettings::default()
    };
    let kept = resource(Vendor::Oppo, VendorSettings { style: channel("kept"), ..VendorSettings::default() });
    let of = |vendor| settings_for(&push, Some(&kept), vendor).style.channel.unwrap();
    assert_eq!((of(Vendor::Oppo).as_str(), of(Vendor::Vivo).as_str()), ("oppo-im", "everywhere"));
}

#[test]
fn e8_a_push_resource_fills_what_the_message_left_out() {
    let kept = VendorSettings {
        style: Style { sound: Some("ring".to_owned()), ..channel("kept") },
        click: Some(ClickAction::AppPage("chat".to_owned())),
        presentation: Some(Presentation::Voip),
    };
    let push = PushSettings { style: channel("own"), ..PushSettings::default() };
    let merged = settings_for(&push, Some(&resource(Vendor::Apns, kept.clone())), Vendor::Apns);
    assert_eq!(merged.style, Style { sound: Some("ring".to_owned()), ..channel("own") });
    assert_eq!((merged.click, merged.presentation), (kept.click, kept.presentation));
}

#[test]
fn t18_t19_the_message_says_data_or_call_before_its_resource_does() {
    let kept = VendorSettings { presentation: Some(Presentation::Voip), ..VendorSettings::default() };
    let push = PushSettings { presentation: Presentation::Data, ..PushSettings::default() };
    let merged = settings_for(&push, Some(&resource(Vendor::Apns, kept)), Vendor::Apns);
    assert_eq!(merged.presentation, Some(Presentation::Data));
}

#[test]
fn e8_without_its_resource_a_push_is_a_plain_alert() {
    let push = PushSettings { resource: Some(ResourceId::new("gone").unwrap()), ..PushSettings::default() };
    assert_eq!(settings_for(&push, None, Vendor::Huawei), VendorSettings::default());
}
