//! What any [`Store`](crate::Store) must do: one check per sentence of the contract.
//!
//! An implementation gives a [`House`] and writes `store::conformance_tests!(MyHouse::new())` in a test module; each
//! check becomes a test of that name with a house of its own.

pub mod audience;
pub mod bindings;
pub mod deliveries;
pub mod devices;
pub mod fanout;
pub mod feed;
pub mod messages;
pub mod queue;
pub mod receipts;
pub mod records;
pub mod sessions;
pub(crate) mod stage;

use std::sync::Arc;

use async_trait::async_trait;

use crate::Store;

pub use stage::Stage;

/// A place where a store lives. It outlasts the store, so that a check can close it and open it again.
#[async_trait]
pub trait House: Send + Sync {
    /// Opens the store. The one before has been dropped.
    async fn open(&self) -> Arc<dyn Store>;
}

/// One test per check, each with the [`House`] that the expression makes.
#[macro_export]
macro_rules! conformance_tests {
    ($house:expr) => {
        $crate::conformance_tests!(@of $house, records: [
            an_app_reads_as_it_was_put_and_its_secret_comes_back,
            an_api_key_is_found_by_its_hash_alone,
            a_user_is_made_once_and_listed_in_order,
            revoked_tokens_stay_revoked,
            a_certificate_reads_as_it_was_put_and_ids_rise,
            an_edit_raises_the_version_and_keeps_an_absent_secret,
            a_foreign_certificate_cannot_be_edited,
            everything_outlives_a_reopen,
        ]);
        $crate::conformance_tests!(@of $house, messages: [
            a_message_gets_the_next_place_in_its_conversation,
            a_message_reads_as_it_was_given,
            the_same_client_message_id_with_the_same_content_is_a_duplicate,
            the_same_client_message_id_with_another_content_is_a_conflict_and_changes_nothing,
            a_client_message_id_belongs_to_its_sender_and_device,
            a_backend_counts_as_one_sender,
            the_same_message_twice_is_a_duplicate,
            a_push_alone_is_in_no_conversation,
            messages_come_in_order_after_a_place,
            the_newest_messages_come_first,
            both_users_have_the_conversation,
            a_foreign_app_sees_no_message,
        ]);
        $crate::conformance_tests!(@of $house, fanout: [
            a_fanout_is_due_from_the_moment_of_sending_oldest_first,
            decisions_and_cursor_are_stored_together,
            a_fanout_that_is_done_is_gone,
            a_target_that_has_a_delivery_keeps_it,
            two_users_of_one_device_are_two_targets,
            a_decision_that_a_logout_overtook_is_stale_and_stores_nothing,
            a_decision_that_a_fetch_overtook_is_stale,
            a_decision_that_an_acknowledgement_in_the_foreground_overtook_is_stale,
            a_decision_for_a_token_that_was_replaced_is_stale,
            a_decision_for_an_unknown_message_is_missing,
            a_cursor_outlives_a_reopen,
        ]);
        $crate::conformance_tests!(@of $house, sessions: [
            a_later_login_has_a_higher_number_and_replaces_the_earlier,
            a_login_makes_user_and_device,
            with_one_device_a_login_kicks_the_users_other_devices,
            with_many_devices_a_login_kicks_nobody,
            a_login_kicks_another_user_of_its_device,
            a_kicked_login_loses_its_bindings_and_its_queued_deliveries,
            a_logout_takes_bindings_and_queued_deliveries_in_one_commit,
            a_logout_leaves_other_users_and_devices_alone,
            an_ended_login_cannot_be_moved_or_ended_again,
            a_move_to_the_foreground_cancels_what_is_queued,
            a_move_to_the_background_cancels_nothing,
            after_a_stop_everybody_is_disconnected,
            a_login_tells_the_last_device_and_whether_a_push_was_ever_sent,
        ]);
        $crate::conformance_tests!(@of $house, devices: [
            a_registered_device_keeps_its_push_id,
            an_unregistered_device_is_still_found_and_says_so,
            registering_again_gives_a_new_push_id,
            a_login_does_not_undo_an_unregistration,
            unregistering_takes_bindings_and_queued_deliveries,
            a_device_tells_its_newest_login_and_why_it_has_no_binding,
            a_foreign_app_sees_no_device,
        ]);
        $crate::conformance_tests!(@of $house, bindings: [
            a_device_has_one_alert_binding_at_a_time,
            reporting_the_same_token_renews_it_and_another_raises_the_generation,
            a_token_has_one_owner_and_the_older_holder_loses_it,
            the_same_token_in_another_environment_is_another_token,
            an_unbound_device_says_so_and_another_certificate_is_no_reason,
            a_dead_token_is_cleared,
            a_token_that_was_registered_later_is_kept,
            a_dead_token_that_was_replaced_already_clears_nothing,
            a_named_replacement_renews_the_binding,
            a_replacement_that_another_device_holds_is_not_taken_from_it,
            doubts_are_counted_and_forgotten_with_the_token,
            what_is_not_there_cannot_be_bound,
        ]);
        $crate::conformance_tests!(@of $house, audience: [
            both_users_of_a_conversation_are_targets_on_every_device,
            a_user_without_a_device_is_one_row_without_a_device,
            a_users_devices_are_never_torn_over_two_pages,
            a_device_that_is_bound_for_a_user_without_a_login_is_a_target,
            a_row_tells_how_far_its_device_has_acknowledged,
            an_acknowledgement_never_goes_back,
            a_token_of_another_user_is_not_this_users,
            a_push_id_is_one_row_without_a_user,
            a_bare_token_is_one_row_that_is_bound_to_itself,
            a_system_conversation_has_one_user,
        ]);
        $crate::conformance_tests!(@of $house, queue: [
            claims_come_oldest_due_first_and_within_the_limit,
            what_is_not_due_is_not_claimed,
            what_is_held_is_not_claimed_again,
            what_is_released_is_claimed_again,
            a_long_backlog_is_claimed_once_each,
            a_retry_is_claimed_when_it_is_due,
            a_reopen_puts_everything_back,
            the_next_due_time_is_that_of_a_row_nobody_holds,
            a_claim_brings_what_it_takes_to_render,
            a_claim_tells_that_its_binding_is_gone,
            what_was_cancelled_after_the_claim_may_not_begin,
            what_is_on_the_wire_when_it_is_cancelled_ends_as_the_vendor_says_and_is_marked,
            what_raced_is_not_sent_again,
            what_raced_and_is_put_back_ends_with_the_cancel,
            what_raced_before_a_stop_ends_with_the_cancel,
            a_cancelled_message_begins_nowhere,
            another_certificates_rows_are_not_claimed,
        ]);
        $crate::conformance_tests!(@of $house, deliveries: [
            every_attempt_is_kept_in_order,
            an_ended_delivery_stays_as_it_is,
            giving_up_without_a_try_leaves_no_attempt,
            deliveries_are_filtered_and_paged_newest_first,
            a_foreign_app_sees_no_delivery,
        ]);
        $crate::conformance_tests!(@of $house, receipts: [
            a_receipt_finds_its_delivery_by_message_and_token,
            a_receipt_finds_its_delivery_by_the_vendors_id_and_token,
            a_receipt_finds_a_bare_token,
            a_receipt_finds_its_delivery_after_the_token_went,
            a_receipt_of_another_token_or_app_finds_nothing,
            the_first_moment_counts_and_other_kinds_leave_a_note,
        ]);
        $crate::conformance_tests!(@of $house, feed: [
            a_change_is_told_once_it_can_be_read,
            every_kind_of_change_is_told,
            what_changes_nothing_is_not_told,
        ]);
    };
    (@of $house:expr, $group:ident: [$($check:ident),* $(,)?]) => {
        mod $group {
            #[allow(unused_imports, reason = "the house may be a path from anywhere")]
            use super::*;
            $(
                #[tokio::test]
                async fn $check() {
                    $crate::conformance::$group::$check($crate::conformance::Stage::open($house).await).await;
                }
            )*
        }
    };
}
