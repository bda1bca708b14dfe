//! Suite of [`application::ports::density`]: each memory is merged once, and the laws hold after any merge.
//!
//! The adapter under test is the ledger too: places come from storing.

mod encoders;
mod snapshots;

use application::ports::density::DensityStore;
use application::ports::error::PortErrorKind;
use application::ports::ledger::{Ledger, Selection, Stored};
use domain::density::check::check;
use domain::density::fold::{Fold, Weight};
use domain::density::matrix::DensityMatrix;
use domain::memory::{Importance, Memory, Seq};
use domain::tenant::{Namespace, Tenant};
use futures_util::future::join_all;

use crate::memories::{store as fill, *};

pub use encoders::*;
pub use snapshots::*;

crate::suite! { ($) density:
    a_namespace_without_memories_is_maximally_mixed,
    a_merge_is_seen_and_counts_its_memories,
    a_place_is_merged_once,
    a_place_named_twice_is_a_conflict,
    a_merge_that_holds_one_old_place_changes_nothing,
    a_place_that_was_never_stored_is_a_conflict,
    what_is_not_merged_is_known,
    unmerged_memories_come_oldest_first_up_to_the_limit,
    duplicates_are_observed_once,
    an_erased_memory_is_not_observed_any_more,
    an_erasure_leaves_the_matrix_as_it_is,
    an_erased_namespace_begins_anew,
    merges_at_once_lose_nothing,
    the_laws_hold_after_many_merges,
    matrices_are_of_one_namespace_and_tenant,
    a_density_matrix_begins_anew_with_the_last_encoding,
    a_fold_of_another_encoder_says_nothing,
    a_snapshot_is_kept_at_most_once_an_hour,
    the_last_24_snapshots_are_kept,
    a_restored_matrix_is_what_it_was_at_the_moment,
    without_a_moment_the_latest_snapshot_is_restored,
    matrices_restored_again_and_again_count_nothing_twice,
    where_no_snapshot_is_early_enough_nothing_is_restored,
    a_reset_matrix_begins_anew_with_all_memories_unmerged,
    what_was_never_merged_can_be_reset,
    what_was_erased_is_not_folded_again,
    an_erased_namespace_has_no_snapshots,
    a_matrix_is_renewed_for_one_namespace_and_tenant,
    where_all_laws_hold_no_breach_is_found,
}

fn default_namespace() -> Namespace {
    Namespace::default()
}

/// The fold of memories, in their order.
fn fold(dim: usize, memories: &[Memory]) -> Fold {
    let mut fold = Fold::new(dim);
    for memory in memories {
        let vector = memory.encoding.as_ref().map(|encoding| encoding.vector());
        fold.observe(vector.as_deref(), Weight::of(memory.importance));
    }
    fold
}

fn places(stored: &[Stored]) -> Vec<Seq> {
    stored.iter().map(|one| one.seq).collect()
}

async fn matrix(store: &impl DensityStore, tenant: &Tenant, namespace: &Namespace) -> DensityMatrix {
    DensityMatrix::clone(&*store.matrix(tenant, namespace).await.expect("a matrix"))
}

async fn acmes(store: &impl DensityStore) -> DensityMatrix {
    matrix(store, &acme(), &default_namespace()).await
}

/// Stores memories and merges their fold.
async fn observe(store: &(impl Ledger + DensityStore), memories: Vec<Memory>) -> Vec<Stored> {
    let dim = acmes(store).await.dim();
    let fold = fold(dim, &memories);
    let (tenant, namespace) = (memories[0].tenant.clone(), memories[0].namespace.clone());
    let stored = fill(store, memories).await;
    store.merge(&tenant, &namespace, &fold, &places(&stored), second(0)).await.expect("merged");
    stored
}

async fn kind_of_merge(store: &impl DensityStore, fold: &Fold, places: &[Seq]) -> Option<PortErrorKind> {
    store.merge(&acme(), &default_namespace(), fold, places, second(0)).await.err().map(|error| error.kind)
}

fn near(a: &DensityMatrix, b: &DensityMatrix) -> bool {
    a.packed().len() == b.packed().len() && a.packed().iter().zip(b.packed()).all(|(x, y)| (x - y).abs() < 1e-12)
}

/// Whatever the tenant and the namespace.
pub async fn a_namespace_without_memories_is_maximally_mixed(store: &(impl Ledger + DensityStore)) {
    let matrix = matrix(store, &tenant("nobody"), &namespace("nowhere")).await;
    assert!(near(&matrix, &DensityMatrix::maximally_mixed(matrix.dim())));
    assert_eq!(matrix.observations(), 0);
}

