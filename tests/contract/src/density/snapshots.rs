//! Matrices as they were: kept, restored, and begun anew.

use application::ports::density::{DensityStore, Renewed, Resetting, Restoring, Snapshot};
use application::ports::ledger::{Ledger, Selection, Stored};
use domain::density::matrix::DensityMatrix;
use domain::memory::{Memory, Seq};
use domain::tenant::Namespace;

use super::{acmes, default_namespace, fold, kind_of_merge, matrix, near, places};
use crate::memories::{store as fill, *};

const HOUR: i64 = 3_600;

/// Stores memory `number` of acme's default namespace and merges it at a second.
async fn observe_at(store: &(impl Ledger + DensityStore), number: u128, seconds: i64) -> Stored {
    let stored = fill(store, vec![memory(number, &format!("entry {number}"))]).await.remove(0);
    merge_at(store, std::slice::from_ref(&stored), seconds).await;
    stored
}

async fn merge_at(store: &(impl Ledger + DensityStore), stored: &[Stored], seconds: i64) {
    let memories: Vec<Memory> = stored.iter().map(|one| Memory::clone(&one.memory)).collect();
    let fold = fold(acmes(store).await.dim(), &memories);
    let merged = store.merge(&acme(), &default_namespace(), &fold, &places(stored), second(seconds)).await;
    merged.expect("merged");
}

async fn snapshots(store: &impl DensityStore) -> Vec<Snapshot> {
    store.snapshots(&acme(), &default_namespace()).await.expect("snapshots")
}

async fn reset(store: &impl DensityStore, namespace: Namespace) -> Renewed {
    store.reset(Resetting { tenant: acme(), namespace, note: note(second(HOUR)) }).await.expect("reset")
}

/// As it was at a second.
async fn restore(store: &impl DensityStore, seconds: Option<i64>) -> Option<Renewed> {
    let at = seconds.map(second);
    let act = Restoring { tenant: acme(), namespace: default_namespace(), at, note: note(second(HOUR)) };
    store.restore(act).await.expect("restored")
}

async fn unmerged(store: &impl DensityStore) -> Vec<Seq> {
    let unmerged = store.unmerged(second(1_000_000), 100).await.expect("unmerged");
    unmerged.into_iter().map(|one| one.seq).collect()
}

fn snapshot(seconds: i64, observations: u64) -> Snapshot {
    Snapshot { taken: second(seconds), observations }
}

fn is_mixed(matrix: &DensityMatrix) -> bool {
    matrix.observations() == 0 && near(matrix, &DensityMatrix::maximally_mixed(matrix.dim()))
}

/// The first merge of an hour makes it.
pub async fn a_snapshot_is_kept_at_most_once_an_hour(store: &(impl Ledger + DensityStore)) {
    assert_eq!(snapshots(store).await, []);
    for (number, seconds) in [(1, 0), (2, 10), (3, HOUR - 1), (4, HOUR), (5, 2 * HOUR + 100)] {
        observe_at(store, number, seconds).await;
    }
    assert_eq!(snapshots(store).await, [snapshot(2 * HOUR + 100, 5), snapshot(HOUR, 4), snapshot(0, 1)]);
}

/// The oldest go.
pub async fn the_last_24_snapshots_are_kept(store: &(impl Ledger + DensityStore)) {
    for number in 0..26 {
        observe_at(store, number as u128, number * HOUR).await;
    }
    let kept = snapshots(store).await;
    assert_eq!((kept.len(), kept[0], kept[23]), (24, snapshot(25 * HOUR, 26), snapshot(2 * HOUR, 3)));
}

/// What was merged since is unmerged; folded again it makes the matrix whole.
pub async fn a_restored_matrix_is_what_it_was_at_the_moment(store: &(impl Ledger + DensityStore)) {
    observe_at(store, 1, 0).await;
    observe_at(store, 2, HOUR).await;
    let then = acmes(store).await;
    let since = [observe_at(store, 3, HOUR + 1).await, observe_at(store, 4, 2 * HOUR).await];
    let renewed = restore(store, Some(2 * HOUR - 1)).await;
    assert_eq!(renewed, Some(Renewed { snapshot: Some(snapshot(HOUR, 2)), unmerged: 2 }));
    assert_eq!(acmes(store).await, then);
    assert_eq!(unmerged(store).await, places(&since));
    assert_eq!(snapshots(store).await, [snapshot(HOUR, 2), snapshot(0, 1)]);
    merge_at(store, &since, 3 * HOUR).await;
    let whole = DensityMatrix::maximally_mixed(then.dim()).after(&fold(then.dim(), &numbered(4)));
    let found = acmes(store).await;
    assert!(near(&found, &whole));
    assert_eq!((found.observations(), unmerged(store).await), (4, vec![]));
}

/// At its very moment too.
pub async fn without_a_moment_the_latest_snapshot_is_restored(store: &(impl Ledger + DensityStore)) {
    observe_at(store, 1, 0).await;
    observe_at(store, 2, HOUR).await;
    let latest = Renewed { snapshot: Some(snapshot(HOUR, 2)), unmerged: 0 };
    assert_eq!(restore(store, None).await, Some(latest));
    assert_eq!(restore(store, Some(HOUR)).await, Some(latest));
    assert_eq!(restore(store, Some(HOUR - 1)).await.and_then(|renewed| renewed.snapshot), Some(snapshot(0, 1)));
}

