//! What a push looks like at one vendor: the message's own settings, then the push resource's (rows E8, T17).

use model::{PushResource, PushSettings, Style, Vendor, VendorSettings};

/// The settings of one vendor, in the order of force: the message's for this vendor, the message's own, the resource's.
/// What is still left out is as the certificate says.
#[must_use]
pub fn settings_for(push: &PushSettings, resource: Option<&PushResource>, vendor: Vendor) -> VendorSettings {
    let own = push.vendors.get(&vendor);
    let kept = resource.and_then(|resource| resource.vendors.get(&vendor));
    let styles = [own.map(|own| &own.style), Some(&push.style), kept.map(|kept| &kept.style)];
    let clicks = [
        own.and_then(|own| own.click.as_ref()),
        push.click.as_ref(),
        kept.and_then(|kept| kept.click.as_ref()),
    ];
    let asked = (push.presentation != model::Presentation::default()).then_some(push.presentation);
    let presentations =
        [own.and_then(|own| own.presentation), asked, kept.and_then(|kept| kept.presentation)];
    VendorSettings {
        style: merged(&styles),
        click: clicks.into_iter().flatten().next().cloned(),
        presentation: presentations.into_iter().flatten().next(),
    }
}

fn merged(styles: &[Option<&Style>]) -> Style {
    let styles = || styles.iter().copied().flatten();
    Style {
        channel: styles().find_map(|style| style.channel.clone()),
        category: styles().find_map(|style| style.category.clone()),
        sound: styles().find_map(|style| style.sound.clone()),
        image: styles().find_map(|style| style.image.clone()),
        interruption: styles().find_map(|style| style.interruption),
        template: styles().find_map(|style| style.template.clone()),
    }
}
