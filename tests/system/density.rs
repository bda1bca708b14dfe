//! Thirty-two writers on three replicas, one of which is killed: every memory is stored once and observed once, and the
//! matrix is the fold of the observations in the order in which they were merged. A matrix that is damaged in the database
//! is replaced by whichever replica meets it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::density::fold::{Fold, Weight};
use domain::density::matrix::DensityMatrix;
use domain::encoding::{EncoderId, Encoding};
use domain::memory::Importance;
use tokio_postgres::{Client, NoTls};

use crate::load::{Book, Client as Caller, all_are_there_once};
use crate::server::Server;
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
        the_matrix_is_the_fold_in_merge_order(&postgres, WRITERS * EACH).await;
    });
}

#[test]
fn a_matrix_damaged_under_running_replicas_is_replaced_and_told() {
    let stack = Stack::start(2).expect("the stack starts");
    let (book, mut caller) = (Book::default(), Caller::of(&stack.urls(), 0));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let postgres = connected(stack.servers.postgres.url()).await;
        (1..=5).for_each(|id| caller.remember(&book, id, &format!("kettle {id}"), || false));
        wait_until_observed(&postgres, 5).await;
        let damage = "UPDATE density SET packed = overlay(packed PLACING '\\xffffffffffffffff' FROM 1)";
        assert_eq!(postgres.execute(damage, &[]).await.expect("damaged"), 1);
        caller.remember(&book, 6, "kettle 6", || false);
        wait_until_observed(&postgres, 6).await;
        the_matrix_is_the_fold_in_merge_order(&postgres, 6).await;
    });
    all_are_there_once(&stack.urls(), &book);
    let mut told = 0;
    for replica in &stack.replicas {
        let (_, metrics) = replica.call("GET", "/metrics", "").expect("metrics");
        let count = metrics.as_str().and_then(|text| text.split_once("\nsomabrain_density_trace_error_total "));
        told += count.and_then(|(_, rest)| rest.lines().next()).map_or(0, |count| count.parse().expect("a count"));
        sees(replica, 6);
    }
    assert_eq!(told, 1, "by the one that met it");
}

/// Within a second: a replica may know the matrix as it was a moment ago.
fn sees(replica: &Server, observations: u64) {
    let begin = Instant::now();
    loop {
        let (status, seen) = replica.call("GET", "/admin/density?namespace=load", "").expect("it answers");
        assert_eq!(status, 200, "{seen}");
        if seen["observations"] == serde_json::json!(observations) {
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(5), "{seen}");
    }
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

pub(crate) async fn connected(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("postgres answers");
    #[expect(clippy::disallowed_methods, reason = "a test drives its own connection")]
    tokio::spawn(connection);
    client
}

/// What the killed replica had in hand is folded again by another.
#[expect(clippy::disallowed_methods, reason = "replicas fold by the clock")]
pub(crate) async fn wait_until_observed(postgres: &Client, expected: i64) {
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

async fn the_matrix_is_the_fold_in_merge_order(postgres: &Client, memories: u128) {
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
    assert_eq!(expected.observations() as u128, memories);
    let furthest = expected.packed().iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(furthest < 1e-9, "the matrix is {furthest} from the fold of {} merges", folds.len());
    println!("{} merges, {furthest:e} from the sequential fold", folds.len());
}
