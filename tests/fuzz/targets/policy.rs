//! The policy: whatever is asked, nobody is let to another tenant's, and nobody without a role that has it; whatever an
//! operator writes, it is compiled or refused.

use application::call::{Call, Caller};
use application::ports::policy::{Action, Decision, Policy, Question, Resource};
use domain::memory::Source;
use domain::secrets::SecretKind;
use domain::tenant::{Namespace, Tenant};
use futures_util::FutureExt;
use somabrain_regorus::{Config, Regorus};

use crate::choices::Choices;

const TENANTS: [&str; 4] = ["acme", "acme-2", "Acme", "globex"];
const ROLES: [&str; 9] = ["reader", "writer", "planner", "agent", "tool", "operator", "admin", "visitor", "ADMIN"];

/// Who may do what, told once more.
fn grants(role: &str, action: Action) -> bool {
    use Action::*;
    let reads = matches!(action, Recall | Read | ReadSession);
    match role {
        "reader" => reads,
        "writer" => reads || matches!(action, Remember | Supersede | Change | Erase | Feedback | EndSession),
        "planner" => reads || action == Plan,
        "agent" => reads || matches!(action, Plan | Remember | Supersede | Feedback | EndSession),
        "tool" => action == Remember,
        "operator" => reads || matches!(action, InspectDensity | InspectAudit | InspectMaintenance),
        "admin" => true,
        _ => false,
    }
}

/// As which sources a role may store.
fn claims(role: &str, source: Source) -> bool {
    match role {
        "writer" | "admin" => true,
        "agent" => matches!(source, Source::Agent | Source::Tool),
        "tool" => source == Source::Tool,
        _ => false,
    }
}

fn asked(policy: &Regorus, choices: &mut Choices<'_>) {
    let tenant = |name: &str| Tenant::try_new(name).unwrap_or_else(|_| Tenant::try_new("acme").expect("plain"));
    let (own, owner) = (tenant(&choices.text(&TENANTS)), tenant(&choices.text(&TENANTS)));
    let roles: Vec<String> = (0..choices.below(5)).map(|_| choices.text(&ROLES)).collect();
    let action = choices.of(&Action::ALL);
    let call = Call {
        caller: Caller { tenant: own.clone(), subject: choices.text(&["ada", "admin"]), roles: roles.clone() },
        request_id: choices.text(&["r-1", "acme"]),
        method: choices.text(&["GET", "POST"]),
        path: choices.text(&["/recall", "/admin/density"]),
        traceparent: None,
    };
    let (namespace, id) = (Namespace::default(), choices.text(&["globex", "7"]));
    let kind = choices.of(&["memory", "namespace", "session", "density", "maintenance"]);
    let resource = Resource {
        kind,
        tenant: &owner,
        namespace: choices.one_in(2).then_some(&namespace),
        id: choices.one_in(2).then_some(id.as_str()),
        source: choices.one_in(2).then(|| choices.of(&Source::ALL)),
        secrets: if choices.one_in(2) { &SecretKind::ALL } else { &[] },
    };
    let question = Question { call: &call, action, resource };
    let decision = policy.decide(&question).now_or_never().expect("it asks nobody").expect("it decides");
    let claimed = |source| roles.iter().any(|role| claims(role, source));
    let may = own == owner
        && roles.iter().any(|role| grants(role, action))
        && (!matches!(action, Action::Remember | Action::Supersede) || resource.source.is_none_or(claimed));
    assert_eq!(decision.is_allow(), may, "{question:?}");
    let (Decision::Allow(basis) | Decision::Deny(basis)) = decision;
    assert!(!basis.reason.is_empty());
}

#[test]
fn questions() {
    let policy = Regorus::try_new(Config::default()).expect("the bundled policy is good");
    bolero::check!().for_each(|input: &[u8]| asked(&policy, &mut Choices::new(input)));
}

const REGO: [&str; 30] = [
    "package somabrain.authz\n",
    "permitted if {",
    "}\n",
    "forbidden contains \"x\" if ",
    "input.action",
    " == ",
    "\"memory:read\"",
    "input.roles",
    " in ",
    "some ",
    "role",
    "every ",
    "not ",
    "data.somabrain.authz",
    "[",
    "]",
    "(",
    ")",
    "{",
    "|",
    "count(",
    ":= ",
    "import rego.v1\n",
    "default ",
    "if true\n",
    "else := ",
    "\n",
    "with input as ",
    "`",
    "9e999",
];
const DEEP: [&str; 6] = ["[", "(", "{", "not ", "{\"a\":", "count("];

fn operators_text(choices: &mut Choices<'_>) -> String {
    match choices.below(3) {
        0 => {
            let words: String = (0..choices.below(30)).map(|_| choices.text(&REGO)).collect();
            format!("package somabrain.authz\n{words}")
        }
        1 => {
            let (open, times) = (choices.of(&DEEP), choices.below(4096));
            format!("package somabrain.authz\npermitted if {{ {} }}\n", open.repeat(times))
        }
        _ => String::from_utf8_lossy(choices.rest()).into_owned(),
    }
}

#[test]
fn rego() {
    bolero::check!().for_each(|input: &[u8]| {
        let text = operators_text(&mut Choices::new(input));
        // Compiled or refused: nothing more is promised of a text that its operator did not mean.
        drop(Regorus::try_new(Config { policies: vec![("own.rego".into(), text)] }));
    });
}

#[test]
fn what_an_operator_permits_opens_no_other_tenant() {
    let (acme, globex) = (Tenant::try_new("acme").expect("plain"), Tenant::try_new("globex").expect("plain"));
    let caller = Caller { tenant: acme, subject: "ada".into(), roles: vec!["admin".into()] };
    let call = Call { caller, request_id: "r".into(), method: "GET".into(), path: "/".into(), traceparent: None };
    let permits = "package somabrain.authz\npermitted if ";
    bolero::check!().with_iterations(200).for_each(|input: &[u8]| {
        let mut choices = Choices::new(input);
        let condition: String = (0..choices.below(12)).map(|_| choices.text(&REGO[4..11])).collect();
        let condition = if choices.one_in(3) { "true".to_owned() } else { format!("{{ {condition} }}") };
        let policies = vec![("own.rego".to_owned(), format!("{permits}{condition}\n"))];
        let Ok(policy) = Regorus::try_new(Config { policies }) else { return };
        let resource = Resource::of("memory", &globex);
        for action in Action::ALL {
            let decision = policy.decide(&Question { call: &call, action, resource }).now_or_never();
            assert!(!matches!(decision, Some(Ok(Decision::Allow(_)))), "{action:?} permitted by {condition}");
        }
    });
}
