//! The series: their names, what they begin with, and which measurement moves which.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use application::ports::authenticator::Rejection;
use application::ports::metrics::{Measurement, Outcome, Stage};
use application::ports::outbox::Depth;
use domain::secrets::SecretKind;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::count::Count;
use crate::labels::{Build, Flag, Operation, Passed, Refusal, Request, Route, Server, Verdict};

/// Upper bounds of durations in seconds; 0.1 and 0.5 are the thresholds of the operators' alerts.
const BOUNDS: [f64; 16] =
    [1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 1e-1, 2.5e-1, 5e-1, 1.0, 2.5, 5.0, 10.0];

/// The routes that are in the exposition before anyone asked for them, with the status of success.
const ROUTES: [(&str, &str, u16); 4] =
    [("POST", "/remember", 201), ("POST", "/recall", 200), ("POST", "/plan", 200), ("GET", "/health", 200)];

/// The reason of a refusal by the policy.
const DENIED: &str = "denied";

type Times = Family<Route, Histogram, fn() -> Histogram>;

/// The servers that have a breaker before them, by their components' names in `/health`.
const SERVERS: [&str; 5] = ["redis", "postgres", "opa", "memory_service", "kafka"];

/// One field a name.
#[derive(Debug)]
pub(crate) struct Series {
    requests: Family<Request, Count>,
    durations: Times,
    operations: Family<Operation, Count>,
    auth_failures: Family<Refusal, Count>,
    rate_limited: Count,
    secrets: Family<Flag, Count>,
    hits: Count,
    misses: Count,
    feedback: Family<Verdict, Count>,
    trace_errors: Count,
    psd_clips: Count,
    memories: Gauge,
    stages: Family<Passed, Histogram, fn() -> Histogram>,
    redis_errors: Count,
    outbox_pending: Gauge,
    outbox_oldest: Gauge<f64, AtomicU64>,
    breakers: Family<Server, Gauge>,
    connections_active: Gauge,
    connections_max: Gauge,
}

impl Default for Series {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            durations: Times::new_with_constructor(|| Histogram::new(BOUNDS)),
            operations: Family::default(),
            auth_failures: Family::default(),
            rate_limited: Count::default(),
            secrets: Family::default(),
            hits: Count::default(),
            misses: Count::default(),
            feedback: Family::default(),
            trace_errors: Count::default(),
            psd_clips: Count::default(),
            memories: Gauge::default(),
            stages: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            redis_errors: Count::default(),
            outbox_pending: Gauge::default(),
            outbox_oldest: Gauge::default(),
            breakers: Family::default(),
            connections_active: Gauge::default(),
            connections_max: Gauge::default(),
        }
    }
}

impl Series {
    /// Gives every series its name.
    pub(crate) fn register(&self, to: &mut Registry, version: String) {
        to.register("somabrain_requests_total", "Requests answered", self.requests.clone());
        to.register("somabrain_request_duration_seconds", "Time to the answer", self.durations.clone());
        to.register("somabrain_memory_operations_total", "Use cases ended", self.operations.clone());
        to.register("somabrain_auth_failures_total", "Requests refused", self.auth_failures.clone());
        to.register("somabrain_rate_limit_exceeded_total", "Requests over the rate", self.rate_limited.clone());
        to.register("somabrain_secrets_flagged_total", "Writes that look like a secret", self.secrets.clone());
        to.register("somabrain_working_memory_hits_total", "Answers held in working memory", self.hits.clone());
        to.register("somabrain_working_memory_misses_total", "Answers it did not hold", self.misses.clone());
        to.register("somabrain_feedback_total", "Memories judged by feedback", self.feedback.clone());
        to.register(
            "somabrain_density_trace_error_total",
            "Matrices with a wrong trace, or damaged",
            self.trace_errors.clone(),
        );
        to.register("somabrain_density_psd_clip_total", "Matrices with negative eigenvalues", self.psd_clips.clone());
        to.register("somabrain_memories_total", "Memories held now", self.memories.clone());
        let build = Family::<Build, Gauge>::default();
        build.get_or_create(&Build { version }).set(1);
        to.register("somabrain_build_info", "The program's version", build);
        self.register_servers(to);
    }

