//! Suite of [`application::ports::ledger`]: what is stored comes back, each act whole or not at all.

mod changing;
mod erasing;
mod maintaining;
mod reading;
mod reencoding;
mod remembering;
mod superseding;
mod teaching;

pub use changing::*;
pub use erasing::*;
pub use maintaining::*;
pub use reading::*;
pub use reencoding::*;
pub use remembering::*;
pub use superseding::*;
pub use teaching::*;

crate::suite! { ($) ledger:
    maintenance_is_turned_on_and_off,
    maintenance_is_of_all_tenants,
    maintenance_keeps_the_ledger_from_nothing,
    every_field_comes_back_as_it_was_stored,
    an_unknown_id_is_left_out,
    memories_are_read_in_the_order_of_the_ids,
    answers_are_in_the_order_of_the_memories,
    places_rise_with_every_memory,
    an_own_id_with_the_same_content_is_stored_once,
    an_own_id_with_other_content_is_taken,
    an_own_id_within_the_same_act_is_taken_too,
    the_same_said_again_is_a_duplicate,
    the_same_said_twice_in_one_act_is_stored_once,
    what_differs_in_place_origin_or_time_is_no_duplicate,
    the_same_under_an_own_id_is_no_duplicate,
    a_key_used_again_answers_as_before,
    a_key_used_with_another_body_is_refused,
    a_full_ledger_answers_what_it_has,
    a_full_ledger_stores_nothing_new,
    a_key_is_free_again_after_a_day,
    a_key_of_a_refused_act_is_not_used,
    an_act_with_one_refused_memory_stores_none,
    many_writers_at_once_lose_nothing,
    one_key_used_at_once_stores_once,
    what_is_superseded_ends_where_the_new_one_begins,
    what_has_ended_does_not_end_later_when_superseded_again,
    a_memory_supersedes_one_earlier_in_the_same_act,
    an_unknown_superseded_memory_refuses_the_act,
    a_link_to_a_memory_earlier_in_the_same_act_is_kept,
    a_link_to_an_unknown_memory_refuses_the_act,
    a_change_is_seen_and_makes_a_version,
    what_an_amendment_does_not_name_stays,
    an_amendment_that_changes_nothing_makes_no_version,
    an_end_can_be_taken_back,
    a_change_of_another_version_is_refused,
    an_unknown_memory_cannot_be_changed,
    a_link_is_added_once,
    a_memory_has_no_more_links_than_it_may,
    a_link_to_nothing_is_refused,
    a_link_is_taken_away_by_its_relation,
    all_links_to_a_memory_are_taken_away_at_once,
    a_link_that_is_not_there_cannot_be_taken_away,
    an_erased_memory_is_gone_with_its_versions,
    an_erased_id_cannot_be_used_again,
    what_was_erased_can_be_said_anew,
    links_from_and_to_an_erased_memory_are_gone,
    a_key_does_not_bring_back_what_was_erased,
    an_erased_memory_is_no_target,
    a_subject_is_erased_wherever_all_that_is_given_fits,
    a_subject_is_erased_within_a_namespace_only,
    a_namespace_is_erased_whole,
    what_has_expired_is_erased,
    what_is_buried_is_erased_and_no_id_of_it_can_be_used,
    nothing_selected_is_an_empty_receipt,
    a_new_encoding_is_seen_and_makes_no_version,
    a_memory_may_be_without_an_encoding_afterwards,
    an_encoding_that_is_there_already_is_passed_over,
    ids_that_are_not_there_are_passed_over,
    memories_of_other_encoders_are_found_in_the_order_of_storing,
    a_reencoded_memory_keeps_its_place_in_the_list,
    changes_and_new_encodings_at_once_lose_nothing,
    a_list_is_in_the_order_of_storing,
    a_list_goes_on_after_its_cursor,
    a_page_ends_where_its_texts_are_too_many_bytes,
    the_last_page_says_that_it_is_the_last,
    a_list_holds_only_what_the_filter_admits,
    a_changed_memory_keeps_its_place_in_the_list,
    versions_are_oldest_first_with_who_and_when,
    versions_go_on_after_their_cursor,
    a_page_of_versions_ends_where_its_texts_are_too_many_bytes,
    edges_are_found_from_both_ends_each_once,
    namespaces_are_counted_by_name,
    the_bytes_of_contents_are_counted,
    tenants_share_an_id_without_meeting,
    a_tenant_changes_and_erases_only_its_own,
    a_foreign_memory_is_no_target,
    a_key_is_a_tenants_own,
    nothing_has_been_taught_at_first,
    lessons_add_up_to_the_last_bit,
    a_recall_teaches_once,
    a_lesson_taken_back_leaves_the_sum_as_if_it_had_never_been,
    what_was_taken_back_can_be_taught_anew,
    what_is_no_lesson_cannot_be_taken_back,
    a_lesson_is_taken_back_once,
    lessons_at_once_each_get_a_version,
    an_erasure_leaves_lessons_as_they_are,
    a_tenants_lessons_are_its_own,
}