/// It is the sequential fold, to rounding.
pub async fn a_merge_is_seen_and_counts_its_memories(store: &(impl Ledger + DensityStore)) {
    let before = acmes(store).await;
    observe(store, numbered(3)).await;
    observe(store, vec![memory(4, "entry 4")]).await;
    let expected = before.after(&fold(before.dim(), &numbered(4)));
    let after = acmes(store).await;
    assert!(near(&after, &expected));
    assert_eq!(after.observations(), 4);
}

/// The second time is a conflict.
pub async fn a_place_is_merged_once(store: &(impl Ledger + DensityStore)) {
    let stored = observe(store, numbered(2)).await;
    let before = acmes(store).await;
    let fold = fold(before.dim(), &numbered(2));
    assert_eq!(kind_of_merge(store, &fold, &places(&stored)).await, Some(PortErrorKind::Conflict));
    assert_eq!(acmes(store).await, before);
}

/// Within one merge too.
pub async fn a_place_named_twice_is_a_conflict(store: &(impl Ledger + DensityStore)) {
    let seq = fill(store, numbered(1)).await[0].seq;
    let twice = fold(acmes(store).await.dim(), &[memory(1, "entry 1"), memory(1, "entry 1")]);
    assert_eq!(kind_of_merge(store, &twice, &[seq, seq]).await, Some(PortErrorKind::Conflict));
    assert_eq!(acmes(store).await.observations(), 0);
}

/// The new places stay unmerged.
pub async fn a_merge_that_holds_one_old_place_changes_nothing(store: &(impl Ledger + DensityStore)) {
    let old = observe(store, numbered(1)).await;
    let new = fill(store, vec![memory(2, "entry 2")]).await;
    let before = acmes(store).await;
    let both = [places(&new), places(&old)].concat();
    let fold = fold(before.dim(), &numbered(2));
    assert_eq!(kind_of_merge(store, &fold, &both).await, Some(PortErrorKind::Conflict));
    assert_eq!(acmes(store).await, before);
    let unmerged = store.unmerged(second(1_000_000), 10).await.expect("unmerged");
    assert_eq!(unmerged.iter().map(|one| one.seq).collect::<Vec<_>>(), places(&new));
}

/// Nothing counts that is not there.
pub async fn a_place_that_was_never_stored_is_a_conflict(store: &(impl Ledger + DensityStore)) {
    let before = acmes(store).await;
    let fold = fold(before.dim(), &numbered(1));
    assert_eq!(kind_of_merge(store, &fold, &[Seq(1_000_000)]).await, Some(PortErrorKind::Conflict));
    assert_eq!(acmes(store).await, before);
}

/// With all that folding takes; what was merged is not among it.
pub async fn what_is_not_merged_is_known(store: &(impl Ledger + DensityStore)) {
    assert_eq!(store.unmerged(second(1_000_000), 10).await.expect("unmerged"), []);
    observe(store, numbered(1)).await;
    let silent = Memory {
        encoding: None,
        importance: Importance::try_new(0.75).expect("in range"),
        namespace: namespace("notes"),
        ..memory(3, "...")
    };
    let lost = vec![memory(2, "entry 2"), silent];
    let stored = fill(store, lost.clone()).await;
    let unmerged = store.unmerged(second(1_000_000), 10).await.expect("unmerged");
    assert_eq!(unmerged.len(), 2);
    for ((one, memory), stored) in unmerged.iter().zip(&lost).zip(&stored) {
        assert_eq!((one.seq, &one.tenant, &one.namespace), (stored.seq, &memory.tenant, &memory.namespace));
        assert_eq!((&one.encoding, one.importance), (&memory.encoding, memory.importance));
    }
}

/// Of all tenants together.
pub async fn unmerged_memories_come_oldest_first_up_to_the_limit(store: &(impl Ledger + DensityStore)) {
    let mut stored = fill(store, numbered(3)).await;
    let theirs = Memory { tenant: tenant("other"), ..memory(4, "entry 4") };
    stored.extend(fill(store, vec![theirs]).await);
    for limit in [1, 3, 4, 10] {
        let unmerged = store.unmerged(second(1_000_000), limit).await.expect("unmerged");
        let seqs: Vec<Seq> = unmerged.iter().map(|one| one.seq).collect();
        assert_eq!(seqs, places(&stored[..limit.min(4)]));
    }
}

/// A repetition is no memory more.
pub async fn duplicates_are_observed_once(store: &(impl Ledger + DensityStore)) {
    fill(store, vec![memory(1, "said")]).await;
    fill(store, vec![memory(2, "said")]).await;
    assert_eq!(store.unmerged(second(1_000_000), 10).await.expect("unmerged").len(), 1);
}

