//! `bench plan` on problems in PDDL: what it prints, and what it says of files that it cannot read.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::commands::{refused, run};
use crate::server::{place, program};

const DOMAIN: &str = "(define (domain doors)
  (:requirements :strips :negative-preconditions)
  (:predicates (at ?room) (door ?from ?to) (locked ?to))
  (:action unlock :parameters (?here ?to)
    :precondition (and (at ?here) (door ?here ?to) (locked ?to)) :effect (not (locked ?to)))
  (:action go :parameters (?here ?to)
    :precondition (and (at ?here) (door ?here ?to) (not (locked ?to))) :effect (and (at ?to) (not (at ?here)))))
";
const PROBLEM: &str = "(define (problem home) (:domain doors)
  (:objects street hall cellar)
  (:init (at street) (door street hall) (door hall cellar) (locked hall))
  (:goal (at cellar)))
";

fn planned(folder: &Path, domain: &str, problem: &str, more: &[&str]) -> Output {
    let file = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::write(&file, text).expect("it can be written");
        file.to_str().expect("a plain path").to_owned()
    };
    let (domain, problem) = (file("domain.pddl", domain), file("problem.pddl", problem));
    let arguments = [&["bench", "plan", "--domain", &domain, "--problem", &problem], more].concat();
    run(&program(), &folder.join("data"), &arguments)
}

#[test]
fn a_problem_is_solved_and_the_steps_the_states_and_the_time_are_printed() {
    let folder = place();
    let output = planned(folder.path(), DOMAIN, PROBLEM, &[]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}");
    let lines: Vec<&str> = printed.lines().map(str::trim).collect();
    assert_eq!(lines[..3], ["1. (unlock street hall)", "2. (go street hall)", "3. (go hall cellar)"]);
    for name in ["status      solved", "steps       3, cost 3", "expansions  ", "search      "] {
        assert!(lines.iter().any(|line| line.starts_with(name)), "`{name}` is a line: {printed}");
    }
    assert!(!folder.path().join("data").exists(), "no data folder is made");
}

#[test]
fn for_machines_the_same_is_json() {
    let folder = place();
    let output = planned(folder.path(), DOMAIN, PROBLEM, &["--json"]);
    let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (&printed["status"], &printed["valid"], &printed["length"]),
        (&json!("solved"), &json!(true), &json!(3))
    );
    assert_eq!(printed["steps"], json!(["unlock street hall", "go street hall", "go hall cellar"]));
    assert!(printed["expansions"].is_u64() && printed["search_ms"].is_f64() && printed["reading_ms"].is_f64());
}

#[test]
fn where_there_is_no_plan_that_is_said_and_the_command_fails() {
    let folder = place();
    let walled = PROBLEM.replace(" (door hall cellar)", "");
    let output = planned(folder.path(), DOMAIN, &walled, &["--json"]);
    refused(&output, "no plan: unsolvable");
    let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&printed["status"], &printed["steps"]), (&json!("unsolvable"), &json!([])));
}

#[test]
fn what_is_not_read_is_named_in_one_line_and_the_command_fails() {
    let folder = place();
    let says = |domain: &str, problem: &str, words: &str| {
        let output = planned(folder.path(), domain, problem, &[]);
        refused(&output, words);
        assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "one line");
        assert!(output.stdout.is_empty());
    };
    let effect = ":effect (not (locked ?to))";
    says(&DOMAIN.replace(effect, ":effect (when (at ?to) (not (locked ?to)))"), PROBLEM, "when");
    says(&DOMAIN.replace(effect, ":effect (forall (?x) (not (locked ?x)))"), PROBLEM, "forall");
    says(&DOMAIN.replace("(:action unlock", "(:durative-action unlock"), PROBLEM, "durative-action");
    says(&DOMAIN.replace("(not (locked ?to)))", "(or (at ?here) (locked ?to)))"), PROBLEM, "`or` is not supported");
    says(DOMAIN, &PROBLEM.replace("(at cellar)", "(at attic)"), "attic");
    says(DOMAIN, &PROBLEM.replace("(:goal (at cellar)))", "(:goal (at cellar))"), "(");
    let nowhere = folder.path().join("nowhere.pddl");
    let nowhere = nowhere.to_str().expect("a plain path");
    let output = run(&program(), folder.path(), &["bench", "plan", "--domain", nowhere, "--problem", nowhere]);
    refused(&output, "nowhere.pddl");
}
