//! A density matrix that is damaged in the data folder while the service is stopped: the service starts and answers, counts
//! and logs what it found, and folds the matrix again.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Server, command, place, program};

const MEMORIES: [&str; 3] =
    ["the spare key is under the blue pot", "the ladder stands in the cellar", "the dentist is on Oak Street"];

/// What becomes of the first two numbers of the triangle: those of the first and the second direction and the first.
type Damage = fn(&mut [f64; 2]);

#[test]
fn a_service_starts_on_a_matrix_that_is_no_numbers_and_makes_it_whole() {
    starts_on(|numbers| numbers[0] = f64::NAN, "trace_error", "entry 0 is no finite number");
}

#[test]
fn a_service_starts_on_a_matrix_with_trace_1_1_and_makes_it_whole() {
    starts_on(|numbers| numbers[0] += 0.1, "trace_error", "breaks the trace invariant: the trace is 1.1");
}

#[test]
fn a_service_starts_on_a_matrix_with_a_negative_eigenvalue_and_makes_it_whole() {
    starts_on(|numbers| numbers[1] = 0.5, "psd_clip", "breaks the psd invariant: the least eigenvalue is -4.9");
}

fn starts_on(change: Damage, counter: &str, words: &str) {
    let (program, data) = (program(), place());
    let mut server = Server::start(&program, data.path()).expect("it starts");
    let memories = json!({"memories": MEMORIES.map(|content| json!({"content": content}))});
    let (status, _) = server.call("POST", "/remember/batch", &memories.to_string()).expect("stored");
    assert_eq!((status, server.terminate().expect("it ends")), (201, Some(0)));
    damage(&data.path().join("somabrain.db"), change);

    let log = data.path().join("log");
    let log_file = File::create(&log).expect("a log");
    let server = Server::logging_to(log_file, command(&program, data.path())).expect("it starts all the same");

    let (status, recalled) = server.call("POST", "/recall", r#"{"query": "where is the ladder?"}"#).expect("recalled");
    assert_eq!((status, &recalled["memories"][0]["content"]), (200, &json!(MEMORIES[1])));
    let (status, _) =
        server.call("POST", "/remember", r#"{"content": "the bin goes out on Tuesday"}"#).expect("stored");
    assert_eq!(status, 201);
    let seen = seen(&server, 4);
    assert!(seen["trace"].as_f64().is_some_and(|trace| (trace - 1.0).abs() <= 1e-9), "{seen}");
    assert!(seen["least_eigenvalue"].as_f64().is_some_and(|least| least >= -1e-10), "{seen}");
    assert_eq!(seen["directions"].as_array().map(Vec::len), Some(4));
    let (_, metrics) = server.call("GET", "/metrics", "").expect("metrics");
    let metrics = metrics.as_str().expect("a text");
    for (name, count) in [("trace_error", counter == "trace_error"), ("psd_clip", counter == "psd_clip")] {
        let line = format!("\nsomabrain_density_{name}_total {}\n", u8::from(count));
        assert!(metrics.contains(&line), "{line}{metrics}");
    }
    is_told(&fs::read_to_string(log).expect("a log"), words);
    let (status, restored) = server.call("POST", "/admin/density/restore", "").expect("restored");
    assert_eq!(status, 200, "{restored}");
}

/// One line, in the words that operators look for, without any memory's.
fn is_told(log: &str, words: &str) {
    let told: Vec<&str> = log.lines().filter(|line| line.contains("invariant")).collect();
    let [line] = &told[..] else { panic!("one line: {log}") };
    for part in ["density matrix", words, "snapshot", "local", "default"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(!MEMORIES.iter().any(|content| log.contains(content)), "{log}");
}

/// Changes the one matrix in the file. Its row begins with the tenant, the namespace, 256 dimensions and three observations
/// (SQLite keeps no byte of the version 1); that of its snapshot has a moment between.
fn damage(file: &Path, change: Damage) {
    let mut bytes = fs::read(file).expect("a database");
    let row = b"localdefault\x01\x00\x03";
    let at = bytes.windows(row.len()).rposition(|window| window == row).expect("the row of the matrix") + row.len();
    let (numbers, _) = bytes[at..at + 16].as_chunks_mut::<8>();
    let mut first = [f64::from_le_bytes(numbers[0]), f64::from_le_bytes(numbers[1])];
    change(&mut first);
    numbers.copy_from_slice(&first.map(f64::to_le_bytes));
    fs::write(file, bytes).expect("written");
}

/// The matrix as operators see it, once it has seen so many memories.
fn seen(server: &Server, observations: u64) -> Value {
    let begin = Instant::now();
    loop {
        let (status, seen) = server.call("GET", "/admin/density", "").expect("it answers");
        assert_eq!(status, 200, "{seen}");
        if seen["observations"] == json!(observations) {
            return seen;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "{seen}");
        std::thread::yield_now();
    }
}
