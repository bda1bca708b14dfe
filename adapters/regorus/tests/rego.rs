//! The Rego's own tests, run by the interpreter rather than by the bytecode that decides.

use regorus::{Engine, Value};

const POLICY: &str = include_str!("../../opa/policy/authz.rego");
const TESTS: &str = include_str!("../../opa/policy/authz_test.rego");

#[test]
fn every_test_rule_beside_the_policy_holds() {
    let mut engine = Engine::new();
    engine.add_policy("authz.rego".into(), POLICY.into()).unwrap();
    engine.add_policy("authz_test.rego".into(), TESTS.into()).unwrap();
    let rules = TESTS.lines().filter(|line| line.starts_with("test_"));
    let names: Vec<&str> = rules.map(|line| line.split(' ').next().unwrap_or(line)).collect();
    assert!(names.len() >= 16, "only {} tests were found", names.len());
    for name in names {
        let held = engine.eval_rule(format!("data.somabrain.authz_test.{name}"));
        assert_eq!(held.unwrap(), Value::from(true), "{name}");
    }
}
