//! Suite of [`application::ports::policy`]: one decision table for every adapter, over the bundled Rego.

use application::call::{Call, Caller};
use application::ports::policy::{Action, Decision, Policy, Question, Resource};
use domain::memory::Source;
use domain::tenant::{Namespace, Tenant};

crate::suite! { ($) policy:
    each_role_may_do_what_the_table_says_and_nothing_else,
    nobody_may_do_anything_to_another_tenant,
    what_no_rule_permits_is_denied,
    who_has_no_role_may_do_nothing,
    roles_add_up,
    a_role_counts_wherever_it_stands_in_the_list,
    a_denial_says_why,
    a_role_stores_as_the_sources_of_the_table_and_no_others,
    the_kind_the_id_and_the_request_change_nothing,
    the_same_question_gets_the_same_decision,
}

use Action::{
    Change, EndSession, Erase, Feedback, InspectAudit, InspectDensity, InspectMaintenance, Plan, Read, ReadSession,
    Recall, Remember, Supersede,
};

/// Who may do what in the own tenant; everything else is denied.
pub const TABLE: &[(&str, &[Action])] = &[
    ("reader", &[Recall, Read, ReadSession]),
    ("writer", &[Recall, Read, ReadSession, Remember, Supersede, Change, Erase, EndSession, Feedback]),
    ("planner", &[Recall, Read, ReadSession, Plan]),
    ("operator", &[Recall, Read, ReadSession, InspectDensity, InspectAudit, InspectMaintenance]),
    ("agent", &[Recall, Read, ReadSession, Plan, Remember, Supersede, EndSession, Feedback]),
    ("tool", &[Remember]),
    ("admin", &Action::ALL),
];

/// As which sources a role may store; every other role stores nothing.
pub const SOURCES: &[(&str, &[Source])] = &[
    ("writer", &Source::ALL),
    ("agent", &[Source::Agent, Source::Tool]),
    ("tool", &[Source::Tool]),
    ("admin", &Source::ALL),
];

/// Every action of every role in the own tenant.
pub async fn each_role_may_do_what_the_table_says_and_nothing_else(policy: &impl Policy) {
    for (role, permitted) in TABLE {
        for action in Action::ALL {
            let allowed = asked(policy, &[role], action, "acme").await.is_allow();
            assert_eq!(allowed, permitted.contains(&action), "{role} asking for {}", action.as_str());
        }
    }
}

/// Every action of every role, admin included, on what another tenant owns.
pub async fn nobody_may_do_anything_to_another_tenant(policy: &impl Policy) {
    for (role, _) in TABLE {
        for action in Action::ALL {
            for other in ["globex", "Acme", "acme.", "acme-2"] {
                let decision = asked(policy, &[role], action, other).await;
                assert!(!decision.is_allow(), "{role} of acme got {} in {other}", action.as_str());
            }
        }
    }
}

/// Roles that no rule names, some of them nearly a known one.
pub async fn what_no_rule_permits_is_denied(policy: &impl Policy) {
    for role in ["visitor", "", "Admin", "admin ", "admins", "role:admin", "*", "acme"] {
        for action in Action::ALL {
            let decision = asked(policy, &[role], action, "acme").await;
            assert!(!decision.is_allow(), "{role:?} got {}", action.as_str());
        }
    }
}

/// An empty list of roles.
pub async fn who_has_no_role_may_do_nothing(policy: &impl Policy) {
    for action in Action::ALL {
        assert!(!asked(policy, &[], action, "acme").await.is_allow(), "{}", action.as_str());
    }
}

/// Two roles permit what either permits.
pub async fn roles_add_up(policy: &impl Policy) {
    for action in Action::ALL {
        let allowed = asked(policy, &["planner", "writer"], action, "acme").await.is_allow();
        let either = TABLE.iter().any(|(role, may)| matches!(*role, "planner" | "writer") && may.contains(&action));
        assert_eq!(allowed, either, "{}", action.as_str());
    }
}

/// Unknown and repeated roles beside a known one.
pub async fn a_role_counts_wherever_it_stands_in_the_list(policy: &impl Policy) {
    for roles in [["reader", "visitor", "visitor"], ["visitor", "reader", "reader"], ["visitor", "visitor", "reader"]] {
        assert!(asked(policy, &roles, Recall, "acme").await.is_allow(), "{roles:?}");
    }
}

