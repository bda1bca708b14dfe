//! A rolling restart under load: three replicas behind one address are replaced one by one, and no request fails.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::load::{self, Book};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::stack::Stack;

/// How long a replica still serves after SIGTERM: several times what the proxy needs to see it, on a busy machine.
const DELAY_MS: &str = "3000";

fn replica(stack: &Stack) -> Server {
    let mut command = stack.command();
    command.env("SOMABRAIN_SHUTDOWN_DELAY_MS", DELAY_MS);
    Server::of(command).expect("a replica starts")
}

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what}: it did not happen");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

#[test]
fn three_replicas_are_replaced_under_load_and_no_request_fails() {
    let mut stack = Stack::start(0).expect("the stack starts");
    stack.replicas = (0..3).map(|_| replica(&stack)).collect();
    let proxy = Proxy::start(&stack.urls()).expect("it listens");
    wait_for("all are ready", || proxy.ready() == 3);
    let (book, over) = (Book::default(), AtomicBool::new(false));
    let urls = [proxy.url.clone()];
    std::thread::scope(|scope| {
        let loading = scope.spawn(|| load::until(&over, &urls, 1, &book));
        let replaced = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..3 {
                let mut old = stack.replicas.remove(0);
                assert_eq!(old.terminate().expect("it ends"), Some(0));
                proxy.remove(&old.url);
                stack.replicas.push(replica(&stack));
                proxy.add(&stack.replicas[2].url).expect("an address");
                wait_for("the new one is ready", || proxy.ready() == 3);
            }
        }));
        over.store(true, Ordering::SeqCst);
        loading.join().expect("the load goes on");
        replaced.unwrap_or_else(|broken| std::panic::resume_unwind(broken));
    });
    let answered = book.take();
    let failed: Vec<_> = answered.iter().filter(|(answer, _)| !matches!(answer.status, 200 | 201)).collect();
    assert!(failed.is_empty(), "failed: {failed:?} of {answered:?}");
    let requests: usize = answered.values().sum();
    assert!(requests > 300 && book.acknowledged() > 100, "the load is real: {answered:?}");
    load::all_are_there_once(&urls, &book);
    println!("{requests} requests while three replicas were replaced, none failed; {} memories", book.acknowledged());
}
