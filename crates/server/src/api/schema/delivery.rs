//! Deliveries.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a delivery stands. All but `queued` are final.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DeliveryState {
    Queued,
    Skipped,
    Accepted,
    Rejected,
    Dropped,
}

/// What became known of an accepted push, in milliseconds since the epoch.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Marks {
    /// Reached the device.
    arrived_at: Option<i64>,
    /// Shown in the shade.
    shown_at: Option<i64>,
    /// Tapped.
    clicked_at: Option<i64>,
}

/// Why a delivery exists beside the message: to tell of it, to take its notification back, or to put another text in
/// its place.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Purpose {
    Notify,
    Withdraw,
    Replace,
}

/// Which of a message's texts a target is shown: the sender's, one without sender and text, or the force push's.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TextVariant {
    Full,
    Hidden,
    Forced,
}

#[cfg(test)]
mod tests {
    use model::{DeliveryState, Marks, Purpose, TextVariant};

    use super::super::mirrors;

    #[test]
    fn words_of_deliveries_are_mirrored() {
        mirrors::<super::Marks>(&[Marks::default()]);
        let states: Vec<DeliveryState> = (0..).map_while(DeliveryState::from_number).collect();
        mirrors::<super::DeliveryState>(&states);
        let purposes: Vec<Purpose> = (0..).map_while(Purpose::from_number).collect();
        mirrors::<super::Purpose>(&purposes);
        let texts: Vec<TextVariant> = (0..).map_while(TextVariant::from_number).collect();
        mirrors::<super::TextVariant>(&texts);
    }
}