/// Both kinds of denial carry words.
pub async fn a_denial_says_why(policy: &impl Policy) {
    for (roles, owner) in [(["visitor"], "acme"), (["admin"], "globex")] {
        match asked(policy, &roles, Remember, owner).await {
            Decision::Deny(basis) => assert!(!basis.reason.trim().is_empty(), "{roles:?} in {owner}"),
            Decision::Allow(_) => panic!("{roles:?} was allowed in {owner}"),
        }
    }
}

/// A tool cannot claim that a person said it, nor end what one said; two roles claim what either may.
pub async fn a_role_stores_as_the_sources_of_the_table_and_no_others(policy: &impl Policy) {
    let asked = async |roles: &[&str], action, source| {
        let call = call(roles);
        let namespace = Namespace::default();
        let memory = Resource::of("memory", &call.caller.tenant);
        let resource = Resource { namespace: Some(&namespace), source: Some(source), ..memory };
        policy.decide(&Question { call: &call, action, resource }).await.expect("a decision")
    };
    for (role, permitted) in TABLE {
        let may = SOURCES.iter().find(|(other, _)| other == role).map_or(&[][..], |(_, may)| may);
        for source in Source::ALL {
            for action in [Remember, Supersede] {
                let allowed = asked(&[role], action, source).await.is_allow();
                let may = may.contains(&source) && permitted.contains(&action);
                assert_eq!(allowed, may, "{role}: {} as {}", action.as_str(), source.as_str());
            }
        }
    }
    assert!(asked(&["tool", "agent"], Remember, Source::Agent).await.is_allow());
    assert!(!asked(&["tool", "reader", "visitor"], Remember, Source::User).await.is_allow());
    assert!(!asked(&["tool", "agent"], Supersede, Source::User).await.is_allow());
}

/// The bundled policy decides by tenant, roles and action alone.
pub async fn the_kind_the_id_and_the_request_change_nothing(policy: &impl Policy) {
    let call = call(&["reader"]);
    let other =
        Call { request_id: "r-2".into(), method: "CLI".into(), path: "\"}{[\u{0}\u{1f9e0}".into(), ..call.clone() };
    let named = Namespace::try_new("notes:2026").expect("a namespace");
    for kind in ["memory", "namespace", "session", "subject"] {
        for (call, namespace, id) in [(&call, None, None), (&other, Some(&named), Some("an \"id\" \\ of \n any kind"))]
        {
            let resource = Resource { namespace, id, ..Resource::of(kind, &call.caller.tenant) };
            for action in Action::ALL {
                let decision = policy.decide(&Question { call, action, resource }).await.expect("a decision");
                let permitted = [Recall, Read, ReadSession].contains(&action);
                assert_eq!(decision.is_allow(), permitted, "{} on {kind}", action.as_str());
            }
        }
    }
}

/// Asked again, and after other questions.
pub async fn the_same_question_gets_the_same_decision(policy: &impl Policy) {
    for _ in 0..3 {
        assert!(asked(policy, &["writer"], Remember, "acme").await.is_allow());
        assert!(!asked(policy, &["writer"], Plan, "acme").await.is_allow());
        assert!(!asked(policy, &["writer"], Remember, "globex").await.is_allow());
    }
}

/// What the policy decides on `roles` of tenant acme doing `action` to a memory that `owner` owns.
async fn asked(policy: &impl Policy, roles: &[&str], action: Action, owner: &str) -> Decision {
    let owner = Tenant::try_new(owner).expect("a tenant");
    let namespace = Namespace::default();
    let resource = Resource { namespace: Some(&namespace), ..Resource::of("memory", &owner) };
    policy.decide(&Question { call: &call(roles), action, resource }).await.expect("a decision")
}

fn call(roles: &[&str]) -> Call {
    Call {
        caller: Caller {
            tenant: Tenant::try_new("acme").expect("a tenant"),
            subject: "ada".into(),
            roles: roles.iter().map(ToString::to_string).collect(),
        },
        request_id: "r-1".into(),
        method: "POST".into(),
        path: "/recall".into(),
        traceparent: None,
    }
}
