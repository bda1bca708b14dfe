//! Threads are bounded and survive what they run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use somabrain_guard::{Gone, Threads};

#[tokio::test]
async fn the_answer_of_the_work_comes_back() {
    assert_eq!(Threads::new(1).run(|| 7).await, Ok(7));
}

#[tokio::test]
async fn work_that_panics_is_gone_and_its_place_is_free_again() {
    let threads = Threads::new(1);
    assert_eq!(threads.run(|| -> u8 { panic!("as it should") }).await, Err(Gone));
    assert_eq!(threads.run(|| 7).await, Ok(7));
}

#[tokio::test]
async fn no_more_run_at_once_than_allowed() {
    let threads = Threads::new(2);
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let work = || {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        move || {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            now.fetch_sub(1, Ordering::SeqCst);
        }
    };
    let run = || async { threads.run(work()).await.unwrap() };
    for _ in 0..50 {
        tokio::join!(run(), run(), run(), run());
    }
    assert!(most.load(Ordering::SeqCst) <= 2);
}

#[tokio::test]
async fn work_that_nobody_waits_for_keeps_its_place_until_it_ends() {
    let threads = Threads::new(1);
    let (end, ended) = mpsc::channel::<()>();
    let (begin, begun) = tokio::sync::oneshot::channel();
    tokio::select! {
        _ = threads.run(move || { begin.send(()).unwrap(); ended.recv() }) => panic!("it has not ended"),
        _ = begun => {}
    }
    let mut next = std::pin::pin!(threads.run(|| 7));
    tokio::select! {
        biased;
        _ = &mut next => panic!("there was no place"),
        () = std::future::ready(()) => {}
    }
    end.send(()).unwrap();
    assert_eq!(next.await, Ok(7));
}
