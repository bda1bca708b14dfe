//! Metrics: counting what happens, in the operators' names.

use std::time::Duration;

use domain::secrets::SecretKind;

use super::authenticator::Rejection;
use super::outbox::Depth;

/// Where measurements go. Suite: `contract::metrics`.
///
/// Obligations: every name of the operators' list is in the exposition from the start, counters as 0; nothing counted
/// is lost; labels come from closed sets, so that no caller can make the exposition grow.
pub trait Metrics: Send + Sync {
    /// Counts or observes something.
    fn record(&self, measurement: Measurement);

    /// Everything counted so far in the Prometheus text format.
    fn exposition(&self) -> String;
}

/// Something to count or observe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measurement {
    /// A request was answered.
    Request {
        /// `GET`, `POST`, …
        method: &'static str,
        /// The route's pattern, such as `/memories/{id}`; `unmatched` for anything else.
        endpoint: &'static str,
        /// The status code.
        status: u16,
        /// From the first byte read to the answer made.
        took: Duration,
    },
    /// A use case ended.
    MemoryOperation {
        /// `remember`, `recall`, …
        operation: &'static str,
        /// How.
        outcome: Outcome,
    },
    /// A use case passed a stage.
    Stage {
        /// Which.
        stage: Stage,
        /// How long it took.
        took: Duration,
    },
    /// A token was refused.
    AuthFailure(Rejection),
    /// A policy denied.
    Denied,
    /// What was to be stored looks like a secret.
    Secret(SecretKind),
    /// A request was over the rate.
    RateLimited,
    /// Looked for memories in working memory.
    WorkingMemory {
        /// How many of the answers it held.
        hits: u64,
        /// How many it did not.
        misses: u64,
    },
    /// Feedback was taken.
    Feedback {
        /// How many memories it called useful.
        useful: u64,
        /// How many it called useless.
        useless: u64,
    },
    /// A density matrix whose trace was off, or about which nothing can be trusted: not what was written, or no numbers.
    DensityTraceError,
    /// A density matrix that had a negative eigenvalue.
    DensityPsdClip,
    /// How many memories there are now.
    Memories(u64),
    /// So many more attempts to reach Redis failed.
    RedisErrors(u64),
    /// How much waits in the outbox now.
    Outbox(Depth),
    /// How the breaker before a server stands now.
    Breaker {
        /// Which server: the component's name in `/health`.
        component: &'static str,
        /// How it stands.
        state: BreakerState,
    },
    /// The pool of database connections now.
    Connections {
        /// In use.
        active: u32,
        /// Allowed.
        max: u32,
    },
}

/// A part of a use case that asks something outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Asking the policy.
    Policy,
    /// Encoding texts.
    Encode,
    /// An act of the ledger, or what the ledger knows to be undelivered.
    Ledger,
    /// Telling or searching the long-term memory.
    LongTerm,
    /// Asking or telling working memory.
    Working,
}

impl Stage {
    /// Every stage, in the order in which a request passes them.
    pub const ALL: [Self; 5] = [Self::Policy, Self::Encode, Self::Ledger, Self::LongTerm, Self::Working];

    /// The stage as a label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Encode => "encode",
            Self::Ledger => "ledger",
            Self::LongTerm => "memory_service",
            Self::Working => "working_memory",
        }
    }
}

/// How a breaker stands; the discriminants are the values of the metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BreakerState {
    /// Requests go through.
    Closed = 0,
    /// Requests are refused at once.
    Open = 1,
    /// One request tries whether the server is back.
    HalfOpen = 2,
}

/// How a use case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// As asked.
    Success,
    /// The caller asked for something that cannot be.
    Refused,
    /// We failed.
    Error,
}

impl Outcome {
    /// The outcome as a label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refused => "refused",
            Self::Error => "error",
        }
    }
}
