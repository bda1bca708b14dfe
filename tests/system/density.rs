//! Thirty-two writers on three replicas, one of which is killed: every memory is stored once and observed once, and the
//! matrix is the fold of the observations in the order in which they were merged.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::density::fold::{Fold, Weight};
use domain::density::matrix::DensityMatrix;
use domain::encoding::{EncoderId, Encoding};
use domain::memory::Importance;
use tokio_postgres::{Client, NoTls};

use crate::load::{Book, Client as Caller, all_are_there_once};
use crate::stack::Stack;

const WRITERS: u128 = 32;
const EACH: u128 = 20;

#[test]
fn writers_on_three_replicas_store_and_observe_every_memory_once() {
    let mut stack = Stack::start(3).expect("the stack starts");
    let book = Book::default();
    write_on_all(&mut stack, &book);
    assert_eq!(book.acknowledged() as u128, WRITERS * EACH);
    all_are_there_once(&stack.urls(), &book);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let postgres = connected(stack.servers.postgres.url()).await;
        wait_until_observed(&postgres, i64::try_from(WRITERS * EACH).expect("a small number")).await;
        the_matrix_is_the_fold_in_merge_order(&postgres).await;
    });
}

/// Each writer asks the replicas in turn and repeats a request until it is acknowledged; one replica is killed on the way.
fn write_on_all(stack: &mut Stack, book: &Book) {
    let urls = stack.urls();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (urls, over) = (&urls, &over);
                scope.spawn(move || {
                    let mut caller = Caller::of(urls, writer as usize);
                    for number in 0..EACH {
                        let id = 1 + writer * EACH + number;
                        let content = format!("observation {number} of writer {writer} about kettle {id}");
                        caller.remember(book, id, &content, || over.load(Ordering::SeqCst));
                    }
                })
            })
            .collect();
        let begin = Instant::now();
        while book.acknowledged() as u128 <= WRITERS * EACH / 4 && begin.elapsed() < Duration::from_secs(60) {
            std::thread::yield_now();
        }
        stack.replicas[2].kill().expect("a replica is killed");
        stack.replicas.truncate(2);
        while begin.elapsed() < Duration::from_secs(120) && writers.iter().any(|writer| !writer.is_finished()) {
            std::thread::park_timeout(Duration::from_millis(50));
        }
        over.store(true, Ordering::SeqCst);
    });
}

async fn connected(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("postgres answers");
    #[expect(clippy::disallowed_methods, reason = "a test drives its own connection")]
    tokio::spawn(connection);
    client
}

/// What the killed replica had in hand is folded again by another.
#[expect(clippy::disallowed_methods, reason = "replicas fold by the clock")]
async fn wait_until_observed(postgres: &Client, expected: i64) {
    let begin = Instant::now();
    loop {
        let row = postgres.query_opt("SELECT observations FROM density WHERE namespace = 'load'", &[]).await;
        let observed: i64 = row.expect("asked").map_or(0, |row| row.get(0));
        if observed == expected {
            return;
        }
        assert!(observed < expected && begin.elapsed() < Duration::from_secs(60), "{observed} of {expected} observed");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn the_matrix_is_the_fold_in_merge_order(postgres: &Client) {
    let row = postgres.query_one("SELECT packed FROM density WHERE namespace = 'load'", &[]).await.expect("a matrix");
    let packed: Vec<u8> = row.get(0);
    let found: Vec<f64> = packed.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    let merged = "SELECT o.version, m.importance, m.encoder, m.encoding FROM observations o JOIN memories m USING (seq) \
                  WHERE o.namespace = 'load' ORDER BY o.version, o.position";
    let mut folds: BTreeMap<i64, Fold> = BTreeMap::new();
    for row in postgres.query(merged, &[]).await.expect("observations") {
        let bytes: Vec<u8> = row.get(3);
        let encoding =
            Encoding::from_row(EncoderId::new(row.get::<_, &str>(2)), bytes.iter().map(|x| x.cast_signed()).collect());
        let vector = encoding.expect("an encoding").vector();
        let weight = Weight::of(Importance::try_new(row.get(1)).expect("an importance"));
        let fold = folds.entry(row.get(0)).or_insert_with(|| Fold::new(vector.len()));
        fold.observe(Some(&vector), weight);
    }
    let dimensions = folds.values().next().expect("some were merged").dim();
    let expected = folds.values().fold(DensityMatrix::maximally_mixed(dimensions), |matrix, fold| matrix.after(fold));
    assert_eq!(expected.observations() as u128, WRITERS * EACH);
    let furthest = expected.packed().iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(furthest < 1e-9, "the matrix is {furthest} from the fold of {} merges", folds.len());
    println!("{} merges, {furthest:e} from the sequential fold", folds.len());
}
