//! What every store promises, whatever it is built on. Each story runs on each
//! backend; those about reopening and tampering on backends that last.

mod appending;
mod backend;
mod embedded;
mod history;
mod journal;
mod people;
mod reopening;
mod sign_ins;
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
            history {
                a_list_shows_what_was_asked_for
                pages_are_stable
                participants_see_their_own_calls
            }
            journal {
                other_streams_count_for_themselves
                many_writers_share_a_stream
            }
            people {
                somebody_registers
                an_email_is_taken_in_any_case
                an_identity_provider_introduces_somebody_once
                people_are_found_by_name_role_and_email
                somebody_is_locked_out
            }
            sign_ins {
                a_token_works_once
                a_copied_token_ends_everything
                a_race_for_a_token_has_one_winner
                what_is_wrong_expired_or_ended_is_refused
                signing_out_is_noted
            }
        }
    };
}

for_all! { in_memory: Memory }
for_all! { in_a_file: File }

contract! { lasting_in_a_file: File;
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
