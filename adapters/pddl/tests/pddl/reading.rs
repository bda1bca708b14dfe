//! What is read, and what is named with its line and refused.

use domain::plan::planner::Wanted;
use somabrain_pddl::{File, Grounded, Refusal, read};

use crate::planning::{names, solve};
use crate::validator::validate;

const DOMAIN: &str = "(define (domain errands)
  (:requirements :strips :typing :equality :negative-preconditions)
  (:types car bike - vehicle vehicle place - object shop - place)
  (:constants HOME - place)
  (:predicates (at ?v - vehicle ?p - place) (done ?s - shop) (road ?a ?b - place) (broken ?v - vehicle))
  ; a comment with (brackets
  (:action GO :parameters (?v - (either car bike) ?from ?to - place)
    :precondition (and (at ?v ?from) (not (= ?from ?to)) (not (broken ?v)))
    :effect (and (at ?v ?to) (not (at ?v ?from))))
  (:action shop :parameters (?s - shop ?v - vehicle) :precondition (at ?v ?s) :effect (done ?s)))";

const PROBLEM: &str = "(DEFINE (PROBLEM saturday) (:DOMAIN Errands)
  (:OBJECTS Baker Grocer - shop mini - car old - bike)
  (:INIT (at mini HOME) (at Old home) (broken old))
  (:GOAL (and (done baker) (done GROCER) (at mini home) (not (at mini baker)))))";

fn plan(domain: &str, problem: &str) -> (Grounded, Vec<String>) {
    let grounded = read(domain, problem).unwrap();
    let outcome = solve(&grounded, Wanted { improving: 1_000, ..Wanted::default() });
    let steps = names(&grounded, &outcome.plans[0]);
    validate(domain, problem, &steps).unwrap();
    (grounded, steps)
}

fn refused(domain: &str, problem: &str) -> Refusal {
    read(domain, problem).unwrap_err()
}

#[test]
fn types_constants_equality_negation_case_and_comments_are_known() {
    let (grounded, steps) = plan(DOMAIN, PROBLEM);
    assert_eq!(steps.len(), 5);
    assert!(!grounded.actions.iter().any(|action| action.starts_with("go old")), "a broken bike goes nowhere");
    assert!(!grounded.actions.iter().any(|action| action == "go mini home home"));
}

#[test]
fn an_object_of_either_type_is_of_both() {
    let domain = "(define (domain d) (:types a b) (:predicates (p ?x - a) (q ?x - b))
      (:action f :parameters (?x - a) :effect (p ?x)) (:action g :parameters (?x - b) :effect (q ?x)))";
    let problem = "(define (problem x) (:domain d) (:objects o - (either a b)) (:init) (:goal (and (p o) (q o))))";
    assert_eq!(plan(domain, problem).1.len(), 2);
}

#[test]
fn costs_count_where_they_are_to_be_small() {
    let domain = "(define (domain d) (:predicates (p) (q)) (:functions (total-cost) (toll ?x))
      (:constants here) (:action dear :effect (and (p) (increase (total-cost) 9)))
      (:action cheap :effect (and (p) (increase (total-cost) (toll here)))))";
    let problem = "(define (problem x) (:domain d) (:init (= (total-cost) 0) (= (toll here) 2)) (:goal (p)) (:metric minimize (total-cost)))";
    let (grounded, steps) = plan(domain, problem);
    assert_eq!((grounded.task.actions[1].cost, steps), (2.0, vec!["cheap".to_owned()]));
    let without = problem.replace("(= (toll here) 2)", "");
    assert!(refused(domain, &without).what.contains("toll here"));
}

#[test]
fn a_goal_that_nothing_reaches_is_a_fact_all_the_same() {
    let problem = PROBLEM.replace("(done baker)", "(road baker grocer)");
    let grounded = read(DOMAIN, &problem).unwrap();
    assert!(solve(&grounded, Wanted::default()).plans.is_empty());
}

#[test]
fn a_goal_that_holds_needs_no_step() {
    let problem =
        "(define (problem x) (:domain errands) (:objects mini - car) (:init (at mini home)) (:goal (at mini home)))";
    assert!(plan(DOMAIN, problem).1.is_empty());
}

#[test]
fn what_is_not_known_is_named_with_its_line() {
    let with = |condition: &str| DOMAIN.replace("(and (at ?v ?from)", &format!("(and {condition} (at ?v ?from)"));
    for (condition, name) in [
        ("(or (at ?v ?to) (at ?v ?from))", "`or`"),
        ("(forall (?x - place) (at ?v ?x))", "`forall`"),
        ("(exists (?x - place) (at ?v ?x))", "`exists`"),
        ("(imply (at ?v ?to) (at ?v ?from))", "`imply`"),
        ("(> (fuel ?v) 3)", "`>`"),
        ("(not (and (at ?v ?to)))", "`and`"),
    ] {
        let refusal = refused(&with(condition), PROBLEM);
        assert_eq!((refusal.file, refusal.line), (File::Domain, 8), "{refusal}");
        assert!(refusal.what.contains(name), "{refusal}");
    }
    let when = refused(&DOMAIN.replace(":effect (done ?s)", ":effect (when (at ?v ?s) (done ?s))"), PROBLEM);
    assert!(when.what.contains("`when`") && when.line == 10, "{when}");
    let axiom = refused(&DOMAIN.replace("(:action shop", "(:derived (done ?s) (at ?s ?s))\n(:action shop"), PROBLEM);
    assert!(axiom.what.contains(":derived"), "{axiom}");
    let numeric = refused(&DOMAIN.replace(":effect (done ?s)", ":effect (increase (fuel ?v) 1)"), PROBLEM);
    assert!(numeric.what.contains("fuel"), "{numeric}");
    let metric = refused(DOMAIN, &PROBLEM.replace("(:GOAL", "(:metric maximize (joy)) (:GOAL"));
    assert_eq!((metric.file, metric.line), (File::Problem, 4));
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let cases = [
        (DOMAIN.replace("(done ?s)))", "(done ?z)))"), PROBLEM.to_owned(), "`?z`"),
        (DOMAIN.replace(":precondition (at ?v ?s)", ":precondition (at ?v)"), PROBLEM.to_owned(), "takes 2"),
        (DOMAIN.replace("shop - place)", "shop - )"), PROBLEM.to_owned(), "type"),
        (DOMAIN.to_owned(), PROBLEM.replace("mini - car", "mini - lorry"), "`lorry`"),
        (DOMAIN.to_owned(), PROBLEM.replace("Errands", "other"), "another domain"),
        (DOMAIN.to_owned(), PROBLEM.replace("(broken old)", "(rusty old)"), "`rusty`"),
        (DOMAIN.to_owned(), PROBLEM.replace("(broken old))", "(broken old)"), "never closed"),
        (DOMAIN.to_owned(), format!("{PROBLEM})"), "after the end"),
        (String::new(), PROBLEM.to_owned(), "nothing is defined"),
    ];
    for (domain, problem, name) in cases {
        let refusal = refused(&domain, &problem);
        assert!(refusal.what.contains(name), "{name}: {refusal}");
    }
}
