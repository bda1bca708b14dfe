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
