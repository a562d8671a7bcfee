//! A number for each target of a message, by which its delivery is found without comparing names.
//!
//! Its upper half stands for the user, or for the device where there is none; its lower half for the device, or for the
//! token where there is neither. Two targets may have one number, so whoever finds a row by it looks at the names too.

use std::ops::RangeInclusive;

use model::{DeviceId, UserId};

/// The number of a target.
pub(in crate::embedded) fn number(user: Option<&UserId>, device: Option<DeviceId>, token: &str) -> i64 {
    let device = device.map(|device| half(device.0.as_bytes()));
    let upper = user.map(|user| half(user.as_str().as_bytes())).or(device).unwrap_or(0);
    let lower = match (device, user) {
        (Some(device), _) => device,
        (None, Some(_)) => 0,
        (None, None) => half(token.as_bytes()),
    };
    i64::from(upper.cast_signed()) << 32 | i64::from(lower)
}

/// The numbers of all targets of a user.
pub(super) fn of_user(user: &UserId) -> RangeInclusive<i64> {
    let first = i64::from(half(user.as_str().as_bytes()).cast_signed()) << 32;
    first..=(first | i64::from(u32::MAX))
}

/// The number of a vendor's id of a push.
pub(super) fn receipt_key(vendor_message_id: &str) -> i64 {
    hash(vendor_message_id.as_bytes()).cast_signed()
}

/// FNV-1a: it is stored, so it must be the same in every version.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn half(bytes: &[u8]) -> u32 {
    let hash = hash(bytes);
    (hash >> 32) as u32 ^ hash as u32
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_target_keeps_its_number_and_a_users_targets_stand_together() {
        let (ann, bo) = (UserId::new("ann").unwrap(), UserId::new("bo").unwrap());
        let phone = DeviceId(Uuid::from_u128(7));
        let numbers = [
            number(Some(&ann), Some(phone), "t"),
            number(Some(&ann), None, "t"),
            number(Some(&bo), Some(phone), "t"),
            number(None, Some(phone), "t"),
            number(None, None, "t"),
        ];
        assert_eq!(number(Some(&ann), Some(phone), "another"), numbers[0], "its token is not the target");
        assert_eq!(numbers.iter().filter(|number| of_user(&ann).contains(number)).count(), 2);
        let mut different = numbers.to_vec();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), numbers.len());
    }
}
