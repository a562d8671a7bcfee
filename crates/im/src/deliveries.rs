//! The row that a decision makes, and the token that its push goes to.

use model::{BindingState, DeliveryState, Message, Presentation, Purpose, PushSettings};
use rules::{Decision, Facts, Ruling, TABLE_VERSION};
use store::{AudienceRow, NewDelivery, StoreError};

use crate::{Im, audience::Occasion};

/// The row of one target.
pub(crate) fn new_delivery(
    message: &Message,
    row: AudienceRow,
    facts: &Facts,
    decision: Decision,
) -> NewDelivery {
    let addressed_by_push_id = row.user.is_none();
    let push_id = row.device.as_ref().filter(|_| addressed_by_push_id).map(|device| device.push_id);
    let (certificate, token, generation) = match row.binding {
        BindingState::Bound(binding) => (Some(binding.certificate), binding.token, binding.generation),
        BindingState::Lost(_) => (None, "".into(), 0),
    };
    let pushes = decision.ruling == Ruling::Push;
    NewDelivery {
        purpose: Purpose::Notify,
        user: row.user,
        device: row.device.map(|device| device.id),
        push_id,
        certificate,
        token,
        binding_generation: generation,
        state: if pushes { DeliveryState::Queued } else { DeliveryState::Skipped },
        reason: decision.reason,
        rules_version: TABLE_VERSION,
        facts: facts.pack(),
        text: decision.text,
        counts_badge: pushes && message.push.as_ref().is_none_or(|push| push.counts_badge),
        decided_at: facts.at,
        due_at: facts.at,
        expires_at: message.expires_at,
    }
}

/// A push that is to ring as a call goes to the device's token for calls, where it has one (row T19).
pub(crate) async fn through_call_token(
    im: &Im,
    occasion: &Occasion<'_>,
    delivery: NewDelivery,
) -> Result<NewDelivery, StoreError> {
    let Occasion { message, view, .. } = occasion;
    let Some(device) = delivery.device.filter(|_| delivery.state == DeliveryState::Queued) else {
        return Ok(delivery);
    };
    let Some(push) = message.push.as_ref().filter(|push| may_ring(push)) else { return Ok(delivery) };
    let Some(binding) = im.store().call_binding(message.app, device).await? else {
        return Ok(delivery);
    };
    let vendor = view.certificate(binding.certificate).map(|certificate| certificate.vendor);
    let resource = push.resource.as_ref().and_then(|id| view.resource(id));
    let settings = vendor.map(|vendor| rules::settings_for(push, resource, vendor));
    let rings = settings.is_some_and(|settings| settings.presentation == Some(Presentation::Voip));
    if !rings || binding.owner != delivery.user {
        return Ok(delivery);
    }
    Ok(NewDelivery {
        certificate: Some(binding.certificate),
        token: binding.token,
        binding_generation: binding.generation,
        counts_badge: false,
        ..delivery
    })
}

/// Whether a push may have to ring as a call at some vendor.
fn may_ring(push: &PushSettings) -> bool {
    push.resource.is_some()
        || push.presentation == Presentation::Voip
        || push.vendors.values().any(|settings| settings.presentation == Some(Presentation::Voip))
}
