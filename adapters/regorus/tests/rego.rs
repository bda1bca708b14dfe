//! The Rego's own tests, run by the interpreter rather than by the bytecode that decides.

use regorus::{Engine, Value};

macro_rules! rego {
    ($name:literal) => {
        ($name, include_str!(concat!("../../opa/policy/", $name)))
    };
}

/// A policy and its tests, in a package.
fn holds(package: &str, [policy, tests]: [(&str, &str); 2], least: usize) {
    let mut engine = Engine::new();
    for (name, text) in [policy, tests] {
        engine.add_policy(name.into(), text.into()).expect("it compiles");
    }
    let rules = tests.1.lines().filter(|line| line.starts_with("test_"));
    let names: Vec<&str> = rules.map(|line| line.split(' ').next().unwrap_or(line)).collect();
    assert!(names.len() >= least, "only {} tests were found", names.len());
    for name in names {
        let held = engine.eval_rule(format!("data.{package}.{name}"));
        assert_eq!(held.expect("it is decided"), Value::from(true), "{name}");
    }
}

#[test]
fn every_test_rule_beside_the_policy_holds() {
    holds("somabrain.authz_test", [rego!("authz.rego"), rego!("authz_test.rego")], 16);
}

#[test]
fn every_test_rule_of_what_opa_answers_holds() {
    holds("system.authz_test", [rego!("system.rego"), rego!("system_test.rego")], 4);
}
