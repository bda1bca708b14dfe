//! The dependency rule of the house: domain ← application ← adapters ← bootstrap, and adapters never see each other.

use std::process::Command;

use serde_json::Value;

/// (crate, whom it may depend on within the workspace, as normal dependencies)
fn allowed(package: &str) -> Vec<&'static str> {
    match package {
        "somabrain-domain" => vec![],
        "somabrain-application" => vec!["somabrain-domain"],
        "somabrain-contract" => vec!["somabrain-domain", "somabrain-application"],
        "somabrain" => vec!["*"],
        "somabrain-record" => vec!["somabrain-domain"],
        "somabrain-guard" => vec!["somabrain-application"],
        "somabrain-tls" => vec!["somabrain-domain"],
        "somabrain-servers" => vec![],
        _ => [&["somabrain-domain", "somabrain-application"], &SHARED[..]].concat(),
    }
}

/// What is no technology, so that every adapter may use it: a format, what stands before servers, what every wire needs to be
/// protected, servers for tests.
const SHARED: [&str; 4] = ["somabrain-record", "somabrain-guard", "somabrain-tls", "somabrain-servers"];

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    metadata["packages"].as_array().expect("a list of packages").clone()
}

fn dependencies<'a>(package: &'a Value, kind: Option<&'a str>) -> impl Iterator<Item = &'a str> {
    let all = package["dependencies"].as_array().expect("a list of dependencies");
    all.iter().filter(move |one| one["kind"].as_str() == kind).filter_map(|one| one["name"].as_str())
}

#[test]
fn every_crate_depends_only_on_those_further_in() {
    let packages = packages();
    let house: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut broken = Vec::new();
    for package in &packages {
        let name = package["name"].as_str().expect("a package has a name");
        let may = allowed(name);
        for dependency in dependencies(package, None).filter(|one| house.contains(one)) {
            if !may.contains(&"*") && !may.contains(&dependency) {
                broken.push(format!("{name} must not depend on {dependency}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("; "));
}

#[test]
fn the_domain_knows_no_runtime_no_wire_and_no_store() {
    let packages = packages();
    let domain = packages.iter().find(|package| package["name"] == "somabrain-domain").expect("the domain is there");
    let banned = ["tokio", "serde", "serde_json", "poem", "diesel", "rand", "tracing", "ureq", "redis"];
    let found: Vec<&str> = dependencies(domain, None).filter(|one| banned.contains(one)).collect();
    assert!(found.is_empty(), "somabrain-domain must not depend on {}", found.join(", "));
}

#[test]
fn only_bootstrap_knows_two_adapters_at_once() {
    let packages = packages();
    let adapters: Vec<&str> = packages
        .iter()
        .filter(|package| package["manifest_path"].as_str().is_some_and(|path| path.contains("/adapters/")))
        .filter_map(|package| package["name"].as_str())
        .filter(|name| !SHARED.contains(name))
        .collect();
    assert!(adapters.len() >= 7, "the adapters are found: {adapters:?}");
    for package in packages.iter().filter(|package| package["name"] != "somabrain") {
        let known: Vec<&str> = dependencies(package, None).filter(|one| adapters.contains(one)).collect();
        assert!(known.len() <= 1, "{} must not know {}", package["name"], known.join(" and "));
    }
}
