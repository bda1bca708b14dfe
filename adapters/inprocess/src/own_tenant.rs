//! The smallest policy: everybody who has a role, on what is their own tenant's.

use application::ports::error::PortError;
use application::ports::policy::{Decision, Policy, Question};

/// Allows callers with at least one role to do anything within their own tenant, and nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub struct OwnTenant;

impl Policy for OwnTenant {
    async fn decide(&self, question: &Question<'_>) -> Result<Decision, PortError> {
        let caller = &question.call.caller;
        Ok(if question.resource.tenant != &caller.tenant {
            Decision::Deny { reason: "this belongs to another tenant".into() }
        } else if caller.roles.is_empty() {
            Decision::Deny { reason: "a caller without roles may do nothing".into() }
        } else {
            Decision::Allow
        })
    }
}
