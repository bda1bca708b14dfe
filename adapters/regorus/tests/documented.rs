//! The examples of docs/policy.md: each compiles beside the bundled policy and does what the page says.

use application::call::{Call, Caller};
use application::ports::policy::{Action, Decision, Policy, Question, Resource};
use domain::memory::Source;
use domain::secrets::SecretKind;
use domain::tenant::{Namespace, Tenant};
use somabrain_regorus::{Config, Regorus};

const PAGE: &str = include_str!("../../../docs/policy.md");

/// The examples of the page, in its order.
fn examples() -> Vec<String> {
    let blocks = PAGE.split("```rego\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// The one example that has these words, beside the bundled policy.
fn with(words: &str) -> Regorus {
    let found: Vec<String> = examples().into_iter().filter(|example| example.contains(words)).collect();
    let [example] = &found[..] else { panic!("{} examples have {words:?}", found.len()) };
    Regorus::try_new(Config { policies: vec![("own.rego".into(), example.clone())] }).expect("it compiles")
}

struct Asked<'a> {
    role: &'a str,
    action: Action,
    kind: &'static str,
    namespace: &'a str,
    source: Option<Source>,
    secrets: &'a [SecretKind],
}

impl<'a> Asked<'a> {
    fn by(role: &'a str, action: Action) -> Self {
        Self { role, action, kind: "memory", namespace: "default", source: None, secrets: &[] }
    }

    async fn of(&self, policy: &Regorus) -> Decision {
        let tenant = Tenant::try_new("acme").expect("a tenant");
        let caller = Caller { tenant, subject: "ada".into(), roles: vec![self.role.into()] };
        let (method, path) = ("POST".into(), "/remember".into());
        let call = Call { caller, request_id: "r-1".into(), method, path, traceparent: None };
        let namespace = Namespace::try_new(self.namespace).expect("a namespace");
        let all = Resource::of(self.kind, &call.caller.tenant);
        let resource = Resource { namespace: Some(&namespace), source: self.source, secrets: self.secrets, ..all };
        policy.decide(&Question { call: &call, action: self.action, resource }).await.expect("a decision")
    }
}

async fn allowed(policy: &Regorus, asked: Asked<'_>) -> bool {
    asked.of(policy).await.is_allow()
}

#[test]
fn the_page_has_the_examples_that_are_tried_here() {
    assert_eq!(examples().len(), 5);
}

#[tokio::test]
async fn a_role_of_ones_own() {
    let policy = with("\"auditor\" in input.roles");
    assert!(allowed(&policy, Asked::by("auditor", Action::Read)).await);
    assert!(!allowed(&policy, Asked::by("auditor", Action::Recall)).await);
}

#[tokio::test]
async fn a_role_of_ones_own_that_stores() {
    let policy = with("\"crawler\" in input.roles");
    let store = |source| Asked { source: Some(source), ..Asked::by("crawler", Action::Remember) };
    assert!(allowed(&policy, store(Source::Import)).await);
    assert!(!allowed(&policy, store(Source::User)).await);
}

#[tokio::test]
async fn secrets_are_refused() {
    let policy = with("input.resource.secrets");
    let store = |secrets| Asked { source: Some(Source::User), secrets, ..Asked::by("writer", Action::Remember) };
    assert!(allowed(&policy, store(&[])).await);
    let Decision::Deny(basis) = store(&[SecretKind::CardNumber]).of(&policy).await else { panic!("it is refused") };
    assert_eq!(basis.reason, "it looks like a card_number: store where it is kept, not what it is");
    assert!(allowed(&policy, Asked::by("reader", Action::Recall)).await);
}

#[tokio::test]
async fn tools_are_in_quarantine() {
    let policy = with("tools store into the namespace quarantine");
    let store = |namespace, source| Asked { namespace, source: Some(source), ..Asked::by("writer", Action::Remember) };
    assert!(allowed(&policy, store("default", Source::User)).await);
    assert!(!allowed(&policy, store("default", Source::Tool)).await);
    assert!(allowed(&policy, store("quarantine", Source::Tool)).await);
    let recall = |role, namespace| Asked { namespace, ..Asked::by(role, Action::Recall) };
    assert!(allowed(&policy, recall("writer", "default")).await);
    assert!(!allowed(&policy, recall("writer", "quarantine")).await);
    assert!(allowed(&policy, recall("admin", "quarantine")).await);
    let read = |role, namespace| Asked { namespace, ..Asked::by(role, Action::Read) };
    assert!(allowed(&policy, read("reader", "default")).await);
    assert!(!allowed(&policy, read("reader", "quarantine")).await);
}

#[tokio::test]
async fn only_an_admin_erases_a_namespace() {
    let policy = with("only an admin erases a namespace");
    let erase = |role, kind| Asked { kind, ..Asked::by(role, Action::Erase) };
    assert!(!allowed(&policy, erase("writer", "namespace")).await);
    assert!(allowed(&policy, erase("writer", "memory")).await);
    assert!(allowed(&policy, erase("admin", "namespace")).await);
}
