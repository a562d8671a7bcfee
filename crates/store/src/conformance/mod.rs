//! What any [`Store`](crate::Store) must do: one check per sentence of the contract.
//!
//! An implementation gives a [`House`] and writes `store::conformance_tests!(MyHouse::new())` in a test module; each
//! check becomes a test of that name with a house of its own.

pub mod audience;
pub mod audit;
pub mod badges;
pub mod bindings;
pub mod calls;
pub mod counts;
pub mod dead_letters;
pub mod deliveries;
pub mod devices;
pub mod fanout;
pub mod feed;
pub mod follow_ups;
pub mod groups;
pub mod ledger;
pub mod messages;
pub mod operators;
pub mod queue;
pub mod reads;
pub mod recalls;
pub mod receipts;
pub mod records;
pub mod resources;
pub mod retention;
pub mod sessions;
pub mod settings;
pub(crate) mod stage;
pub mod user_deletion;
pub mod webhooks;

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
            an_api_key_is_listed_used_and_revoked,
            a_user_is_made_once_and_listed_in_order,
            revoked_tokens_stay_revoked,
            c1_each_certificate_gets_an_id_of_its_own_that_is_never_used_again,
            c5_an_edit_raises_the_version_and_keeps_an_absent_secret,
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
            another_mention_is_another_content,
            t10_a_message_for_who_is_online_takes_no_place_in_the_conversation,
        ]);
        $crate::conformance_tests!(@of $house, fanout: [
            a_fanout_is_due_from_the_moment_of_sending_oldest_first,
            decisions_and_cursor_are_stored_together,
            a_fanout_that_is_done_is_gone,
            a_target_that_has_a_delivery_keeps_it,
            a_decision_from_before_a_fetch_is_stale,
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
            b8_with_one_device_a_login_kicks_the_users_other_devices,
            with_many_devices_a_login_kicks_nobody,
            b13_a_login_kicks_another_user_of_its_device,
            b8_a_kicked_login_loses_its_bindings_and_its_queued_deliveries,
            b7_a_logout_takes_bindings_and_queued_deliveries_in_one_commit,
            a_logout_leaves_other_users_and_devices_alone,
            an_ended_login_cannot_be_moved_or_ended_again,
            a_move_to_the_foreground_cancels_what_is_queued,
            a_move_to_the_background_cancels_nothing,
            after_a_stop_everybody_is_disconnected,
            d7_a_login_tells_the_last_device_and_whether_a_push_was_ever_sent,
            b8_with_one_device_of_a_class_a_login_kicks_the_others_of_its_class,
            t16_a_move_tells_when_the_device_was_last_heard_of,
        ]);
        $crate::conformance_tests!(@of $house, devices: [
            a_registered_device_keeps_its_push_id,
            an_unregistered_device_is_still_found_and_says_so,
            b12_registering_again_gives_a_new_push_id,
            a_login_does_not_undo_an_unregistration,
            b12_unregistering_takes_bindings_and_queued_deliveries,
            a_device_tells_its_newest_login_and_why_it_has_no_binding,
            a_foreign_app_sees_no_device,
            b12_binding_again_gives_a_new_push_id,
        ]);
        $crate::conformance_tests!(@of $house, bindings: [
            a_device_has_one_alert_binding_at_a_time,
            reporting_the_same_token_renews_it_and_another_raises_the_generation,
            a_token_has_one_owner_and_the_older_holder_loses_it,
            the_same_token_in_another_environment_is_another_token,
            an_unbound_device_says_so_and_another_certificate_is_no_reason,
            a_dead_token_is_cleared,
            what_waits_for_the_older_holder_of_a_token_is_cancelled,
            what_waits_for_an_earlier_token_follows_the_device_to_its_new_one,
            what_is_on_the_wire_to_an_earlier_token_stays_as_it_is,
            a_token_that_was_registered_later_is_kept,
            a_dead_token_that_was_replaced_already_clears_nothing,
            a_named_replacement_renews_the_binding,
            a_replacement_that_another_device_holds_is_not_taken_from_it,
            doubts_are_counted_and_forgotten_with_the_token,
            what_is_not_there_cannot_be_bound,
            b13_a_change_of_user_moves_the_token,
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
            what_waits_is_counted_as_far_as_asked,
            how_much_waits_is_counted,
            a_retry_is_claimed_when_it_is_due,
            a_reopen_puts_everything_back,
            the_next_due_time_is_that_of_a_row_nobody_holds,
            a_claim_brings_what_it_takes_to_render,
            e9_a_claim_brings_the_names_that_a_push_shows,
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
            a_walk_looks_at_so_many_deliveries_a_step_and_finds_those_that_fit,
            a_walk_begins_and_ends_where_it_is_told_to,
            a_delivery_is_found_by_the_vendors_id,
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
        $crate::conformance_tests!(@of $house, groups: [
            a_group_is_made_with_its_owner_and_members,
            a_groups_id_is_used_once,
            groups_are_found_by_the_beginning_of_their_name,
            f2_a_group_message_is_one_row_and_reaches_every_member,
            f2_a_large_group_is_read_page_by_page,
            a_message_to_no_group_is_missing,
            who_joins_later_sees_nothing_of_before,
            f2_who_leaves_gets_no_push_that_has_not_begun,
            a_decision_for_a_member_who_left_is_stale,
            a_group_is_never_larger_than_its_limit,
            a_new_owner_is_a_member_and_the_old_one_becomes_an_admin,
            a_member_is_changed_and_the_owner_stays_the_owner,
            a_dismissed_group_is_gone_and_its_messages_stay,
            groups_and_members_are_listed_in_order,
            what_rests_on_a_refused_change_is_not_stored,
            a_foreign_app_sees_no_group,
        ]);
        $crate::conformance_tests!(@of $house, reads: [
            a_read_mark_moves_forward_alone,
            t3_unread_are_the_messages_of_others_that_count_on_a_badge,
            a_recalled_message_is_not_unread,
            reading_cancels_the_pushes_of_what_was_read,
            the_members_marks_are_listed,
            conversations_are_listed_newest_message_first,
            a_conversation_of_two_is_theirs_and_nobody_elses,
            messages_are_read_backwards_from_a_place,
        ]);
        $crate::conformance_tests!(@of $house, badges: [
            t1_each_push_that_counts_shows_one_more_than_the_base,
            t3_a_push_that_does_not_count_leaves_the_badge,
            a_target_that_is_decided_twice_counts_once,
            t1_reading_elsewhere_lowers_the_badge_by_what_was_read,
            coming_to_the_foreground_sets_no_badge,
        ]);
        $crate::conformance_tests!(@of $house, recalls: [
            t13_a_recalled_message_keeps_its_place_and_loses_its_words,
            t13_a_recall_cancels_what_has_not_begun_and_ends_the_fanout,
            a_decision_that_a_recall_overtook_is_stale,
            a_recalled_message_is_still_the_same_to_its_sender,
            what_is_not_there_cannot_be_recalled,
        ]);
        $crate::conformance_tests!(@of $house, follow_ups: [
            t13_what_a_vendor_accepted_is_withdrawn_once,
            t13_a_replacement_comes_with_its_settings,
            t13_what_has_not_begun_is_cancelled_and_not_followed,
            t13_what_is_on_the_wire_is_followed_when_it_lands,
            a_follow_up_is_for_one_user_and_spares_one_device,
            a_device_that_may_not_be_sent_to_is_not_followed,
            a_decision_that_a_follow_up_overtook_is_stale,
            a_withdrawal_takes_the_place_of_a_replacement_that_has_not_begun,
            a_receipt_of_the_notification_is_not_the_withdrawals,
            a_follow_up_outlives_a_reopen,
            an_unknown_message_is_not_followed,
        ]);
        $crate::conformance_tests!(@of $house, calls: [
            a_call_is_changed_by_who_read_it_last,
            calls_that_ring_come_due_first_to_end_first,
            the_signals_of_a_stale_change_are_not_stored,
        ]);
        $crate::conformance_tests!(@of $house, settings: [
            e9_a_name_and_settings_are_kept_with_the_user,
            the_audience_brings_settings_and_mute,
            b11_a_device_that_is_switched_off_gets_nothing_that_has_not_begun,
            a_report_is_renewed_between_logins,
        ]);
        $crate::conformance_tests!(@of $house, ledger: [
            what_is_counted_adds_up_and_outlives_a_reopen,
            what_is_used_up_is_kept_with_its_first_moment,
            old_days_are_forgotten_and_today_stays,
            a_brake_outlives_a_reopen,
            a_backlog_is_counted_by_class,
        ]);
        $crate::conformance_tests!(@of $house, counts: [
            counts_agree_with_the_deliveries,
            what_is_counted_outlives_a_reopen_and_what_raced_ends_once,
            a_receipt_that_comes_twice_counts_once,
            a_push_that_is_put_back_counts_as_one,
            what_waits_is_counted_where_its_token_went,
            counts_are_read_by_span_certificate_and_class_of_one_app,
            old_hours_are_forgotten_a_part_at_a_time,
        ]);
        $crate::conformance_tests!(@of $house, dead_letters: [
            dead_letters_are_filtered_and_paged,
            a_dead_letter_goes_back_into_its_queue,
            a_dead_letter_whose_device_changed_since_stays_dead,
            a_dead_letter_that_was_read_stays_dead,
            a_dead_letter_that_raced_with_a_cancel_is_none,
            what_is_no_dead_letter_is_not_put_back,
        ]);
        $crate::conformance_tests!(@of $house, resources: [
            e8_a_resource_is_put_changed_and_deleted,
        ]);
        $crate::conformance_tests!(@of $house, webhooks: [
            a_webhook_is_put_changed_and_deleted,
            t14_an_event_waits_for_every_webhook_that_hears_of_it,
            each_webhook_hears_of_events_in_their_order,
            what_a_webhook_was_not_told_is_counted,
            a_deleted_webhook_takes_its_events_with_it,
        ]);
        $crate::conformance_tests!(@of $house, retention: [
            a_message_goes_when_it_is_over_with_all_that_hangs_on_it,
            a_message_stays_while_a_target_of_it_has_not_ended,
            a_pass_goes_on_where_a_step_ended,
            one_message_from_the_future_holds_up_nothing_behind_it,
            a_conversation_goes_on_from_its_number_and_tells_what_is_kept,
            a_client_message_id_is_forgotten_with_its_message,
            another_apps_messages_are_left_alone,
            calls_go_unless_they_ring,
            events_that_nobody_took_go,
            an_unregistered_device_goes_and_a_silent_one_keeps_its_push_id,
            a_device_with_a_push_on_its_way_is_left_alone,
            a_push_alone_goes_too,
        ]);
        $crate::conformance_tests!(@of $house, user_deletion: [
            a_deleted_user_is_gone_at_once,
            who_is_not_there_cannot_be_deleted,
            a_shared_device_keeps_its_push_id,
            a_deleted_users_words_go_and_the_others_stay,
            what_was_to_the_user_alone_goes,
            what_stands_under_the_users_name_goes,
            a_deletion_stays_open_until_the_last_push_has_landed,
            a_deletion_outlives_a_reopen,
            an_id_is_given_again_once_nothing_is_left,
            a_login_that_a_deletion_overtook_is_stale,
            the_mark_of_a_deleted_user_goes_at_last,
            a_groups_messages_of_others_stay,
        ]);
        $crate::conformance_tests!(@of $house, operators: [
            an_operator_is_made_once_under_a_name,
            the_first_owner_is_made_once,
            an_invitation_sets_a_password_once_and_in_time,
            a_new_password_ends_the_other_sign_ins,
            the_last_acting_owner_stays,
            a_sign_in_is_found_with_its_operator_and_outlives_a_reopen,
            switching_an_operator_off_ends_the_sign_ins,
            one_sign_in_too_many_ends_the_oldest,
        ]);
        $crate::conformance_tests!(@of $house, audit: [
            a_change_is_recorded_with_what_it_made,
            a_refused_change_is_not_recorded,
            entries_are_filtered_and_paged_newest_first,
            an_app_sees_its_own_entries_alone,
        ]);
        $crate::conformance_tests!(@of $house, feed: [
            a_change_is_told_once_it_can_be_read,
            every_kind_of_change_is_told,
            changes_of_groups_users_calls_and_catalogue_are_told,
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
