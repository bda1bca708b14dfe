//! Encodings of several encoders in one namespace.

use application::ports::density::DensityStore;
use application::ports::ledger::{Ledger, Reencoding};
use domain::density::check::check;
use domain::density::fold::{Fold, Weight};
use domain::encoding::{EncoderId, Encoding};
use domain::memory::{Memory, Seq};
use domain::tenant::Namespace;

use crate::memories::*;

/// A direction of an encoder with fewer dimensions.
fn anew(seed: u64) -> Encoding {
    let vector: Vec<f32> = (0..32).map(|at| ((seed + 1) * (at + 3) % 17) as f32 - 8.0).collect();
    Encoding::from_vector(EncoderId::new("contract-32"), &vector).expect("a direction")
}

async fn reencode(ledger: &impl Ledger, numbers: impl IntoIterator<Item = u128>) {
    let encodings = numbers.into_iter().map(|number| (id(number), Some(anew(number as u64)))).collect();
    let encoder = EncoderId::new("contract-32");
    let act = Reencoding { tenant: acme(), encoder, encodings, note: note(second(90)) };
    ledger.reencode(act).await.map(answer).expect("reencoded");
}

/// What its directions mean is no more; all memories are to be folded again, none of another namespace.
pub async fn a_density_matrix_begins_anew_with_the_last_encoding(ledger: &(impl Ledger + DensityStore)) {
    let stored = store(ledger, numbered(3)).await;
    let elsewhere = store(ledger, vec![Memory { namespace: namespace("notes"), ..memory(4, "elsewhere") }]).await;
    observe(ledger, &Namespace::default(), &stored.iter().map(|one| one.seq).collect::<Vec<_>>()).await;
    observe(ledger, &namespace("notes"), &[elsewhere[0].seq]).await;
    reencode(ledger, [1, 2]).await;
    assert_eq!(observed(ledger, &Namespace::default()).await, 3, "one is still of the old encoder");
    reencode(ledger, [3]).await;
    assert_eq!(observed(ledger, &Namespace::default()).await, 0);
    assert_eq!(observed(ledger, &namespace("notes")).await, 1);
    let unmerged = ledger.unmerged(second(1_000_000), 10).await.expect("unmerged");
    let again: Vec<(Seq, Option<Encoding>)> = unmerged.into_iter().map(|one| (one.seq, one.encoding)).collect();
    let expected: Vec<(Seq, Option<Encoding>)> =
        stored.iter().zip(1..).map(|(one, number)| (one.seq, Some(anew(number)))).collect();
    assert_eq!(again, expected);
    observe(ledger, &Namespace::default(), &stored.iter().map(|one| one.seq).collect::<Vec<_>>()).await;
    assert_eq!(observed(ledger, &Namespace::default()).await, 3);
}

async fn observed(ledger: &impl DensityStore, namespace: &Namespace) -> u64 {
    ledger.matrix(&acme(), namespace).await.expect("a matrix").observations()
}

async fn observe(ledger: &impl DensityStore, namespace: &Namespace, places: &[Seq]) {
    let dim = ledger.matrix(&acme(), namespace).await.expect("a matrix").dim();
    let mut fold = Fold::new(dim);
    for _ in places {
        fold.observe(None, Weight::of(memory(1, "any").importance));
    }
    ledger.merge(&acme(), namespace, &fold, places, second(0)).await.expect("merged");
}

/// A fold of other dimensions says nothing: no panic, the laws hold, every memory counts, and what has other dimensions than
/// the matrix is new.
pub async fn a_fold_of_another_encoder_says_nothing(ledger: &(impl Ledger + DensityStore)) {
    let mut stored = store(ledger, numbered(2)).await;
    stored.extend(store(ledger, vec![Memory { encoding: Some(anew(3)), ..memory(3, "entry 3") }]).await);
    let before = ledger.matrix(&acme(), &Namespace::default()).await.expect("a matrix");
    let mut fold = Fold::new(32);
    fold.observe(Some(&anew(3).vector()), Weight::of(memory(3, "any").importance));
    ledger.merge(&acme(), &Namespace::default(), &fold, &[stored[2].seq], second(0)).await.expect("merged");
    let after = ledger.matrix(&acme(), &Namespace::default()).await.expect("a matrix");
    assert_eq!((after.dim(), after.observations()), (before.dim(), 1));
    assert_eq!(check(after.dim(), after.packed()), []);
    assert_eq!(after.novelty(&anew(3).vector()), 1.0);
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
    assert!(after.packed().iter().zip(before.packed()).all(near), "still maximally mixed");
}
