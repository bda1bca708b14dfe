//! What an operator's own files can and cannot do.

use application::call::{Call, Caller};
use application::ports::error::{PortError, PortErrorKind};
use application::ports::policy::{Action, Basis, Decision, Policy, Question, Resource};
use domain::tenant::Tenant;
use somabrain_regorus::{Config, InvalidPolicy, Regorus};

fn with(rego: &str) -> Result<Regorus, InvalidPolicy> {
    let own = format!("package somabrain.authz\n{rego}\n");
    Regorus::try_new(Config { policies: vec![("own.rego".into(), own)] })
}

async fn asked(policy: &Regorus, role: &str, kind: &'static str, owner: &str) -> Result<Decision, PortError> {
    let tenant = Tenant::try_new("acme").expect("a tenant");
    let owner = Tenant::try_new(owner).expect("a tenant");
    let caller = Caller { tenant, subject: "ada".into(), roles: vec![role.into()] };
    let call = Call {
        caller,
        request_id: "r-1".into(),
        method: "DELETE".into(),
        path: "/memories/1".into(),
        traceparent: None,
    };
    let resource = Resource { id: Some("m-1"), ..Resource::of(kind, &owner) };
    policy.decide(&Question { call: &call, action: Action::Erase, resource }).await
}

const AUDITORS: &str = r#"permitted if "auditor" in input.roles"#;

#[tokio::test]
async fn a_rule_that_permits_adds_a_role() {
    let policy = with(AUDITORS).unwrap();
    assert!(asked(&policy, "auditor", "memory", "acme").await.unwrap().is_allow());
    assert!(!asked(&policy, "reader", "memory", "acme").await.unwrap().is_allow());
}

#[tokio::test]
async fn a_rule_that_permits_does_not_reach_another_tenant() {
    let policy = with(AUDITORS).unwrap();
    assert!(!asked(&policy, "auditor", "memory", "globex").await.unwrap().is_allow());
}

#[tokio::test]
async fn a_rule_that_forbids_wins_and_says_why() {
    let rego = r#"forbidden contains "namespaces stay" if input.resource.kind == "namespace""#;
    let policy = with(rego).unwrap();
    let denied = Decision::Deny(Basis::new("namespaces stay"));
    assert_eq!(asked(&policy, "admin", "namespace", "acme").await.unwrap(), denied);
    assert!(asked(&policy, "admin", "memory", "acme").await.unwrap().is_allow());
}

#[tokio::test]
async fn rules_may_read_the_request_and_the_id() {
    let rego = r#"forbidden contains "kept" if { input.resource.id == "m-1"; input.request.method == "DELETE" }"#;
    let denied = Decision::Deny(Basis::new("kept"));
    assert_eq!(asked(&with(rego).unwrap(), "admin", "memory", "acme").await.unwrap(), denied);
}

#[tokio::test]
async fn an_answer_that_is_no_decision_is_an_error_and_never_a_permission() {
    let broken = [
        r#"allow := "yes" if input.action == "memory:erase""#,
        r#"reason := 7 if input.action == "memory:erase""#,
        r#"decision := true if input.action == "memory:erase""#,
    ];
    for rego in broken {
        // Refused when compiled would do as well.
        let Ok(policy) = with(rego) else { continue };
        match asked(&policy, "admin", "memory", "acme").await {
            Err(error) => assert_eq!(error.kind, PortErrorKind::Internal, "{rego}"),
            Ok(decision) => panic!("{decision:?} from {rego}"),
        }
    }
}

#[tokio::test]
async fn a_policy_without_end_is_an_error() {
    let rego = "forbidden contains \"never\" if { some i in numbers.range(1, 5000); some j in numbers.range(1, 5000); i * j < 0 }";
    let policy = with(rego).unwrap();
    assert_eq!(asked(&policy, "admin", "memory", "acme").await.unwrap_err().kind, PortErrorKind::Internal);
    assert!(asked(&policy, "admin", "memory", "acme").await.is_err(), "asked again");
}

#[test]
fn a_file_that_is_not_rego_is_named() {
    let error = with("allow if {").map(drop).unwrap_err();
    assert!(error.to_string().contains("own.rego"), "{error}");
}

#[test]
fn brackets_nested_without_end_are_refused_at_once_and_those_of_texts_and_remarks_do_not_count() {
    for bracket in ["[", "(", "{", "count(", "{\"a\":"] {
        let refused = with(&format!("\n\npermitted if {{ {} }}", bracket.repeat(5_000))).err().expect("it is refused");
        let InvalidPolicy::File { source, .. } = refused else { panic!("{refused}") };
        assert!(source.to_string().starts_with("line 4: brackets are nested"), "{source}");
    }
    let texts =
        format!("# {0}\npermitted if input.action == \"\\\"{0}\"\npermitted if input.action == `{0}`", "[".repeat(50));
    with(&texts).expect("these are no brackets");
    with("permitted if { x := [[[[[[[[[1]]]]]]]]]; count(x) == 7 }").expect("ten levels are read");
}
