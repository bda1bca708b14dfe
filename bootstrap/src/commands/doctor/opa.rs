//! OPA: whether it answers, and decides as the policy of this program does.

use anyhow::Result;
use application::call::{Call, Caller};
use application::ports::error::PortError;
use application::ports::policy::{Action, Policy, Question, Resource};
use domain::tenant::Tenant;
use somabrain_opa::Opa;

use super::report::{Report, causes};
use crate::settings::Servers;

const COMPONENT: &str = "opa";

/// Decisions that hold whatever an operator's own rules add: who asks, whose it is, and whether it is permitted.
const KNOWN: [(&[&str], &str, bool); 3] =
    [(&["admin"], "doctor", true), (&[], "doctor", false), (&["admin"], "another", false)];

pub(super) async fn examine(servers: &Servers, report: &mut Report) -> Result<()> {
    let opa = crate::networked::opa(servers).await?;
    if let Err(error) = opa.probe().await {
        report.wrong(
            COMPONENT,
            causes(&error),
            "start it, or correct SOMABRAIN_OPA_URL: every request is refused without it",
        );
        return Ok(());
    }
    let policy = "serve adapters/opa/policy/*.rego, and rules of your own beside it";
    for (roles, tenant, expected) in KNOWN {
        match decided(&opa, roles, tenant).await {
            Ok(permitted) if permitted == expected => {}
            Ok(permitted) => {
                let verb = if permitted { "permits" } else { "denies" };
                let what =
                    format!("it {verb} a recall in tenant {tenant} to a caller of tenant doctor with roles {roles:?}");
                report.wrong(COMPONENT, what, policy);
                return Ok(());
            }
            Err(error) => {
                report.wrong(COMPONENT, causes(&error), policy);
                return Ok(());
            }
        }
    }
    match opa.is_open().await {
        Ok(true) => report.note(
            COMPONENT,
            "it takes policies from whoever reaches it",
            "run it with --authorization=basic, and serve adapters/opa/policy/system.rego",
        ),
        Ok(false) => {}
        Err(error) => report.note(COMPONENT, causes(&error), "see whether it takes policies from whoever reaches it"),
    }
    report.ok(COMPONENT, format!("reachable; {} known decisions are as they should be", KNOWN.len()));
    Ok(())
}

async fn decided(opa: &Opa, roles: &[&str], tenant: &str) -> Result<bool, PortError> {
    let named = |name: &str| Tenant::try_new(name).expect("a plain name");
    let roles = roles.iter().map(ToString::to_string).collect();
    let caller = Caller { tenant: named("doctor"), subject: "doctor".into(), roles };
    let (method, path) = ("CLI".into(), "doctor".into());
    let call = Call { caller, request_id: "doctor".into(), method, path, traceparent: None };
    let tenant = named(tenant);
    let resource = Resource::of("namespace", &tenant);
    let decision = opa.decide(&Question { call: &call, action: Action::Recall, resource }).await?;
    Ok(decision.is_allow())
}
