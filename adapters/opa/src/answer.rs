//! What OPA answers: the package's document, of which the rule `decision` counts.

use application::ports::policy::Decision;
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
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
    let Answer { result: Document { decision: Verdict { allow, reason } } } = serde_json::from_slice(body)?;
    Ok(match allow {
        true => Decision::Allow,
        false => Decision::Deny { reason },
    })
}
