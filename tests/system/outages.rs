//! Each server in turn is killed, and then made to hang, in the middle of a load: what the table of outages promises,
//! nothing lost, every audit event told at least once and in order, and recovery without a restart.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::load::{self, Answered, Book, Client};
use crate::stack::Stack;

/// What is promised while a server is away.
pub(crate) struct Promise {
    component: &'static str,
    remember: u16,
    recall: u16,
    plan: u16,
    ready: u16,
    /// Whether answers say that they are degraded, or queued.
    degraded: bool,
    queued: bool,
}

pub(crate) const PROMISES: [Promise; 5] = [
    Promise { component: "redis", remember: 201, recall: 200, plan: 200, ready: 200, degraded: true, queued: false },
    Promise { component: "postgres", remember: 503, recall: 200, plan: 200, ready: 503, degraded: true, queued: false },
    Promise {
        component: "memory_service",
        remember: 201,
        recall: 200,
        plan: 200,
        ready: 200,
        degraded: true,
        queued: true,
    },
    Promise { component: "opa", remember: 503, recall: 503, plan: 503, ready: 503, degraded: false, queued: false },
    Promise { component: "kafka", remember: 201, recall: 200, plan: 200, ready: 200, degraded: false, queued: false },
];

/// How a server goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Away {
    Killed,
    Hanging,
}

#[test]
fn whatever_server_goes_away_the_promises_hold_and_nothing_is_lost() {
    let mut stack = Stack::start(2).expect("the stack starts");
    let book = Book::default();
    for away in [Away::Killed, Away::Hanging] {
        for promise in &PROMISES {
            outage(&mut stack, promise, away, &book);
            load::all_are_there_once(&stack.urls(), &book);
        }
    }
    flush(&stack, &book);
    load::all_are_there_once(&stack.urls(), &book);
    everything_is_recallable(&stack, &book);
    every_event_was_told_in_order(&mut stack);
    println!("{} memories acknowledged, all there once", book.acknowledged());
}

/// Numbers of memories never come twice.
fn block() -> u128 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    1_000_000_000 * u128::from(NEXT.fetch_add(1, Ordering::SeqCst))
}

fn pause(seconds: f64) {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    while Instant::now() < end {
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

/// A second, and until each kind of request was answered: a busy machine takes longer.
fn wait_until_used(book: &Book) {
    pause(1.0);
    let begin = Instant::now();
    while !book.has("plan") && begin.elapsed() < Duration::from_secs(60) {
        pause(0.1);
    }
}

/// Loads for a while, takes the server away, gives it back, and checks the book of each part.
pub(crate) fn outage(stack: &mut Stack, promise: &Promise, away: Away, book: &Book) {
    let urls = stack.urls();
    let over = AtomicBool::new(false);
    let during = std::thread::scope(|scope| {
        let loading = scope.spawn(|| load::until(&over, &urls, block(), book));
        let watched = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_until_used(book);
            assert_served(&book.take(), promise, "before");
            take(stack, promise.component, away);
            pause(if away == Away::Hanging { 8.0 } else { 4.0 });
            check_health(&urls, promise);
            let during = book.take();
            give_back(stack, promise.component, away);
            wait_until_healthy(&urls);
            book.take();
            wait_until_used(book);
            during
        }));
        over.store(true, Ordering::SeqCst);
        loading.join().expect("the load goes on");
        watched.unwrap_or_else(|broken| std::panic::resume_unwind(broken))
    });
    println!("{} {away:?}: {during:?}", promise.component);
    assert_promised(&during, promise, away);
    assert_served(&book.take(), promise, "after");
}

pub(crate) fn take(stack: &mut Stack, component: &str, away: Away) {
    let done = match (component, away) {
        ("memory_service", Away::Killed) => return stack.kill_memory().expect("it can be killed"),
        ("memory_service", Away::Hanging) => return stack.signal_memory("STOP").expect("it can be stopped"),
        (_, Away::Killed) => stack.server(component).kill(),
        (_, Away::Hanging) => stack.server(component).pause(),
    };
    done.expect("it can be taken away");
}

pub(crate) fn give_back(stack: &mut Stack, component: &str, away: Away) {
    let done = match (component, away) {
        ("memory_service", Away::Killed) => return stack.start_memory().expect("it starts again"),
        ("memory_service", Away::Hanging) => return stack.signal_memory("CONT").expect("it goes on"),
        (_, Away::Killed) => stack.server(component).start(),
        (_, Away::Hanging) => stack.server(component).resume(),
    };
    done.expect("it comes back");
}

fn health(url: &String) -> (u16, Value) {
    Client::of(std::slice::from_ref(url), 0).call("GET", "/health", &Value::Null).expect("health is always answered")
}

