//! What OPA answers: the package's document, of which the rule `decision` counts.

use application::ports::policy::{Basis, Decision};
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    /// Under which OPA's decision log has it, where OPA keeps one.
    decision_id: Option<String>,
    result: Document,
}

#[derive(Deserialize)]
struct Document {
    decision: Verdict,
}

#[derive(Deserialize)]
struct Verdict {
    allow: bool,
    reason: String,
}

/// `allow` and `reason`, both of them; anything else is no decision.
pub(crate) fn decision(body: &[u8]) -> Result<Decision, serde_json::Error> {
    let Answer { decision_id, result: Document { decision } } = serde_json::from_slice(body)?;
    let basis = Basis { id: decision_id, reason: decision.reason };
    Ok(if decision.allow { Decision::Allow(basis) } else { Decision::Deny(basis) })
}
