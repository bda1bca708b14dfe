//! The smallest policy: everybody who has a role, on what is their own tenant's.

use application::ports::error::PortError;
use application::ports::policy::{Basis, Decision, Policy, Question};

/// Allows callers with at least one role to do anything within their own tenant, and nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub struct OwnTenant;

impl Policy for OwnTenant {
    async fn decide(&self, question: &Question<'_>) -> Result<Decision, PortError> {
        let caller = &question.call.caller;
        Ok(if question.resource.tenant != &caller.tenant {
            Decision::Deny(Basis::new("this belongs to another tenant"))
        } else if caller.roles.is_empty() {
            Decision::Deny(Basis::new("a caller without roles may do nothing"))
        } else {
            Decision::Allow(Basis::new("it is the caller's own tenant"))
        })
    }
}