/// Nor is it merged late: a fold that holds it is a conflict, and the others are folded again without it.
pub async fn an_erased_memory_is_not_observed_any_more(store: &(impl Ledger + DensityStore)) {
    let stored = fill(store, numbered(2)).await;
    store.erase(erasing(Selection::Id(id(1)))).await.map(answer).expect("erased");
    let dim = acmes(store).await.dim();
    let late = kind_of_merge(store, &fold(dim, &numbered(2)), &places(&stored)).await;
    assert_eq!(late, Some(PortErrorKind::Conflict));
    let unmerged = store.unmerged(second(1_000_000), 10).await.expect("unmerged");
    assert_eq!(unmerged.iter().map(|one| one.seq).collect::<Vec<_>>(), [stored[1].seq]);
    let rest = fold(dim, &[memory(2, "entry 2")]);
    assert_eq!(kind_of_merge(store, &rest, &[stored[1].seq]).await, None);
    assert_eq!(acmes(store).await.observations(), 1);
}

/// Erased later, a memory stays in the matrix: one vector cannot be forgotten.
pub async fn an_erasure_leaves_the_matrix_as_it_is(store: &(impl Ledger + DensityStore)) {
    observe(store, numbered(2)).await;
    let before = acmes(store).await;
    store.erase(erasing(Selection::Id(id(1)))).await.map(answer).expect("erased");
    assert_eq!(acmes(store).await, before);
}

/// What was pending for it is a conflict.
pub async fn an_erased_namespace_begins_anew(store: &(impl Ledger + DensityStore)) {
    observe(store, numbered(2)).await;
    let pending = fill(store, vec![memory(3, "entry 3")]).await;
    store.erase(erasing(Selection::Namespace(default_namespace()))).await.map(answer).expect("erased");
    let matrix = acmes(store).await;
    assert!(near(&matrix, &DensityMatrix::maximally_mixed(matrix.dim())));
    let late = fold(matrix.dim(), &[memory(3, "entry 3")]);
    assert_eq!(kind_of_merge(store, &late, &places(&pending)).await, Some(PortErrorKind::Conflict));
    assert_eq!(store.unmerged(second(1_000_000), 10).await.expect("unmerged"), []);
    observe(store, vec![memory(4, "entry 4")]).await;
    assert_eq!(acmes(store).await.observations(), 1);
}

/// Sixteen of them, in whatever order they come.
pub async fn merges_at_once_lose_nothing(store: &(impl Ledger + DensityStore)) {
    let (dim, memories) = (acmes(store).await.dim(), numbered(16));
    let stored = fill(store, memories.clone()).await;
    let folds: Vec<(Fold, Seq)> =
        memories.iter().zip(&stored).map(|(one, stored)| (fold(dim, std::slice::from_ref(one)), stored.seq)).collect();
    let merges = folds.iter().map(|(fold, seq)| kind_of_merge(store, fold, std::slice::from_ref(seq)));
    assert!(join_all(merges).await.iter().all(Option::is_none));
    assert_eq!(acmes(store).await.observations(), 16);
    assert_eq!(store.unmerged(second(1_000_000), 10).await.expect("unmerged"), []);
}

/// Symmetric, positive semi-definite, trace one, after 200 merges of all weights.
pub async fn the_laws_hold_after_many_merges(store: &(impl Ledger + DensityStore)) {
    for round in 0..20u32 {
        let importance = Importance::try_new(f64::from(round % 5) / 4.0).expect("in range");
        let numbers = (1..=10).map(|number| u128::from(round) * 10 + number);
        let memories = numbers.map(|number| Memory { importance, ..memory(number, &format!("entry {number}")) });
        observe(store, memories.collect()).await;
        let matrix = acmes(store).await;
        assert_eq!(check(matrix.dim(), matrix.packed()), [], "after round {round}");
    }
    assert_eq!(acmes(store).await.observations(), 200);
}

/// The others stay as they were; a place of one is none of another's.
pub async fn matrices_are_of_one_namespace_and_tenant(store: &(impl Ledger + DensityStore)) {
    let stored = observe(store, numbered(2)).await;
    let theirs = Memory { tenant: tenant("other"), ..memory(3, "entry 3") };
    let pending = fill(store, vec![theirs]).await;
    assert_eq!(matrix(store, &tenant("other"), &default_namespace()).await.observations(), 0);
    assert_eq!(matrix(store, &acme(), &namespace("notes")).await.observations(), 0);
    let dim = acmes(store).await.dim();
    let fold = fold(dim, &numbered(1));
    assert_eq!(kind_of_merge(store, &fold, &places(&pending)).await, Some(PortErrorKind::Conflict));
    assert_eq!(acmes(store).await.observations(), stored.len() as u64);
}
