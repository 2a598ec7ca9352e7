//! What every store promises, whatever it is built on. Each story runs on each
//! backend; those about reopening and tampering on backends that last.

mod appending;
mod appointments;
mod backend;
mod blobs;
mod checks;
mod embedded;
mod guests;
mod history;
mod journal;
mod meetings;
mod messages;
mod missed;
mod notes;
mod paths;
mod people;
mod recordings;
mod removals;
mod reopening;
mod sign_ins;
mod statistics;
mod story;

/// Runs the stories of some modules on a backend. A story that is not listed
/// is dead code, and the compiler says so.
macro_rules! contract {
    ($name:ident: $backend:ident; $($module:ident { $($story:ident)* })*) => {
        mod $name {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    use crate::backend::{$backend, Backend};
                    crate::$module::$story(&$backend::fresh().await).await;
                })*
            })*
        }
    };
}

macro_rules! for_all {
    ($name:ident: $backend:ident) => {
        contract! { $name: $backend;
            appending {
                what_was_appended_is_loaded
                rows_follow_the_room
                one_of_many_wins
                a_conflict_leaves_its_neighbours_alone
                a_caller_who_goes_away_does_not_stop_a_write
                entries_out_of_order_are_refused
                an_overdue_room_is_found_by_its_deadline
                a_closed_store_says_so
            }
            appointments {
                an_appointment_is_made_once
                what_makes_no_sense_is_refused
                an_appointment_is_moved_until_somebody_comes
                an_appointment_goes_one_way
                many_who_come_at_once_start_it_once
                people_are_reminded_once_of_each_time
                appointments_are_listed_as_they_start
            }
            checks {
                the_latest_check_of_each_person_is_shown
                appointments_to_come_are_those_that_are_not_over
            }
            guests {
                a_link_is_made_once
                links_are_listed_by_their_place
                a_race_for_a_link_has_one_winner
                nobody_comes_by_a_closed_link
                a_failed_coming_uses_nothing
                even_a_reusable_link_is_used_up
                a_guest_is_not_among_the_people_and_sees_one_place
            }
            history {
                a_list_shows_what_was_asked_for
                pages_are_stable
                participants_see_their_own_calls
            }
            journal {
                other_streams_count_for_themselves
                many_writers_share_a_stream
            }
            meetings {
                a_meeting_is_made_once
                people_see_the_meetings_they_may_come_to
                access_is_granted_once
                a_meeting_is_changed_until_it_ends
                a_meeting_ends_for_good
                a_deleted_meeting_is_gone
            }
            messages {
                messages_are_read_by_who_was_there
                who_was_only_called_reads_nothing
                a_page_counts_back_from_the_latest
                a_page_comes_before_the_one_after_it
                who_was_put_out_reads_what_was_before
                a_key_leads_to_its_message
                a_file_is_there_with_its_message
                a_file_without_a_message_is_forgotten
            }
            missed {
                who_let_it_ring_missed_the_call
                a_call_that_others_answered_is_missed_once
                what_never_rang_is_not_missed
                a_missed_call_is_seen_once
            }
            notes {
                every_version_of_notes_is_kept
                nobody_overwrites_notes_they_have_not_seen
                of_those_who_save_notes_at_once_one_wins
            }
            paths {
                paths_are_read_as_they_were_taken
                fifty_paths_of_each_person_are_kept
            }
            people {
                somebody_registers
                an_email_is_taken_in_any_case
                an_identity_provider_introduces_somebody_once
                people_are_found_by_name_role_and_email
                somebody_is_locked_out
                somebody_was_here_until_lately
            }
            recordings {
                a_recording_goes_from_its_beginning_to_its_end
                a_recording_begins_once
                a_recording_that_is_not_there_is_not_found
                what_is_out_of_place_changes_nothing
                a_recording_may_fail_on_its_way
                parts_and_people_are_added_in_order
                damage_is_noted_once
                a_held_recording_is_not_destroyed
                of_holding_and_destroying_one_comes_first
                a_destroyed_recording_has_no_key_and_stays
                what_remains_is_known_until_it_is_gone
                recordings_expire_unless_somebody_holds_them
                who_watched_is_counted_and_who_was_refused_is_noted
                people_ask_once
                keys_are_wrapped_again_once
                blobs_without_a_recording_are_found
                recordings_are_listed_by_who_may_learn_of_them
                recordings_are_searched
                pages_of_recordings_follow_each_other
            }
            removals {
                who_was_removed_stays_out_of_the_place
                a_call_of_its_own_is_a_place_itself
                the_link_of_a_removed_guest_is_suspended
            }
            sign_ins {
                a_token_works_once
                a_copied_token_ends_everything
                a_race_for_a_token_has_one_winner
                what_is_wrong_expired_or_ended_is_refused
                signing_out_is_noted
            }
            statistics {
                calls_are_counted_by_how_they_came_out
                time_in_rooms_is_added_up
            }
        }
    };
}

for_all! { in_memory: Memory }
for_all! { in_a_file: File }

contract! { lasting_in_a_file: File;
    recordings {
        no_copy_of_a_destroyed_key_is_on_the_disk
        a_log_that_is_read_is_cut_later
    }
    reopening {
        nothing_is_lost_by_closing
        two_stores_share_a_database
    }
    journal {
        the_journal_is_append_only
        every_change_to_the_journal_shows
        a_long_journal_is_checked_in_parts
    }
}