/// Nor is what a snapshot holds merged a second time.
pub async fn matrices_restored_again_and_again_count_nothing_twice(store: &(impl Ledger + DensityStore)) {
    let mut stored = Vec::new();
    for number in 1..=3 {
        stored.push(observe_at(store, number, number as i64 * HOUR).await);
    }
    restore(store, Some(2 * HOUR)).await.expect("a snapshot");
    merge_at(store, &stored[2..], 5 * HOUR).await;
    restore(store, Some(HOUR)).await.expect("a snapshot");
    assert_eq!(unmerged(store).await, places(&stored[1..]));
    let again = fold(acmes(store).await.dim(), &numbered(1));
    assert!(kind_of_merge(store, &again, &places(&stored[..1])).await.is_some());
    merge_at(store, &stored[1..], 6 * HOUR).await;
    assert_eq!((acmes(store).await.observations(), unmerged(store).await), (3, vec![]));
}

/// Whether there are later ones or none at all.
pub async fn where_no_snapshot_is_early_enough_nothing_is_restored(store: &(impl Ledger + DensityStore)) {
    assert_eq!(restore(store, None).await, None);
    observe_at(store, 1, HOUR).await;
    let before = acmes(store).await;
    assert_eq!(restore(store, Some(HOUR - 1)).await, None);
    assert_eq!((acmes(store).await, unmerged(store).await), (before, vec![]));
    assert_eq!(snapshots(store).await, [snapshot(HOUR, 1)]);
}

/// With what was never merged; its snapshots are gone.
pub async fn a_reset_matrix_begins_anew_with_all_memories_unmerged(store: &(impl Ledger + DensityStore)) {
    let mut stored = vec![observe_at(store, 1, 0).await, observe_at(store, 2, HOUR).await];
    stored.extend(fill(store, vec![memory(3, "entry 3")]).await);
    assert_eq!(reset(store, default_namespace()).await, Renewed { snapshot: None, unmerged: 2 });
    assert!(is_mixed(&acmes(store).await));
    assert_eq!((snapshots(store).await, unmerged(store).await), (vec![], places(&stored)));
    assert_eq!(restore(store, None).await, None);
    merge_at(store, &stored, 2 * HOUR).await;
    let found = acmes(store).await;
    let whole = DensityMatrix::maximally_mixed(found.dim()).after(&fold(found.dim(), &numbered(3)));
    assert!(near(&found, &whole));
    assert_eq!((found.observations(), snapshots(store).await), (3, vec![snapshot(2 * HOUR, 3)]));
}

/// Twice, and where nothing was stored.
pub async fn what_was_never_merged_can_be_reset(store: &(impl Ledger + DensityStore)) {
    let nothing = Renewed { snapshot: None, unmerged: 0 };
    assert_eq!(reset(store, namespace("nowhere")).await, nothing);
    observe_at(store, 1, 0).await;
    reset(store, default_namespace()).await;
    assert_eq!(reset(store, default_namespace()).await, nothing);
    assert_eq!(unmerged(store).await.len(), 1);
}

/// It is no memory any more.
pub async fn what_was_erased_is_not_folded_again(store: &(impl Ledger + DensityStore)) {
    observe_at(store, 1, 0).await;
    let later = [observe_at(store, 2, 10).await, observe_at(store, 3, 20).await];
    store.erase(erasing(Selection::Id(id(2)))).await.map(answer).expect("erased");
    let restored = restore(store, None).await.expect("a snapshot");
    assert_eq!((restored.unmerged, unmerged(store).await), (1, places(&later[1..])));
    assert_eq!(reset(store, default_namespace()).await.unmerged, 1);
    assert_eq!(unmerged(store).await.len(), 2);
}

/// Matrix, snapshots and memories.
pub async fn an_erased_namespace_has_no_snapshots(store: &(impl Ledger + DensityStore)) {
    observe_at(store, 1, 0).await;
    store.erase(erasing(Selection::Namespace(default_namespace()))).await.map(answer).expect("erased");
    assert_eq!(snapshots(store).await, []);
    assert_eq!(restore(store, None).await, None);
}

/// Matrices of others stay as they are, and nobody can restore them.
pub async fn a_matrix_is_renewed_for_one_namespace_and_tenant(store: &(impl Ledger + DensityStore)) {
    observe_at(store, 1, 0).await;
    let theirs = [
        Memory { tenant: tenant("other"), ..memory(2, "entry 2") },
        Memory { namespace: namespace("notes"), ..memory(3, "entry 3") },
    ];
    for memory in &theirs {
        super::observe(store, vec![memory.clone()]).await;
    }
    reset(store, default_namespace()).await;
    assert_eq!(restore(store, None).await, None);
    for memory in &theirs {
        assert_eq!(matrix(store, &memory.tenant, &memory.namespace).await.observations(), 1);
        let kept = store.snapshots(&memory.tenant, &memory.namespace).await.expect("snapshots");
        assert_eq!(kept, [snapshot(0, 1)]);
    }
    assert_eq!(unmerged(store).await.len(), 1);
}

/// Whatever is merged, restored and begun anew.
pub async fn where_all_laws_hold_no_breach_is_found(store: &(impl Ledger + DensityStore)) {
    observe_at(store, 1, 0).await;
    restore(store, None).await.expect("a snapshot");
    reset(store, default_namespace()).await;
    assert!(is_mixed(&acmes(store).await));
    assert_eq!(store.breaches(), []);
}