fn check_health(urls: &[String], promise: &Promise) {
    for url in urls {
        let (status, health) = health(url);
        assert_eq!(status, 503, "{}: {health}", promise.component);
        let component = &health["components"][promise.component];
        assert_eq!(component["status"], "unhealthy", "{health}");
        assert!(component["error"].as_str().is_some_and(|error| !error.is_empty()), "{health}");
        let ready = Client::of(std::slice::from_ref(url), 0).call("GET", "/readyz", &Value::Null).expect("answered");
        assert_eq!(ready.0, promise.ready, "{}: {ready:?}", promise.component);
    }
}

pub(crate) fn wait_until_healthy(urls: &[String]) {
    let begin = Instant::now();
    for url in urls {
        while health(url).0 != 200 {
            assert!(begin.elapsed() < Duration::from_secs(60), "not healthy again: {:?}", health(url));
            pause(0.2);
        }
    }
    // Breakers let a first request through after their rest.
    pause(2.0);
}

/// Of each kind of request some were answered, and only with what is promised.
fn assert_promised(answers: &std::collections::BTreeMap<Answered, usize>, promise: &Promise, away: Away) {
    let name = promise.component;
    for (what, expected) in [("remember", promise.remember), ("recall", promise.recall), ("plan", promise.plan)] {
        let of: Vec<(&Answered, &usize)> = answers.iter().filter(|(answer, _)| answer.what == what).collect();
        assert!(
            of.iter().any(|(answer, _)| answer.status == expected),
            "{name} {away:?}: no {what} {expected}: {of:?}"
        );
        // Before the server went away, and where only some requests need it, all is as ever.
        let fine = |answer: &Answered| answer.status == expected || matches!(answer.status, 200 | 201);
        let broken: Vec<_> = of.iter().filter(|(answer, _)| !fine(answer)).collect();
        assert!(broken.is_empty(), "{name} {away:?}: {what} was answered {broken:?}");
        if promise.degraded && expected < 300 && what != "remember" {
            assert!(of.iter().any(|(answer, _)| answer.degraded), "{name} {away:?}: no {what} says degraded: {of:?}");
        }
    }
    if promise.queued {
        assert!(answers.keys().any(|answer| answer.queued), "{name} {away:?}: none is queued");
    }
}

/// All is as ever.
fn assert_served(answers: &std::collections::BTreeMap<Answered, usize>, promise: &Promise, when: &str) {
    let broken: Vec<_> = answers.iter().filter(|(answer, _)| !matches!(answer.status, 200 | 201)).collect();
    assert!(broken.is_empty(), "{} {when}: {broken:?}", promise.component);
    assert!(answers.keys().any(|answer| answer.what == "plan"), "{} {when}: the load is real", promise.component);
}

/// `FLUSHDB` in the middle of a load: working memory fills again, nobody is refused.
pub(crate) fn flush(stack: &Stack, book: &Book) {
    book.take();
    let (urls, over) = (stack.urls(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| load::until(&over, &urls, block(), book));
        for _ in 0..3 {
            pause(1.0);
            stack.flush_redis().expect("it is flushed");
        }
        pause(1.0);
        over.store(true, Ordering::SeqCst);
    });
    assert_served(&book.take(), &PROMISES[0], "while it was flushed");
    let (_, held) = Client::of(&urls, 0).call("GET", "/sessions/load", &Value::Null).expect("answered");
    assert!(held["memories"].as_array().is_some_and(|held| !held.is_empty()), "working memory fills again: {held}");
}

fn everything_is_recallable(stack: &Stack, book: &Book) {
    let mut client = Client::of(&stack.urls(), 0);
    let acknowledged = book.acknowledged.lock().expect("no writer panicked");
    for (id, content) in acknowledged.iter().step_by(acknowledged.len() / 50 + 1) {
        let body = serde_json::json!({"query": content, "k": 1, "namespace": "load"});
        let (status, answer) = client.call("POST", "/recall", &body).expect("answered");
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["memories"][0]["id"].as_str(), Some(id.as_str()), "{content} is first: {answer}");
    }
}

/// In the topic, event numbers of the tenant, repetitions apart, are 1, 2, 3, … up to the end of the chain.
fn every_event_was_told_in_order(stack: &mut Stack) {
    let verified = stack.run(&["audit", "verify"]).expect("the chain is whole");
    let sealed: u64 = verified.split_whitespace().next().and_then(|n| n.parse().ok()).expect("a number of events");
    let begin = Instant::now();
    loop {
        let told: Vec<u64> = stack
            .servers
            .kafka
            .messages("audit_events")
            .expect("the topic is read")
            .iter()
            .map(|message| serde_json::from_str::<Value>(message).expect("JSON")["number"].as_u64().expect("a number"))
            .collect();
        let mut expected = 1;
        for number in &told {
            assert!(*number <= expected, "event {number} was told before {expected}");
            expected = expected.max(number + 1);
        }
        if expected > sealed {
            println!("{sealed} events sealed, {} told", told.len());
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(90), "{} of {sealed} events were told", expected - 1);
    }
}
