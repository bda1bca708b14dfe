//! What the operators' runbook greps for on a fresh instance.

use application::ports::metrics::Metrics;
use somabrain_prometheus::{Config, Prometheus};

#[test]
fn every_grep_of_the_runbook_prints_samples_on_a_fresh_instance() {
    let text = Prometheus::new(Config { version: "v0.1.0".into() }).exposition();
    for grep in ["duration_seconds", "density_trace_error", "requests_total"] {
        let samples = text.lines().filter(|line| line.contains(grep) && !line.starts_with('#'));
        assert!(samples.count() > 0, "grep {grep} prints no sample of\n{text}");
    }
}

#[test]
fn the_redis_counter_has_no_suffix() {
    let text = Prometheus::new(Config { version: "v0.1.0".into() }).exposition();
    assert!(text.contains("\nsomabrain_redis_connection_errors 0\n"), "{text}");
}

#[test]
fn a_version_with_quotes_does_not_break_the_exposition() {
    let text = Prometheus::new(Config { version: "a\"b\\c\nd".into() }).exposition();
    assert!(text.contains(r#"somabrain_build_info{version="a\"b\\c\nd"} 1"#), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_is_told_as_by_every_client_library() {
    let metrics = Prometheus::new(Config { version: "v0.1.0".into() });
    let value = |name: &str| -> f64 {
        let text = metrics.exposition();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().expect("a number")
    };
    let began = value("process_start_time_seconds");
    assert!(began > 1.7e9 && began == value("process_start_time_seconds"), "{began}");
    assert!((1e6..1e10).contains(&value("process_resident_memory_bytes")));
    assert!(value("process_open_fds") >= 3.0);
    let (before, mut spent) = (value("process_cpu_seconds_total"), 0u64);
    while value("process_cpu_seconds_total") <= before {
        spent = std::hint::black_box((0..1_000_000).fold(spent, u64::wrapping_add));
    }
}
