//! What a push looks like at one vendor: the message's own settings, then the push resource's (rows E8, T17).

use model::{Presentation, PushResource, PushSettings, Style, Vendor, VendorSettings};

/// The settings of one vendor, each taken from the first that has it: what the message sets for this vendor, what it
/// sets for all, what the push resource sets for this vendor. What none sets is left to the certificate. A resource
/// that does not exist is the same as none.
#[must_use]
pub fn settings_for(push: &PushSettings, resource: Option<&PushResource>, vendor: Vendor) -> VendorSettings {
    let everywhere = VendorSettings {
        style: push.style.clone(),
        click: push.click.clone(),
        // A message always has a presentation; the plain alert is what it has when it asks for nothing.
        presentation: Some(push.presentation).filter(|asked| *asked != Presentation::default()),
    };
    let layers: Vec<&VendorSettings> = [
        push.vendors.get(&vendor),
        Some(&everywhere),
        resource.and_then(|resource| resource.vendors.get(&vendor)),
    ]
    .into_iter()
    .flatten()
    .collect();
    VendorSettings {
        style: Style {
            channel: first(&layers, |layer| layer.style.channel.clone()),
            category: first(&layers, |layer| layer.style.category.clone()),
            sound: first(&layers, |layer| layer.style.sound.clone()),
            image: first(&layers, |layer| layer.style.image.clone()),
            interruption: first(&layers, |layer| layer.style.interruption),
            template: first(&layers, |layer| layer.style.template.clone()),
        },
        click: first(&layers, |layer| layer.click.clone()),
        presentation: first(&layers, |layer| layer.presentation),
    }
}

fn first<T>(layers: &[&VendorSettings], field: impl Fn(&VendorSettings) -> Option<T>) -> Option<T> {
    layers.iter().copied().find_map(field)
}
