//! New encodings on disk: there after a restart, audited once an act, with matrices that begin anew.

use application::ports::density::DensityStore;
use application::ports::ledger::{Ledger, Reencoding};
use application::ports::long_term::LongTermMemory;
use domain::audit::Published;
use domain::density::fold::{Fold, Weight};
use domain::encoding::{EncoderId, Encoding};
use domain::memory::{Importance, MemoryId, Seq};
use domain::tenant::Namespace;
use somabrain_sqlite::{Config, Sqlite, verify_audit};
use tempfile::TempDir;

use crate::builders::{answer, at, cue, id, key, memory, note, open, read, remember, tenant};

fn anew(number: u128) -> Encoding {
    let vector: Vec<f32> = (0..48).map(|n| ((number as f32 + 2.0) * (n as f32 + 1.0)).cos()).collect();
    Encoding::from_vector(EncoderId::new("anew-48"), &vector).unwrap()
}

async fn reencode(sqlite: &Sqlite, numbers: impl IntoIterator<Item = u128>) -> usize {
    let encodings: Vec<(MemoryId, Option<Encoding>)> =
        numbers.into_iter().map(|number| (id(number), Some(anew(number)))).collect();
    let act = Reencoding { tenant: tenant(), encoder: EncoderId::new("anew-48"), encodings, note: note(90) };
    sqlite.reencode(act).await.map(answer).unwrap()
}

#[tokio::test]
async fn new_encodings_and_what_is_to_be_merged_again_outlive_a_restart() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, (1..=3).map(|n| memory(n, &format!("memory {n}")))).await;
    let mut fold = Fold::new(256);
    (1..=3).for_each(|_| fold.observe(None, Weight::of(Importance::default())));
    sqlite.merge(&tenant(), &Namespace::default(), &fold, &[Seq(1), Seq(2), Seq(3)], at(0)).await.unwrap();
    let encoder = EncoderId::new("anew-48");
    assert_eq!((sqlite.count_stale(&encoder), sqlite.count_foreign(&encoder)), (3, 3));
    assert_eq!(reencode(&sqlite, [1, 2]).await, 2);
    drop(sqlite);

    let sqlite = Sqlite::open(Config { dimensions: 48, ..Config::new(folder.path(), key()) }).await.unwrap();
    assert_eq!(read(&sqlite, 1).await.unwrap().encoding, Some(anew(1)));
    assert_eq!(sqlite.matrix(&tenant(), &Namespace::default()).await.unwrap().observations(), 3);
    assert_eq!(sqlite.count_stale(&encoder), 1);
    assert_eq!(reencode(&sqlite, [3]).await, 1);
    drop(sqlite);

    let sqlite = Sqlite::open(Config { dimensions: 48, ..Config::new(folder.path(), key()) }).await.unwrap();
    let matrix = sqlite.matrix(&tenant(), &Namespace::default()).await.unwrap();
    assert_eq!((matrix.dim(), matrix.observations()), (48, 0));
    let waiting = sqlite.unmerged(at(1_000_000), 10).await.unwrap();
    assert_eq!(waiting.iter().map(|one| one.seq).collect::<Vec<_>>(), [Seq(1), Seq(2), Seq(3)]);
    assert_eq!(waiting[2].encoding, Some(anew(3)));
    drop(sqlite);
    verify_audit(folder.path(), &key(), &Published::new()).unwrap();
}

#[tokio::test]
async fn a_memory_is_searched_by_its_new_encoding_at_once() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(folder.path()).await;
    remember(&sqlite, (1..=3).map(|n| memory(n, &format!("memory {n}")))).await;
    let mut cue = cue("unrelated words");
    cue.encoding = Some(anew(2));
    assert!(sqlite.search(&cue).await.unwrap().found.candidates.is_empty());
    reencode(&sqlite, 1..=3).await;
    let found = sqlite.search(&cue).await.unwrap().found.candidates;
    assert_eq!(found[0].memory.id, id(2));
}
