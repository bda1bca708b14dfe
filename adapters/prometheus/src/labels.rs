//! Labels: each from a closed set.

use application::ports::metrics::Outcome;
use prometheus_client::encoding::EncodeLabelSet;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Request {
    method: &'static str,
    endpoint: &'static str,
    status: u16,
}

impl Request {
    /// What is no HTTP status (100 to 599) becomes 0.
    pub(crate) fn new(method: &'static str, endpoint: &'static str, status: u16) -> Self {
        let status = if (100..600).contains(&status) { status } else { 0 };
        Self { method, endpoint, status }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) endpoint: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Operation {
    operation: &'static str,
    status: &'static str,
}

impl Operation {
    pub(crate) fn new(operation: &'static str, outcome: Outcome) -> Self {
        Self { operation, status: outcome.as_str() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Refusal {
    pub(crate) reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Flag {
    pub(crate) kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Passed {
    pub(crate) stage: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Server {
    pub(crate) component: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Verdict {
    pub(crate) verdict: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Build {
    pub(crate) version: String,
}
