//! Planning problems: two texts are a task whose parts fit together, or a refusal that names a line.

use crate::choices::Choices;

const DOMAIN: [&str; 22] = [
    "(",
    ")",
    "define",
    "domain",
    "d",
    ":requirements",
    ":strips",
    ":types",
    "a b - object",
    ":constants c - a",
    ":predicates",
    "(p ?x - a)",
    "(q)",
    ":functions (total-cost)",
    ":action",
    ":parameters",
    "(?x ?y - a)",
    ":precondition",
    "(and (p ?x) (not (q)) (= ?x ?y))",
    ":effect",
    "(and (q) (not (p ?x)))",
    "(either a b)",
];
const PROBLEM: [&str; 14] = [
    "(",
    ")",
    "define",
    "(problem x)",
    "(:domain d)",
    "(:objects o1 o2 - a)",
    "(:init (p o1) (q))",
    "(:goal (q))",
    "(:goal (and (p o2) (not (q))))",
    "(:metric minimize (total-cost))",
    "(= (total-cost) 0)",
    "; a remark\n",
    "either",
    "\u{e9}",
];
const GOOD: (&str, &str) = (
    "(define (domain d) (:requirements :strips :typing) (:types a b - object) (:predicates (p ?x - a) (q))
       (:action go :parameters (?x ?y - a) :precondition (and (p ?x) (not (q))) :effect (and (p ?y) (q))))",
    "(define (problem x) (:domain d) (:objects o1 o2 - a o3 - b) (:init (p o1)) (:goal (q)))",
);

fn words(choices: &mut Choices<'_>, known: &[&str]) -> String {
    (0..choices.below(40)).map(|_| choices.text(known) + " ").collect()
}

/// A good text with some of it replaced.
fn nearly(choices: &mut Choices<'_>, good: &str, known: &[&str]) -> String {
    let mut words: Vec<String> = good.split_inclusive([' ', '(', ')']).map(str::to_owned).collect();
    for _ in 0..choices.below(5) {
        let at = choices.below(words.len());
        match choices.below(3) {
            0 => words[at] = choices.text(known),
            1 => words.insert(at, choices.text(known)),
            _ => drop(words.remove(at)),
        }
    }
    words.concat()
}

#[test]
fn pddl() {
    bolero::check!().for_each(|input: &[u8]| {
        let mut choices = Choices::new(input);
        let (domain, problem) = match choices.below(3) {
            0 => (nearly(&mut choices, GOOD.0, &DOMAIN), nearly(&mut choices, GOOD.1, &PROBLEM)),
            1 => (words(&mut choices, &DOMAIN), words(&mut choices, &PROBLEM)),
            _ => {
                let text = String::from_utf8_lossy(choices.rest());
                let (domain, problem) = text.split_once('\0').unwrap_or((&text, GOOD.1));
                (domain.to_owned(), problem.to_owned())
            }
        };
        match somabrain_pddl::read(&domain, &problem) {
            Ok(read) => {
                assert_eq!((read.facts.len(), read.actions.len()), (read.task.facts, read.task.actions.len()));
                let known = |facts: &[u32]| facts.iter().all(|&fact| (fact as usize) < read.task.facts);
                assert!(known(&read.task.init) && known(&read.task.goal));
                assert!(read.task.actions.iter().all(|action| known(&action.needs) && known(&action.adds)));
                assert!(read.task.actions.iter().all(|action| action.cost.is_finite()), "{domain}");
            }
            Err(refusal) => assert!(refusal.line >= 1 && !refusal.what.is_empty(), "{refusal}"),
        }
    });
}

#[test]
fn lists_nested_without_end_are_refused() {
    let deep = "(".repeat(1 << 20);
    let nots =
        format!("(define (problem x) (:domain d) (:init) (:goal {}(q){}))", "(not ".repeat(990), ")".repeat(990));
    assert!(somabrain_pddl::read(&deep, GOOD.1).is_err());
    assert!(somabrain_pddl::read(GOOD.0, &deep).is_err());
    assert!(somabrain_pddl::read(GOOD.0, &nots).is_err());
}

#[test]
fn a_domain_that_would_have_more_actions_than_fit_in_memory_is_refused() {
    let objects: String = (0..60).map(|n| format!("o{n} ")).collect();
    let domain = "(define (domain d) (:predicates (q))
       (:action go :parameters (?a ?b ?c ?d ?e ?f ?g ?h) :effect (q)))";
    let problem = format!("(define (problem x) (:domain d) (:objects {objects}) (:init) (:goal (q)))");
    assert!(somabrain_pddl::read(domain, &problem).is_err());
}