    fn register_servers(&self, to: &mut Registry) {
        to.register("somabrain_stage_duration_seconds", "Time in a stage of a request", self.stages.clone());
        to.register("somabrain_redis_connection_errors", "Failed attempts to reach Redis", self.redis_errors.clone());
        to.register("somabrain_outbox_pending", "Entries and events not yet delivered", self.outbox_pending.clone());
        to.register("somabrain_outbox_oldest_seconds", "Age of the oldest of them", self.outbox_oldest.clone());
        let breakers = self.breakers.clone();
        to.register("somabrain_circuit_breaker_state", "0 closed, 1 open, 2 half-open", breakers);
        let (active, max) = (self.connections_active.clone(), self.connections_max.clone());
        to.register("somabrain_database_connections_active", "Connections in use", active);
        to.register("somabrain_database_connections_max", "Connections allowed", max);
    }

    /// Makes the label sets that operators look for on a fresh instance.
    pub(crate) fn begin(&self) {
        for (method, endpoint, status) in ROUTES {
            drop(self.requests.get_or_create(&Request::new(method, endpoint, status)));
            drop(self.durations.get_or_create(&Route { method, endpoint }));
        }
        for operation in ["remember", "recall", "plan"] {
            for outcome in [Outcome::Success, Outcome::Refused, Outcome::Error] {
                drop(self.operations.get_or_create(&Operation::new(operation, outcome)));
            }
        }
        for verdict in ["useful", "useless"] {
            drop(self.feedback.get_or_create(&Verdict { verdict }));
        }
        for stage in Stage::ALL {
            drop(self.stages.get_or_create(&Passed { stage: stage.as_str() }));
        }
        for component in SERVERS {
            drop(self.breakers.get_or_create(&Server { component }));
        }
        for kind in SecretKind::ALL.map(SecretKind::as_str) {
            drop(self.secrets.get_or_create(&Flag { kind }));
        }
        for reason in Rejection::ALL.map(Rejection::as_str).into_iter().chain([DENIED]) {
            drop(self.auth_failures.get_or_create(&Refusal { reason }));
        }
    }

    pub(crate) fn record(&self, measurement: Measurement) {
        match measurement {
            Measurement::Request { method, endpoint, status, took } => self.request(method, endpoint, status, took),
            Measurement::MemoryOperation { operation, outcome } => {
                self.operations.get_or_create(&Operation::new(operation, outcome)).add(1);
            }
            Measurement::AuthFailure(rejection) => self.refusal(rejection.as_str()),
            Measurement::Denied => self.refusal(DENIED),
            Measurement::Secret(kind) => self.secrets.get_or_create(&Flag { kind: kind.as_str() }).add(1),
            Measurement::RateLimited => self.rate_limited.add(1),
            Measurement::WorkingMemory { hits, misses } => {
                self.hits.add(hits);
                self.misses.add(misses);
            }
            Measurement::Feedback { useful, useless } => {
                self.feedback.get_or_create(&Verdict { verdict: "useful" }).add(useful);
                self.feedback.get_or_create(&Verdict { verdict: "useless" }).add(useless);
            }
            Measurement::DensityTraceError => self.trace_errors.add(1),
            Measurement::DensityPsdClip => self.psd_clips.add(1),
            Measurement::Memories(number) => set(&self.memories, number),
            Measurement::Stage { stage, took } => {
                self.stages.get_or_create(&Passed { stage: stage.as_str() }).observe(took.as_secs_f64());
            }
            Measurement::RedisErrors(more) => self.redis_errors.add(more),
            Measurement::Outbox(Depth { pending, oldest }) => {
                set(&self.outbox_pending, pending);
                self.outbox_oldest.set(oldest.as_secs_f64());
            }
            Measurement::Breaker { component, state } => {
                self.breakers.get_or_create(&Server { component }).set(state as i64);
            }
            Measurement::Connections { active, max } => {
                set(&self.connections_active, active.into());
                set(&self.connections_max, max.into());
            }
        }
    }

    fn request(&self, method: &'static str, endpoint: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&Request::new(method, endpoint, status)).add(1);
        self.durations.get_or_create(&Route { method, endpoint }).observe(took.as_secs_f64());
    }

    fn refusal(&self, reason: &'static str) {
        self.auth_failures.get_or_create(&Refusal { reason }).add(1);
    }
}

fn set(gauge: &Gauge, number: u64) {
    gauge.set(i64::try_from(number).unwrap_or(i64::MAX));
}
