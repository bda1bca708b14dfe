//! A question, as a reader of tenant acme asks it.

use application::call::{Call, Caller};
use application::ports::error::PortError;
use application::ports::policy::{Action, Decision, Policy, Question, Resource};
use domain::tenant::{Namespace, Tenant};
use somabrain_opa::Opa;

/// What OPA answers to one who may.
pub(crate) const PERMITTED: &str = r#"{"result":{"allow":true,"decision":{"allow":true,"reason":"permitted"}}}"#;
/// What it answers to one who may not.
pub(crate) const DENIED: &str = r#"{"result":{"allow":false,"decision":{"allow":false,"reason":"no role"}}}"#;

pub(crate) fn call(role: &str, request_id: &str) -> Call {
    Call {
        caller: Caller {
            tenant: Tenant::try_new("acme").unwrap(),
            subject: "ada \u{1f9e0}".into(),
            roles: vec![role.into()],
        },
        request_id: request_id.into(),
        method: "POST".into(),
        path: "/recall".into(),
        traceparent: None,
    }
}

/// Asks whether `call` may recall in the default namespace of its own tenant.
pub(crate) async fn ask(opa: &Opa, call: &Call) -> Result<Decision, PortError> {
    let namespace = Namespace::default();
    let resource = Resource { namespace: Some(&namespace), ..Resource::of("memory", &call.caller.tenant) };
    opa.decide(&Question { call, action: Action::Recall, resource }).await
}

/// Asks whether `call` may begin or end maintenance.
pub(crate) async fn ask_for_maintenance(opa: &Opa, call: &Call) -> Result<Decision, PortError> {
    let resource = Resource::of("maintenance", &call.caller.tenant);
    opa.decide(&Question { call, action: Action::Maintain, resource }).await
}
